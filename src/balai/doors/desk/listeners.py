"""Hears of numbers that were voided and letters that were revoked, so that administrators and holders are told of them."""

from uuid import UUID, uuid5

from django.utils.timezone import localdate

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


@outbox.listener(events.REVOKED)
def tell_holder(message: outbox.Message) -> None:
    """Tell the holder of a letter that it was taken out of force, and what they can do."""
    letter = issuing.get_letter(UUID(message.payload["letter"]))
    assert letter.signed_at is not None and letter.revoked_at is not None, "only what was signed is revoked"
    notices.tell_of_revocation(
        message_id=uuid5(message.id, "holder"), actor=DESK, now=message.now, case_id=letter.case_id,
        letter=notices.Revocation(
            letter.title, letter.number, localdate(letter.signed_at), localdate(letter.revoked_at),
            letter.revoked_reason,
        ),
    )  # fmt: skip


def _note(kind: str, message: outbox.Message) -> None:
    letter = issuing.get_letter(UUID(message.payload["letter"]))
    notices.raise_alert(
        message_id=uuid5(message.id, "alert"), actor=DESK, now=message.now, kind=kind, subject=str(letter.id),
        case_id=letter.case_id, detail=letter.number,
    )  # fmt: skip
