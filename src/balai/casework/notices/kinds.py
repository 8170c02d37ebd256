"""The kinds of what people are told: which words, by which channels, how urgent, and where it leads.

`notices.actions.tell` takes any kind that is registered here. An app registers its kinds where it tells them and keeps their words in
its own `texts/{id,en}.yaml`: those of `messages.mentioned` are `notices.mentioned.subject | body | sms` in the texts of `messages`.
What a service folder announces of its cases (`notify` in service.yaml) brings its words with it and needs no kind.
"""

from dataclasses import dataclass
from typing import Literal

Audience = Literal["person", "officer", "applicant"]
Urgency = Literal["now", "digest"]

CHANNELS: dict[Audience, tuple[str, ...]] = {
    "person": ("portal", "email", "sms"),
    "applicant": ("portal", "email", "sms"),
    "officer": ("desk", "email"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of message. `page` names where it leads (`base.pages.links`); without one it leads to its case.

    What is not urgent waits for the next mail that gathers everything of its kind ("digest"); on the pages it stands at once.
    """

    key: str
    page: str = ""
    audience: Audience = "person"
    by: tuple[str, ...] = ()
    urgency: Urgency = "now"

    @property
    def words(self) -> str:
        """Name where its words stand: under `notices` in the texts of the app that the key begins with, else in our own."""
        app, dot, name = self.key.partition(".")
        return f"{app}.notices.{name}" if dot else f"notices.{self.key}"

    @property
    def channels(self) -> tuple[str, ...]:
        """Name the channels by which it goes: those of its own, or those of its audience."""
        return self.by or CHANNELS[self.audience]


_KINDS: dict[str, Kind] = {}


def kind(
    key: str, *, page: str = "", audience: Audience = "person", by: tuple[str, ...] = (), urgency: Urgency = "now"
) -> Kind:
    """Register a kind of message; the same key again replaces the earlier."""
    _KINDS[key] = Kind(key, page, audience, by, urgency)
    return _KINDS[key]


def get(key: str) -> Kind:
    """Fetch a kind. :raises LookupError: when no app of this installation registers it."""
    try:
        return _KINDS[key]
    except KeyError:
        raise LookupError(f"no kind of message is called {key!r}; there are {sorted(_KINDS)}") from None


def find(key: str) -> Kind | None:
    """Find a kind; None when no app of this installation registers it."""
    return _KINDS.get(key)


def kinds() -> list[Kind]:
    """List every kind that is registered."""
    return list(_KINDS.values())
