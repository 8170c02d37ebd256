"""Every read of proposed versions and of the cases they are replayed over."""

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from balai.base import sql
from balai.base.errors import NotFound
from balai.casework.legal.models import Proposal
from balai.engine import manifest
from balai.engine.problems import Problems
from balai.records.folders import kinds, packing
from balai.records.folders import queries as folders
from balai.records.folders.kinds import FolderChange

_FACTS = [
    "id", "kind", "service_id", "key", "key_before", "version", "differs", "proposed_at", "proposed_by", "state", "settled_at",
    "settled_by", "replay", "closed", "size", "place", "counts", "done_at",
]  # fmt: skip


def get_proposal(proposal_id: UUID) -> Proposal:
    """Fetch a proposal without its files. One query. :raises NotFound:"""
    found = Proposal.objects.only(*_FACTS).filter(id=proposal_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class ProposedVersion:
    """What a proposed version would change, in words, and what it would open with."""

    changes: tuple[FolderChange, ...]
    unconfirmed: tuple[str, ...]
    service: manifest.Service | None  # None for what is served at a counter


@lru_cache(maxsize=32)
def read_proposed(proposal_id: UUID) -> ProposedVersion:
    """Read a proposed version beside the one it was proposed for; a proposal's files never change, so it is read once per process."""
    name, service_id, key_before, files = Proposal.objects.values_list("kind", "service_id", "key_before", "files").get(
        id=proposal_id
    )
    kind = kinds.get_kind(name)
    packed = packing.unpack(bytes(files))
    town = manifest.read_town(packed.town) if packed.town else None
    thing = kind.read(packed.folder, f"{kind.place}/{service_id}", town, True)
    unconfirmed = tuple(one.basis or one.name for one in kind.law(thing) if one.status != "confirmed")
    changes = kind.compare(folders.get_by_key(key_before), thing) if key_before else ()
    service = thing if isinstance(thing, manifest.Service) else None
    return ProposedVersion(tuple(changes), tuple(dict.fromkeys(unconfirmed)), service)


def find_proposed(proposal_id: UUID) -> ProposedVersion | None:
    """Find what a proposed version would change; None where this program can no longer read it or what it was proposed for."""
    try:
        return read_proposed(proposal_id)
    except (Problems, NotFound, ValueError, zlib.error):
        return None


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
