"""Time given back: what an outage took from citizens by itself, what it took from an office by its head's reasoned deed alone."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from django.db.models import F
from django.utils.timezone import localdate

from balai.base import intake, journal, sql
from balai.base.actors import CLOCK, Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.casework.cases import events, queries, rules
from balai.casework.cases.actions.effects import Recorder, reminder
from balai.casework.cases.models import Draft
from balai.casework.catalogue import queries as catalogue
from balai.records.offices import policy as offices_policy
from balai.records.outages import actions as outages
from balai.records.outages.queries import Stretch, get_outage

CITIZEN, OBJECTION, OFFICE = "citizen", "objection", "office"
_COLUMNS = ("case_id", "outage_id", "kind", "at", "due_before", "due_after", "reason", "by_person")


def give_back(case_id: UUID, outage: Stretch, *, now: datetime) -> bool:
    """Give a citizen the time back that an outage took from what they have to do on a case; once, and the journal says so.

    It moves their tasks, the timers that watch them, or the period in which they may object; never the office's own time.
    """
    with journal.deed(uuid5(outage.id, f"give back {case_id}"), actor=CLOCK, now=now, name="case.give-back") as deed:
        if deed.repeated:
            return False
        case = queries.lock_case(case_id)
        recorder = Recorder(deed, case, catalogue.get_service(case.service_id, case.service_key))
        kind = OBJECTION if case.status == "closed" else CITIZEN
        moved = _object_until(recorder, outage) if kind == OBJECTION else _move(recorder, outage)
        before, after = moved if moved else (None, None)
        sql.insert("cases_extension", _COLUMNS, [(case.id, outage.id, kind, now, before, after, "", None)])
        if before is None or after is None:
            return False
        recorder.record("give-back", **_told(outage, before, after), kind=kind)
        deed.send(events.TIME_GIVEN, {"case": str(case_id), "outage": str(outage.id), "kind": kind})
        recorder.finish()
    return True


def _told(outage: Stretch, before: datetime, after: datetime) -> dict[str, str]:
    return {
        "outage": str(outage.id), "began_at": outage.began_at.isoformat(), "ended_at": outage.ended_at.isoformat(),
        "due_before": before.isoformat(), "due_after": after.isoformat(),
    }  # fmt: skip


def _move(recorder: Recorder, outage: Stretch) -> tuple[datetime, datetime] | None:
    """Move the citizen's open tasks and their timers; give what the earliest of them was and is."""
    case, moved = recorder.case, list[tuple[datetime, datetime]]()
    theirs = {task.token: task for task in case.open_tasks if rules.is_citizens(recorder.service, task.node)}
    for task in theirs.values():
        if task.due_at is None or task.due_at < outage.began_at or task.opened_at >= outage.ended_at:
            continue
        after = rules.give_back(recorder.calendar, task.due_at, outage.began_at, outage.ended_at, since=task.opened_at)
        sql.execute("UPDATE cases_task SET due_at = %s WHERE id = %s", [after, task.id])
        moved.append((task.due_at, after))
        task.due_at = recorder.dues[task.token] = after
    for token, due_at in queries.list_timers(case.id):
        host = rules.watched(case.state, token)
        since = theirs[host].opened_at if host in theirs else case.paused_at
        if since is None or due_at < outage.began_at or since >= outage.ended_at:
            continue
        after = rules.give_back(recorder.calendar, due_at, outage.began_at, outage.ended_at, since=since)
        sql.execute("UPDATE cases_timer SET due_at = %s WHERE case_id = %s AND token = %s", [after, case.id, token])
        moved.append((due_at, after))
    return min(moved) if moved else None


def _object_until(recorder: Recorder, outage: Stretch) -> tuple[datetime, datetime] | None:
    """Tell until when the holder of a refused case might object, and may now; None when that was over, or there is no such period."""
    case, objection = recorder.case, recorder.service.objection
    if objection is None or case.closed_at is None:
        return None
    before = queries.find_object_until(case.id) or recorder.calendar.add(case.closed_at, objection.within)
    if before < outage.began_at:
        return None
    return before, rules.give_back(
        recorder.calendar, before, outage.began_at, outage.ended_at, since=case.closed_at
    )  # fmt: skip


