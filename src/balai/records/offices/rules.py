"""Pure rules of offices: calendars from their rows, paths of the tree, words for kinds of holding."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any
from zoneinfo import ZoneInfo

from balai.base import clock

# How the holder of a post signs. Basis: UU 30/2014 ps. 14, SE Kepala BKN 1/SE/I/2021 (unconfirmed).
HOLDING_PREFIX = {"definitive": "", "deputy": "Plh. ", "acting": "Plt. "}


@dataclass(frozen=True, slots=True)
class CalendarFacts:
    """What a working calendar is made of, whatever table it came from."""

    name: str
    zone: str
    hours: Mapping[str, list[str | None]]
    closes_on_holidays: bool
    closes_on_joint_leave: bool
    keeps_ramadan_hours: bool
    days: tuple[tuple[date, list[str | None] | None, str], ...] = ()

    @property
    def fingerprint(self) -> str:
        """Digest the content, so that a calendar once built serves as long as nothing changes."""
        parts: list[Any] = [self.name, self.zone, self.hours, self.closes_on_holidays, self.closes_on_joint_leave]
        parts += [self.keeps_ramadan_hours, sorted([str(day), hours, reason] for day, hours, reason in self.days)]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def build_calendar(facts: CalendarFacts) -> clock.Calendar:
    """Build the calendar a unit works by. :raises ValueError: when its hours are impossible or its zone unknown."""
    closed: set[date] = set()
    if facts.closes_on_holidays:
        closed |= clock.closed_on("libur_nasional")
    if facts.closes_on_joint_leave:
        closed |= clock.closed_on("cuti_bersama")
    return clock.Calendar(
        name=facts.name,
        zone=ZoneInfo(facts.zone),
        hours=clock.read_hours(facts.hours),
        closed_dates=frozenset(closed | {day for day, hours, _ in facts.days if hours is None}),
        open_dates={day: _day_hours(hours) for day, hours, _ in facts.days if hours is not None},
        seasons=clock.load_ramadan() if facts.keeps_ramadan_hours else (),
        certainty_by_year=clock.load_certainty() if facts.closes_on_holidays else {},
    )


def _day_hours(row: list[str | None]) -> clock.DayHours:
    return clock.DayHours(*(time.fromisoformat(at) if at else None for at in row))  # type: ignore[arg-type]


def hours_as_json(hours: Mapping[int, clock.DayHours]) -> dict[str, list[str | None]]:
    """Write opening hours in the shape the calendar's row keeps."""
    return {str(day): [at.strftime("%H:%M") if at else None for at in row] for day, row in hours.items()}


def child_path(parent_path: str, code: str) -> str:
    """Give the path of a unit below another; a top unit's parent path is "/"."""
    return f"{parent_path or '/'}{code}/"


def codes_upwards(path: str) -> list[str]:
    """List the codes of a path from the unit itself up to the top."""
    return [code for code in reversed(path.split("/")) if code]


def overlaps(from_date: date, to_date: date | None, others: Iterable[tuple[date, date | None]]) -> bool:
    """Tell whether a stretch of dates, both ends included and an open end meaning for ever, meets any other."""
    last = to_date or date.max
    return any(from_date <= (other_to or date.max) and other_from <= last for other_from, other_to in others)


def title_of(title: str, kind: str) -> str:
    """Write a post's title as the holder signs with it: "Plh. Lurah Sidodadi"."""
    return HOLDING_PREFIX[kind] + title
