"""Every read of co-signers: those of a case, whom a link or a card leads to, what they are shown, what is held about a person."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from balai.base import access_log, crypto
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.base.pages.moments import moment
from balai.base.pages.parts import Tone
from balai.base.pages.texts import language, say
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseRow, CaseView
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, manifest
from balai.records.people import rules as people
from balai.records.protection import policy as protection
from balai.rooms.cosigning import policy, rules
from balai.rooms.cosigning.models import Cosigner

CONTEXT, PURPOSE = "cosigning:person", "cosigning"
BY_LINK = Actor("anonymous", "portal", name="cosigner")


@dataclass(frozen=True, slots=True)
class AskedPerson:
    """One person who is asked, opened: who they are, how they are reached, and what they answered."""

    id: UUID
    place: int
    state: str
    name: str
    phone: str
    email: str
    nik: str
    reason: str
    at: datetime | None
    way: str
    until: datetime
    reminded: int
    linked: bool  # a link was sent and holds

    @property
    def reach(self) -> str:
        """Give where their link is sent, masked."""
        to = rules.name_reach(self.phone, self.email)
        return people.mask_contact(to) if to else ""


@dataclass(frozen=True, slots=True)
class CosignerQuestion:
    """What a co-signer sees: who applies for what, what they agree to, and the answers the folder lets them see."""

    cosigner_id: UUID
    name: str
    service: str
    applicant: str
    statement: str
    answers: tuple[tuple[str, str], ...]
    seen: str  # keyed digest of it all
    until: datetime


def hash_of(secret: str) -> bytes:
    """Hash a secret as it is looked for: under the town's key, so that a stolen table opens nothing."""
    return crypto.lookup_hash("cosigner-link", secret)


def find_by_secret(secret: str) -> Cosigner:
    """Find whom a link leads to. One query. :raises NotFound: when it leads nowhere."""
    read = rules.read_secret(secret)
    found = Cosigner.objects.filter(link_hash=hash_of(read)).first() if read else None
    if found is None:
        raise NotFound
    return found


def get_row(case_id: UUID, cosigner_id: UUID) -> Cosigner:
    """Give a row of a case. :raises NotFound: of another case, or none."""
    found = Cosigner.objects.filter(id=cosigner_id, case_id=case_id).first()
    if found is None:
        raise NotFound
    return found


def list_rows(case_id: UUID, step: str = "") -> list[Cosigner]:
    """List who is asked in a case now, in the order of the application. One query."""
    found = Cosigner.objects.filter(case_id=case_id, **({"step": step} if step else {})).exclude(state__in=rules.GONE)
    return list(found.order_by("step", "place", "asked_at"))


def list_asked(row: CaseRow) -> list[AskedPerson]:
    """List who is asked in an opened case. One query."""
    return [open_row(one, row.key) for one in list_rows(row.id)]


def open_row(one: Cosigner, key: bytes) -> AskedPerson:
    """Open one row under its case's key."""
    who = json.loads(crypto.open_with(key, bytes(one.sealed), CONTEXT))
    return AskedPerson(
        one.id, one.place, one.state, who["name"], who["phone"], who["email"], who["nik"], who.get("reason", ""),
        one.at, one.way, one.until, one.reminded, one.link_hash is not None,
    )  # fmt: skip


def asks(view: CaseView) -> bool:
    """Tell whether a case's service asks anybody to agree."""
    return any(step.cosigners for step in view.service.steps.values())


def is_awaited(case: CaseRow, one: Cosigner, now: datetime) -> bool:
    """Tell whether somebody's answer is still waited for."""
    live = case.status != "closed" and case.state.find(one.token) is not None
    return live and one.state == rules.ASKED and now < one.until


def step_of(case: CaseRow, service: manifest.Service, token: str) -> manifest.Step | None:
    """Give the step at which a case waits; the drawing may call it otherwise since it was migrated."""
    live = case.state.find(token) if case.status != "closed" else None
    step = service.steps.get(live.node) if live is not None else None
    return step if step is not None and step.cosigners is not None else None


