"""Every write of the archive: file a closed case, place and lift holds, forget a person."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.utils.timezone import localdate

from balai.base import holdings, intake, journal, post
from balai.base.actors import Actor
from balai.base.clock import Calendar
from balai.base.commands import command, once
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.base.pages import texts
from balai.casework.archive import farewell, queries, rules
from balai.casework.archive.models import Forgetting
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing import queries as issuing
from balai.casework.issuing.models import Letter
from balai.engine.manifest import Service
from balai.records.filing import actions as filing
from balai.records.filing import queries as filed
from balai.records.filing.kinds import Shelfmark
from balai.records.offices import queries as offices
from balai.records.people import policy as people_policy
from balai.records.people import queries as people

FAREWELL = timedelta(days=3)  # as long as the outbox tries; then the last message is destroyed, sent or not


@command("archive.file")
def file_case(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID) -> None:
    """File a closed case under its class; its retention counts from the event its schedule names."""
    with once() as deed:
        case = cases.read_case(case_id=case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        filing.file(
            deed, kind=queries.CASE, object_id=case_id, shelfmark=Shelfmark(case.number, case.unit_id),
            schedule=service.archive, counted_from=_counted_from(case, service, now), calendar=_calendar(case),
        )  # fmt: skip


@command("archive.recount", answer=lambda told: False)
def recount_case(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID) -> bool:
    """Count a filed case's retention anew after a letter of it was revoked; tell whether that moved it."""
    with once() as deed:
        record = filed.lock_record(queries.CASE, case_id)
        if record is None:
            return False  # still open: it is counted when it closes
        try:
            case = cases.read_case(case_id=case_id)
        except NotFound:
            return False  # forgotten meanwhile
        counted_from = _counted_from(case, catalogue.get_service(case.service_id, case.service_key), now)
        return filing.recount(deed, record, counted_from=counted_from, calendar=_calendar(case))


def _counted_from(case: CaseRow, service: Service, now: datetime) -> date:
    """Tell from which day a case's retention counts."""
    schedule, zone = service.archive, ZoneInfo(service.zone)
    decided = cases.find_done_at(case.id, [step.id for step in service.steps.values() if step.event == "decided"])
    return rules.counted_from(
        schedule.from_, closed_on=(case.closed_at or now).astimezone(zone).date(),
        decided_on=decided.astimezone(zone).date() if decided else None,
        letters=[_issued(letter, zone) for letter in issuing.list_letters_of(case.id) if letter.signed_at],
    )  # fmt: skip


def _calendar(case: CaseRow) -> Calendar:
    return offices.get_built_calendar(*case.unit_calendar)


def _issued(letter: Letter, zone: ZoneInfo) -> rules.Issued:
    assert letter.signed_at is not None, "only signed letters count"
    revoked = letter.revoked_at.astimezone(zone).date() if letter.revoked_at else None
    return rules.Issued(letter.kind, letter.signed_at.astimezone(zone).date(), letter.valid_until, revoked)


def place_hold(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, reason: str, basis: str) -> UUID:
    """Stop a case from being destroyed, open or closed, for a reason and on a legal basis that are kept.

    :raises Invalid: without reason or basis. :raises NotFound: for whoever does not keep this case.
    """
    return filing.place_hold(
        command_id=command_id, actor=actor, now=now, kind=queries.CASE, object_id=case_id, reason=reason, basis=basis
    )


def lift_hold(*, command_id: UUID, actor: Actor, now: datetime, hold_id: UUID, reason: str) -> None:
    """Lift one hold for a reason; the others on the case stand.

    :raises Invalid: without a reason. :raises NotFound: when it was never placed, or for whoever does not keep this case.
    :raises Conflict: when somebody lifted it first.
    """
    filing.lift_hold(command_id=command_id, actor=actor, now=now, hold_id=hold_id, reason=reason)


@command("archive.hold-disputed")
def hold_disputed(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID) -> None:
    """Keep what an objection is about, and what that was about, from destruction and its holder from being forgotten while it runs."""
    with once() as deed:
        case = cases.lock_case(case_id)  # who closes it waits, so what is held here is lifted by that
        about_id = cases.find_disputed(case_id)
        while about_id is not None and case.status != "closed":  # closed meanwhile: nothing is to be kept for it
            about = cases.read_case(case_id=about_id)
            way = catalogue.get_service(about.service_id, about.service_key).objection
            filing.hold(
                deed, kind=queries.CASE, object_id=about.id, shelfmark=Shelfmark(about.number, about.unit_id),
                reason=_disputed(case), basis=way.basis if way else "",
            )  # fmt: skip
            about_id = cases.find_disputed(about.id)


@command("archive.release-disputed")
def release_disputed(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID) -> None:
    """Lift what was held because of an objection that is closed; whoever appeals holds it anew."""
    about_id = cases.find_disputed(case_id)
    if about_id is None:
        return
    with once() as deed:
        case = cases.read_case(case_id=case_id)
        while about_id is not None:
            for held in filed.list_standing(queries.CASE, [about_id]):
                if held.placed_by == actor.reference and held.reason == _disputed(case):
                    filing.lift(deed, held, f"{_disputed(case)}: {case.outcome}")
            about_id = cases.find_disputed(about_id)


