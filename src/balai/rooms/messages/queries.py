"""Every read of messages: a thread opened with its case, what waits for an answer, files, what a person wrote."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Max, Q
from django.utils.timezone import localdate

from balai.base import crypto
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.casework.cases import policy as cases_policy
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseView
from balai.casework.catalogue import queries as catalogue
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.protection import queries as protections
from balai.records.protection.policy import WORDS
from balai.rooms.messages import policy
from balai.rooms.messages.models import APPLICANT, INTERNAL, OFFICE, PUBLIC, Mention, Message, Reading, Thread

CONTEXT = "messages:body"
PURPOSE = "messages"


@dataclass(frozen=True, slots=True)
class File:
    """A file that came with a message."""

    document_id: UUID
    name: str
    size: int
    type: str
    content: str = ""  # keyed digest of what was taken in just now: sent twice, it lies under two ids and is one


@dataclass(frozen=True, slots=True)
class Written:
    """One message, opened."""

    id: UUID
    at: datetime
    side: str
    author_id: UUID | None
    channel: str
    text: str
    files: tuple[File, ...]
    named: tuple[UUID, ...] = ()
    note: bool = False  # an officer's note on the case, from before there were threads


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread opened for somebody who may read it."""

    case: CaseView
    kind: str
    side: str
    written: tuple[Written, ...]
    answer_due_at: datetime | None
    asked_at: datetime | None
    answerer_id: UUID | None
    read_until: Mapping[UUID | None, datetime]  # by officer; None is the applicant's side

    def unread(self, person_id: UUID | None) -> int:
        """Count what the other side, or a colleague, wrote since this reader last looked."""
        until = self.read_until.get(None if self.side == APPLICANT else person_id)
        return sum(
            (until is None or one.at > until) and not self._own(one, person_id) for one in self.written if not one.note
        )

    def seen(self, one: Written) -> bool:
        """Tell whether the other side has read a message."""
        marks = self.read_until.items()
        if one.side == APPLICANT:
            return any(person is not None and until >= one.at for person, until in marks)
        return any(person is None and until >= one.at for person, until in marks)

    def _own(self, one: Written, person_id: UUID | None) -> bool:
        return one.side == APPLICANT if self.side == APPLICANT else one.author_id == person_id


def open_thread(
    actor: Actor, number: str, *, now: datetime, kind: str = PUBLIC, track_code: str = "", purpose: str = PURPOSE
) -> ThreadView:
    """Open a thread with its case; an officer's reading is recorded before anything is shown.

    :raises NotFound: for strangers, and the internal thread for everybody but officers.
    """
    view = cases.open_case(actor, number, now=now, purpose=purpose, track_code=track_code)
    policy.require_reader(view.standing, kind)
    return _read_thread(view, kind, policy.side_of(view.standing, actor.channel))


def _read_thread(view: CaseView, kind: str, side: str) -> ThreadView:
    thread = Thread.objects.filter(case_id=view.row.id, kind=kind).first()
    notes = _notes(view) if kind == INTERNAL else []
    if thread is None:
        return ThreadView(view, kind, side, tuple(notes), None, None, None, {})
    named: dict[UUID, list[UUID]] = {}
    for message_id, person_id in Mention.objects.filter(message__thread=thread).values_list("message_id", "person_id"):
        named.setdefault(message_id, []).append(person_id)
    rows = Message.objects.filter(thread=thread).order_by("at", "id")
    written = [_open(row, view.row.key, tuple(named.get(row.id, ()))) for row in rows]
    if view.hidden:
        written = [_veil(one) for one in written]
    marks: dict[UUID | None, datetime] = dict(Reading.objects.filter(thread=thread).values_list("person_id", "until"))
    ordered = sorted([*notes, *written], key=lambda one: one.at)
    return ThreadView(
        view, kind, side, tuple(ordered), thread.answer_due_at, thread.asked_at, thread.answerer_id, marks
    )


