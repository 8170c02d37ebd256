"""Reads of cases that silence decided: which wait for the legal desk, which are due to be told of again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from balai.base import sql
from balai.casework.cases.desks import Listed, as_listed
from balai.casework.cases.models import AwaitedSilence
from balai.casework.cases.rows import NOT_OWN, as_id
from balai.casework.cases.sketches import CASE_LIST


@dataclass(frozen=True, slots=True)
class Awaited:
    """One case that waits for the legal desk: since when, and how often somebody higher up was told."""

    listed: Listed
    since: datetime
    rounds: int


def is_awaited(case_id: UUID) -> bool:
    """Tell whether a case waits for the legal desk to confirm what silence decided. One query."""
    return AwaitedSilence.objects.filter(case_id=case_id, state="waits").exists()


def list_awaited(person_id: UUID, limit: int = 100) -> list[Awaited]:
    """List the cases that wait for the legal desk, those waiting longest first, without the reader's own. Two queries."""
    found = sql.rows(
        f"{CASE_LIST} JOIN cases_awaitedsilence s ON s.case_id = c.id"
        f" WHERE s.state = 'waits' AND c.status <> 'closed' AND {NOT_OWN.format(case='c.id')} ORDER BY s.since, c.id LIMIT %s",
        [person_id, limit],
    )
    listed = [as_listed(row) for row in found]
    rows = {row.case_id: row for row in AwaitedSilence.objects.filter(case_id__in=[one.case_id for one in listed])}
    return [Awaited(one, rows[one.case_id].since, rows[one.case_id].rounds) for one in listed if one.case_id in rows]


def list_to_escalate(now: datetime, limit: int = 200) -> list[UUID]:
    """List the cases of which somebody higher up is to be told that they still wait. One query."""
    found = AwaitedSilence.objects.filter(state="waits", next_at__lte=now).exclude(case__status="closed")
    return [as_id(one) for one in found.order_by("next_at").values_list("case_id", flat=True)[:limit]]
