"""Who may do what to offices, and who holds a role where."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.records.offices import queries, roles
from balai.records.offices.models import Unit
from balai.records.people import policy as people_policy


def holds_role(person_id: UUID, role: str, unit: Unit, on_date: date) -> bool:
    """Tell whether a person holds a role in a unit, through a post there or in a unit above it."""
    held = queries.list_roles(person_id, on_date)
    return any(each.role == role and unit.path.startswith(each.unit_path) for each in held)


def require_role(actor: Actor, role: str, unit: Unit, on_date: date) -> None:
    """Refuse whoever does not hold a role for a unit. :raises NotAllowed:"""
    if actor.person_id is None or not holds_role(actor.person_id, role, unit, on_date):
        raise NotAllowed


def heads(person_id: UUID | None, paths: Iterable[str], on_date: date) -> bool:
    """Tell whether a person heads, on a date, one of the units with these paths or a unit above one."""
    if person_id is None:
        return False
    headed = [path for role, path in queries.list_scopes(person_id, on_date) if role in roles.heads()]
    return any(path.startswith(above) for path in paths for above in headed)


def holds_post(person_id: UUID | None, unit_path: str, on_date: date) -> bool:
    """Tell whether a person holds, on a date, a post in a unit or above it, and so is no stranger to its work."""
    held = queries.list_scopes(person_id, on_date) if person_id is not None else []
    return any(unit_path.startswith(path) for role, path in held if role not in roles.apart())


def may_arrange(actor: Actor, person_id: UUID, on_date: date) -> bool:
    """Tell whether an actor may note when an officer is away: the officer, whoever heads a unit they have a post in, managers."""
    if actor.person_id == person_id:
        return queries.holds_post(person_id, on_date)
    return heads(actor.person_id, queries.list_unit_paths(person_id, on_date), on_date) or may_manage(actor)


def require_arranger(actor: Actor, person_id: UUID, on_date: date) -> None:
    """Refuse whoever may not note when an officer is away. :raises NotAllowed:"""
    if not may_arrange(actor, person_id, on_date):
        raise NotAllowed


def may_deputise(actor: Actor, role: str, unit_path: str, on_date: date) -> bool:
    """Tell whether an actor may name who stands in for a post's holder: whoever heads the unit or one above, and managers.

    Who does the work of those who stand apart, auditors and archivists, no head says.
    """
    return (role not in roles.apart() and heads(actor.person_id, [unit_path], on_date)) or may_manage(actor)


def require_deputiser(actor: Actor, role: str, unit_path: str, on_date: date) -> None:
    """Refuse whoever may not name a post's deputy. :raises NotAllowed:"""
    if not may_deputise(actor, role, unit_path, on_date):
        raise NotAllowed


def may_manage(actor: Actor) -> bool:
    """Tell whether an actor may change units, posts, appointments and calendars: administrators, and the console."""
    return people_policy.is_administrator(actor)


def require_manager(actor: Actor) -> None:
    """Refuse whoever may not change offices. :raises NotAllowed:"""
    if not may_manage(actor):
        raise NotAllowed
