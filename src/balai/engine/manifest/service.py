"""A public service as its folder says: frozen objects that casework, doors and the check ask."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from balai.engine.forms import CodeTable, Form
from balai.engine.manifest.clock_law import ClockLaw
from balai.engine.manifest.connections import RecordShape
from balai.engine.manifest.doors import plain
from balai.engine.manifest.letter_parts import LetterParts
from balai.engine.manifest.periods import Period, is_longer
from balai.engine.manifest.town import TownValue
from balai.engine.problems import Problem
from balai.engine.process import Graph
from balai.engine.rules import DecisionModel, Expression

LANGS = ("id", "en")
AWAITED = ("system", "visit", "other")  # for what an officer's step is put aside
OUTCOMES = ("granted", "refused", "withdrawn", "lapsed", "handed_over", "deemed_granted")
WHENS = (  # what brings a notice about by itself; a step's `event` may be any other word that `notify` knows
    "received", "returned", "asked", "reminder", "decided", "granted", "refused", "handed_over", "ready", "collected",
    "withdrawn", "lapsed", "overdue", "deemed_granted", "extended", "warning",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LegalBasis:
    """Where a rule comes from, and whether an official has confirmed it."""

    ref: str
    status: str
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class HandledBy:
    """Which unit handles a case: a named one, or one of a kind in the area that an answer names."""

    unit_kind: str = ""
    area: str = ""
    unit: str = ""  # a unit's code, or OWN_UNIT

    @property
    def is_own(self) -> bool:
        """Tell whether the unit in which the applicant works handles the case."""
        return self.unit == OWN_UNIT


@dataclass(frozen=True, slots=True)
class Promise:
    """A period the service must keep, and for which applications: `when` None is for all that are left."""

    due: Period
    id: str = ""  # "" where the service promises the same to everybody
    when: Expression | None = None
    basis: str = ""
    status: str = "unconfirmed"
    line: int = 0
    rolls: bool = False  # a last day on which the office is closed moves to the next working day


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """The periods the service must keep, the first that fits a case; and what the law makes of silence."""

    promises: tuple[Promise, ...]
    remind: Period | None = None
    silence: str = "deemed-granted"
    silence_basis: LegalBasis | None = None
    clock: ClockLaw = field(default_factory=ClockLaw)

    @property
    def status(self) -> str:
        """Tell whether an official has confirmed every period."""
        return "unconfirmed" if any(one.status == "unconfirmed" for one in self.promises) else "confirmed"

    @property
    def basis(self) -> str:
        """Tell what the periods rest on."""
        return "; ".join(dict.fromkeys(one.basis for one in self.promises if one.basis))

    def promise(self, known: Mapping[str, object], now: datetime) -> Promise:
        """Choose what is promised to an application: `known` holds `apply` and the reserved names, typed."""
        for one in self.promises:
            if one.when is None or one.when.evaluate(known, now=now) is True:
                return one
        return self.promises[-1]

    def remind_before(self, due: Period) -> Period | None:
        """Tell how long before its end a period is reminded of; None where that would be before it began."""
        return None if self.remind is None or is_longer(self.remind, due) else self.remind


PARENT = "parent"
OWN_UNIT = "applicant.unit"  # as a handling unit: the one in which whoever applies works
UNIT_UNKNOWN = "unit-unknown"  # the code of the error that a step takes when its unit is none
_AREA_UNIT = re.compile(r"[a-z]+-[0-9]{2}(\.[0-9]+)*")  # kel-64.72.05.1003: made with the areas, and named nowhere


@dataclass(frozen=True, slots=True)
class StepUnit:
    """In which unit a step is done that the case's own unit does not do: one by its code, the one above, or one worked out."""

    code: str = ""  # a unit's code, or `parent`
    chosen: Expression | None = None  # gives a unit's code, or `parent`

    def name(self, known: Mapping[str, object], now: datetime) -> str:
        """Answer the unit's code, or `parent`; "" where what is worked out names none."""
        found = self.chosen.evaluate(known, now=now) if self.chosen is not None else self.code
        return found.strip() if isinstance(found, str) else ""


