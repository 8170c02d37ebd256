"""Does the office's seal for service tasks, clears unused numbers, and tells whoever must know of a voided number or a revoked letter."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from balai.base import outbox
from balai.base.actors import Actor
from balai.casework.cases import operations
from balai.casework.issuing import actions, events, flow, queries, stamps
from balai.casework.notices import actions as notices

OFFICE = Actor("system", "clock", name="issuing")


@operations.errand("document.seal")
def seal(call: operations.OperationCall) -> operations.Finish:
    """Make and seal the letter that a service task names; its id, number and code are written under the step."""
    return flow.seal_letter(call)


@operations.errand("meterai.request")
def take_stamp(call: operations.OperationCall) -> operations.Finish:
    """Ask who issues stamp duties for one; its serial is written under the step."""
    return stamps.take_stamp(call)


@outbox.every(timedelta(minutes=10))
def clear_numbers(now: datetime) -> int:
    """Void reserved numbers that nobody can use any more."""
    return outbox.each(
        "issuing.void-number", lambda limit: [letter.id for letter in queries.list_orphans(limit)],
        partial(actions.void_orphan, now=now), now=now,
    )  # fmt: skip


@outbox.every(timedelta(minutes=1), always=True)
def enter_older_letters(now: datetime) -> int:
    """Enter the letters that are older than the public log into it, once; they are proven by when they were entered, and told so."""
    left: list[UUID] = []

    def find(limit: int) -> list[UUID]:
        left.extend(queries.list_older_than_log(limit))
        return left

    done = outbox.each("issuing.enter-letter", find, partial(actions.enter_later, now=now), now=now)
    if left and not done:  # the rest does not hold
        actions.note_all_entered(now)
    return done


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
    """Tell the holder of a letter that it was taken out of force, why, and what they can do."""
    if "by" in message.payload:
        return  # the case whose letter did it tells them so itself
    actions.tell_of_revocation(
        message_id=uuid5(message.id, "holder"), actor=OFFICE, now=message.now, letter_id=UUID(message.payload["letter"])
    )


def _note(kind: str, message: outbox.Message) -> None:
    letter = queries.get_letter(UUID(message.payload["letter"]))
    notices.raise_alert(
        message_id=uuid5(message.id, "alert"), actor=OFFICE, now=message.now, kind=kind, subject=str(letter.id),
        case_id=letter.case_id, detail=letter.number,
    )  # fmt: skip
