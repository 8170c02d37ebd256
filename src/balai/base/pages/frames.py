"""What stands around every page: the town, the places one can go, the languages, the mark of a demonstration.

Doors and rooms name their place when they are loaded:
`frames.place("citizen", "portal.nav.track", "portal:track", order=20)`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Literal, get_args
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

from balai.base import readonly
from balai.base.pages import contact, face, texts
from balai.base.pages.moments import moment
from balai.base.pages.parts import Link, Tone
from balai.engine.manifest import HallContact

Face = Literal["citizen", "officer", "foot", "administration", "counter", "audit"]
Shows = Callable[[HttpRequest], bool]
Counts = Callable[[HttpRequest], int | None]


@dataclass(frozen=True, slots=True)
class NavigationEntry:
    """One entry of a navigation: words by key, the name of its URL, when it is shown, what it counts and in which words."""

    text: str
    url_name: str
    order: int = 50
    icon: str = ""
    shows: Shows = lambda request: True
    counts: Counts = lambda request: None
    counted: str = ""
    tone: Tone = ""


LARGE = "large_type"  # in a session
_PLACES: dict[Face, dict[str, NavigationEntry]] = {face: {} for face in get_args(Face)}
_MORE: dict[Face, list[Callable[[HttpRequest], Sequence[Link]]]] = {face: [] for face in get_args(Face)}
_TOWN: list[Callable[[str], str]] = []


def place(
    face: Face,
    text: str,
    url_name: str,
    *,
    order: int = 50,
    icon: str = "",
    shows: Shows | None = None,
    counts: Counts | None = None,
    counted: str = "",
    tone: Tone = "",
) -> None:
    """Name a place in a navigation; the same URL named again replaces the earlier."""
    _PLACES[face][url_name] = NavigationEntry(
        text, url_name, order, icon, shows or (lambda request: True), counts or (lambda request: None), counted, tone
    )


def place_many(face: Face, lister: Callable[[HttpRequest], Sequence[Link]]) -> None:
    """Let an app list places of a navigation that only it knows, before the named ones; one lister is entered once."""
    if lister not in _MORE[face]:
        _MORE[face].append(lister)


def enlarge(request: HttpRequest, large: bool) -> None:
    """Make the pages of this session larger, or as they were."""
    if large:
        request.session[LARGE] = True
    else:
        request.session.pop(LARGE, None)


def home_of(face: Face) -> str:
    """Give the address of the first place of a navigation, whoever asks; "" where it has none."""
    first = min(_PLACES[face].values(), key=lambda one: one.order, default=None)
    return reverse(first.url_name) if first else ""


def name_town(namer: Callable[[str], str]) -> None:
    """Say how the town is called, by language; the last one named counts."""
    _TOWN[:] = [namer]


@lru_cache(maxsize=256)
def _address(name: str, urlconf: str | None, prefix: str) -> str:
    """Look up the address of a page of a navigation once: every page asks for twenty of them."""
    return reverse(name)


@dataclass
class Frame:
    """The frame of one page; each part is made only when a template asks for it."""

    request: HttpRequest | None

    @cached_property
    def lang(self) -> str:
        """Name the page's language."""
        return texts.language()

    @cached_property
    def town(self) -> str:
        """Name the town."""
        return _TOWN[0](self.lang) if _TOWN else texts.say("pages.town")

    @property
    def emblem(self) -> bool:
        """Tell whether the town has an emblem of its own."""
        return face.get_face().emblem

    @property
    def colour(self) -> str:
        """Give the colour of the masthead, which a browser may take up around the page."""
        return face.get_face().colours["brand"][0]

    @property
    def colour_dark(self) -> str:
        """Give the colour of the masthead in the dark theme."""
        return face.get_face().colours["brand"][1]

    @property
    def contact(self) -> HallContact:
        """Give how the hall is reached."""
        return contact.get_contact()

    @property
    def home(self) -> str:
        """Give the address of the first page."""
        return "/"

    @property
    def demo(self) -> bool:
        """Tell whether this is a demonstration with made-up people."""
        return bool(settings.BALAI_DEMO)

    @property
    def large(self) -> bool:
        """Tell whether whoever sits here asked for large type; asks nothing where there is no session."""
        if self.request is None or settings.SESSION_COOKIE_NAME not in self.request.COOKIES:
            return False
        return bool(hasattr(self.request, "session") and self.request.session.get(LARGE))

    @property
    def read_only(self) -> str:
        """Say why the hall can only be read now, and until when; "" while it can be written to. Asks no database."""
        found = readonly.read_mark()
        if found is None:
            return ""
        until = texts.say("pages.read_only.until", self.lang, at=moment(found.until, self.lang)) if found.until else ""
        return f"{found.why.get(self.lang, '')} {until}".strip()

    @property
    def demo_url(self) -> str:
        """Give the address where one enters as somebody else, "" where the demonstration has no such page."""
        try:
            return reverse("demo:entrances") if self.demo else ""
        except NoReverseMatch:
            return ""

    @cached_property
    def languages(self) -> tuple[Link, ...]:
        """List the languages, each leading back to this page."""
        here = self.request.get_full_path() if self.request is not None and self.request.method == "GET" else "/"
        return tuple(
            Link(
                name,
                f"/bahasa/{code}?{urlencode({'next': here})}",
                icon=code.upper(),
                current=code == self.lang,
                lang=code,
            )
            for code, name in settings.LANGUAGES
        )

    @cached_property
    def places(self) -> tuple[Link, ...]:
        """List the citizen's places."""
        return self._links("citizen")

    @cached_property
    def rail(self) -> tuple[Link, ...]:
        """List the officer's places, with what waits in each."""
        return self.within("officer")

    @cached_property
    def foot(self) -> tuple[Link, ...]:
        """List what stands at the foot of every page."""
        return self._links("foot")

    def within(self, face: Face) -> tuple[Link, ...]:
        """List the places of a face whose pages lie below each other's addresses: only the nearest is the current one."""
        found = self._links(face)
        nearest = max((link.url for link in found if link.current), key=len, default="")
        return tuple(replace(link, current=link.url == nearest) for link in found)

    def _links(self, face: Face) -> tuple[Link, ...]:
        if self.request is None:
            return ()
        found = sorted(_PLACES[face].values(), key=lambda one: one.order)
        more = [link for lister in _MORE[face] for link in lister(self.request)]
        return (*more, *(self._link(one, self.request) for one in found if one.shows(self.request)))

    def _link(self, one: NavigationEntry, request: HttpRequest) -> Link:
        url = _address(one.url_name, get_urlconf(), get_script_prefix())
        here = request.path == url or (url != "/" and request.path.startswith(url.rstrip("/") + "/"))
        return Link(
            texts.say(one.text),
            url,
            icon=one.icon,
            count=one.counts(request),
            current=here,
            counted=texts.say(one.counted) if one.counted else "",
            tone=one.tone,
        )
