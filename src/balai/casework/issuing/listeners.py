"""Does the office's seal for service tasks, and clears numbers whose task ended without a signature."""

from datetime import datetime, timedelta

from balai.base import outbox
from balai.casework.cases import operations
from balai.casework.issuing import actions, flow


@operations.errand("document.seal")
def seal(call: operations.Call) -> operations.Finish:
    """Make and seal the letter that a service task names; its id, number and code are written under the step."""
    return flow.seal_letter(call)


@outbox.every(timedelta(minutes=10))
def clear_numbers(now: datetime) -> int:
    """Void reserved numbers that nobody can use any more."""
    return actions.void_orphans(now)
