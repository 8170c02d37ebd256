"""Who keeps the archive of cases: archivists within their units, heads for their own, administrators for the whole hall."""

from datetime import datetime
from uuid import UUID

from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.casework.cases import policy as cases_policy
from balai.casework.cases import queries as cases
from balai.records.filing.kinds import Shelfmark
from balai.records.filing.policy import list_paths as list_paths
from balai.records.filing.policy import may_keep as may_keep
from balai.records.offices import roles


def list_readable(actor: Actor, now: datetime) -> tuple[str, ...]:
    """List the paths whose archive list an actor may read: what they keep, and the whole hall for an auditor."""
    kept = list_paths(actor, now, roles.ARCHIVIST)
    return ("/",) if "/" not in kept and cases_policy.is_auditor(actor, now) else kept


def require_keeper(actor: Actor, case_id: UUID, now: datetime) -> Shelfmark:
    """Refuse whoever does not keep a case, as if it were not there; tell what it is called and who keeps it. :raises NotFound:"""
    found = cases.get_whereabouts(case_id)
    if not may_keep(actor, found.unit_path, now):
        raise NotFound
    return Shelfmark(found.number, found.unit_id)
