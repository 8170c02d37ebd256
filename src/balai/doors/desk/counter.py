"""Assisted application at a counter: a citizen who is present is known by the card in the officer's hand."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID

from balai.base import intake, throttle
from balai.base.errors import Invalid, NotAllowed, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import Fact
from balai.casework.cases import actions as cases
from balai.casework.cases import identity
from balai.casework.cases import rules as cases_rules
from balai.casework.cases.actions.submission import application_scope
from balai.casework.cases.queries import DraftView
from balai.engine import forms, letters
from balai.records.entrance.officers import Desk
from balai.records.offices import queries as offices
from balai.records.people import actions as people_actions
from balai.records.people import queries as people
from balai.records.people.rules import Identity, SeenDocument, read_document, take_phone
from balai.records.protection import policy as protection
from balai.records.protection import queries as protections

LOOKS = 20  # an hour and officer
SHOWN = ("ktp", "sktt", "itap", "itas", "passport")  # what an adult shows at a counter
VISITORS = 60  # an hour and officer, where an application begins


@dataclass(frozen=True, slots=True)
class ShownDocument:
    """Which identity document somebody shows at a counter, and its number, as the officer copied them."""

    kind: str
    number: str
    nationality: str = ""

    @classmethod
    def of(cls, typed: Mapping[str, str]) -> "ShownDocument":
        """Read it from what was typed; a KTP-el unless something else was chosen."""
        kind = typed.get("document", "")
        if kind not in SHOWN or kind == "ktp":
            return cls("ktp", intake.number(typed.get("nik", "")))
        number = intake.line(typed.get("nik", ""), 40, "nik")
        foreign = letters.DOCUMENTS[kind].foreign
        return cls(kind, number, intake.line(typed.get("nationality", ""), 60, "nationality") if foreign else "")

    @property
    def read(self) -> SeenDocument | None:
        """Give the document, None for what can be no number of one; whether it is a NIK that can be, the register judges."""
        if self.kind == "ktp":
            return SeenDocument("ktp", self.number) if len(self.number) == 16 else None
        return read_document(self.kind, self.number, self.nationality)

    @property
    def faults(self) -> dict[str, str]:
        """Say what was not copied, beside its field."""
        if self.read is not None:
            return {}
        lacks_state = self.kind != "ktp" and not self.nationality and letters.DOCUMENTS[self.kind].foreign
        at = "nationality" if lacks_state else "nik"
        words = "nik" if self.kind == "ktp" else "nationality" if lacks_state else "number"
        return {at: texts.say(f"desk.counter.fault.{words}")}


@dataclass(frozen=True, slots=True)
class IdentityCard:
    """What an officer reads off the identity card, and how the citizen can be reached."""

    shown: ShownDocument
    name: str
    birth_place: str
    birth_date: date | None
    sex: str
    address: str
    village: str
    phone: str
    email: str
    seen: bool
    sure: bool = False  # that the card says so, though the record says otherwise

    def identity(self) -> Identity:
        """Give it as the register of persons keeps it."""
        return Identity(
            name=self.name,
            nik=self.shown.number if self.shown.kind == "ktp" else "",
            document="" if self.shown.kind == "ktp" else self.shown.kind,
            document_number="" if self.shown.kind == "ktp" else self.shown.number,
            nationality=self.shown.nationality,
            birth_date=self.birth_date,
            birth_place=self.birth_place,
            sex=self.sex,
            address=self.address,
            village=self.village,
            phone=take_phone(self.phone) or "",
            email=self.email,
        )


def list_documents(lang: str) -> list[tuple[str, str]]:
    """List the identity documents that may be shown at a counter, with what they are called."""
    return [(one, identity.name_document(one, lang)) for one in SHOWN]


def know_citizen(desk: Desk, card: IdentityCard, command_id: UUID) -> UUID:
    """Find or register the citizen at the counter and bind them to the card that was seen.

    :raises Invalid: `fields` says what to mend. :raises Conflict: the card cannot be bound to this person.
    """
    _require(card)
    return people_actions.know_by_card(
        command_id=command_id, actor=desk.through("counter"), now=desk.now, identity=card.identity(), reason="counter",
        sure=card.sure,
    )  # fmt: skip


def find_visitor(desk: Desk, shown: ShownDocument, born: date | None, seen: bool) -> people.PersonView | None:
    """Find and open the record of whoever is at the counter, so that nothing known is asked again; the reading is recorded first.

    :raises Invalid: `fields` says what is missing. :raises TooMany: when this officer looked too often.
    """
    person_id = find_by_card(desk, shown, born, seen, most=VISITORS)
    if person_id is None:
        return None
    return people.read_person(desk.through("counter"), person_id, purpose="counter", now=desk.now)


def own_first(desk: Desk, table: forms.CodeTable) -> forms.CodeTable:
    """Put the villages of this officer's own units first, the others as they were."""
    own = offices.list_areas_of({held.unit_id for held in desk.held})
    return forms.CodeTable(table.name, tuple(sorted(table.rows, key=lambda row: row.code not in own)))


