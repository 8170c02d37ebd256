"""The pure rule of filing: when what is kept falls due."""

from datetime import date, datetime

from balai.base.clock import Calendar
from balai.engine.manifest import Period

PERMANENT = "permanent"


def falls_due(keep: Period | None, fate: str, counted_from: date, calendar: Calendar) -> date | None:
    """Tell the day on which a retention runs out that counts from a day; None for what is kept for ever."""
    if keep is None or fate == PERMANENT:
        return None
    return calendar.due_date(datetime.combine(counted_from, datetime.min.time(), calendar.zone), keep)
