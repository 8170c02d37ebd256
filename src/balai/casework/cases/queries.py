"""Every read of cases: the locked row of the step path, the views of citizen and officer, inboxes, search."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.timezone import localdate

from balai.base import crypto, journal, sql
from balai.base.actors import Actor
from balai.base.errors import NotAllowed, NotFound
from balai.base.models import Access, Entry
from balai.casework.cases import events, policy, rules
from balai.casework.cases.desks import Listed as Listed
from balai.casework.cases.desks import Load as Load
from balai.casework.cases.desks import Stuck as Stuck
from balai.casework.cases.desks import Unstaffed as Unstaffed
from balai.casework.cases.desks import Which as Which
from balai.casework.cases.desks import Work as Work
from balai.casework.cases.desks import as_listed as as_listed
from balai.casework.cases.desks import count_attention as count_attention
from balai.casework.cases.desks import find_case_of_vault as find_case_of_vault
from balai.casework.cases.desks import find_idle as find_idle
from balai.casework.cases.desks import get_whereabouts as get_whereabouts
from balai.casework.cases.desks import get_work as get_work
from balai.casework.cases.desks import list_ids_around as list_ids_around
from balai.casework.cases.desks import list_ids_of as list_ids_of
from balai.casework.cases.desks import list_ids_of_vaults as list_ids_of_vaults
from balai.casework.cases.desks import list_loads as list_loads
from balai.casework.cases.desks import list_stuck as list_stuck
from balai.casework.cases.desks import list_units_of as list_units_of
from balai.casework.cases.desks import list_unstaffed as list_unstaffed
from balai.casework.cases.desks import list_untouched as list_untouched
from balai.casework.cases.desks import list_versions_of as list_versions_of
from balai.casework.cases.desks import share_household as share_household
from balai.casework.cases.extensions import find_extension as find_extension
from balai.casework.cases.extensions import find_object_until as find_object_until
from balai.casework.cases.extensions import is_extended as is_extended
from balai.casework.cases.extensions import list_extendable as list_extendable
from balai.casework.cases.extensions import list_owed_time as list_owed_time
from balai.casework.cases.extensions import list_reasons as list_reasons
from balai.casework.cases.finding import index_hashes as index_hashes
from balai.casework.cases.finding import search_hashes as search_hashes
from balai.casework.cases.lots import count_drawn as count_drawn
from balai.casework.cases.lots import list_used as list_used
from balai.casework.cases.models import Case, Draft, ExternalId, Note, Pause, Task
from balai.casework.cases.own import list_asked as list_asked
from balai.casework.cases.own import list_held_drafts as list_held_drafts
from balai.casework.cases.own import rank_services as rank_services
from balai.casework.cases.rows import ANSWERS as ANSWERS
from balai.casework.cases.rows import HOLDER as HOLDER
from balai.casework.cases.rows import NOT_OWN, as_id, as_moment
from balai.casework.cases.rows import CaseFace as CaseFace
from balai.casework.cases.rows import CaseRow as CaseRow
from balai.casework.cases.rows import TaskRow as TaskRow
from balai.casework.cases.rows import list_parties as list_parties
from balai.casework.cases.rows import lock_case as lock_case
from balai.casework.cases.rows import lock_face as lock_face
from balai.casework.cases.rows import read_case as read_case
from balai.casework.cases.rows import read_face as read_face
from balai.casework.cases.sketches import CASE_LIST as _CASE_LIST
from balai.casework.cases.sketches import SKETCH as SKETCH
from balai.casework.cases.sketches import list_begun as list_begun
from balai.casework.cases.sketches import list_old_sketches as list_old_sketches
from balai.casework.cases.sketches import list_others as list_others
from balai.casework.cases.sketches import list_turns as list_turns
from balai.casework.cases.standings import row_mark as row_mark
from balai.casework.cases.undoing import Undoable as Undoable
from balai.casework.cases.undoing import begins as begins
from balai.casework.cases.undoing import list_past_undo as list_past_undo
from balai.casework.cases.undoing import list_undoable as list_undoable
from balai.casework.cases.worklist import ANY as ANY
from balai.casework.cases.worklist import Cursor as Cursor
from balai.casework.cases.worklist import Heap as Heap
from balai.casework.cases.worklist import ListFilter as ListFilter
from balai.casework.cases.worklist import ListScope as ListScope
from balai.casework.cases.worklist import PlaceInList as PlaceInList
from balai.casework.cases.worklist import Sort as Sort
from balai.casework.cases.worklist import State as State
from balai.casework.cases.worklist import count_desks as count_desks
from balai.casework.cases.worklist import count_inbox as count_inbox
from balai.casework.cases.worklist import count_work as count_work
from balai.casework.cases.worklist import cursor_of as cursor_of
from balai.casework.cases.worklist import find_place as find_place
from balai.casework.cases.worklist import get_scope as get_scope
from balai.casework.cases.worklist import list_inbox as list_inbox
from balai.casework.cases.worklist import list_opened as list_opened
from balai.casework.cases.worklist import list_tasks as list_tasks
from balai.casework.cases.worklist import list_work as list_work
from balai.casework.cases.worklist import list_work_views as list_work_views
from balai.casework.cases.worklist import sum_up as sum_up
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, manifest
from balai.records.documents import queries as documents
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.people import queries as people
from balai.records.people.rules import normalise_email, normalise_phone
from balai.records.protection import policy as protection

CODE_LIFE = timedelta(minutes=10)  # how long a code that proves a contact may be typed
DRAFT = "draft:answers"
NOTE = "case:note"


def find_case_id(number: str) -> UUID:
    """Find a case's id by its number; who may do anything with it is the action's question. :raises NotFound:"""
    row = sql.row("SELECT id FROM cases_case WHERE number = %s", [rules.read_number(number)])
    if row is None:
        raise NotFound
    return as_id(row[0])


# ---- what rules, letters and notices see ----------------------------------------------------------------------------


def reserved(case: CaseRow, service: manifest.Service, now: datetime) -> dict[str, Any]:
    """Build the reserved names beside a case's own data: `case`, `applicant`, `unit`, `town`."""
    local = case.submitted_at.astimezone(ZoneInfo(service.zone))
    return {
        "case": {
            "number": case.number,
            "submitted_at": case.submitted_at,
            "submitted_date": local.date(),
            "channel": case.channel,
        },
        "applicant": rules.typed_applicant(case.data.get("applicant", {})),
        "unit": {"code": case.unit_code, "name": case.unit_name, "kind": case.unit_kind, "area": case.unit_area},
        "town": service.town_at(local.date()),
    }


