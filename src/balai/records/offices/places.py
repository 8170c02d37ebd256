"""What lies in a unit or at a post and keeps it from being closed: every app says its own, in its `checks.py`.

A room that puts a device, a counter or a queue into a unit registers how many lie there and where they are moved.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.module_loading import autodiscover_modules


@dataclass(frozen=True, slots=True)
class ToClose:
    """What is to be closed: one post, or a whole unit with all its posts."""

    unit_id: UUID
    unit_code: str
    unit_path: str
    post_ids: Collection[UUID]
    role: str = ""  # the post's; "" for a whole unit


@dataclass(frozen=True, slots=True)
class Lying:
    """So many things of a kind that lie there: the text that counts them and says what to do, and by name the page for it, if there is one."""

    words: str
    count: int
    page: str = ""
    args: tuple[object, ...] = ()


Finds = Callable[[ToClose, date], Sequence[Lying]]
_FINDS: dict[str, Finds] = {}


def lies(find: Finds) -> Finds:
    """Register a function that finds what of its app lies in a place on a date, or will; nothing when nothing does."""
    _FINDS[f"{find.__module__}.{find.__name__}"] = find
    return find


def list_lying(place: ToClose, on_date: date) -> list[Lying]:
    """List everything that lies in a place, by whoever brought it there."""
    autodiscover_modules("checks")
    return [one for name in sorted(_FINDS) for one in _FINDS[name](place, on_date) if one.count]
