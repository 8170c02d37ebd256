"""Every write of letters: numbers reserved and voided, signed files attached, letters revoked, the seal.

Locks are taken in one order everywhere: the case, then the letter, then the sequence of numbers.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from django.db.models import F
from django.utils.timezone import localdate

from balai.base import crypto, intake, journal, sql
from balai.base.actors import Actor
from balai.base.commands import command, digest_of, once
from balai.base.errors import Altered, Conflict, Invalid, NotAllowed, NotFound
from balai.base.pages.texts import say
from balai.casework.cases import operations
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as cases_rules
from balai.casework.cases.actions import Command, act, tell_overturned
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import authority, events, policy, press, queries, rules, signing
from balai.casework.issuing.models import Delivery, Letter, LetterFile, LetterPart, Sight
from balai.casework.notices import actions as notices
from balai.casework.notices import kinds
from balai.engine import forms, letters, manifest
from balai.engine.problems import Problems
from balai.records.filing import actions as filing
from balai.records.offices import queries as offices
from balai.records.people import policy as people

_ENTERED = UUID("0d6c4c33-5a2c-4f0a-9c0e-2f1f6f1d6b7e")
HOUSE = Actor("system", "clock", name="issuing")
_OVERTURNED = {
    "replaces": "Diganti oleh surat nomor {number}, {date}.",
    "annuls": "Dibatalkan oleh surat nomor {number}, {date}.",
}

kinds.kind("letter-revoked", audience="applicant")
kinds.kind("letter-delivered", audience="applicant")


# ---- a person signs --------------------------------------------------------------------------------------------------


def reserve(*, actor: Actor, now: datetime, case_id: UUID, token: str, seen: bool = False) -> Letter:
    """Give the letter of a signing task its number, or give back the one it has: the first of the three steps.

    With `seen` only to who saw the letter to its last page. :raises Invalid: `letter-not-seen`, `letter-identity`.
    :raises NotFound, NotAllowed: who may not sign it; :raises Conflict: the task is done, or the letter signed.
    """
    with journal.deed(uuid4(), actor=actor, now=now, name="letter.reserve") as deed:
        case = cases.lock_case(case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        task = policy.require_signer(actor, case, service, token, now)
        if seen and actor.person_id is not None:
            queries.require_seen(actor.person_id, case_id, token)
        step = service.steps[task.node]
        if step.countersigns:
            return _take_part(deed, case, step.letter, token)
        return _reserve(deed, case, service, step.letter, token, unit_id=task.unit_id)


def note_seen(
    *,
    actor: Actor,
    now: datetime,
    case_id: UUID,
    token: str,
    drawn: Collection[int],
    pages: int,
    content: str,
    sha256: str,
) -> Sight:
    """Note that a signer saw some pages of a letter as it will be; of one that says something else now they begin anew.

    `content` is `queries.content_of`, `sha256` that of the draft that was drawn. The last page enters the journal.
    """
    assert actor.person_id is not None, "a person signs"
    bits, mine = rules.page_bits(drawn), {"case_id": case_id, "token": token, "person_id": actor.person_id}
    with journal.deed(uuid4(), actor=actor, now=now, name="letter.see") as deed:
        Sight.objects.bulk_create(
            [Sight(**mine, content=content, sha256=sha256, pages=pages, at=now)], ignore_conflicts=True
        )
        held = Sight.objects.filter(**mine)
        held.exclude(content=content, pages=pages).update(content=content, pages=pages, drawn=0)
        before = (held.select_for_update() if sql.for_update() else held).get()
        held.update(drawn=F("drawn").bitor(bits), sha256=sha256, at=now)
        seen = held.get()
        if rules.is_seen(seen.drawn, pages) and not rules.is_seen(before.drawn, pages):
            told = {"case": str(case_id), "token": token, "pages": pages, "sha256": sha256, "content": content}
            deed.record(f"sight:{seen.id}", "seen", told)
    return seen


def attach(
    *, actor: Actor, now: datetime, letter: Letter, pdf: bytes, signer: letters.PrintedSigner, seen: Sight | None = None
) -> Letter:
    """Attach the signed file and complete the signing task, both or neither: the last of the three steps.

    `seen` is what the signer saw of it before; its entry says so.

    :raises Conflict: `letter-signed-already`, `letter-not-reserved`, or the task was finished meanwhile.
    """
    with journal.deed(uuid4(), actor=actor, now=now, name="letter.attach") as deed:
        case = cases.lock_case(letter.case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        task = next((one for one in case.open_tasks if one.token == letter.token), None)
        if task is not None and service.countersigner(task.node) is not None:
            signed = _attach_part(deed, case, letter, pdf, signer, seen)
        else:
            signed = _attach(deed, case, letter, pdf, signer, by=actor.person_id, seen=seen)
        act(
            Command(
                id=uuid5(letter.id, "signed"),
                actor=actor,
                now=now,
                case_id=letter.case_id,
                action="signed",
                token=letter.token,
                data=facts(signed),
            )
        )
    return signed


def facts(letter: Letter) -> dict[str, str]:
    """Write what the case's own data keeps of a signed letter, under the step that made it; of one signed in part no letter."""
    if letter.state == Letter.State.RESERVED:
        return {"number": letter.number}
    return {"letter": str(letter.id), "number": letter.number, "code": letter.code}


