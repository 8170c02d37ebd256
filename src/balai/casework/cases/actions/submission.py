"""Submitting an application: from a checked form to a case with its clock running."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings

from balai.base import crypto, journal, sql
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.casework.cases import identity, policy, queries, rules
from balai.casework.cases.actions import linked, numbers
from balai.casework.cases.actions.effects import Recorder, reminder
from balai.casework.cases.actions.moves import fail_misplaced
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, manifest, process
from balai.records.errors import wrong
from balai.records.offices import queries as offices
from balai.records.outages.queries import get_outage
from balai.records.people import policy as people_policy
from balai.records.people import queries as people
from balai.records.people import rules as people_rules
from balai.records.people.rules import mask_name

_HELD = "SELECT 1 FROM cases_case WHERE number = %s UNION ALL SELECT 1 FROM cases_drawnnumber WHERE code = %s"
_CASE_COLUMNS = (
    "id", "number", "service_id", "service_key", "unit_id", "vault_id", "applicant_id", "submitted_by_id",
    "holder_masked", "track_hash", "state", "revision", "data_sealed", "status", "outcome", "end_event", "channel",
    "language", "submitted_at", "clock_from", "due_at", "remind_at", "sent_back", "origin", "journal_seq",
    "journal_hash", "mac",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Receipt:
    """When an office received an application on paper, before an officer enters it at a counter, and why it came so."""

    at: datetime
    why: str  # one of rules.RECEIVED
    outage_id: UUID | None = None  # the outage it follows, where the officer names one

    @property
    def digested(self) -> tuple[str, ...]:
        """Give what the deed's digest tells of it."""
        return (self.at.isoformat(), self.why, *([str(self.outage_id)] if self.outage_id else []))


