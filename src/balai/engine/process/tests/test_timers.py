"""Calendar arithmetic of timers."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balai.engine import rules
from balai.engine.process.timers import (
    Cycle,
    Duration,
    TimerDefinition,
    first_due,
    next_due,
    parse_cycle,
    parse_duration,
    resolve,
)

WITA = timezone(timedelta(hours=8))
NOW = datetime(2026, 1, 31, 9, tzinfo=WITA)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("P1M", datetime(2026, 2, 28, 9, tzinfo=WITA)),
        ("P1Y1M", datetime(2027, 2, 28, 9, tzinfo=WITA)),
        ("P25M", datetime(2028, 2, 29, 9, tzinfo=WITA)),
        ("P11M", datetime(2026, 12, 31, 9, tzinfo=WITA)),
        ("P2W", datetime(2026, 2, 14, 9, tzinfo=WITA)),
        ("P1DT30M", datetime(2026, 2, 1, 9, 30, tzinfo=WITA)),
        ("PT36H", datetime(2026, 2, 1, 21, tzinfo=WITA)),
    ],
)
def test_a_duration_is_reckoned_on_the_calendar(text: str, expected: datetime) -> None:
    assert parse_duration(text).after(NOW) == expected


def test_a_day_is_a_day_and_an_hour_an_hour_when_the_clocks_change() -> None:
    before = datetime(2026, 3, 28, 12, tzinfo=ZoneInfo("Europe/Berlin"))
    assert parse_duration("P1D").after(before).hour == 12
    assert parse_duration("PT24H").after(before).hour == 13


@pytest.mark.parametrize("text", ["", "P", "PT", "10D", "P1", "P1.5D", "P1H", "P-1D", "p1d", "P1DT"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


def test_a_cycle_with_a_start_keeps_its_beat() -> None:
    cycle = parse_cycle("R/2026-01-05T08:00:00+08:00/P7D")
    assert cycle.times == -1 and first_due(cycle, NOW) == datetime(2026, 2, 2, 8, tzinfo=WITA)
    early = datetime(2026, 1, 1, tzinfo=WITA)
    assert first_due(cycle, early) == cycle.start


@given(
    st.integers(60, 10**6),
    st.integers(0, 10**8),
    st.integers(0, 10**9),
)
def test_the_next_beat_lies_ahead_and_on_the_beat(seconds: int, late: int, moment: int) -> None:
    due = datetime.fromtimestamp(moment, UTC)
    following = next_due(Cycle(-1, Duration(seconds=seconds)), due, due + timedelta(seconds=late))
    assert following > due + timedelta(seconds=late) >= due
    assert (following - due) % timedelta(seconds=seconds) == timedelta(0)
    assert following - due - timedelta(seconds=late) <= timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("date", "visit", datetime(2026, 5, 1, tzinfo=WITA)),
        ("date", 'date and time("2026-05-01T10:00:00+08:00")', datetime(2026, 5, 1, 10, tzinfo=WITA)),
        ("date", "visit - duration(\"P1D\")", datetime(2026, 4, 30, tzinfo=WITA)),
        ("duration", 'duration("P3D")', datetime(2026, 2, 3, 9, tzinfo=WITA)),
        ("duration", 'duration("P1M")', datetime(2026, 2, 28, 9, tzinfo=WITA)),
        ("duration", '"PT2H"', datetime(2026, 1, 31, 11, tzinfo=WITA)),
        ("duration", 'if urgent then duration("P1D") else duration("P5D")', datetime(2026, 2, 5, 9, tzinfo=WITA)),
    ],
)  # fmt: skip
def test_a_timer_takes_what_feel_gives(kind: str, text: str, expected: datetime) -> None:
    timer = TimerDefinition(kind, text, expression=rules.compile_expression(text, file="f", line=1, element="t"))
    assert resolve(timer, {"visit": date(2026, 5, 1), "urgent": False}, NOW) == expected


@pytest.mark.parametrize("text", ["nothing", "1 + 1", '"soon"', "true"])
def test_a_timer_that_gets_no_moment_says_so(text: str) -> None:
    timer = TimerDefinition("date", text, expression=rules.compile_expression(text, file="f", line=1, element="t"))
    with pytest.raises(ValueError, match=r"gives|date"):
        resolve(timer, {}, NOW)


@pytest.mark.parametrize(
    ("text", "start", "expected"),
    [
        ("R5/P1M", date(2026, 1, 31), ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
        ("R/P1Y", date(2024, 2, 29), ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("R/2026-01-30T09:00:00+08:00/P1M", date(2026, 2, 1), ["2026-02-28", "2026-03-30", "2026-04-30"]),
        ("R/P1M1D", date(2026, 1, 30), ["2026-03-01", "2026-04-01", "2026-05-03"]),
    ],
)
def test_the_beats_of_a_repetition_are_reckoned_from_its_start(text: str, start: date, expected: list[str]) -> None:
    cycle, began = parse_cycle(text), datetime(start.year, start.month, start.day, 9, tzinfo=WITA)
    beats = [first_due(cycle, began)]
    while len(beats) < len(expected):
        beats.append(next_due(cycle, beats[-1], beats[-1], began))
    assert [str(beat.date()) for beat in beats] == expected


def test_beats_of_months_that_nobody_looked_at_are_skipped() -> None:
    due, late = datetime(2026, 2, 28, 9, tzinfo=WITA), datetime(2026, 6, 30, 9, tzinfo=WITA)
    assert next_due(parse_cycle("R/P1M"), due, late, NOW) == datetime(2026, 7, 31, 9, tzinfo=WITA)
