"""What a citizen's own first pages ask: what waits for them, what they began, and which services people ask for most."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from balai.base import crypto, sql
from balai.casework.cases.desks import Listed, as_listed
from balai.casework.cases.models import Draft

_ASKED = """
    SELECT c.number, c.service_id, c.service_key, c.holder_masked, c.status, c.outcome, c.submitted_at, c.due_at,
           c.closed_at, c.paused_at, u.name, t.node, t.id, t.token, '', t.due_at, NULL, c.id, c.applicant_id
    FROM cases_case c JOIN offices_unit u ON u.id = c.unit_id
    JOIN cases_task t ON t.case_id = c.id AND t.state = 'open' AND t.role = 'applicant'
    WHERE c.applicant_id = %s OR c.submitted_by_id = %s
    ORDER BY CASE WHEN t.due_at IS NULL THEN 1 ELSE 0 END, t.due_at, t.opened_at LIMIT 20
"""
COUNTED = 1000  # so many cases of a service are counted at most: which is asked for most is known long before


def list_asked(person_id: UUID) -> list[Listed]:
    """List what waits for a citizen in their own cases and those they submitted, the nearest day first. One query."""
    return [as_listed(row) for row in sql.rows(_ASKED, [person_id, person_id])]


def list_held_drafts(secrets: Mapping[str, str]) -> list[Draft]:
    """List the unsent applications that somebody without an account holds the secrets of, by id; newest first. One query."""
    if not secrets:
        return []
    found = Draft.objects.filter(id__in=list(secrets), case__isnull=True, at_counter=False).order_by("-updated_at")
    return [one for one in found if crypto.lookup_hash("draft", secrets[str(one.id)]) == bytes(one.key_hash)]


def rank_services(service_ids: Collection[str], *, since: datetime) -> list[str]:
    """Order the services that got cases since a moment, the most first; by name where as many. One query."""
    if not service_ids:
        return []
    one = "SELECT %s, (SELECT COUNT(*) FROM (SELECT 1 FROM cases_case WHERE service_id = %s AND submitted_at >= %s LIMIT %s) n)"
    asked = [value for id in service_ids for value in (id, id, since, COUNTED)]
    counted = sql.rows(" UNION ALL ".join(one for _ in service_ids), asked)
    return [str(row[0]) for row in sorted(counted, key=lambda row: (-row[1], row[0])) if row[1]]
