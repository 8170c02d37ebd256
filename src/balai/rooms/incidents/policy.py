"""Who may: administrators write the book and contain; heads of units look at outages for their own cases."""

from balai.base.actors import Actor
from balai.records.people import policy


def require_keeper(actor: Actor) -> None:
    """Refuse whoever does not keep the incident book. :raises NotAllowed:"""
    policy.require_administrator(actor)
