"""Signing at the desk's door, and the office's seal in the worker: reserve, make outside any transaction, attach and complete.

Stopped between any two lines, nothing is lost, doubled or reused: before the reservation nothing happened; after it the
number waits for the same task; the signature exists in memory only; and the attachment is one transaction with the end
of the task.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from balai.base import access_log
from balai.base.actors import Actor
from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, TooMany
from balai.base.models import SecurityEvent
from balai.casework.cases import operations
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import actions, drafts, policy, queries, signing
from balai.casework.issuing.models import Letter, Sight
from balai.engine import letters
from balai.records.offices import queries as offices
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


def see_letter(actor: Actor, case_id: UUID, task_token: str, now: datetime) -> None:
    """Look at the letter of one task as it will be, all its pages, as its signer must before signing it.

    :raises NotFound, NotAllowed, Conflict, Invalid: as signing does.
    """
    made = drafts.make_draft(actor, cases.read_face(case_id=case_id).number, task_token, now=now)
    drafts.note(actor, made, tuple(range(1, made.pages + 1)), made.pages, now=now)


def sign_letter(actor: Actor, case_id: UUID, task_token: str, passphrase: str, now: datetime) -> Signed:
    """Sign the letter of one task with the actor's own key.

    :raises NotFound, NotAllowed, Conflict, Invalid, TooMany, Unavailable: nothing is lost, and the number is kept.
    """
    return take_pen(actor, passphrase, now).sign(case_id, task_token, now)


def sign_many(actor: Actor, tasks: Sequence[tuple[UUID, str]], passphrase: str, now: datetime) -> tuple[Result, ...]:
    """Sign the letters of up to fifty tasks with one passphrase; each has its own result, one refusal stops no other.

    :raises Invalid: `wrong-passphrase`, `too-many-letters`; :raises TooMany: after five wrong passphrases.
    """
    if len(tasks) > MAX_BATCH:
        raise Invalid("too-many-letters", most=MAX_BATCH)
    pen = take_pen(actor, passphrase, now)
    return tuple(_one(pen, case_id, token, now) for case_id, token in tasks)


def _one(pen: "Pen", case_id: UUID, token: str, now: datetime) -> Result:
    try:
        return Result(case_id, token, pen.sign(case_id, token, now))
    except BalaiError as error:
        return Result(case_id, token, error=error)


def take_pen(actor: Actor, passphrase: str, now: datetime) -> "Pen":
    """Open the actor's key before any number is given out, and slow down whoever guesses.

    :raises NotAllowed: `second-factor`; :raises Invalid: `wrong-passphrase`; :raises TooMany, NotFound, Unavailable:
    """
    if actor.person_id is None or actor.kind != "officer":
        raise NotAllowed
    policy.require_second_factor(actor)
    _require_patience(actor, now)
    person = people.get_person(actor.person_id)
    identity = signing.SignerIdentity(person.id, person.name, person.nik)
    with _noting_wrong(actor, now):
        return Pen(actor, person, signing.signer().unlock(identity, passphrase))


@dataclass(frozen=True, slots=True)
class Pen:
    """A signer with an open key, for one batch; it goes when the request ends."""

    actor: Actor
    person: people.PersonView = field(repr=False)
    hand: signing.Hand

    def sign(self, case_id: UUID, token: str, now: datetime) -> Signed:
        """Sign one letter in three steps; see the module. :raises: as `sign_letter`."""
        actor = self.actor
        done = _signed_before(actor, case_id, token)
        if done is not None:
            return done
        try:
            letter = actions.reserve(actor=actor, now=now, case_id=case_id, token=token, seen=True)
            pdf, signer, seen = self._make(letter, now)
            return Signed(actions.attach(actor=actor, now=now, letter=letter, pdf=pdf, signer=signer, seen=seen))
        except Conflict:  # at whichever step the other window was faster
            done = _signed_before(actor, case_id, token)
            if done is None:
                raise
            return done

    def _make(self, letter: Letter, now: datetime) -> tuple[bytes, letters.PrintedSigner, Sight]:
        """Typeset and sign, outside any transaction; what comes of it lives in memory only."""
        case = cases.read_case(case_id=letter.case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        task = policy.require_signer(self.actor, case, service, letter.token, now)
        signer = queries.signer_of(case, task.role, self.person, now)
        content = queries.content_of(case, service, letter, signer, now)
        seen = queries.require_seen(self.person.id, case.id, letter.token, content)
        try:
            pdf = actions.make(case, service, letter, signer, now)
        except Invalid as refusal:
            actions.tell_of_broken(actor=self.actor, now=now, case_id=case.id, token=letter.token, refusal=refusal)
            raise
        with _noting_wrong(self.actor, now):  # an outside service sees the passphrase only when it signs
            return self.hand.sign(pdf, at=now, place=queries.place_of(case)), signer, seen


def _signed_before(actor: Actor, case_id: UUID, token: str) -> Signed | None:
    """Find the letter this person already signed for this task, so that a repeated click is answered, not refused."""
    found = queries.find_live_letter(case_id, token)
    if found is None or found.state != Letter.State.SIGNED or found.signed_by_id != actor.person_id:
        return None
    return Signed(found, repeated=True)


# ---- the office's seal -----------------------------------------------------------------------------------------------


def seal_letter(call: operations.OperationCall) -> operations.Finish:
    """Number, typeset and seal a letter unattended; the answer attaches it in the transaction that completes the step.

    :raises operations.Failed: when the letter's source is at fault, which trying again cannot mend.
    :raises Unavailable, Conflict: the number is kept for the next try.
    """
    found = queries.find_live_letter(call.case.id, call.token)
    if found is not None and found.state != Letter.State.RESERVED:
        return partial(actions.facts, found)
    hand = signing.signer().seal(call.now)  # before any number is given out
    try:
        letter = actions.reserve_seal(call)
        office = queries.office_of(offices.get_unit_by_id(call.case.unit_id))
        signer = letters.PrintedSigner(office.lines[0], call.case.unit_name, kind="seal")
        pdf = actions.make(call.case, call.service, letter, signer, call.now)
    except Invalid as error:
        raise operations.Failed(error.code) from error
    sealed = hand.sign(pdf, at=call.now, place=office.place)
    return partial(actions.attach_seal, call, letter, sealed, signer)


# ---- whoever guesses -------------------------------------------------------------------------------------------------


@contextmanager
def _noting_wrong(actor: Actor, now: datetime) -> Iterator[None]:
    try:
        yield
    except Invalid as error:
        if error.code == _WRONG:
            access_log.record_security(_WRONG, actor=actor.reference, now=now)
        raise


def _require_patience(actor: Actor, now: datetime) -> None:
    tries = SecurityEvent.objects.filter(kind=_WRONG, actor=actor.reference, at__gt=now - WINDOW).count()
    if tries >= MAX_WRONG:
        raise TooMany(seconds=int(WINDOW.total_seconds()))
