"""What the room hears: that two records of one person were joined, and who signs in, whose pages may be larger."""

from typing import Any
from uuid import UUID, uuid5

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from balai.base import outbox
from balai.base.pages import frames
from balai.records.people import events as people_events
from balai.records.people.models import Account
from balai.rooms.needs import actions, queries


@outbox.listener(people_events.TOPIC_PERSONS_JOINED)
def follow_joined(message: outbox.Message) -> None:
    """Let the need of a joined record follow."""
    actions.follow_person(
        message_id=uuid5(message.id, "needs"), now=message.now, kept_id=UUID(message.payload["kept"]),
        gone_id=UUID(message.payload["gone"]),
    )  # fmt: skip


@receiver(user_logged_in)
def enlarge(sender: Any, request: HttpRequest | None, user: Account, **_: Any) -> None:
    """Make the pages of whoever asked for large type larger, on whatever device they sign in."""
    if request is not None and queries.wants_large(user.pk):
        frames.enlarge(request, True)