@dataclass(frozen=True, slots=True)
class Aside:
    """A step that waits for something outside the house from its first moment: nobody is late with it until they look again."""

    awaited: str  # one of AWAITED
    look_again: Period  # from when it opens

    def __str__(self) -> str:
        return f"{self.awaited}, {self.look_again}"


@dataclass(frozen=True, slots=True)
class Cosigners:
    """Who must agree with an application before it goes on: which answers name them, how many of them, and what they are shown."""

    source: str = ""  # rows of the application, or "" where its own fields name one person
    name: str = ""
    phone: str = ""
    email: str = ""
    nik: str = ""
    at_least: int = 0  # 0: all of them
    shows: tuple[str, ...] = ()  # answers of the application

    def __str__(self) -> str:
        told = [f"{key}: {column}" for key, column in self.columns.items() if column]
        where = ".".join(part for part in ("apply", self.source) if part)
        return f"{where} ({', '.join(told)}), {self.at_least or 'all'}, {', '.join(self.shows)}"

    def people(self, apply: Mapping[str, object]) -> list[dict[str, str]]:
        """Answer the persons whom an application names: name, phone, email and nik, "" where there is none."""
        rows = apply.get(self.source) if self.source else [apply]
        found = [
            {key: str(row.get(column) or "") if column else "" for key, column in self.columns.items()}
            for row in (rows if isinstance(rows, list | tuple) else ())
            if isinstance(row, Mapping)
        ]
        return [one for one in found if one["name"]]

    @property
    def columns(self) -> dict[str, str]:
        """Answer which field gives what of a person."""
        return {"name": self.name, "phone": self.phone, "email": self.email, "nik": self.nik}

    def needed(self, count: int) -> int:
        """Answer how many of so many persons must agree."""
        return min(self.at_least or count, count)


@dataclass(frozen=True, slots=True)
class Step:
    """What a task of the drawing means: who does it, with which form, operation, letter or decision."""

    id: str
    kind: str = ""  # the BPMN tag, such as userTask
    role: str = ""
    unit: StepUnit | None = None  # None: the unit that handles the case
    form: str = ""
    operation: str = ""
    letter: str = ""
    decision: str = ""
    inputs: Mapping[str, Expression] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    due: Period | None = None
    due_on: Expression | None = (
        None  # a date, such as the one that was booked; without one, or once it is past, `due` counts
    )
    not_same_person_as: tuple[str, ...] = ()
    countersigns: str = ""  # the signing step whose letter this one signs too; it is whole once both have
    pauses_clock: bool = False
    aside: Aside | None = None
    event: str = ""
    amount: Expression | None = None  # of a payment: in rupiah
    account: Expression | None = None  # of a payment: where it is paid to, in words
    expired: str = ""  # of a payment: the code of the error event that its term takes; once expanded, that event
    payment: str = ""  # the payment that this step is a part of
    cosigners: Cosigners | None = None  # of a request to agree: who
    line: int = 0

    def name_of(self, output: str) -> str:
        """Answer under which name an output of the step's operation is kept, "" where it is not."""
        return next((name for name, one in self.outputs.items() if one == output), "" if self.outputs else output)

    def pick(self, given: Mapping[str, object]) -> dict[str, object]:
        """Answer what is kept of an operation's outputs, under the names the folder gives them."""
        return {name: given.get(one) for name, one in self.outputs.items()} if self.outputs else dict(given)

    @property
    def is_applicants(self) -> bool:
        """Tell whether the citizen does this step."""
        return self.role == "applicant"

    @property
    def is_correction(self) -> bool:
        """Tell whether the citizen mends the application here, as against choosing a day or answering a question."""
        return self.is_applicants and self.form == "apply"


