"""Judges new readings, a few seconds after they were written down."""

from datetime import datetime, timedelta

from balai.base import outbox
from balai.base.models import Access
from balai.casework.readings import actions, queries

JOB = "readings.judge"
SETTLES = timedelta(seconds=3)  # a row may be committed a moment after one with a higher number


@outbox.every(timedelta(seconds=10))
def judge_readings(now: datetime) -> int:
    """Look at each new reading: is it unusual, is somebody to be told, is a head to be alarmed."""
    actions.begin(now)
    rows: list[Access] = []

    def find(limit: int) -> list[Access]:
        rows.extend(queries.list_unjudged(JOB, now - SETTLES, limit))
        return rows

    def judge(row: Access) -> int:
        actions.judge(row, now=now)
        return 1

    done = outbox.each(JOB, find, judge, now=now, key=lambda row: str(row.id))
    if rows:
        actions.move_on(max(row.id for row in rows), now)
    return done