def expect_promise(
    service: manifest.Service, answers: Mapping[str, Any], known: Mapping[str, Any], now: datetime, channel: str
) -> manifest.Promise:
    """Tell what an application would be promised if it were submitted now; `known` holds `applicant` and `town`."""
    case = {"submitted_at": now, "submitted_date": now.astimezone(ZoneInfo(service.zone)).date(), "channel": channel}
    return service.time.promise({**known, "case": case, "apply": answers}, now)


def say_promise(
    service: manifest.Service, answers: Mapping[str, Any] | None, known: Mapping[str, Any], now: datetime, channel: str,
    lang: str,
) -> str:  # fmt: skip
    """Say how long the office may take for these answers; all the service's periods where there are none yet."""
    if answers is None:
        return "; ".join(service.promised(one, lang) for one in service.time.promises)
    return expect_promise(service, answers, known, now, channel).due.text(lang)


def scope(case: CaseRow, service: manifest.Service, now: datetime) -> dict[str, Any]:
    """Build everything an expression may read: the typed data and the reserved names."""
    return {**rules.typed(service, case.data), **reserved(case, service, now)}


# ---- views ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of a case's timeline."""

    at: datetime
    action: str
    node: str
    body: Mapping[str, Any]
    actor: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case opened for someone who may see it."""

    row: CaseRow
    service: manifest.Service
    standing: policy.Standing
    data: Mapping[str, Any]
    timeline: tuple[Happening, ...]
    pauses: tuple[Pause, ...]
    notes: tuple[tuple[datetime, UUID, str], ...]
    external_ids: tuple[tuple[str, str], ...]
    reasons: Mapping[str, str] = field(default_factory=dict)  # why heads took more time, by outage
    hidden: bool = False  # whose case it is is protected: no address, phone, papers or letters for this reader

    @property
    def my_tasks(self) -> list[TaskRow]:
        """The open tasks this viewer's side may do."""
        if self.standing.holder:
            return [task for task in self.row.open_tasks if task.role == "applicant"]
        return [task for task in self.row.open_tasks if task.role in self.standing.roles]

    def why_open(self, task: TaskRow, lang: str) -> str:
        """Tell why a failure brought a task here (again), in the service's words; "" where it came on its ordinary way."""
        opened = ["open", task.node, task.token]
        for happening in reversed(self.timeline):
            if opened in happening.body.get("moves", ()):
                events = happening.body.get("passed", ())
                return next((why for node in events if (why := self.service.text(f"events.{node}.why", lang, ""))), "")
        return ""

    @property
    def course(self) -> tuple[Happening, ...]:
        """What happened to the case, without moves that were taken back, and that they were."""
        after = [*(one.action for one in self.timeline[1:]), ""]
        kept = zip(self.timeline, after, strict=True)
        return tuple(one for one, following in kept if "undo" not in (one.action, following))

    @property
    def done_nodes(self) -> frozenset[str]:
        """Every element the case has passed, for the picture."""
        return frozenset(
            node for happening in self.course for node in happening.body.get("passed", ()) if isinstance(node, str)
        )


