"""Files each case when it closes."""

from uuid import UUID, uuid5

from balai.base import outbox
from balai.base.actors import Actor
from balai.casework.archive import actions
from balai.casework.cases import events as case_events

ARCHIVE = Actor("system", "clock", name="archive")


@outbox.listener(case_events.CLOSED)
def file_closed(message: outbox.Message) -> None:
    """File the closed case under its class."""
    actions.file_case(
        command_id=uuid5(message.id, "archive"), actor=ARCHIVE, now=message.now, case_id=UUID(message.payload["case"])
    )
