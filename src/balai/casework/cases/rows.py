"""One case as its rows say it: its face, which tells who may see it, and the same opened, with what it says.

Whoever reads asks the face first, writes down that they read, and only then opens it; so a stranger, or a reading that could not
be recorded, leaves the key where it is.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import crypto, journal, sql
from balai.base.errors import NotFound
from balai.casework.cases import rules
from balai.engine import process

ANSWERS = "case:answers"


@dataclass(slots=True)
class TaskRow:
    """One task as the step path needs it."""

    id: UUID
    token: str
    node: str
    role: str
    unit_id: UUID | None
    assignee_id: UUID | None
    state: str
    done_by_id: UUID | None
    opened_at: datetime
    due_at: datetime | None
    operation: str


@dataclass(frozen=True, slots=True)
class CaseFace:
    """A case's plain columns: enough to say who may see it, nothing of what it says."""

    id: UUID
    number: str
    service_id: str
    service_key: str
    unit_path: str
    applicant_id: UUID | None
    submitted_by_id: UUID | None
    _row: tuple[Any, ...] = field(repr=False)

    def open(self) -> "CaseRow":
        """Open the case, with its tasks: one statement. :raises NotFound: `vault-shredded` when it was forgotten."""
        return _open(self._row)


@dataclass(slots=True)
class CaseRow:
    """A case under lock, or as last committed, with its data opened."""

    id: UUID
    number: str
    service_id: str
    service_key: str
    unit_id: UUID
    unit_path: str
    unit_code: str
    unit_name: str
    unit_kind: str
    unit_area: str
    unit_calendar: tuple[str, str]  # name and fingerprint
    vault_id: UUID
    applicant_id: UUID | None
    submitted_by_id: UUID | None
    holder_masked: str
    state: process.State
    revision: int
    data: dict[str, Any]
    key: bytes
    status: str
    outcome: str
    channel: str
    language: str
    submitted_at: datetime
    due_at: datetime | None
    remind_at: datetime | None
    paused_at: datetime | None
    overdue_told_at: datetime | None
    closed_at: datetime | None
    stuck_at: datetime | None
    end_event: str
    sent_back: int
    head: journal.Head
    tasks: list[TaskRow] = field(default_factory=list)

    @property
    def open_tasks(self) -> list[TaskRow]:
        return [task for task in self.tasks if task.state == "open"]

    @property
    def done(self) -> list[tuple[str, UUID | None]]:
        """Who did which step, over all rounds."""
        return [(task.node, task.done_by_id) for task in self.tasks if task.state == "done"]


_CASE = """
    SELECT c.id, c.number, c.service_id, c.service_key, c.unit_id, u.path, u.code, u.name, u.kind, u.area, c.vault_id,
           c.applicant_id, c.submitted_by_id, c.holder_masked, c.state, c.revision, c.data_sealed, v.wrapped_key,
           c.status, c.outcome, c.channel, c.language, c.submitted_at, c.due_at, c.remind_at, c.paused_at,
           c.overdue_told_at, c.closed_at, c.end_event, c.sent_back, c.journal_seq, c.journal_hash, u.calendar_id,
           w.fingerprint, c.stuck_at
    FROM cases_case c JOIN base_vault v ON v.id = c.vault_id JOIN offices_unit u ON u.id = c.unit_id
         JOIN offices_workingcalendar w ON w.name = u.calendar_id
"""
_TASKS = """
    SELECT id, token, node, role, unit_id, assignee_id, state, done_by_id, opened_at, due_at, operation
    FROM cases_task WHERE case_id = %s ORDER BY opened_at
"""


def lock_face(case_id: UUID) -> CaseFace:
    """Fetch a case's face under its row lock. :raises NotFound:"""
    clause = " FOR UPDATE OF c" if sql.for_update() else ""
    return _face(sql.row(f"{_CASE} WHERE c.id = %s{clause}", [case_id]))


def read_face(*, case_id: UUID | None = None, number: str = "") -> CaseFace:
    """Fetch a case's face as last committed. :raises NotFound:"""
    if case_id is not None:
        return _face(sql.row(f"{_CASE} WHERE c.id = %s", [case_id]))
    return _face(sql.row(f"{_CASE} WHERE c.number = %s", [rules.read_number(number)]))


def lock_case(case_id: UUID) -> CaseRow:
    """Open a case under its row lock, with its tasks: two statements. :raises NotFound:"""
    return lock_face(case_id).open()


def read_case(*, case_id: UUID | None = None, number: str = "") -> CaseRow:
    """Open a case as last committed, with its tasks: two statements. Who may is the caller's question. :raises NotFound:"""
    return read_face(case_id=case_id, number=number).open()


def _face(row: tuple[Any, ...] | None) -> CaseFace:
    if row is None:
        raise NotFound
    return CaseFace(
        id=as_id(row[0]), number=row[1], service_id=row[2], service_key=row[3], unit_path=row[5],
        applicant_id=sql.as_uuid(row[11]), submitted_by_id=sql.as_uuid(row[12]), _row=row,
    )  # fmt: skip


def _open(row: tuple[Any, ...]) -> CaseRow:
    vault_id, wrapped = sql.as_uuid(row[10]), row[17]
    if wrapped is None:
        raise NotFound("vault-shredded")
    assert vault_id is not None
    key = crypto.unwrap(vault_id, bytes(wrapped))
    case = CaseRow(
        id=as_id(row[0]), number=row[1], service_id=row[2], service_key=row[3], unit_id=as_id(row[4]),
        unit_path=row[5], unit_code=row[6], unit_name=row[7], unit_kind=row[8], unit_area=row[9], vault_id=vault_id,
        applicant_id=sql.as_uuid(row[11]), submitted_by_id=sql.as_uuid(row[12]), holder_masked=row[13],
        state=process.State.from_json(sql.as_json(row[14])), revision=row[15],
        data=rules.from_bytes(crypto.open_with(key, row[16], ANSWERS)), key=key, status=row[18], outcome=row[19],
        channel=row[20], language=row[21], submitted_at=as_moment(row[22]), due_at=sql.as_datetime(row[23]),
        remind_at=sql.as_datetime(row[24]), paused_at=sql.as_datetime(row[25]),
        overdue_told_at=sql.as_datetime(row[26]), closed_at=sql.as_datetime(row[27]), end_event=row[28],
        sent_back=row[29], head=journal.Head(row[30], bytes(row[31])), unit_calendar=(row[32], row[33]),
        stuck_at=sql.as_datetime(row[34]),
    )  # fmt: skip
    case.tasks = [
        TaskRow(
            id=as_id(each[0]), token=each[1], node=each[2], role=each[3], unit_id=sql.as_uuid(each[4]),
            assignee_id=sql.as_uuid(each[5]), state=each[6], done_by_id=sql.as_uuid(each[7]),
            opened_at=as_moment(each[8]), due_at=sql.as_datetime(each[9]), operation=each[10],
        )
        for each in sql.rows(_TASKS, [case.id])
    ]  # fmt: skip
    return case


def as_id(value: Any) -> UUID:
    """Read an id column that is never null."""
    made = sql.as_uuid(value)
    assert made is not None
    return made


def as_moment(value: Any) -> datetime:
    """Read a time column that is never null."""
    made = sql.as_datetime(value)
    assert made is not None
    return made
