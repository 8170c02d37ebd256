"""What comes when a case's time has run out in silence: the law's answer, at once or once the legal desk confirmed it."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from balai.base import crypto, intake, journal
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.casework.cases import events, queries, rules
from balai.casework.cases.actions.effects import Recorder
from balai.casework.cases.actions.moves import end_all
from balai.casework.cases.actions.tasks import keep_note
from balai.casework.cases.models import AwaitedSilence
from balai.casework.catalogue import queries as catalogue
from balai.records.law import policy as law


def decide(recorder: Recorder, **more: str) -> None:
    """Close a case by the law's answer to silence, as part of a deed.

    Source: UU 30/2014 art. 53 as changed by UU 6/2023 art. 175 (unconfirmed; the service carries the mark).
    """
    basis = recorder.service.time.silence_basis
    end_all(recorder.case, recorder)
    recorder.close("deemed_granted")
    recorder.record("deem", basis=basis.ref if basis else "", status=basis.status if basis else "unconfirmed", **more)
    recorder.finish()


def wait(recorder: Recorder) -> bool:
    """Let a case that silence decided wait until the legal desk confirms it, as part of a deed; tell whether that is new."""
    case, review = recorder.case, recorder.service.time.clock.silence_review
    assert review is not None, "a service without a review decides at once"
    next_at = recorder.calendar.add(recorder.now, review.within)
    _, new = AwaitedSilence.objects.get_or_create(
        case_id=case.id, defaults={"since": recorder.now, "next_at": next_at}
    )  # fmt: skip
    if new:
        recorder.deed.send(events.SILENCE_WAITS, {"case": str(case.id), "round": 0})
        recorder.record("silence-waits", basis=review.basis, status=review.status)
        recorder.finish()
    return new


def escalate(case_id: UUID, now: datetime) -> bool:
    """Tell somebody higher up that a case still waits to be confirmed; tell whether it did."""
    row = AwaitedSilence.objects.filter(case_id=case_id).first()
    rounds = row.rounds if row else 0
    with journal.deed(uuid5(case_id, f"escalate {rounds}"), actor=CLOCK, now=now, name="case.escalate") as deed:
        case = queries.lock_case(case_id)
        held = AwaitedSilence.objects.filter(case_id=case_id, state="waits", rounds=rounds, next_at__lte=now)
        service = catalogue.get_service(case.service_id, case.service_key)
        review = service.time.clock.silence_review
        if deed.repeated or review is None or case.status == "closed":
            return False
        recorder = Recorder(deed, case, service)
        if not held.update(rounds=rounds + 1, next_at=recorder.calendar.add(now, review.within)):
            return False
        deed.send(events.SILENCE_WAITS, {"case": str(case_id), "round": rounds + 1})
        recorder.record("silence-waits", rounds=rounds + 1)
        recorder.finish()
    return True


@command("case.confirm-silence")
def confirm_silence(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID) -> None:
    """Confirm that silence granted a case: it closes by that, and its holder is told.

    :raises NotAllowed: for all but the legal desk, with a second factor, and `own-case`. :raises Conflict: `silence-decided`.
    """
    _require_legal(actor, now, case_id)
    with once() as deed:
        case = queries.lock_case(case_id)
        if case.status == "closed" or not AwaitedSilence.objects.filter(case_id=case_id, state="waits").delete()[0]:
            raise Conflict("silence-decided")
        decide(Recorder(deed, case, catalogue.get_service(case.service_id, case.service_key)), confirmed="legal")


@command("case.decline-silence")
def decline_silence(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, reason: str, basis: str) -> None:
    """Find that silence decided nothing: the case goes on where it stood, and is not deemed again; its officers read why.

    :raises NotAllowed: as to confirm. :raises Invalid: `extension-reason` or `basis-missing`. :raises Conflict: `silence-decided`.
    """
    _require_legal(actor, now, case_id)
    text, ground = intake.line(reason, 400, "reason"), intake.line(basis, 200, "basis")
    if len(text) < rules.SHORTEST_REASON:
        raise Invalid("extension-reason", fields={"reason": "extension-reason"})
    if not ground:
        raise Invalid("basis-missing", fields={"basis": "basis-missing"})
    with once() as deed:
        case = queries.lock_case(case_id)
        held = AwaitedSilence.objects.filter(case_id=case_id, state="waits")
        if case.status == "closed" or not held.update(state="declined"):
            raise Conflict("silence-decided")
        recorder = Recorder(deed, case, catalogue.get_service(case.service_id, case.service_key))
        by = {"by": str(actor.person_id), "at": now.astimezone(UTC).isoformat()}
        case.data[rules.NOT_SILENCE] = {**by, "reason": text, "basis": ground}
        keep_note(case, actor, now, f"{text} ({ground})")
        recorder.record(
            "decline-silence", basis=ground, said=crypto.mac_with(case.key, "note", text.encode()).hex()[:32]
        )
        recorder.finish()


def _require_legal(actor: Actor, now: datetime, case_id: UUID) -> None:
    law.require_legal(actor, now)
    if actor.person_id in queries.list_parties(case_id):
        raise NotAllowed("own-case")
