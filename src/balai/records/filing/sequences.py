"""Who takes numbers: a port. An app that takes some says in its `checks.py` how many it knows, so that a gap is found and has an owner.

A number is taken by `filing.actions.take_number` inside the deed that uses it. Whoever took one keeps its row, used or not: a number that
came to nothing stays there with its reason.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.utils.module_loading import autodiscover_modules


class NumberScope(NamedTuple):
    """Whose numbers: a unit's code, a class and a year, as they stand in the number."""

    unit_code: str
    class_code: str
    year: int


class NumbersTaken(NamedTuple):
    """How many numbers of a sequence are known, and what they add up to, which tells a number twice from one that is missing."""

    scope: NumberScope
    known: int
    total: int


Counts = Callable[[], Iterable[NumbersTaken]]
_TAKERS: dict[str, Counts] = {}


def takes(count: Counts) -> Counts:
    """Register a function that counts the numbers its app took, by sequence."""
    _TAKERS[f"{count.__module__}.{count.__name__}"] = count
    return count


def list_taken() -> dict[NumberScope, tuple[int, int]]:
    """Add up, by sequence, how many numbers all apps know, and their sum."""
    autodiscover_modules("checks")
    found: dict[NumberScope, tuple[int, int]] = {}
    for name in sorted(_TAKERS):
        for scope, count, total in _TAKERS[name]():
            before = found.get(scope, (0, 0))
            found[scope] = (before[0] + count, before[1] + total)
    return found
