"""What of the outbox an operator looks at: messages that wait or are dead, how many, and one put back to waiting at their word."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from balai.base import sql


@dataclass(frozen=True, slots=True)
class Owed:
    """One message as an operator sees it; payloads hold ids only."""

    id: uuid.UUID
    topic: str
    listener: str
    payload: dict[str, Any]
    attempts: int
    created_at: datetime
    due_at: datetime
    last_error: str


def list_owed(state: str, *, limit: int = 100) -> list[Owed]:
    """List the messages in a state, `waiting` or `dead`, those due first. One query."""
    found = sql.rows(
        "SELECT id, topic, listener, payload, attempts, created_at, due_at, last_error FROM base_message"
        " WHERE state = %s ORDER BY due_at LIMIT %s",
        [state, limit],
    )
    return [_owed(row) for row in found]


def _owed(row: tuple[Any, ...]) -> Owed:
    id, created_at, due_at = sql.as_uuid(row[0]), sql.as_datetime(row[5]), sql.as_datetime(row[6])
    assert id is not None and created_at is not None and due_at is not None
    return Owed(id, row[1], row[2], sql.as_json(row[3]), row[4], created_at, due_at, row[7])


def count_owed() -> dict[str, int]:
    """Count the messages that are not done: waiting, of these already failed at least once, and dead. One query."""
    found = sql.row(
        "SELECT (SELECT count(*) FROM base_message WHERE state = 'waiting'),"
        " (SELECT count(*) FROM base_message WHERE state = 'waiting' AND attempts > 0 AND last_error <> ''),"
        " (SELECT count(*) FROM base_message WHERE state = 'dead')"
    )
    assert found is not None
    return dict(zip(("waiting", "failing", "dead"), (int(value) for value in found), strict=True))


def find_struggling(topic: str) -> tuple[int, str] | None:
    """Count the messages of a topic that were tried and not done yet, with the last reason; None when there are none."""
    found = sql.row(
        "SELECT count(*), max(last_error) FROM base_message"
        " WHERE topic = %s AND state = 'waiting' AND attempts > 0 AND last_error <> ''",
        [topic],
    )
    return (int(found[0]), str(found[1])) if found and found[0] else None


def count_attention() -> dict[str, int]:
    """Count the messages nobody tries any more until a person looks, and what jobs could not do. One query."""
    found = sql.row(
        "SELECT (SELECT count(*) FROM base_message WHERE state = 'dead'), (SELECT count(*) FROM base_failure)"
    )
    assert found is not None
    return {"dead": int(found[0]), "failing": int(found[1])}


def revive(message_id: uuid.UUID, now: datetime) -> bool:
    """Put a dead message back to waiting, at an operator's word."""
    with transaction.atomic():
        changed = sql.execute(
            "UPDATE base_message SET state = 'waiting', attempts = 0, due_at = %s WHERE id = %s AND state = 'dead'",
            [now, message_id],
        )
    return bool(changed)