def open_case(actor: Actor, number: str, *, now: datetime, purpose: str = "casework", track_code: str = "") -> CaseView:
    """Open a case for its holder or an officer; an officer's or agent's reading is recorded before anything is shown.

    :raises NotFound: for strangers, and for a wrong tracking code.
    """
    face = read_face(number=number)
    proven = bool(track_code) and crypto.lookup_hash("track", track_code.strip().upper()) == _track_hash(face.id)
    standing = policy.standing_of(
        actor, applicant_id=face.applicant_id, submitted_by_id=face.submitted_by_id,
        service=catalogue.get_service(face.service_id, face.service_key), unit_path=face.unit_path, now=now,
        parties=face.parties, proven_by_link=proven,
    )  # fmt: skip
    try:
        policy.require_known(standing)
    except (NotFound, NotAllowed):
        _record_refusal(actor, face, purpose, now)
        raise
    if not (proven or (standing.holder and actor.person_id == face.applicant_id)):
        journal.record_access(actor, purpose=purpose, object=f"case:{face.id}", person_id=face.applicant_id, now=now)
    return view(face.open(), standing, hidden=is_veiled(actor, face, now))


def is_veiled(actor: Actor, face: CaseFace, now: datetime) -> bool:
    """Tell whether a case, or whose it is, is protected from this reader; it raises the alarm."""
    return protection.is_hidden(actor, face.applicant_id, now, vault_id=face.vault_id)


def _record_refusal(actor: Actor, face: CaseFace, purpose: str, now: datetime) -> None:
    """Write down that somebody who is known asked for another's case and was refused; nothing of it was shown."""
    if actor.person_id is not None or actor.kind == "machine":
        journal.record_access(
            actor, purpose=purpose, object=f"case:{face.id}", person_id=face.applicant_id, now=now, refused=True
        )


def record_list(actor: Actor, what: str, rows: Iterable[tuple[UUID | None, UUID | None]], *, now: datetime) -> None:
    """Write down that a list of others' cases is about to be shown: one row, with everybody and every case in it.

    `rows` are (case, applicant); `what` names the list: "inbox", "search". Nothing is written of an empty list.
    """
    members = {one for row in rows for one in row if one is not None and one != actor.person_id}
    if members:
        journal.record_access(
            actor, purpose="list", object=f"list:{what}", person_id=None, now=now, members=members
        )  # fmt: skip


