"""Every write of the archive: file a closed case, set its count, place and lift holds."""

from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from balai.base import journal
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotFound
from balai.base.pages import texts
from balai.casework.archive import policy
from balai.casework.archive.models import Hold, Record
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.records.offices import queries as offices


def file_case(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, valid_until: date | None = None) -> None:
    """File a closed case under its class; its retention counts from the event its schedule names."""
    with journal.deed(command_id, actor=actor, now=now, name="archive.file") as deed:
        if deed.repeated:
            return
        case = cases.read_case(case_id=case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        plan = service.archive
        closed = (case.closed_at or now).astimezone(ZoneInfo(service.zone)).date()
        from_day = (valid_until or closed) if plan.from_ == "valid_until" else closed
        due: date | None = None
        if plan.keep is not None and plan.then != "permanent":
            calendar = offices.get_built_calendar(*case.unit_calendar)
            start = datetime.combine(from_day, datetime.min.time(), ZoneInfo(service.zone))
            due = calendar.due_date(start, plan.keep)
        Record.objects.update_or_create(
            case_id=case_id,
            defaults={
                "class_code": plan.class_, "trigger": plan.from_, "triggered_on": from_day,
                "keep_amount": plan.keep.amount if plan.keep else None, "keep_unit": plan.keep.unit if plan.keep else "",
                "falls_due_on": due, "fate": plan.then, "basis": plan.basis, "status": plan.status, "filed_at": now,
            },
        )  # fmt: skip
        deed.record(
            f"archive:{case_id}",
            "file",
            {"class": plan.class_, "due": due.isoformat() if due else None, "fate": plan.then},
        )


def place_hold(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, reason: str, basis: str) -> UUID:
    """Stop a case from being destroyed, open or closed, for a reason and on a legal basis that are kept.

    :raises Invalid: without reason or basis. :raises NotFound: for whoever does not keep this case.
    """
    _require(reason=reason, basis=basis)
    policy.require_keeper(actor, case_id, now)
    digest = journal.digest_of(str(case_id), reason, basis)
    with journal.deed(command_id, actor=actor, now=now, name="archive.hold", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer)
        hold = Hold.objects.create(
            id=uuid4(), case_id=case_id, reason=reason.strip()[:400], basis=basis.strip()[:200], placed_at=now,
            placed_by=actor.reference,
        )  # fmt: skip
        deed.record(f"archive:{case_id}", "hold", {"hold": str(hold.id)})
        deed.answer = str(hold.id)
    return hold.id


def lift_hold(*, command_id: UUID, actor: Actor, now: datetime, hold_id: UUID, reason: str) -> None:
    """Lift one hold for a reason; the others on the case stand.

    :raises Invalid: without a reason. :raises NotFound: when it was never placed, or for whoever does not keep this case.
    :raises Conflict: when somebody lifted it first.
    """
    _require(reason=reason)
    digest = journal.digest_of(str(hold_id), reason)
    with journal.deed(command_id, actor=actor, now=now, name="archive.lift", digest=digest) as deed:
        if deed.repeated:
            return
        hold = Hold.objects.select_for_update().filter(id=hold_id).first()
        if hold is None:
            raise NotFound
        policy.require_keeper(actor, hold.case_id, now)
        if hold.lifted_at is not None:
            raise Conflict
        Hold.objects.filter(id=hold_id).update(
            lifted_at=now, lifted_by=actor.reference, lifted_reason=reason.strip()[:400]
        )
        deed.record(f"archive:{hold.case_id}", "lift", {"hold": str(hold_id)})


def _require(**words: str) -> None:
    """Refuse empty words, each beside its field. :raises Invalid:"""
    missing = {name: texts.say(f"archive.missing.{name}") for name, text in words.items() if not text.strip()}
    if missing:
        raise Invalid(fields=missing)
