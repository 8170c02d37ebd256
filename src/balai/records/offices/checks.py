"""What is looked at in the offices: whether somebody administers, and every officer can work."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from balai.base import journal, marks
from balai.base.checks import Finding, looks
from balai.base.proofs import Heads, Misfit, proves
from balai.records.offices import events, places

marks.keep(
    "offices.WorkingCalendar", "title", "zone", "hours", "closes_on_holidays", "closes_on_joint_leave", "keeps_ramadan_hours",
    "legal_basis", "status",
)  # fmt: skip
marks.keep("offices.CalendarDay", "calendar_id", "day", "hours", "reason")
marks.keep(
    "offices.Unit", "code", "letter_code", "name", "kind", "parent_id", "path", "area", "calendar_id", "address", "phone", "email",
    "closed_on",
)  # fmt: skip
marks.keep("offices.Post", "unit_id", "role", "title", "seats", "closed_on")
marks.keep("offices.Appointment", "post_id", "person_id", "kind", "stands_in_for_id", "from_date", "to_date", "basis")
marks.keep("offices.Absence", "person_id", "kind", "from_date", "to_date")


@looks(100)
def officers(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether somebody administers, and every officer has a second factor."""
    from balai.records.offices import queries
    from balai.records.people import queries as people

    found = [row for row in people.list_desk_accounts(list(queries.list_post_titles(now.date()))) if row.active]
    if not any(row.administrator for row in found):
        yield Finding(
            "officers", "note", "nobody administers this hall. `balai serve` prints the link to become the first.",
            "belum ada administrator. `balai serve` mencetak tautan untuk menjadi yang pertama.",
        )  # fmt: skip
    weak = [row.email for row in found if not row.second_factor]
    if weak:
        yield Finding(
            "officers", "note",
            f"{len(weak)} officer(s) have no second factor and cannot work until they add one. Send the invitation again under Kelola, Petugas.",
            f"{len(weak)} petugas belum punya faktor kedua dan belum dapat bekerja. Kirim lagi undangannya di Kelola, Petugas.",
        )  # fmt: skip
    if found and not weak:
        yield Finding(
            "officers", "good", f"all {len(found)} officers have a second factor.",
            f"semua {len(found)} petugas punya faktor kedua.",
        )  # fmt: skip


@places.lies
def units_and_holders(place: places.ToClose, on_date: date) -> list[places.Lying]:
    """Find the units below a unit, and who holds its posts or will."""
    from balai.records.offices import queries

    below = 0 if place.role else queries.count_children(place.unit_id)
    held = queries.count_holders(place.post_ids, on_date)
    return [
        places.Lying("offices.lies.units", below, "admin.units"),
        places.Lying("offices.lies.holders", held, "admin.unit", (place.unit_code,)),
    ]


@proves()
def hold_appointments(heads: Heads, deep: bool) -> Iterator[Misfit]:
    """Hold every appointment, by which officers decide and sign, against the entry that made it."""
    from balai.records.offices import queries
    from balai.records.people import queries as people

    named = dict(people.list_joinings())
    made: dict[str, tuple[datetime | None, dict[str, Any]]] = {}
    ended: dict[str, str] = {}
    for _, at, action, body in journal.list_entries("post:"):
        if action == events.APPOINTED:
            made[body["appointment"]] = (at, body)
        elif action == events.APPOINTMENT_ENDED:
            ended[body["appointment"]] = body["on"]
    for row in queries.iterate_appointments():
        when, body = made.pop(str(row.id), (None, {}))
        if not body:
            yield Misfit("offices_appointment", str(row.id), "no entry speaks of it")
            continue
        person = UUID(body["person"])
        while person in named and person != row.person_id:
            person = named[person]
        last = ended.get(str(row.id), body["to"])
        follows = row.stands_in_for_id is not None and str(row.stands_in_for_id) in ended
        now = {
            "person_id": (row.person_id, person), "post_id": (str(row.post_id), body["post"]), "kind": (row.kind, body["kind"]),
            "from_date": (str(row.from_date), body["from"]),
            "to_date": (None if follows else row.to_date and str(row.to_date), None if follows else last),
        }  # fmt: skip
        for name, (kept, then) in now.items():
            if kept != then:
                yield Misfit("offices_appointment", str(row.id), f"{name} is {kept} and was {then}", when)
    for gone, (when, body) in made.items():
        if body["kind"] != "deputy":  # a deputy who never began is withdrawn, and their row goes
            yield Misfit("offices_appointment", gone, "its row is gone", when)
