"""Every write of messages: one is written, a thread is read, a question needs no answer, a late answer is told."""

import json
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.timezone import localtime

from balai.base import crypto, journal, marks, sql
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, Invalid, NotAllowed, Unavailable
from balai.base.pages.moments import moment
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseRow, CaseView
from balai.casework.notices import actions as notices
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.rooms.messages import events, policy, queries, rules
from balai.rooms.messages.models import APPLICANT, INTERNAL, OFFICE, PUBLIC, Message, Thread

ROOM = Actor("system", "clock", name="messages")
ANSWERED, ASKED, NAMED, LATE = (
    f"room_messages.{name}" for name in ("answered", "asked", "named", "late")
)  # the kinds of what people are told; see listeners.py


def write(
    *, command_id: UUID, actor: Actor, now: datetime, number: str, text: str, kind: str = PUBLIC,
    files: Sequence[queries.File] = (), named: Collection[str] = (), track_code: str = "",
) -> UUID:  # fmt: skip
    """Write into a thread of a case, and tell whom it concerns; `files` are documents kept under the case's key already.

    What an applicant writes sets who answers and by when; what the office writes to them ends that.
    :raises NotFound: for strangers, and the internal thread for everybody but officers.
    :raises Invalid: `message-empty`, `message-too-long`, `too-many-attachments`, or `cannot-name` for whoever does not work on the case.
    """
    text = text.strip()
    _judge(text, files)
    # a file's pages are drawn anew for each click, so only what came and what was named says whether the same is asked
    digest = journal.digest_of(
        number, kind, text, [one.content or str(one.document_id) for one in files], sorted(named)
    )
    with journal.deed(command_id, actor=actor, now=now, name="messages.write", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer["message"])
        view = cases.open_case(actor, number, now=now, purpose=queries.PURPOSE, track_code=track_code)
        policy.require_reader(view.standing, kind)
        side = policy.side_of(view.standing, actor.channel)
        people = _read_named(view, now, named) if kind == INTERNAL else []
        thread_id, message_id = _thread(view.row.id, kind), uuid4()
        _insert(view.row, thread_id, message_id, actor, side, now, text, files, people)
        _mark(thread_id, None if side == APPLICANT else actor.person_id, now)
        if kind == PUBLIC:
            _turn(deed, view, thread_id, side)
        _tell_named(deed, view.row, people, actor)
        body = {"message": str(message_id), "thread": kind, "side": side, "files": len(files)}
        deed.record(f"messages:{view.row.id}", "write", body | {"mac": _mac(view.row, text)})
        deed.send(events.WRITTEN, {"case": str(view.row.id), "message": str(message_id), "thread": kind})
        deed.answer = {"message": str(message_id)}
        return message_id


def _judge(text: str, files: Sequence[queries.File]) -> None:
    if not text and not files:
        raise Invalid("message-empty")
    if len(text) > rules.LONGEST:
        raise Invalid("message-too-long", count=len(text), most=rules.LONGEST)
    if len(files) > rules.MOST_FILES:
        raise Invalid("too-many-attachments", most=rules.MOST_FILES)


def _mac(row: CaseRow, text: str) -> str:
    return crypto.mac_with(row.key, "messages", text.encode()).hex()[:32]


def _read_named(view: CaseView, now: datetime, named: Collection[str]) -> list[UUID]:
    found = rules.named(named, queries.find_colleagues(view, now)) if named else []
    if found is None:
        raise Invalid("cannot-name")
    return found


def _thread(case_id: UUID, kind: str) -> UUID:
    """Give a case's thread, made with its first message, and hold it so that two who write at once take turns."""
    sql.execute(
        "INSERT INTO room_messages_thread (id, case_id, kind) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
        [uuid4(), case_id, kind],
    )
    found = sql.row(
        f"SELECT id FROM room_messages_thread WHERE case_id = %s AND kind = %s{sql.for_update()}", [case_id, kind]
    )
    made = sql.as_uuid(found[0]) if found else None
    assert made is not None
    return made


def _insert(
    row: CaseRow, thread_id: UUID, message_id: UUID, actor: Actor, side: str, now: datetime, text: str,
    files: Sequence[queries.File], named: Sequence[UUID],
) -> None:  # fmt: skip
    kept = [{"document": str(one.document_id), "name": one.name, "size": one.size, "type": one.type} for one in files]
    content = json.dumps({"text": text, "files": kept}, ensure_ascii=False).encode()
    sealed = crypto.seal_with(row.key, content, queries.CONTEXT)
    sql.insert(
        "room_messages_message", ("id", "thread_id", "at", "side", "author_id", "channel", "body_sealed"),
        [(message_id, thread_id, now, side, actor.person_id, actor.channel, sealed)],
    )  # fmt: skip
    marks.write(Message, [message_id])
    sql.insert(
        "room_messages_attachment", ("message_id", "document_id"), [(message_id, one.document_id) for one in files]
    )
    sql.insert("room_messages_mention", ("message_id", "person_id"), [(message_id, person) for person in named])


