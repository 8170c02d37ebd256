"""What is looked at in filing: rows against the journal, holds against their marks, and numbers that nobody knows."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from balai.base import journal, marks
from balai.base.checks import Finding, looks
from balai.base.proofs import Heads, Misfit, proves
from balai.records.filing import kinds, queries
from balai.records.filing.models import Hold, Record

marks.keep(
    "filing.Hold", "kind", "object_id", "reference", "unit_id", "reason", "basis", "placed_at", "placed_by", "lifted_at",
    "lifted_by", "lifted_reason",
)  # fmt: skip


@looks(221, deep=True)
def numbers(home: Path, now: datetime) -> Iterator[Finding]:
    """See that every number that was given is known to whoever took it, once."""
    found = queries.list_gaps()
    for one in found[:5]:
        yield Finding("numbers", "bad", one, one)
    if not found:
        yield Finding(
            "numbers", "good", "every number that was given is known, once.",
            "setiap nomor yang diberikan tercatat, satu kali.",
        )  # fmt: skip


@dataclass(slots=True)
class _Told:
    """What the journal says of one kind: how each object is kept, and on which objects holds were placed."""

    records: dict[str, tuple[datetime, dict[str, Any]]] = field(default_factory=dict)
    holds: dict[str, tuple[datetime, str, bool]] = field(default_factory=dict)  # (when, the object, whether it stands)

    def hear(self, object_id: str, at: datetime, action: str, body: dict[str, Any]) -> None:
        """Follow one entry."""
        if action in ("file", "recount"):
            before = self.records.get(object_id, (at, {}))[1]
            self.records[object_id] = at, before | {"from": None} | body
        elif action in ("hold", "lift"):
            self.holds[str(body["hold"])] = at, object_id, action == "hold"


@proves()
def hold_records(heads: Heads, deep: bool) -> Iterator[Misfit]:
    """Hold every record and every hold against its entries: class, fate, dates, and whether a hold stands."""
    for name in queries.list_names():
        told = _Told()
        for entry in journal.list_entries(f"{kinds.stream_of(name)}:"):
            told.hear(*entry)
        yield from _hold_records(told, name)
        yield from _hold_holds(told, name)


def _hold_records(told: _Told, name: str) -> Iterator[Misfit]:
    for record in queries.iterate_records(name):
        at, body = told.records.pop(str(record.object_id), (None, {}))
        if at is None:
            yield Misfit("filing_record", record.reference, "was put in by hand: no entry speaks of it")
        elif changed := _list_changed(record, body):
            yield Misfit("filing_record", record.reference, f"{', '.join(changed)} was changed by hand", at)
    for object_id, (at, _) in told.records.items():
        yield Misfit("filing_record", object_id, "its row was taken away by hand", at)


def _list_changed(record: Record, body: dict[str, Any]) -> list[str]:
    due, counted = (day.isoformat() if day else None for day in (record.falls_due_on, record.triggered_on))
    rows = [("class_code", record.class_code, "class"), ("falls_due_on", due, "due"), ("fate", record.fate, "fate")]
    # entries from before there was filing do not say from which day it counts
    rows += [("triggered_on", counted, "from")] if body.get("from") else []
    return [column for column, is_now, key in rows if key in body and is_now != body[key]]


def _hold_holds(told: _Told, name: str) -> Iterator[Misfit]:
    for hold in queries.iterate_holds(name):
        at, object_id, stands = told.holds.pop(str(hold.id), (None, "", False))
        if at is None:
            yield Misfit("filing_hold", str(hold.id), "was put in by hand: no entry speaks of it")
        elif object_id != str(hold.object_id):
            yield Misfit("filing_hold", str(hold.id), "object_id was changed by hand", at)
        elif stands != _stands(hold):
            yield Misfit("filing_hold", str(hold.id), "lifted_at was changed by hand", at)
    for hold_id, (at, _, _) in told.holds.items():
        yield Misfit("filing_hold", hold_id, "its row was taken away by hand", at)


def _stands(hold: Hold) -> bool:
    return hold.lifted_at is None