@dataclass(frozen=True, slots=True)
class HandedOut:
    """A number and a tracking code that were drawn beforehand and handed out at a counter; each opens one case, ever.

    `returned` takes a number also that was counted as unused at the day's end: a person has looked at what happened.
    """

    number: str
    track_code: str
    returned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What a door hands in: the answers as the form has them, who applies, and how they can be reached.

    `contact` holds name, email and phone of an applicant without an account; it counts once it is proven for the draft, and of
    two contacts only the proven one is ever written to. It also holds what the letters print of the applicant and their record
    lacks (`identity.py`). The draft also has the vault whose files the answers name; without a draft a fresh vault is made.
    """

    id: UUID
    actor: Actor
    now: datetime
    service_id: str
    answers: Mapping[str, Any]
    contact: Mapping[str, str] = field(default_factory=dict)
    on_behalf_of: UUID | None = None
    lang: str = "id"
    draft_id: UUID | None = None
    service_key: str = ""
    origin: Mapping[str, Any] | None = None
    receipt: Receipt | None = None
    handed: HandedOut | None = None
    about: UUID | None = None  # the case it is about; a draft knows its own

    @property
    def received_at(self) -> datetime:
        """Tell when the office received it, from which every period counts: on paper, else now."""
        return self.receipt.at if self.receipt is not None else self.now


@dataclass(frozen=True, slots=True)
class Submitted:
    """The new case: its number, and the secret that lets its holder follow it without an account."""

    case_id: UUID
    number: str
    track_code: str


def submit(submission: Submission) -> Submitted:
    """Open a case, or nothing at all; the same submission twice gives the same case.

    :raises Invalid: `fields` says what to mend; `identity-missing` for what the letters print of the applicant; `no-unit` when nobody handles the area.
    :raises Conflict: `service-not-open` while the service is paused.
    :raises NotAllowed: `contact-unproven`, `identity-too-low`, or no mandate for the person named.
    :raises Invalid: `receipt-future`, `receipt-old`, `receipt-reason` or `receipt-run-out` of an application received on paper.
    :raises Conflict: `number-used`, `number-returned` or `number-unknown` of a number drawn beforehand.
    """
    on_paper = submission.receipt.digested if submission.receipt is not None else ()
    on_paper += (submission.handed.number,) if submission.handed is not None else ()
    digest = journal.digest_of(
        submission.service_id,
        dict(submission.answers),
        str(submission.on_behalf_of),
        dict(submission.contact),
        *on_paper,
    )
    with journal.deed(
        submission.id, actor=submission.actor, now=submission.now, name="case.submit", digest=digest
    ) as deed:
        if deed.repeated:
            _require_mandate(submission, catalogue.get_service(submission.service_id, submission.service_key or None))
            return Submitted(UUID(deed.answer["case"]), deed.answer["number"], _recall_code(deed.answer["case"]))
        service = catalogue.get_service(submission.service_id, submission.service_key or None)
        _require_receipt(submission)
        if submission.origin is None:  # what was received elsewhere comes in all the same
            catalogue.require_taking(service.id, submission.now)
        about = _about(submission, service)
        applicant = _applicant(submission, service, about)
        answers = _checked(submission, service, applicant, about)
        case, track_code = _open(deed, submission, service, applicant, answers, about)
        deed.answer = {"case": str(case.id), "number": case.number}
    return Submitted(case.id, case.number, track_code)


def judge(submission: Submission) -> dict[str, Any]:
    """Judge an application as sending it would, open nothing, and give its answers as they would be kept.

    :raises Invalid: :raises Conflict: :raises NotAllowed: as `submit`, but for what only its deed can tell.
    """
    service = catalogue.get_service(submission.service_id, submission.service_key or None)
    _require_receipt(submission)
    catalogue.require_taking(service.id, submission.now)
    about = _about(submission, service, hold=False)
    return _checked(submission, service, _applicant(submission, service, about, hold=False), about, hold=False)


def _about(submission: Submission, service: manifest.Service, *, hold: bool = True) -> linked.Disputed | None:
    """Bind the case that this one is about: the draft's own, or one that is named by who may do so.

    :raises Invalid: `about-missing`; :raises Conflict: where there may be none; :raises NotAllowed: for whoever is not its holder.
    """
    drafted = queries.find_draft_about(submission.draft_id) if submission.draft_id is not None else None
    found = linked.bind(
        drafted or submission.about, service, submission.actor, submission.now, submission.lang, hold=hold
    )
    if found is None or found.kind != queries.OBJECTION:
        return found
    if submission.actor.channel == "counter":
        linked.require_present(found.case, submission.on_behalf_of)
    elif drafted is None and found.case.applicant_id != (submission.on_behalf_of or submission.actor.person_id):
        raise NotAllowed
    return found


def _follows(receipt: Receipt) -> bool:
    """Tell whether something was received during an outage or on the day it ended, or later for it; never before it began."""
    assert receipt.outage_id is not None
    try:
        return get_outage(receipt.outage_id).began_at <= receipt.at
    except NotFound:
        return False


def _require_receipt(submission: Submission) -> None:
    """Refuse a time of receipt that no counter vouches for, to come, long past or without a reason. :raises Invalid: :raises NotAllowed:"""
    receipt = submission.receipt
    if receipt is None:
        return
    if submission.actor.channel != "counter":
        raise NotAllowed
    if receipt.at > submission.now:
        raise wrong("receipt-future", "received")
    if receipt.at < submission.now - timedelta(days=settings.BALAI_LATER_ENTRY_DAYS):
        raise wrong("receipt-old", "received", days=settings.BALAI_LATER_ENTRY_DAYS)
    if receipt.why not in rules.RECEIVED:
        raise wrong("receipt-reason", "received_why")
    if receipt.outage_id is not None and (receipt.why != "outage" or not _follows(receipt)):
        raise wrong("receipt-outage", "received_outage")


def _require_time_left(submission: Submission, service: manifest.Service, due_at: datetime) -> None:
    """Refuse a receipt by which the law's answer to silence had come before anybody read the application. :raises Invalid:"""
    if submission.receipt is not None and service.time.silence == "deemed-granted" and due_at <= submission.now:
        raise wrong("receipt-run-out", "received")


def _recall_code(case_id: str) -> str:
    """Read the tracking code of a case that this very command opened before."""
    case = queries.read_case(case_id=UUID(case_id))
    return str(case.data["contact"]["track_code"])


@dataclass(frozen=True, slots=True)
class _Applicant:
    person_id: UUID | None
    means: str  # how it is known that they can be reached, see policy.contact_means
    tree: dict[str, Any]
    masked: str  # how lists and the verify page name them; a firm by its name, which is public
    firm: bool = False


