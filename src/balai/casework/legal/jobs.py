"""Replays past cases under proposed versions, batch by batch; tells once a day of confirmations that are to be reviewed."""

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.timezone import localdate

from balai.base import outbox
from balai.casework.legal import actions, queries
from balai.records.law import queries as law

BATCHES = 4  # in a row, so that other jobs have their turn


@outbox.every(timedelta(seconds=2))
def replay_past_cases(now: datetime) -> int:
    """Go on with what is to be replayed."""

    def go_on(proposal_id: UUID) -> int:
        done = 0
        for _ in range(BATCHES):
            done += actions.replay_on(proposal_id, now=now)
        return done

    return outbox.each("legal.replay", queries.list_to_replay, go_on, now=now)


@outbox.every(timedelta(hours=1))
def tell_of_reviews(now: datetime) -> int:
    """Tell the legal officers of confirmations whose day of review has come."""
    found = law.list_untold(localdate(now), 500)
    return actions.tell_of_reviews(found, now=now) if found else 0