def extend_drafts(outage: Stretch, *, now: datetime) -> int:
    """Keep unsent applications longer by an outage's length, those that could not be gone on with meanwhile; tell how many."""
    with journal.deed(uuid5(outage.id, "drafts"), actor=CLOCK, now=now, name="draft.give-back") as deed:
        if deed.repeated:
            return 0
        kept = Draft.objects.filter(case__isnull=True, expires_at__gte=outage.began_at, created_at__lt=outage.ended_at)
        count = kept.update(expires_at=F("expires_at") + outage.length)
        deed.record(f"outage:{outage.id}", "drafts-kept", {"drafts": count})
    return count


def settle_outage(outage: Stretch, *, now: datetime) -> bool:
    """Note that an outage's time is given back, once no case is owed it any more."""
    if queries.list_owed_time(outage, 1):
        return False
    outages.note_spread(outage.id, now)
    return True


@command("case.extend-office", answer=lambda told: int(told["count"]))
def extend_office(
    *, command_id: UUID, actor: Actor, now: datetime, outage_id: UUID, numbers: Collection[str], reason: str
) -> int:
    """Give an office the time back that an outage took from it on some cases, for a reason their holders read; tell how many.

    :raises NotFound: for strangers to a case. :raises NotAllowed: for whoever does not head its unit, or `own-case`.
    :raises Invalid: `extension-reason`, `extension-none` when nothing is chosen. :raises Conflict: `extended-already`, or closed.
    """
    reason = intake.line(reason, 400, "reason")
    if len(reason) < rules.SHORTEST_REASON:
        raise Invalid("extension-reason", fields={"reason": "extension-reason"})
    if not numbers:
        raise Invalid("extension-none")
    outage = get_outage(outage_id)
    with once() as deed:
        count = sum(_extend(deed, queries.find_case_id(number), outage, reason) for number in sorted(numbers))
        deed.answer = {"count": count}
    return count


def _extend(deed: journal.Deed, case_id: UUID, outage: Stretch, reason: str) -> bool:
    face = queries.lock_face(case_id)
    person_id, today = deed.actor.person_id, localdate(deed.now)
    if not offices_policy.heads(person_id, [face.unit_path], today):
        raise NotAllowed if offices_policy.holds_post(person_id, face.unit_path, today) else NotFound
    if deed.actor.person_id in face.parties:
        raise NotAllowed("own-case")
    case = face.open()
    if case.status == "closed":
        raise Conflict("case-closed")
    if queries.is_extended(case_id, outage.id, OFFICE):
        raise Conflict("extended-already")
    recorder = Recorder(deed, case, catalogue.get_service(case.service_id, case.service_key))
    promise = rules.promised(recorder.service, case.data)
    before = case.due_at
    if before is None or before < outage.began_at or case.submitted_at >= outage.ended_at or case.paused_at is not None:
        return False  # nothing ran then, or stands still now
    since = max(outage.began_at, case.submitted_at)
    after = recorder.calendar.after_pause(before, since, outage.ended_at, promise.due.unit)
    if after <= before:
        return False  # the office was closed anyway
    case.due_at = after
    case.remind_at = reminder(recorder.service, promise, recorder.calendar, after, deed.now)
    case.overdue_told_at = case.overdue_told_at if after <= deed.now else None
    sql.insert(
        "cases_extension", _COLUMNS,
        [(case.id, outage.id, OFFICE, deed.now, before, after, reason, deed.actor.person_id)],
    )  # fmt: skip
    recorder.record("extend-office", **_told(outage, before, after), kind=OFFICE)
    deed.send(events.TIME_GIVEN, {"case": str(case_id), "outage": str(outage.id), "kind": OFFICE})
    recorder.finish()
    return True