def _turn(deed: journal.Deed, view: CaseView, thread_id: UUID, side: str) -> None:
    """Pass the word to the other side: who asked waits for an answer, who was answered waits no more."""
    if side == OFFICE:
        Thread.objects.filter(id=thread_id).update(asked_at=None, answer_due_at=None, told_late_at=None)
        notices.tell_holder(deed, view.row, ANSWERED, _about(view))
        return
    working = [task.assignee_id for task in view.row.open_tasks if task.assignee_id and task.role != "applicant"]
    answerer = rules.choose_answerer(working, queries.find_last_answerer(view.row.id))
    due = offices.get_built_calendar(*view.row.unit_calendar).add(deed.now, rules.ANSWER_WITHIN)
    waiting = Thread.objects.filter(id=thread_id, answer_due_at__isnull=True)
    waiting.update(asked_at=deed.now, answer_due_at=due, answerer_id=answerer, told_late_at=None)
    if answerer is not None:
        notices.tell(deed, answerer, ASKED, _about(view, due=due), case=view.row)


def _about(view: CaseView, due: datetime | None = None) -> Any:
    """Say of which case something is told: a function of the reader's language."""

    def facts(lang: str) -> dict[str, object]:
        told: dict[str, object] = {
            "number": view.row.number,
            "service": view.service.text("title", lang),
            "unit": view.row.unit_name,
        }
        return told | ({"due": moment(due, lang)} if due else {})

    return facts


def _tell_named(deed: journal.Deed, row: CaseRow, people: Sequence[UUID], actor: Actor) -> None:
    for person in people:
        if person != actor.person_id:
            notices.tell(deed, person, NAMED, {"number": row.number, "unit": row.unit_name}, case=row)


def _mark(thread_id: UUID, person_id: UUID | None, now: datetime) -> None:
    """Note until when a side, or an officer, has read; part of the caller's deed. A mark never goes back."""
    target = "(thread_id, person_id)" if person_id else "(thread_id) WHERE person_id IS NULL"
    sql.execute(
        f"INSERT INTO room_messages_reading (thread_id, person_id, until) VALUES (%s, %s, %s) ON CONFLICT {target}"
        " DO UPDATE SET until = excluded.until WHERE room_messages_reading.until < excluded.until",
        [thread_id, person_id, now],
    )


def mark_read(*, actor: Actor, now: datetime, view: queries.ThreadView) -> None:
    """Note that somebody has read what a thread held when it was opened to them; nothing where nothing is new."""
    reader = None if view.side == APPLICANT else actor.person_id
    if not view.unread(actor.person_id) or (reader is None and view.side == OFFICE):
        return
    with (
        suppress(Unavailable),
        journal.deed(uuid4(), actor=actor, now=now, name="messages.read"),
    ):  # read-only: read all the same
        _mark(_thread(view.case.row.id, view.kind), reader, view.written[-1].at)


@command("messages.settle")
def settle(*, command_id: UUID, actor: Actor, now: datetime, number: str) -> None:
    """Say that what an applicant wrote last needs no answer ("thank you"); an officer's word.

    :raises NotAllowed: for the applicant's side; :raises Conflict: when nobody waits any more.
    """
    with once() as deed:
        view = cases.open_case(actor, number, now=now, purpose=queries.PURPOSE)
        if policy.side_of(view.standing) != OFFICE:
            raise NotAllowed
        waiting = Thread.objects.filter(case_id=view.row.id, kind=PUBLIC, answer_due_at__isnull=False)
        if not waiting.update(asked_at=None, answer_due_at=None, told_late_at=None):
            raise Conflict
        deed.record(f"messages:{view.row.id}", "settle", {})


def tell_late(*, command_id: UUID, actor: Actor, now: datetime, thread_id: UUID) -> int:
    """Tell whoever heads the unit, and who answers, that an answer is late; once for each question. Tells how many were told."""
    with journal.deed(command_id, actor=actor, now=now, name="messages.tell-late") as deed:
        late = Thread.objects.filter(id=thread_id, answer_due_at__lt=now, told_late_at__isnull=True)
        if deed.repeated or not late.update(told_late_at=now):
            return 0
        thread = queries.get_thread(thread_id)
        row = cases.read_case(case_id=thread.case_id)
        told = dict.fromkeys(_heads(row, now))
        if thread.answerer_id is not None:
            told[thread.answerer_id] = None
        for person in told:
            notices.tell(deed, person, LATE, {"number": row.number, "unit": row.unit_name}, case=row)
        deed.record(f"messages:{row.id}", "late", {"told": len(told)})
        return len(told)


def _heads(row: CaseRow, now: datetime) -> list[UUID]:
    today = localtime(now).date()
    for role in sorted(roles.heads()):
        if found := offices.list_holders(row.unit_path, role, today):
            return list(found)
    return []


@command("messages.follow-person")
def follow_person(*, message_id: UUID, actor: Actor, now: datetime, kept_id: UUID, gone_id: UUID) -> None:
    """Let what a joined record wrote follow to the person it was joined into."""
    with once():
        Message.objects.filter(author_id=gone_id).update(author_id=kept_id)
        Thread.objects.filter(answerer_id=gone_id).update(answerer_id=kept_id)
        for table, of in (("reading", "thread_id"), ("mention", "message_id")):  # there once for each person
            sql.execute(
                f"DELETE FROM room_messages_{table} WHERE person_id = %s AND {of} IN ("
                f"SELECT {of} FROM room_messages_{table} WHERE person_id = %s)",
                [gone_id, kept_id],
            )
            sql.execute(f"UPDATE room_messages_{table} SET person_id = %s WHERE person_id = %s", [kept_id, gone_id])
