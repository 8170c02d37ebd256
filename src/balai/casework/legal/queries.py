"""Every read of proposed versions and of the cases they are replayed over."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from balai.base import sql
from balai.base.errors import NotFound
from balai.casework.legal.models import Proposal

_FACTS = [
    "id", "service_id", "key", "key_before", "version", "differs", "proposed_at", "proposed_by", "state", "settled_at",
    "settled_by", "replay", "closed", "size", "place", "counts", "done_at",
]  # fmt: skip


def get_proposal(proposal_id: UUID) -> Proposal:
    """Fetch a proposal without its files. One query. :raises NotFound:"""
    found = Proposal.objects.only(*_FACTS).filter(id=proposal_id).first()
    if found is None:
        raise NotFound
    return found


def list_proposals(limit: int = 50) -> list[Proposal]:
    """List proposals, the open ones first, then the newest. One query."""
    found = Proposal.objects.only(*_FACTS).order_by("settled_at", "-proposed_at")
    return sorted(found[:limit], key=lambda one: one.state != "open")


def list_open() -> dict[str, Proposal]:
    """Map services to the version that is proposed of them. One query."""
    return {one.service_id: one for one in Proposal.objects.only(*_FACTS).filter(state="open")}


def list_to_replay(limit: int) -> list[UUID]:
    """List the proposals whose replay is not done, the oldest first. One query."""
    return list(Proposal.objects.exclude(replay="done").order_by("proposed_at").values_list("id", flat=True)[:limit])


def list_closed(service_id: str, before: datetime) -> list[UUID]:
    """List the cases of a service that are closed, by when they were. One query."""
    found = sql.rows(
        "SELECT id FROM cases_case WHERE service_id = %s AND status = 'closed' AND closed_at <= %s ORDER BY closed_at, id",
        [service_id, before],
    )
    return [case_id for row in found if (case_id := sql.as_uuid(row[0])) is not None]


def is_new_hall() -> bool:
    """Tell whether nobody has applied in this hall yet: it is still being set up. One query."""
    return sql.row("SELECT 1 FROM cases_case LIMIT 1", []) is None


def list_by(person_ids: Collection[UUID]) -> list[Proposal]:
    """List what some persons proposed or settled as officers, newest first. One query."""
    found = Proposal.objects.only(*_FACTS).filter(proposed_by__in=person_ids)
    return list((found | Proposal.objects.only(*_FACTS).filter(settled_by__in=person_ids)).order_by("-proposed_at"))
