"""What the worker does for cases by the clock: due timers, reminders, run-out deadlines, stale drafts."""

from datetime import datetime, timedelta
from functools import partial

from balai.base import outbox
from balai.casework.cases import queries
from balai.casework.cases.actions import deem, drop_stale_draft, fire, remind, tell_overdue


@outbox.every(timedelta(seconds=2))
def fire_due_timers(now: datetime) -> int:
    """Fire each timer that is due; one whose token is gone is cleared."""
    return outbox.each(
        "cases.fire", lambda limit: queries.list_due_timers(now, limit), lambda timer: fire(*timer, now=now), now=now,
        key=lambda timer: f"{timer[0]} {timer[1]}",
    )  # fmt: skip


@outbox.every(timedelta(seconds=30))
def run_legal_clock(now: datetime) -> int:
    """Remind before deadlines, tell superiors after them, and record deemed decisions, each for itself.

    What is deemed asks not what was told: a worker that died between the two has lost nobody's decision.
    """
    rounds = (
        ("cases.remind", queries.list_to_remind, remind),
        ("cases.tell-overdue", queries.list_overdue, tell_overdue),
        ("cases.deem", queries.list_to_deem, deem),
    )
    return sum(outbox.each(name, partial(find, now), partial(do, now=now), now=now) for name, find, do in rounds)


@outbox.every(timedelta(hours=1))
def forget_stale_drafts(now: datetime) -> int:
    """Forget applications nobody finished."""
    return outbox.each(
        "cases.drop-draft", lambda limit: queries.list_stale_drafts(now, limit),
        lambda draft: drop_stale_draft(*draft, now=now), now=now, key=lambda draft: str(draft[0]),
    )  # fmt: skip
