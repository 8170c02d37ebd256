"""Who keeps what is filed: archivists within their units, heads what their own units keep, administrators the whole hall."""

from datetime import datetime

from django.utils.timezone import localdate

from balai.base.actors import Actor
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


def may_keep(actor: Actor, unit_path: str, now: datetime) -> bool:
    """Tell whether an actor may place and lift holds on what a unit keeps."""
    return any(unit_path.startswith(path) for path in list_paths(actor, now, roles.ARCHIVIST, *roles.heads()))
