"""Does the office's seal for service tasks, and clears numbers whose task ended without a signature."""

from datetime import datetime, timedelta
from functools import partial

from balai.base import outbox
from balai.casework.cases import operations
from balai.casework.issuing import actions, flow, queries


@operations.errand("document.seal")
def seal(call: operations.Call) -> operations.Finish:
    """Make and seal the letter that a service task names; its id, number and code are written under the step."""
    return flow.seal_letter(call)


@outbox.every(timedelta(minutes=10))
def clear_numbers(now: datetime) -> int:
    """Void reserved numbers that nobody can use any more."""
    return outbox.each(
        "issuing.void-number", lambda limit: [letter.id for letter in queries.list_orphans(limit)],
        partial(actions.void_orphan, now=now), now=now,
    )  # fmt: skip
