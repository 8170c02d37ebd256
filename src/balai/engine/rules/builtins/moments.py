"""Functions over dates, times and durations. Source: DMN 1.5, 10.3.4.1, 10.3.4.6, 10.3.4.8 and 10.3.4.10."""

from datetime import date, timedelta
from decimal import Decimal

from balai.engine.rules import temporal as t
from balai.engine.rules.builtins.registry import builtin
from balai.engine.rules.feel_numbers import whole
from balai.engine.rules.limits import Runtime
from balai.engine.rules.temporal import DateTime, FarDate, Offset, Time, YearsMonthsDuration

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def _int(number: Decimal) -> int:
    found = whole(number)
    if found is None:
        raise ValueError(f"{number} is not a whole number")
    return found


@builtin("date", "from: string")
def date_from_text(runtime: Runtime, text: str) -> t.AnyDate:
    """Answer the date a text stands for."""
    return t.parse_date(text)


@builtin("date", "from: date")
def date_from_date(runtime: Runtime, day: t.AnyDate) -> t.AnyDate:
    """Answer the date itself."""
    return day


@builtin("date", "from: date and time")
def date_from_date_time(runtime: Runtime, stamp: DateTime) -> t.AnyDate:
    """Answer the date of a date and time."""
    return stamp.date


@builtin("date", "year: number, month: number, day: number")
def date_from_parts(runtime: Runtime, year: Decimal, month: Decimal, day: Decimal) -> t.AnyDate:
    """Answer the date of a year, month and day."""
    return t.make_date(_int(year), _int(month), _int(day))


@builtin("time", "from: string")
def time_from_text(runtime: Runtime, text: str) -> Time:
    """Answer the time a text stands for."""
    return t.parse_time(text)


@builtin("time", "from: time")
def time_from_time(runtime: Runtime, clock: Time) -> Time:
    """Answer the time itself."""
    return clock


@builtin("time", "from: date and time")
def time_from_date_time(runtime: Runtime, stamp: DateTime) -> Time:
    """Answer the time of a date and time; a date counts as its midnight in UTC."""
    return stamp.time


@builtin("time", "hour: number, minute: number, second: number, offset?: days and time duration?")
def time_from_parts(
    runtime: Runtime, hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None
) -> Time:
    """Answer the time of an hour, minute and second, and the distance of its zone from UTC."""
    if not (0 <= hour <= 23 and 0 <= minute <= 59 and 0 <= second < 60):
        raise ValueError(f"no such time: {hour}:{minute}:{second}")
    zone = None
    if offset is not None:
        if abs(offset) > timedelta(seconds=t.MAX_OFFSET) or offset.microseconds:
            raise ValueError(f"no such distance from UTC: {t.format_duration(offset)}")
        zone = Offset(offset // timedelta(seconds=1))
    nanosecond = int((second % 1) * t.NANO)
    return Time(_int(hour), _int(minute), int(second), nanosecond, zone)


@builtin("date and time", "from: string")
def date_time_from_text(runtime: Runtime, text: str) -> DateTime:
    """Answer the date and time a text stands for; a date alone counts as its midnight."""
    return t.parse_date_time(text)


@builtin("date and time", "from: date and time")
def date_time_from_date_time(runtime: Runtime, stamp: DateTime) -> DateTime:
    """Answer the date and time itself; a date counts as its midnight in UTC."""
    return stamp


@builtin("date and time", "date: date, time: time")
def date_time_from_date(runtime: Runtime, day: t.AnyDate, clock: Time) -> DateTime:
    """Answer a date with a time."""
    return DateTime(day, clock)


@builtin("date and time", "date: date and time, time: time")
def date_time_from_both(runtime: Runtime, stamp: DateTime, clock: Time) -> DateTime:
    """Answer the date of a date and time, with another time."""
    return DateTime(stamp.date, clock)


@builtin(
    "date and time",
    "year: number, month: number, day: number, hour: number, minute: number, second: number, "
    "offset?: days and time duration?",
)
def date_time_from_parts(
    runtime: Runtime,
    year: Decimal,
    month: Decimal,
    day: Decimal,
    hour: Decimal,
    minute: Decimal,
    second: Decimal,
    offset: timedelta | None,
) -> DateTime:
    """Answer the date and time of its parts, and the distance of its zone from UTC."""
    clock = time_from_parts(runtime, hour, minute, second, offset)
    return DateTime(date_from_parts(runtime, year, month, day), clock)


@builtin("duration", "from: string")
def duration(runtime: Runtime, text: str) -> timedelta | YearsMonthsDuration:
    """Answer the duration a text stands for."""
    return t.parse_duration(text)


@builtin("duration", "from: days and time duration")
def duration_from_days(runtime: Runtime, value: timedelta) -> timedelta:
    """Answer the duration itself."""
    return value


@builtin("duration", "from: years and months duration")
def duration_from_months(runtime: Runtime, value: YearsMonthsDuration) -> YearsMonthsDuration:
    """Answer the duration itself."""
    return value


@builtin("years and months duration", "from: any, to: any")
def years_and_months(runtime: Runtime, start: object, end: object) -> YearsMonthsDuration | None:
    """Answer the whole months between two dates, or dates and times."""
    first, last = _day(start), _day(end)
    if first is None or last is None:
        return None
    return YearsMonthsDuration(t.months_between(first, last))


def _day(value: object) -> t.AnyDate | None:
    if isinstance(value, DateTime):
        return value.date
    return value if isinstance(value, date | FarDate) else None


@builtin("day of year", "date: date")
@builtin("day of year", "date: date and time")
def day_of_year(runtime: Runtime, value: object) -> Decimal:
    """Answer the number of the day, 1 for the first of January."""
    return Decimal(t.day_of_year(_known_day(value)))


@builtin("week of year", "date: date")
@builtin("week of year", "date: date and time")
def week_of_year(runtime: Runtime, value: object) -> Decimal:
    """Answer the ISO 8601 number of the week."""
    return Decimal(t.week_of_year(_known_day(value)))


@builtin("day of week", "date: date")
@builtin("day of week", "date: date and time")
def day_of_week(runtime: Runtime, value: object) -> str:
    """Answer the English name of the day."""
    return _DAYS[t.weekday(_known_day(value)) - 1]


@builtin("month of year", "date: date")
@builtin("month of year", "date: date and time")
def month_of_year(runtime: Runtime, value: object) -> str:
    """Answer the English name of the month."""
    return _MONTHS[_known_day(value).month - 1]


def _known_day(value: object) -> t.AnyDate:
    day = _day(value)
    if day is None:
        raise ValueError("this is not a date")
    return day


@builtin("now", "")
def now(runtime: Runtime) -> DateTime | None:
    """Answer the moment the caller gave; null with a remark where none was given, for rules read no clock."""
    if runtime.now is None:
        raise ValueError("the moment of the evaluation was not given")
    return t.from_python_datetime(runtime.now)


@builtin("today", "")
def today(runtime: Runtime) -> t.AnyDate | None:
    """Answer the date of the moment the caller gave."""
    if runtime.now is None:
        raise ValueError("the moment of the evaluation was not given")
    return runtime.now.date()
