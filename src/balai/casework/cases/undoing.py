"""What an officer may still take back: for a minute after their move, while nobody acted and nothing left."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from balai.base import sql
from balai.casework.cases.rows import as_id, as_moment

Begun = Callable[[UUID, Collection[str]], bool]
_BEGUN: list[Begun] = []


def begins(function: Begun) -> Begun:
    """Register a function that tells whether an app has begun something for open tokens of a case: then its move stands."""
    _BEGUN.append(function)
    return function


def is_begun(case_id: UUID, tokens: Collection[str]) -> bool:
    """Tell whether any app has begun something for open tokens of a case."""
    return any(function(case_id, tokens) for function in _BEGUN)


@dataclass(frozen=True, slots=True)
class Undoable:
    """A move that its officer may take back until a moment; `node` is the step they did."""

    case_id: UUID
    number: str
    service_id: str
    service_key: str
    node: str
    until: datetime


def list_undoable(person_id: UUID, *, now: datetime, limit: int = 25) -> list[Undoable]:
    """List what an officer may take back now, the last first. One query."""
    found = sql.rows(
        "SELECT c.id, c.number, c.service_id, c.service_key, u.node, u.until FROM cases_undo u"
        " JOIN cases_case c ON c.id = u.case_id AND c.journal_seq = u.seq"
        " WHERE u.person_id = %s AND u.until > %s ORDER BY u.until DESC, c.number LIMIT %s",
        [person_id, now, limit],
    )
    return [Undoable(as_id(row[0]), row[1], row[2], row[3], row[4], as_moment(row[5])) for row in found]


def list_past_undo(now: datetime, limit: int = 200) -> list[UUID]:
    """List the cases whose last move can be taken back no more. One query."""
    found = sql.rows("SELECT case_id FROM cases_undo WHERE until <= %s ORDER BY until LIMIT %s", [now, limit])
    return [as_id(row[0]) for row in found]


def is_undone(case_id: UUID, deed_id: UUID) -> bool:
    """Tell whether what a deed entered into a case's journal was taken back right after. One query."""
    found = sql.row(
        "SELECT 1 FROM base_entry e JOIN base_entry u ON u.stream = e.stream AND u.seq = e.seq + 1 AND u.action = 'undo'"
        " WHERE e.stream = %s AND e.deed_id = %s",
        [f"case:{case_id}", deed_id],
    )
    return found is not None
