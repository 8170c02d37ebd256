"""The legal clock against the vectors of the domain reference, and its laws for every calendar and moment."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from balai.base import clock
from balai.base.clock import Calendar, DayHours
from balai.engine.manifest import Period

OFFICE = clock.office_calendar()
SIX_DAYS = replace(OFFICE, name="six-day", hours=clock.load_hours("six-day"), seasons=())
ALWAYS = Calendar(zone=OFFICE.zone, name="always", hours={day: DayHours(time(0, 0), time(0, 0)) for day in range(7)})
MARKET = replace(  # open also on the first of each month, whatever weekday that is
    OFFICE, name="market", open_dates={date(year, month, 1): DayHours(time(8), time(12)) for year in range(2021, 2030) for month in range(1, 13)}
)  # fmt: skip
WITA = ZoneInfo("Asia/Makassar")


def wita(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


def days(amount: int) -> Period:
    return Period(amount, "working-days")


@pytest.mark.parametrize(
    ("received", "amount", "due"),
    [
        ("2026-03-17", 1, "2026-03-25"),
        ("2026-03-17", 3, "2026-03-27"),
        ("2026-03-17", 5, "2026-03-31"),
        ("2026-03-17", 14, "2026-04-14"),
        ("2026-05-13", 3, "2026-05-20"),
        ("2026-12-23", 1, "2026-12-28"),
        ("2026-01-05", 60, "2026-04-10"),
        ("2026-03-13", 28, "2026-04-30"),
    ],
)
def test_vectors_of_the_domain_reference(received: str, amount: int, due: str) -> None:
    start = wita(f"{received}T10:00")
    assert OFFICE.due_date(start, days(amount)) == date.fromisoformat(due)
    assert OFFICE.working_days_between(date.fromisoformat(received), date.fromisoformat(due)) == amount


def test_2026_equals_the_joint_decree_of_17_holidays_and_8_cuti_bersama() -> None:
    kinds = [holiday.kind for holiday in clock.load_holidays() if holiday.day.year == 2026]
    assert (kinds.count("libur_nasional"), kinds.count("cuti_bersama")) == (17, 8)
    assert {holiday.status for holiday in clock.load_holidays() if holiday.day.year == 2026} == {"confirmed"}


def test_2027_is_marked_provisional_and_later_years_unknown() -> None:
    assert OFFICE.certainty(date(2026, 6, 1)) == "confirmed"
    assert OFFICE.certainty(date(2027, 6, 1)) == "provisional"
    assert OFFICE.certainty(date(2031, 6, 1)) == "unknown"


def week_hours(hours: dict[int, DayHours]) -> timedelta:
    calendar = Calendar(WITA, hours)
    return calendar.working_time_between(wita("2026-06-01T00:00"), wita("2026-06-08T00:00"))


def test_working_week_is_37_and_a_half_hours_and_32_and_a_half_in_ramadan() -> None:
    assert week_hours(dict(clock.load_hours("office"))) == timedelta(hours=37, minutes=30)
    assert week_hours(dict(clock.load_hours("six-day"))) == timedelta(hours=37, minutes=30)
    assert week_hours(dict(clock.load_hours("ramadan"))) == timedelta(hours=32, minutes=30)


def test_hours_change_in_ramadan_and_back() -> None:
    before, within = OFFICE.hours_on(date(2026, 2, 18)), OFFICE.hours_on(date(2026, 2, 19))
    assert before is not None and within is not None
    assert (before.opens, within.opens) == (time(7, 30), time(8, 0))
    assert OFFICE.closing(date(2026, 3, 16)) == wita("2026-03-16T15:00")
    assert OFFICE.closing(date(2026, 3, 25)) == wita("2026-03-25T16:00")


def test_ramadan_ends_the_day_before_idul_fitri() -> None:
    feasts = {holiday.day for holiday in clock.load_holidays() if holiday.name.startswith("Hari Raya Idul Fitri")}
    for season in clock.load_ramadan():
        assert season.last + timedelta(days=1) in feasts
        assert (season.last - season.first).days + 1 in {29, 30}


@pytest.mark.parametrize(
    ("at", "day0"),
    [
        ("2026-06-02T05:00", "2026-06-02"),  # before opening: the same day
        ("2026-06-02T16:00", "2026-06-02"),  # at the stroke of closing
        ("2026-06-02T16:00:01", "2026-06-03"),
        ("2026-06-05T17:00", "2026-06-08"),  # Friday evening
        ("2026-06-06T09:00", "2026-06-08"),  # Saturday
        ("2026-03-17T20:00", "2026-03-25"),  # before seven closed days
    ],
)
def test_receipt_after_closing_is_receipt_on_the_next_working_day(at: str, day0: str) -> None:
    assert OFFICE.received_on(wita(at)) == date.fromisoformat(day0)


def test_the_last_working_day_ends_when_the_office_closes() -> None:
    assert OFFICE.add(wita("2026-06-02T09:00"), days(3)) == wita("2026-06-05T16:30")
    assert OFFICE.add(wita("2026-06-02T20:00"), days(3)) == wita("2026-06-08T16:00")


def test_a_day_ends_when_the_office_closes_and_a_closed_one_at_midnight() -> None:
    calendar = clock.office_calendar()
    friday, saturday = date(2026, 6, 5), date(2026, 6, 6)
    assert calendar.end_of(friday) == calendar.closing(friday)
    assert calendar.closing(saturday) is None
    assert calendar.local_date(calendar.end_of(saturday)) == saturday
    assert calendar.local_date(calendar.end_of(saturday) + timedelta(seconds=1)) == date(2026, 6, 7)


def test_zones_decide_the_date() -> None:
    at = datetime(2026, 6, 2, 16, 30, tzinfo=UTC)  # 00:30 on 3 June in Samarinda, 23:30 on 2 June in Jakarta
    assert clock.office_calendar("Asia/Makassar").local_date(at) == date(2026, 6, 3)
    assert clock.office_calendar("Asia/Jakarta").local_date(at) == date(2026, 6, 2)


def test_elapsed_hours_and_calendar_days_do_not_stop_on_holidays() -> None:
    start = wita("2026-03-17T09:00")
    assert OFFICE.add(start, Period(72, "hours")) == wita("2026-03-20T09:00")
    assert OFFICE.due_date(start, Period(5, "days")) == date(2026, 3, 22)
    assert OFFICE.due_date(start, Period(5, "days"), to_working_day=True) == date(2026, 3, 25)


@pytest.mark.parametrize(
    ("start", "period", "due"),
    [
        ("2026-01-31", Period(1, "months"), "2026-02-28"),
        ("2028-01-31", Period(1, "months"), "2028-02-29"),
        ("2028-02-29", Period(1, "years"), "2029-02-28"),
        ("2026-11-15", Period(3, "months"), "2027-02-15"),
        ("2026-08-31", Period(6, "months"), "2027-02-28"),
    ],
)
def test_months_and_years_end_on_the_last_day_of_a_shorter_month(start: str, period: Period, due: str) -> None:
    assert OFFICE.due_date(wita(f"{start}T12:00"), period) == date.fromisoformat(due)


def test_is_open_knows_breaks_fridays_and_closed_days() -> None:
    assert OFFICE.is_open(wita("2026-06-02T07:30"))
    assert not OFFICE.is_open(wita("2026-06-02T12:30"))
    assert not OFFICE.is_open(wita("2026-06-02T16:00"))
    assert OFFICE.is_open(wita("2026-06-05T16:15"))
    assert not OFFICE.is_open(wita("2026-06-05T11:45"))
    assert not OFFICE.is_open(wita("2026-06-06T10:00"))


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-06-02T06:00", "2026-06-02T07:30"),
        ("2026-06-02T12:30", "2026-06-02T13:00"),
        ("2026-06-02T14:00", "2026-06-02T14:00"),
        ("2026-06-05T17:00", "2026-06-08T07:30"),
        ("2026-03-17T16:00", "2026-03-25T07:30"),
    ],
)
def test_next_open(at: str, opens: str) -> None:
    assert OFFICE.next_open(wita(at)) == wita(opens)


def test_working_time_leaves_out_breaks_nights_and_holidays() -> None:
    assert OFFICE.working_time_between(wita("2026-06-02T11:00"), wita("2026-06-02T14:00")) == timedelta(hours=2)
    assert OFFICE.working_time_between(wita("2026-06-05T16:00"), wita("2026-06-08T08:00")) == timedelta(hours=1)
    assert OFFICE.working_time_between(wita("2026-06-08T08:00"), wita("2026-06-05T16:00")) == -timedelta(hours=1)


def test_other_calendars_of_units() -> None:
    saturday = date(2026, 6, 6)
    assert not OFFICE.is_working_day(saturday)
    assert SIX_DAYS.is_working_day(saturday)
    always = ALWAYS
    assert always.is_open(wita("2026-03-21T03:00"))
    assert always.working_time_between(wita("2026-03-20T00:00"), wita("2026-03-22T00:00")) == timedelta(days=2)
    assert always.due_date(wita("2026-03-20T23:00"), days(1)) == date(2026, 3, 21)


def test_exceptional_opening_and_closure_of_one_unit() -> None:
    market_day = date(2026, 6, 7)  # a Sunday
    calendar = replace(
        OFFICE,
        open_dates={market_day: DayHours(time(8), time(12))},
        closed_dates=OFFICE.closed_dates | {date(2026, 6, 8)},
    )
    assert calendar.due_date(wita("2026-06-05T10:00"), days(1)) == market_day
    assert calendar.due_date(wita("2026-06-05T10:00"), days(2)) == date(2026, 6, 9)
    assert calendar.working_days_between(date(2026, 6, 5), date(2026, 6, 9)) == 2


@pytest.mark.parametrize(
    ("paused", "resumed", "unit", "due", "new_due"),
    [
        ("2026-06-03T10:00", "2026-06-08T10:00", "working-days", "2026-06-05T16:30", "2026-06-10T16:00"),
        ("2026-06-03T20:00", "2026-06-08T10:00", "working-days", "2026-06-05T16:30", "2026-06-09T16:00"),
        ("2026-06-02T20:00", "2026-06-02T21:00", "working-days", "2026-06-05T16:30", "2026-06-05T16:30"),
        ("2026-06-03T10:00", "2026-06-03T11:00", "working-days", "2026-06-05T16:30", "2026-06-05T16:30"),
        ("2026-06-03T10:00", "2026-06-04T10:00", "hours", "2026-06-05T09:00", "2026-06-06T09:00"),
        ("2026-06-03T10:00", "2026-06-01T10:00", "hours", "2026-06-05T09:00", "2026-06-05T09:00"),
    ],
)
def test_a_pause_keeps_what_was_left_and_never_resets(
    paused: str, resumed: str, unit: str, due: str, new_due: str
) -> None:
    assert OFFICE.after_pause(wita(due), wita(paused), wita(resumed), unit) == wita(new_due)


def test_reminder_comes_at_the_opening_of_an_earlier_working_day() -> None:
    assert OFFICE.subtract(wita("2026-06-08T16:00"), days(1)) == wita("2026-06-05T07:30")
    assert OFFICE.subtract(wita("2026-06-08T16:00"), Period(2, "hours")) == wita("2026-06-08T14:00")
    assert OFFICE.subtract(wita("2026-06-08T16:00"), Period(3, "days")) == wita("2026-06-05T16:00")


@pytest.mark.parametrize(
    "hours",
    [
        {},
        {7: DayHours(time(8), time(16))},
        {0: DayHours(time(16), time(8))},
        {0: DayHours(time(8), time(16), time(12))},
        {0: DayHours(time(8), time(16), time(12), time(17))},
    ],
)
def test_impossible_hours_are_refused(hours: dict[int, DayHours]) -> None:
    with pytest.raises(ValueError, match=r"hours|break|weekday"):
        Calendar(WITA, hours)


def test_a_calendar_that_never_opens_says_so_instead_of_searching_for_ever() -> None:
    years = frozenset(date(2026, 1, 1) + timedelta(days=ahead) for ahead in range(1500))
    with pytest.raises(ValueError, match="no working day"):
        replace(OFFICE, closed_dates=years).due_date(wita("2026-06-02T10:00"), days(1))


def test_negative_and_unknown_periods_are_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        OFFICE.add(wita("2026-06-02T10:00"), days(-1))
    with pytest.raises(ValueError, match="unknown unit"):
        OFFICE.add(wita("2026-06-02T10:00"), Period(1, "fortnights"))  # type: ignore[arg-type]


# -- laws -------------------------------------------------------------------------------------------------------------

CALENDARS = st.sampled_from([OFFICE, SIX_DAYS, MARKET, ALWAYS, clock.office_calendar("Asia/Jayapura")])
MOMENTS = st.integers(0, 173_000_000).map(lambda seconds: datetime(2022, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
AMOUNTS = st.integers(0, 90)
UNITS = st.sampled_from(["working-days", "working-hours", "days", "hours", "months", "years"])


@given(CALENDARS, MOMENTS, AMOUNTS, AMOUNTS)
def test_adding_a_then_b_is_adding_a_plus_b(calendar: Calendar, start: datetime, a: int, b: int) -> None:
    for unit in ("working-days", "working-hours", "days", "hours"):
        at_once = calendar.add(start, Period(a + b, unit))  # type: ignore[arg-type]
        in_turn = calendar.add(calendar.add(start, Period(a, unit)), Period(b, unit))  # type: ignore[arg-type]
        assert in_turn == at_once


@given(CALENDARS, MOMENTS, MOMENTS, AMOUNTS, UNITS)
def test_later_start_is_never_due_earlier(calendar: Calendar, one: datetime, two: datetime, n: int, unit: str) -> None:
    first, second = sorted((one, two))
    n = n % 5 if unit == "years" else n
    assert calendar.add(first, Period(n, unit)) <= calendar.add(second, Period(n, unit))  # type: ignore[arg-type]


@given(CALENDARS, MOMENTS, AMOUNTS, UNITS)
def test_a_longer_period_is_never_due_earlier_and_never_before_the_start(
    calendar: Calendar, start: datetime, n: int, unit: str
) -> None:
    n = n % 5 if unit == "years" else n
    due = calendar.add(start, Period(n, unit))  # type: ignore[arg-type]
    assert start <= due <= calendar.add(start, Period(n + 1, unit))  # type: ignore[arg-type]


@given(CALENDARS, MOMENTS, AMOUNTS)
def test_counting_back_gives_what_was_added(calendar: Calendar, start: datetime, n: int) -> None:
    day0, due = calendar.received_on(start), calendar.due_date(start, Period(n, "working-days"))
    assert calendar.working_days_between(day0, due) == n
    assert calendar.working_days_between(due, day0) == -n
    assert calendar.is_working_day(due)


@given(CALENDARS, st.dates(date(2022, 1, 1), date(2027, 12, 1)), st.integers(0, 500))
def test_fast_count_of_working_days_equals_counting_one_by_one(calendar: Calendar, start: date, length: int) -> None:
    walked = sum(calendar.is_working_day(start + timedelta(days=ahead)) for ahead in range(1, length + 1))
    assert calendar.working_days_between(start, start + timedelta(days=length)) == walked


@given(CALENDARS, MOMENTS)
def test_next_open_is_open_and_nothing_before_it_is(calendar: Calendar, at: datetime) -> None:
    opens = calendar.next_open(at)
    assert opens >= at
    assert calendar.is_open(opens)
    assert calendar.working_time_between(at, opens) == timedelta()


@given(CALENDARS, MOMENTS, st.integers(1, 60 * 200))
def test_adding_working_time_passes_exactly_that_much(calendar: Calendar, start: datetime, minutes: int) -> None:
    amount = timedelta(minutes=minutes)
    assert calendar.working_time_between(start, calendar.add_working_time(start, amount)) == amount


@given(CALENDARS, MOMENTS, st.integers(1, 60 * 200))
def test_taking_working_time_back_passes_exactly_that_much(calendar: Calendar, end: datetime, minutes: int) -> None:
    amount = timedelta(minutes=minutes)
    begun = calendar.subtract_working_time(end, amount)
    assert calendar.working_time_between(begun, end) == amount
    assert calendar.subtract(end, Period(minutes, "working-hours")) == calendar.subtract_working_time(end, amount * 60)


def test_working_hours_wait_for_the_morning() -> None:
    evening = wita("2026-06-02T15:50")
    assert OFFICE.add(evening, Period(4, "working-hours")) == wita("2026-06-03T11:20")
    assert OFFICE.add(evening, Period(4, "hours")) == wita("2026-06-02T19:50")
    assert OFFICE.subtract(wita("2026-06-03T11:20"), Period(4, "working-hours")) == evening


@given(CALENDARS, MOMENTS, st.integers(1, 60), st.integers(0, 60 * 24 * 8), st.integers(1, 60 * 24 * 20))
def test_working_hours_left_at_a_pause_are_left_after_it(
    calendar: Calendar, start: datetime, hours: int, until_pause: int, length: int
) -> None:
    due = calendar.add(start, Period(hours, "working-hours"))
    paused = start + timedelta(minutes=until_pause)
    resumed = paused + timedelta(minutes=length)
    new_due = calendar.after_pause(due, paused, resumed, "working-hours")
    if paused < due:
        left = calendar.working_time_between(paused, due)
        assert calendar.working_time_between(resumed, new_due) == left


@given(CALENDARS, MOMENTS, st.integers(0, 30), st.integers(0, 60 * 24 * 40), st.integers(0, 60 * 24 * 20))
def test_a_pause_never_brings_the_deadline_forward(
    calendar: Calendar, start: datetime, n: int, until_pause: int, length: int
) -> None:
    due = calendar.add(start, Period(n, "working-days"))
    paused = start + timedelta(minutes=until_pause)
    resumed = paused + timedelta(minutes=length)
    new_due = calendar.after_pause(due, paused, resumed, "working-days")
    assert new_due >= due
    if paused < due and calendar.received_on(paused) == calendar.received_on(resumed):
        assert new_due == due


def test_a_pause_never_brings_forward_a_deadline_on_a_closed_day() -> None:
    due, paused = (
        wita("2026-03-08T23:59"),
        wita("2026-03-02T09:00"),
    )  # a Sunday, as a decree names one; the Monday before
    assert OFFICE.after_pause(due, paused, paused + timedelta(hours=1), "working-days") == due
