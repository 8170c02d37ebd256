"""Every read of notices: a person's own, a case's, and the operator's view of what is stuck."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count

from balai.base import crypto, sql
from balai.base.errors import NotFound
from balai.base.models import Vault
from balai.casework.notices.models import Alert, Notice

CONTENT = "notice:content"
ADDRESS = "notice:address"


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice, opened for its addressee."""

    id: UUID
    case_number: str  # "" when it is about the person alone
    event: str
    subject: str
    body: str
    created_at: datetime
    read_at: datetime | None


def list_notices_of(person_id: UUID, *, limit: int = 50) -> list[NoticeView]:
    """List the portal notices of a person, newest first."""
    rows = Notice.objects.filter(person_id=person_id, channel="portal").select_related("case__vault", "person__vault")
    return [_view(row) for row in rows.order_by("-created_at")[:limit] if vault_of(row).wrapped_key is not None]


def _view(row: Notice) -> NoticeView:
    vault = vault_of(row)
    key = crypto.unwrap(vault.id, vault.wrapped_key)
    content: Mapping[str, Any] = json.loads(crypto.open_with(key, row.content_sealed, CONTENT))
    number = row.case.number if row.case else ""
    return NoticeView(row.id, number, row.event, content["subject"], content["body"], row.created_at, row.read_at)


def vault_of(row: Notice) -> Vault:
    """Give the vault a notice is sealed under: its case's, or its person's when it is about no case."""
    if row.case is not None:
        return row.case.vault
    assert row.person is not None, "a notice is about a case or a person"
    return row.person.vault


def count_unread(person_id: UUID) -> int:
    """Count the portal notices a person has not read."""
    return Notice.objects.filter(person_id=person_id, channel="portal", read_at__isnull=True).count()


def list_of_case(case_id: UUID) -> list[Notice]:
    """List what was sent about a case, oldest first; the content stays sealed."""
    return list(Notice.objects.filter(case_id=case_id).order_by("created_at"))


def list_by_state(state: str, *, limit: int = 100) -> list[Notice]:
    """List notices in a state for the operator, newest first: masked addresses, no content."""
    found = Notice.objects.filter(state=state) if state else Notice.objects.all()
    return list(found.select_related("case").order_by("-created_at")[:limit])


def count_by_state() -> dict[str, int]:
    """Count notices by what became of them."""
    counted = dict.fromkeys(("queued", "sent", "failed", "dead", "no-way"), 0)
    found = Notice.objects.order_by().values_list("state").annotate(count=Count("id"))
    return counted | {state: count for state, count in found if state in counted}


def get_notice(notice_id: UUID) -> Notice:
    """Fetch one notice with the vault it is sealed under. :raises NotFound:"""
    found = Notice.objects.select_related("case__vault", "person__vault").filter(id=notice_id).first()
    if found is None:
        raise NotFound
    return found


# ---- what administrators are told -----------------------------------------------------------------------------------


def list_alerts_of(batch: UUID) -> list[Alert]:
    """List what one mail to the administrators tells of, in the order in which it happened."""
    return list(Alert.objects.filter(batch=batch).select_related("case", "case__unit").order_by("raised_at"))


def list_untold(limit: int = 100) -> list[Alert]:
    """List what administrators were not told of yet, oldest first."""
    return list(Alert.objects.filter(told_at__isnull=True).select_related("case").order_by("raised_at")[:limit])


def last_told() -> datetime | None:
    """Tell when administrators were last written to."""
    found = sql.row("SELECT max(told_at) FROM notices_alert WHERE batch IS NOT NULL")
    return sql.as_datetime(found[0]) if found else None


def list_subjects(kind: str, subjects: Collection[str]) -> set[str]:
    """List those of the subjects that an alert of this kind was raised for."""
    return set(Alert.objects.filter(kind=kind, subject__in=subjects).values_list("subject", flat=True))


def list_all_subjects(kind: str) -> set[str]:
    """List every subject that an alert of this kind stands for."""
    return set(Alert.objects.filter(kind=kind).values_list("subject", flat=True))
