"""Who comes in at the officers' door: an account with a second factor proved in this session, and a post or the keys.

Whoever has neither post nor keys is told that there is nothing here, never that something is hidden.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast
from urllib.parse import urlsplit
from uuid import UUID

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from balai.base.actors import Actor, Channel
from balai.base.errors import BalaiError, NotAllowed, NotFound
from balai.base.pages import frames, guards, refusals, texts
from balai.records.entrance import names
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.offices.queries import HeldRole
from balai.records.people import policy as people_policy
from balai.records.people import queries as people
from balai.records.people.models import Account

Context = dict[str, Any]
P = ParamSpec("P")
T = TypeVar("T")
# The views take their request and desk by position; Concatenate says just that.
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
DeskView = Callable[Concatenate[HttpRequest, "Desk", P], HttpResponseBase]


@dataclass
class Desk:
    """One officer at their desk during one request; `now` is the only reading of the clock."""

    actor: Actor
    account_id: UUID
    person_id: UUID
    held: tuple[HeldRole, ...]  # posts that work; an auditor's post only reads, on pages of its own
    administrator: bool
    audits: bool
    now: datetime
    lang: str
    _made: dict[str, object] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], T]) -> T:
        """Give what a page and its navigation both ask for, made at the first asking."""
        if name not in self._made:
            self._made[name] = make()
        return cast(T, self._made[name])

    @property
    def name(self) -> str:
        """Name the officer, for the corner that says who is at work."""
        return names.find_name(self.person_id)

    @property
    def main(self) -> HeldRole | None:
        """Give the post this officer is at home in: held definitively, in the smallest unit."""
        return max(self.held, key=lambda held: (held.kind == "definitive", len(held.unit_path)), default=None)

    @property
    def units(self) -> tuple[tuple[str, str], ...]:
        """List the units this officer holds a post in: (code, name), each once, the one they are at home in first."""
        first = [self.main] if self.main else []
        return tuple({held.unit_code: held.unit_name for held in (*first, *self.held)}.items())

    @property
    def unit_words(self) -> str:
        """Name the first unit, and how many more there are."""
        found = [name for _, name in self.units]
        more = len(found) - 1
        return texts.say("entrance.units", unit=found[0], count=more) if more > 0 else "".join(found)

    def holds(self, *wanted: str) -> bool:
        """Tell whether this officer holds one of these roles somewhere."""
        return any(held.role in wanted for held in self.held)

    @property
    def at_counter(self) -> bool:
        """Tell whether this officer holds a post at a counter, where identities are bound."""
        return self.holds(roles.COUNTER)

    @property
    def heads(self) -> bool:
        """Tell whether this officer heads a unit, and so answers for all work in it."""
        return self.holds(*roles.heads())

    @property
    def keeps_archive(self) -> bool:
        """Tell whether this officer keeps the archive: as an archivist, or as an administrator."""
        return self.administrator or self.holds(roles.ARCHIVIST)

    def through(self, channel: Channel) -> Actor:
        """Give the same officer acting through another channel, such as the counter."""
        return Actor(self.actor.kind, channel, self.person_id, second_factor=self.actor.second_factor)

    @property
    def operator(self) -> Actor:
        """Give this administrator as the house's operator, who may move stuck cases; their person stays on record.

        :raises NotAllowed: for everybody else.
        """
        if not self.administrator:
            raise NotAllowed
        return Actor("system", "console", self.person_id, name="operator", second_factor=True)


def officer_page(view: DeskView[P], *, auditors: bool = False) -> View[P]:
    """Let in whoever holds a post that works, or the keys, with a second factor; answer refusals on their own page.

    An auditor's post opens only what says `auditors`: for auditors nothing else of the desk is there, least of all a deed.
    """

    @wraps(view)
    def enter(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        account = request.user
        if not isinstance(account, Account) or not account.is_active:
            return _lead_to(request, "account_login")
        try:
            desk = _recognise(request, account)
            if not desk.actor.second_factor:
                known = people_policy.has_second_factor(account.id)
                return _lead_to(request, "mfa_reauthenticate" if known else "mfa_activate_totp")
            if not (desk.held or desk.administrator or (auditors and desk.audits)):
                raise NotFound
            setattr(request, "desk", desk)  # noqa: B010 (the navigation asks for it)
            return view(request, desk, *args, **kwargs)
        except BalaiError as error:
            return refusals.refuse(request, error)

    return guards.mark(enter, "officers")


def only(who: str, admits: Callable[["Desk"], bool]) -> Callable[[DeskView[P]], View[P]]:
    """Make the guard of a page that some officers have; for all others there is no such page."""

    def guard(view: DeskView[P]) -> View[P]:
        @wraps(view)
        def check(request: HttpRequest, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not admits(desk):
                raise NotFound
            return view(request, desk, *args, **kwargs)

        return guards.mark(officer_page(check), who)

    return guard


def role_page(*wanted: str) -> Callable[[DeskView[P]], View[P]]:
    """Let in whoever holds one of these roles somewhere; what they may do there is the deed's question."""
    return only(" ".join(wanted), lambda desk: desk.holds(*wanted))


