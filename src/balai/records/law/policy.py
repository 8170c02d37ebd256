"""Who confirms law: officers with the role `legal`, in the name of the office of their post."""

from datetime import datetime

from django.utils.timezone import localdate

from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.offices.queries import HeldRole
from balai.records.people import policy as people


def find_post(actor: Actor, now: datetime) -> HeldRole | None:
    """Find the post by which an officer confirms law today, the one highest up; None for everybody else."""
    if actor.kind != "officer" or actor.person_id is None:
        return None
    held = [one for one in offices.list_roles(actor.person_id, localdate(now)) if one.role == roles.LEGAL]
    return min(held, key=lambda one: len(one.unit_path), default=None)


def require_legal(actor: Actor, now: datetime) -> HeldRole:
    """Give the post by which an officer, with a second factor, confirms law. :raises NotAllowed: for everybody else."""
    held = find_post(actor, now)
    if held is None:
        raise NotAllowed
    people.require_second_factor(actor)
    return held
