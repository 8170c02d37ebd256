"""What messages tell people, and what they hear: that two records of one person were joined."""

from uuid import UUID, uuid5

from balai.base import outbox
from balai.casework.notices import kinds
from balai.records.people import events as people_events
from balai.rooms.messages import actions

kinds.kind(actions.ANSWERED, audience="applicant")
kinds.kind(actions.ASKED, audience="officer", urgency="digest")
kinds.kind(actions.NAMED, audience="officer", urgency="digest")
kinds.kind(actions.LATE, audience="officer", urgency="digest")


@outbox.listener(people_events.TOPIC_PERSONS_JOINED)
def follow_joined(message: outbox.Message) -> None:
    """Let the messages of a joined record follow."""
    actions.follow_person(
        message_id=uuid5(message.id, "messages"), actor=actions.ROOM, now=message.now, kept_id=UUID(message.payload["kept"]),
        gone_id=UUID(message.payload["gone"]),
    )  # fmt: skip