def head_page(view: DeskView[P]) -> View[P]:
    """Let in whoever heads a unit; for other officers there is no such page."""
    return only("heads", lambda desk: desk.heads)(view)


def counter_page(view: DeskView[P]) -> View[P]:
    """Let in whoever works at a counter; for other officers there is no such page."""
    return only("counter", lambda desk: desk.at_counter)(view)


def administrator_page(view: DeskView[P]) -> View[P]:
    """Let in whoever administers the installation; for other officers there is no such page."""
    return only("administrators", lambda desk: desk.administrator)(view)


def archive_page(view: DeskView[P]) -> View[P]:
    """Let in whoever keeps the archive; for other officers there is no such page."""
    return only("archivists", lambda desk: desk.keeps_archive)(view)


def desk_page(view: DeskView[P]) -> View[P]:
    """Let in whoever comes to the desk at all; the view leads each to where their work is."""
    return guards.mark(officer_page(view, auditors=True), "officers and auditors")


def auditor_page(view: DeskView[P]) -> View[P]:
    """Let in auditors, to read; for other officers there is no such page, and nothing can be sent to it."""

    @wraps(view)
    def check(request: HttpRequest, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not desk.audits or request.method not in ("GET", "HEAD"):
            raise NotFound
        return view(request, desk, *args, **kwargs)

    return guards.mark(officer_page(check, auditors=True), "auditors")


def auditing_page(view: DeskView[P]) -> View[P]:
    """Let in auditors, to read and to write what auditing itself is: samples, findings; what they may do is the deed's question."""

    @wraps(view)
    def check(request: HttpRequest, desk: Desk, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not desk.audits:
            raise NotFound
        return view(request, desk, *args, **kwargs)

    return guards.mark(officer_page(check, auditors=True), "auditors")


def desk_of(request: HttpRequest) -> Desk | None:
    """Give the officer whose page this is, for the navigation around it; None on other pages."""
    found = getattr(request, "desk", None)
    return found if isinstance(found, Desk) else None


@refusals.frame
def frame_refusal(request: HttpRequest, *, asks: bool) -> Context | None:
    """Put what an officer is refused into the officers' frame, with a way on; whoever is none sees the page of everybody.

    Without `asks` only an officer who was recognised before is known, and the navigation, which counts, is left out.
    """
    home, desk = frames.home_of("officer"), desk_of(request)
    if desk is None and asks and home and request.path.startswith(home):
        desk = _find_desk(request)
    if desk is None:
        return None
    came = urlsplit(request.headers.get("Referer", "")).path
    back = came if came.startswith(home) and came not in (request.path, home) else ""
    return {
        "frame_base": "entrance/officer.html" if asks else "pages/officer.html",
        "frame_words": "entrance.error",
        "bare": not asks,
        "desk": desk,
        "back": back,
        "back_text": texts.say("entrance.error.back"),
        "desk_home": home,
        "desk_home_text": texts.say("entrance.error.home"),
    }


def _find_desk(request: HttpRequest) -> Desk | None:
    """Recognise the officer behind an address that no view of theirs answered; None for everybody else."""
    account = getattr(request, "user", None)
    if not isinstance(account, Account) or not account.is_active or not proved_second_factor(request):
        return None
    try:
        desk = _recognise(request, account)
    except BalaiError:
        return None
    setattr(request, "desk", desk)  # noqa: B010 (the navigation asks for it)
    return desk


def _recognise(request: HttpRequest, account: Account) -> Desk:
    """Work out who this is: two queries. :raises NotFound: for an account without post and without keys."""
    now = timezone.now()
    person_id = people.find_person_of_account(account.id)
    if person_id is None:
        raise NotFound
    held = offices.list_roles(person_id, timezone.localdate(now))
    if not held and not account.is_administrator:
        raise NotFound
    actor = Actor("officer", "desk", person_id, second_factor=proved_second_factor(request))
    working = tuple(one for one in held if one.role != roles.AUDITOR)
    audits = len(working) < len(held)
    return Desk(actor, account.id, person_id, working, account.is_administrator, audits, now, texts.language())


def proved_second_factor(request: HttpRequest) -> bool:
    """Tell whether this session was opened, or confirmed since, with an authenticator app or a passkey."""
    if not isinstance(request.user, Account):
        return False
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, request.user))


def _lead_to(request: HttpRequest, url_name: str) -> HttpResponse:
    """Lead to a page of the account and back; what was sent is gone, so the way back is to where it was sent from."""
    onward = request.get_full_path() if request.method == "GET" else urlsplit(request.headers.get("Referer", "")).path
    return HttpResponseRedirect(f"{reverse(url_name)}?{urlencode({'next': onward or '/'})}")
