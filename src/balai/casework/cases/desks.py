"""What waits at the officers' desks: inboxes, how much is in them, and what needs somebody's attention."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils.timezone import localdate

from balai.base import sql
from balai.base.errors import NotFound
from balai.casework.cases import events
from balai.casework.cases.models import Case, Household, Task
from balai.casework.cases.rows import HOLDER, PARTIES, as_id, as_moment
from balai.engine import process
from balai.records.offices import queries as offices


@dataclass(frozen=True, slots=True)
class Listed:
    """One row of a list of cases or tasks, masked; whoever shows it to another has it recorded (`record_list`)."""

    number: str
    service_id: str
    service_key: str
    holder_masked: str
    status: str
    outcome: str
    submitted_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    paused: bool
    unit_name: str
    node: str = ""
    task_id: UUID | None = None
    token: str = ""
    operation: str = ""
    task_due_at: datetime | None = None
    assignee_id: UUID | None = None
    case_id: UUID | None = None
    applicant_id: UUID | None = None
    opened_at: datetime | None = None  # of the task, as what follows
    parked_until: datetime | None = None
    parked_for: str = ""
    returned: bool = False
    vault_id: UUID | None = None


def as_listed(row: tuple[Any, ...]) -> Listed:
    """Read one row of a list of cases or tasks."""
    return Listed(
        number=row[0], service_id=row[1], service_key=row[2], holder_masked=row[3], status=row[4], outcome=row[5],
        submitted_at=as_moment(row[6]), due_at=sql.as_datetime(row[7]), closed_at=sql.as_datetime(row[8]),
        paused=row[9] is not None, unit_name=row[10], node=row[11] or "", task_id=sql.as_uuid(row[12]),
        token=row[13] or "", operation=row[14] or "", task_due_at=sql.as_datetime(row[15]),
        assignee_id=sql.as_uuid(row[16]), case_id=as_id(row[17]), applicant_id=sql.as_uuid(row[18]),
        vault_id=sql.as_uuid(row[-1]) if len(row) > 19 else None,
        **_of_task(row[19:23] if row[12] is not None else ()),
    )  # fmt: skip


def _of_task(row: tuple[Any, ...]) -> dict[str, Any]:
    names = ("opened_at", "parked_until", "parked_for", "returned")
    return (
        dict(zip(names, (sql.as_datetime(row[0]), sql.as_datetime(row[1]), row[2], bool(row[3])), strict=True))
        if row
        else {}
    )


TASK_LIST = f"""
    SELECT c.number, c.service_id, c.service_key, {HOLDER}, c.status, c.outcome, c.submitted_at, c.due_at,
           c.closed_at, c.paused_at, u.name, t.node, t.id, t.token, t.operation, t.due_at, t.assignee_id, c.id,
           c.applicant_id, t.opened_at, t.parked_until, t.parked_for, t.returned, c.vault_id
    FROM cases_task t JOIN cases_case c ON c.id = t.case_id JOIN offices_unit u ON u.id = c.unit_id
"""


Which = Literal["mine", "unit", "all"]


def find_idle(task_ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Find which open tasks lie on the desk of somebody who cannot do them today: away, gone, shut out, or a party to the case.

    They are their unit's until that officer can again. One query, none when no task is asked about.
    """
    if not task_ids:
        return set()
    able, params = offices.at_work("t.assignee_id", "t.role", "u.path", localdate(now))
    found = sql.rows(
        "SELECT t.id FROM cases_task t JOIN offices_unit u ON u.id = t.unit_id"
        f" WHERE t.id IN ({', '.join(['%s'] * len(task_ids))}) AND t.assignee_id IS NOT NULL AND (NOT {able} OR EXISTS"
        f" (SELECT 1 FROM ({PARTIES}) party WHERE party.case_id = t.case_id AND party.person_id = t.assignee_id))",
        [*task_ids, *params],
    )
    return {as_id(row[0]) for row in found}


@dataclass(frozen=True, slots=True)
class Load:
    """How many open tasks of one role of a unit and of those below it lie on an officer's desk."""

    person_id: UUID
    role: str
    count: int


