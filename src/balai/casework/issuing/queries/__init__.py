"""Every read of letters: the public's check by code or file, officers' lists, and what a letter is made of."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef, Sum

from balai.base import access_log, crypto, journal, later
from balai.base.actors import Actor
from balai.base.errors import Altered, Invalid, NotAllowed, NotFound
from balai.casework.cases import queries as cases
from balai.casework.cases.models import Task
from balai.casework.cases.queries import CaseRow, Listed
from balai.casework.issuing import authority, offline, policy, rules, signing
from balai.casework.issuing.logged import ENTERED_LATER as ENTERED_LATER
from balai.casework.issuing.logged import REVOKED_LATER as REVOKED_LATER
from balai.casework.issuing.logged import is_logged as is_logged
from balai.casework.issuing.logged import list_older_than_log as list_older_than_log
from balai.casework.issuing.logged import list_provable as list_provable
from balai.casework.issuing.models import Delivery, Letter, LetterFile
from balai.casework.issuing.queries.contents import content_of as content_of
from balai.casework.issuing.queries.contents import day_of as day_of
from balai.casework.issuing.queries.contents import letter_data as letter_data
from balai.casework.issuing.queries.contents import list_sights as list_sights
from balai.casework.issuing.queries.contents import office_of as office_of
from balai.casework.issuing.queries.contents import place_of as place_of
from balai.casework.issuing.queries.contents import require_identity as require_identity
from balai.casework.issuing.queries.contents import require_seen as require_seen
from balai.casework.issuing.queries.contents import shown as shown
from balai.casework.issuing.queries.contents import signer_of as signer_of
from balai.engine import process
from balai.records.documents import queries as documents
from balai.records.filing.sequences import NumberScope, NumbersTaken
from balai.records.offices import queries as offices
from balai.records.protection import policy as protection

if TYPE_CHECKING:
    from balai.casework.issuing.judging import Verification

pypdfium2 = later.module("pypdfium2")

# ---- the public's check ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PublicLetter:
    """The face of a letter: what anyone who holds its code is told."""

    issuer: str
    kind: str
    title: str
    number: str
    date: dt.date
    status: str  # valid, expired, revoked
    holder_masked: str
    signer_title: str
    automatic: bool
    demo: bool
    in_force: bool
    valid_until: dt.date | None = None
    revoked_on: dt.date | None = None
    revoked_reason: str = ""
    object_until: dt.datetime | None = None  # of a refusal, where an outage moved that past what the letter says
    replaced_by: str = ""  # the number of the letter that holds instead
    code: str = ""

    @property
    def verdict(self) -> str:
        """Give the one verdict on the letter as the register knows it, with no file at hand."""
        return self.verdict_with("")

    def verdict_with(self, file: str, *, trusted: bool = True) -> str:
        """Give the one verdict on the letter and a file that was compared with it."""
        return rules.verdict_of(
            file,
            status=self.status,
            replaced=bool(self.replaced_by),
            sample=self.demo or not self.in_force,
            trusted=trusted,
        )


@dataclass(frozen=True, slots=True)
class UploadCheck:
    """What the check of an uploaded file found; `text` is told only to whoever holds the signed bytes, changed behind or not."""

    result: str  # identical, changed, unknown
    letter: PublicLetter | None = None
    text: str = ""
    signature: Verification | None = None
    trace: str = ""  # what of ours is in a file that is not identical: bytes, code, signature; claimed, unreadable

    @property
    def verdict(self) -> str:
        """Give the one verdict on the file."""
        if self.letter is None:
            return rules.verdict_of(self.result)
        trusted = self.signature is None or self.signature.problem != "revoked"
        return self.letter.verdict_with(self.result, trusted=trusted)


def find_letter_by_code(code: str, *, now: datetime) -> PublicLetter | None:
    """Find the face of a letter by its public code; None for whatever is not a signed letter.

    :raises Altered: its row is not what its journal tells: nothing is said of such a letter, neither good nor bad.
    """
    return _face(find_signed(code), now)


def find_signed(code: str) -> Letter | None:
    """Find a signed letter, revoked or not, by its public code. :raises Altered: its row is not what its journal tells."""
    return _sound(_every().filter(code=read).first()) if (read := rules.read_code(code)) else None


def find_signed_as_it_is(code: str) -> Letter | None:
    """Find a signed letter by its public code, for whoever compared its row a moment ago, or judges a proof that holds without it."""
    read = rules.read_code(code)
    found: Letter | None = _every().filter(code=read, state__in=_SIGNED).first() if read else None
    return found


def verify_upload(pdf: bytes, *, now: datetime, code: str | None = None) -> UploadCheck:
    """Compare a file with the letters we signed, or with the one of a code.

    `identical` and a file that begins with a letter of ours tell its text. A file that only bears our code or signature is
    `changed` without it. What is not ours byte for byte is opened in a confined child alone.
    :raises Unavailable: `files-busy`. :raises Altered: the letter's row is not what its journal tells.
    """
    claimed = rules.read_code(code) if code else None
    letter, size = _find_signed(pdf)
    if letter is not None and claimed in (None, letter.code):
        return _compared(pdf, letter, size, now)
    if claimed is not None and (letter := find_signed(claimed)) is not None:
        return UploadCheck("changed", _face(letter, now), trace="claimed")
    return _look_inside(pdf, now)


def _compared(pdf: bytes, letter: Letter, size: int, now: datetime) -> UploadCheck:
    """Tell of a file that begins with a letter of ours. What is read here are our own bytes, as the register knows them."""
    signed = offline.beginning(pdf, size)
    # Judged as of its signing, which our own table proves; a certificate that ran out since takes nothing from it.
    judged = signing.verify(signed, at=cast(datetime, letter.signed_at))
    result, trace = ("identical", "") if signed == pdf else ("changed", "bytes")
    return UploadCheck(result, _face(letter, now), text_of(signed), judged, trace)


def _find_signed(pdf: bytes) -> tuple[Letter | None, int]:
    """Find the letter a file is, or begins with, and how many bytes of it were signed; nothing of the file is parsed."""
    ends = {file_digest(sha256): size for sha256, size in offline.list_ends(pdf).items()}
    found = {bytes(letter.digest or b""): letter for letter in _every().filter(digest__in=list(ends))}
    best = max(found, key=lambda digest: ends[digest], default=None)
    return (_sound(found[best]), ends[best]) if best is not None else (None, 0)


def _look_inside(pdf: bytes, now: datetime) -> UploadCheck:
    """Look for our codes and our signature in a file that is not ours byte for byte."""
    try:
        marks = documents.read_marks(pdf, rules.CODE_LENGTH)
    except Invalid:
        return UploadCheck("unknown", trace="unreadable")
    letter = _sound(_every().filter(code__in=marks.codes).first()) if marks.codes else None
    if letter is not None:
        return UploadCheck("changed", _face(letter, now), trace="code")
    if any(map(signing.has_issued, marks.signers)):
        return UploadCheck("changed", trace="signature")
    return UploadCheck("unknown")


def file_digest(sha256: str) -> bytes:
    """Key the digest of a file, so that a stolen table does not tell whether a given file is among the letters."""
    return crypto.lookup_hash("letter-file", sha256)


_MARKED = (
    "id", "case_id", "letter_id", "round", "token", "kind", "title", "language", "unit_id", "number", "code", "holder_masked",
    "demo", "in_force", "automatic", "state", "signed_by_id", "signer_name", "signer_title", "valid_until", "sha256", "size",
    "void_reason", "revoked_by_id", "revoked_reason",
)  # fmt: skip


def row_mark(letter: Letter) -> str:
    """Mark what a letter's row says under the town's key, for its entries: 32 hex digits."""
    since = (
        ("signer_nip", "signer_rank") if letter.signer_nip or letter.signer_rank else ()
    )  # older letters keep their mark
    told = "\x00".join(str(getattr(letter, name)) for name in (*_MARKED, *since))
    return crypto.mac("letter-row", told.encode()).hex()[:32]


def text_of(pdf: bytes) -> str:
    """Read the text of one of our own files, page by page."""
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        return "\n\n".join(page.get_textpage().get_text_range() for page in document).replace("\r\n", "\n").strip()


_SIGNED = (Letter.State.SIGNED, Letter.State.REVOKED)
_BECAME = {"reserve": "reserved", "sign": "signed", "seal": "signed", "void": "void", "revoke": "revoked"}
_LATER = (ENTERED_LATER, REVOKED_LATER)
Entered = Sequence[tuple[datetime, str, Mapping[str, Any]]]  # of one letter's entries: when, the action, the body


def _every() -> Any:
    return Letter.objects.select_related("unit", "case", "replaced_by")


def _sound(letter: Letter | None) -> Letter | None:
    """Give a letter that was signed, once its row and that of the one that replaces it are what their journals tell."""
    if letter is None:
        return None
    require_unaltered(letter)
    if letter.replaced_by is not None:
        require_unaltered(letter.replaced_by)
    return letter if letter.state in _SIGNED else None


def require_unaltered(letter: Letter) -> None:
    """Require that a letter's row is what its journal tells. Two queries. :raises Altered: `letter-altered`."""
    lines = journal.read_whole(f"letter:{letter.id}")
    if lines is None or list_differences(letter, [(line.at, line.action, line.body) for line in lines]):
        raise Altered("letter-altered", letter=str(letter.id))


