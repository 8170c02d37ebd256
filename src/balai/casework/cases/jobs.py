"""What the worker does for cases by the clock: due timers, reminders, run-out deadlines, stale drafts."""

from datetime import datetime, timedelta
from uuid import uuid5

from balai.base import outbox, sql
from balai.base.actors import CLOCK
from balai.base.errors import Conflict
from balai.casework.cases import queries
from balai.casework.cases.actions import Command, act, deem, drop_stale_drafts, remind, tell_overdue


@outbox.every(timedelta(seconds=2))
def fire_due_timers(now: datetime) -> int:
    """Fire each timer that is due; one whose token is gone is cleared."""
    due = queries.list_due_timers(now)
    for case_id, token, due_at in due:
        command = Command(
            id=uuid5(case_id, f"fire {token} {due_at.isoformat()}"), actor=CLOCK, now=now, case_id=case_id,
            action="fire", token=token,
        )  # fmt: skip
        try:
            act(command)
        except Conflict:
            sql.execute("DELETE FROM cases_timer WHERE case_id = %s AND token = %s", [case_id, token])
    return len(due)


@outbox.every(timedelta(seconds=30))
def run_legal_clock(now: datetime) -> int:
    """Remind before deadlines, tell superiors after them, and record deemed decisions."""
    done = sum(remind(case_id, now) for case_id in queries.list_to_remind(now))
    for case_id in queries.list_overdue(now):
        done += tell_overdue(case_id, now)
        done += deem(case_id, now)
    return done


@outbox.every(timedelta(hours=1))
def forget_stale_drafts(now: datetime) -> int:
    """Forget applications nobody finished."""
    return drop_stale_drafts(now)