# ---- the office's seal -----------------------------------------------------------------------------------------------


def reserve_seal(call: operations.OperationCall) -> Letter:
    """Give the letter of a sealing step its number, or give back the one it has.

    :raises Conflict: the case moved on, or the letter is sealed; :raises Invalid: `letter-not-ours`.
    """
    with journal.deed(uuid4(), actor=HOUSE, now=call.now, name="letter.reserve") as deed:
        case = cases.lock_case(call.case.id)
        if case.status == "closed" or case.state.find(call.token) is None:
            raise Conflict
        policy.require_ours(call.service, call.step.letter)
        return _reserve(deed, case, call.service, call.step.letter, call.token, automatic=True)


def attach_seal(
    call: operations.OperationCall, letter: Letter, pdf: bytes, signer: letters.PrintedSigner
) -> dict[str, str]:
    """Attach the sealed file, as part of the transaction that completes the step: the case's facts about it.

    :raises Conflict: `letter-signed-already`, `letter-not-reserved`.
    """
    with journal.deed(uuid4(), actor=HOUSE, now=call.now, name="letter.seal") as deed:
        case = cases.lock_case(letter.case_id)
        return facts(_attach(deed, case, letter, pdf, signer, by=None))


# ---- what becomes of a number, or of a letter
# -------------------------------------------------------------------------


def void(*, actor: Actor, now: datetime, letter_id: UUID, reason: str) -> bool:
    """Void a reserved number with a reason; the number stays in the register and is never given again.

    Tells whether it was still reserved.
    """
    with journal.deed(uuid4(), actor=actor, now=now, name="letter.void") as deed:
        letter = queries.get_letter(letter_id)
        cases.lock_case(letter.case_id)
        return _void(deed, letter, reason)


def void_orphan(letter_id: UUID, *, now: datetime) -> bool:
    """Void a number whose signing task ended without a signature: withdrawn, timed out, or moved by an operator."""
    return void(actor=HOUSE, now=now, letter_id=letter_id, reason="Langkah tanda tangan berakhir tanpa tanda tangan.")


