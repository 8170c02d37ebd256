"""Who may share: whoever holds the case, with an account or by number and code, and sees its papers."""

from balai.base.errors import NotAllowed, NotFound
from balai.casework.cases.queries import CaseView


def require_holder(view: CaseView) -> None:
    """Refuse officers, who have ways of their own, and whoever sees no papers.

    :raises NotFound: :raises NotAllowed: `protected-person`.
    """
    if not view.standing.holder:
        raise NotFound
    if view.hidden:
        raise NotAllowed("protected-person")
