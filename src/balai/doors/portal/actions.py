"""What the portal owes: the link to a case, sent again to the contact it was made with; the code of a draft."""

from datetime import datetime
from uuid import UUID, uuid4

from balai.base import journal, post
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.casework.cases import queries as case_queries
from balai.casework.cases.rules import DRAFT_KEPT
from balai.doors.portal import parcels
from balai.records.people.rules import mask_contact

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


def owe_resume_code(*, actor: Actor, now: datetime, to: str, lang: str, code: str, link: str) -> None:
    """Owe the writer of a draft the code by which they come back to it."""
    subject, body = parcels.write("resume", lang, code=code, link=link)
    with journal.deed(uuid4(), actor=actor, now=now, name="portal.owe-resume-code") as deed:
        post.owe(
            deed,
            to=to,
            masked=mask_contact(to),
            subject=subject,
            body=body,
            language=lang,
            kind="resume",
            life=DRAFT_KEPT,
        )