def audit_case(actor: Actor, number: str, *, now: datetime, purpose: str) -> CaseView:
    """Open a case for an auditor, who says what for; the reading is recorded with that purpose before anything is shown.

    :raises NotFound: for whoever is no auditor, and for a number that is none. :raises NotAllowed: `own-case` for a party to it.
    """
    standing = policy.require_auditor(actor, now)
    face = read_face(number=number)
    own = actor.person_id in face.parties
    journal.record_access(
        actor, purpose=f"audit: {purpose}", object=f"case:{face.id}", person_id=face.applicant_id, now=now, refused=own
    )
    if own:
        raise NotAllowed("own-case")
    return view(face.open(), standing, hidden=is_veiled(actor, face, now))


def require_not_own(actor: Actor, case_id: UUID) -> None:
    """Keep whoever is a party to a case from auditing it. Up to one query. :raises NotAllowed: `own-case`."""
    if actor.person_id in list_parties(case_id):
        raise NotAllowed("own-case")


def require_shown(actor: Actor, vault_id: UUID, *, now: datetime) -> None:
    """Let a reader at the papers under a case's vault only where its applicant is not protected from them.

    :raises NotAllowed: `protected-person`.
    """
    found = sql.row("SELECT applicant_id FROM cases_case WHERE vault_id = %s", [vault_id])
    if found and protection.is_hidden(actor, sql.as_uuid(found[0]), now, vault_id=vault_id):
        raise NotAllowed("protected-person")


def list_holders(*, numbers: Collection[str] = (), case_ids: Collection[UUID] = ()) -> list[tuple[UUID, UUID | None]]:
    """List of cases, by their numbers or ids, whose they are: what a list of numbers alone is recorded by. One query for 500."""
    wanted: list[Any] = list(numbers or case_ids)
    by = "number__in" if numbers else "id__in"
    found: list[tuple[UUID, UUID | None]] = []
    for low in range(0, len(wanted), 500):
        found += Case.objects.filter(**{by: wanted[low : low + 500]}).values_list("id", "applicant_id")
    return found


def list_numbers(case_ids: Collection[UUID]) -> dict[UUID, str]:
    """Give the numbers of several cases."""
    return dict(Case.objects.filter(id__in=case_ids).values_list("id", "number"))


def view(row: CaseRow, standing: policy.Standing, *, hidden: bool = False) -> CaseView:
    """Gather everything a case page shows; the caller has authorised and recorded the reading.

    `hidden` takes off what a protection hides: where the applicant is and how to reach them, every file, the words of notes and of
    officers' reasons; of who has no record the name too.
    """
    service = catalogue.get_service(row.service_id, row.service_key)
    if hidden:
        row = veil(row, service)
    notes: tuple[tuple[datetime, UUID, str], ...] = ()
    if standing.roles or standing.house or standing.auditor:
        notes = tuple(
            (
                note.at,
                note.author_id,
                protection.WORDS if hidden else crypto.open_with(row.key, note.body_sealed, NOTE).decode(),
            )
            for note in Note.objects.filter(case_id=row.id).order_by("at")
        )
    timeline = list_timeline(row.id)
    reasons = list_reasons(row.id) if any(one.action == "extend-office" for one in timeline) else {}
    return CaseView(
        row=row,
        service=service,
        standing=standing,
        data=rules.typed(service, row.data),
        timeline=timeline,
        reasons=dict.fromkeys(reasons, protection.WORDS) if hidden else reasons,
        pauses=tuple(Pause.objects.filter(case_id=row.id).order_by("started_at")),
        notes=notes,
        external_ids=tuple(ExternalId.objects.filter(case_id=row.id).values_list("system", "value")),
        hidden=hidden,
    )


def veil(row: CaseRow, service: manifest.Service) -> CaseRow:
    """Take off an opened case what a protection hides; of who has no record the name too."""
    nameless = row.applicant_id is None
    data = rules.veil(service, row.data, words=protection.WORDS, nameless=nameless)
    return replace(row, data=data, holder_masked="" if nameless else row.holder_masked)


def _track_hash(case_id: UUID) -> bytes:
    found = sql.row("SELECT track_hash FROM cases_case WHERE id = %s", [case_id])
    return bytes(found[0]) if found else b""


