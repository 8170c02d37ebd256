"""Every write of counter days: supplies drawn and returned, an application taken in, opened as a case, or left with a reason."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from balai.base import crypto, journal
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.casework.cases import actions as cases
from balai.casework.cases import identity
from balai.casework.cases import rules as cases_rules
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, manifest
from balai.records.documents import actions as documents
from balai.records.errors import wrong
from balai.records.people import actions as people_actions
from balai.records.people import policy as people_policy
from balai.records.people import queries as people
from balai.records.people.rules import Identity, take_phone
from balai.records.protection import policy as protection
from balai.rooms.counterdays import policy, queries, rules
from balai.rooms.counterdays.models import Arrival, Supply

REFUSED = (Conflict, Invalid, NotAllowed, NotFound)


@dataclass(frozen=True, slots=True)
class DrawnSupplies:
    """Supplies just drawn: their numbers with the codes, told this once, and the public key for a file from the device."""

    supply_id: UUID
    numbers: tuple[cases.Drawn, ...]
    public_key: str


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of an application: the answer it stands in (`photo`, `rows-0-card`), its name and type as told, its bytes."""

    place: str
    name: str
    type: str
    bytes: Iterable[bytes]
    content: str  # a digest of the bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """One application as the device tells of it. `told` holds card, answers, number, code, service, key, as `read_told` gave it."""

    id: UUID
    actor: Actor
    now: datetime
    supply_id: UUID
    told: Mapping[str, Any]
    taken: datetime  # by the device's clock
    sent: datetime  # by the device's clock
    back: bool = False
    by_file: bool = False
    files: Sequence[Attached] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an application: its number, and the code of what must be looked at ("" once it is a case)."""

    id: UUID
    number: str
    state: str
    why: str = ""


# ---- supplies --------------------------------------------------------------------------------------------------------


def stock_up(*, command_id: UUID, actor: Actor, now: datetime, count: int, device_at: datetime) -> DrawnSupplies:
    """Draw a day's numbers for the officer's own counter; `device_at` is what the device's clock says now.

    :raises NotAllowed: for who works at no counter. :raises Invalid: `supply-shape`. :raises Conflict: `numbers-drawn` for a repetition.
    """
    held = policy.require_counter(actor, now)
    assert actor.person_id is not None, "who works at a counter is a person"
    if not 1 <= count <= rules.MOST:
        raise wrong("supply-shape", "count")
    digest = journal.digest_of(count)
    with journal.deed(command_id, actor=actor, now=now, name="counterdays.stock-up", digest=digest) as deed:
        if deed.repeated:
            raise Conflict("numbers-drawn")
        supply_id = uuid5(deed.id, "supply")
        sealed, public = queries.make_key(supply_id)
        Supply.objects.create(
            id=supply_id, officer_id=actor.person_id, unit_id=held[0].unit_id, drawn_at=now, count=count,
            offset_ms=round((now - device_at).total_seconds() * 1000), key_sealed=sealed,
        )  # fmt: skip
        numbers = cases.draw_numbers(
            command_id=uuid5(deed.id, "draw"), actor=actor, now=now, lot=supply_id, count=count
        )
        deed.answer = {"supply": str(supply_id)}
    return DrawnSupplies(supply_id, numbers, public)


@command("counterdays.give-back", answer=lambda told: int(told["unused"]))
def give_back(*, command_id: UUID, actor: Actor, now: datetime, supply_id: UUID, why: str) -> int:
    """Return supplies, at the day's end or because the device is lost; tell how many numbers were left unused.

    :raises NotFound: for who does not look after this counter. :raises Conflict: `supply-returned`. :raises Invalid: `supply-shape`.
    """
    if why not in rules.RETURNS:
        raise wrong("supply-shape", "why")
    with once() as deed:
        row = Supply.objects.select_for_update().filter(id=supply_id).first()
        if row is None or row.unit_id not in {held.unit_id for held in policy.list_looked_after(actor, now)}:
            raise NotFound
        if row.returned_at is not None:
            raise Conflict("supply-returned")
        unused = cases.return_numbers(command_id=uuid5(deed.id, "return"), actor=actor, now=now, lot=supply_id, why=why)
        Supply.objects.filter(id=supply_id).update(returned_at=now, unused=unused, why=why)
        deed.answer = {"unused": unused}
    return unused


# ---- what comes in ---------------------------------------------------------------------------------------------------


def take_in(brought: Brought) -> Outcome:
    """Take in an application that a counter took without a line, and open its case unless a person must look first.

    It is kept before anything is judged, so that nothing is lost to a refusal; sent again, it is the same application.
    :raises NotAllowed: for who works at no counter. :raises NotFound: for supplies nobody drew, or of a counter of others.
    :raises Invalid: `arrival-shape`. :raises Conflict: `command-reused` for other data under the same id.
    """
    policy.require_counter(brought.actor, brought.now)
    row, fresh = _keep(brought)
    if not fresh and row.state != "waiting":
        return _outcome(row)
    lost = _attach(brought, row) if row.state == "waiting" else ()
    return open_case(actor=brought.actor, now=brought.now, arrival_id=row.id, lost=lost)


def _keep(brought: Brought) -> tuple[Arrival, bool]:
    told, actor, now = brought.told, brought.actor, brought.now
    assert actor.person_id is not None, "who works at a counter is a person"
    sums = sorted(f"{one.place}:{one.content}" for one in brought.files)
    known = crypto.lookup_hash("counterdays", str(journal.digest_of(told, brought.taken.isoformat(), sums).hex()))
    with journal.deed(brought.id, actor=actor, now=now, name="counterdays.arrive", digest=known) as deed:
        supply = Supply.objects.select_for_update().filter(id=brought.supply_id).first()
        if supply is None or supply.unit_id not in {held.unit_id for held in policy.list_counters(actor, now)}:
            raise NotFound
        row = Arrival.objects.filter(id=brought.id).first()
        if row is not None:  # the device sends again, or a file holds what was sent before
            if bytes(row.digest) != known or row.supply_id != supply.id:
                raise Conflict("command-reused")
            return row, False
        timed = rules.set_right(
            told=brought.taken, sent=brought.sent, offset=timedelta(milliseconds=supply.offset_ms),
            drawn=supply.drawn_at, now=now, back=brought.back,
        )  # fmt: skip
        vault_id, _ = crypto.new_vault()
        row = Arrival.objects.create(
            id=brought.id, supply=supply, brought_by_id=actor.person_id, number=told["number"],
            service_id=told["service"], service_key=told["key"], taken_at=timed.at, arrived_at=now,
            drift_s=timed.drift_s, jumped=timed.jumped, by_file=brought.by_file, moved_at=now, digest=known,
            vault_id=vault_id, sealed=queries.seal_told(vault_id, told),
        )  # fmt: skip
        deed.record(
            _stream(supply.id), "arrive",
            {"arrival": str(row.id), "number": row.number, "taken_at": timed.at.isoformat(), "drift_s": timed.drift_s,
             "jumped": timed.jumped, "by_file": brought.by_file},
        )  # fmt: skip
    return row, True


def _attach(brought: Brought, row: Arrival) -> tuple[str, ...]:
    """Store the files of an application; name those that cannot be taken. The same bytes are kept once, however often they come."""
    form = catalogue.get_service(row.service_id, row.service_key).forms["apply"]
    told, lost = dict(brought.told), list[str]()
    answers = dict(told["answers"])
    for one in brought.files:
        asked = form.find(one.place.replace("-", "."))
        if asked is None or not asked.holds_files:
            lost.append(one.name)
            continue
        try:
            kept = documents.store(
                row.vault_id, one.bytes, name=one.name, declared_type=one.type, actor=brought.actor, now=brought.now,
                accept=asked.accept, max_bytes=asked.max_bytes or 5_000_000,
            )  # fmt: skip
        except Invalid:
            lost.append(one.name)
            continue
        held = {"document": str(kept.id), "name": one.name, "size": kept.size, "type": kept.media_type}
        forms.put_file(form, answers, one.place, held)
    told |= {"answers": answers, "lost": lost}
    command = uuid5(row.id, f"files:{brought.actor.person_id}")
    with journal.deed(command, actor=brought.actor, now=brought.now, name="counterdays.attach") as deed:
        if not deed.repeated:
            Arrival.objects.filter(id=row.id, state="waiting").update(
                sealed=queries.seal_told(row.vault_id, told), moved_at=brought.now
            )
    return tuple(lost)


def open_case(
    *, actor: Actor, now: datetime, arrival_id: UUID, seen: Collection[str] = (), card: Mapping[str, str] | None = None,
    newest: bool = False, lost: Collection[str] = (),
) -> Outcome:  # fmt: skip
    """Open the case of an application that came in; where it cannot be by itself, it lies in the tray and says why.

    `seen` names what a person has looked at and opens all the same; `card` is what they read off the card anew; `newest` takes the
    version of the form that is in force now. Both numbers and times stay as they were handed out.
    """
    row = _get(arrival_id)
    if row.state not in ("waiting", "tray"):
        return _outcome(row)
    told = queries.open_told(row)
    if card is not None:
        told["card"] = {**told["card"], **card}
    service_key = catalogue.current_keys().get(row.service_id, row.service_key) if newest else row.service_key
    why = "seen-file" if lost else _look(row, told, actor, now, service_key, seen)
    if why:
        return _to_tray(row, actor, now, why)
    try:
        with journal.deed(uuid5(row.id, "open"), actor=actor, now=now, name="counterdays.open") as deed:
            held = Arrival.objects.select_for_update().get(id=row.id)
            if deed.repeated or held.state not in ("waiting", "tray"):
                return _outcome(held)
            made = _submit(row, told, actor, now, service_key, seen)
            Arrival.objects.filter(id=row.id).update(
                state="opened", why="", case_id=made.case_id, sealed=b"", moved_at=now
            )
            deed.record(_stream(row.supply_id), "opened", {"arrival": str(row.id), "number": made.number})
    except REFUSED as refused:
        return _to_tray(row, actor, now, refused.code)
    return Outcome(row.id, made.number, "opened")


def _submit(
    row: Arrival, told: Mapping[str, Any], actor: Actor, now: datetime, service_key: str, seen: Collection[str]
) -> cases.Submitted:
    person_id = people_actions.know_by_card(
        command_id=uuid5(row.id, "card"), actor=actor, now=now, identity=_identity(told["card"]), reason="counter",
        sure="seen-other-person" in seen,
    )  # fmt: skip
    service = catalogue.get_service(row.service_id, service_key)
    draft_id, _ = cases.start_draft(
        actor=actor, now=now, service_id=row.service_id, answers={}, on_behalf_of=person_id, service_key=service_key,
        vault_id=row.vault_id,
    )  # fmt: skip
    return cases.submit(
        cases.Submission(
            id=uuid5(row.id, "submit"), actor=actor, now=now, service_id=row.service_id, service_key=service_key,
            answers=_answers(service, told), contact=_contact(told["card"]), on_behalf_of=person_id,
            draft_id=draft_id, receipt=cases.Receipt(row.taken_at, cases_rules.NO_LINE),
            handed=cases.HandedOut(row.number, told["code"], returned="seen-returned" in seen),
        )
    )  # fmt: skip


def _answers(service: manifest.Service, told: Mapping[str, Any]) -> dict[str, Any]:
    return forms.from_json(service.forms["apply"], told["answers"])


def _contact(card: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in card.items() if value and name in rules.CARD}


def _identity(card: Mapping[str, str]) -> Identity:
    try:
        born = date.fromisoformat(card.get("birth_date", ""))
    except ValueError:
        raise wrong("invalid", "birth_date") from None
    plain = {name: card.get(name, "") for name in ("name", "nik", "birth_place", "sex", "address", "village", "email")}
    return Identity(birth_date=born, phone=take_phone(card.get("phone", "")) or "", **plain)


def _look(
    row: Arrival, told: Mapping[str, Any], actor: Actor, now: datetime, service_key: str, seen: Collection[str]
) -> str:
    """Tell what a person must look at before a case is opened; "" where nothing stands in the way."""
    supply = row.supply
    person_id = people.find_person_by_nik(told["card"].get("nik", ""))
    found: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("seen-file", lambda: bool(told.get("lost"))),
        ("seen-returned", lambda: supply.returned_at is not None),
        ("seen-other-officer", lambda: supply.officer_id != row.brought_by_id),
        ("seen-clerk-left", lambda: not _works(supply, row.taken_at, now)),
        ("seen-version", lambda: catalogue.current_keys().get(row.service_id) != service_key),
        ("seen-protected", lambda: person_id is not None and protection.is_hidden(actor, person_id, now)),
        ("seen-other-person", lambda: person_id is not None and queries.is_other(person_id, told["card"])),
        ("seen-open-case", lambda: person_id is not None and queries.has_open_case(person_id, row.service_id)),
    )
    return next((code for code, stands in found if code not in seen and stands()), "")


def _works(supply: Supply, taken_at: datetime, now: datetime) -> bool:
    """Tell whether who drew the supplies worked at this counter when the application was taken, and still does."""
    officer = Actor("officer", "counter", supply.officer_id)
    return all(supply.unit_id in {held.unit_id for held in policy.list_counters(officer, at)} for at in (taken_at, now))


def _to_tray(row: Arrival, actor: Actor, now: datetime, why: str) -> Outcome:
    command = uuid5(row.id, f"tray:{why}:{now.isoformat()}")
    with journal.deed(command, actor=actor, now=now, name="counterdays.tray") as deed:
        if not deed.repeated:
            Arrival.objects.filter(id=row.id, state__in=("waiting", "tray")).update(
                state="tray", why=why[:40], moved_at=now
            )
            deed.record(_stream(row.supply_id), "tray", {"arrival": str(row.id), "why": why})
    return Outcome(row.id, row.number, "tray", why)


# ---- what a person does with the tray ---------------------------------------------------------------------------------


def resolve(
    *, actor: Actor, now: datetime, arrival_id: UUID, seen: Collection[str], card: Mapping[str, str], newest: bool
) -> Outcome:
    """Open what lies in the tray, after a person looked: what they saw, the card as they read it, the version they chose.

    :raises NotFound: for who does not look after it. :raises NotAllowed: without a second factor.
    """
    people_policy.require_second_factor(actor)
    row = queries.find_looked_after(actor, arrival_id, now)
    person_id = people.find_person_by_nik(card.get("nik", ""))
    protection.require_shown(actor, person_id, now, purpose=queries.PURPOSE)
    return open_case(
        actor=actor, now=now, arrival_id=row.id, seen=rules.OVERRIDABLE & set(seen), card=card, newest=newest
    )


def to_form(
    *, actor: Actor, now: datetime, arrival_id: UUID, card: Mapping[str, str], seen: Collection[str] = ()
) -> UUID:
    """Put an application into the counter's own form, to be mended and sent from there under the number handed out; give the draft.

    :raises NotFound: for who does not look after it. :raises Conflict: of the card, or `service-not-open` while the service is paused.
    """
    people_policy.require_second_factor(actor)
    row = queries.find_looked_after(actor, arrival_id, now)
    told = queries.open_told(row)
    known = {**told["card"], **card}
    protection.require_shown(actor, people.find_person_by_nik(known["nik"]), now, purpose=queries.PURPOSE)
    with journal.deed(
        uuid5(row.id, f"form:{now.isoformat()}"), actor=actor, now=now, name="counterdays.to-form"
    ) as deed:
        person_id = people_actions.know_by_card(
            command_id=uuid5(deed.id, "card"), actor=actor, now=now, identity=_identity(known), reason="counter",
            sure="seen-other-person" in seen,
        )  # fmt: skip
        handed = {"number": row.number, "code": told["code"], "received": row.taken_at.isoformat()}
        about = {name: value for name, value in _contact(known).items() if name not in ("phone", "email")}
        draft_id, _ = cases.start_draft(
            actor=actor, now=now, service_id=row.service_id, on_behalf_of=person_id, vault_id=row.vault_id,
            answers={**told["answers"], identity.ABOUT: about, cases_rules.HANDED: handed},
        )  # fmt: skip
        done = Arrival.objects.filter(id=row.id, state__in=("waiting", "tray")).update(
            state="form", draft_id=draft_id, moved_at=now
        )
        if not done:
            raise Conflict("arrival-closed")
        deed.record(_stream(row.supply_id), "form", {"arrival": str(row.id), "number": row.number})
    return draft_id


@command("counterdays.leave")
def leave(*, command_id: UUID, actor: Actor, now: datetime, arrival_id: UUID, reason: str) -> None:
    """Leave an application without a case, with a reason; its words are kept for thirty days more.

    :raises NotFound: for who does not look after it. :raises Invalid: `arrival-reason`.
    """
    reason = " ".join(reason.split())
    if not 5 <= len(reason) <= rules.REASON:
        raise wrong("arrival-reason", "reason")
    with once() as deed:
        row = queries.find_looked_after(actor, arrival_id, now)
        done = Arrival.objects.filter(id=row.id, state__in=("waiting", "tray")).update(
            state="left", reason=reason, moved_at=now
        )
        if not done:
            raise Conflict("arrival-closed")
        deed.record(_stream(row.supply_id), "left", {"arrival": str(row.id), "number": row.number, "reason": reason})


def empty(arrival_id: UUID, *, now: datetime) -> int:
    """Destroy the words and files of an application that was left without a case thirty days ago."""
    with journal.deed(uuid5(arrival_id, "empty"), actor=CLOCK, now=now, name="counterdays.empty") as deed:
        if not deed.repeated:
            row = _get(arrival_id)
            Arrival.objects.filter(id=row.id, state="left").update(sealed=b"")
            crypto.shred(row.vault_id, now)
            deed.record(_stream(row.supply_id), "empty", {"arrival": str(row.id)})
    return 1


def _get(arrival_id: UUID) -> Arrival:
    row = Arrival.objects.select_related("supply").filter(id=arrival_id).first()
    if row is None:
        raise NotFound
    return row


def _outcome(row: Arrival) -> Outcome:
    return Outcome(row.id, row.number, row.state, row.why)


def _stream(supply_id: UUID) -> str:
    return f"numbers:{supply_id}"
