"""Moments and repetitions of timer events: ISO 8601 text or FEEL values, reckoned on the calendar.

A month is a month and a day is a day on the local calendar of `now`; hours, minutes and seconds are elapsed time.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Protocol, TypeAlias

_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,7})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9})(?:\.\d{1,9})?S)?)?",
    re.ASCII,
)
_REPEAT = re.compile(r"R(?P<times>\d{0,6})/(?:(?P<start>[^/]+)/)?(?P<every>[^/]+)", re.ASCII)
UNLIMITED = -1
SHORTEST_MONTH = 28
UNSET = "!"  # in the place of a due moment that could not be reckoned


class TimerExpression(Protocol):
    """A compiled FEEL expression, as `balai.engine.rules.compile_expression` makes it."""

    def evaluate(self, scope: Any, *, now: datetime) -> Any: ...


class CountedSpan(Protocol):
    """A length of time that only a calendar can count, such as 10 working days; the manifest's `Period` is one."""

    @property
    def amount(self) -> int: ...

    @property
    def unit(self) -> str: ...


# Tells when a span that starts at a moment has run out; `add` of the handling unit's calendar is one.
Reckon: TypeAlias = Callable[[datetime, Any], datetime]


@dataclass(frozen=True, slots=True)
class Duration:
    """A span of calendar months and days and of elapsed seconds."""

    months: int = 0
    days: int = 0
    seconds: int = 0

    def __bool__(self) -> bool:
        return bool(self.months or self.days or self.seconds)

    @property
    def positive(self) -> bool:
        return bool(self) and self.months >= 0 and self.days >= 0 and self.seconds >= 0

    def times(self, number: int) -> "Duration":
        """Return the span a number of times over."""
        return Duration(self.months * number, self.days * number, self.seconds * number)

    def after(self, moment: datetime) -> datetime:
        """Return the moment this span later: months clamp to the month's last day (31 January + P1M = 28 February)."""
        try:
            return self._after(moment)
        except OverflowError as error:
            raise ValueError("the moment lies beyond the calendar") from error

    def _after(self, moment: datetime) -> datetime:
        if self.months:
            months = moment.year * 12 + moment.month - 1 + self.months
            year, month = divmod(months, 12)
            moment = moment.replace(year=year, month=month + 1, day=min(moment.day, _days_in(year, month + 1)))
        if self.days:
            moment += timedelta(days=self.days)
        if self.seconds:
            zone = moment.tzinfo
            moment = (moment.astimezone(UTC) + timedelta(seconds=self.seconds)).astimezone(zone)
        return moment


@dataclass(frozen=True, slots=True)
class Cycle:
    """A repetition: how often at most (-1 without end), how far apart, and from when."""

    times: int
    every: Duration
    start: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimerDefinition:
    """A timer definition: `kind` is date, duration or cycle; `value` is what its text says, if it is no expression.

    A `span` that was bound to it is counted by a calendar in the place of its duration, or of its cycle's interval.
    """

    kind: str
    text: str
    value: "datetime | date | Duration | Cycle | None" = None
    expression: TimerExpression | None = None
    span: CountedSpan | None = None


def parse_duration(text: str) -> Duration:
    """Parse an ISO 8601 duration such as P10D, P1M or PT2H30M.

    :raises ValueError: the text is not a duration
    """
    found = _DURATION.fullmatch(text.strip())
    if found is None or not any(
        found[name] for name in ("years", "months", "weeks", "days", "hours", "minutes", "seconds")
    ):
        raise ValueError(f"{text!r} is not a duration such as P10D or PT2H")
    part = {name: int(value) for name, value in found.groupdict(default="0").items() if name != "sign"}
    sign = -1 if found["sign"] else 1
    return Duration(
        sign * (part["years"] * 12 + part["months"]),
        sign * (part["weeks"] * 7 + part["days"]),
        sign * (part["hours"] * 3600 + part["minutes"] * 60 + part["seconds"]),
    )


def parse_moment(text: str) -> datetime | date:
    """Parse an ISO 8601 date or date and time.

    :raises ValueError: the text is neither
    """
    text = text.strip()
    try:
        return date.fromisoformat(text) if "T" not in text else datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a date such as 2026-12-31 or 2026-12-31T08:00:00+08:00") from None