def list_timeline(case_id: UUID) -> tuple[Happening, ...]:
    """List what happened to a case, oldest first, from its journal."""
    entries = Entry.objects.filter(stream=f"case:{case_id}").order_by("seq")
    return tuple(
        Happening(entry.at, entry.action, str(entry.body.get("node", "")), entry.body, entry.actor) for entry in entries
    )


def list_accesses(case_id: UUID, applicant_id: UUID | None) -> list[tuple[datetime, str, str]]:
    """List who looked at a case and why: (when, actor's reference, purpose), newest first."""
    rows = Access.objects.filter(object=f"case:{case_id}").order_by("-at")[:200]
    return [(row.at, row.actor, row.purpose) for row in rows]


def list_cases_of(person_id: UUID, *, limit: int = 100) -> list[Listed]:
    """List a citizen's own cases and those they submitted for others, newest first. One query."""
    found = sql.rows(
        f"{_CASE_LIST} WHERE c.applicant_id = %s OR c.submitted_by_id = %s ORDER BY c.submitted_at DESC LIMIT %s",
        [person_id, person_id, limit],
    )
    return [as_listed(row) for row in found]


def list_applied(person_id: UUID) -> list[Listed]:
    """List every case a person is the applicant of, newest first, masked. One query."""
    found = sql.rows(f"{_CASE_LIST} WHERE c.applicant_id = %s ORDER BY c.submitted_at DESC", [person_id])
    return [as_listed(row) for row in found]


def get_listed(number: str) -> Listed:
    """Fetch the masked line of one case, for whoever has authorised it. :raises NotFound:"""
    row = sql.row(f"{_CASE_LIST} WHERE c.number = %s", [rules.read_number(number)])
    if row is None:
        raise NotFound
    return as_listed(row)


def get_unit_path(case_id: UUID) -> str:
    """Give the path of the unit that handles a case, which says who stands over it. :raises NotFound:"""
    row = sql.row("SELECT u.path FROM cases_case c JOIN offices_unit u ON u.id = c.unit_id WHERE c.id = %s", [case_id])
    if row is None:
        raise NotFound
    return str(row[0])


def search_cases(
    person_id: UUID, words: str, *, now: datetime, limit: int = 50, case_id: UUID | None = None
) -> list[Listed]:
    """Find cases that an officer may open by number, by exact words of the holder's name, or by NIK; masked.

    With `case_id` it is that case that is found, where the officer may open it: something else led to it.
    Names are found by keyed hashes of whole words, so the database holds no list of names to steal or to browse. Whoever is
    protected is found by their case's number alone, but by the two posts that see them.
    """
    held = [role for role in offices.list_roles(person_id, localdate(now)) if role.role not in roles.apart()]
    if not held or not words.strip():
        return []
    paths = sorted({role.unit_path for role in held})
    below, under = f"({' OR '.join(['u.path LIKE %s'] * len(paths))})", [f"{path}%" for path in paths]
    within = f"{below} AND {NOT_OWN.format(case='c.id')}"
    params: list[Any] = [*under, person_id]
    typed = words.strip()
    if case_id is not None or rules.is_number(typed):
        exact, wanted = ("id", case_id) if case_id is not None else ("number", rules.read_number(typed))
        found = sql.rows(f"{_CASE_LIST} WHERE c.{exact} = %s AND {within} LIMIT %s", [wanted, *params, limit])
        if found:
            return _open_to(held, found)
    hashes = search_hashes(typed)
    if not hashes:
        return []
    marks = ", ".join(["%s"] * len(hashes))
    found = sql.rows(
        f"{_CASE_LIST} WHERE c.id IN (SELECT case_id FROM cases_searchword WHERE hash IN ({marks}) AND unit_id IN"
        f" (SELECT u.id FROM offices_unit u WHERE {below}) GROUP BY case_id HAVING count(DISTINCT hash) = %s)"
        f" AND {within} ORDER BY c.submitted_at DESC LIMIT %s",
        [*hashes, *under, len(hashes), *params, limit],
    )
    listed = _open_to(held, found)
    whose = {one for row in listed for one in (row.applicant_id, row.vault_id) if one}
    veiled = protection.list_hidden(person_id, whose, now)
    return [row for row in listed if not veiled & {row.applicant_id, row.vault_id}]


