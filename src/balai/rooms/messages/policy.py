"""Who reads and writes which thread: the applicant's side the public one, officers of the case both, strangers none."""

from balai.base.errors import NotAllowed, NotFound
from balai.casework.cases.policy import Standing
from balai.rooms.messages.models import APPLICANT, INTERNAL, OFFICE


def side_of(standing: Standing, channel: str = "") -> str:
    """Tell on which side somebody stands; at a counter an officer stands for whoever brought number and code, or nowhere.

    :raises NotFound: for strangers; :raises NotAllowed: for whoever only reads.
    """
    if standing.holder:
        return APPLICANT
    if channel == "counter":
        raise NotFound
    if standing.officer or standing.house:
        return OFFICE
    if standing.auditor:
        raise NotAllowed
    raise NotFound


def require_reader(standing: Standing, kind: str) -> None:
    """Refuse whoever may not read a thread; that the internal one is there at all is no news for the applicant.

    :raises NotFound:
    """
    if kind == INTERNAL and not (standing.officer or standing.house or standing.auditor):
        raise NotFound
