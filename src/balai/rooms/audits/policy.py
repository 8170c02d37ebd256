"""Who may: auditors search, draw, gather, find and judge; heads answer for their units; nobody judges their own unit's answer."""

from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from balai.base.actors import Actor
from balai.base.errors import NotAllowed, NotFound
from balai.casework.cases import policy as cases
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.people import policy as people


def require_auditor(actor: Actor, now: datetime) -> UUID:
    """Give the auditor's person, with a second factor proved. :raises NotFound: for everybody else."""
    cases.require_auditor(actor, now)
    assert actor.person_id is not None, "an auditor is a person"
    return actor.person_id


def paths_headed(person_id: UUID, now: datetime) -> list[str]:
    """List the paths of the units a person heads today. One query."""
    return sorted({path for role, path in offices.list_scopes(person_id, localdate(now)) if role in roles.heads()})


def heads(person_id: UUID, unit_path: str, now: datetime) -> bool:
    """Tell whether a person heads a unit or one above it."""
    return any(unit_path.startswith(path) for path in paths_headed(person_id, now))


def require_head(actor: Actor, unit_path: str, now: datetime) -> UUID:
    """Give the person who answers for a unit. :raises NotFound: for whoever does not head it or one above."""
    if actor.kind != "officer" or actor.person_id is None or not heads(actor.person_id, unit_path, now):
        raise NotFound
    people.require_second_factor(actor)
    return actor.person_id


def require_judge(actor: Actor, unit_path: str, now: datetime) -> UUID:
    """Give the auditor who may judge what a unit answered. :raises NotFound: :raises NotAllowed: `audit-own-unit`."""
    person_id = require_auditor(actor, now)
    if heads(person_id, unit_path, now):
        raise NotAllowed("audit-own-unit")
    return person_id
