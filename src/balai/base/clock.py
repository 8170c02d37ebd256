"""When an office is open, and when a period that the law gives has run out: working calendars as plain values.

Nothing here reads the wall clock or the database. A `Calendar` is hours per weekday in one zone, minus closed dates;
the national holidays, cuti bersama and the working hours of Perpres 21/2023 come as dated data from `data/`.

How time is counted, where the law of one service does not say otherwise: day 0 is the day of receipt; what arrives
after closing, or on a closed day, is received on the next working day; the last day of a period in working days ends
when the office closes. Calendar days, months and years do not stop on holidays and end with the day; hours are elapsed
hours, working hours pass only while the office is open.
"""

import csv
import json
from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from balai.engine.manifest.periods import Period

Certainty = Literal["confirmed", "unconfirmed", "provisional", "unknown"]
Kind = Literal["libur_nasional", "cuti_bersama"]

_DATA = Path(__file__).parent / "data"
_DAY = timedelta(days=1)
_MIDNIGHT = time(0, 0)
_LAST_MOMENT = time(23, 59, 59, 999_999)
# A unit may lawfully close for a season, never for years: beyond this many days the calendar itself is at fault.
_SEARCH_LIMIT = 2 * 366
_KEPT_DAYS = 1000  # whose closings are kept at hand


class Span(Protocol):
    """Whatever has an amount and a unit of time; the engine's own `Period` is one."""

    @property
    def amount(self) -> int: ...

    @property
    def unit(self) -> str: ...


class DayHours(NamedTuple):
    """Opening hours of one day in local time; a close at 00:00 means the end of that day."""

    opens: time
    closes: time
    break_from: time | None = None
    break_to: time | None = None


class Season(NamedTuple):
    """Other hours between two dates, both included, such as in Ramadan; it never opens a weekday that is closed."""

    first: date
    last: date
    hours: Mapping[int, DayHours]


class Holiday(NamedTuple):
    """One day on which offices are closed by national decision, and how far we may trust it."""

    day: date
    kind: Kind
    name: str
    status: Certainty


