"""Letters that replace or annul the letter of the case theirs is about: revoked in the very deed that signs them."""

from uuid import UUID

from balai.base import journal
from balai.casework.cases import actions as case_actions
from balai.casework.cases import rules as case_rules
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import events, queries
from balai.casework.issuing.models import Letter
from balai.engine import letters

_WHY = {
    "replaces": "Diganti oleh surat nomor {number}, {date}.",
    "annuls": "Dibatalkan oleh surat nomor {number}, {date}.",
}


def overturn(deed: journal.Deed, case: CaseRow, letter: Letter, by: UUID | None) -> None:
    """Take the letter out of force that a letter which is whole now replaces or annuls, and tell the case it belongs to.

    One that was replaced meanwhile leads to the letter that holds instead; where none holds any more, there is nothing to do.
    """
    service = catalogue.get_service(case.service_id, case.service_key)
    how, about = service.letters[letter.letter_id].overturns, case.data.get(case_rules.ABOUT)
    if not how or not about:
        return
    case_actions.tell_overturned(deed, case_id=case.id, about_id=UUID(about["case"]), overturned=how, by=letter.number)
    old = _holding(about["overturns"])
    if old is None:
        return
    at, kept = deed.now, queries.get_letter(old.id)
    Letter.objects.filter(id=old.id, state=Letter.State.SIGNED).update(
        state=Letter.State.REVOKED, revoked_at=at, revoked_by_id=by, replaced_by=letter if how == "replaces" else None,
        revoked_reason=_WHY[how].format(number=letter.number, date=letters.date_text(at.astimezone(queries.zone_of(kept)).date(), "id")),
    )  # fmt: skip
    kept = queries.get_letter(old.id)
    instead = {"replaced_by": str(letter.id)} if how == "replaces" else {}
    deed.record(f"letter:{old.id}", "revoke", {**instead, "by": str(letter.id), "mark": queries.row_mark(kept)})
    deed.send(events.REVOKED, {"case": str(old.case_id), "letter": str(old.id), "by": str(letter.id)})


def _holding(letter_id: str) -> Letter | None:
    """Find a letter, or the one that holds in its place; None where none holds."""
    found = Letter.objects.filter(id=letter_id).first() if letter_id else None
    while found is not None and found.state != Letter.State.SIGNED:
        found = Letter.objects.filter(id=found.replaced_by_id).first() if found.replaced_by_id else None
    return found
