"""Who proposes and publishes versions on a page: administrators and legal officers; never one person both."""

from datetime import datetime
from uuid import UUID

from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.records.law import policy as law
from balai.records.people import policy as people


def require_either(actor: Actor, now: datetime) -> UUID:
    """Give the person who administers the installation or confirms law, with a second factor. :raises NotAllowed: for everybody else."""
    if actor.person_id is None or not (people.is_administrator(actor) or law.find_post(actor, now)):
        raise NotAllowed
    people.require_second_factor(actor)
    return actor.person_id


def require_second(actor: Actor, proposed_by: UUID, now: datetime) -> UUID:
    """Give the person who may publish what another proposed. :raises NotAllowed: `four-eyes` for whoever proposed it."""
    person_id = require_either(actor, now)
    if person_id == proposed_by:
        raise NotAllowed("four-eyes")
    return person_id
