"""Who looks at unusual readings: heads at those of their own units, auditors at all; heads settle them and set delays."""

from collections.abc import Iterable
from datetime import datetime

from balai.base.actors import Actor
from balai.base.errors import NotAllowed, NotFound
from balai.casework.readings.models import Finding
from balai.records.offices.queries import HeldRole
from balai.records.protection import policy as protection


def list_paths(actor: Actor, now: datetime) -> tuple[str, ...]:
    """List the paths of the units an officer heads today."""
    return tuple(one.unit_path for one in protection.list_headed(actor, now))


def require_settler(actor: Actor, finding: Finding | None, now: datetime) -> Finding:
    """Give a finding to a head of the reader's unit or one above; never to the reader. :raises NotFound: :raises NotAllowed: `four-eyes`."""
    headed: Iterable[HeldRole] = protection.require_head(actor, now)
    if finding is None or not any(finding.unit_path.startswith(one.unit_path) for one in headed):
        raise NotFound
    if finding.reader_id == actor.person_id:
        raise NotAllowed("four-eyes")
    return finding