def list_differences(letter: Letter, entered: Entered) -> list[str]:
    """Tell what of a letter's row its entries, oldest first, do not tell so: its state, number, file, moments, who signed it."""
    if not entered:
        return ["no entry speaks of it"]
    last = entered[-1][2]
    at, action, moved = next(each for each in reversed(entered) if each[1] not in _LATER)
    found, became = [], _BECAME[action]
    signed = next(
        ((when, body["sha256"]) for when, what, body in entered if "sha256" in body and what not in _LATER),
        (None, ""),
    )
    if letter.state != became:
        found.append(f"state is {letter.state!r} and was {became!r}")
    if letter.sha256 != signed[1] or (signed[1] and bytes(letter.digest or b"") != file_digest(signed[1])):
        found.append("the digest of its file (sha256, digest) was changed")
    number = entered[0][2].get("number", letter.number)
    if letter.number != number:
        found.append(f"number is {letter.number} and was {number}")
    case = entered[0][2].get("case", str(letter.case_id))
    if str(letter.case_id) != case:
        found.append(f"case_id is {letter.case_id} and was {case}")
    if letter.signed_at != signed[0]:
        found.append("when it was signed (signed_at) was changed")
    revoked = (at, moved.get("replaced_by", "")) if became == "revoked" else (None, "")
    if (letter.revoked_at, str(letter.replaced_by_id or "")) != revoked and letter.state == became:
        found.append("when it was revoked, or what replaces it (revoked_at, replaced_by_id), was changed")
    if not found and last.get("mark", "") not in ("", row_mark(letter)):
        found.append("who signed it, its holder or another column was changed")
    return found