def _applicant(
    submission: Submission, service: manifest.Service, about: linked.Disputed | None, *, hold: bool = True
) -> _Applicant:
    """Establish who applies; a record that was joined into another a moment ago is followed there.

    :raises NotAllowed: `contact-unproven`, `identity-too-low`, or no mandate.
    """
    try:
        return _known(submission, service, about, hold)
    except (NotFound, NotAllowed):
        kept_id = people.find_joined(submission.on_behalf_of) if submission.on_behalf_of else None
        if kept_id is None:
            raise
        return _known(replace(submission, on_behalf_of=kept_id), service, about, hold)


def _known(submission: Submission, service: manifest.Service, about: linked.Disputed | None, hold: bool) -> _Applicant:
    """Gather how surely the applicant is known and what is known of them, who stays who they are until the deed ends."""
    person_id = submission.on_behalf_of or submission.actor.person_id
    if submission.actor.channel == "counter":
        person_id = submission.on_behalf_of
    _require_mandate(submission, service)
    given = {key: value for key, value in submission.contact.items() if value}
    if about is not None and person_id is None:  # whoever came by number and code is whose case that is
        person_id, given = about.case.applicant_id, {**about.holder, **given}
    firm = False
    if person_id is None:
        level, tree, masked = "none", dict[str, Any](given), mask_name(given.get("name", ""))[:120]
    else:
        person = people.get_person(person_id, hold=hold)
        firm = person.kind != "natural"
        level, tree, masked = person.identity_level, rules.applicant_tree(person), person.name_masked[:120]
        told = [name for name in identity.list_missing(service, tree, firm=firm) if given.get(name)]
        tree |= {key: value for key, value in given.items() if key in ("email", "phone")}
        tree |= identity.judge(told, given, submission.now, submission.lang)
    means = _means(submission, level)
    if means:
        level = people_rules.higher(level, "contact")
    if not people_rules.reaches(level, service.identity):
        raise NotAllowed("contact-unproven" if service.identity == "contact" else "identity-too-low")
    tree |= {"identity": level, "on_behalf": submission.on_behalf_of is not None}
    return _Applicant(person_id, means, tree, masked, firm)


def _require_mandate(submission: Submission, service: manifest.Service) -> None:
    """Refuse who applies for another without a mandate that holds today. :raises NotAllowed:"""
    if submission.on_behalf_of and submission.actor.channel != "counter":
        if submission.actor.person_id is None:
            raise NotAllowed
        people_policy.may_act_for(
            submission.actor.person_id, submission.on_behalf_of, service.id, submission.now, on_behalf=service.on_behalf
        )


def _means(submission: Submission, level: str) -> str:
    """Tell how it is known that the applicant can be reached, asking no more than is needed."""
    agent_level, proven = "none", ""
    if not people_rules.reaches(level, "contact"):
        if submission.on_behalf_of and submission.actor.person_id:
            agent_level = people.get_identity_level(submission.actor.person_id)
        if submission.draft_id is not None:
            proven = queries.find_proven(submission.draft_id, submission.contact)
    return policy.contact_means(submission.actor, level=level, agent_level=agent_level, proven=proven)


def _checked(
    submission: Submission,
    service: manifest.Service,
    applicant: _Applicant,
    about: linked.Disputed | None,
    *,
    hold: bool = True,
) -> dict[str, Any]:
    form = service.forms["apply"]
    scope = application_scope(
        service, applicant.tree, submission.received_at, submission.lang, channel=submission.actor.channel,
        objected=about.objected if about else None,
    )  # fmt: skip
    draft_id = submission.draft_id
    vault_id = _draft_vault(submission) if hold or draft_id is None else queries.find_draft_vault(draft_id)
    facts = queries.file_facts(vault_id, form, submission.answers)
    checked = forms.validate(form, submission.answers, scope, files=facts)
    faults = {error.path: forms.message(error, service.texts, submission.lang) for error in checked.errors}
    try:
        if submission.origin is None:  # what was received elsewhere comes in, and is asked for before its letter
            identity.require_whole(service, applicant.tree, submission.lang, firm=applicant.firm)
    except Invalid as lacking:
        if not faults:
            raise
        raise Invalid(fields=faults | dict(lacking.fields)) from None
    if faults:
        raise Invalid(fields=faults)
    return dict(checked.answers)


