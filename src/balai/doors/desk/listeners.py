"""Hears of numbers that were voided and letters that were revoked, so that administrators are told of them."""

from uuid import UUID, uuid5

from balai.base import outbox
from balai.base.actors import Actor
from balai.casework.issuing import events
from balai.casework.issuing import queries as issuing
from balai.casework.notices import actions as notices

DESK = Actor("system", "clock", name="desk")


@outbox.listener(events.VOIDED)
def hear_voided(message: outbox.Message) -> None:
    """Note a number that was given and will not be used."""
    _note("voided", message)


@outbox.listener(events.REVOKED)
def hear_revoked(message: outbox.Message) -> None:
    """Note a letter that was taken out of force."""
    _note("revoked", message)


def _note(kind: str, message: outbox.Message) -> None:
    letter = issuing.get_letter(UUID(message.payload["letter"]))
    notices.raise_alert(
        message_id=uuid5(message.id, "alert"), actor=DESK, now=message.now, kind=kind, subject=str(letter.id),
        case_id=letter.case_id, detail=letter.number,
    )  # fmt: skip
