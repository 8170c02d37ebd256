"""What an office may do with its clock, each once and for a reason: more time, and a second return to the applicant."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from balai.base import crypto, intake
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.casework.cases import policy, queries, rules
from balai.casework.cases.actions.effects import Recorder, reminder
from balai.casework.cases.actions.tasks import keep_note
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import queries as catalogue
from balai.engine import manifest


@command("case.extend")
def extend(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, reason: str) -> None:
    """Take the more time that the service's law allows, once, before a case's is over; its holder reads why.

    :raises NotFound: for strangers. :raises NotAllowed: for whoever may not, where the law allows none, or `own-case`.
    :raises Invalid: `extension-reason`. :raises Conflict: `case-closed`, `extended-once`, `extension-late`.
    """
    service = _require(actor, now, case_id, "extension")
    law, text = service.time.clock.extension, _reason(reason)
    assert law is not None, "whoever may extend has a law to do it by"
    with once() as deed:
        case = _open(case_id)
        if rules.EXTENDED in case.data:
            raise Conflict("extended-once")
        if case.due_at is None or (case.paused_at is None and case.due_at <= now):
            raise Conflict("extension-late")
        recorder, before = Recorder(deed, case, service), case.due_at
        rolls = rules.promised(service, case.data).rolls
        case.due_at = recorder.calendar.add(before, law.period, to_working_day=rolls)
        case.data[rules.EXTENDED] = {**_told(actor, now, text), "until": case.due_at.astimezone(UTC).isoformat()}
        if rules.PARTS_TOLD in case.data:  # of the new deadline, the assignee is reminded anew
            case.data[rules.PARTS_TOLD] = [part for part in case.data[rules.PARTS_TOLD] if part != rules.REMINDER]
        case.remind_at, case.overdue_told_at = reminder(service, recorder.calendar, case, now), None
        recorder.happened("extended")
        recorder.record(
            "extend", basis=law.basis, status=law.status, said=_mac(case, text),
            due_before=before.isoformat(), due_after=case.due_at.isoformat(),
        )  # fmt: skip
        recorder.finish()


@command("case.allow-return")
def allow_return(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, reason: str) -> None:
    """Allow that a case goes back to its applicant once more, though the first return should have named every defect.

    :raises NotFound: for strangers. :raises NotAllowed: for whoever may not, where nobody need, or `own-case`.
    :raises Invalid: `extension-reason`. :raises Conflict: `case-closed`, or `return-free` while it has not gone back yet, or may already.
    """
    service = _require(actor, now, case_id, "second_return")
    law, text = service.time.clock.second_return, _reason(reason)
    assert law is not None, "whoever may allow it has a law to do it by"
    with once() as deed:
        case = _open(case_id)
        if not case.sent_back or rules.RETURN_ALLOWED in case.data:
            raise Conflict("return-free")
        recorder = Recorder(deed, case, service)
        case.data[rules.RETURN_ALLOWED] = _told(actor, now, text)
        keep_note(case, actor, now, text)
        recorder.record("allow-return", basis=law.basis, status=law.status, said=_mac(case, text))
        recorder.finish()


def _require(actor: Actor, now: datetime, case_id: UUID, name: str) -> manifest.Service:
    """Refuse whoever may not use a part of the clock's law on a case. :raises NotFound, NotAllowed:"""
    face = queries.read_face(case_id=case_id)
    service = catalogue.get_service(face.service_id, face.service_key)
    standing = policy.standing_of(
        actor, applicant_id=face.applicant_id, submitted_by_id=face.submitted_by_id, service=service,
        unit_path=face.unit_path, now=now, parties=face.parties, elsewhere=face.elsewhere,
    )  # fmt: skip
    policy.require_known(standing)
    law = getattr(service.time.clock, name)
    if law is None or law.by not in standing.roles:
        raise NotAllowed
    return service


def _open(case_id: UUID) -> CaseRow:
    case = queries.lock_case(case_id)
    if case.status == "closed":
        raise Conflict("case-closed")
    return case


def _reason(reason: str) -> str:
    text = intake.line(reason, 400, "reason")
    if len(text) < rules.SHORTEST_REASON:
        raise Invalid("extension-reason", fields={"reason": "extension-reason"})
    return text


def _told(actor: Actor, now: datetime, reason: str) -> dict[str, Any]:
    return {"by": str(actor.person_id), "at": now.astimezone(UTC).isoformat(), "reason": reason}


def _mac(case: CaseRow, text: str) -> str:
    return crypto.mac_with(case.key, "note", text.encode()).hex()[:32]