def search_in(chosen: ListFilter, text: str) -> ListFilter:
    """Narrow a list of work down to what is searched for: a case's number, a whole NIK, or whole words of the holder's name."""
    if rules.is_number(text):
        row = sql.row("SELECT id FROM cases_case WHERE number = %s", [rules.read_number(text)])
        return replace(chosen, found=frozenset([as_id(row[0])]) if row else frozenset())
    hashes = tuple(search_hashes(text))
    return replace(chosen, words=hashes) if hashes else replace(chosen, found=frozenset())


def _open_to(held: Sequence[offices.HeldRole], found: Iterable[tuple[Any, ...]]) -> list[Listed]:
    """Keep of some rows those whose service has to do with the officer's roles."""
    scopes = [(role.role, role.unit_path) for role in held]
    return [
        as_listed(row)
        for row in found
        if policy.working_roles(scopes, catalogue.get_service(row[1], row[2]), unit_path=row[19])
    ]


def file_facts(vault_id: UUID | None, form: forms.Form, answers: Mapping[str, Any]) -> dict[str, forms.FileFacts]:
    """Tell what the document store knows of the files that answers name; only files under this very vault count."""
    named = {str(document) for _, document in rules.document_places(form, answers)}
    if vault_id is None or not named:
        return {}
    names = rules.document_names(form, answers)
    return {
        str(document.id): forms.FileFacts(names.get(str(document.id), "berkas"), document.media_type, document.size)
        for document in documents.list_filed(vault_id, named)
    }


# ---- drafts ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DraftView:
    """An application being written, opened."""

    draft: Draft
    service: manifest.Service
    answers: dict[str, Any]


def access_draft(actor: Actor, draft_id: UUID, *, secret: str = "", for_update: bool = False) -> DraftView:
    """Open a draft for the person who writes it, or who holds the secret of its resume link. :raises NotFound:

    One that an officer writes at a counter opens there alone: elsewhere neither post nor second factor is asked for.
    """
    found = Draft.objects.select_for_update() if for_update else Draft.objects
    draft = found.select_related("vault").filter(id=draft_id).first()
    if draft is None:
        raise NotFound
    here = draft.at_counter == (actor.channel == "counter")
    mine = here and draft.person_id is not None and draft.person_id == actor.person_id
    proven = bool(secret) and crypto.lookup_hash("draft", secret) == bytes(draft.key_hash)
    if not (mine or proven):
        raise NotFound
    answers = json.loads(crypto.open_sealed(draft.vault_id, draft.answers_sealed, DRAFT))
    return DraftView(draft, catalogue.get_service(draft.service_id, draft.service_key), answers)


def find_draft_by_secret(secret: str) -> UUID | None:
    """Find the draft that the secret of a resume link opens."""
    return Draft.objects.filter(key_hash=crypto.lookup_hash("draft", secret)).values_list("id", flat=True).first()


def find_draft_vault(draft_id: UUID) -> UUID | None:
    """Find the vault of a draft that has not been sent yet."""
    row = sql.row("SELECT vault_id FROM cases_draft WHERE id = %s AND case_id IS NULL", [draft_id])
    return sql.as_uuid(row[0]) if row else None


def lock_draft_vault(draft_id: UUID) -> UUID | None:
    """Find the vault of a draft that has not been sent yet, and keep the draft from being sent or forgotten meanwhile."""
    row = sql.row(f"SELECT vault_id FROM cases_draft WHERE id = %s AND case_id IS NULL{sql.for_update()}", [draft_id])
    return sql.as_uuid(row[0]) if row else None


def contact_hash(contact: str) -> bytes:
    """Digest an address or number under the town's key, in whatever way it is written."""
    normal = normalise_email(contact) if "@" in contact else normalise_phone(contact) or contact
    return crypto.lookup_hash("contact", normal)