def _open(row: Message, key: bytes, named: tuple[UUID, ...]) -> Written:
    content = open_content(row, key)
    files = tuple(File(UUID(one["document"]), one["name"], one["size"], one["type"]) for one in content["files"])
    return Written(row.id, row.at, row.side, row.author_id, row.channel, content["text"], files, named)


def _veil(one: Written) -> Written:
    """Take the words off a message in the thread of somebody protected, and the names of its files."""
    return replace(one, text=WORDS, files=tuple(replace(file, name=f"({file.type})") for file in one.files))


def open_content(row: Message, key: bytes) -> dict[str, Any]:
    """Open what a message holds: {text, files}. :raises Tampered: when it is not what was sealed."""
    content: dict[str, Any] = json.loads(crypto.open_with(key, bytes(row.body_sealed), CONTEXT))
    return content


def _notes(view: CaseView) -> list[Written]:
    """Give the notes that officers left on the case: they stand among the messages, where work goes on."""
    return [Written(view.row.id, at, OFFICE, author, "desk", body, (), note=True) for at, author, body in view.notes]


def find_colleagues(view: CaseView, now: datetime) -> tuple[UUID, ...]:
    """List who works on a case and can be named: whoever holds one of its roles, or heads. One query for each role."""
    wanted = sorted((frozenset(view.service.roles) | roles.heads()) - roles.apart())
    found: dict[UUID, None] = {}
    for role in wanted:
        for person in offices.list_holders(view.row.unit_path, role, localdate(now)):
            found[person] = None
    for task in view.row.open_tasks:
        if task.assignee_id is not None:
            found[task.assignee_id] = None
    return tuple(found)


def find_attachment(view: ThreadView, document_id: UUID) -> File:
    """Find a file of a thread by its document. :raises NotFound: for a file of another thread, or of somebody protected."""
    if view.case.hidden:
        raise NotFound
    for one in view.written:
        for file in one.files:
            if file.document_id == document_id:
                return file
    raise NotFound


# ---- what stands on other pages -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Summary:
    """A case's threads in numbers, for the card on its page."""

    count: int = 0
    unread: int = 0
    internal: int = 0
    internal_unread: int = 0
    answer_due_at: datetime | None = None


def summarise(view: CaseView, person_id: UUID | None) -> Summary:
    """Count what is written on a case and what this reader has not read. Two queries."""
    applicant = view.standing.holder
    reader = None if applicant else person_id
    mark = Max("readings__until", filter=Q(readings__person_id=reader) if reader else Q(readings__person__isnull=True))
    threads = {
        one: (kind, due, until)
        for one, kind, due, until in Thread.objects.filter(case_id=view.row.id)
        .annotate(until=mark)
        .values_list("id", "kind", "answer_due_at", "until")
    }
    counted = {PUBLIC: 0, INTERNAL: 0 if applicant else len(view.notes)}
    unread = {PUBLIC: 0, INTERNAL: 0}
    if threads:
        for thread_id, at, side, author in Message.objects.filter(thread__case_id=view.row.id).values_list(
            "thread_id", "at", "side", "author_id"
        ):
            kind, _, until = threads[thread_id]
            own = side == APPLICANT if applicant else author == person_id
            counted[kind] += 1
            unread[kind] += not own and (until is None or at > until)
    due = next((due for kind, due, _ in threads.values() if kind == PUBLIC), None)
    return Summary(counted[PUBLIC], unread[PUBLIC], counted[INTERNAL], unread[INTERNAL], due)


@dataclass(frozen=True, slots=True)
class WaitingApplicant:
    """One applicant who waits for an answer."""

    case_id: UUID
    number: str
    service_id: str
    service_key: str
    holder_masked: str
    unit_name: str
    asked_at: datetime
    due_at: datetime
    answerer_id: UUID | None
    applicant_id: UUID | None