def list_revoked() -> list[Letter]:
    """List every letter that no longer holds. Two queries. :raises Altered: the row of one is not what its journal tells."""
    entered: dict[str, list[tuple[datetime, str, dict[str, Any]]]] = {}
    for letter_id, at, action, body in journal.list_entries("letter:", having="revoke"):
        entered.setdefault(letter_id, []).append((at, action, body))
    found = list(_every().filter(state=Letter.State.REVOKED))
    for letter in found:
        if list_differences(letter, entered.pop(str(letter.id), ())):
            raise Altered("letter-altered", letter=str(letter.id))
    if entered:
        raise Altered("letter-altered", letter=next(iter(entered)))
    return found


def _face(letter: Letter | None, now: datetime) -> PublicLetter | None:
    if letter is None:
        return None
    assert letter.signed_at is not None
    zone = zone_of(letter)
    today = now.astimezone(zone).date()
    return PublicLetter(
        issuer=letter.unit.name,
        kind=letter.kind,
        title=letter.title,
        number=letter.number,
        date=letter.signed_at.astimezone(zone).date(),
        status=rules.status_of(letter.state, letter.valid_until, today),
        holder_masked=letter.holder_masked,
        signer_title=letter.signer_title,
        automatic=letter.automatic,
        demo=letter.demo,
        in_force=letter.in_force,
        valid_until=letter.valid_until,
        revoked_on=letter.revoked_at.astimezone(zone).date() if letter.revoked_at else None,
        revoked_reason=letter.revoked_reason,
        replaced_by=letter.replaced_by.number if letter.replaced_by else "",
        code=letter.code,
        object_until=_object_until(letter, zone) if letter.kind == "refusal" else None,
    )


