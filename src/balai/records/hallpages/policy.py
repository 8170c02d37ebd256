"""Who may: everybody reads, administrators publish and take down."""

from balai.base.actors import Actor
from balai.records.people import policy


def require_publisher(actor: Actor) -> None:
    """Refuse whoever does not administer. :raises NotAllowed:"""
    policy.require_administrator(actor)