@dataclass(frozen=True)
class Calendar:
    """When one kind of office works: hours by weekday (0 = Monday), closed dates, seasons and exceptional openings."""

    zone: ZoneInfo
    hours: Mapping[int, DayHours | tuple[time, time]]
    closed_dates: frozenset[date] = frozenset()
    name: str = "office"
    seasons: tuple[Season, ...] = ()
    open_dates: Mapping[date, DayHours] = field(default_factory=dict)
    certainty_by_year: Mapping[int, Certainty] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "hours", {day: DayHours(*hours) for day, hours in self.hours.items()})
        for hours in (
            *self._days.values(),
            *self.open_dates.values(),
            *(h for s in self.seasons for h in s.hours.values()),
        ):
            _check_hours(hours)
        if not self._days or not set(self._days) <= set(range(7)):
            raise ValueError("a calendar needs hours for at least one weekday, 0 (Monday) to 6")

    @property
    def _days(self) -> Mapping[int, DayHours]:
        return self.hours  # type: ignore[return-value]  # normalised in __post_init__

    # -- days ---------------------------------------------------------------------------------------------------------

    def hours_on(self, day: date) -> DayHours | None:
        """Tell the opening hours of a date, or None when the office is closed that day."""
        if day in self.open_dates:
            return self.open_dates[day]
        regular = self._days.get(day.weekday())
        if regular is None or day in self.closed_dates:
            return None
        for season in self.seasons:
            if season.first <= day <= season.last:
                return season.hours.get(day.weekday(), regular)
        return regular

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office works at all on a date."""
        if day in self.open_dates:
            return True
        return day.weekday() in self._days and day not in self.closed_dates

    def next_working_day(self, day: date) -> date:
        """Find the first working day after a date."""
        candidate = day
        for _ in range(1, _SEARCH_LIMIT):
            candidate += _DAY
            if self.is_working_day(candidate):
                return candidate
        raise ValueError(f"calendar {self.name!r} has no working day in the two years after {day}")

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; negative when `end` is earlier."""
        if end < start:
            return -self.working_days_between(end, start)
        weeks, rest = divmod((end - start).days, 7)
        count = weeks * len(self._days)
        count += sum((start + timedelta(days=ahead)).weekday() in self._days for ahead in range(1, rest + 1))
        closed = bisect_right(self._closures, end) - bisect_right(self._closures, start)
        opened = bisect_right(self._openings, end) - bisect_right(self._openings, start)
        return count - closed + opened

    @cached_property
    def _closures(self) -> list[date]:
        """Closed dates that would have been working days, in order."""
        return sorted(day for day in self.closed_dates - set(self.open_dates) if day.weekday() in self._days)

    @cached_property
    def _openings(self) -> list[date]:
        """Exceptional openings on weekdays that are otherwise closed, in order."""
        return sorted(day for day in self.open_dates if day.weekday() not in self._days)

    def certainty(self, day: date) -> Certainty:
        """Tell how far the closed dates of a date's year may be trusted; `unknown` when we hold no table for it."""
        if not self.certainty_by_year:
            return "confirmed"
        return self.certainty_by_year.get(day.year, "unknown")

    # -- moments ------------------------------------------------------------------------------------------------------

    def local_date(self, at: datetime) -> date:
        """Tell the unit's own date at a moment."""
        return at.astimezone(self.zone).date()

    def opening(self, day: date) -> datetime | None:
        """Tell when the office opens on a date, in UTC, or None when it does not."""
        hours = self.hours_on(day)
        return None if hours is None else self._at(day, hours.opens)

    def closing(self, day: date) -> datetime | None:
        """Tell when the office closes on a date, in UTC, or None when it does not open; always within that date."""
        if day not in self._closings:
            if len(self._closings) >= _KEPT_DAYS:
                self._closings.clear()
            hours = self.hours_on(day)
            last = None if hours is None else _LAST_MOMENT if hours.closes == _MIDNIGHT else hours.closes
            self._closings[day] = None if last is None else self._at(day, last)
        return self._closings[day]

    @cached_property
    def _closings(self) -> dict[date, datetime | None]:
        """Closings that were worked out already: each step of a day asks for the same few."""
        return {}

    def end_of(self, day: date) -> datetime:
        """Tell until when something may be done that is due on a date, in UTC: until the office closes, else until midnight."""
        return self.closing(day) or self._at(day, _LAST_MOMENT)

    def received_on(self, at: datetime) -> date:
        """Tell day 0: the working day on which something that arrives at this moment counts as received."""
        day = self.local_date(at)
        closing = self.closing(day)
        return day if closing is not None and at <= closing else self.next_working_day(day)

    def is_open(self, at: datetime) -> bool:
        """Tell whether the office is working at a moment; it is not during its break nor from closing time on."""
        return any(opens <= at < closes for opens, closes in self._shifts(self.local_date(at)))

    def next_open(self, at: datetime) -> datetime:
        """Find the first moment, not before `at`, at which the office is working."""
        day = self.local_date(at)
        for _ in range(_SEARCH_LIMIT):
            for opens, closes in self._shifts(day):
                if at < closes:
                    return max(at.astimezone(UTC), opens)
            day = self.next_working_day(day)
        raise ValueError(f"calendar {self.name!r} does not open after {at}")

    def add(self, start: datetime, period: Span, *, to_working_day: bool = False) -> datetime:
        """Tell when a period that starts at a moment has run out, in UTC.

        `to_working_day` moves the end of a calendar period that falls on a closed day to the next working day; set it
        only where the rule in question says so.

        :raises ValueError: for a negative amount or an unknown unit.
        """
        if period.amount < 0:
            raise ValueError("a period cannot be negative")
        if period.unit == "hours":
            return start.astimezone(UTC) + timedelta(hours=period.amount)
        if period.unit == "working-hours":
            return self.add_working_time(start, timedelta(hours=period.amount))
        if period.unit == "working-days":
            return self.end_of(self.add_working_days(self.received_on(start), period.amount))
        end = _add_calendar(self.local_date(start), period)
        if to_working_day and not self.is_working_day(end):
            end = self.next_working_day(end)
        return self._at(end, _LAST_MOMENT)

    def due_date(self, start: datetime, period: Span, *, to_working_day: bool = False) -> date:
        """Tell the last day of a period that starts at a moment, in the unit's own date."""
        return self.local_date(self.add(start, period, to_working_day=to_working_day))

    def add_working_days(self, day: date, amount: int) -> date:
        """Walk `amount` working days onwards from a date, which itself is not counted."""
        for _ in range(amount):
            day = self.next_working_day(day)
        return day

    def subtract(self, end: datetime, period: Span) -> datetime:
        """Tell when to remind: the moment that lies a period before a deadline, in UTC.

        In working days it is the opening of the working day that lies so many before the deadline's date.
        """
        if period.unit == "hours":
            return end.astimezone(UTC) - timedelta(hours=period.amount)
        if period.unit == "working-hours":
            return self.subtract_working_time(end, timedelta(hours=period.amount))
        if period.unit == "working-days":
            day = self.local_date(end)
            for _ in range(period.amount):
                day = self._previous_working_day(day)
            return self.opening(day) or self._at(day, _MIDNIGHT)
        day = _add_calendar(self.local_date(end), replace_amount(period, -period.amount))
        return self._at(day, end.astimezone(self.zone).time())

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Sum the opening time between two moments, breaks and closed days left out; negative when `end` is earlier."""
        if end < start:
            return -self.working_time_between(end, start)
        total, day, last = timedelta(), self.local_date(start), self.local_date(end)
        while day <= last:
            for opens, closes in self._shifts(day):
                total += max(timedelta(), min(closes, end) - max(opens, start))
            day += _DAY
        return total

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """Find the moment at which so much opening time has passed since `start`, in UTC."""
        at = start.astimezone(UTC)
        while amount:
            at = self.next_open(at)
            closes = next(closes for opens, closes in self._shifts(self.local_date(at)) if opens <= at < closes)
            if amount <= closes - at:
                return at + amount
            amount -= closes - at
            at = closes
        return at

    def subtract_working_time(self, end: datetime, amount: timedelta) -> datetime:
        """Find the moment from which so much opening time passes until `end`, in UTC."""
        at, day = end.astimezone(UTC), self.local_date(end)
        while True:
            for opens, closes in reversed(self._shifts(day)):
                worked = max(timedelta(), min(closes, at) - opens)
                if amount <= worked:
                    return min(closes, at) - amount
                amount -= worked
            day = self._previous_working_day(day)

    def after_pause(
        self, due_at: datetime, paused_at: datetime, resumed_at: datetime, unit: str, *, to_working_day: bool = False
    ) -> datetime:
        """Tell the new end of a period that stood still between two moments: what was left then is left now.

        In working days both moments count as a receipt does: after closing is the next working day, and the day on
        which the case is taken up again is day 0 of what was left.
        """
        if resumed_at <= paused_at or due_at <= paused_at:
            return due_at  # nothing was left to keep, or nothing stood still
        if unit == "hours":
            return due_at.astimezone(UTC) + (resumed_at - paused_at)
        if unit == "working-hours":
            return self.add_working_time(resumed_at, self.working_time_between(paused_at, due_at))
        if unit == "working-days":
            left = self.working_days_between(self.received_on(paused_at), self.local_date(due_at))
            return max(due_at, self.add(resumed_at, Period(max(left, 0), "working-days")))
        days = (self.local_date(resumed_at) - self.local_date(paused_at)).days
        end = self.local_date(due_at) + timedelta(days=days)
        return self._at(
            self.next_working_day(end) if to_working_day and not self.is_working_day(end) else end, _LAST_MOMENT
        )

    def passed(self, percent: int, start: datetime, first_due: datetime, due_at: datetime, unit: str) -> datetime:
        """Tell when so many percent have passed of a period that ran from `start` to `first_due` and ends at `due_at` by now.

        What is left then is counted back from its end: opening time of working days and hours, elapsed time of the others. So
        what stood still or was extended meanwhile is no part of what has passed.
        """
        left = (100 - percent) / 100
        if unit.startswith("working-"):
            return self.subtract_working_time(due_at, self.working_time_between(start, first_due) * left)
        return due_at.astimezone(UTC) - (first_due - start) * left

    def _previous_working_day(self, day: date) -> date:
        for back in range(1, _SEARCH_LIMIT):
            candidate = day - timedelta(days=back)
            if self.is_working_day(candidate):
                return candidate
        raise ValueError(f"calendar {self.name!r} has no working day in the two years before {day}")

    def _shifts(self, day: date) -> list[tuple[datetime, datetime]]:
        """List the stretches of work on a date, in UTC: one, or two around the break."""
        hours = self.hours_on(day)
        if hours is None:
            return []
        opens = self._at(day, hours.opens)
        closes = self._at(day + _DAY if hours.closes == _MIDNIGHT else day, hours.closes)
        if hours.break_from is None or hours.break_to is None:
            return [(opens, closes)]
        return [(opens, self._at(day, hours.break_from)), (self._at(day, hours.break_to), closes)]

    def _at(self, day: date, moment: time) -> datetime:
        return datetime.combine(day, moment, self.zone).astimezone(UTC)


def replace_amount(period: Span, amount: int) -> Span:
    """Make a period of another amount in the same unit."""
    return Period(amount, period.unit)  # type: ignore[arg-type]


def _check_hours(hours: DayHours) -> None:
    """Refuse hours that end before they start or a break outside them. :raises ValueError: saying which."""
    closes = _LAST_MOMENT if hours.closes == _MIDNIGHT else hours.closes
    if not hours.opens < closes:
        raise ValueError(f"opening hours {hours.opens}-{hours.closes} end before they start")
    if (hours.break_from is None) != (hours.break_to is None):
        raise ValueError("a break needs both its start and its end")
    if hours.break_from and hours.break_to and not hours.opens < hours.break_from < hours.break_to < closes:
        raise ValueError(f"break {hours.break_from}-{hours.break_to} does not lie within the opening hours")


def _add_calendar(day: date, period: Span) -> date:
    """Add calendar days, months or years to a date; the 31st becomes the last day of a shorter month."""
    if period.unit == "days":
        return day + timedelta(days=period.amount)
    if period.unit not in {"months", "years"}:
        raise ValueError(f"unknown unit of time {period.unit!r}")
    months = day.month - 1 + period.amount * (12 if period.unit == "years" else 1)
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


# -- dated data -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def load_holidays() -> tuple[Holiday, ...]:
    """Read the national holidays and cuti bersama we hold, in order of date, each with its mark."""
    certainty = load_certainty()
    with (_DATA / "hari-libur" / "hari_libur_2015_2027.csv").open(encoding="utf-8", newline="") as file:
        rows = [(date.fromisoformat(row["tanggal"]), row["jenis"], row["nama"]) for row in csv.DictReader(file)]
    return tuple(Holiday(day, kind, name, certainty[day.year]) for day, kind, name in sorted(rows))  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def load_certainty() -> Mapping[int, Certainty]:
    """Read how far the holiday table of each year may be trusted."""
    with (_DATA / "hari-libur" / "tahun.csv").open(encoding="utf-8", newline="") as file:
        return {int(row["tahun"]): row["status"] for row in csv.DictReader(file)}  # type: ignore[misc]


@lru_cache(maxsize=8)
def load_hours(name: str) -> Mapping[int, DayHours]:
    """Read one set of working hours: `office`, `ramadan` (both Perpres 21/2023) or `six-day`."""
    table = json.loads((_DATA / "jam-kerja.json").read_text(encoding="utf-8"))
    return read_hours(table[name]["hours"])


def read_hours(tree: Mapping[str, Iterable[str | None]]) -> dict[int, DayHours]:
    """Read hours from their JSON shape {"0": ["07:30", "16:00", "12:00", "13:00"]}, 0 = Monday. :raises ValueError:"""
    hours = {int(day): DayHours(*(time.fromisoformat(at) if at else None for at in row)) for day, row in tree.items()}  # type: ignore[arg-type]
    for row in hours.values():
        _check_hours(row)
    return hours


@lru_cache(maxsize=1)
def load_ramadan() -> tuple[Season, ...]:
    """Read the fasting months we hold as seasons with their shorter working hours."""
    hours = load_hours("ramadan")
    with (_DATA / "hari-libur" / "ramadan.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(Season(date.fromisoformat(row["mulai"]), date.fromisoformat(row["selesai"]), hours) for row in rows)


def closed_on(*kinds: Kind) -> frozenset[date]:
    """Collect the dates of the given kinds of holiday."""
    return frozenset(holiday.day for holiday in load_holidays() if holiday.kind in kinds)


@lru_cache(maxsize=32)
def office_calendar(zone: str = "Asia/Makassar") -> Calendar:
    """Make the calendar of an ordinary office: the hours of Perpres 21/2023, closed on holidays and cuti bersama."""
    return Calendar(
        zone=ZoneInfo(zone),
        hours=load_hours("office"),
        closed_dates=closed_on("libur_nasional", "cuti_bersama"),
        seasons=load_ramadan(),
        certainty_by_year=load_certainty(),
    )
