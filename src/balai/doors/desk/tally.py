"""What waits on a desk, counted once for the page and its navigation alike."""

from balai.base import checks
from balai.casework.cases import queries as cases
from balai.records.entrance.officers import Desk


def scope(desk: Desk, which: cases.Which = "mine") -> cases.ListScope:
    """Work out over what a list of work of this desk goes."""
    return desk.once(
        f"scope {which}", lambda: cases.get_scope(desk.person_id, now=desk.now, which=which, held=desk.held)
    )


def work(desk: Desk, which: cases.Which = "mine") -> list[cases.Heap]:
    """Count a list of work of this desk by service and step."""
    return desk.once(f"work {which}", lambda: cases.count_work(scope(desk, which)))


def inbox(desk: Desk) -> dict[str, int]:
    """Count what waits on this desk: all, late, soon, sign, and by further kinds."""
    return cases.sum_up(work(desk))


def attention(desk: Desk) -> dict[str, int]:
    """Count what waits for an administrator, by its key: one query for each app that brings something."""
    return desk.once("attention", lambda: checks.count_needs(desk.now))
