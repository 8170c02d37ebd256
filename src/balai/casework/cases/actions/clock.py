"""What time does by itself: fire timers, remind, tell the superior, and let the law's answer to silence come true."""

from datetime import datetime
from uuid import UUID, uuid4, uuid5

from balai.base import journal, sql
from balai.base.actors import CLOCK
from balai.base.errors import Conflict
from balai.casework.cases import queries, rules
from balai.casework.cases.actions import silence
from balai.casework.cases.actions.effects import Recorder, reminder
from balai.casework.cases.actions.moves import Command, act
from balai.casework.catalogue import queries as catalogue


def fire(case_id: UUID, token: str, due_at: datetime, *, now: datetime) -> bool:
    """Fire a timer that is due; one whose token is gone is cleared. Tells whether the timer is done with.

    :raises Conflict: somebody moved the case in this very moment; the token still waits.
    """
    command_id = uuid5(case_id, f"fire {token} {due_at.isoformat()}")
    try:
        act(Command(id=command_id, actor=CLOCK, now=now, case_id=case_id, action="fire", token=token))
    except Conflict:
        if not _clear_timer(case_id, token, now):
            raise
    return True


def _clear_timer(case_id: UUID, token: str, now: datetime) -> bool:
    """Take away a timer whose token is gone; tell whether it was."""
    with journal.deed(uuid4(), actor=CLOCK, now=now, name="case.clear-timer"):
        case = queries.lock_case(case_id)
        if case.status != "closed" and case.state.find(token) is not None:
            return False
        sql.execute("DELETE FROM cases_timer WHERE case_id = %s AND token = %s", [case_id, token])
    return True


def remind(case_id: UUID, now: datetime) -> bool:
    """Remind the assignee of a case once, and tell its head once of each part of its time that has passed; tell whether it was still due."""
    with journal.deed(uuid5(case_id, f"remind {now.isoformat()}"), actor=CLOCK, now=now, name="case.remind") as deed:
        case = queries.lock_case(case_id)
        if deed.repeated or case.status != "open" or case.remind_at is None or case.remind_at > now:
            return False
        recorder = Recorder(deed, case, catalogue.get_service(case.service_id, case.service_key))
        told = _tell_parts(recorder)
        case.remind_at = (
            reminder(recorder.service, recorder.calendar, case, now) if recorder.service.time.clock.warn else None
        )
        recorder.record("remind" if told == [rules.REMINDER] else "warn", **({"percents": told} if any(told) else {}))
        recorder.finish()
    return True


def _tell_parts(recorder: Recorder) -> list[int]:
    """Tell of every part of the time that has passed and was not told; of nothing but the reminder where no other is asked."""
    case, service = recorder.case, recorder.service
    late = [rules.REMINDER]
    if service.time.clock.warn:
        moments = rules.moments_of(service, case.data, recorder.calendar, case.submitted_at, case.due_at)
        late = sorted(part for part, at in moments.items() if at <= recorder.now)
        case.data[rules.PARTS_TOLD] = sorted({*case.data.get(rules.PARTS_TOLD, ()), *late})
    for part in late:
        recorder.happened("reminder" if part == rules.REMINDER else "warning", str(part) if part else "")
    return late


def tell_overdue(case_id: UUID, now: datetime) -> bool:
    """Tell the superior once that the legal time has run out; tell whether that was so."""
    with journal.deed(uuid5(case_id, f"overdue {now.isoformat()}"), actor=CLOCK, now=now, name="case.overdue") as deed:
        case = queries.lock_case(case_id)
        if deed.repeated or not _ran_out(case, now) or case.overdue_told_at is not None:
            return False
        recorder = Recorder(deed, case, catalogue.get_service(case.service_id, case.service_key))
        case.overdue_told_at = now
        recorder.happened("overdue")
        recorder.record("overdue", due_at=case.due_at.isoformat() if case.due_at else None)
        recorder.finish()
    return True


def deem(case_id: UUID, now: datetime) -> bool:
    """Record the deemed decision of a case whose time ran out in silence, where its service says so.

    Source: UU 30/2014 art. 53 as changed by UU 6/2023 art. 175 (unconfirmed; the service carries the mark).
    """
    with journal.deed(uuid5(case_id, f"deem {now.isoformat()}"), actor=CLOCK, now=now, name="case.deem") as deed:
        case = queries.lock_case(case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        if deed.repeated or not _ran_out(case, now) or service.time.silence != "deemed-granted":
            return False
        recorder = Recorder(deed, case, service)
        if service.time.clock.silence_review is not None:
            return silence.wait(recorder)
        silence.decide(recorder)
    return True


def _ran_out(case: queries.CaseRow, now: datetime) -> bool:
    return case.status == "open" and case.due_at is not None and case.due_at < now
