"""Every write of the incident book: opened, noted, contained, assessed, reported, learnt from. Each is one deed, also while the hall is read-only."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from balai.base import codes, crypto, intake, journal
from balai.base.actors import Actor
from balai.base.commands import command, id_of, once
from balai.base.errors import Conflict, Invalid, NotFound
from balai.casework.notices import actions as notices
from balai.records.errors import wrong
from balai.records.outages import actions as outages
from balai.records.people import actions as people
from balai.rooms.incidents import policy, queries, rules
from balai.rooms.incidents.models import Answered, Incident, Note

ROOM = Actor("system", "clock", name="incidents")


@command("incidents.open", answer=id_of("incident"), always=True)
def open_incident(
    *, command_id: UUID, actor: Actor, now: datetime, kind: str, title: str, description: str, detected_at: datetime,
    systems: str = "", drill: bool = False,
) -> UUID:  # fmt: skip
    """Open an incident, detected at a moment, from which its clocks run. Gives its id.

    :raises NotAllowed: :raises Invalid: without a kind, a title or a description, or detected in the future.
    """
    policy.require_keeper(actor)
    told = _words({"title": title, "description": description, "systems": systems})
    if kind not in rules.KINDS or not told["title"] or not told["description"]:
        missing = [name for name in ("title", "description") if not told[name]]
        raise wrong("incident-words", *missing, *([] if kind in rules.KINDS else ["kind"]))
    if detected_at > now:
        raise wrong("incident-time", "detected_at")
    with once() as deed:
        vault_id, key = crypto.new_vault()
        row = Incident.objects.create(
            id=uuid5(deed.id, "incident"), number=f"INS-{codes.draw(6)}", kind=kind, drill=drill, detected_at=detected_at,
            opened_at=now, moved_at=now, vault_id=vault_id, told_sealed=_seal(key, told),
        )  # fmt: skip
        deed.record(_stream(row.id), "open", {"kind": kind, "drill": drill, "detected_at": detected_at.isoformat()})
        deed.answer = {"incident": str(row.id)}
        return row.id


@command("incidents.note", always=True)
def note(*, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, at: datetime, text: str) -> None:
    """Write a line of the chronology. :raises NotAllowed: :raises Invalid: without words, or of the future."""
    text = intake.words(text, rules.LONGEST, "text")
    if not text:
        raise wrong("incident-words", "text")
    if at > now:
        raise wrong("incident-time", "at")
    with once() as deed:
        row, key = _lock(deed, incident_id)
        _note(deed, row, key, text, at=at)


@command("incidents.assess", always=True)
def assess(
    *, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, affected: int | None, told: Mapping[str, str]
) -> None:
    """Write down what it did: how many people, which data, the impact, and whom to ask; what is left out stays."""
    given = {
        name: intake.words(text, rules.LONGEST, name)
        for name, text in told.items()
        if name in rules.TOLD and name != "lessons"
    }
    with once() as deed:
        row, key = _lock(deed, incident_id)
        kept = {**_open(row, key), **given}
        if not kept["title"] or not kept["description"]:
            raise wrong("incident-words", *(name for name in ("title", "description") if not kept[name]))
        Incident.objects.filter(id=row.id).update(affected=affected, told_sealed=_seal(key, kept))
        deed.record(_stream(row.id), "assess", {"affected": affected, "mac": _mac(key, kept)})


@command("incidents.move", always=True)
def move(*, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, to: str, lessons: str = "") -> None:
    """Take an incident to its next state: contained, reported once everybody was told, closed with what was learnt.

    :raises Conflict: `incident-state`. :raises Invalid: `incident-clocks`, `incident-lessons`.
    """
    lessons = intake.words(lessons, rules.LONGEST, "lessons")
    with once() as deed:
        row, key = _lock(deed, incident_id)
        if not rules.may_follow(row.state, to):
            raise Conflict("incident-state")
        running = [one for one in queries.open_incident(row.id).clocks if one.answered_at is None]
        if to in ("reported", "closed") and running:
            raise Invalid("incident-clocks")
        kept = _open(row, key)
        if to == "closed":
            if not lessons:
                raise wrong("incident-lessons", "lessons")
            kept["lessons"] = lessons
        Incident.objects.filter(id=row.id).update(state=to, moved_at=now, told_sealed=_seal(key, kept))
        deed.record(_stream(row.id), to, {"mac": _mac(key, kept)})


@command("incidents.clock", always=True)
def answer_clock(*, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, clock: str, at: datetime) -> None:
    """Note when what a clock asks was done. :raises NotFound: for a clock that does not run here."""
    if at > now:
        raise wrong("incident-time", "at")
    with once() as deed:
        row, key = _lock(deed, incident_id)
        running = {one.clock.id: one.clock for one in queries.open_incident(row.id).clocks}
        if clock not in running:
            raise NotFound
        Answered.objects.get_or_create(incident_id=row.id, clock=clock, defaults={"at": at})
        deed.record(_stream(row.id), "told", {"clock": clock, "at": at.isoformat()})
        _note(deed, row, key, f"{running[clock].to['id']} / {running[clock].to['en']}: ✓", at=at)


# ---- containing: each is noted in the chronology by itself ----------------------------------------------------------


def freeze(*, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, person_id: UUID, reason: str) -> None:
    """Freeze an account because of an incident. :raises: what `people.freeze_account` does."""
    do = partial(people.freeze_account, person_id=person_id, reason=reason)
    _contain(
        command_id,
        actor,
        now,
        incident_id,
        "freeze",
        do,
        str(person_id),
        say=f"Akun dibekukan / Account frozen: {reason}",
    )


def thaw(*, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, person_id: UUID, reason: str) -> None:
    """Let a frozen account be used again. :raises: what `people.unfreeze_account` does."""
    do = partial(people.unfreeze_account, person_id=person_id, reason=reason)
    _contain(
        command_id, actor, now, incident_id, "thaw", do, str(person_id), say=f"Akun dibuka / Account thawed: {reason}"
    )


def shut(
    *, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, why_id: str, why_en: str,
    until: datetime | None = None,
) -> None:  # fmt: skip
    """Make the hall read-only because of an incident. :raises: what `outages.make_read_only` does."""
    do = partial(outages.make_read_only, why_id=why_id, why_en=why_en, until=until)
    _contain(command_id, actor, now, incident_id, "shut", do, say=f"Hanya baca / Read-only: {why_id} / {why_en}")


@command("incidents.reopen", always=True)
def reopen(*, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID) -> None:
    """Let the hall be written to again; the stretch is the incident's outage. :raises: what `outages.make_writable` does."""
    with once() as deed:
        row, key = _lock(deed, incident_id)
        outage_id = outages.make_writable(command_id=uuid5(deed.id, "do"), actor=actor, now=now, drill=row.drill)
        if outage_id is not None:
            Incident.objects.filter(id=row.id).update(outage_id=outage_id)
        _note(deed, row, key, "Dapat ditulisi lagi / Writable again")
        deed.record(_stream(row.id), "reopen", {"outage": str(outage_id) if outage_id else None})