def _object_until(letter: Letter, zone: ZoneInfo) -> dt.datetime | None:
    found = cases.find_object_until(letter.case_id)
    return found.astimezone(zone) if found else None


def zone_of(letter: Letter) -> ZoneInfo:
    """Give the zone of the unit that issued a letter."""
    return offices.get_calendar_named(letter.unit.calendar_id).zone


# ---- officers and holders --------------------------------------------------------------------------------------------


def list_to_sign(person_id: UUID, *, now: datetime, which: cases.Which = "unit", limit: int = 50) -> list[Listed]:
    """List the tasks in which this person may sign a letter, by due date; masked."""
    return cases.list_inbox(person_id, now=now, which=which, operation="document.sign", limit=limit)


def list_letters_of(case_id: UUID) -> list[Letter]:
    """List the letters of a case, signed ones and numbers that were voided, oldest first."""
    return list(Letter.objects.filter(case_id=case_id).order_by("reserved_at"))


def list_letter_ids(case_ids: Collection[UUID]) -> list[UUID]:
    """List the ids of the letters of some cases, voided numbers too. One query."""
    return list(Letter.objects.filter(case_id__in=case_ids).values_list("id", flat=True))


def find_case_of(letter_id: UUID) -> UUID | None:
    """Find of which case a letter is. One query."""
    return Letter.objects.filter(id=letter_id).values_list("case_id", flat=True).first()


def get_letter(letter_id: UUID) -> Letter:
    """Fetch a letter. :raises NotFound:"""
    found = Letter.objects.filter(id=letter_id).first()
    if found is None:
        raise NotFound
    return found


def open_letter(actor: Actor, letter_id: UUID, *, now: datetime, purpose: str = "letter") -> tuple[Letter, bytes]:
    """Open a signed letter's file for its holder or an officer of the case; another's reading is recorded first.

    :raises NotFound: for strangers, and for a number without a letter.
    """
    letter = get_letter(letter_id)
    case = cases.read_face(case_id=letter.case_id)
    policy.standing_in(actor, case, now)
    if actor.person_id is None or actor.person_id != case.applicant_id:
        access_log.record_access(
            actor, purpose=purpose, object=f"letter:{letter.id}", person_id=case.applicant_id, now=now
        )
    require_shown(actor, case, now)
    return letter, read_file(letter, case.open().key)


DELIVERY = "letter:delivery"


@dataclass(frozen=True, slots=True)
class Delivered:
    """One handing over of a letter: when, by which officer, to whom, what they are to the holder, which card was seen."""

    letter_id: UUID
    number: str
    at: datetime
    by: UUID
    receiver: str
    relation: str
    card: str


def list_deliveries(case: CaseRow) -> list[Delivered]:
    """List how the letters of an opened case were handed over on paper, the last first. One query."""
    found = Delivery.objects.filter(letter__case_id=case.id).select_related("letter").order_by("-at")
    return [
        Delivered(
            row.letter_id, row.letter.number, row.at, row.by_id,
            **json.loads(crypto.open_with(case.key, bytes(row.receiver_sealed), DELIVERY)),
        )
        for row in found
    ]  # fmt: skip


