"""Whose desk a task lies on, what officers note, and the numbers other systems give."""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.utils.timezone import get_current_timezone, localdate

from balai.base import crypto, intake, journal, sql
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.casework.cases import events, policy, queries
from balai.casework.cases.queries import CaseFace, CaseRow, TaskRow
from balai.casework.catalogue import queries as catalogue
from balai.engine.manifest import AWAITED
from balai.records.offices import queries as offices
from balai.records.offices import roles

_UNTIL = "Pilih hari sesudah hari ini, paling lama 90 hari lagi. / Choose a day after today, at most 90 days from now."


@command("task.claim")
def claim(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, token: str) -> None:
    """Take a task of one's unit onto one's own desk, also from that of somebody who cannot do it.

    :raises Conflict: `task-taken` when a colleague has it.
    """
    with once() as deed:
        case, task, standing = _officers_task(actor, now, case_id, token)
        _require_able(actor, standing, case, task)
        if _taker(task, now) not in (None, actor.person_id):
            raise Conflict("task-taken", by="petugas lain")
        _assign(deed, case, task, actor.person_id, "claim")


@command("task.release")
def release(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, token: str) -> None:
    """Put one's task back among the unit's open tasks."""
    with once() as deed:
        case, task, standing = _officers_task(actor, now, case_id, token)
        _require_able(actor, standing, case, task)
        if task.assignee_id != actor.person_id:
            raise NotAllowed
        _assign(deed, case, task, None, "release")


@command("task.hand-over")
def hand_over(
    *, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, token: str, to: UUID, reason: str
) -> None:
    """Give a task to a colleague who can do it; the holder of the task may, and a head, also of what they may not do themselves.

    :raises Invalid: when the colleague cannot work, does not hold the role, or is barred by four-eyes or as a party.
    """
    with once() as deed:
        case, task, standing = _officers_task(actor, now, case_id, token)
        if not standing.roles_in(task.unit_id) & roles.heads():
            _require_able(actor, standing, case, task)
            if _taker(task, now) not in (None, actor.person_id):
                raise NotAllowed
        step = catalogue.get_service(case.service_id, case.service_key).steps[task.node]
        if to not in offices.list_holders(
            task.unit_path or case.unit_path, task.role, localdate(now), without=case.barred(step)
        ):
            raise Invalid("cannot-take-task")
        _assign(deed, case, task, to, "hand-over", given_reason=bool(reason))


LONGEST_NOTE = 4_000  # characters
PARKED_AT_MOST = timedelta(days=90)


@command("task.park")
def park(
    *, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, token: str, until: date, why: str, words: str = ""
) -> None:
    """Put a task aside until a day on which its officer looks again: something outside the house is waited for.

    It is not shown as the officer's lateness meanwhile, and comes back by itself on that day. The legal clock runs on and nobody
    is told. `why` is `system`, `visit` or `other`, which wants `words`: they are kept as a note. Whose task it is may, and a head.

    :raises Invalid: a day that is not to come or more than 90 days off, or no reason.
    """
    text, today = intake.words(words, 400, "words"), localdate(now)
    if not today < until <= today + PARKED_AT_MOST:
        raise Invalid(fields={"until": _UNTIL})
    if why not in AWAITED or (why == "other" and not text):
        raise Invalid(fields={"words": "Tulis apa yang ditunggu. / Write what is waited for."})
    with once() as deed:
        case, task = _ours(actor, now, case_id, token)
        moment = datetime.combine(until, time.min, get_current_timezone())
        sql.execute("UPDATE cases_task SET parked_until = %s, parked_for = %s WHERE id = %s", [moment, why, task.id])
        if text:
            keep_note(case, actor, now, text)
        _record(deed, case, "park", {"node": task.node, "token": token, "for": why, "until": until.isoformat()})


@command("task.unpark")
def unpark(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, token: str) -> None:
    """Take a parked task up again before its day."""
    with once() as deed:
        case, task = _ours(actor, now, case_id, token)
        sql.execute("UPDATE cases_task SET parked_until = NULL, parked_for = '' WHERE id = %s", [task.id])
        _record(deed, case, "unpark", {"node": task.node, "token": token})


def _ours(actor: Actor, now: datetime, case_id: UUID, token: str) -> tuple[CaseRow, TaskRow]:
    """Lock a task that lies on the actor's desk, or in a unit they head."""
    case, task, standing = _officers_task(actor, now, case_id, token)
    if not standing.roles_in(task.unit_id) & roles.heads():
        _require_able(actor, standing, case, task)
        if task.assignee_id != actor.person_id:
            raise NotAllowed
    return case, task


