"""Dates, times and durations of FEEL, over the whole range of years the standard allows.

A date is a `datetime.date` where its year fits (1 to 9999) and a `FarDate` otherwise; times and dates with times are
our own, because FEEL keeps nanoseconds and the name of the zone. A days-and-time duration is a `timedelta`.
Source: DMN 1.5, 10.3.2.3.4 to 10.3.2.3.9, and XML Schema Part 2, 3.2.7 and 3.2.9.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from datetime import timezone as fixed_zone
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

NANO = 1_000_000_000
DAY_SECONDS = 86_400
EPOCH_ORDINAL = 719_163  # date(1970, 1, 1).toordinal()
MAX_YEAR = 999_999_999
MAX_OFFSET = 14 * 3600  # XML Schema allows a zone of at most 14 hours
ZERO = timedelta(0)


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A date in a year that `datetime.date` cannot hold (before 1 or after 9999), proleptic Gregorian."""

    year: int
    month: int
    day: int

    def __str__(self) -> str:
        return format_date(self)


AnyDate = date | FarDate


@dataclass(frozen=True, slots=True)
class Offset:
    """A zone given as seconds east of UTC."""

    seconds: int

    def __str__(self) -> str:
        if self.seconds == 0:
            return "Z"
        sign = "-" if self.seconds < 0 else "+"
        hours, rest = divmod(abs(self.seconds), 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{sign}{hours:02}:{minutes:02}" + (f":{seconds:02}" if seconds else "")


@dataclass(frozen=True, slots=True)
class NamedZone:
    """A zone by its IANA name, such as Asia/Makassar."""

    name: str

    def __str__(self) -> str:
        return f"@{self.name}"


Zone = Offset | NamedZone


@dataclass(frozen=True, slots=True)
class Time:
    """A time of day with nanoseconds and, where given, its zone."""

    hour: int
    minute: int
    second: int
    nanosecond: int = 0
    zone: Zone | None = None

    @property
    def seconds(self) -> int:
        """Whole seconds since midnight, local."""
        return self.hour * 3600 + self.minute * 60 + self.second

    def __str__(self) -> str:
        return format_time(self)


@dataclass(frozen=True, slots=True)
class DateTime:
    """A date with a time of day."""

    date: AnyDate
    time: Time

    def __str__(self) -> str:
        return f"{format_date(self.date)}T{format_time(self.time)}"

    def to_python(self) -> datetime:
        """Answer the stdlib's datetime, to the microsecond; raises ValueError for a year it cannot hold."""
        if not isinstance(self.date, date):
            raise ValueError(f"the year {self.date.year} does not fit a datetime")
        clock, zone = self.time, self.time.zone
        info: tzinfo | None = None
        if isinstance(zone, Offset):
            info = fixed_zone(timedelta(seconds=zone.seconds)) if zone.seconds else UTC
        elif zone is not None:
            info = zone_info(zone.name)
        stamp = time(clock.hour, clock.minute, clock.second, clock.nanosecond // 1000, tzinfo=info)
        return datetime.combine(self.date, stamp)


@dataclass(frozen=True, slots=True)
class YearsMonthsDuration:
    """A duration in whole months."""

    months: int

    def __str__(self) -> str:
        return format_duration(self)


# -- dates ---------------------------------------------------------------------------------------------------------


def is_leap(year: int) -> bool:
    """Answer whether the (astronomical) year is a leap year."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def days_in_month(year: int, month: int) -> int:
    """Answer the number of days of a month, 1 to 12."""
    if month == 2:
        return 29 if is_leap(year) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def make_date(year: int, month: int, day: int) -> AnyDate:
    """Answer the date; raises ValueError when there is none."""
    if not (-MAX_YEAR <= year <= MAX_YEAR and 1 <= month <= 12 and 1 <= day <= days_in_month(year, month)):
        raise ValueError(f"no such date: {year}-{month}-{day}")
    return date(year, month, day) if 1 <= year <= 9999 else FarDate(year, month, day)


def epoch_days(day: AnyDate) -> int:
    """Answer the days since 1970-01-01."""
    if isinstance(day, date):
        return day.toordinal() - EPOCH_ORDINAL
    # Shift by whole 400-year cycles (146,097 days each) into the years the stdlib counts.
    cycles, year = divmod(day.year - 2000, 400)
    return date(2000 + year, day.month, day.day).toordinal() - EPOCH_ORDINAL + cycles * 146_097


def date_of_days(days: int) -> AnyDate:
    """Answer the date so many days after 1970-01-01; raises ValueError beyond the years FEEL allows."""
    ordinal = days + EPOCH_ORDINAL
    if 1 <= ordinal <= 3_652_059:
        return date.fromordinal(ordinal)
    cycles, rest = divmod(ordinal - date(2000, 1, 1).toordinal(), 146_097)
    near = date.fromordinal(date(2000, 1, 1).toordinal() + rest)
    return make_date(near.year + cycles * 400, near.month, near.day)


def add_months(day: AnyDate, months: int) -> AnyDate:
    """Answer the date so many months later, on the month's last day where the day does not exist."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    return make_date(year, month0 + 1, min(day.day, days_in_month(year, month0 + 1)))


def weekday(day: AnyDate) -> int:
    """Answer the ISO day of the week, 1 (Monday) to 7."""
    return (epoch_days(day) + 3) % 7 + 1


def day_of_year(day: AnyDate) -> int:
    """Answer 1 for the first of January."""
    return epoch_days(day) - epoch_days(make_date(day.year, 1, 1)) + 1


def week_of_year(day: AnyDate) -> int:
    """Answer the ISO 8601 week number."""
    thursday = date_of_days(epoch_days(day) - weekday(day) + 4)
    return (day_of_year(thursday) - 1) // 7 + 1


# -- zones and instants --------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Answer the IANA names this machine knows."""
    return frozenset(available_timezones())


@lru_cache(maxsize=512)
def zone_info(name: str) -> ZoneInfo:
    """Answer the rules of a named zone; raises ValueError when it is unknown."""
    if name not in zone_names():
        raise ValueError(f"unknown time zone {name}")
    return ZoneInfo(name)


def zone_offset(zone: Zone, day: AnyDate, clock_seconds: int) -> int:
    """Answer the seconds east of UTC of a zone at a local day and time of day."""
    if isinstance(zone, Offset):
        return zone.seconds
    year = day.year
    if year < 1:
        year = 4 if is_leap(year) else 1
    elif year > 9998:
        year = 9600 + year % 400 - (400 if year % 400 > 398 else 0)
    local = datetime(year, day.month, day.day) + timedelta(seconds=clock_seconds)  # noqa: DTZ001 - local by design
    offset = zone_info(zone.name).utcoffset(local)
    return int(offset.total_seconds()) if offset is not None else 0


def time_offset(clock: Time, day: AnyDate | None = None) -> int | None:
    """Answer the seconds east of UTC of a time, None without zone; a bare time in a named zone counts as in 1970."""
    if clock.zone is None:
        return None
    return zone_offset(clock.zone, day or date(1970, 1, 1), clock.seconds)


def instant(stamp: DateTime) -> tuple[int, int]:
    """Answer (seconds since 1970 UTC, nanoseconds); without a zone the local time counts as UTC."""
    offset = time_offset(stamp.time, stamp.date) or 0
    return epoch_days(stamp.date) * DAY_SECONDS + stamp.time.seconds - offset, stamp.time.nanosecond


def time_instant(clock: Time) -> int:
    """Answer the nanoseconds since midnight UTC of a time of day (may lie outside one day)."""
    return (clock.seconds - (time_offset(clock) or 0)) * NANO + clock.nanosecond


def make_time(seconds: int, nanosecond: int, zone: Zone | None) -> Time:
    """Answer the time of day so many seconds after midnight (0 to 86,399)."""
    hour, rest = divmod(seconds, 3600)
    return Time(hour, rest // 60, rest % 60, nanosecond, zone)


def local_date_time(seconds: int, nanosecond: int, zone: Zone | None) -> DateTime:
    """Answer the date and time that a local count of seconds since 1970 stands for."""
    days, rest = divmod(seconds, DAY_SECONDS)
    return DateTime(date_of_days(days), make_time(rest, nanosecond, zone))


def at_instant(seconds: int, nanosecond: int, zone: Zone | None) -> DateTime:
    """Answer the local date and time of a zone at an instant."""
    if isinstance(zone, Offset):
        seconds += zone.seconds
    elif zone is not None:
        day, rest = divmod(seconds, DAY_SECONDS)
        near = date_of_days(day)
        if isinstance(near, date) and 1 < near.year < 9999:
            moment = datetime(near.year, near.month, near.day, tzinfo=UTC) + timedelta(seconds=rest)
            offset = moment.astimezone(zone_info(zone.name)).utcoffset()
            seconds += int(offset.total_seconds()) if offset is not None else 0
        else:
            seconds += zone_offset(zone, near, rest)
    return local_date_time(seconds, nanosecond, zone)


# -- arithmetic ----------------------------------------------------------------------------------------------------


def duration_nanos(duration: timedelta) -> int:
    """Answer a days-and-time duration in nanoseconds."""
    return ((duration.days * DAY_SECONDS + duration.seconds) * 1_000_000 + duration.microseconds) * 1000


def nanos_duration(nanos: int) -> timedelta:
    """Answer the duration of so many nanoseconds, to the microsecond; raises OverflowError when too long."""
    sign = -1 if nanos < 0 else 1
    return timedelta(microseconds=sign * (abs(nanos) // 1000))


def shift_date_time(stamp: DateTime, duration: timedelta | YearsMonthsDuration) -> DateTime:
    """Answer the date and time later by a duration (earlier when it is negative)."""
    if isinstance(duration, YearsMonthsDuration):
        return DateTime(add_months(stamp.date, duration.months), stamp.time)
    seconds, nanos = instant(stamp)
    carry, nanos = divmod(nanos + duration_nanos(duration), NANO)
    return at_instant(seconds + carry, nanos, stamp.time.zone)


def shift_time(clock: Time, duration: timedelta) -> Time:
    """Answer the time of day later by a duration, round the clock."""
    total = (clock.seconds * NANO + clock.nanosecond + duration_nanos(duration)) % (DAY_SECONDS * NANO)
    return make_time(total // NANO, total % NANO, clock.zone)


def subtract_date_times(left: DateTime, right: DateTime) -> timedelta:
    """Answer left minus right."""
    (seconds1, nanos1), (seconds2, nanos2) = instant(left), instant(right)
    return nanos_duration((seconds1 - seconds2) * NANO + nanos1 - nanos2)


def months_between(start: AnyDate, end: AnyDate) -> int:
    """Answer the whole months from start to end, negative when end is earlier."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        return months - 1
    if months < 0 and end.day > start.day:
        return months + 1
    return months


# -- reading -------------------------------------------------------------------------------------------------------

_DATE = r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d\d)-(\d\d)"
_TIME = r"(\d\d):(\d\d):(\d\d)(\.\d{1,32})?(Z|z|[+-]\d\d:\d\d(?::\d\d)?|@[A-Za-z0-9_+\-/]{1,64})?"
_DATE_RE = re.compile(_DATE, re.ASCII)
_TIME_RE = re.compile(_TIME, re.ASCII)
_DATE_TIME_RE = re.compile(f"{_DATE}T{_TIME}", re.ASCII)
_MONTHS_RE = re.compile(r"(-?)P(?=\d)(?:(\d{1,16})Y)?(?:(\d{1,16})M)?", re.ASCII)
_DAYS_RE = re.compile(
    r"(-?)P(?=[\dT])(?:(\d{1,16})D)?(?:T(?=\d)(?:(\d{1,16})H)?(?:(\d{1,16})M)?(?:(\d{1,16})(\.\d{0,32})?S)?)?",
    re.ASCII,
)


def parse_date(text: str) -> AnyDate:
    """Read an ISO date such as 2026-11-23; raises ValueError."""
    found = _DATE_RE.fullmatch(text)
    if found is None:
        raise ValueError(f"not a date: {text[:40]!r}")
    return make_date(int(found[1]), int(found[2]), int(found[3]))


def parse_zone(text: str | None) -> Zone | None:
    """Read Z, +08:00 or @Asia/Makassar; raises ValueError."""
    if not text:
        return None
    if text in "Zz":
        return Offset(0)
    if text[0] == "@":
        zone_info(text[1:])
        return NamedZone(text[1:])
    parts = [int(part) for part in text[1:].split(":")]
    seconds = parts[0] * 3600 + parts[1] * 60 + (parts[2] if len(parts) > 2 else 0)
    if parts[1] > 59 or (len(parts) > 2 and parts[2] > 59) or seconds > MAX_OFFSET:
        raise ValueError(f"not a time zone: {text}")
    return Offset(-seconds if text[0] == "-" else seconds)


def _time_of(hour: str, minute: str, second: str, fraction: str | None, zone: str | None) -> Time:
    if int(hour) > 23 or int(minute) > 59 or int(second) > 59:
        raise ValueError(f"not a time: {hour}:{minute}:{second}")
    nanosecond = int(fraction[1:10].ljust(9, "0")) if fraction else 0
    return Time(int(hour), int(minute), int(second), nanosecond, parse_zone(zone))


def parse_time(text: str) -> Time:
    """Read an ISO time such as 08:30:00+08:00 or 08:30:00@Asia/Makassar; raises ValueError."""
    found = _TIME_RE.fullmatch(text)
    if found is None:
        raise ValueError(f"not a time: {text[:40]!r}")
    if found[1] == "24" and not found[4] and found[2] == found[3] == "00":
        return _time_of("00", "00", "00", None, found[5])
    return _time_of(found[1], found[2], found[3], found[4], found[5])


def parse_date_time(text: str) -> DateTime:
    """Read an ISO date and time, or a date alone as its midnight; raises ValueError."""
    found = _DATE_TIME_RE.fullmatch(text)
    if found is None:
        return DateTime(parse_date(text), Time(0, 0, 0))
    day = make_date(int(found[1]), int(found[2]), int(found[3]))
    if found[4] == "24" and found[5] == found[6] == "00" and not (found[7] or "").strip(".0"):
        # XML Schema Part 2, 3.2.7: 24:00:00 is the first instant of the following day.
        return DateTime(date_of_days(epoch_days(day) + 1), _time_of("00", "00", "00", None, found[8]))
    return DateTime(day, _time_of(found[4], found[5], found[6], found[7], found[8]))


def parse_duration(text: str) -> timedelta | YearsMonthsDuration:
    """Read an ISO duration of either kind; raises ValueError."""
    found = _MONTHS_RE.fullmatch(text)
    if found is not None:
        months = int(found[2] or 0) * 12 + int(found[3] or 0)
        return YearsMonthsDuration(-months if found[1] else months)
    found = _DAYS_RE.fullmatch(text)
    if found is None:
        raise ValueError(f"not a duration: {text[:40]!r}")
    days, hours, minutes, seconds = (int(part or 0) for part in found.group(2, 3, 4, 5))
    micros = int((found[6] or ".")[1:7].ljust(6, "0"))
    try:
        length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=micros)
    except OverflowError as error:
        raise ValueError(f"the duration is too long: {text[:40]!r}") from error
    return -length if found[1] else length


def parse_at(text: str) -> object:
    """Read what an @ literal holds: a date, a time, a date and time or a duration; raises ValueError."""
    if text[:1] == "P" or text[:2] == "-P":
        return parse_duration(text)
    if "T" in text:
        return parse_date_time(text)
    return parse_time(text) if text[2:3] == ":" else parse_date(text)


# -- writing -------------------------------------------------------------------------------------------------------


def format_date(day: AnyDate) -> str:
    """Write a date as ISO 8601 with at least four digits of year."""
    sign = "-" if day.year < 0 else ""
    return f"{sign}{abs(day.year):04}-{day.month:02}-{day.day:02}"


def format_time(clock: Time) -> str:
    """Write a time as ISO 8601, or with @ and the name of its zone."""
    fraction = f".{clock.nanosecond:09}".rstrip("0") if clock.nanosecond else ""
    zone = "" if clock.zone is None else str(clock.zone)
    return f"{clock.hour:02}:{clock.minute:02}:{clock.second:02}{fraction}{zone}"


def format_duration(duration: timedelta | YearsMonthsDuration) -> str:
    """Write a duration as ISO 8601 in its canonical form."""
    if isinstance(duration, YearsMonthsDuration):
        sign = "-" if duration.months < 0 else ""
        years, months = divmod(abs(duration.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return f"{sign}P{text or '0M'}"
    nanos = duration_nanos(duration)
    sign = "-" if nanos < 0 else ""
    seconds, micros = divmod(abs(nanos) // 1000, 1_000_000)
    days, rest = divmod(seconds, DAY_SECONDS)
    hours, rest = divmod(rest, 3600)
    minutes, whole = divmod(rest, 60)
    fraction = f".{micros:06}".rstrip("0") if micros else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{whole}{fraction}S" if whole or fraction else ""
    text = (f"{days}D" if days else "") + (f"T{clock}" if clock else "")
    return f"{sign}P{text or 'T0S'}"


def from_python_time(value: time) -> Time:
    """Take over a stdlib time with its zone."""
    return Time(value.hour, value.minute, value.second, value.microsecond * 1000, _zone_of(value.tzinfo, None))


def from_python_datetime(value: datetime) -> DateTime:
    """Take over a stdlib datetime with its zone."""
    clock = Time(value.hour, value.minute, value.second, value.microsecond * 1000, _zone_of(value.tzinfo, value))
    return DateTime(value.date(), clock)


def _zone_of(info: tzinfo | None, moment: datetime | None) -> Zone | None:
    if info is None:
        return None
    if isinstance(info, ZoneInfo) and info.key:
        return NamedZone(info.key)
    offset = info.utcoffset(moment)
    return Offset(int(offset.total_seconds())) if offset is not None else None
