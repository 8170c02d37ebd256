"""Every read of cases: the locked row of the step path, the views of citizen and officer, inboxes, search."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.timezone import localdate

from balai.base import access_log, crypto, sql
from balai.base.actors import Actor
from balai.base.errors import NotAllowed, NotFound
from balai.base.models import Access, Entry
from balai.casework.cases import policy, rules
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
from balai.casework.cases.models import Case, ExternalId, Note, Pause
from balai.casework.cases.own import list_asked as list_asked
from balai.casework.cases.own import list_held_drafts as list_held_drafts
from balai.casework.cases.own import rank_services as rank_services
from balai.casework.cases.queries import steps
from balai.casework.cases.queries.bearing import list_bearing
from balai.casework.cases.queries.drafts import CODE_LIFE as CODE_LIFE
from balai.casework.cases.queries.drafts import DRAFT as DRAFT
from balai.casework.cases.queries.drafts import DraftView as DraftView
from balai.casework.cases.queries.drafts import access_draft as access_draft
from balai.casework.cases.queries.drafts import contact_hash as contact_hash
from balai.casework.cases.queries.drafts import find_draft_about as find_draft_about
from balai.casework.cases.queries.drafts import find_draft_by_secret as find_draft_by_secret
from balai.casework.cases.queries.drafts import find_draft_vault as find_draft_vault
from balai.casework.cases.queries.drafts import find_proven as find_proven
from balai.casework.cases.queries.drafts import is_code_running as is_code_running
from balai.casework.cases.queries.drafts import list_all_drafts as list_all_drafts
from balai.casework.cases.queries.drafts import list_drafts as list_drafts
from balai.casework.cases.queries.drafts import lock_draft_vault as lock_draft_vault
from balai.casework.cases.queries.drafts import must_prove as must_prove
from balai.casework.cases.queries.drafts import name_proven as name_proven
from balai.casework.cases.queries.drafts import name_reach as name_reach
from balai.casework.cases.queries.due import count_late as count_late
from balai.casework.cases.queries.due import count_lent_tasks as count_lent_tasks
from balai.casework.cases.queries.due import count_open as count_open
from balai.casework.cases.queries.due import count_open_tasks as count_open_tasks
from balai.casework.cases.queries.due import find_done_at as find_done_at
from balai.casework.cases.queries.due import list_all_numbers as list_all_numbers
from balai.casework.cases.queries.due import list_due_timers as list_due_timers
from balai.casework.cases.queries.due import list_overdue as list_overdue
from balai.casework.cases.queries.due import list_stale_drafts as list_stale_drafts
from balai.casework.cases.queries.due import list_timers as list_timers
from balai.casework.cases.queries.due import list_to_deem as list_to_deem
from balai.casework.cases.queries.due import list_to_remind as list_to_remind
from balai.casework.cases.queries.due import list_without_next_step as list_without_next_step
from balai.casework.cases.queries.linked import OBJECTION as OBJECTION
from balai.casework.cases.queries.linked import AmendingWay as AmendingWay
from balai.casework.cases.queries.linked import LinkedCase as LinkedCase
from balai.casework.cases.queries.linked import ObjectionWay as ObjectionWay
from balai.casework.cases.queries.linked import describe_disputed as describe_disputed
from balai.casework.cases.queries.linked import find_disputed as find_disputed
from balai.casework.cases.queries.linked import find_way as find_way
from balai.casework.cases.queries.linked import list_amending as list_amending
from balai.casework.cases.queries.linked import list_linked as list_linked
from balai.casework.cases.queries.silence import Awaited as Awaited
from balai.casework.cases.queries.silence import is_awaited as is_awaited
from balai.casework.cases.queries.silence import list_awaited as list_awaited
from balai.casework.cases.queries.silence import list_to_escalate as list_to_escalate
from balai.casework.cases.rows import ANSWERS as ANSWERS
from balai.casework.cases.rows import HOLDER as HOLDER
from balai.casework.cases.rows import NOT_OWN, as_id
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
from balai.casework.cases.worklist import MANY_PILES as MANY_PILES
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
from balai.engine import forms, manifest, process
from balai.records.documents import queries as documents
from balai.records.law import policy as law
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.people import queries as people
from balai.records.protection import policy as protection

NOTE = "case:note"
HALL_CALENDAR = "office"  # by which a unit works that was given no other


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
        "town": dict(forms.word_functions()) | service.town_at(local.date()) | counting(calendar_of(case)),
        **manifest.read_objected(service.about, case.data.get(rules.OBJECTED)),
    }


def calendar_of(case: CaseRow) -> Callable[[], forms.WorkingDays]:
    """Give what counts a case's working days: the calendar of the unit that handles it, built when it is asked for."""
    return lambda: offices.get_built_calendar(*case.unit_calendar)


