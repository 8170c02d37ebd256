"""Who may: everybody reports and reads the log, administrators answer."""

from balai.base.actors import Actor
from balai.records.people import policy


def require_keeper(actor: Actor) -> None:
    """Refuse whoever does not keep the log. :raises NotAllowed:"""
    policy.require_administrator(actor)
