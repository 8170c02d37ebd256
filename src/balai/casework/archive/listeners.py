"""Files each case when it closes, and counts anew when a letter of it is revoked."""

from uuid import UUID, uuid5

from balai.base import outbox
from balai.base.actors import Actor
from balai.casework.archive import actions
from balai.casework.cases import events as case_events
from balai.casework.issuing import events as issuing_events

ARCHIVE = Actor("system", "clock", name="archive")


@outbox.listener(case_events.CLOSED)
def file_closed(message: outbox.Message) -> None:
    """File the closed case under its class."""
    actions.file_case(
        command_id=uuid5(message.id, "archive"), actor=ARCHIVE, now=message.now, case_id=UUID(message.payload["case"])
    )


@outbox.listener(case_events.DISPUTED)
def hold_disputed(message: outbox.Message) -> None:
    """Hold the case that an objection is about for as long as the objection runs."""
    actions.hold_disputed(
        command_id=uuid5(message.id, "archive"), actor=ARCHIVE, now=message.now, case_id=UUID(message.payload["case"])
    )


@outbox.listener(case_events.CLOSED)
def release_disputed(message: outbox.Message) -> None:
    """Lift what was held because of an objection that closed."""
    actions.release_disputed(
        command_id=uuid5(message.id, "release"), actor=ARCHIVE, now=message.now, case_id=UUID(message.payload["case"])
    )


@outbox.listener(issuing_events.REVOKED)
def recount_revoked(message: outbox.Message) -> None:
    """Count the retention of a filed case anew: the letter's validity ended on the day it was revoked."""
    actions.recount_case(
        command_id=uuid5(message.id, "archive"), actor=ARCHIVE, now=message.now, case_id=UUID(message.payload["case"])
    )
