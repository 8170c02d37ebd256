"""Cards that a room lays on a page of casework: the page names a place and a subject, the rooms draw.

`cards.lay("case.officer", "messages", draw)`, in a room's `links.py`; the page asks `{% cards "case.officer" view as found %}`. A card may
stand in for one of the page's own (`instead_of`), which comes back when the room is closed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.http import HttpRequest
from django.utils.safestring import SafeString

Place = Literal["case.officer", "case.citizen", "draft.officer", "draft.citizen"]
Draw = Callable[[HttpRequest, Any], SafeString | str]  # "" where there is nothing to show


@dataclass(frozen=True, slots=True)
class Card:
    """One card: who draws it, where among the others it lies, and what it stands in for."""

    name: str
    draw: Draw
    order: int = 50
    instead_of: str = ""


@dataclass(frozen=True, slots=True)
class Laid:
    """The cards of one page, drawn; `instead` names those of the page's own that they stand in for."""

    drawn: tuple[SafeString | str, ...]
    instead: frozenset[str]


_CARDS: dict[Place, dict[str, Card]] = {}


def lay(place: Place, name: str, draw: Draw, *, order: int = 50, instead_of: str = "") -> None:
    """Lay a card on a page; the same name again replaces the earlier."""
    _CARDS.setdefault(place, {})[name] = Card(name, draw, order, instead_of)


def draw(place: Place, request: HttpRequest, subject: Any) -> Laid:
    """Draw a page's cards for its subject (a `CaseView`, or a `Draft`), in their order."""
    found = sorted(_CARDS.get(place, {}).values(), key=lambda card: card.order)
    drawn = [(card, card.draw(request, subject)) for card in found]
    return Laid(
        tuple(text for _, text in drawn if text),
        frozenset(card.instead_of for card, text in drawn if text and card.instead_of),
    )