def application_scope(
    service: manifest.Service,
    applicant: Mapping[str, Any],
    now: datetime,
    lang: str,
    *,
    channel: str,
    objected: Mapping[str, Any] | None = None,
) -> forms.JudgingScope:
    """Build what an application may be judged against before there is a case, as of the moment it is received."""
    zone = ZoneInfo(service.zone)
    known = rules.typed_applicant(applicant)
    given = {
        name: known[path.removeprefix("applicant.")]
        for name, path in service.prefill.items()
        if known.get(path.removeprefix("applicant."))
    }
    day, calendar = now.astimezone(zone).date(), queries.find_calendar(service)
    reserved = {
        "applicant": known,
        "town": service.town_at(day) | queries.counting(calendar),
        "case": {"submitted_at": now, "submitted_date": day, "channel": channel},
        **manifest.read_objected(service.about, objected),
    }
    return forms.JudgingScope(
        now=now, reserved=reserved, tables=service.tables, lang=lang, given=given, zone=zone, calendar=calendar
    )


def _open(
    deed: journal.Deed,
    submission: Submission,
    service: manifest.Service,
    applicant: _Applicant,
    answers: dict[str, Any],
    about: linked.Disputed | None,
) -> tuple[CaseRow, str]:
    unit = _handling_unit(service, answers, about)
    submitted_by = submission.actor.person_id if submission.actor.kind != "machine" else None
    vault_id, key = _vault(submission, crypto.holders_of(applicant.person_id, submitted_by))
    tree = dict(applicant.tree)
    for name, path in service.prefill.items():
        known = path.removeprefix("applicant.")
        if not tree.get(known) and answers.get(name):
            tree[known] = rules.plain(forms.to_json(service.forms["apply"], answers)[name])
    handed = submission.handed or HandedOut(_free_number(service.short), rules.make_secret())
    if submission.handed is not None:
        numbers.take(deed, handed.number, handed.track_code, service.short, returned=handed.returned)
    track_code = handed.track_code
    case = CaseRow(
        id=uuid4(), number=handed.number, service_id=service.id, service_key=service.key,
        unit_id=unit.id, unit_path=unit.path, unit_code=unit.code, unit_name=unit.name, unit_kind=unit.kind,
        unit_area=unit.area, unit_calendar=unit.calendar, vault_id=vault_id, applicant_id=applicant.person_id,
        submitted_by_id=submitted_by,
        holder_masked=applicant.masked, state=process.State(), revision=0,
        data={
            "apply": forms.to_json(service.forms["apply"], answers), "applicant": rules.plain(tree),
            "contact": {"track_code": track_code, **_contact(submission, applicant, tree), "proven": applicant.means},
            **({rules.OBJECTED: about.objected, rules.ABOUT: about.kept} if about else {}),
        },
        key=key, status="open", outcome="", channel=submission.actor.channel, language=submission.lang,
        submitted_at=submission.received_at, due_at=None, remind_at=None, paused_at=None, overdue_told_at=None,
        closed_at=None, stuck_at=None, end_event="", sent_back=0, head=journal.Head(),
    )  # fmt: skip
    calendar = offices.get_built_calendar(*unit.calendar)
    fixed = queries.reserved(case, service, submission.received_at)
    promise = service.time.promise({**fixed, "apply": answers}, submission.received_at)
    case.data[rules.PROMISE] = rules.keep_promise(promise)
    case.due_at = rules.due_by(promise, calendar, submission.received_at)
    _require_time_left(submission, service, case.due_at)
    case.remind_at = reminder(service, calendar, case, submission.now)
    _insert(case, submission, track_code)
    if about is not None:
        linked.keep_link(deed, case, about)
    index(case)
    _file_documents(case, submission, answers, service)
    case.parties = queries.list_parties(case.id)
    recorder = Recorder(deed, case, service)
    recorder.bar_household(("apply",))
    recorder.happened("received")
    _start(case, service, recorder, submission, applicant.means, fixed)
    recorder.finish()
    fail_misplaced(recorder)
    return case, track_code


def _contact(submission: Submission, applicant: _Applicant, tree: Mapping[str, Any]) -> dict[str, str]:
    """Pick by what the applicant is told of their case; what the form asked counts at a counter alone, where it was heard."""
    names = policy.reaching(applicant.means, known=applicant.person_id is not None)
    told = tree if submission.actor.channel == "counter" else applicant.tree
    return {name: str(told.get(name) or "") if name in names else "" for name in ("email", "phone")}


