"""What waits on a desk, counted once for the page and its navigation alike."""

from balai.base import checks
from balai.casework.cases import queries as cases
from balai.records.entrance.officers import Desk


def inbox(desk: Desk) -> dict[str, int]:
    """Count what waits on this desk: all, late, soon, sign."""
    return desk.once("inbox", lambda: cases.count_inbox(desk.person_id, desk.now, held=desk.held))


def attention(desk: Desk) -> dict[str, int]:
    """Count what waits for an administrator, by its key: one query for each app that brings something."""
    return desk.once("attention", lambda: checks.count_needs(desk.now))
