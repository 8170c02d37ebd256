"""Empties what was settled long ago."""

from datetime import datetime, timedelta
from functools import partial

from balai.base import outbox
from balai.rooms.improvements import actions, queries, rules


@outbox.every(timedelta(hours=6))
def empty_settled(now: datetime) -> int:
    """Empty the words and contacts of reports that were settled 90 days ago."""
    return outbox.each(
        "improvements.empty", lambda limit: queries.list_settled(now - rules.KEPT, limit), partial(actions.empty, now=now),
        now=now,
    )  # fmt: skip
