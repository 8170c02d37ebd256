"""Who may protect, and who sees what is protected."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from balai.base import access_log
from balai.base.actors import Actor
from balai.base.errors import NotAllowed, NotFound
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.people import policy as people_policy
from balai.records.protection import queries
from balai.records.protection.rules import WORDS as WORDS


def list_headed(actor: Actor, now: datetime) -> tuple[offices.HeldRole, ...]:
    """List the posts by which an officer heads a unit today."""
    if actor.kind != "officer" or actor.person_id is None:
        return ()
    held = offices.list_roles(actor.person_id, localdate(now))
    return tuple(one for one in held if one.role in roles.heads())


def require_head(actor: Actor, now: datetime) -> tuple[offices.HeldRole, ...]:
    """Give the posts by which an officer, with a second factor, heads a unit. :raises NotAllowed: for everybody else."""
    headed = list_headed(actor, now)
    if not headed:
        raise NotAllowed
    people_policy.require_second_factor(actor)
    return headed


def is_hidden(actor: Actor, person_id: UUID | None, now: datetime, *, vault_id: UUID | None = None) -> bool:
    """Tell whether a person, or a case by its vault, is protected from this reader; every look at what is raises an alarm here.

    One query for what is not protected. The house's own work sees everything, and so does the person themselves.
    """
    asked = [one for one in (person_id, vault_id) if one is not None]
    if not asked or (person_id is not None and actor.person_id == person_id) or _is_house(actor):
        return False
    found = queries.find_posts(asked)
    if not found:
        return False
    hidden = not all(_holds(actor, posts, now) for posts in found.values())
    whose = {"person": str(person_id)} if person_id is not None else {"vault": str(vault_id)}
    access_log.record_security("protected-read", actor=actor.reference, now=now, **whose, hidden=hidden)
    return hidden


def list_hidden(reader_id: UUID, ids: Collection[UUID], now: datetime) -> frozenset[UUID]:
    """List of some persons, and of cases by their vaults, what this officer must not find. One query where none is protected, none for none."""
    guarded = queries.find_posts(ids) if ids else {}
    if not guarded:
        return frozenset()
    held = {one.post_id for one in offices.list_roles(reader_id, localdate(now))}
    return frozenset(one for one, posts in guarded.items() if one != reader_id and not held & posts)


def require_shown(actor: Actor, person_id: UUID | None, now: datetime, *, purpose: str) -> None:
    """Let a reader at a whole record only where it is not protected from them; a refusal is recorded. :raises NotFound:"""
    if is_hidden(actor, person_id, now):
        access_log.record_access(
            actor, purpose=purpose, object=f"person:{person_id}", person_id=person_id, now=now, refused=True
        )
        raise NotFound


def _is_house(actor: Actor) -> bool:
    return actor.kind == "system" and actor.person_id is None


def _holds(actor: Actor, posts: Collection[UUID], now: datetime) -> bool:
    if actor.kind != "officer" or actor.person_id is None:
        return False
    return any(one.post_id in posts for one in offices.list_roles(actor.person_id, localdate(now)))