def list_loads(unit_path: str) -> list[Load]:
    """List how much lies on each officer's desk for a unit and those below it. One query."""
    found = sql.rows(
        "SELECT t.assignee_id, t.role, count(*) FROM offices_unit u CROSS JOIN cases_task t"  # in this order: few units
        " WHERE t.unit_id = u.id AND t.state = 'open' AND t.assignee_id IS NOT NULL AND t.role <> 'applicant' AND u.path LIKE %s GROUP BY t.assignee_id, t.role",
        [f"{unit_path}%"],
    )
    return [Load(as_id(person), role, int(count)) for person, role, count in found]


# ---- what needs somebody's attention --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stuck:
    """One token that cannot go on by itself."""

    case_id: UUID
    number: str
    service_id: str
    service_key: str
    unit_name: str
    token: str
    node: str
    code: str
    since: datetime


def list_stuck(limit: int = 100) -> list[Stuck]:
    """List the steps that an operator must look at, those waiting longest first. One query."""
    found = sql.rows(
        "SELECT c.id, c.number, c.service_id, c.service_key, u.name, c.stuck_at, c.state FROM cases_case c"
        " JOIN offices_unit u ON u.id = c.unit_id WHERE c.stuck_at IS NOT NULL ORDER BY c.stuck_at LIMIT %s",
        [limit],
    )
    return [
        Stuck(as_id(row[0]), row[1], row[2], row[3], row[4], token.id, token.node, token.stuck, as_moment(row[5]))
        for row in found
        for token in process.State.from_json(sql.as_json(row[6])).tokens
        if token.stuck
    ]


# The open tasks that nobody can do, worked out when it is asked, since a date that passes strands one as surely as a deed.
# `worker`: who can work today. `pile`: the tasks that lie together, for one role of one unit on one desk, with how many work
# there and whether that desk's owner does. `own`: who of them is a party to which case. `lost`: the tasks on the desk of nobody
# who can do them, of which a unit with nobody has all, and another those from which everybody left is barred.
_LOST = f"""
    worker (person_id, role, path) AS MATERIALIZED ({{workers}}),
    pile AS MATERIALIZED (
        SELECT d.unit_id, d.role, d.assignee_id, d.n, u.path,
            (SELECT count(*) FROM worker w WHERE w.role = d.role AND w.path = substr(u.path, 1, length(w.path))) AS staff,
            (SELECT count(*) FROM worker w WHERE w.role = d.role AND w.path = substr(u.path, 1, length(w.path))
                AND w.person_id = d.assignee_id) AS held
        FROM (
            SELECT unit_id, role, assignee_id, count(*) AS n FROM cases_task
            WHERE state = 'open' AND role <> 'applicant' GROUP BY unit_id, role, assignee_id
        ) d JOIN offices_unit u ON u.id = d.unit_id
    ),
    own AS MATERIALIZED (SELECT case_id, person_id FROM ({PARTIES}) party WHERE person_id IN ({{people}})),
    idle (id) AS (
        SELECT t.id FROM cases_task t WHERE t.state = 'open'
            AND (t.unit_id, t.role) IN (SELECT unit_id, role FROM pile WHERE staff > 0 AND held = 0)
            AND (t.assignee_id IS NULL OR t.assignee_id IN (
                SELECT p.assignee_id FROM pile p WHERE p.held = 0 AND p.unit_id = t.unit_id AND p.role = t.role))
        UNION SELECT t.id FROM own o JOIN cases_task t ON t.case_id = o.case_id AND t.assignee_id = o.person_id
            JOIN pile p ON p.unit_id = t.unit_id AND p.role = t.role AND p.assignee_id = t.assignee_id
        WHERE p.staff > 0 AND t.state = 'open'
    ),
    lost (id) AS (
        SELECT t.id FROM idle i JOIN cases_task t ON t.id = i.id JOIN offices_unit u ON u.id = t.unit_id
        WHERE t.unstaffed OR NOT EXISTS (
            SELECT 1 FROM worker w WHERE w.role = t.role AND w.path = substr(u.path, 1, length(w.path))
            AND NOT EXISTS (SELECT 1 FROM own o WHERE o.case_id = t.case_id AND o.person_id = w.person_id)
            AND NOT EXISTS (
                SELECT 1 FROM cases_task d WHERE d.case_id = t.case_id AND d.state = 'done'
                AND d.done_by_id = w.person_id AND t.apart_from LIKE '%%,' || d.node || ',%%'
            )
        )
    )"""


