"""How cases, and whatever else is filed, are kept: their class and schedule in words, and the holds on them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from balai.base.pages import links, texts
from balai.base.pages.parts import Cell, Fact, Tone
from balai.casework.archive import queries
from balai.doors.desk import words
from balai.records.entrance import names
from balai.records.filing import kinds
from balai.records.filing import queries as filing
from balai.records.filing.models import Hold, Record
from balai.records.filing.queries import KeptLine


@dataclass(frozen=True, slots=True)
class HoldLine:
    """One hold: why, on which basis, who placed it and when, and how it ended."""

    id: UUID
    reason: str
    basis: str
    placed: str
    lifted: str
    lifted_reason: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """How one case is kept, and whether this reader may place and lift holds."""

    facts: tuple[Fact, ...]
    holds: tuple[HoldLine, ...]
    held: bool
    may: bool


def keeping(case_id: UUID, now: datetime, lang: str, reader: UUID, *, may: bool) -> Keeping:
    """Show how a case is kept. Two queries."""
    record, holds = queries.find_record(case_id), queries.list_holds(case_id)
    return Keeping(
        _facts(record, lang),
        tuple(_hold(one, now, lang, reader) for one in holds),
        any(one.lifted_at is None for one in holds),
        may,
    )


def _facts(record: Record | None, lang: str) -> tuple[Fact, ...]:
    if record is None:
        return ()
    note = "" if record.status == "confirmed" else texts.say("desk.law.unconfirmed", lang)
    return (
        Fact(texts.say("desk.archive.column.class", lang), record.class_code),
        Fact(texts.say("desk.archive.column.counted", lang), counted(record, lang)),
        Fact(texts.say("desk.archive.column.keep", lang), kept_for(record, lang)),
        Fact(texts.say("desk.archive.column.due", lang), due(record, lang), note=fate(record, lang)),
        Fact(texts.say("desk.archive.basis", lang), record.basis, note=note),
    )


def _hold(one: Hold, now: datetime, lang: str, reader: UUID) -> HoldLine:
    def who(reference: str) -> str:
        return names.say_actor(reference, applicant_id=None, reader=reader)

    return HoldLine(
        one.id,
        one.reason,
        one.basis,
        f"{who(one.placed_by)}, {words.day(one.placed_at.date(), lang)}",
        f"{who(one.lifted_by)}, {words.day(one.lifted_at.date(), lang)}" if one.lifted_at else "",
        one.lifted_reason,
    )


def counted(record: Record, lang: str) -> str:
    """Say from which event and day the retention counts."""
    event = _event(record, lang)
    return f"{event}, {words.day(record.triggered_on, lang)}" if record.triggered_on else event


def _event(record: Record, lang: str) -> str:
    """Say what the retention counts from: a kind may have events of its own."""
    kind = kinds.find(record.kind)
    own = f"{kind.words}.event.{record.trigger}" if kind else ""
    return texts.say(own if kind and texts.has(own, lang) else f"desk.archive.event.{record.trigger}", lang)


def kept_for(record: Record, lang: str) -> str:
    """Say how long a case is kept."""
    if record.keep_amount is None:
        return texts.say("desk.archive.for_ever", lang)
    return texts.say(f"desk.archive.unit.{record.keep_unit}", lang, count=record.keep_amount)


def due(record: Record, lang: str) -> str:
    """Say when the retention runs out."""
    return words.day(record.falls_due_on, lang) if record.falls_due_on else texts.say("desk.archive.never", lang)


def fate(record: Record, lang: str) -> str:
    """Say what becomes of a case when its retention has run out."""
    return texts.say(f"desk.archive.fate.{record.fate}", lang)


def rows(found: Sequence[KeptLine], today: date, lang: str, *, audit: bool) -> list[list[Cell]]:
    """Make the table of what is kept. One query for each kind that is in it."""
    described = filing.describe(found, lang)
    return [_row(one, described.get((one.kind, one.object_id), ""), today, lang, audit=audit) for one in found]


def _row(one: KeptLine, title: str, today: date, lang: str, *, audit: bool) -> list[Cell]:
    if one.record is None:
        blank = [Cell("—", note=texts.say("desk.archive.not_filed", lang)), Cell("—"), Cell("—")]
    else:
        blank = [
            Cell(one.record.class_code, note=counted(one.record, lang)),
            Cell(kept_for(one.record, lang), note=fate(one.record, lang)),
            Cell(due(one.record, lang)),
        ]
    kind = kinds.find(one.kind)
    title = title or (texts.say(f"{kind.words}.name", lang) if kind else one.kind)
    page = (kind.audit_page if audit else kind.page) if kind else ""
    url = links.path(page, one.reference) if page else ""
    return [Cell(one.reference, url, note=f"{title}, {one.unit_name}"), *blank, _state(one, today, lang)]


def _state(one: KeptLine, today: date, lang: str) -> Cell:
    if one.held:
        return Cell(texts.say("desk.archive.state.held", lang), tone="warn")
    over = one.record is not None and one.record.falls_due_on is not None and one.record.falls_due_on <= today
    tone: Tone = "bad" if over else ""
    return Cell(texts.say(f"desk.archive.state.{'due' if over else 'kept'}", lang), tone=tone or "info")
