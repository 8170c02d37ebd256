"""One case as its rows say it: its face, which tells who may see it, and the same opened, with what it says.

Whoever reads asks the face first, writes down that they read, and only then opens it; so a stranger, or a reading that could not
be recorded, leaves the key where it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from balai.base import crypto, journal, sql
from balai.base.errors import Altered, NotFound
from balai.casework.cases import rules
from balai.casework.cases.standings import row_mark, stands
from balai.engine import manifest, process

ANSWERS = "case:answers"


class Elsewhere(NamedTuple):
    """What another unit than the case's own has to do with it, by a task that lies or lay there."""

    unit_id: UUID
    unit_path: str
    open: bool  # it still has business there: the task is open, or the case is, or it signed a letter of it
    done_by_id: UUID | None


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
    parked_until: datetime | None = None
    parked_for: str = ""
    unit_path: str = ""


@dataclass(frozen=True, slots=True)
class CaseFace:
    """A case's plain columns: enough to say who may see it, nothing of what it says."""

    id: UUID
    number: str
    service_id: str
    service_key: str
    unit_path: str
    vault_id: UUID
    applicant_id: UUID | None
    submitted_by_id: UUID | None
    parties: frozenset[UUID]  # who handles none of it as an officer, see PARTIES
    _row: tuple[Any, ...] = field(repr=False)
    _tasks: list[tuple[Any, ...]] = field(repr=False)

    @property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """Tell what other units have to do with the case."""
        return elsewhere(self._row[4], self._row[18], [_task(each) for each in self._tasks])

    def open(self) -> "CaseRow":
        """Open the case, with its tasks.

        :raises NotFound: `vault-shredded` when it was forgotten; :raises Altered: its key is bound to other holders.
        """
        return _open(self)


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
    parties: frozenset[UUID] = frozenset()  # who handles none of it as an officer, see PARTIES

    @property
    def holders(self) -> bytes:
        """Name whose case it is, as its key is bound."""
        return crypto.holders_of(self.applicant_id, self.submitted_by_id)

    @property
    def mark(self) -> bytes:
        """Give the mark of the row as it stands now."""
        return row_mark(
            self.id, self.vault_id, self.unit_id, self.holders, self.service_key, self.channel, self.status, self.outcome,
            self.end_event, self.revision, self.head,
        )  # fmt: skip

    @property
    def stands(self) -> dict[str, Any]:
        """Give what the next entry keeps of how the case stands: in the clear, and under the town's key with whose it is."""
        return stands(self.id, self.holders, self.status, self.outcome, self.revision + 1, letters_of(self.data))

    @property
    def elsewhere(self) -> tuple[Elsewhere, ...]:
        """Tell what other units have to do with the case."""
        return elsewhere(self.unit_id, self.status, self.tasks)

    @property
    def extended(self) -> Mapping[str, str]:
        """Tell by whom, until when and why more time was taken; empty where none was."""
        found: Mapping[str, str] = self.data.get(rules.EXTENDED, {})
        return found

    @property
    def open_tasks(self) -> list[TaskRow]:
        return [task for task in self.tasks if task.state == "open"]

    @property
    def done(self) -> list[tuple[str, UUID | None]]:
        """Who did which step, over all rounds; who submitted it for another at a counter did `apply`."""
        begun = [("apply", self.submitted_by_id)] if self.channel == "counter" else []
        return begun + [(task.node, task.done_by_id) for task in self.tasks if task.state == "done"]

    def barred(self, step: manifest.Step) -> set[UUID]:
        """Name the persons who may not do a step: those of four-eyes, and whose own case it is."""
        return rules.barred(step, self.done) | self.parties

    def last_doer(self, step: manifest.Step) -> UUID | None:
        """Name who did a step when the case came to it last."""
        return next((person for node, person in reversed(self.done) if node == step.id and person), None)


_CASE = """
    SELECT c.id, c.number, c.service_id, c.service_key, c.unit_id, u.path, u.code, u.name, u.kind, u.area, c.vault_id,
           c.applicant_id, c.submitted_by_id, c.holder_masked, c.state, c.revision, c.data_sealed, v.wrapped_key,
           c.status, c.outcome, c.channel, c.language, c.submitted_at, c.due_at, c.remind_at, c.paused_at,
           c.overdue_told_at, c.closed_at, c.end_event, c.sent_back, c.journal_seq, c.journal_hash, u.calendar_id,
           w.fingerprint, c.stuck_at, c.mac
    FROM cases_case c JOIN base_vault v ON v.id = c.vault_id JOIN offices_unit u ON u.id = c.unit_id
         JOIN offices_workingcalendar w ON w.name = u.calendar_id
"""
# The masked holder of a case `c` as lists show it: of a case under protection nobody, since a list knows not who reads it.
HOLDER = (
    "CASE WHEN EXISTS (SELECT 1 FROM protection_protection g WHERE g.vault_id = c.vault_id AND g.lifted_at IS NULL)"
    " THEN '' ELSE c.holder_masked END"
)
# Who is a party to which case, and so handles nothing of it as an officer: (case_id, person_id), to be narrowed by either. The
# applicant and who acted for them, but for the officer who heard them at a counter; whoever shares a family card with the case,
# as far as an own application of theirs tells it; whoever a mandate bound to the applicant since it was submitted; of an objection
# whoever worked on the decision it is against.
_BOUND = """
    m.state IN ('active', 'revoked')
    AND (m.ended_at IS NULL OR m.ended_at >= c.submitted_at) AND (m.to_date IS NULL OR m.to_date >= date(c.submitted_at))"""
