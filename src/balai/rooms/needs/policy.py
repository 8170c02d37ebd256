"""Who may: everybody for themselves, officers for whoever stands before them at a counter; officers of a case read."""

from balai.base.errors import NotFound
from balai.casework.cases.queries import CaseView


def require_reader(view: CaseView) -> None:
    """Refuse whoever holds no role on the case: auditors, archivists, and its holder, who reads at their own page. :raises NotFound:"""
    if not view.standing.roles:
        raise NotFound
