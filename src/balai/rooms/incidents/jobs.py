"""Minds the clocks of open incidents."""

from datetime import datetime, timedelta

from balai.base import outbox
from balai.rooms.incidents import actions, queries, rules


@outbox.every(timedelta(minutes=5), always=True)
def mind_clocks(now: datetime) -> int:
    """Tell administrators of each clock that runs out within hours, and of each that has run out."""

    def tell(pair: tuple[str, str, str]) -> int:
        actions.mind_clock(queries.as_id(pair[0]), pair[1], pair[2], now=now)
        return 1

    pressing = [
        (str(row.id), one.clock.id, "late" if one.ends_at <= now else "soon")
        for row, one in queries.list_running()
        if one.ends_at - rules.SOON <= now
    ]
    return outbox.each("incidents.mind-clock", lambda limit: pressing[:limit], tell, now=now, key=":".join)
