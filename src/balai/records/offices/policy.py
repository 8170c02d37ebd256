"""Who may do what to offices, and who holds a role where."""

from datetime import date
from uuid import UUID

from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.records.offices import queries
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


def may_manage(actor: Actor) -> bool:
    """Tell whether an actor may change units, posts, appointments and calendars: administrators, and the console."""
    return people_policy.is_administrator(actor)


def require_manager(actor: Actor) -> None:
    """Refuse whoever may not change offices. :raises NotAllowed:"""
    if not may_manage(actor):
        raise NotAllowed