def audit_letter(actor: Actor, number: str, letter_id: UUID, *, now: datetime, purpose: str) -> tuple[Letter, bytes]:
    """Open a signed letter's file for an auditor, who says what for; case and letter are recorded with that purpose first.

    :raises NotFound: for whoever is no auditor, a letter of another case, and a number without a letter.
    """
    view = cases.audit_case(actor, number, now=now, purpose=purpose)
    case = view.row
    letter = get_letter(letter_id)
    if letter.case_id != case.id:
        raise NotFound
    access_log.record_access(
        actor, purpose=f"audit: {purpose}", object=f"letter:{letter.id}", person_id=case.applicant_id, now=now
    )
    if view.hidden:
        raise NotAllowed("protected-person")
    return letter, read_file(letter, case.key)


def require_shown(actor: Actor, case: cases.CaseFace | CaseRow, now: datetime) -> None:
    """Refuse a letter, which tells where its holder lives, where that is protected. :raises NotAllowed: `protected-person`."""
    if protection.is_hidden(actor, case.applicant_id, now, vault_id=case.vault_id):
        raise NotAllowed("protected-person")


def read_file(letter: Letter, key: bytes) -> bytes:
    """Open the sealed file of a letter. :raises NotFound: when it has none."""
    found = LetterFile.objects.filter(letter_id=letter.id).first()
    if found is None:
        raise NotFound
    return crypto.open_with(key, bytes(found.sealed), file_context(letter.id))


def file_context(letter_id: UUID) -> str:
    """Name the place a letter's file is sealed for, so that it cannot be moved to another letter."""
    return f"letter:{letter_id}"


def find_live_letter(case_id: UUID, token: str) -> Letter | None:
    """Find the letter a task or operation has made or is making."""
    return Letter.objects.filter(case_id=case_id, token=token).exclude(state=Letter.State.VOID).first()


@cases.begins
def has_letter(case_id: UUID, tokens: Collection[str]) -> bool:
    """Tell whether a letter of some tasks or operations of a case has its number already, or lies signed."""
    return Letter.objects.filter(case_id=case_id, token__in=tokens).exclude(state=Letter.State.VOID).exists()


def find_case_of_number(typed: str) -> UUID | None:
    """Find the case of a letter by the letter's number as it is printed, whatever blanks were typed with it."""
    spellings = {" ".join(typed.split()), "".join(typed.split())}
    return Letter.objects.filter(number__in=spellings).values_list("case_id", flat=True).first()


def list_numbers(unit_code: str, class_code: str, year: int) -> list[Letter]:
    """List every number given out in one sequence, in order: the register in which each gap in use is explained."""
    return list(Letter.objects.filter(unit_code=unit_code, class_code=class_code, year=year).order_by("seq"))


def list_register(*, since: datetime, until: datetime, unit_path: str, most: int = 2_000) -> list[Letter]:
    """List the letters whose number was given in a span by a unit and those below it, in the order of their numbers. One query.

    Voided numbers stand in it too: a register has no gap.
    """
    found = Letter.objects.select_related("unit", "case").filter(
        reserved_at__gte=since, reserved_at__lt=until, unit__path__startswith=unit_path
    )
    return list(found.order_by("unit_code", "year", "class_code", "seq")[:most])


def list_voided(since: datetime, limit: int = 20) -> list[Letter]:
    """List the numbers that were voided since a moment, latest first."""
    found = Letter.objects.filter(state=Letter.State.VOID, voided_at__gte=since).select_related("unit")
    return list(found.order_by("-voided_at")[:limit])


def list_orphans(limit: int = 200) -> list[Letter]:
    """List reserved numbers whose signing task is no longer open, or whose sealing step ended, oldest first."""
    waiting = Task.objects.filter(case_id=OuterRef("case_id"), token=OuterRef("token"), state="open")
    found = Letter.objects.filter(~Exists(waiting), state=Letter.State.RESERVED).select_related("case")
    return list(islice((each for each in found.order_by("reserved_at") if not _being_sealed(each)), limit))


