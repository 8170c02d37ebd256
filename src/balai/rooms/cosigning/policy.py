"""Who asks anew and replaces (the holder), who sees the answers (holder and officers), who records one at a counter."""

from uuid import UUID

from balai.base.errors import NotAllowed, NotFound
from balai.casework.cases.queries import CaseRow, CaseView


def require_holder(view: CaseView) -> None:
    """Refuse whoever does not hold the case. :raises NotFound:"""
    if not view.standing.holder:
        raise NotFound


def require_no_party(case: CaseRow, person_id: UUID | None) -> None:
    """Refuse an officer who would record an agreement with an application of their own. :raises NotAllowed: `own-case`"""
    if person_id is None or person_id in case.parties:
        raise NotAllowed("own-case")
