"""Reads of the jobs and of the operator: what is due, late, stale, or stands where nothing follows."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.timezone import localdate

from balai.base import sql
from balai.casework.cases import events, rules
from balai.casework.cases.models import Case, Task
from balai.casework.cases.rows import as_id, as_moment
from balai.casework.catalogue import queries as catalogue


class DueTimer(NamedTuple):
    """A timer of a case, the token it stands at, and when it is due."""

    case_id: UUID
    token: str
    due_at: datetime


def list_due_timers(now: datetime, limit: int = 200) -> list[DueTimer]:
    """List timers that are due."""
    found = sql.rows(
        "SELECT case_id, token, due_at FROM cases_timer WHERE due_at <= %s ORDER BY due_at LIMIT %s", [now, limit]
    )
    return [DueTimer(as_id(row[0]), row[1], as_moment(row[2])) for row in found]


def list_to_remind(now: datetime, limit: int = 200) -> list[UUID]:
    """List open cases whose reminder is due."""
    found = sql.rows(
        "SELECT id FROM cases_case WHERE status = 'open' AND remind_at <= %s ORDER BY remind_at LIMIT %s", [now, limit]
    )
    return [as_id(row[0]) for row in found]


def list_overdue(now: datetime, limit: int = 200) -> list[UUID]:
    """List open cases whose legal time has run out and whose superior has not been told yet."""
    found = sql.rows(
        "SELECT id FROM cases_case WHERE status = 'open' AND due_at < %s AND overdue_told_at IS NULL"
        " ORDER BY due_at LIMIT %s",
        [now, limit],
    )
    return [as_id(row[0]) for row in found]


def list_to_deem(now: datetime, limit: int = 200) -> list[UUID]:
    """List open cases whose legal time has run out in silence and whose service says that this decides. Two queries.

    Whether anybody was told of it is another matter.
    """
    late = sql.rows(
        "SELECT DISTINCT service_id, service_key FROM cases_case WHERE status = 'open' AND due_at < %s", [now]
    )
    keys = [key for service_id, key in late if catalogue.get_service(service_id, key).time.silence == "deemed-granted"]
    if not keys:
        return []
    found = sql.rows(
        "SELECT id FROM cases_case WHERE status = 'open' AND due_at < %s"
        f" AND service_key IN ({', '.join(['%s'] * len(keys))}) ORDER BY due_at LIMIT %s",
        [now, *keys, limit],
    )
    return [as_id(row[0]) for row in found]


def count_open(unit_id: UUID) -> int:
    """Count the cases of a unit that are not closed."""
    return Case.objects.filter(unit_id=unit_id).exclude(status="closed").count()


def count_open_tasks(unit_id: UUID, role: str) -> int:
    """Count the open tasks of a role in a unit."""
    return Task.objects.filter(unit_id=unit_id, role=role, state="open").count()


class LateCases(NamedTuple):
    """How many open cases are over their legal time, and since when the longest of them is."""

    number: int
    since: datetime | None


def count_late(now: datetime) -> LateCases:
    """Count the open cases whose legal time has run out, and tell since when the longest of them has."""
    found = sql.row("SELECT count(*), min(due_at) FROM cases_case WHERE status = 'open' AND due_at < %s", [now])
    assert found is not None
    return LateCases(int(found[0]), sql.as_datetime(found[1]))


def list_without_next_step(limit: int = 200) -> list[str]:
    """List the numbers of cases that are not closed and that nothing and nobody will take further."""
    found = sql.rows(
        "SELECT c.id, c.number FROM cases_case c WHERE c.status <> 'closed' AND c.stuck_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open')"
        " AND NOT EXISTS (SELECT 1 FROM cases_timer i WHERE i.case_id = c.id) ORDER BY c.number LIMIT %s",
        [limit],
    )
    owed = (
        sql.rows(
            "SELECT payload FROM base_message WHERE state <> 'done' AND topic IN (%s, %s)",
            [events.OPERATION, events.ERRAND],
        )
        if found
        else []
    )
    working = {str(sql.as_json(row[0]).get("case", "")) for row in owed}
    return [str(row[1]) for row in found if str(as_id(row[0])) not in working]


def list_all_numbers() -> Iterable[str]:
    """List the number of every case, oldest first."""
    return [str(row[0]) for row in sql.rows("SELECT number FROM cases_case ORDER BY submitted_at, id")]


class StaleDraft(NamedTuple):
    """An unsent application that runs out, and the vault it is sealed under."""

    draft_id: UUID
    vault_id: UUID


def list_stale_drafts(now: datetime, limit: int = 200) -> list[StaleDraft]:
    """List unsent applications that nobody touched for as long as they are kept and could have been sent."""
    found = sql.rows(
        "SELECT d.id, d.vault_id FROM cases_draft d WHERE d.case_id IS NULL AND d.expires_at < %s AND NOT EXISTS ("
        " SELECT 1 FROM catalogue_pause p WHERE p.service_id = d.service_id AND (p.ended_at > %s"
        " OR p.ended_at IS NULL AND (p.until IS NULL OR p.until > %s))) ORDER BY d.expires_at LIMIT %s",
        [now, now - rules.DRAFT_KEPT, localdate(now - rules.DRAFT_KEPT), limit],
    )
    return [StaleDraft(as_id(row[0]), as_id(row[1])) for row in found]


class CaseTimer(NamedTuple):
    """A timer of one case: the token it stands at, and when it is due."""

    token: str
    due_at: datetime


def list_timers(case_id: UUID) -> list[CaseTimer]:
    """List the timers of a case."""
    found = sql.rows("SELECT token, due_at FROM cases_timer WHERE case_id = %s", [case_id])
    return [CaseTimer(row[0], as_moment(row[1])) for row in found]


def find_done_at(case_id: UUID, nodes: Collection[str]) -> datetime | None:
    """Tell when one of some steps of a case was last done."""
    if not nodes:
        return None
    marks = ", ".join(["%s"] * len(nodes))
    found = sql.row(
        f"SELECT max(closed_at) FROM cases_task WHERE case_id = %s AND state = 'done' AND node IN ({marks})",
        [case_id, *nodes],
    )
    return sql.as_datetime(found[0]) if found else None
