"""Days by rule: `today + 14 days`, `today - 17 years`, `today + 5 working-days`, and how working days are counted.

What counts working days is handed in; an office's own calendar knows its holidays.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple, Protocol

from balai.engine.rules import Function, days_function

UNITS = ("days", "weeks", "months", "years", "working-days")
_RULE = re.compile(r"today(?:\s*([+-])\s*([0-9]{1,3})\s+(day|week|month|year|working-day)s?)?\Z")


class WorkingDays(Protocol):
    """What counts working days; `balai.base.clock.Calendar` is one."""

    def is_working_day(self, day: date) -> bool: ...

    def working_days_between(self, start: date, end: date) -> int: ...


class _PlainWeek:
    """Monday to Friday, without holidays: for whoever has no office's calendar."""

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5

    def working_days_between(self, start: date, end: date) -> int:
        if end < start:
            return -self.working_days_between(end, start)
        weeks, rest = divmod((end - start).days, 7)
        return weeks * 5 + sum(self.is_working_day(start + timedelta(days=one + 1)) for one in range(rest))


PLAIN_WEEK = _PlainWeek()


class DayRule(NamedTuple):
    """So much of a unit after today; before it when negative."""

    amount: int
    unit: str

    def on(self, today: date, calendar: Callable[[], WorkingDays]) -> date:
        """Answer the day that is meant, seen from a day; 1 month after 31 January is the last of February."""
        try:
            if self.unit == "working-days":
                return _working_day(today, self.amount, calendar())
            if self.unit in ("months", "years"):
                return _add_months(today, self.amount * (12 if self.unit == "years" else 1))
            return today + timedelta(days=self.amount * (7 if self.unit == "weeks" else 1))
        except OverflowError:
            return date.max if self.amount > 0 else date.min


@lru_cache(maxsize=256)
def read_day_rule(text: str) -> DayRule | None:
    """Read a day by rule; None for what is none."""
    match = _RULE.match(text.strip())
    if match is None:
        return None
    amount = int(match[2] or 0)
    return DayRule(-amount if match[1] == "-" else amount, f"{match[3]}s" if match[3] else "days")


def day_of(text: str, today: date, calendar: Callable[[], WorkingDays]) -> date:
    """Answer the day that a limit names, an ISO date or a rule that was read before."""
    rule = read_day_rule(text)
    return rule.on(today, calendar) if rule else date.fromisoformat(text)


def _working_day(day: date, amount: int, calendar: WorkingDays) -> date:
    step = timedelta(days=1 if amount >= 0 else -1)
    left = abs(amount)
    for _ in range(7 * abs(amount) + 800):  # an office may close for a season, never for years
        if not left:
            break
        day += step
        left -= calendar.is_working_day(day)
    return day


def _add_months(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


WORKING_DAYS = "working_days"  # under `town`: what expressions count working days by


def working_days_function(calendar: Callable[[], WorkingDays]) -> Function:
    """Make `town.working_days(from, to)`: the working days after one date up to and including another."""
    return days_function(WORKING_DAYS, lambda start, end: calendar().working_days_between(start, end))