def is_code_running(draft: Draft, to: str, now: datetime) -> bool:
    """Tell whether a code that may still be typed went to a contact of a draft's writer."""
    if draft.contact_code is None or draft.contact_sent_at is None or now >= draft.contact_sent_at + CODE_LIFE:
        return False
    return bytes(draft.contact_hash or b"") == contact_hash(to)


def name_proven(draft: Draft, contact: Mapping[str, str]) -> str:
    """Name which contact of a draft's writer came back with its code: email, phone, or "" for none."""
    return _name_of(bytes(draft.contact_hash or b"") if draft.contact_proven_at else b"", contact)


def find_proven(draft_id: UUID, contact: Mapping[str, str]) -> str:
    """Name which contact was proven for a draft: email, phone, or "" for none."""
    row = sql.row("SELECT contact_hash FROM cases_draft WHERE id = %s AND contact_proven_at IS NOT NULL", [draft_id])
    return _name_of(bytes(row[0]), contact) if row else ""


def _name_of(mark: bytes, contact: Mapping[str, str]) -> str:
    return next(
        (name for name in ("email", "phone") if mark and contact.get(name) and contact_hash(contact[name]) == mark), ""
    )


def must_prove(view: DraftView, actor: Actor, contacts: Mapping[str, str], *, level: str) -> bool:
    """Tell whether a code must prove the writer's contact before a draft can be sent; `submit` judges the same.

    `level` is how surely the applicant is known who has an account, or for whom somebody acts who has one.
    """
    draft, agent_level = view.draft, level
    if view.service.identity == "none":
        return False
    if draft.person_id is not None and draft.on_behalf_of_id is not None and level == "none":
        agent_level = people.get_identity_level(draft.person_id)
    proven = name_proven(draft, contacts) if draft.person_id is None else ""
    return not policy.contact_means(actor, level=level, agent_level=agent_level, proven=proven)


def name_reach(view: DraftView, contacts: Mapping[str, str]) -> tuple[str, ...]:
    """Name the contacts by which an applicant will be told of their case, as things stand."""
    known = view.draft.person_id is not None
    return policy.reaching("" if known else name_proven(view.draft, contacts), known=known)


def list_drafts(person_id: UUID) -> list[Draft]:
    """List what a citizen has begun and not sent, newest first."""
    return list(
        Draft.objects.filter(person_id=person_id, case__isnull=True, at_counter=False).order_by("-updated_at")[:20]
    )


def list_all_drafts(person_id: UUID) -> list[tuple[UUID, UUID]]:
    """List every unsent application that a person writes or that is for them: (draft, vault)."""
    found = Draft.objects.filter(Q(person_id=person_id) | Q(on_behalf_of_id=person_id), case__isnull=True)
    return list(found.values_list("id", "vault_id"))


# ---- the clock ------------------------------------------------------------------------------------------------------


def list_due_timers(now: datetime, limit: int = 200) -> list[tuple[UUID, str, datetime]]:
    """List timers that are due: (case, token, due)."""
    found = sql.rows(
        "SELECT case_id, token, due_at FROM cases_timer WHERE due_at <= %s ORDER BY due_at LIMIT %s", [now, limit]
    )
    return [(as_id(row[0]), row[1], as_moment(row[2])) for row in found]


def list_to_remind(now: datetime, limit: int = 200) -> list[UUID]:
    """List open cases whose reminder is due."""
    found = sql.rows(
        "SELECT id FROM cases_case WHERE status = 'open' AND remind_at <= %s ORDER BY remind_at LIMIT %s", [now, limit]
    )
    return [as_id(row[0]) for row in found]


def list_overdue(now: datetime, limit: int = 200) -> list[UUID]:
    """List open cases whose legal time has run out and whose superior has not been told yet."""
    found = sql.rows(
        "SELECT id FROM cases_case WHERE status = 'open' AND due_at < %s AND overdue_told_at IS NULL"
        " ORDER BY due_at LIMIT %s",
        [now, limit],
    )
    return [as_id(row[0]) for row in found]


