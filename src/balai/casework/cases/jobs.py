"""What the worker does for cases by the clock: due timers, reminders, run-out deadlines, stale drafts."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from balai.base import outbox
from balai.casework.cases import queries
from balai.casework.cases.actions import (
    deem,
    drop_old_sketch,
    drop_stale_draft,
    escalate,
    fire,
    forget_undo,
    remind,
    tell_overdue,
)
from balai.casework.cases.actions.extension import extend_drafts, give_back, settle_outage
from balai.records.outages import queries as outages


@outbox.every(timedelta(seconds=2))
def fire_due_timers(now: datetime) -> int:
    """Fire each timer that is due, after what an outage took from citizens was given back; one whose token is gone is cleared."""
    done, owed = give_time_back(now)
    return done + outbox.each(
        "cases.fire", lambda limit: [one for one in queries.list_due_timers(now, limit) if one[0] not in owed],
        lambda timer: fire(*timer, now=now), now=now, key=lambda timer: f"{timer[0]} {timer[1]}",
    )  # fmt: skip


def give_time_back(now: datetime) -> tuple[int, set[UUID]]:
    """Give citizens the time back that outages took; tell how much was done, and which cases are still owed it."""
    done, owed = 0, set[UUID]()
    for outage in outages.list_owed():
        done += extend_drafts(outage, now=now)
        done += outbox.each(
            "cases.give-back", partial(queries.list_owed_time, outage), partial(give_back, outage=outage, now=now),
            now=now, key=partial(_key, outage.id),
        )  # fmt: skip
        if not settle_outage(outage, now=now):
            owed |= set(queries.list_owed_time(outage, 10_000))
    return done, owed


def _key(outage_id: UUID, case_id: UUID) -> str:
    return f"{case_id} {outage_id}"


@outbox.every(timedelta(seconds=30))
def run_legal_clock(now: datetime) -> int:
    """Remind before deadlines, tell superiors after them, and record deemed decisions, each for itself.

    What is deemed asks not what was told: a worker that died between the two has lost nobody's decision.
    """
    rounds = (
        ("cases.remind", queries.list_to_remind, remind),
        ("cases.tell-overdue", queries.list_overdue, tell_overdue),
        ("cases.deem", queries.list_to_deem, deem),
        ("cases.escalate", queries.list_to_escalate, escalate),
    )
    return sum(outbox.each(name, partial(find, now), partial(do, now=now), now=now) for name, find, do in rounds)


@outbox.every(timedelta(minutes=1))
def forget_undos(now: datetime) -> int:
    """Throw away how cases stood before moves that can be taken back no more."""
    return outbox.each(
        "cases.forget-undo", partial(queries.list_past_undo, now), partial(forget_undo, now=now), now=now
    )


@outbox.every(timedelta(hours=1))
def forget_stale_drafts(now: datetime) -> int:
    """Forget applications nobody finished, after they were kept longer by whatever outage there was; and what officers began in tasks that are over."""
    give_time_back(now)
    gone = outbox.each("cases.drop-sketch", queries.list_old_sketches, partial(drop_old_sketch, now=now), now=now)
    return gone + outbox.each(
        "cases.drop-draft", lambda limit: queries.list_stale_drafts(now, limit),
        lambda draft: drop_stale_draft(*draft, now=now), now=now, key=lambda draft: str(draft[0]),
    )  # fmt: skip
