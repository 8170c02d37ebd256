"""The access and the security log: who was about to read whose data, and what was refused; each row is written before anything is shown.

Rows bear keyed marks that the journal vouches for (`linking`); asked from the side of whom they are about they are read by `readings`.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from balai.base import crypto, linking, sql
from balai.base.actors import Actor
from balai.base.errors import Altered
from balai.base.models import Access, SecurityEvent


def record_access(
    actor: Actor, *, purpose: str, object: str, person_id: UUID | None, now: datetime, members: Collection[UUID] = (),
    refused: bool = False,
) -> None:  # fmt: skip
    """Write down, in its own short transaction, that someone is about to read another's data; if this fails, show nothing.

    `members` are the persons of a list or an export: kept as keyed hashes, once for each list, so that each finds themself in it.
    `refused` says that nothing was shown.
    """
    list_id, hashes = seal_members(members)
    told = (now, actor.reference, actor.person_id, actor.channel, purpose[:120], object, person_id, refused, list_id)
    with transaction.atomic():
        if hashes:
            sql.insert("base_accessmember", ("list_id", "person_hash"), [(list_id, one) for one in hashes], once=True)
        sql.insert("base_access", linking.ACCESS.columns, [linking.ACCESS.marked(told)])


def seal_members(person_ids: Collection[UUID]) -> tuple[bytes | None, list[bytes]]:
    """Give the id of a list of persons, a keyed digest of who is in it, and their keyed hashes; (None, []) of nobody."""
    hashes = sorted({member_hash(one) for one in person_ids})
    return (list_id_of(hashes), hashes) if hashes else (None, [])


def list_id_of(hashes: Collection[bytes]) -> bytes:
    """Give the id of a list by the hashes of its members; a list whose members were changed has another."""
    return crypto.lookup_hash("access-list", b"".join(sorted(hashes)).hex())[:16]


def member_hash(person_id: UUID) -> bytes:
    """Hash a person as the member of a list: 16 bytes under the town's look-up key."""
    return crypto.lookup_hash("access-member", str(person_id))[:16]


def record_security(kind: str, *, actor: str, now: datetime, **body: Any) -> None:
    """Write a refusal or alarm to the security log; it never holds what was refused, only that it was."""
    with transaction.atomic():
        sql.insert("base_securityevent", linking.SECURITY.columns, [linking.SECURITY.marked((now, kind, actor, body))])


def note_altered(found: Altered, *, actor: str, now: datetime) -> None:
    """Write the alarm of what was changed by hand, once; inside a transaction it waits for whoever catches it outside."""
    if not found.noted and not connection.in_atomic_block:
        found.noted = True
        record_security(found.code, actor=actor, now=now, **found.where)


def list_security_events(limit: int = 100) -> list[SecurityEvent]:
    """List the newest refusals and alarms."""
    return list(SecurityEvent.objects.order_by("-id")[:limit])


def list_accesses(*, object: str = "", before: int | None = None, limit: int = 50) -> list[Access]:
    """List who read whose data and what for, newest first; of one thing ("case:<id>"), or before a row of the log."""
    found = Access.objects.filter(**({"object": object} if object else {}))
    return list((found.filter(id__lt=before) if before else found).order_by("-id")[:limit])