def find_calendar(service: manifest.Service) -> Callable[[], forms.WorkingDays]:
    """Give what counts working days before there is a case: the calendar of the unit the service names, else the hall's own."""

    @cache
    def find() -> forms.WorkingDays:
        named = "" if service.handled_by.is_own else service.handled_by.unit
        unit = offices.find_handling_unit(code=named) if named else None
        return offices.get_built_calendar(*unit.calendar) if unit else offices.get_calendar_named(HALL_CALENDAR)

    return find


def tell_work(person: people.PersonView, post_id: UUID | None, now: datetime) -> dict[str, str]:
    """Tell where an officer works who applies in their own right; nothing of whoever works nowhere today."""
    day = localdate(now)
    post = offices.find_post_held(person.id, day, post_id)
    return rules.officer_tree(person, post, day) if post is not None else {}


def counting(calendar: Callable[[], forms.WorkingDays]) -> dict[str, Any]:
    """Give what expressions count working days by, as it stands under `town`."""
    return {forms.WORKING_DAYS: forms.working_days_function(calendar)}


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


def find_step_unit(
    case: CaseRow, service: manifest.Service, step: manifest.Step, now: datetime, token: str = ""
) -> offices.Handling | None:
    """Find the unit in which a step is done that another than the case's own does; None where there is no such unit."""
    return steps.find_unit(case, service, step, scope(case, service, now), now, token)


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
        return [task for task in self.row.open_tasks if task.role in self.standing.roles_in(task.unit_id)]

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
        parties=face.parties, elsewhere=face.elsewhere, proven_by_link=proven,
    )  # fmt: skip
    try:
        policy.require_known(standing)
    except (NotFound, NotAllowed):
        _record_refusal(actor, face, purpose, now)
        raise
    if not (proven or (standing.holder and actor.person_id == face.applicant_id)):
        access_log.record_access(actor, purpose=purpose, object=f"case:{face.id}", person_id=face.applicant_id, now=now)
    return view(face.open(), standing, hidden=is_veiled(actor, face, now))


def is_pair(number: str, track_code: str) -> bool:
    """Tell whether a tracking code is that of a case's number, and open nothing: what is asked for in vain is counted apart. One query."""
    found = sql.row("SELECT track_hash FROM cases_case WHERE number = %s", [number])
    return found is not None and crypto.lookup_hash("track", track_code.strip().upper()) == bytes(found[0] or b"")


def is_veiled(actor: Actor, face: CaseFace, now: datetime) -> bool:
    """Tell whether a case, or whose it is, is protected from this reader; it raises the alarm."""
    return protection.is_hidden(actor, face.applicant_id, now, vault_id=face.vault_id)


def _record_refusal(actor: Actor, face: CaseFace, purpose: str, now: datetime) -> None:
    """Write down that somebody who is known asked for another's case and was refused; nothing of it was shown."""
    if actor.person_id is not None or actor.kind == "machine":
        access_log.record_access(
            actor, purpose=purpose, object=f"case:{face.id}", person_id=face.applicant_id, now=now, refused=True
        )


def record_list(actor: Actor, what: str, rows: Iterable[tuple[UUID | None, UUID | None]], *, now: datetime) -> None:
    """Write down that a list of others' cases is about to be shown: one row, with everybody and every case in it.

    `rows` are (case, applicant); `what` names the list: "inbox", "search". Nothing is written of an empty list.
    """
    members = {one for row in rows for one in row if one is not None and one != actor.person_id}
    if members:
        access_log.record_access(
            actor, purpose="list", object=f"list:{what}", person_id=None, now=now, members=members
        )  # fmt: skip


def audit_case(actor: Actor, number: str, *, now: datetime, purpose: str) -> CaseView:
    """Open a case for an auditor, who says what for; the reading is recorded with that purpose before anything is shown.

    :raises NotFound: for whoever is no auditor, and for a number that is none. :raises NotAllowed: `own-case` for a party to it.
    """
    standing = policy.require_auditor(actor, now)
    face = read_face(number=number)
    own = actor.person_id in face.parties
    access_log.record_access(
        actor, purpose=f"audit: {purpose}", object=f"case:{face.id}", person_id=face.applicant_id, now=now, refused=own
    )
    if own:
        raise NotAllowed("own-case")
    return view(face.open(), standing, hidden=is_veiled(actor, face, now))


