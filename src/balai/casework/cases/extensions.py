"""Reads how legal time was given back because of an outage: to which cases it is owed, until when, and why."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from balai.base import sql
from balai.casework.cases.desks import Listed, as_listed
from balai.casework.cases.rows import NOT_OWN, as_id
from balai.casework.cases.sketches import CASE_LIST
from balai.records.outages.queries import Stretch

OBJECTIONS = timedelta(days=120)  # no service lets anybody object longer ago than that


def list_owed_time(outage: Stretch, limit: int = 200) -> list[UUID]:
    """List the cases on which a citizen is owed an outage's time: something waited for them then, or they might object. One query."""
    found = sql.rows(
        "SELECT DISTINCT c.id FROM cases_case c JOIN base_vault v ON v.id = c.vault_id"
        " LEFT JOIN cases_task t ON t.case_id = c.id AND t.state = 'open' AND t.opened_at < %s"
        " WHERE v.wrapped_key IS NOT NULL AND (c.status <> 'closed' AND t.id IS NOT NULL"
        " AND (t.role = 'applicant' OR c.paused_at IS NOT NULL) AND (t.due_at >= %s OR EXISTS ("
        " SELECT 1 FROM cases_timer w WHERE w.case_id = c.id AND w.due_at >= %s))"
        " OR c.status = 'closed' AND c.outcome = 'refused' AND c.closed_at < %s AND c.closed_at >= %s)"
        " AND NOT EXISTS (SELECT 1 FROM cases_extension x WHERE x.case_id = c.id AND x.outage_id = %s"
        " AND x.kind <> 'office') LIMIT %s",
        [
            outage.ended_at, outage.began_at, outage.began_at, outage.ended_at, outage.began_at - OBJECTIONS, outage.id,
            limit,
        ],
    )  # fmt: skip
    return [as_id(row[0]) for row in found]


def find_object_until(case_id: UUID) -> datetime | None:
    """Tell until when a refusal may be objected to, where an outage moved that."""
    row = sql.row("SELECT max(due_after) FROM cases_extension WHERE case_id = %s AND kind = 'objection'", [case_id])
    return sql.as_datetime(row[0]) if row else None


def find_extension(case_id: UUID, outage_id: UUID, kind: str) -> tuple[datetime, str] | None:
    """Tell until when a deadline was moved because of an outage, and for which reason; None where it was not."""
    row = sql.row(
        "SELECT due_after, reason FROM cases_extension WHERE case_id = %s AND outage_id = %s AND kind = %s"
        " AND due_after IS NOT NULL",
        [case_id, outage_id, kind],
    )
    due = sql.as_datetime(row[0]) if row else None
    return (due, str(row[1])) if row and due else None


def is_extended(case_id: UUID, outage_id: UUID, kind: str) -> bool:
    """Tell whether an outage's time was given back on a case already."""
    wanted = "SELECT 1 FROM cases_extension WHERE case_id = %s AND outage_id = %s AND kind = %s"
    return sql.row(wanted, [case_id, outage_id, kind]) is not None


def list_reasons(case_id: UUID) -> dict[str, str]:
    """Give the reasons for which heads took more time on a case, by outage."""
    found = sql.rows("SELECT outage_id, reason FROM cases_extension WHERE case_id = %s AND kind = 'office'", [case_id])
    return {str(as_id(row[0])): row[1] for row in found}


def list_extendable(person_id: UUID, paths: Collection[str], outage: Stretch, *, limit: int = 200) -> list[Listed]:
    """List the open cases of some units whose legal time ran during an outage and was not extended for it. One query.

    Those that concern the reader are left out: nobody handles their own case.
    """
    if not paths:
        return []
    within = " OR ".join(["u.path LIKE %s"] * len(paths))
    found = sql.rows(
        f"{CASE_LIST} WHERE c.status = 'open' AND c.due_at >= %s AND c.submitted_at < %s AND ({within})"
        f" AND {NOT_OWN.format(case='c.id')} AND NOT EXISTS (SELECT 1 FROM cases_extension x WHERE x.case_id = c.id"
        " AND x.outage_id = %s AND x.kind = 'office') ORDER BY c.due_at LIMIT %s",
        [outage.began_at, outage.ended_at, *(f"{path}%" for path in sorted(paths)), person_id, outage.id, limit],
    )
    return [as_listed(row) for row in found]