def list_to_deem(now: datetime, limit: int = 200) -> list[UUID]:
    """List open cases whose legal time has run out in silence and whose service says that this decides. Two queries.

    Whether anybody was told of it is another matter.
    """
    late = sql.rows(
        "SELECT DISTINCT service_id, service_key FROM cases_case WHERE status = 'open' AND due_at < %s", [now]
    )
    keys = [key for service_id, key in late if catalogue.get_service(service_id, key).time.silence == "deemed-granted"]
    if not keys:
        return []
    found = sql.rows(
        "SELECT id FROM cases_case WHERE status = 'open' AND due_at < %s"
        f" AND service_key IN ({', '.join(['%s'] * len(keys))}) ORDER BY due_at LIMIT %s",
        [now, *keys, limit],
    )
    return [as_id(row[0]) for row in found]


def count_open(unit_id: UUID) -> int:
    """Count the cases of a unit that are not closed."""
    return Case.objects.filter(unit_id=unit_id).exclude(status="closed").count()


def count_open_tasks(unit_id: UUID, role: str) -> int:
    """Count the open tasks of a role in a unit."""
    return Task.objects.filter(unit_id=unit_id, role=role, state="open").count()


def count_late(now: datetime) -> tuple[int, datetime | None]:
    """Count the open cases whose legal time has run out, and tell since when the longest of them has."""
    found = sql.row("SELECT count(*), min(due_at) FROM cases_case WHERE status = 'open' AND due_at < %s", [now])
    assert found is not None
    return int(found[0]), sql.as_datetime(found[1])


def list_without_next_step(limit: int = 200) -> list[str]:
    """List the numbers of cases that are not closed and that nothing and nobody will take further."""
    found = sql.rows(
        "SELECT c.id, c.number FROM cases_case c WHERE c.status <> 'closed' AND c.stuck_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM cases_task t WHERE t.case_id = c.id AND t.state = 'open')"
        " AND NOT EXISTS (SELECT 1 FROM cases_timer i WHERE i.case_id = c.id) ORDER BY c.number LIMIT %s",
        [limit],
    )
    owed = (
        sql.rows(
            "SELECT payload FROM base_message WHERE state <> 'done' AND topic IN (%s, %s)",
            [events.OPERATION, events.ERRAND],
        )
        if found
        else []
    )
    working = {str(sql.as_json(row[0]).get("case", "")) for row in owed}
    return [str(row[1]) for row in found if str(as_id(row[0])) not in working]


def list_all_numbers() -> Iterable[str]:
    """List the number of every case, oldest first."""
    return [str(row[0]) for row in sql.rows("SELECT number FROM cases_case ORDER BY submitted_at, id")]


def list_stale_drafts(now: datetime, limit: int = 200) -> list[tuple[UUID, UUID]]:
    """List unsent applications that nobody touched for as long as they are kept and could have been sent: (draft, vault)."""
    found = sql.rows(
        "SELECT d.id, d.vault_id FROM cases_draft d WHERE d.case_id IS NULL AND d.expires_at < %s AND NOT EXISTS ("
        " SELECT 1 FROM catalogue_pause p WHERE p.service_id = d.service_id AND (p.ended_at > %s"
        " OR p.ended_at IS NULL AND (p.until IS NULL OR p.until > %s))) ORDER BY d.expires_at LIMIT %s",
        [now, now - rules.DRAFT_KEPT, localdate(now - rules.DRAFT_KEPT), limit],
    )
    return [(as_id(row[0]), as_id(row[1])) for row in found]


def list_timers(case_id: UUID) -> list[tuple[str, datetime]]:
    """List the timers of a case: (token, due)."""
    found = sql.rows("SELECT token, due_at FROM cases_timer WHERE case_id = %s", [case_id])
    return [(row[0], as_moment(row[1])) for row in found]


def find_done_at(case_id: UUID, nodes: Collection[str]) -> datetime | None:
    """Tell when one of some steps of a case was last done."""
    if not nodes:
        return None
    marks = ", ".join(["%s"] * len(nodes))
    found = sql.row(
        f"SELECT max(closed_at) FROM cases_task WHERE case_id = %s AND state = 'done' AND node IN ({marks})",
        [case_id, *nodes],
    )
    return sql.as_datetime(found[0]) if found else None
