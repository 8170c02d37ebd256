"""What the portal owes: the link to a case, sent again to the contact it was made with."""

from datetime import datetime
from uuid import UUID, uuid4

from balai.base import journal
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.casework.cases import queries as case_queries
from balai.doors.portal import parcels

LINK_WANTED = "portal.link-wanted"  # {case, means}: the holder lost their code and asks for the link again


def ask_for_link(*, actor: Actor, now: datetime, number: str, contact: str) -> None:
    """Owe the link of a case to its own contact; for a wrong number or contact nothing happens, and nobody is told.

    One link an hour and contact is enough, however often it is asked for.
    """
    try:
        case = case_queries.read_case(number=number)
    except NotFound:
        return
    kept = case.data.get("contact", {})
    means = next((name for name in ("email", "phone") if parcels.same_contact(contact, str(kept.get(name, "")))), "")
    if not means:
        return
    with journal.deed(uuid4(), actor=actor, now=now, name="portal.ask-for-link") as deed:
        key = f"link:{case.id}:{means}:{now:%Y%m%d%H}"
        deed.send(LINK_WANTED, {"case": str(case.id), "means": means}, key=key)


def kept_contact(case_id: UUID, means: str) -> tuple[str, str, str]:
    """Read where a case's link goes and what it is made of: (contact, number, tracking code)."""
    case = case_queries.read_case(case_id=case_id)
    return str(case.data["contact"][means]), case.number, str(case.data["contact"]["track_code"])
