"""Every write of filing: file an object and count it anew, place and lift holds, take a number.

What is part of another app's deed takes that deed; a hold that a person places is a deed of its own.
"""

from datetime import date, datetime
from uuid import UUID, uuid4

from balai.base import intake, journal, sql
from balai.base.actors import Actor
from balai.base.clock import Calendar
from balai.base.errors import Conflict, Invalid, NotFound
from balai.base.pages import texts
from balai.engine.manifest import Archive, read_period
from balai.records.filing import kinds, rules
from balai.records.filing.models import Hold, Record

_AGAIN = [name.attname for name in Record._meta.concrete_fields if name.attname not in ("id", "kind", "object_id")]


def file(
    deed: journal.Deed, *, kind: str, object_id: UUID, shelfmark: kinds.Shelfmark, schedule: Archive, counted_from: date,
    calendar: Calendar,
) -> date | None:  # fmt: skip
    """File an object under the class of its schedule, as part of a deed, and tell when it falls due; filed again, it is one record.

    :param counted_from: the day from which its retention counts; :param calendar: of the unit that keeps it.
    """
    keep, due = schedule.keep, rules.falls_due(schedule.keep, schedule.then, counted_from, calendar)
    record = Record(
        id=uuid4(), kind=kinds.get(kind).name, object_id=object_id, reference=shelfmark.reference,
        unit_id=shelfmark.unit_id, class_code=schedule.class_, trigger=schedule.from_, triggered_on=counted_from,
        keep_amount=keep.amount if keep else None, keep_unit=keep.unit if keep else "", falls_due_on=due,
        fate=schedule.then, basis=schedule.basis, status=schedule.status, filed_at=deed.now,
    )  # fmt: skip
    Record.objects.bulk_create(
        [record], update_conflicts=True, unique_fields=["kind", "object_id"], update_fields=_AGAIN
    )  # fmt: skip
    told = {"class": schedule.class_, "due": _text(due), "fate": schedule.then, "from": _text(counted_from)}
    deed.record(_stream(kind, object_id), "file", told)
    return due


def recount(deed: journal.Deed, record: Record, *, counted_from: date, calendar: Calendar) -> bool:
    """Count an object's retention from another day, by the schedule it was filed under; tell whether that moved it.

    :param record: locked by this deed (`queries.lock_record`).
    """
    if counted_from == record.triggered_on:
        return False
    keep = read_period(f"{record.keep_amount} {record.keep_unit}") if record.keep_amount is not None else None
    due = rules.falls_due(keep, record.fate, counted_from, calendar)
    Record.objects.filter(id=record.id).update(triggered_on=counted_from, falls_due_on=due)
    deed.record(
        _stream(record.kind, record.object_id), "recount", {"due": _text(due), "from": _text(counted_from)}
    )  # fmt: skip
    return True


# ---- holds -----------------------------------------------------------------------------------------------------------


def place_hold(
    *, command_id: UUID, actor: Actor, now: datetime, kind: str, object_id: UUID, reason: str, basis: str
) -> UUID:
    """Stop an object from being destroyed, filed or not, for a reason and on a legal basis that are kept.

    :raises Invalid: without reason or basis. :raises NotFound: for whoever does not keep it.
    """
    _require(reason=reason, basis=basis)
    shelfmark = kinds.get(kind).require_keeper(actor, object_id, now)
    digest = journal.digest_of(kind, str(object_id), reason, basis)
    with journal.deed(command_id, actor=actor, now=now, name="filing.hold", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer)
        hold_id = hold(deed, kind=kind, object_id=object_id, shelfmark=shelfmark, reason=reason, basis=basis)
        deed.answer = str(hold_id)
    return hold_id


def hold(
    deed: journal.Deed, *, kind: str, object_id: UUID, shelfmark: kinds.Shelfmark, reason: str, basis: str
) -> UUID:
    """Stop an object from being destroyed, as part of a deed that knows why."""
    made = Hold.objects.create(
        id=uuid4(), kind=kind, object_id=object_id, reference=shelfmark.reference, unit_id=shelfmark.unit_id,
        reason=intake.words(reason, 400, "reason"), basis=intake.words(basis, 200, "basis"), placed_at=deed.now,
        placed_by=deed.actor.reference,
    )  # fmt: skip
    deed.record(_stream(kind, object_id), "hold", {"hold": str(made.id)})
    return made.id


def lift(deed: journal.Deed, placed: Hold, reason: str) -> None:
    """Lift a hold, as part of a deed that knows why; one that was lifted stays as it is."""
    lifted = Hold.objects.filter(id=placed.id, lifted_at__isnull=True).update(
        lifted_at=deed.now, lifted_by=deed.actor.reference, lifted_reason=intake.words(reason, 400, "reason")
    )
    if lifted:
        deed.record(_stream(placed.kind, placed.object_id), "lift", {"hold": str(placed.id)})


def lift_hold(*, command_id: UUID, actor: Actor, now: datetime, hold_id: UUID, reason: str) -> None:
    """Lift one hold for a reason; the others on the object stand.

    :raises Invalid: without a reason. :raises NotFound: when it was never placed, or for whoever does not keep this object.
    :raises Conflict: when somebody lifted it first.
    """
    _require(reason=reason)
    digest = journal.digest_of(str(hold_id), reason)
    with journal.deed(command_id, actor=actor, now=now, name="filing.lift", digest=digest) as deed:
        if deed.repeated:
            return
        found = Hold.objects.select_for_update().filter(id=hold_id).first()
        kind = kinds.find(found.kind) if found is not None else None
        if found is None or kind is None:
            raise NotFound
        kind.require_keeper(actor, found.object_id, now)
        if found.lifted_at is not None:
            raise Conflict
        lift(deed, found, reason)


# ---- numbers ---------------------------------------------------------------------------------------------------------


def take_number(deed: journal.Deed, *, unit_code: str, class_code: str, year: int) -> int:
    """Take the next number of a sequence for a deed; its row stays locked until the deed ends, so a rollback leaves no gap.

    Whoever takes it keeps it in a row of their own, used or not, and counts it (`filing.sequences`).
    """
    assert not deed.repeated, "a deed that was carried out before has its number"
    scope = [unit_code, class_code, year]
    sql.execute(
        "INSERT INTO filing_numbersequence (unit_code, class_code, year, last) VALUES (%s, %s, %s, 0)"
        " ON CONFLICT DO NOTHING",
        scope,
    )
    taken = sql.row(
        "UPDATE filing_numbersequence SET last = last + 1"
        " WHERE unit_code = %s AND class_code = %s AND year = %s RETURNING last",
        scope,
    )
    assert taken is not None
    return int(taken[0])


def _stream(kind: str, object_id: UUID) -> str:
    return f"{kinds.stream_of(kind)}:{object_id}"


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _require(**words: str) -> None:
    """Refuse empty words, each beside its field. :raises Invalid:"""
    missing = {name: texts.say(f"filing.missing.{name}") for name, text in words.items() if not text.strip()}
    if missing:
        raise Invalid(fields=missing)