def _plain(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode()


def digest(case: CaseRow, service: manifest.Service, step: manifest.Step) -> str:
    """Digest what is agreed to under the case's key: the words in both languages and the answers shown."""
    assert step.cosigners is not None, "asked of a step that asks people"
    apply = case.data.get("apply", {})
    words = [service.text(f"steps.{step.id}.statement", lang) for lang in ("id", "en")]
    shown = {name: apply.get(name) for name in step.cosigners.shows}
    return crypto.mac_with(case.key, PURPOSE, _plain([words, shown])).hex()


def origin_of(case: CaseRow, who: Mapping[str, str]) -> str:
    """Digest the row of the application that names somebody."""
    return crypto.mac_with(case.key, "cosigning:origin", _plain(dict(who))).hex()


def show(case: CaseRow, one: Cosigner, lang: str, *, hidden: bool) -> CosignerQuestion:
    """Put together what somebody sees before they answer. :raises NotFound: the case waits for nobody there any more."""
    service = catalogue.get_service(case.service_id, case.service_key)
    step = step_of(case, service, one.token)
    if step is None or step.cosigners is None:
        raise NotFound
    row = cases.veil(case, service) if hidden else case
    return CosignerQuestion(
        one.id, open_row(one, case.key).name, service.text("title", lang),
        str(row.data.get("applicant", {}).get("name", "")), service.text(f"steps.{step.id}.statement", lang),
        tuple(_answers(row, service, step.cosigners, lang)), digest(case, service, step), one.until,
    )  # fmt: skip


def _answers(
    row: CaseRow, service: manifest.Service, named: manifest.Cosigners, lang: str
) -> Sequence[tuple[str, str]]:
    """Put the answers that are shown into words; of the rows that name the others, their names alone; numbers of identity masked."""
    form, apply = service.forms["apply"], row.data.get("apply", {})
    found = []
    for name in named.shows:
        field = form.fields[name]
        if name == named.source:
            text = ", ".join(one["name"] for one in named.people(apply))
        else:
            text = forms.show(
                field,
                apply.get(name),
                service.texts,
                lang,
                tables=service.tables,
                zone=ZoneInfo(service.zone),
                masked=True,
            )
        label = service.text(f"{field.text_key}.label", lang)
        found += [(label, text)] if text else []
    return found


def open_link(secret: str, now: datetime, lang: str) -> tuple[Cosigner, CosignerQuestion]:
    """Open what a link leads to; the reading is recorded first, where the applicant sees it.

    :raises NotFound: the link leads nowhere, or nobody waits for an answer any more.
    """
    one = find_by_secret(secret)
    return one, read(BY_LINK, one, now, lang)


def read(actor: Actor, one: Cosigner, now: datetime, lang: str) -> CosignerQuestion:
    """Show somebody what they are asked to agree to; recorded before it is shown. :raises NotFound: nobody waits any more."""
    case = cases.read_case(case_id=one.case_id)
    if not is_awaited(case, one, now):
        raise NotFound
    hidden = protection.is_hidden(actor, case.applicant_id, now, vault_id=case.vault_id)
    access_log.record_access(actor, purpose=PURPOSE, object=f"case:{case.id}", person_id=case.applicant_id, now=now)
    return show(case, one, lang, hidden=hidden)


def asks_digits(one: Cosigner) -> bool:
    """Tell whether whoever has the link is asked for the last digits of a NIK."""
    return one.nik_hash is not None


def is_waiting(one: Cosigner, now: datetime) -> bool:
    """Tell whether a row's answer is waited for; a case that was forgotten waits for nobody."""
    try:
        return is_awaited(cases.read_case(case_id=one.case_id), one, now)
    except NotFound:
        return False


def find_by_card(number: str, nik: str, name: str, now: datetime, person_id: UUID | None) -> Cosigner:
    """Find who stands at the counter by the case's number and their card: the NIK where the application gives one, else the name.

    :raises NotFound: whatever does not fit, without saying what. :raises NotAllowed: the case concerns the officer.
    """
    case = cases.read_case(case_id=cases.find_case_id(number))
    policy.require_no_party(case, person_id)
    typed = " ".join(name.split()).casefold()
    for row in list_rows(case.id):
        who = open_row(row, case.key)
        fits = who.nik == nik if who.nik else bool(typed) and " ".join(who.name.split()).casefold() == typed
        if fits and is_awaited(case, row, now):
            return row
    raise NotFound


def open_case(actor: Actor, number: str, *, now: datetime, track_code: str) -> CaseView:
    """Open a case for its holder. :raises NotFound:"""
    view = cases.open_case(actor, number, now=now, purpose="own case", track_code=track_code)
    policy.require_holder(view)
    return view


def list_about(nik: str) -> list[tuple[str, AskedPerson]]:
    """List where a person is asked to agree with somebody else's application: (its number, what is held)."""
    found = Cosigner.objects.filter(nik_hash=crypto.lookup_hash("nik", nik)) if nik else ()
    told = []
    for one in found:
        try:
            case = cases.read_case(case_id=one.case_id)
        except NotFound:
            continue
        told.append((case.number, open_row(one, case.key)))
    return told


def list_recorded(person_ids: Collection[UUID]) -> list[Mapping[str, Any]]:
    """List the answers that an officer recorded at a counter. One query."""
    found = Cosigner.objects.filter(officer_id__in=person_ids).order_by("at")
    return list(found.values("at", "state"))


# ---- in words -------------------------------------------------------------------------------------------------------

TONES: dict[str, Tone] = {rules.ASKED: "warn", rules.AGREED: "ok", rules.REFUSED: "bad"}


@dataclass(frozen=True, slots=True)
class CosignerLine:
    """One who is asked, in words. `waits` while an answer is waited for; whoever did not agree may be replaced."""

    id: UUID
    name: str
    word: str
    tone: Tone
    told: str
    reason: str
    waits: bool
    replaceable: bool
    reachable: bool


def list_lines(view: CaseView, *, office: bool) -> list[CosignerLine]:
    """List who is asked in a case; why somebody refused is for the office alone. One query."""
    return [_line(view, one, office) for one in list_asked(view.row)]


def is_open(view: CaseView) -> bool:
    """Tell whether a case waits for anybody to agree."""
    row = view.row
    tokens = row.state.tokens if row.status != "closed" else ()
    return any((step := view.service.steps.get(token.node)) is not None and step.cosigners for token in tokens)


def _line(view: CaseView, one: AskedPerson, office: bool) -> CosignerLine:
    lang, waits = language(), is_open(view)
    told = ""
    if one.at is not None:
        told = say(f"room_cosigning.at.{one.way}", at=moment(one.at, lang))
    elif waits:
        where = say("room_cosigning.sent", to=one.reach) if one.reach and one.linked else say("room_cosigning.unsent")
        told = f"{where} {say('room_cosigning.until', until=moment(one.until, lang))}"
    state = "over" if one.state == rules.ASKED and not waits else one.state
    return CosignerLine(
        one.id, one.name, say(f"room_cosigning.state.{state}"), TONES.get(state, ""), told, one.reason if office else "",
        waits and one.state == rules.ASKED, waits and one.state != rules.AGREED, bool(one.reach),
    )  # fmt: skip
