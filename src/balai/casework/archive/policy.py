"""Who keeps the archive: archivists within their units, heads for their own cases, administrators for the whole hall."""

from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.casework.cases import policy as cases_policy
from balai.casework.cases import queries as cases
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.people import policy as people_policy


def list_paths(actor: Actor, now: datetime, *wanted: str) -> tuple[str, ...]:
    """List the paths of the units whose archive an actor keeps by one of these roles; ("/",) for the whole hall."""
    if people_policy.is_administrator(actor):
        return ("/",)
    if actor.person_id is None or actor.kind != "officer":
        return ()
    held = offices.list_scopes(actor.person_id, localdate(now))
    return tuple(sorted({path for role, path in held if role in wanted}))


def list_readable(actor: Actor, now: datetime) -> tuple[str, ...]:
    """List the paths whose archive list an actor may read: what they keep, and the whole hall for an auditor."""
    kept = list_paths(actor, now, roles.ARCHIVIST)
    return ("/",) if "/" not in kept and cases_policy.is_auditor(actor, now) else kept


def may_keep(actor: Actor, unit_path: str, now: datetime) -> bool:
    """Tell whether an actor may place and lift holds on cases of a unit."""
    return any(unit_path.startswith(path) for path in list_paths(actor, now, roles.ARCHIVIST, *roles.heads()))


def require_keeper(actor: Actor, case_id: UUID, now: datetime) -> None:
    """Refuse whoever does not keep a case, as if it were not there. :raises NotFound:"""
    if not may_keep(actor, cases.get_unit_path(case_id), now):
        raise NotFound
