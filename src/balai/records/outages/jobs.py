"""The sign of life, and the files outside the process: what the status page says, and the mark that pages read."""

from datetime import datetime, timedelta

from balai.base import outbox, readonly
from balai.records.outages import actions, events, queries, status


@outbox.every(timedelta(minutes=1), always=True)
def give_pulse(now: datetime) -> int:
    """Give a sign of life."""
    actions.give_pulse(now)
    return 0


@outbox.every(timedelta(seconds=5), always=True)
def keep_mark(now: datetime) -> int:
    """Let the mark that pages read follow what the table says."""
    readonly.set_mark(queries.find_read_only())
    return 0


@outbox.every(timedelta(minutes=1), always=True)
def write_status(now: datetime) -> int:
    """Write the status page."""
    status.write(now)
    return 0


@outbox.listener(events.TOPIC_CHANGED, always=True)
def hear_change(message: outbox.Message) -> None:
    """Write the status page at once when something changed."""
    keep_mark(message.now)
    status.write(message.now)