def _disputed(case: CaseRow) -> str:
    return f"Keberatan {case.number}"


# ---- forgetting a person ---------------------------------------------------------------------------------------------


@command("archive.wish", answer=UUID)
def ask_to_be_forgotten(*, command_id: UUID, actor: Actor, now: datetime) -> UUID:
    """Note that a person wishes to be forgotten, for an administrator to look at; asking again is the same wish."""
    if actor.person_id is None or actor.kind != "person":
        raise NotFound
    with once() as deed:
        people.get_person(actor.person_id)  # a forgotten person has no wishes left
        open_wish = queries.find_open_wish(actor.person_id)
        wish = open_wish or Forgetting.objects.create(
            id=uuid4(), person_id=actor.person_id, asked_at=now, asked_by=actor.reference
        )
        if open_wish is None:
            deed.record(f"person:{actor.person_id}", "forgetting-asked", {"wish": str(wish.id)})
        deed.answer = str(wish.id)
        return wish.id


@command("archive.withdraw_wish")
def withdraw_wish(*, command_id: UUID, actor: Actor, now: datetime) -> None:
    """Take one's own open wish back. :raises Conflict: when it was decided meanwhile."""
    if actor.person_id is None:
        raise NotFound
    with once() as deed:
        wish = Forgetting.objects.select_for_update().filter(person_id=actor.person_id, state="open").first()
        if wish is None:
            raise Conflict
        _decide(deed, wish, "withdrawn", "")


@command("archive.refuse_wish")
def refuse_wish(*, command_id: UUID, actor: Actor, now: datetime, wish_id: UUID, reason: str) -> None:
    """Refuse a wish for a reason the person will read. :raises Conflict: when it was decided or taken back."""
    people_policy.require_administrator(actor)
    _require(reason=reason)
    with once() as deed:
        _decide(deed, _lock_wish(wish_id), "refused", reason)


@command("archive.forget", answer=UUID)
def forget_person(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, reason: str) -> UUID:
    """Destroy what identifies a person beyond their cases, which stay as the archive's schedule says; give the wish it ends.

    Their details' key, account, second factors, unsent applications and mandates go, for good. Cases keep what the law
    has them keep, under keys of their own. They are told so by one last message, put into words while their contact is known.
    :raises Conflict: `cannot-forget` while a case is open or held, or they hold an office. :raises NotAllowed: of oneself.
    """
    people_policy.require_administrator(actor)
    if actor.person_id == person_id:
        raise NotAllowed("four-eyes")
    _require(reason=reason)
    with once() as deed:
        people.lock_person(person_id)
        plan = queries.plan_forgetting(person_id, localdate(now))
        if plan.barred:
            raise Conflict("cannot-forget")
        wish = queries.find_open_wish(person_id) or Forgetting.objects.create(
            id=uuid4(), person_id=person_id, asked_at=now, asked_by=actor.reference
        )
        _say_farewell(deed, plan)
        holdings.forget(deed, person_id, reason)
        _decide(deed, wish, "done", reason, {"destroyed": plan.destroyed, "kept": plan.kept})
        deed.answer = str(wish.id)
        return wish.id


def _say_farewell(deed: journal.Deed, plan: queries.ForgettingPlan) -> None:
    """Owe the last message by mail, or by SMS without an address; nobody can read it once it left or was given up."""
    contacts = dict(people.list_contacts(plan.person_id))
    to = contacts.get("email") or contacts.get("sms")
    if to:
        lang = people.get_person(plan.person_id).language
        subject, body = farewell.write(plan, at=deed.now, lang=lang, short="email" not in contacts)
        post.owe(
            deed, to=to, masked="", subject=subject, body=body, language=lang, kind="forgotten", life=FAREWELL,
            perishable=True,
        )  # fmt: skip


def _lock_wish(wish_id: UUID) -> Forgetting:
    wish = Forgetting.objects.select_for_update().filter(id=wish_id).first()
    if wish is None:
        raise NotFound
    if wish.state != "open":
        raise Conflict
    return wish


def _decide(
    deed: journal.Deed, wish: Forgetting, state: str, reason: str, outcome: dict[str, dict[str, int]] | None = None
) -> None:
    Forgetting.objects.filter(id=wish.id).update(
        state=state, decided_at=deed.now, decided_by=deed.actor.reference, reason=intake.words(reason, 400, "reason"),
        outcome=outcome or {},
    )  # fmt: skip
    body = {"wish": str(wish.id), **(outcome or {})}
    deed.record(f"person:{wish.person_id}", f"forgetting-{state}", body)


def _require(**words: str) -> None:
    """Refuse empty words, each beside its field. :raises Invalid:"""
    missing = {name: texts.say(f"archive.missing.{name}") for name, text in words.items() if not text.strip()}
    if missing:
        raise Invalid(fields=missing)