def open_at_counter(actor: Actor, number: str, *, now: datetime, purpose: str) -> tuple[CaseRow, manifest.Service]:
    """Open a decided case for who stands at a counter with its number; whether it is theirs is the action's question.

    The reading is recorded first. :raises NotFound: for whoever works at no counter, and where its holder is protected from them.
    """
    held = offices.list_scopes(actor.person_id, localdate(now)) if actor.person_id else []
    face = read_face(number=number)
    hidden = is_veiled(actor, face, now) or all(role != roles.COUNTER for role, _ in held)
    access_log.record_access(
        actor, purpose=purpose, object=f"case:{face.id}", person_id=face.applicant_id, now=now, refused=hidden
    )
    if hidden:
        raise NotFound
    return face.open(), catalogue.get_service(face.service_id, face.service_key)


def open_for_review(actor: Actor, number: str, *, now: datetime) -> CaseView:
    """Open a case that silence decided for the legal desk, which must confirm that; the reading is recorded first.

    :raises NotAllowed: for all but the legal desk, and `own-case`. :raises NotFound: for a case that does not wait for it.
    """
    law.require_legal(actor, now)
    face = read_face(number=number)
    if not is_awaited(face.id):
        raise NotFound
    own = actor.person_id in face.parties
    access_log.record_access(
        actor, purpose="silence review", object=f"case:{face.id}", person_id=face.applicant_id, now=now, refused=own
    )
    if own:
        raise NotAllowed("own-case")
    return view(face.open(), policy.Standing(auditor=True), hidden=is_veiled(actor, face, now))


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


class CaseHolder(NamedTuple):
    """Whose a case is; nobody's who has a record, where it came without an account."""

    case_id: UUID
    person_id: UUID | None


def list_holders(*, numbers: Collection[str] = (), case_ids: Collection[UUID] = ()) -> list[CaseHolder]:
    """List of cases, by their numbers or ids, whose they are: what a list of numbers alone is recorded by. One query for 500."""
    wanted: list[Any] = list(numbers or case_ids)
    by = "number__in" if numbers else "id__in"
    found: list[CaseHolder] = []
    for low in range(0, len(wanted), 500):
        rows = Case.objects.filter(**{by: wanted[low : low + 500]}).values_list("id", "applicant_id")
        found += map(CaseHolder._make, rows)
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
    if standing.officer or standing.house or standing.auditor:
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


class CaseLook(NamedTuple):
    """One look at a case: when, by whose reference, what for."""

    at: datetime
    actor: str
    purpose: str


def list_accesses(case_id: UUID, applicant_id: UUID | None) -> list[CaseLook]:
    """List who looked at a case and why, newest first."""
    rows = Access.objects.filter(object=f"case:{case_id}").order_by("-at")[:200]
    return [CaseLook(row.at, row.actor, row.purpose) for row in rows]


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


SPARE = 20  # cases looked through beyond those that are listed


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
        if lent := sql.rows(
            f"{_CASE_LIST} WHERE c.{exact} = %s AND {NOT_OWN.format(case='c.id')}", [wanted, person_id]
        ):
            return _lent_to(held, lent[0])
    hashes, listed = search_hashes(typed), []
    for most in (limit + SPARE, 4 * limit):  # more is looked through only where too much of it was not for them to see
        if not (bearing := list_bearing(hashes, paths, most)):
            return []
        found = sql.rows(
            f"{_CASE_LIST} WHERE c.id IN ({', '.join(['%s'] * len(bearing))}) AND {within} ORDER BY c.submitted_at DESC LIMIT %s",
            [*bearing, *params, limit],
        )
        listed = _open_to(held, found)
        whose = {one for row in listed for one in (row.applicant_id, row.vault_id) if one}
        veiled = protection.list_hidden(person_id, whose, now)
        listed = [row for row in listed if not veiled & {row.applicant_id, row.vault_id}]
        if len(found) == limit or len(bearing) < most:
            break
    return listed


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


def _lent_to(held: Sequence[offices.HeldRole], row: tuple[Any, ...]) -> list[Listed]:
    """Keep a case where an open task of it lies in a unit, other than its own, in which the officer has to do with its service."""
    scopes, service = [(role.role, role.unit_path) for role in held], catalogue.get_service(row[1], row[2])
    paths = sql.rows(
        "SELECT w.path FROM cases_task t JOIN offices_unit w ON w.id = t.unit_id WHERE t.case_id = %s AND t.state = 'open'",
        [row[17]],
    )
    return [as_listed(row)] if any(policy.working_roles(scopes, service, path) for (path,) in paths) else []


def list_sendable(view: CaseView, actor: Actor) -> list[str]:
    """List the messages that a reader may send by a button into a case that waits for them."""
    messages = view.service.messages
    if not messages or view.row.status == "closed":
        return []
    waits = process.awaited_messages(view.service.graph, view.row.state)
    return [name for name, one in messages.items() if name in waits and policy.may_send(actor, view.standing, one)]


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