def revoke(
    *, command_id: UUID, actor: Actor, now: datetime, letter_id: UUID, reason: str, replaced_by: str = ""
) -> None:
    """Take a signed letter out of force; the reason is shown to whoever checks the letter, and which letter holds instead.

    `replaced_by` is the number of a letter in force of the same holder, or empty.
    :raises Invalid: `reason-missing`, `no-such-replacement`; :raises Conflict: `letter-not-in-force`; :raises NotFound, NotAllowed:
    """
    text = intake.line(reason, 400, "reason")
    if not text:
        raise Invalid("reason-missing", fields={"reason": "Tulis alasannya. / Write the reason."})
    # no @command: who may revoke is read from the locked case, of a repetition too
    digest = digest_of({"letter": letter_id, "reason": text, "replaced_by": replaced_by.strip()})
    with journal.deed(command_id, actor=actor, now=now, name="letter.revoke", digest=digest) as deed:
        letter = queries.get_letter(letter_id)
        case = cases.lock_case(letter.case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        policy.require_revoker(actor, case, service, letter.letter_id, now, unit_id=letter.unit_id)
        if deed.repeated:
            return
        instead = _replacement(letter, case, replaced_by.strip()) if replaced_by.strip() else None
        changed = Letter.objects.filter(id=letter.id, state=Letter.State.SIGNED).update(
            state=Letter.State.REVOKED,
            revoked_at=now,
            revoked_by_id=actor.person_id,
            revoked_reason=text,
            replaced_by=instead,
        )
        if not changed:
            raise Conflict("letter-not-in-force")
        _record(deed, letter, "revoke", {"replaced_by": str(instead.id)} if instead else {})
        deed.send(events.REVOKED, _ids(letter))


def _replacement(letter: Letter, case: CaseRow, number: str) -> Letter:
    """Find the letter that holds instead: in force, and of the same case or the same holder."""
    found = Letter.objects.select_related("case").filter(number=number, state=Letter.State.SIGNED).first()
    same = found is not None and (found.case_id == case.id or None is not case.applicant_id == found.case.applicant_id)
    if found is None or found.id == letter.id or not same:
        raise Invalid("no-such-replacement")
    return found


def deliver(
    *, command_id: UUID, actor: Actor, now: datetime, letter_id: UUID, receiver: str, relation: str, card: str
) -> None:
    """Record that a signed letter was handed over on paper, to whom, and which card was seen; its holder is told.

    :raises NotFound, NotAllowed: who may not read the letter; :raises Conflict: `letter-not-in-force`;
    :raises Invalid: what is missing of the receiver, by field.
    """
    name = " ".join(receiver.split())
    if faults := rules.delivery_faults(name, relation, card):
        raise Invalid(
            fields={field: say(f"issuing.delivery.fault.{field}", most=rules.LONGEST_NAME) for field in faults}
        )
    # no @command: who may hand over is read from the locked case, of a repetition too
    digest = digest_of({"letter": letter_id, "receiver": name, "relation": relation, "card": card})
    with journal.deed(command_id, actor=actor, now=now, name="letter.deliver", digest=digest) as deed:
        letter = queries.get_letter(letter_id)
        face = cases.lock_face(letter.case_id)
        if actor.person_id is None or not policy.standing_in(actor, face, now).roles:
            raise NotAllowed
        queries.require_shown(actor, face, now)
        if deed.repeated:
            return
        if letter.state != Letter.State.SIGNED:
            raise Conflict("letter-not-in-force")
        case = face.open()
        told = json.dumps({"receiver": name, "relation": relation, "card": card}, ensure_ascii=False).encode()
        sealed = crypto.seal_with(case.key, told, queries.DELIVERY)
        Delivery.objects.create(letter=letter, at=now, by_id=actor.person_id, receiver_sealed=sealed)
        _record(deed, letter, "deliver", {"mac": crypto.mac_with(case.key, "delivery", told).hex()[:32]})
        notices.tell_holder(
            deed, case, "letter-delivered", lambda lang: _facts_of_delivery(letter, case, name, relation, now, lang)
        )


def _facts_of_delivery(
    letter: Letter, case: CaseRow, name: str, relation: str, now: datetime, lang: str
) -> Mapping[str, object]:
    return {
        "title": letter.title, "number": letter.number, "case": case.number, "unit": case.unit_name, "receiver": name,
        "relation": say(f"issuing.delivery.relation.{relation}", lang), "at": forms.format_date(localdate(now), lang),
    }  # fmt: skip


# ---- keys ------------------------------------------------------------------------------------------------------------


def enroll_signer(*, actor: Actor, now: datetime, name: str, organisation: str, passphrase: str) -> None:
    """Make the actor's own signing key under their passphrase; only the fact is written down.

    :raises Conflict: `signing-key-exists`; :raises Invalid: `weak-passphrase`.
    """
    if actor.person_id is None:
        raise Invalid("letter-not-for-you")
    made = authority.enroll(actor.person_id, name=name, organisation=organisation, passphrase=passphrase, now=now)
    with journal.deed(uuid4(), actor=actor, now=now, name="signer.enroll") as deed:
        deed.record(f"signer:{actor.person_id}", "enroll", {"certificate": f"{made.serial_number:x}"})


def withdraw_signer(*, actor: Actor, now: datetime, person_id: UUID, reason: str) -> None:
    """Withdraw a signer's key: nothing is signed with it from now on, and what was signed before stays valid.

    Stopped between any two lines it is done again from the start and stands in the journal once.
    :raises NotAllowed: for all but administrators; :raises Invalid: `reason-missing`; :raises NotFound: `no-signing-key`.
    """
    people.require_administrator(actor)
    text = intake.line(reason, 400, "reason")
    if not text:
        raise Invalid("reason-missing", fields={"reason": "Tulis alasannya. / Write the reason."})
    serial = authority.revoke(person_id, reason=text, now=now)
    with journal.deed(uuid5(person_id, f"withdraw {serial:x}"), actor=actor, now=now, name="signer.withdraw") as deed:
        if not deed.repeated:
            deed.record(f"signer:{person_id}", "withdraw", {"certificate": f"{serial:x}"})
    authority.put_away(person_id)


# ---- the letter itself -----------------------------------------------------------------------------------------------


def make(
    case: CaseRow, service: manifest.Service, letter: Letter, signer: letters.PrintedSigner, at: datetime,
    *, created_at: datetime | None = None,
) -> bytes:  # fmt: skip
    """Typeset a letter for signing, or at `created_at` for looking at. :raises Invalid: `letter-identity`, `letter-broken`, `letter-character`, `letter-too-slow`."""
    queries.require_identity(case, service, letter.letter_id)
    data = queries.letter_data(case, service, letter, signer, at)
    code = letters.qr_svg(str(data["verify_url"])) if service.letters[letter.letter_id].verify == "qr" else None
    try:
        return press.render(service.letter_sources, letter.letter_id, data, qr_svg=code, created_at=created_at or at)
    except Problems as problems:
        press.log.error("letter %s of %s: %s", letter.letter_id, service.id, problems)
        raise _why_broken(data, service) from problems


def _why_broken(data: Mapping[str, object], service: manifest.Service) -> Invalid:
    """Say which characters of which answer stopped a letter, where that is what stopped it."""
    for path, text in rules.walk_texts(data):
        if letters := forms.list_undrawable(text):
            key, plain = f"forms.{path[0]}.fields.{path[-1]}.label", ".".join(path)
            where = {lang: service.text(key, lang, plain) for lang in ("id", "en")}
            return Invalid("letter-character", characters=forms.name_characters(letters), where=where)
    return Invalid("letter-broken")


def tell_of_broken(*, actor: Actor, now: datetime, case_id: UUID, token: str, refusal: Invalid) -> None:
    """Let administrators know that a letter cannot be made, once however often it is tried; what an officer can mend is not told."""
    if refusal.code == "letter-identity":
        return
    notices.raise_alert(
        message_id=uuid5(case_id, f"broken {token} {now.isoformat()}"), actor=actor, now=now, kind="letter",
        subject=f"{case_id}:{token}", case_id=case_id, detail=refusal.code,
    )  # fmt: skip


def _reserve(
    deed: journal.Deed,
    case: CaseRow,
    service: manifest.Service,
    letter_id: str,
    token: str,
    *,
    unit_id: UUID | None = None,
    automatic: bool = False,
) -> Letter:
    queries.require_identity(case, service, letter_id)  # before it takes a number
    kind, zone = service.letters[letter_id], ZoneInfo(service.zone)
    today = deed.now.astimezone(zone).date()
    demo = signing.signer().demonstration
    live = queries.find_live_letter(case.id, token)
    if live is not None and live.state != Letter.State.RESERVED:
        raise Conflict("letter-signed-already")
    if live is not None and (live.year, live.demo) == (today.year, demo):
        return live
    if live is not None:
        _void(deed, live, "Tahun berganti atau penanda tangan berganti sebelum surat ditandatangani.")
    unit = offices.get_unit_by_id(unit_id or case.unit_id)  # whoever signs a letter numbers it
    seq = filing.take_number(deed, unit_code=unit.letter_code, class_code=kind.class_, year=today.year)
    letter = Letter(
        case_id=case.id,
        letter_id=letter_id,
        round=Letter.objects.filter(case_id=case.id, letter_id=letter_id).count() + 1,
        token=token,
        kind=kind.kind,
        title=service.text(f"letters.{letter_id}.title", case.language),
        language=case.language,
        unit=unit,
        unit_code=unit.letter_code,
        class_code=kind.class_,
        year=today.year,
        seq=seq,
        number=letters.number(kind.number, class_=kind.class_, seq=seq, unit=unit.letter_code, at=today),
        code=rules.make_code(),
        holder_masked=case.holder_masked,
        demo=demo,
        in_force=service.in_force,
        automatic=automatic,
        reserved_at=deed.now,
        reserved_by_id=deed.actor.person_id,
    )
    letter.valid_until = queries.last_day(case, service, kind, unit, deed.now)
    letter.save(force_insert=True)
    _record(deed, letter, "reserve", {"case": str(case.id), "letter": letter_id, "number": letter.number})
    return letter


def _take_part(deed: journal.Deed, case: CaseRow, letter_id: str, token: str) -> Letter:
    """Give a letter that is signed in part to the task of its next signer. :raises Conflict: it is gone, or signed by all."""
    letter = queries.find_part(case.id, letter_id)
    if letter is None:
        raise Conflict("letter-not-reserved")
    if letter.token != token:
        Letter.objects.filter(id=letter.id).update(token=token)
        letter.token = token
        _record(deed, letter, "cosigning", {"token": token})
    return letter


def _attach_part(
    deed: journal.Deed, case: CaseRow, letter: Letter, pdf: bytes, signer: letters.PrintedSigner, seen: Sight | None
) -> Letter:
    """Keep a letter that another has still to sign; nobody but who signs it next sees it, and it holds for nothing."""
    kept = queries.get_letter(letter.id)
    if kept.state != Letter.State.RESERVED:
        raise Conflict("letter-not-reserved" if kept.state == Letter.State.VOID else "letter-signed-already")
    before = queries.read_part(letter, case.key)
    signers = [*(before[1] if before else []), _told_of(signer, deed)]
    sealed = crypto.seal_with(case.key, pdf, queries.part_context(letter.id))
    LetterPart.objects.update_or_create(letter_id=letter.id, defaults={"sealed": sealed, "signers": signers})
    looked = {"seen": seen.sha256, "seen_at": seen.at.isoformat()} if seen is not None else {}
    _record(deed, kept, "cosign", {"part": hashlib.sha256(pdf).hexdigest(), **looked})
    return kept


def _told_of(signer: letters.PrintedSigner, deed: journal.Deed) -> dict[str, str]:
    named = {"name": signer.name, "title": signer.title, "nip": signer.nip, "rank": signer.rank}
    return {**named, "person": str(deed.actor.person_id)}


def _join(signers: list[dict[str, str]], part: str, most: int) -> str:
    """Name all signers of a letter in one line, in the order they signed."""
    return "; ".join(one[part] for one in signers if one[part])[:most]


def _attach(
    deed: journal.Deed, case: CaseRow, letter: Letter, pdf: bytes, signer: letters.PrintedSigner, *,
    by: UUID | None, seen: Sight | None = None,
) -> Letter:  # fmt: skip
    sha256, before = hashlib.sha256(pdf).hexdigest(), queries.read_part(letter, case.key)
    signers = [*(before[1] if before else []), _told_of(signer, deed)]
    changed = Letter.objects.filter(id=letter.id, state=Letter.State.RESERVED).update(
        state=Letter.State.SIGNED,
        signed_at=deed.now,
        signed_by_id=by,
        signer_name=_join(signers, "name", 160),
        signer_title=_join(signers, "title", 200),
        signer_nip=_join(signers, "nip", 40),
        signer_rank=_join(signers, "rank", 80),
        valid_until=letter.valid_until,
        sha256=sha256,
        digest=queries.file_digest(sha256),
        size=len(pdf),
    )
    signed = queries.get_letter(letter.id)
    if not changed:
        void_now = signed.state == Letter.State.VOID
        raise Conflict("letter-not-reserved" if void_now else "letter-signed-already")
    sealed = crypto.seal_with(case.key, pdf, queries.file_context(letter.id))
    LetterFile.objects.create(letter_id=letter.id, sealed=sealed)
    if before:
        LetterPart.objects.filter(letter_id=letter.id).delete()
    looked = {"seen": seen.sha256, "seen_at": seen.at.isoformat()} if seen is not None else {}
    _record(deed, signed, "seal" if letter.automatic else "sign", {"sha256": sha256, **looked})
    _overturn(deed, case, signed, by)
    return signed


def _overturn(deed: journal.Deed, case: CaseRow, letter: Letter, by: UUID | None) -> None:
    """Take the letter out of force that a letter which is whole now replaces or annuls, and tell the case it belongs to.

    One that was replaced meanwhile leads to the letter that holds instead; where none holds any more, there is nothing to do.
    """
    service = catalogue.get_service(case.service_id, case.service_key)
    how, about = service.letters[letter.letter_id].overturns, case.data.get(cases_rules.ABOUT)
    if not how or not about:
        return
    tell_overturned(deed, case_id=case.id, about_id=UUID(about["case"]), overturned=how, by=letter.number)
    old = _holding(about["overturns"])
    if old is None:
        return
    at, kept = deed.now, queries.get_letter(old.id)
    Letter.objects.filter(id=old.id, state=Letter.State.SIGNED).update(
        state=Letter.State.REVOKED, revoked_at=at, revoked_by_id=by, replaced_by=letter if how == "replaces" else None,
        revoked_reason=_OVERTURNED[how].format(number=letter.number, date=letters.date_text(at.astimezone(queries.zone_of(kept)).date(), "id")),
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


def _void(deed: journal.Deed, letter: Letter, reason: str) -> bool:
    changed = Letter.objects.filter(id=letter.id, state=Letter.State.RESERVED).update(
        state=Letter.State.VOID, voided_at=deed.now, void_reason=reason[:400]
    )
    if changed:
        LetterPart.objects.filter(letter_id=letter.id).delete()  # half a signature holds for nothing
        _record(deed, letter, "void", {"number": letter.number})
        deed.send(events.VOIDED, _ids(letter))
    return bool(changed)


def enter_later(letter_id: UUID, *, now: datetime) -> bool:
    """Enter a letter that is older than the public log into it, dated now: from here on it can be proven too.

    One whose revocation is older as well gets a second entry, so that this can be proven beside it.
    One whose row is not what its journal tells is left out: what does not hold is not vouched for.
    """
    with journal.deed(uuid5(letter_id, "enter"), actor=HOUSE, now=now, name="letter.enter", always=True) as deed:
        letter = queries.get_letter(letter_id)
        if deed.repeated or letter.signed_at is None:
            return False
        try:
            queries.require_unaltered(letter)
        except Altered:
            return False
        _record(
            deed, letter, queries.ENTERED_LATER, {"sha256": letter.sha256, "signed_at": letter.signed_at.isoformat()}
        )
        if letter.revoked_at is not None and not queries.is_logged(letter.id, "revoke"):
            instead = {"replaced_by": str(letter.replaced_by_id)} if letter.replaced_by_id else {}
            _record(deed, letter, queries.REVOKED_LATER, {"revoked_at": letter.revoked_at.isoformat(), **instead})
    return True


def note_all_entered(now: datetime) -> None:
    """Note that every letter that is older than the log was looked at, so that none is looked for again."""
    with journal.deed(uuid5(_ENTERED, "all"), actor=HOUSE, now=now, name="letter.all-entered", always=True) as deed:
        if not deed.repeated:
            deed.record("log", "letters-entered", {})


@command("letter.tell-of-revocation", answer=lambda told: 0)
def tell_of_revocation(*, message_id: UUID, actor: Actor, now: datetime, letter_id: UUID) -> int:
    """Tell a case's holder that a letter of theirs was revoked, why, and what they can do; tell how many notices."""
    letter = queries.get_letter(letter_id)
    with once() as deed:
        try:
            case = cases.read_case(case_id=letter.case_id)
        except NotFound:
            return 0  # forgotten meanwhile
        service = catalogue.get_service(case.service_id, case.service_key)
        return notices.tell_holder(
            deed, case, "letter-revoked", lambda lang: _facts_of_revocation(letter, case, service, lang)
        )


def _facts_of_revocation(letter: Letter, case: CaseRow, service: manifest.Service, lang: str) -> Mapping[str, object]:
    assert letter.signed_at is not None and letter.revoked_at is not None, "only what was signed is revoked"
    return {
        "title": letter.title, "number": letter.number, "reason": letter.revoked_reason, "case": case.number,
        "issued": forms.format_date(localdate(letter.signed_at), lang),
        "at": forms.format_date(localdate(letter.revoked_at), lang),
        "unit": case.unit_name, "objection": _may_object(service, lang),
    }  # fmt: skip


def _may_object(service: manifest.Service, lang: str) -> str:
    found = service.objection
    if found is None:
        return say("notices.letter-revoked.complain", lang)
    to = say(f"notices.letter-revoked.to.{'parent' if found.unit == 'parent' else 'same'}", lang)
    return say("notices.letter-revoked.object", lang, within=found.within.text(lang), to=to)


def _ids(letter: Letter) -> dict[str, str]:
    return {"case": str(letter.case_id), "letter": str(letter.id)}


def _record(deed: journal.Deed, letter: Letter, action: str, body: dict[str, str]) -> None:
    """Enter what became of a letter, with a mark over its row as it is now."""
    kept = queries.get_letter(letter.id)
    deed.record(f"letter:{letter.id}", action, body | {"mark": queries.row_mark(kept)})
