"""What the room hears: that two records of one person were joined."""

from uuid import UUID, uuid5

from balai.base import outbox
from balai.records.people import events as people_events
from balai.rooms.sharing import actions


@outbox.listener(people_events.TOPIC_PERSONS_JOINED)
def follow_joined(message: outbox.Message) -> None:
    """Let the links of a joined record follow."""
    actions.follow_person(
        message_id=uuid5(message.id, "sharing"), now=message.now, kept_id=UUID(message.payload["kept"]),
        gone_id=UUID(message.payload["gone"]),
    )  # fmt: skip
