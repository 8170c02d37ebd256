"""The letters of a case in its holder's hands, and how to object to a refusal."""

from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from balai.base.errors import NotFound
from balai.base.pages.attachments import name_file
from balai.base.pages.parts import Fact, Tone
from balai.base.pages.texts import say
from balai.casework.cases import rules as case_rules
from balai.casework.cases.queries import CaseView
from balai.casework.issuing import queries as issuing
from balai.casework.issuing import rules as issuing_rules
from balai.engine import forms
from balai.records.entrance.visitors import Visitor


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One signed letter as its holder's page lists it."""

    url: str
    title: str
    number: str
    date: str
    size: str
    status: str
    tone: Tone
    check_url: str
    proof_url: str  # what proves it without us, to be kept beside the file; "" while there is none
    reason: str  # why it was revoked
    replaced: bool = False  # another letter holds in its place


def of_case(view: CaseView, visitor: Visitor) -> tuple[LetterRow, ...]:
    """List the signed letters of a case, newest first; numbers that were not used concern only the office."""
    zone = ZoneInfo(view.service.zone)
    today = visitor.now.astimezone(zone).date()
    rows = []
    found = issuing.list_letters_of(view.row.id)
    provable = issuing.list_provable([letter.id for letter in found if letter.signed_at is not None])
    for letter in reversed(found):
        if letter.signed_at is None:
            continue
        status = (
            "revoked"
            if letter.state == "revoked"
            else "expired"
            if letter.valid_until and letter.valid_until < today
            else "valid"
        )
        rows.append(
            LetterRow(
                url=f"/berkas/{view.row.number}/surat/{letter.id}/",
                title=letter.title,
                number=letter.number,
                date=forms.format_date(letter.signed_at.astimezone(zone).date(), visitor.lang),
                size=f"PDF, {max(1, round((letter.size or 0) / 1000))} KB",
                status=say(f"portal.letter.{status}", visitor.lang),
                tone="ok" if status == "valid" else "bad" if status == "revoked" else "warn",
                check_url=f"/v/{letter.code}",
                proof_url=f"/v/{letter.code}/bukti" if letter.id in provable else "",
                reason=letter.revoked_reason,
                replaced=letter.replaced_by_id is not None,
            )
        )
    return tuple(rows)


def send(view: CaseView, visitor: Visitor, letter_id: UUID) -> HttpResponseBase:
    """Send a signed letter's file. :raises NotFound: for a letter of another case, or one without a file."""
    letter = next((one for one in issuing.list_letters_of(view.row.id) if one.id == letter_id), None)
    if letter is None or letter.signed_at is None:
        raise NotFound
    response = HttpResponse(issuing.read_file(letter, view.row.key), content_type="application/pdf")
    name_file(response, issuing_rules.file_name(letter.title, letter.number))
    response["Cache-Control"] = "private, no-store"
    return response


def objection(view: CaseView, lang: str) -> tuple[Fact, ...]:
    """Say to whom, until when and on what basis the holder may object."""
    found = view.service.objection
    if found is None:
        return ()
    return (
        Fact(say("portal.objection.within", lang), found.within.text(lang)),
        Fact(
            say("portal.objection.to", lang),
            say(f"portal.objection.{'parent' if found.unit == 'parent' else 'same'}", lang),
        ),
        Fact(say("portal.objection.basis", lang), found.basis, note=say(f"portal.mark.{found.status}", lang)),
    )


def changes(view: CaseView, visitor: Visitor) -> tuple[str, ...]:
    """Say which of the applicant's own answers would have led the rules of a refused case elsewhere; worked out now."""
    now = view.row.closed_at or visitor.now
    return tuple(case_rules.what_would_change(view.service, view.row.data, visitor.lang, now))
