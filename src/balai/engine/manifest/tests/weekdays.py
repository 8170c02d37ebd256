"""A working calendar small enough to see through, for playing stories in tests."""

from datetime import UTC, date, datetime, timedelta

from balai.engine import manifest


class Weekdays:
    """A small calendar: Monday to Friday, due at 16:00 local time; enough to see pauses and the end of a period."""

    zone = timedelta(hours=8)

    def add(self, start: datetime, period: manifest.Period, *, to_working_day: bool = False) -> datetime:
        day = (start.astimezone(UTC) + self.zone).date()
        if period.unit == "hours":
            return start + timedelta(hours=period.amount)
        if period.unit == "days":
            day += timedelta(days=period.amount)
            while to_working_day and day.weekday() > 4:
                day += timedelta(days=1)
            return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
        for _ in range(period.amount):
            day += timedelta(days=1)
            while day.weekday() > 4:
                day += timedelta(days=1)
        return datetime(day.year, day.month, day.day, 8, tzinfo=UTC)

    def subtract(self, end: datetime, period: manifest.Period) -> datetime:
        return end - timedelta(days=period.amount)

    def after_pause(
        self, due_at: datetime, paused_at: datetime, resumed_at: datetime, unit: str, *, to_working_day: bool = False
    ) -> datetime:
        return due_at + (resumed_at - paused_at)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5

    def working_days_between(self, start: date, end: date) -> int:
        if end < start:
            return -self.working_days_between(end, start)
        return sum((start + timedelta(days=one + 1)).weekday() < 5 for one in range((end - start).days))

    def passed(self, percent: int, start: datetime, first_due: datetime, due_at: datetime, unit: str) -> datetime:
        return due_at - (first_due - start) * ((100 - percent) / 100)
