"""What waits on a desk, counted once for the page and its navigation alike."""

from django.core.cache import caches

from balai.base import checks
from balai.casework.cases import queries as cases
from balai.records.entrance.officers import Desk

MANY, KEPT_FOR = 20_000, 30  # tasks, of which a few more or less are no news; seconds


def scope(desk: Desk, which: cases.Which = "mine") -> cases.ListScope:
    """Work out over what a list of work of this desk goes."""
    return desk.once(
        f"scope {which}", lambda: cases.get_scope(desk.person_id, now=desk.now, which=which, held=desk.held)
    )


def work(desk: Desk, which: cases.Which = "mine") -> list[cases.Heap]:
    """Count a list of work of this desk by service and step; a town's tens of thousands are counted anew each half minute."""
    found = desk.once(f"work {which}", lambda: _counted(desk, which))
    if which == "mine":
        desk.once("own work", lambda: found)
    return found


def _counted(desk: Desk, which: cases.Which) -> list[cases.Heap]:
    over = scope(desk, which)
    if len(over.piles) <= cases.MANY_PILES:
        return cases.count_work(over)
    kept, key = caches["local"], f"work:{which}:{desk.person_id}:{hash(over.roles)}"
    found: list[cases.Heap] | None = kept.get(key)
    if found is None:
        found = cases.count_work(over)
        if sum(heap.count for heap in found) >= MANY:
            kept.set(key, found, KEPT_FOR)
    return found


def inbox(desk: Desk) -> dict[str, int]:
    """Count what can be done on this desk, as the navigation of every page tells it: all, late, soon, sign.

    A page that has counted all of the desk for itself is not counted again; what waits for applicants is counted there alone.
    """
    return cases.sum_up(desk.once("own work", lambda: cases.count_work(scope(desk), waiting=False)))


def attention(desk: Desk) -> dict[str, int]:
    """Count what waits for an administrator, by its key: one query for each app that brings something."""
    return desk.once("attention", lambda: checks.count_needs(desk.now))
