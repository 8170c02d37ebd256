"""Read what follows a dot: entries of contexts, parts of dates, times, durations, ranges. Source: DMN 1.5, table 65."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from balai.engine.rules import temporal as t
from balai.engine.rules.feel_values import MISSING, Range
from balai.engine.rules.limits import Runtime
from balai.engine.rules.temporal import DateTime, FarDate, NamedZone, Time, YearsMonthsDuration


def member(value: object, name: str, runtime: Runtime) -> object:
    """Answer value.name; of a list, the list of its elements' members; null with a remark where there is none."""
    if value is None:
        return None
    if isinstance(value, list):
        runtime.spend(len(value))
        return [member(item, name, runtime) for item in value]
    if isinstance(value, dict):
        found = value.get(name, MISSING)
    else:
        read = _PARTS.get((type(value), name))
        found = read(value) if read is not None else MISSING
    if found is MISSING:
        runtime.note(f"There is no “{name}” in this value.")
        return None
    return found


def _offset(clock: Time, day: t.AnyDate | None = None) -> timedelta | None:
    seconds = t.time_offset(clock, day)
    return None if seconds is None else timedelta(seconds=seconds)


def _zone(clock: Time) -> str | None:
    return clock.zone.name if isinstance(clock.zone, NamedZone) else None


def _seconds(clock: Time) -> Decimal:
    return Decimal(clock.second) + (Decimal(clock.nanosecond) / t.NANO if clock.nanosecond else 0)


def _part_of(duration: timedelta, size: int, modulo: int) -> Decimal:
    """Answer one part of a duration, negative when the duration is."""
    seconds = abs(duration) // timedelta(seconds=1)
    part = seconds // size % modulo if modulo else seconds // size
    return Decimal(-part if duration < t.ZERO else part)


def _duration_seconds(duration: timedelta) -> Decimal:
    micros = abs(duration) % timedelta(minutes=1) // timedelta(microseconds=1)
    seconds = Decimal(micros) / 1_000_000 if micros % 1_000_000 else Decimal(micros // 1_000_000)
    return -seconds if duration < t.ZERO else seconds


def _years(duration: YearsMonthsDuration) -> Decimal:
    years = abs(duration.months) // 12
    return Decimal(-years if duration.months < 0 else years)


def _months(duration: YearsMonthsDuration) -> Decimal:
    months = abs(duration.months) % 12
    return Decimal(-months if duration.months < 0 else months)


def _of_date(read: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda stamp: read(stamp.date)


def _of_time(read: Callable[[Any], object]) -> Callable[[Any], object]:
    return lambda stamp: read(stamp.time)


_DATE_PARTS: dict[str, Callable[[Any], object]] = {
    "year": lambda day: Decimal(day.year),
    "month": lambda day: Decimal(day.month),
    "day": lambda day: Decimal(day.day),
    "weekday": lambda day: Decimal(t.weekday(day)),
}
_TIME_PARTS: dict[str, Callable[[Time], object]] = {
    "hour": lambda clock: Decimal(clock.hour),
    "minute": lambda clock: Decimal(clock.minute),
    "second": _seconds,
    "time offset": _offset,
    "timezone": _zone,
}
_PARTS: dict[tuple[type, str], Callable[[Any], object]] = {
    **{(kind, name): read for kind in (date, FarDate) for name, read in _DATE_PARTS.items()},
    **{(Time, name): read for name, read in _TIME_PARTS.items()},
    **{(DateTime, name): _of_date(read) for name, read in _DATE_PARTS.items()},
    **{(DateTime, name): _of_time(read) for name, read in _TIME_PARTS.items()},
    (DateTime, "time offset"): lambda stamp: _offset(stamp.time, stamp.date),
    (timedelta, "days"): lambda duration: _part_of(duration, 86_400, 0),
    (timedelta, "hours"): lambda duration: _part_of(duration, 3600, 24),
    (timedelta, "minutes"): lambda duration: _part_of(duration, 60, 60),
    (timedelta, "seconds"): _duration_seconds,
    (YearsMonthsDuration, "years"): _years,
    (YearsMonthsDuration, "months"): _months,
    (Range, "start"): lambda bounds: bounds.low,
    (Range, "end"): lambda bounds: bounds.high,
    (Range, "start included"): lambda bounds: bounds.low_included,
    (Range, "end included"): lambda bounds: bounds.high_included,
}
