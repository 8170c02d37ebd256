"""Empties what was left without a case long ago."""

from datetime import datetime, timedelta
from functools import partial

from balai.base import outbox
from balai.rooms.counterdays import actions, queries, rules


@outbox.every(timedelta(hours=6))
def empty_left(now: datetime) -> int:
    """Destroy the words and files of applications that were left without a case thirty days ago."""
    return outbox.each(
        "counterdays.empty", lambda limit: queries.list_left(now - rules.KEPT, limit), partial(actions.empty, now=now),
        now=now,
    )  # fmt: skip