def list_waiting(person_id: UUID, *, now: datetime, limit: int = 200) -> list[WaitingApplicant]:
    """List the applicants who wait for an answer in the units where an officer works, those waiting longest first. Three queries."""
    scopes = [
        (role, path) for role, path in offices.list_scopes(person_id, localdate(now)) if role not in roles.apart()
    ]
    if not scopes:
        return []
    within = Q()
    for path in {path for _, path in scopes}:
        within |= Q(case__unit__path__startswith=path)
    found = Thread.objects.filter(within, answer_due_at__isnull=False, kind=PUBLIC).order_by("answer_due_at")
    rows = found.values_list(
        "case_id", "case__number", "case__service_id", "case__service_key", "case__holder_masked", "case__unit__name",
        "asked_at", "answer_due_at", "answerer_id", "case__applicant_id", "case__vault_id", "case__unit__path",
    )[:limit]  # fmt: skip
    guarded = protections.find_posts([row[10] for row in rows])
    return [
        WaitingApplicant(
            case_id,
            number,
            service_id,
            key,
            "" if vault in guarded else holder,
            unit,
            asked_at,
            due_at,
            answerer,
            applicant,
        )
        for case_id, number, service_id, key, holder, unit, asked_at, due_at, answerer, applicant, vault, path in rows
        if asked_at and due_at and cases_policy.working_roles(scopes, catalogue.get_service(service_id, key), path)
    ]


def count_waiting(person_id: UUID) -> int:
    """Count the applicants whose answer is this officer's. One query."""
    return Thread.objects.filter(answerer_id=person_id, answer_due_at__isnull=False).count()


def list_late(now: datetime, limit: int = 100) -> list[UUID]:
    """List the threads whose answer is late and of which nobody was told yet."""
    found = Thread.objects.filter(answer_due_at__lt=now, told_late_at__isnull=True).order_by("answer_due_at")
    return list(found.values_list("id", flat=True)[:limit])


def get_thread(thread_id: UUID) -> Thread:
    """Fetch a thread's row. :raises NotFound:"""
    found = Thread.objects.filter(id=thread_id).first()
    if found is None:
        raise NotFound
    return found


def find_last_answerer(case_id: UUID) -> UUID | None:
    """Find which officer answered last in a case's public thread."""
    found = Message.objects.filter(thread__case_id=case_id, thread__kind=PUBLIC, side=OFFICE).order_by("-at")
    return found.values_list("author_id", flat=True).first()


# ---- what is held about a person ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HeldMessage:
    """One message as the person it is about may have it."""

    number: str
    at: datetime
    side: str
    channel: str
    content: Mapping[str, Any]


def list_about(person_ids: Collection[UUID]) -> list[HeldMessage]:
    """List the messages of the public threads of a person's cases, and what they wrote themselves, opened where a key is left."""
    mine = Q(thread__kind=PUBLIC) & (
        Q(thread__case__applicant_id__in=person_ids) | Q(thread__case__submitted_by_id__in=person_ids)
    )
    own = Q(author_id__in=person_ids)
    found = Message.objects.filter(mine | own).select_related("thread__case__vault").order_by("-at")
    return [HeldMessage(row.thread.case.number, row.at, row.side, row.channel, _content_of(row)) for row in found]


def _content_of(row: Message) -> Mapping[str, Any]:
    vault = row.thread.case.vault
    if vault.wrapped_key is None:
        return {}
    return open_content(row, crypto.unwrap(vault.id, bytes(vault.wrapped_key)))


class ThreadWork(NamedTuple):
    """Where an officer had to do with a thread: of which case, when, and how (answers, named, read)."""

    number: str
    at: datetime
    what: str


def list_work_of(person_ids: Collection[UUID]) -> list[ThreadWork]:
    """List where an officer answers, was named or has read."""
    answers = Thread.objects.filter(answerer_id__in=person_ids, asked_at__isnull=False)
    named = Mention.objects.filter(person_id__in=person_ids)
    read = Reading.objects.filter(person_id__in=person_ids)
    return [
        *(ThreadWork(number, at, "answers") for number, at in answers.values_list("case__number", "asked_at") if at),
        *(
            ThreadWork(number, at, "named")
            for number, at in named.values_list("message__thread__case__number", "message__at")
        ),
        *(ThreadWork(number, at, "read") for number, at in read.values_list("thread__case__number", "until")),
    ]