@command("case.note")
def add_note(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, body: str) -> None:
    """Note something for colleagues; the applicant does not see it, an auditor does."""
    text = intake.words(body, LONGEST_NOTE, "body")
    if not text:
        raise Invalid(fields={"body": "Tulis catatannya dulu. / Write the note first."})
    with once() as deed:
        face = queries.lock_face(case_id)
        _require_officer(actor, face, now)
        case = face.open()
        keep_note(case, actor, now, text)
        _record(deed, case, "note", {"mac": crypto.mac_with(case.key, "note", text.encode()).hex()[:32]})


def keep_note(case: CaseRow, actor: Actor, now: datetime, text: str) -> None:
    """Keep words for colleagues with a case, as part of a deed."""
    sealed = crypto.seal_with(case.key, text.encode(), queries.NOTE)
    sql.insert(
        "cases_note", ("id", "case_id", "author_id", "at", "body_sealed"),
        [(uuid4(), case.id, actor.person_id, now, sealed)],
    )  # fmt: skip


@command("case.external-id")
def file_external_id(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, system: str, value: str) -> None:
    """Store the number under which another system knows this case.

    :raises Conflict: `external-id-taken` when the number belongs to another case.
    """
    with once() as deed:
        face = queries.lock_face(case_id)
        _require_officer(actor, face, now)
        case = face.open()
        added = sql.execute(
            "INSERT INTO cases_externalid (case_id, system, value) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [case.id, system, value],
        )
        if (
            not added
            and sql.row(
                "SELECT 1 FROM cases_externalid WHERE system = %s AND value = %s AND case_id = %s",
                [system, value, case.id],
            )
            is None
        ):
            raise Conflict("external-id-taken")
        _record(deed, case, "external-id", {"system": system})


def _require_officer(actor: Actor, case: CaseFace, now: datetime) -> policy.Standing:
    standing = policy.standing_of(
        actor, applicant_id=case.applicant_id, submitted_by_id=case.submitted_by_id,
        service=catalogue.get_service(case.service_id, case.service_key), unit_path=case.unit_path, now=now,
        parties=case.parties, elsewhere=case.elsewhere,
    )  # fmt: skip
    policy.require_known(standing)
    if not (standing.officer or standing.house):
        raise NotAllowed
    return standing


def _officers_task(actor: Actor, now: datetime, case_id: UUID, token: str) -> tuple[CaseRow, TaskRow, policy.Standing]:
    face = queries.lock_face(case_id)
    standing = _require_officer(actor, face, now)
    case = face.open()
    for task in case.open_tasks:
        if task.token == token:
            if task.role == "applicant":
                raise NotAllowed
            return case, task, standing
    raise Conflict


def _require_able(actor: Actor, standing: policy.Standing, case: CaseRow, task: TaskRow) -> None:
    """Refuse whoever may not do the task. :raises NotAllowed: `not-allowed` or `four-eyes`."""
    step = catalogue.get_service(case.service_id, case.service_key).steps[task.node]
    policy.require_task(actor, standing, step, assignee_id=task.assignee_id, done=case.done, unit_id=task.unit_id)


def _taker(task: TaskRow, now: datetime) -> UUID | None:
    """Name who has a task: nobody, while whose desk it lies on cannot do it."""
    idle = task.assignee_id is not None and queries.find_idle([task.id], now)
    return None if idle else task.assignee_id


def _assign(deed: journal.Deed, case: CaseRow, task: TaskRow, to: UUID | None, action: str, **body: object) -> None:
    # whoever takes it has said that they will do it, whichever unit they sit in
    sql.execute(
        "UPDATE cases_task SET assignee_id = %s, unstaffed = (unstaffed AND %s) WHERE id = %s",
        [to, to is None, task.id],
    )
    _record(deed, case, action, {"node": task.node, "token": task.token, "to": str(to) if to else None, **body})


def _record(deed: journal.Deed, case: CaseRow, action: str, body: dict[str, object]) -> None:
    case.head = deed.record(f"case:{case.id}", action, body | case.stands, head=case.head)
    case.revision += 1
    sql.execute(
        "UPDATE cases_case SET journal_seq = %s, journal_hash = %s, revision = %s, mac = %s WHERE id = %s",
        [case.head.seq, case.head.hash, case.revision, case.mark, case.id],
    )


@command("task.errand")
def pass_on_errand(*, message_id: UUID, actor: Actor, now: datetime, payload: dict[str, str]) -> None:
    """Owe a service task's errand to its courier, which acts outside any transaction."""
    with once() as deed:
        deed.send(events.ERRAND, payload)