def parse_cycle(text: str) -> Cycle:
    """Parse an ISO 8601 repetition such as R3/P1D or R/2026-01-01T08:00:00+08:00/P1M.

    :raises ValueError: the text is not a repetition, or its interval is shorter than a minute
    """
    found = _REPEAT.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{text!r} is not a repetition such as R3/P1D")
    every = parse_duration(found["every"])
    if not every.positive or (not every.months and not every.days and every.seconds < 60):
        raise ValueError(f"{text!r} repeats more often than once a minute")
    start = parse_moment(found["start"]) if found["start"] else None
    if isinstance(start, datetime) and start.tzinfo is not None:
        return Cycle(int(found["times"] or UNLIMITED), every, start)
    if start is not None:
        raise ValueError(f"the start in {text!r} needs a time and a zone such as 2026-01-01T08:00:00+08:00")
    return Cycle(int(found["times"] or UNLIMITED), every)


def parse_timer(kind: str, text: str) -> TimerDefinition:
    """Parse the text of a timer that is not an expression.

    :raises ValueError: the text is not of this kind
    """
    parse = {"date": parse_moment, "duration": parse_duration, "cycle": parse_cycle}[kind]
    value = parse(text)
    if isinstance(value, Duration) and not value.positive and value:
        raise ValueError(f"{text!r} lies in the past")
    return TimerDefinition(kind, text, value)


def resolve(timer: TimerDefinition, scope: Any, now: datetime) -> "datetime | Cycle":
    """Return when a timer that is set now is due: a moment, or a repetition whose first due moment is `first_due`.

    :raises ValueError: its expression gives no date, duration or repetition
    """
    value: Any = timer.value
    if timer.expression is not None:
        value = _from_feel(timer, timer.expression.evaluate(scope, now=now))
    if isinstance(value, Cycle):
        return value
    if isinstance(value, Duration):
        return value.after(now)
    if isinstance(value, datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=now.tzinfo)
    return datetime.combine(value, time(), now.tzinfo)


def first_due(cycle: Cycle, now: datetime) -> datetime:
    """Return the first due moment of a repetition that is set now."""
    if cycle.start is None:
        return cycle.every.after(now)
    return cycle.start if cycle.start >= now else next_due(cycle, cycle.start, now)


def next_due(cycle: Cycle, due: datetime, now: datetime, began: datetime | None = None) -> datetime:
    """Return the due moment after `due`, on the same beat; beats that passed while nobody looked are skipped.

    Reckoned from the beat, not from `now`, so that a late worker does not shift every later reminder. The n-th beat of
    months lies n intervals after the start (ISO 8601), which `began` tells where the repetition names none: reckoned
    from each other, the beats of a 31st would stay on the 28th from the first February on.
    """
    every = cycle.every
    if every.months:
        start, number = cycle.start or began or due, 1
        while (following := every.times(number).after(start)) <= max(due, now):
            number += 1
        return following
    span = timedelta(days=every.days, seconds=every.seconds)
    missed = max(0, (now - due) // span)
    following = every.after(every.times(missed).after(due))
    while following <= now:
        following = every.after(following)
    return following


def pack_beat(due: datetime, began: datetime | None) -> str:
    """Return a beat as a token keeps it: when it is due and, where a month may be too short for it, since when."""
    return due.isoformat() if began is None or began.day <= SHORTEST_MONTH else f"{due.isoformat()} {began.isoformat()}"


def unpack_beat(text: str) -> tuple[datetime, datetime | None]:
    """Return when a beat is due and when its repetition began, None where that makes no difference."""
    due, _, began = text.partition(" ")
    return datetime.fromisoformat(due), datetime.fromisoformat(began) if began else None


def _from_feel(timer: TimerDefinition, value: Any) -> Any:
    if isinstance(value, str):
        return parse_timer(timer.kind, value).value
    if hasattr(value, "to_python"):
        value = value.to_python()
    if isinstance(value, timedelta):
        return Duration(0, 0, int(value.total_seconds()))
    if isinstance(value, datetime | date):
        return value
    months = getattr(value, "months", None)
    if isinstance(months, int):
        return Duration(months)
    text = "nothing" if value is None else repr(value)
    raise ValueError(f"the expression {timer.text!r} gives {text}, no {timer.kind}")


def _days_in(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day
