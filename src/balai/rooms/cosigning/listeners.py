"""What the room does for services, tells people and hears: people are asked, a refusal is told, two records were joined."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from balai.base import outbox
from balai.casework.cases import operations
from balai.casework.notices import kinds
from balai.engine import manifest
from balai.records.people import events as people_events
from balai.rooms.cosigning import actions

kinds.kind(actions.REFUSAL, audience="applicant", page="cosigning.list")


@operations.operation(manifest.COSIGN)
def ask(call: operations.OperationCall) -> Mapping[str, Any]:
    """Ask whom the application names, and wait for them. :raises Waits: while somebody's answer is waited for."""
    agreed = actions.ask(command_id=call.id, now=call.now, case_id=call.case.id, token=call.token)
    if agreed is None:
        raise operations.Waits
    return agreed


@outbox.listener(people_events.TOPIC_PERSONS_JOINED)
def follow_joined(message: outbox.Message) -> None:
    """Let what was recorded at counters follow."""
    actions.follow_person(
        message_id=uuid5(message.id, "cosigning"), now=message.now, kept_id=UUID(message.payload["kept"]),
        gone_id=UUID(message.payload["gone"]),
    )  # fmt: skip