def _start(
    case: CaseRow,
    service: manifest.Service,
    recorder: Recorder,
    submission: Submission,
    means: str,
    fixed: Mapping[str, Any],
) -> None:
    reasons = rules.Reasons(case.data.setdefault("_reasons", {}))
    known = {**rules.typed(service, case.data), **fixed}
    move = process.start(
        service.graph, known, submission.now, decide=rules.decider(service, fixed, reasons),
        reckon=recorder.calendar.add,
    )  # fmt: skip
    recorder.keep(move, known, fixed, reasons)
    recorder.apply(process.Start(), move)
    promise = {"promise": kept["id"]} if (kept := case.data[rules.PROMISE])["id"] else {}
    paper = submission.receipt
    received = {"received_at": paper.at.astimezone(UTC).isoformat(), "received": paper.why} if paper is not None else {}
    if paper is not None and paper.outage_id is not None:
        received["outage"] = str(paper.outage_id)
    if rules.ABOUT in case.data:
        received["about"] = case.data[rules.ABOUT]["case"]
    recorder.record(
        "submit", service=service.id, version=service.version, key=service.key[:16], node="", contact_proven=means,
        **promise, **received,
    )  # fmt: skip


def _handling_unit(
    service: manifest.Service, answers: Mapping[str, Any], about: linked.Disputed | None
) -> offices.Handling:
    handled = service.handled_by
    if handled.unit == rules.OBJECTED:
        found = about.unit if about else None
    elif handled.unit:
        found = offices.find_handling_unit(code=handled.unit)
    else:
        area: Any = {"apply": answers}
        for part in handled.area.split("."):
            area = area.get(part) if isinstance(area, Mapping) else None
        found = offices.find_handling_unit(kind=handled.unit_kind, area=str(area or ""))
    if found is None:
        raise Invalid("no-unit")
    return found


def _draft_vault(submission: Submission) -> UUID | None:
    """Find the vault of the draft under its lock, if there is a draft.

    :raises Conflict: `draft-sent` when it became a case in another window, or was forgotten meanwhile.
    """
    if submission.draft_id is None:
        return None
    vault_id = queries.lock_draft_vault(submission.draft_id)
    if vault_id is None:
        raise Conflict("draft-sent")
    return vault_id


def _vault(submission: Submission, holders: bytes) -> tuple[UUID, bytes]:
    """Take over the draft's vault, so that its files need no second encryption; else make a fresh one. Its key is bound to the holders."""
    vault_id = _draft_vault(submission)
    if vault_id is None:
        return crypto.new_vault(holders)
    key = crypto.data_key(vault_id)
    crypto.bind(vault_id, key, holders)
    return vault_id, key


def _free_number(short: str) -> str:
    while True:
        number = rules.make_number(short)
        if sql.row(_HELD, [number, rules.code_of(number)]) is None:
            return number


def _insert(case: CaseRow, submission: Submission, track_code: str) -> None:
    sql.insert(
        "cases_case",
        _CASE_COLUMNS,
        [(
            case.id, case.number, case.service_id, case.service_key, case.unit_id, case.vault_id, case.applicant_id,
            case.submitted_by_id, case.holder_masked, crypto.lookup_hash("track", track_code), case.state.to_json(), 0,
            b"", case.status, "", "", case.channel, case.language, case.submitted_at, case.submitted_at, case.due_at,
            case.remind_at, 0, dict(submission.origin) if submission.origin else None, 0, bytes(32), b"",
        )],
    )  # fmt: skip


def index(case: CaseRow) -> None:
    """Store the keyed hashes by which officers of the unit find the case; part of the deed that opens or indexes it."""
    hashes = queries.index_hashes(case.number, case.data["applicant"], case.data["apply"])
    sql.insert("cases_searchword", ("case_id", "unit_id", "hash"), [(case.id, case.unit_id, each) for each in hashes])


def _file_documents(
    case: CaseRow, submission: Submission, answers: Mapping[str, Any], service: manifest.Service
) -> None:
    """Bind the draft's documents to the case, each at the place in the answers that names it."""
    filed = [
        (case.id, document, f"apply.{place}")
        for place, document in rules.document_places(service.forms["apply"], answers)
    ]
    sql.insert("cases_evidence", ("case_id", "document_id", "place"), filed)
    if submission.draft_id is not None:
        sql.execute("UPDATE cases_draft SET case_id = %s WHERE id = %s", [case.id, submission.draft_id])