def _lost(now: datetime) -> tuple[str, list[Any]]:
    """Begin a statement with what is lost; who can work is named in it, so that their own cases are found by index."""
    statement, params = offices.workers(localdate(now))
    people = sorted({row[0] for row in sql.rows(f"SELECT person_id FROM ({statement}) able", params)}) or [None]
    marks = ", ".join(["%s"] * len(people))
    return f"WITH {_LOST.format(workers=statement, people=marks)}", [*params, *people]


@dataclass(frozen=True, slots=True)
class Unstaffed:
    """One open task that nobody in its own unit could take, or that nobody at all can do."""

    case_id: UUID
    number: str
    service_id: str
    service_key: str
    unit_code: str
    unit_name: str
    node: str
    role: str
    assignee_id: UUID | None  # whom the unit above lent; None: it lies on nobody's desk
    since: datetime


def list_unstaffed(now: datetime, limit: int = 100) -> list[Unstaffed]:
    """List the open tasks for which a unit has nobody, those on nobody's desk first. Two queries."""
    lost, params = _lost(now)
    found = sql.rows(
        f"{lost}, shown (id, nobody) AS ("
        " SELECT id, 0 FROM lost UNION"
        " SELECT t.id, 0 FROM pile p JOIN cases_task t ON t.unit_id = p.unit_id AND t.role = p.role"
        " WHERE p.staff = 0 AND t.state = 'open' UNION"
        " SELECT t.id, 1 FROM cases_task t WHERE t.state = 'open' AND t.unstaffed AND t.assignee_id IS NOT NULL"
        "     AND t.id NOT IN (SELECT id FROM lost) AND EXISTS (SELECT 1 FROM pile p WHERE p.unit_id = t.unit_id"
        "     AND p.role = t.role AND p.assignee_id = t.assignee_id AND p.held > 0))"
        " SELECT c.id, c.number, c.service_id, c.service_key, u.code, u.name, t.node, t.role,"
        " CASE WHEN s.nobody = 1 THEN t.assignee_id END, t.opened_at"
        " FROM shown s JOIN cases_task t ON t.id = s.id JOIN cases_case c ON c.id = t.case_id"
        " JOIN offices_unit u ON u.id = t.unit_id ORDER BY s.nobody, t.opened_at LIMIT %s",
        [*params, limit],
    )
    return [
        Unstaffed(
            case_id=as_id(row[0]), number=row[1], service_id=row[2], service_key=row[3], unit_code=row[4],
            unit_name=row[5], node=row[6], role=row[7], assignee_id=sql.as_uuid(row[8]), since=as_moment(row[9]),
        )
        for row in found
    ]  # fmt: skip


def count_attention(now: datetime) -> dict[str, int]:
    """Count the cases with a stuck step, and the open tasks that lie on nobody's desk for want of staff. Two queries."""
    lost, params = _lost(now)
    found = sql.row(
        f"{lost} SELECT (SELECT count(*) FROM cases_case WHERE stuck_at IS NOT NULL),"
        " (SELECT coalesce(sum(n), 0) FROM pile WHERE staff = 0) + (SELECT count(*) FROM lost),"
        " (SELECT count(*) FROM base_message WHERE topic = %s AND state = 'waiting' AND attempts > 0 AND last_error <> '')",
        [*params, events.ERRAND],
    )
    assert found is not None
    return {"stuck": int(found[0]), "unstaffed": int(found[1]), "errands": int(found[2])}


# ---- who had business with a case ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Work:
    """What a case tells about a reader: its applicant, vault and unit, whether they ever had a task, and whether one is open to take."""

    applicant_id: UUID | None
    vault_id: UUID
    unit_path: str
    tasked: Mapping[UUID, bool]
    open_roles: frozenset[str]