def _being_sealed(letter: Letter) -> bool:
    """Tell whether the step that seals a letter unattended still runs; it has a token and no task."""
    if not letter.automatic or letter.case.status == "closed":
        return False
    return process.State.from_json(letter.case.state).find(letter.token) is not None


# ---- signers ---------------------------------------------------------------------------------------------------------

SOON = dt.timedelta(days=60)  # how long before its end a signing key is said to run out soon


@dataclass(frozen=True, slots=True)
class SignerKey:
    """One signing key as the administration sees it, with what its holder signed, by this key or an earlier one."""

    key: authority.Enrolled
    state: str  # valid, soon, expired, withdrawn
    signed: int
    waiting: int  # letters that wait for this very person


def list_signers(now: datetime, person_id: UUID | None = None) -> list[SignerKey]:
    """List the signing keys made here, those in use first, or those of one person. Two queries.

    With an outside signing service (`bsre`) the keys lie there, and only what was made here before is listed.
    """
    keys = authority.list_enrolled(person_id)
    people = {key.person_id for key in keys}
    letters_ = Letter.objects.filter(signed_by_id__in=people)
    signed = dict(letters_.values_list("signed_by_id").annotate(count=Count("id")))
    tasks = Task.objects.filter(state="open", operation="document.sign", assignee_id__in=people)
    waiting = dict(tasks.values_list("assignee_id").annotate(count=Count("id")))
    rows = [
        SignerKey(key, _key_state(key, now), signed.get(key.person_id, 0), waiting.get(key.person_id, 0))
        for key in keys
    ]
    return sorted(rows, key=lambda row: row.state == "withdrawn")


def list_keys_of(person_id: UUID) -> list[authority.Enrolled]:
    """List the signing keys one person ever made here, the newest first. No query: they are files."""
    return authority.list_enrolled(person_id)


def _key_state(key: authority.Enrolled, now: datetime) -> str:
    if key.withdrawn_at is not None:
        return "withdrawn"
    if key.valid_until <= now:
        return "expired"
    return "soon" if key.valid_until - now < SOON else "valid"


# ---- the deep look --------------------------------------------------------------------------------------------------


def iterate_letters() -> Iterator[Letter]:
    """Go through the rows of all letters, whatever became of them."""
    return Letter.objects.order_by("reserved_at", "id").iterator(500)


def list_broken() -> list[str]:
    """List what does not fit among letters: a file that is gone or changed, a step that signed two."""
    told = []
    for letter in Letter.objects.filter(state__in=("signed", "revoked")).select_related("case__vault").iterator():
        wrapped = letter.case.vault.wrapped_key
        if wrapped is None:
            continue  # its case was forgotten
        try:
            same = hashlib.sha256(read_file(letter, crypto.unwrap(letter.case.vault_id, bytes(wrapped)))).hexdigest()
        except (LetterFile.DoesNotExist, crypto.Tampered, NotFound) as error:
            told.append(f"{letter.number}: {type(error).__name__}")
        else:
            told += [] if same == letter.sha256 else [f"{letter.number}: the file is not what was signed"]
    live = Letter.objects.filter(state__in=("signed", "reserved")).values("case_id", "token")
    told += [
        f"case {one['case_id']}: two letters of step {one['token']}"
        for one in live.annotate(n=Count("id")).filter(n__gt=1)
    ]
    return told


def count_numbers() -> list[NumbersTaken]:
    """Count the numbers that letters took, by sequence, whatever became of them; and add them up."""
    found = Letter.objects.values_list("unit_code", "class_code", "year").annotate(n=Count("id"), total=Sum("seq"))
    return [
        NumbersTaken(NumberScope(unit, class_, year), n, total) for unit, class_, year, n, total in found.order_by()
    ]