@dataclass(frozen=True, slots=True)
class TimerRule:
    """What a timer of the drawing counts by the handling unit's calendar, and on which basis."""

    id: str
    period: Period
    repeats: bool = False  # every so long, instead of once after so long
    basis: str = ""
    status: str = "unconfirmed"
    line: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence that an officer ticks in place of typing it: what is missing, or a ground of refusal with its law."""

    id: str
    form: str
    into: str  # the text it is written into
    about: str = ""  # the answer of the application that it marks wrong
    fits: Mapping[str, str] = field(default_factory=dict)  # offered only beside these answers of the same form
    ref: str = ""
    status: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """A message that the drawing waits for: who may send it, and which form it brings."""

    id: str
    from_: tuple[str, ...]  # officer (a button at the desk), api (a machine), case (another case)
    role: str = ""  # which an officer, or whom a machine acts for, must hold
    form: str = ""
    services: tuple[str, ...] = ()  # whose cases may send it
    line: int = 0


@dataclass(frozen=True, slots=True)
class End:
    """What it means that a case came to an end event: the outcome, and the letter that carries it."""

    id: str
    outcome: str
    letter: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class LetterKind:
    """A letter the service can make: its number, its archive class, who signs, and how long it is valid."""

    id: str
    kind: str  # grant, refusal, receipt, notice
    number: str
    class_: str
    signature: str = "person"  # person or seal
    verify: str = "qr"
    valid: Period | None = None  # counted from its signing; beside `until`, the longest it may hold
    until: Expression | None = None  # a date of the case, the last day on which it holds
    overturns: str = ""  # what becomes of the letter of the case it is about: replaced, annulled
    parts: LetterParts = field(default_factory=LetterParts)
    line: int = 0

    def last_day(self, known: Mapping[str, object], now: datetime, end_of: Callable[[Period], date]) -> date | None:
        """Answer the last day on which a letter signed now holds, None for ever; where its date is missing, it holds today.

        `known` is the case's data, typed; `end_of` counts a period from now by the unit's calendar; `now` is local.
        """
        longest = end_of(self.valid) if self.valid else None
        if self.until is None:
            return longest
        found = self.until.evaluate(known, now=now)
        day = found if isinstance(found, date) and not isinstance(found, datetime) else longest or now.date()
        return min(day, longest) if longest else day


@dataclass(frozen=True, slots=True)
class Notify:
    """Who is told of what, and by which ways."""

    when: str
    to: str
    by: tuple[str, ...]
    line: int = 0


@dataclass(frozen=True, slots=True)
class Archive:
    """How long the file is kept, counted from what, and what happens then; `keep` None is for ever."""

    class_: str
    from_: str = "closed"
    keep: Period | None = None
    then: str = "review"
    basis: str = ""
    status: str = "unconfirmed"
    line: int = 0


@dataclass(frozen=True, slots=True)
class Privacy:
    """On which basis personal data is used, what of it is sensitive, and what for."""

    basis: str
    sensitive: tuple[str, ...] = ()
    purpose: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is counted and measured of the service."""

    count_by: tuple[str, ...] = ()
    measure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Objection:
    """To whom and until when a person may object to a decision."""

    role: str
    unit: str
    within: Period
    basis: str
    status: str = "unconfirmed"
    appeal: bool = False  # it is one already: what follows an objection that was refused
    service: str = ""  # the service whose cases answer it; "" where it is made on paper alone
    late: str = "refused"  # after its term: refused, or judged, where the officer weighs why
    reason: tuple[str, ...] = ()  # where the decision's reason stands in the case's data
    shares: tuple[str, ...] = ()  # answers of the application that go along, as people read them
    line: int = 0


@dataclass(frozen=True, slots=True)
class DisputedCase:
    """That a service's cases are each about one case of another service, and what becomes of that one."""

    kind: str  # objection, correction or annulment
    answers: tuple[str, ...] = ()  # answers of the other case that may be read here, where its folder shares them
    line: int = 0

    @property
    def by_officer(self) -> bool:
        """Tell whether an officer of the other case begins it, and not its holder."""
        return self.kind != "objection"


