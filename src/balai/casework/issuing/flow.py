"""Signing at the desk's door: reserve the number, typeset and sign outside any transaction, attach and complete.

Stopped between any two lines, nothing is lost, doubled or reused: before the reservation nothing happened; after it the
number waits for the same task; the signature exists in memory only; and the attachment is one transaction with the end
of the task.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from balai.base import journal
from balai.base.actors import Actor
from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, TooMany
from balai.base.models import SecurityEvent
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import actions, policy, queries, rules, signing
from balai.casework.issuing.models import Letter
from balai.records.people import queries as people

MAX_BATCH = 50
MAX_WRONG = 5  # wrong passphrases within the window, then a pause
WINDOW = timedelta(minutes=15)
_WRONG = "wrong-passphrase"


@dataclass(frozen=True, slots=True)
class Signed:
    """A letter that is signed; `repeated` says that it had been signed before, by the same person for the same task."""

    letter: Letter
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one letter of a batch: signed, or refused with a reason."""

    case_id: UUID
    token: str
    signed: Signed | None = None
    error: BalaiError | None = None


def sign_letter(*, actor: Actor, case_id: UUID, task_token: str, passphrase: str, now: datetime) -> Signed:
    """Sign the letter of one task with the actor's own key.

    :raises NotFound, NotAllowed, Conflict, Invalid, TooMany, Unavailable: nothing is lost, and the number is kept.
    """
    (only,) = sign_many(actor=actor, tasks=[(case_id, task_token)], passphrase=passphrase, now=now)
    if only.error is not None:
        raise only.error
    assert only.signed is not None
    return only.signed


def sign_many(*, actor: Actor, tasks: Sequence[tuple[UUID, str]], passphrase: str, now: datetime) -> tuple[Result, ...]:
    """Sign the letters of up to fifty tasks with one passphrase; each has its own result, one refusal stops no other.

    :raises Invalid: `wrong-passphrase`, `too-many-letters`; :raises TooMany: after five wrong passphrases.
    """
    if len(tasks) > MAX_BATCH:
        raise Invalid("too-many-letters", most=MAX_BATCH)
    identity, hand = _unlock(actor, passphrase, now)
    return tuple(_one(actor, case_id, token, identity, hand, now) for case_id, token in tasks)


def _one(
    actor: Actor, case_id: UUID, token: str, identity: signing.Identity, hand: signing.Hand, now: datetime
) -> Result:
    try:
        return Result(case_id, token, _sign(actor, case_id, token, identity, hand, now))
    except BalaiError as error:
        if error.code == _WRONG:  # an outside service finds out only when it signs
            _note_wrong(actor, now)
        return Result(case_id, token, error=error)


def _sign(
    actor: Actor, case_id: UUID, token: str, identity: signing.Identity, hand: signing.Hand, now: datetime
) -> Signed:
    done = _signed_before(actor, case_id, token)
    if done is not None:
        return done
    letter = actions.reserve(actor=actor, now=now, case_id=case_id, token=token)
    case = cases.read_case(case_id=case_id)
    service = catalogue.get_service(case.service_id, case.service_key)
    task = policy.require_signer(actor, case, service, token, now)
    signer = queries.signer_of(case, task.role, identity.person_id, identity.name, now)
    pdf = actions.make(case, service, letter, signer, now)
    signed = hand.sign(pdf, at=now, place=rules.place_of(queries.town_name(case)))
    try:
        return Signed(actions.attach(actor=actor, now=now, letter=letter, pdf=signed, signer=signer))
    except Conflict:
        done = _signed_before(actor, case_id, token)
        if done is not None:
            return done
        raise


def _signed_before(actor: Actor, case_id: UUID, token: str) -> Signed | None:
    """Find the letter this person already signed for this task, so that a repeated click is answered, not refused."""
    found = queries.find_live_letter(case_id, token)
    if found is None or found.state != Letter.State.SIGNED or found.signed_by_id != actor.person_id:
        return None
    return Signed(found, repeated=True)


# ---- the passphrase --------------------------------------------------------------------------------------------------


def _unlock(actor: Actor, passphrase: str, now: datetime) -> tuple[signing.Identity, signing.Hand]:
    """Open the actor's key before any number is given out, and slow down whoever guesses."""
    if actor.person_id is None or actor.kind != "officer":
        raise NotAllowed
    policy.require_second_factor(actor)
    _require_patience(actor, now)
    person = people.get_person(actor.person_id)
    identity = signing.Identity(person.id, person.name, person.nik)
    try:
        return identity, signing.signer().unlock(identity, passphrase)
    except Invalid as error:
        if error.code == _WRONG:
            _note_wrong(actor, now)
        raise


def _note_wrong(actor: Actor, now: datetime) -> None:
    journal.record_security(_WRONG, actor=actor.reference, now=now)


def _require_patience(actor: Actor, now: datetime) -> None:
    tries = SecurityEvent.objects.filter(kind=_WRONG, actor=actor.reference, at__gt=now - WINDOW).count()
    if tries >= MAX_WRONG:
        raise TooMany(seconds=int(WINDOW.total_seconds()))
