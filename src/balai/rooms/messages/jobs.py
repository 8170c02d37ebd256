"""What the worker does for messages by the clock: telling of answers that are late."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from balai.base import outbox
from balai.rooms.messages import actions, queries


@outbox.every(timedelta(minutes=5))
def tell_late_answers(now: datetime) -> int:
    """Tell heads, and whoever answers, of answers that are late."""
    return outbox.each("messages.tell-late", partial(queries.list_late, now), partial(_tell, now=now), now=now)


def _tell(thread_id: UUID, *, now: datetime) -> int:
    return actions.tell_late(
        command_id=uuid5(thread_id, f"late {now.isoformat()}"), actor=actions.ROOM, now=now, thread_id=thread_id
    )