@command("incidents.outage", always=True)
def record_outage(
    *, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, began_at: datetime, ended_at: datetime
) -> None:
    """Record that citizens could not use the hall between two moments; their deadlines get that time back. :raises Invalid:"""
    with once() as deed:
        row, key = _lock(deed, incident_id)
        outage_id = outages.record_outage(
            command_id=uuid5(deed.id, "do"), actor=actor, now=now, began_at=began_at, ended_at=ended_at, drill=row.drill
        )
        Incident.objects.filter(id=row.id).update(outage_id=outage_id)
        _note(deed, row, key, "Gangguan dicatat / Outage recorded", at=began_at)
        deed.record(_stream(row.id), "outage", {"outage": str(outage_id)})


@command("incidents.announce", always=True)
def announce(*, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, text_id: str, text_en: str) -> None:
    """Say something of it on the status page, in place of what was said before. :raises Invalid:"""
    with once() as deed:
        row, key = _lock(deed, incident_id)
        _take_down(deed, row)
        made = outages.announce(command_id=uuid5(deed.id, "do"), actor=actor, now=now, text_id=text_id, text_en=text_en)
        Incident.objects.filter(id=row.id).update(announcement_id=made)
        _note(deed, row, key, f"Diumumkan / Announced: {text_id} / {text_en}")
        deed.record(_stream(row.id), "announce", {"announcement": str(made)})