PARTIES = f"""
    SELECT c.id AS case_id, c.applicant_id AS person_id FROM cases_case c WHERE c.applicant_id IS NOT NULL
    UNION ALL SELECT c.id, c.submitted_by_id FROM cases_case c
        WHERE c.submitted_by_id IS NOT NULL AND c.channel <> 'counter'
    UNION ALL SELECT h.case_id, c.applicant_id FROM cases_household h JOIN cases_household o ON o.hash = h.hash
        JOIN cases_case c ON c.id = o.case_id WHERE c.applicant_id IS NOT NULL
    UNION ALL SELECT c.id, m.agent_id FROM cases_case c JOIN people_mandate m ON m.principal_id = c.applicant_id
        WHERE {_BOUND}
    UNION ALL SELECT c.id, m.principal_id FROM cases_case c JOIN people_mandate m ON m.agent_id = c.applicant_id
        WHERE {_BOUND}
    UNION ALL SELECT b.case_id, b.person_id FROM cases_barred b"""
NOT_OWN = f"{{case}} NOT IN (SELECT case_id FROM ({PARTIES}) party WHERE person_id = %s)"
_PARTY = "party"  # no state of a task: the row names a party; so that both come with one statement
_TASKS = f"""
    SELECT t.id, token, node, role, unit_id, assignee_id, state, done_by_id, opened_at, due_at, operation,
        parked_until, parked_for, w.path
    FROM cases_task t LEFT JOIN offices_unit w ON w.id = t.unit_id WHERE case_id = %s
    UNION ALL SELECT person_id, '', '', '', NULL, NULL, '{_PARTY}', NULL, NULL, NULL, '', NULL, '', ''
    FROM ({PARTIES}) party WHERE case_id = %s
    ORDER BY opened_at
"""


def lock_face(case_id: UUID) -> CaseFace:
    """Fetch a case's face under its row lock. :raises NotFound: :raises Altered: its row does not fit its journal's head."""
    clause = " FOR UPDATE OF c" if sql.for_update() else ""
    return _face(sql.row(f"{_CASE} WHERE c.id = %s{clause}", [case_id]))


def read_face(*, case_id: UUID | None = None, number: str = "") -> CaseFace:
    """Fetch a case's face as last committed. :raises NotFound: :raises Altered: its row does not fit its journal's head."""
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
    if bytes(row[35]) != _mark_of(row):
        raise Altered(case=row[1])
    found = sql.rows(_TASKS, [row[0], row[0]])
    return CaseFace(
        id=as_id(row[0]), number=row[1], service_id=row[2], service_key=row[3], unit_path=row[5],
        vault_id=as_id(row[10]), applicant_id=sql.as_uuid(row[11]), submitted_by_id=sql.as_uuid(row[12]),
        parties=frozenset(as_id(each[0]) for each in found if each[6] == _PARTY), _row=row,
        _tasks=[each for each in found if each[6] != _PARTY],
    )  # fmt: skip


def _mark_of(row: tuple[Any, ...]) -> bytes:
    """Give the mark that a row of `_CASE` should bear."""
    holders = crypto.holders_of(sql.as_uuid(row[11]), sql.as_uuid(row[12]))
    return row_mark(
        as_id(row[0]), as_id(row[10]), as_id(row[4]), holders, row[3], row[20], row[18], row[19], row[28], row[15],
        journal.Head(row[30], bytes(row[31])),
    )  # fmt: skip


def _open(face: CaseFace) -> CaseRow:
    row = face._row
    vault_id, wrapped = sql.as_uuid(row[10]), row[17]
    if wrapped is None:
        raise NotFound("vault-shredded")
    assert vault_id is not None
    holders = crypto.holders_of(face.applicant_id, face.submitted_by_id)
    try:
        key = crypto.unwrap(vault_id, bytes(wrapped), holders)
    except crypto.Tampered:
        raise Altered(case=face.number) from None
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
        stuck_at=sql.as_datetime(row[34]), parties=face.parties,
    )  # fmt: skip
    case.tasks = [_task(each) for each in face._tasks]
    return case


def _task(row: tuple[Any, ...]) -> TaskRow:
    return TaskRow(
        id=as_id(row[0]), token=row[1], node=row[2], role=row[3], unit_id=sql.as_uuid(row[4]),
        assignee_id=sql.as_uuid(row[5]), state=row[6], done_by_id=sql.as_uuid(row[7]),
        opened_at=as_moment(row[8]), due_at=sql.as_datetime(row[9]), operation=row[10],
        parked_until=sql.as_datetime(row[11]), parked_for=row[12], unit_path=row[13] or "",
    )  # fmt: skip


def elsewhere(unit_id: Any, status: str, tasks: Iterable[TaskRow]) -> tuple[Elsewhere, ...]:
    """Tell of a case's tasks what other units than its own have to do with it; called off, a task leaves them nothing."""
    own = sql.as_uuid(unit_id)
    return tuple(
        Elsewhere(
            task.unit_id, task.unit_path,
            task.state == "open" or status != "closed" or task.operation == "document.sign", task.done_by_id,
        )
        for task in tasks
        if task.unit_id not in (None, own) and task.unit_id and task.state != "cancelled"
    )  # fmt: skip


def letters_of(data: Mapping[str, Any]) -> list[str]:
    """List the letters that a case's data tells of."""
    return sorted(str(value["letter"]) for value in data.values() if isinstance(value, dict) and "letter" in value)


def list_parties(case_id: UUID) -> frozenset[UUID]:
    """List who is a party to a case, and so handles nothing of it as an officer. One query."""
    found = sql.rows(f"SELECT person_id FROM ({PARTIES}) party WHERE case_id = %s", [case_id])
    return frozenset(as_id(row[0]) for row in found)


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