def get_work(case_id: UUID) -> Work | None:
    """Read who worked on a case, and which open tasks lie on nobody's desk. Two queries; None for a case that is gone."""
    row = Case.objects.filter(id=case_id).values_list("applicant_id", "vault_id", "unit__path").first()
    if row is None:
        return None
    tasks = Task.objects.filter(case_id=case_id).values_list("assignee_id", "done_by_id", "state", "role")
    tasked = {one: True for assignee, done, _, _ in tasks for one in (assignee, done) if one}
    free = frozenset(role for assignee, _, state, role in tasks if state == "open" and assignee is None)
    return Work(row[0], row[1], row[2], tasked, free)


def find_case_of_vault(vault_id: UUID) -> UUID | None:
    """Find of which case a vault is. One query."""
    return Case.objects.filter(vault_id=vault_id).values_list("id", flat=True).first()


def list_ids_of_vaults(vault_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """List of which cases some vaults are: (case, vault). One query."""
    return list(Case.objects.filter(vault_id__in=vault_ids).values_list("id", "vault_id"))


def list_ids_of(person_ids: Collection[UUID]) -> list[UUID]:
    """List the ids of every case some persons are the applicant of. One query."""
    return list(Case.objects.filter(applicant_id__in=person_ids).values_list("id", flat=True))


def list_ids_around(person_ids: Collection[UUID]) -> list[UUID]:
    """List the ids of every case some persons are the applicant of, or sent for another. One query."""
    mine = Q(applicant_id__in=person_ids) | Q(submitted_by_id__in=person_ids)
    return list(Case.objects.filter(mine).values_list("id", flat=True))


class Whereabouts(NamedTuple):
    """What a case is called, and which unit handles it."""

    number: str
    unit_id: UUID
    unit_path: str


def get_whereabouts(case_id: UUID) -> Whereabouts:
    """Tell what a case is called, and which unit handles it, open or closed. One query. :raises NotFound:"""
    found = Case.objects.filter(id=case_id).values_list("number", "unit_id", "unit__path").first()
    if found is None:
        raise NotFound
    return Whereabouts(*found)


def list_versions_of(case_ids: Collection[UUID]) -> dict[UUID, tuple[str, str]]:
    """Tell which service, and which version of it, some cases run or ran under. One query."""
    found = Case.objects.filter(id__in=case_ids).values_list("id", "service_id", "service_key")
    return {case_id: (service_id, key) for case_id, service_id, key in found}


def list_units_of(person_id: UUID) -> set[str]:
    """List the paths of the units that handle or handled a person's cases, or a step of them. Two queries."""
    tasks = Task.objects.filter(case__applicant_id=person_id, unit__isnull=False).exclude(state="cancelled")
    own = Case.objects.filter(applicant_id=person_id).values_list("unit__path", flat=True).distinct()
    return {*own, *(path for path in tasks.values_list("unit__path", flat=True).distinct() if path)}


def share_household(reader_id: UUID, case_id: UUID) -> bool:
    """Tell whether a reader applied with the family card that this case bears, by keyed hash. One query."""
    mine = Household.objects.filter(case__applicant_id=reader_id).values("hash")
    return Household.objects.filter(case_id=case_id, hash__in=mine).exists()


def list_untouched(reader_id: UUID, unit_id: UUID, limit: int) -> list[tuple[str, UUID, UUID]]:
    """List closed cases of a unit on which somebody never had a task, of others with a record: (number, case, applicant)."""
    mine = Task.objects.filter(Q(assignee_id=reader_id) | Q(done_by_id=reader_id)).values("case_id")
    found = Case.objects.filter(unit_id=unit_id, status="closed", applicant_id__isnull=False)
    found = found.exclude(id__in=mine).exclude(applicant_id=reader_id).order_by("-closed_at", "id")
    return [
        (number, case, person)
        for number, case, person in found.values_list("number", "id", "applicant_id")[:limit]
        if person
    ]