def find_by_card(desk: Desk, shown: ShownDocument, born: date | None, seen: bool, *, most: int = LOOKS) -> UUID | None:
    """Find who was bound to the card in the officer's hand; number and date of birth must both fit.

    So whoever tries numbers learns nothing, and is slowed down. Whoever is protected is found by the two posts that see them alone.
    :raises Invalid: `fields` says what is missing. :raises TooMany: when this officer looked too often.
    """
    require_card({"birth_date": born, "seen": seen}, shown)
    document = shown.read
    assert document is not None, "what cannot be read was refused"
    counted = "counter-card" if most == LOOKS else "counter-visitor"
    throttle.take(counted, str(desk.person_id), limit=most, per=timedelta(hours=1), now=desk.now)
    person_id = people.find_person_by_document(document)
    fits = person_id is not None and people.get_person(person_id).birth_date == born
    if person_id is None or not fits:
        return None
    try:
        protection.require_shown(desk.through("counter"), person_id, desk.now, purpose="counter")
    except NotFound:
        return None
    return person_id


def require_card(given: Mapping[str, date | str | bool | None], shown: ShownDocument) -> None:
    """Refuse what was not copied from the card, each beside its field. :raises Invalid:"""
    missing = {name: texts.say(f"desk.counter.fault.{name}") for name, value in given.items() if not value}
    if missing := shown.faults | missing:
        raise Invalid(fields=missing)


def _require(card: IdentityCard) -> None:
    phone = not card.phone or take_phone(card.phone)
    require_card(
        {
            "name": card.name,
            "birth_date": card.birth_date,
            "seen": card.seen,
            "phone": phone,
        },
        card.shown,
    )


def read_phone(text: str, field: str) -> str:
    """Read a phone number that may be left out. :raises Invalid: when it is none."""
    normal = take_phone(text) if text else ""
    if normal is None:
        raise Invalid(fields={field: texts.say("desk.counter.fault.phone")})
    return normal


def begin(desk: Desk, service_id: str, person_id: UUID) -> UUID:
    """Begin an application for the citizen; it lies in this officer's hands until it is sent."""
    draft_id, _ = cases.start_draft(
        actor=desk.through("counter"), now=desk.now, service_id=service_id, answers={}, on_behalf_of=person_id
    )
    return draft_id


def object_to(desk: Desk, number: str, person_id: UUID) -> UUID:
    """Begin an objection to a case for its holder, who stands here; it lies in this officer's hands until it is sent."""
    try:
        draft_id, _ = cases.begin_objection(
            actor=desk.through("counter"), now=desk.now, number=number, lang=desk.lang, for_person=person_id
        )
    except (NotFound, NotAllowed):  # whose it is instead, nobody is told here
        raise Invalid(fields={"service": texts.say("desk.counter.fault.about")}) from None
    return draft_id


def disputed_facts(found: DraftView, lang: str) -> tuple[Fact, ...]:
    """Show the case that an application is about; nothing where it is about none."""
    told = found.answers.get(cases_rules.SHOWN, {})
    shown = {name: str(told.get(name) or "") for name in ("service", "number", "letter_number", "decided_by", "reason")}
    return tuple(Fact(texts.say(f"desk.linked.fact.{name}", lang), value) for name, value in shown.items() if value)


def veiled(desk: Desk, record: people.PersonView) -> people.PersonView:
    """Take off a record what is hidden from this officer."""
    return protections.veil(record) if protection.is_hidden(desk.through("counter"), record.id, desk.now) else record


def about_form(found: DraftView, record: people.PersonView) -> forms.Form:
    """Make the form that asks what the service needs of a citizen and their record does not know: it is read off the card."""
    known, firm = cases_rules.applicant_tree(record), record.kind != "natural"
    return identity.about_form(found.service, known, firm=firm, prefix=identity.PREFIX)


def record_of(desk: Desk, found: DraftView) -> people.PersonView:
    """Open the record of who an application is for, also when it was joined into another meanwhile; the reading is recorded first."""
    officer = desk.through("counter")
    citizen = found.draft.on_behalf_of_id
    if citizen is None and (told := found.answers.get(cases_rules.HOLDER)):  # the other case's holder has no record
        born = date.fromisoformat(told["birth_date"]) if told.get("birth_date") else None
        known = {
            name: str(told.get(name, "")) for name in ("nik", "birth_place", "address", "village", "phone", "email")
        }
        identity_ = Identity(name=str(told.get("name", "")), birth_date=born, **known)
        return people.PersonView(found.draft.id, "natural", None, "contact", identity_)
    assert citizen is not None, "an application at the counter is for a citizen"
    try:
        return people.read_person(officer, citizen, purpose="application", now=desk.now)
    except NotFound:
        kept = people.find_joined(citizen)
        if kept is None:
            raise
        return people.read_person(officer, kept, purpose="application", now=desk.now)


def scope_of(desk: Desk, found: DraftView, citizen: people.PersonView) -> forms.JudgingScope:
    """Build what the application is judged against: the citizen as they are known, not the officer."""
    tree = cases_rules.applicant_tree(citizen) | {"identity": citizen.identity_level, "on_behalf": False}
    scope = application_scope(found.service, tree, desk.now, desk.lang, channel="counter",
        objected=found.answers.get(cases_rules.SHOWN),
    )  # fmt: skip
    if "village" in scope.tables:
        scope = replace(scope, tables={**scope.tables, "village": own_first(desk, scope.tables["village"])})
    return scope
