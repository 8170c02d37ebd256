"""Who may: counter officers draw, send and return; they and the heads of the unit look at what lies in its tray."""

from datetime import datetime

from django.utils.timezone import localdate

from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.offices.queries import HeldRole
from balai.records.people import policy as people_policy


def list_counters(actor: Actor, now: datetime) -> tuple[HeldRole, ...]:
    """List the counter posts an officer holds today."""
    if actor.kind != "officer" or actor.person_id is None:
        return ()
    return tuple(one for one in offices.list_roles(actor.person_id, localdate(now)) if one.role == roles.COUNTER)


def require_counter(actor: Actor, now: datetime) -> tuple[HeldRole, ...]:
    """Give the counter posts of an officer with a second factor. :raises NotAllowed: for everybody else."""
    held = list_counters(actor, now)
    if not held:
        raise NotAllowed
    people_policy.require_second_factor(actor)
    return held


def list_looked_after(actor: Actor, now: datetime) -> tuple[HeldRole, ...]:
    """List the posts by which an officer looks after trays: of a counter, or of the head of a unit."""
    if actor.kind != "officer" or actor.person_id is None:
        return ()
    wanted = {roles.COUNTER, *roles.heads()}
    return tuple(one for one in offices.list_roles(actor.person_id, localdate(now)) if one.role in wanted)