@dataclass(frozen=True, slots=True)
class Quality:
    """The tier the folder claims, and per rule: done, todo, or the reason why it is exempt."""

    tier: str = "bronze"
    rules: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExampleEvent:
    """One thing that happens in a golden example: a task done, a message, an operation's answer, or time passing."""

    step: str = ""
    message: str = ""
    payment: str = ""
    cosigners: str = ""
    becomes: str = ""  # of a payment: paid, rejected or expired; of co-signers: agreed, refused or expired
    as_: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    operation: str = ""
    gives: Mapping[str, object] = field(default_factory=dict)
    fails: str = ""
    unit: str = ""  # in which unit the step is done
    extend: str = ""  # the reason for which more time is taken
    allow_return: str = ""  # the reason for which a case may go back a second time
    confirm: bool = False  # the legal desk confirms what silence decided
    at: datetime | None = None
    after: timedelta | None = None
    wait: timedelta | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A golden case: a story, the answers, what happens then, and what must come of it."""

    name: str
    story: str
    now: datetime
    applicant: Mapping[str, object]
    apply: Mapping[str, object]
    then: tuple[ExampleEvent, ...] = ()
    expect: Mapping[str, object] = field(default_factory=dict)
    refused_because: Mapping[str, str] = field(default_factory=dict)
    unit: Mapping[str, object] = field(default_factory=dict)
    channel: str = "portal"
    objected: Mapping[str, object] = field(default_factory=dict)  # the case it is about
    offered: Mapping[str, tuple[Mapping[str, object], ...]] = field(
        default_factory=dict
    )  # what may be ticked, by field
    file: str = ""
    lines: Mapping[str, int] = field(default_factory=dict)  # of the keys under `expect`


@dataclass(frozen=True, eq=False)
class Service:
    """A public service, read and checked. `key` is the SHA-256 of its files and of the town's parts it uses."""

    id: str
    version: str
    key: str
    short: str
    in_force: bool
    issuer: str
    system: str
    who: str
    identity: str
    on_behalf: tuple[str, ...]
    ask: (
        tuple[str, ...] | None
    )  # which facts about the applicant it asks; None: what it looks up and what its letters print
    documents: tuple[str, ...]  # which identity documents it takes; () asks for a NIK where one is needed
    life_events: tuple[str, ...]
    icon: str  # by which people tell it from others; "" leaves it to the pages
    keywords: tuple[str, ...]
    handled_by: HandledBy
    legal_basis: tuple[LegalBasis, ...]
    prefill: Mapping[str, str]
    once_only: tuple[str, ...]
    time: ServiceTime
    fee: Expression | None
    town_values: Mapping[str, tuple[TownValue, ...]]
    roles: tuple[str, ...]
    steps: Mapping[str, Step]
    timers: Mapping[str, TimerRule]
    ends: Mapping[str, End]
    letters: Mapping[str, LetterKind]
    notify: tuple[Notify, ...]
    archive: Archive
    privacy: Privacy
    figures: Figures
    objection: Objection | None
    standard: Mapping[str, str]
    forms: Mapping[str, Form]
    graph: Graph
    rules: DecisionModel | None
    texts: Mapping[str, Mapping[str, object]]
    examples: tuple[Example, ...]
    quality: Quality
    letter_sources: Mapping[str, bytes]
    tables: Mapping[str, CodeTable]
    prints: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by letter, of its applicant's identity
    zone: str = "Asia/Makassar"
    units: frozenset[str] = frozenset()  # the units that the town names; empty where nobody knows
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    second_person: str = "rules"  # "all": texts too are published by a second person
    messages: Mapping[str, CaseMessage] = field(default_factory=dict)
    about: DisputedCase | None = None  # each of its cases is about one of another service
    amended_by: Mapping[str, str] = field(default_factory=dict)  # correction, annulment: by which service
    records: Mapping[str, tuple[str, RecordShape]] = field(
        default_factory=dict
    )  # by step that looks up: its name and shape
    warnings: tuple[Problem, ...] = ()  # what does not stop the service from being used

    @property
    def is_officers(self) -> bool:
        """Tell whether only those who work here apply, from the desk; the public is not shown it."""
        return self.who == "officer"

    @property
    def asked(self) -> frozenset[str]:
        """Tell which facts about its applicant the service asks, beside how to reach them: those named, and whatever a letter prints."""
        return frozenset(self.ask or ()) | self.printed

    @property
    def printed(self) -> frozenset[str]:
        """Tell which facts of an applicant's identity one of the letters prints, whatever the case comes to."""
        return frozenset().union(*self.prints.values())

    def text(self, key: str, lang: str, default: str | None = None) -> str:
        """Answer a text by its dotted key in this language, else in the other one, else `default`; words alone, without links.

        :raises KeyError: when neither language has it and there is no default.
        """
        for one in (lang, *(other for other in LANGS if other != lang)):
            found = find_text(self.texts.get(one, {}), key)
            if isinstance(found, str):
                return plain(found)
        if default is None:
            raise KeyError(f"{self.id}: there is no text {key}")
        return default

    def text_list(self, key: str, lang: str) -> tuple[str, ...]:
        """Answer a list of texts by its dotted key, a single text as a list of one; empty where there is none."""
        return tuple(map(plain, self.leading_texts(key, lang)))

    def leading_texts(self, key: str, lang: str) -> tuple[str, ...]:
        """Answer the same with what leads to a page or a door in it, which `doors.split` takes apart."""
        for one in (lang, *(other for other in LANGS if other != lang)):
            found = find_text(self.texts.get(one, {}), key)
            if found is not None:
                return tuple(map(str, found)) if isinstance(found, list) else (str(found),)
        return ()

    def promised(self, promise: Promise, lang: str) -> str:
        """Answer a promise in words: the period, and for which applications where there are several."""
        words = promise.due.text(lang)
        return f"{words} ({self.text(f'time.{promise.id}', lang, promise.id)})" if promise.id else words

    def countersigner(self, step_id: str) -> Step | None:
        """Find the step that signs the letter of a signing step too; None where that one makes it whole."""
        return next((one for one in self.steps.values() if one.countersigns == step_id), None)

    def signing_order(self, letter: str) -> tuple[Step, ...]:
        """List the steps that sign a letter behind its first signer, in the order in which they do."""
        firsts = [one for one in self.steps.values() if one.letter == letter and not one.countersigns]
        found: list[Step] = []
        for first in firsts:
            after = self.countersigner(first.id)
            while after is not None and after not in found:
                found.append(after)
                after = self.countersigner(after.id)
        return tuple(found)

    def may_be_unit(self, code: str) -> bool:
        """Tell whether a code can be one of the town's units, as far as the town names them."""
        return bool(code) and (not self.units or code in self.units or _AREA_UNIT.fullmatch(code) is not None)

    def labels(self, lang: str, *, public: bool) -> dict[str, str]:
        """Answer what the drawing's elements are called in a language, by id: for the public, or for those who work on it.

        What the texts do not name keeps the words of the drawing.
        """
        pictured = {id: words for id, words in self.pictured(lang).items() if public or id not in self.steps}
        named = {id: self.text(f"steps.{id}.title", lang, "") for id in self.steps}
        named |= {id: self.text(f"ends.{id}.title", lang, "") for id in self.ends}
        return {id: words for id, words in {**named, **pictured}.items() if words}

    def pictured(self, lang: str) -> dict[str, str]:
        """Answer what the texts call the drawing's elements for the public, by id."""
        found = find_text(self.texts.get(lang, {}), "picture")
        return {str(id): str(words) for id, words in found.items()} if isinstance(found, Mapping) else {}

    def town_at(self, on: date) -> dict[str, object]:
        """Answer the town values valid on a date, by name."""
        return {
            name: value.value
            for name, values in self.town_values.items()
            for value in values
            if value.valid_from <= on and (value.valid_to is None or on <= value.valid_to)
        }

    @property
    def is_unconfirmed(self) -> bool:
        """Tell whether any law the service rests on has not been confirmed by an official."""
        marks = [self.time.status, self.archive.status, *(basis.status for basis in self.legal_basis)]
        marks += [timer.status for timer in self.timers.values()]
        marks += [value.status for values in self.town_values.values() for value in values]
        marks += [one.status for one in (self.objection, self.time.silence_basis) if one]
        marks += [one.status for _, one in self.time.clock.rows()]
        marks += [one.status for one in self.phrases.values()]
        marks += [one.parts.stamp.status for one in self.letters.values() if one.parts.stamp]
        return "unconfirmed" in marks


def find_text(tree: object, key: str) -> object:
    """Answer what stands at a dotted key of a tree, None where there is nothing."""
    for part in key.split("."):
        tree = tree.get(part) if isinstance(tree, Mapping) else None
    return tree