@command("incidents.take-down", always=True)
def take_down(*, command_id: UUID, actor: Actor, now: datetime, incident_id: UUID) -> None:
    """Take what is said of it off the status page."""
    with once() as deed:
        row, key = _lock(deed, incident_id)
        _take_down(deed, row)
        Incident.objects.filter(id=row.id).update(announcement_id=None)
        _note(deed, row, key, "Pengumuman diturunkan / Announcement taken down")


def _take_down(deed: journal.Deed, row: Incident) -> None:
    if row.announcement_id is not None:
        outages.take_down(
            command_id=uuid5(deed.id, "down"), actor=deed.actor, now=deed.now, announcement_id=row.announcement_id
        )


def mind_clock(incident_id: UUID, clock: str, state: str, *, now: datetime) -> None:
    """Tell administrators that a clock runs out soon, or has run out; once for each."""
    number = Incident.objects.values_list("number", flat=True).get(id=incident_id)
    notices.raise_alert(
        message_id=uuid5(NAMESPACE_OID, f"{incident_id} {clock} {state}"), actor=ROOM, now=now,
        kind=f"room_incidents.{state}", subject=f"{incident_id}:{clock}:{state}", detail=number,
    )  # fmt: skip


# ---- one deed on one open incident -------------------------------------------------------------------------------------


def _lock(deed: journal.Deed, incident_id: UUID) -> tuple[Incident, bytes]:
    """Give an incident that is not closed under its row's lock, with its key. :raises NotAllowed: :raises NotFound: :raises Conflict:"""
    policy.require_keeper(deed.actor)
    row = Incident.objects.select_for_update().filter(id=incident_id).first()
    if row is None:
        raise NotFound
    if row.state == "closed":
        raise Conflict("incident-closed")
    return row, crypto.data_key(row.vault_id)


def _contain(
    command_id: UUID, actor: Actor, now: datetime, incident_id: UUID, what: str, do: Callable[..., Any], *data: object,
    say: str,
) -> None:  # fmt: skip
    with journal.deed(
        command_id, actor=actor, now=now, name=f"incidents.{what}", digest=journal.digest_of(str(incident_id), *data), always=True
    ) as deed:  # fmt: skip
        if deed.repeated:
            return
        row, key = _lock(deed, incident_id)
        do(command_id=uuid5(deed.id, "do"), actor=actor, now=now)
        _note(deed, row, key, say)
        deed.record(_stream(row.id), what, {})


def _note(deed: journal.Deed, row: Incident, key: bytes, text: str, *, at: datetime | None = None) -> None:
    made = Note.objects.create(
        id=uuid5(deed.id, "note"), incident_id=row.id, at=at or deed.now, written_at=deed.now,
        author_id=deed.actor.person_id, text_sealed=crypto.seal_with(key, text.encode(), queries.CONTEXT),
    )  # fmt: skip
    deed.record(_stream(row.id), "note", {"note": str(made.id), "mac": _mac(key, {"text": text})})


def _stream(incident_id: UUID) -> str:
    return f"incident:{incident_id}"


def _words(given: Mapping[str, str]) -> dict[str, str]:
    return {name: intake.words(given.get(name, ""), rules.LONGEST, name) for name in rules.TOLD}


def _open(row: Incident, key: bytes) -> dict[str, str]:
    told: dict[str, str] = json.loads(crypto.open_with(key, bytes(row.told_sealed), queries.CONTEXT))
    return told


def _seal(key: bytes, told: Mapping[str, str]) -> bytes:
    return crypto.seal_with(key, json.dumps(dict(told), ensure_ascii=False).encode(), queries.CONTEXT)


def _mac(key: bytes, told: Mapping[str, str]) -> str:
    return crypto.mac_with(key, "incidents", json.dumps(dict(told), sort_keys=True).encode()).hex()[:32]
