"""Every read of the improvement log."""

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from balai.base import access_log, crypto
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.rooms.improvements import policy, rules
from balai.rooms.improvements.models import Report

SHOWN = 100


def list_public(limit: int = SHOWN) -> list[Report]:
    """List what was taken up, newest first; what somebody wrote stays sealed. One query."""
    return list(Report.objects.exclude(state="new").defer("sealed").order_by("-moved_at")[:limit])


def count_new() -> int:
    """Count what nobody has looked at yet. One query."""
    return Report.objects.filter(state="new").count()


def list_all(limit: int = SHOWN) -> list[Report]:
    """List what waits first, then the rest, newest first. Two queries."""
    waiting = list(Report.objects.filter(state="new").defer("sealed").order_by("at")[:limit])
    return waiting + list_public(limit)


def open_report(actor: Actor, report_id: UUID, *, now: datetime) -> tuple[Report, Mapping[str, str]]:
    """Open what somebody wrote, for whoever keeps the log; the reading is recorded first. :raises NotFound: :raises NotAllowed:"""
    policy.require_keeper(actor)
    row = Report.objects.filter(id=report_id).first()
    if row is None:
        raise NotFound
    access_log.record_access(actor, purpose="improvements", object=f"improvement:{row.id}", person_id=None, now=now)
    return row, _open(row)


def list_settled(before: datetime, limit: int) -> list[UUID]:
    """List what was settled before a moment and still holds its words. One query."""
    found = Report.objects.filter(state__in=rules.SETTLED, moved_at__lt=before).exclude(sealed=b"")
    return list(found.values_list("id", flat=True)[:limit])


def seal(report_id: UUID, told: Mapping[str, str]) -> bytes:
    """Seal the words and the contact of a report."""
    return crypto.seal_with(
        crypto.derive("improvements"), json.dumps(told, ensure_ascii=False).encode(), _context(report_id)
    )


def _open(row: Report) -> Mapping[str, str]:
    if not bytes(row.sealed):
        return {"text": "", "contact": ""}
    told: Mapping[str, str] = json.loads(crypto.open_with(crypto.derive("improvements"), row.sealed, _context(row.id)))
    return told


def _context(report_id: UUID) -> str:
    return f"improvement:{report_id}"
