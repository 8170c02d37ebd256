"""What lies beside a case for its officers: what they began and did not send, and how its documents are turned."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from balai.base import crypto, sql
from balai.casework.cases import policy
from balai.casework.cases.desks import Listed, as_listed
from balai.casework.cases.rows import HOLDER, NOT_OWN, CaseRow, as_id, as_moment
from balai.casework.catalogue import queries as catalogue
from balai.records.offices import queries as offices
from balai.records.offices import roles

SKETCH = "case:sketch"
CASE_LIST = f"""
    SELECT c.number, c.service_id, c.service_key, {HOLDER}, c.status, c.outcome, c.submitted_at, c.due_at,
           c.closed_at, c.paused_at, u.name, '', NULL, '', '', NULL, NULL, c.id, c.applicant_id, u.path, c.vault_id
    FROM cases_case c JOIN offices_unit u ON u.id = c.unit_id
"""


@dataclass(frozen=True, slots=True)
class BegunTask:
    """What one officer began in an open task; `body` only for the officer themself, else empty."""

    person_id: UUID
    token: str
    at: datetime
    body: Mapping[str, Any]


def list_begun(case: CaseRow, reader_id: UUID) -> list[BegunTask]:
    """List what officers began in the open tasks of a case, the last first; the reader's own is opened. One query."""
    live = {task.token for task in case.open_tasks}
    found = sql.rows(
        "SELECT person_id, token, updated_at, body_sealed FROM cases_sketch WHERE case_id = %s ORDER BY updated_at DESC",
        [case.id],
    )
    return [
        BegunTask(as_id(row[0]), row[1], as_moment(row[2]), _open(case, row[3]) if as_id(row[0]) == reader_id else {})
        for row in found
        if row[1] in live
    ]


def _open(case: CaseRow, sealed: Any) -> Mapping[str, Any]:
    body: Mapping[str, Any] = json.loads(crypto.open_with(case.key, bytes(sealed), SKETCH))
    return body


def list_old_sketches(limit: int = 200) -> list[int]:
    """List what was begun in tasks that are done or called off."""
    found = sql.rows(
        "SELECT s.id FROM cases_sketch s WHERE NOT EXISTS (SELECT 1 FROM cases_task t WHERE t.case_id = s.case_id"
        " AND t.token = s.token AND t.state = 'open') ORDER BY s.id LIMIT %s",
        [limit],
    )
    return [int(row[0]) for row in found]


def list_others(person_id: UUID, case_id: UUID, applicant_id: UUID | None, *, now: datetime) -> list[Listed]:
    """List the other cases of an applicant that an officer may open, the newest first, masked. Two queries."""
    held = [one for one in offices.list_roles(person_id, localdate(now)) if one.role not in roles.apart()]
    if not held or applicant_id is None:
        return []
    paths = sorted({one.unit_path for one in held})
    within = " OR ".join(["u.path LIKE %s"] * len(paths))
    found = sql.rows(
        f"{CASE_LIST} WHERE c.applicant_id = %s AND c.id <> %s AND ({within}) AND {NOT_OWN.format(case='c.id')}"
        " ORDER BY c.submitted_at DESC LIMIT 100",
        [applicant_id, case_id, *(f"{path}%" for path in paths), person_id],
    )
    scopes = [(one.role, one.unit_path) for one in held]
    return [
        as_listed(row)
        for row in found
        if policy.working_roles(scopes, catalogue.get_service(row[1], row[2]), unit_path=row[19])
    ]


def list_turns(case_id: UUID) -> dict[UUID, int]:
    """Tell by how many degrees the documents of a case are shown turned; those that are not are left out. One query."""
    found = sql.rows("SELECT document_id, turn FROM cases_evidence WHERE case_id = %s AND turn > 0", [case_id])
    return {as_id(row[0]): int(row[1]) for row in found}
