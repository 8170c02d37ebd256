"""Reading service.yaml: every key, its type and its words; what names something elsewhere is looked up in `cross_checks`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from balai.engine.forms.branch import Branch
from balai.engine.forms.form_yaml import OBJECTED
from balai.engine.letters import DOCUMENTS
from balai.engine.manifest.clock_law import CLOCK_KEYS, clock_law_of
from balai.engine.manifest.letter_parts import PART_KEYS, letter_parts_of, put_in_order
from balai.engine.manifest.periods import Period, read_period
from balai.engine.manifest.service import (
    AWAITED,
    OUTCOMES,
    Archive,
    Aside,
    CaseMessage,
    Cosigners,
    DisputedCase,
    End,
    Figures,
    HandledBy,
    LegalBasis,
    LetterKind,
    Notify,
    Objection,
    Phrase,
    Privacy,
    Promise,
    ServiceTime,
    Step,
    StepUnit,
    TimerRule,
)
from balai.engine.manifest.town import STATUSES, TownValue, read_value
from balai.engine.problems import Problems
from balai.engine.rules import Expression, compile_expression

KEYS = (
    "schema", "id", "version", "short", "in_force", "issuer", "system", "life_events", "icon", "keywords", "handled_by",
    "applicant", "legal_basis", "prefill", "once_only", "time", "fee", "town_values", "roles", "steps",
    "timers", "ends", "letters", "notify", "archive", "privacy", "figures", "objection", "standard",
    "phrases", "second_person", "messages", "about", "amended_by",
)  # fmt: skip
REQUIRED = (
    "schema", "id", "version", "short", "in_force", "issuer", "handled_by", "applicant", "legal_basis", "time", "roles",
    "steps", "ends", "letters", "notify", "archive", "privacy", "figures",
)  # fmt: skip
STEP_KEYS = (
    "role", "unit", "form", "operation", "letter", "decision", "inputs", "outputs", "due", "due_on", "not_same_person_as",
    "countersigns", "pauses_clock", "aside", "event", "amount", "account", "expired", "cosigners",
)  # fmt: skip
COSIGNER_KEYS = ("from", "name", "phone", "email", "nik", "at_least", "shows")
COUNTS = ("month", "unit", "outcome", "channel")
MEASURES = ("days_to_close", "on_time", "sent_back", "duration")
WORD = r"[a-z][a-z0-9_]{0,39}"  # an own name: of an event, a period, a message
WAYS = ("portal", "email", "sms", "whatsapp", "desk", "post")
BASES = ("public-task", "legal-obligation", "consent", "contract", "vital-interest", "legitimate-interest")
SENDERS = ("officer", "api", "case")
KINDS = ("objection", "correction", "annulment")  # why a case is about another
WHO = ("resident", "business", "anyone", "officer")
ASKED = ("name", "birth_place", "birth_date", "address", "phone", "email")
ON_BEHALF = ("family", "mandate", "guardian", "organisation")


@dataclass
class Sheet:
    """What service.yaml says by itself, before it is compared with the rest; `root` keeps where each key stands."""

    id: str = ""
    version: str = ""
    short: str = ""
    in_force: bool = False
    issuer: str = "this_office"
    system: str = ""
    who: str = "anyone"
    identity: str = "none"
    on_behalf: tuple[str, ...] = ()
    ask: tuple[str, ...] | None = None
    documents: tuple[str, ...] = ()
    life_events: tuple[str, ...] = ()
    icon: str = ""
    keywords: tuple[str, ...] = ()
    handled_by: HandledBy = field(default_factory=HandledBy)
    legal_basis: tuple[LegalBasis, ...] = ()
    prefill: Mapping[str, str] = field(default_factory=dict)
    once_only: tuple[str, ...] = ()
    time: ServiceTime = field(default_factory=lambda: ServiceTime((Promise(Period(5, "working-days")),)))
    fee: Expression | None = None
    town_values: Mapping[str, tuple[TownValue, ...]] = field(default_factory=dict)
    roles: tuple[str, ...] = ()
    steps: Mapping[str, Step] = field(default_factory=dict)
    timers: Mapping[str, TimerRule] = field(default_factory=dict)
    ends: Mapping[str, End] = field(default_factory=dict)
    letters: Mapping[str, LetterKind] = field(default_factory=dict)
    notify: tuple[Notify, ...] = ()
    archive: Archive = field(default_factory=lambda: Archive(""))
    privacy: Privacy = field(default_factory=lambda: Privacy("public-task"))
    figures: Figures = field(default_factory=Figures)
    objection: Objection | None = None
    standard: Mapping[str, str] = field(default_factory=dict)
    phrases: Mapping[str, Phrase] = field(default_factory=dict)
    second_person: str = "rules"
    messages: Mapping[str, CaseMessage] = field(default_factory=dict)
    about: DisputedCase | None = None
    amended_by: Mapping[str, str] = field(default_factory=dict)
    root: Branch | None = None

    def at(self, *path: str | int) -> Branch:
        """Answer the branch at a path, or the nearest one above it that exists."""
        assert self.root is not None
        here = self.root
        for part in path:
            below = here.child(part)
            if below is None:
                return here
            here = below
        return here


def read_sheet(root: Branch) -> Sheet:
    """Read service.yaml into a sheet, adding what is wrong to the branch's problems."""
    keys = root.keys(KEYS, required=REQUIRED)
    sheet = Sheet(root=root)
    if "schema" in keys and (keys["schema"].value != 1 or keys["schema"].value is True):
        keys["schema"].wrong("This version of Balai reads schema 1.", "Write schema: 1.")
    for name, read in _READERS.items():
        if name in keys:
            setattr(sheet, name, read(keys[name]))
    if "applicant" in keys:
        _read_applicant(sheet, keys["applicant"])
    sheet.steps = put_in_order(sheet.letters, sheet.steps, lambda letter: sheet.at("letters", letter, "signers"))
    return sheet


def _read_applicant(sheet: Sheet, branch: Branch) -> None:
    keys = branch.keys(("who", "identity", "on_behalf", "ask", "documents"), required=("who", "identity"))
    if "who" in keys:
        sheet.who = keys["who"].one_of(WHO)
    if "identity" in keys:
        sheet.identity = keys["identity"].one_of(("none", "contact", "seen", "national"))
    if "on_behalf" in keys:
        sheet.on_behalf = tuple(item.one_of(ON_BEHALF) for item in keys["on_behalf"].items())
    if "ask" in keys:
        sheet.ask = tuple(item.one_of(ASKED) for item in keys["ask"].items())
    if "documents" in keys:
        sheet.documents = tuple(item.one_of(tuple(DOCUMENTS)) for item in keys["documents"].items())


def period_of(branch: Branch | None) -> Period | None:
    """Answer the period written here, None where there is none or it is wrong."""
    if branch is None:
        return None
    try:
        return read_period(branch.text())
    except ValueError as error:
        branch.wrong(f"{error}.", 'Write for example "3 working-days".')
        return None


def expression_of(branch: Branch) -> Expression | None:
    """Answer the FEEL expression written here; a bare number stands for itself."""
    plain = isinstance(branch.value, int) and not isinstance(branch.value, bool)
    text = str(branch.value) if plain else branch.text()
    try:
        return compile_expression(text, file=branch.file, line=branch.line, element=branch.name) if text else None
    except Problems as wrong:
        branch.problems.extend(wrong.problems)
        return None


def _matching(pattern: str, what: str) -> Any:
    def read(branch: Branch) -> str:
        text = branch.text()
        if text and not re.fullmatch(pattern, text):
            branch.wrong(f'"{text}" does not fit here.', what)
        return text

    return read


_word = _matching(WORD, "Write small letters, digits and _, as in reported_late.")


def _basis_of(branch: Branch) -> LegalBasis:
    keys = branch.keys(("ref", "status", "note"), required=("ref", "status"))
    texts = {name: keys[name].text() for name in ("ref", "note") if name in keys}
    status = keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed"
    return LegalBasis(texts.get("ref", ""), status, texts.get("note", ""), branch.line)


def _handled_by(branch: Branch) -> HandledBy:
    keys = branch.keys(("unit_kind", "area", "unit"))
    found = HandledBy(**{name: one.text() for name, one in keys.items()})
    if bool(found.unit) == bool(found.unit_kind) or bool(found.unit_kind) != bool(found.area):
        branch.wrong(
            "It must be clear which unit handles a case.",
            "Write {unit: disdukcapil}, {unit_kind: kelurahan, area: apply.village}, or {unit: applicant.unit}.",
        )
    return found


def _time_of(branch: Branch) -> ServiceTime:
    known = ("due", "ends_on", "remind", "silence", "silence_basis", "status", "basis", *CLOCK_KEYS)
    several = (due := branch.child("due")) is not None and isinstance(due.value, list)
    keys = branch.keys(known, required=("due", "silence") if several else ("due", "silence", "status"))
    silence = keys["silence"].one_of(("deemed-granted", "none")) if "silence" in keys else "deemed-granted"
    basis = _basis_of(keys["silence_basis"]) if "silence_basis" in keys else None
    if silence == "none" and basis is None:
        keys["silence"].wrong(
            "Silence counts as consent by law, so opting out needs a legal basis.",
            "Add silence_basis: {ref: …, status: …}, or write silence: deemed-granted.",
        )
    return ServiceTime(
        promises=_promises_of(keys) if several else (_promise_of(keys),),
        remind=period_of(keys.get("remind")),
        silence=silence,
        silence_basis=basis,
        clock=clock_law_of(keys, period_of),
    )


def _promises_of(keys: Mapping[str, Branch]) -> tuple[Promise, ...]:
    """Read a list of periods, each with its own legal basis; the last is for everybody who is left."""
    for name in ("status", "basis", "ends_on"):
        if name in keys:
            keys[name].wrong("Each period of the list has a legal basis of its own.", f"Write {name} beside each due.")
    made = []
    for one in (items := tuple(keys["due"].items())):
        inside = one.keys(
            ("id", "when", "due", "ends_on", "basis", "status"), required=("id", "due", "basis", "status")
        )
        made.append(_promise_of(inside))
        if "when" not in inside and one is not items[-1]:
            one.wrong("This period is for everybody, so what follows is never reached.", "Add when: …, or put it last.")
    if not items or "when" in (items[-1].value if isinstance(items[-1].value, Mapping) else ()):
        place = items[-1] if items else keys["due"]
        place.wrong("It is not said what is promised to everybody else.", "End the list with a period without when.")
    return tuple(made) or (Promise(Period(5, "working-days")),)


def _promise_of(keys: Mapping[str, Branch]) -> Promise:
    return Promise(
        due=period_of(keys.get("due")) or Period(5, "working-days"),
        id=_word(keys["id"]) if "id" in keys else "",
        when=expression_of(keys["when"]) if "when" in keys else None,
        basis=keys["basis"].text() if "basis" in keys else "",
        status=keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed",
        line=keys["due"].line if "due" in keys else 0,
        rolls=keys["ends_on"].one_of(("working-day", "any-day")) == "working-day" if "ends_on" in keys else False,
    )


def _fee_of(branch: Branch) -> Expression | None:
    keys = branch.keys(("amount",), required=("amount",))
    return expression_of(keys["amount"]) if "amount" in keys else None


def _values_of(branch: Branch) -> dict[str, tuple[TownValue, ...]]:
    return {one.key: tuple(_value_entries(one)) for one in branch.entries()}


def _value_entries(branch: Branch) -> list[TownValue]:
    entries = list(branch.items()) if isinstance(branch.value, list) else [branch]
    return [read_value(entry, branch.key, "default") for entry in entries]


def _steps_of(branch: Branch) -> dict[str, Step]:
    return {one.key: _step_of(one) for one in branch.entries()}


def _step_of(branch: Branch) -> Step:
    keys = branch.keys(STEP_KEYS)
    plain = {
        name: keys[name].text()
        for name in ("role", "form", "operation", "letter", "decision", "event", "countersigns", "expired")
        if name in keys
    }
    inputs = {one.key: expression_of(one) for one in keys["inputs"].entries()} if "inputs" in keys else {}
    return Step(
        id=branch.key,
        **plain,
        unit=_unit_of(keys["unit"]) if "unit" in keys else None,
        inputs={name: expression for name, expression in inputs.items() if expression},
        outputs={one.key: one.text() for one in keys["outputs"].entries()} if "outputs" in keys else {},
        due=period_of(keys.get("due")),
        due_on=expression_of(keys["due_on"]) if "due_on" in keys else None,
        not_same_person_as=keys["not_same_person_as"].texts() if "not_same_person_as" in keys else (),
        amount=expression_of(keys["amount"]) if "amount" in keys else None,
        account=expression_of(keys["account"]) if "account" in keys else None,
        pauses_clock=keys["pauses_clock"].flag() if "pauses_clock" in keys else False,
        aside=_aside_of(keys["aside"]) if "aside" in keys else None,
        cosigners=_cosigners_of(keys["cosigners"]) if "cosigners" in keys else None,
        line=branch.line,
    )


def _cosigners_of(branch: Branch) -> Cosigners:
    """Read who must agree; whether the answers named are there is judged with the form."""
    keys = branch.keys(COSIGNER_KEYS, required=("from", "name"))
    form, _, source = (keys["from"].text() if "from" in keys else "apply").partition(".")
    if form != "apply":
        keys["from"].wrong("Co-signers are named by the application.", "Write from: apply.<rows>, or from: apply.")
    return Cosigners(
        source=source,
        **{name: keys[name].text() for name in ("name", "phone", "email", "nik") if name in keys},
        at_least=_at_least_of(keys["at_least"]) if "at_least" in keys else 0,
        shows=keys["shows"].texts() if "shows" in keys else (),
    )


def _at_least_of(branch: Branch) -> int:
    """Read how many must agree: `all`, or a number."""
    if branch.value == "all":
        return 0
    if isinstance(branch.value, int) and not isinstance(branch.value, bool) and branch.value > 0:
        return branch.value
    branch.wrong(f'"{branch.value}" is no number of people.', "Write all, or a number from 1.")
    return 0


_CODE = re.compile(
    r"[a-z0-9]+(-[a-z0-9]+)*(\.[0-9]+)*"
)  # disdukcapil, kec-64.72.05; a FEEL path has letters after its dot


def _unit_of(branch: Branch) -> StepUnit | None:
    """Read in which unit a step is done: a code, `parent`, or FEEL."""
    text = branch.text().strip()
    if _CODE.fullmatch(text):
        return StepUnit(code=text)
    chosen = expression_of(branch)
    return StepUnit(chosen=chosen) if chosen is not None else None


def _aside_of(branch: Branch) -> Aside | None:
    """Read for what a step that opens is put aside at once, and when its officer looks at it again."""
    keys = branch.keys(("for", "look_again"), required=("for", "look_again"))
    awaited = keys["for"].one_of(AWAITED) if "for" in keys else ""
    look_again = period_of(keys.get("look_again"))
    return Aside(awaited, look_again) if awaited and look_again else None


def _timers_of(branch: Branch) -> dict[str, TimerRule]:
    return {one.key: _timer_of(one) for one in branch.entries()}


def _phrases_of(branch: Branch) -> dict[str, Phrase]:
    return {one.key: _phrase_of(one) for one in branch.entries()}


def _phrase_of(branch: Branch) -> Phrase:
    keys = branch.keys(("into", "about", "with", "ref", "status"), required=("into",))
    form, _, into = (keys["into"].text() if "into" in keys else "").partition(".")
    if ("ref" in keys) != ("status" in keys):
        branch.wrong("A law without its mark, or a mark without its law.", 'Write ref: "...", status: unconfirmed.')
    return Phrase(
        id=branch.key,
        form=form,
        into=into,
        about=keys["about"].text() if "about" in keys else "",
        fits={one.key: one.text() for one in keys["with"].entries()} if "with" in keys else {},
        ref=keys["ref"].text() if "ref" in keys else "",
        status=keys["status"].one_of(STATUSES) if "status" in keys else "",
        line=branch.line,
    )


def _messages_of(branch: Branch) -> dict[str, CaseMessage]:
    return {one.key: _message_of(one) for one in branch.entries()}


def _message_of(branch: Branch) -> CaseMessage:
    keys = branch.keys(("from", "role", "form", "services"), required=("from",))
    return CaseMessage(
        id=branch.key,
        from_=tuple(item.one_of(SENDERS) for item in keys["from"].items()) if "from" in keys else (),
        role=keys["role"].text() if "role" in keys else "",
        form=keys["form"].text() if "form" in keys else "",
        services=keys["services"].texts() if "services" in keys else (),
        line=branch.line,
    )


def _timer_of(branch: Branch) -> TimerRule:
    keys = branch.keys(("after", "every", "basis", "status"), required=("basis", "status"))
    if ("after" in keys) == ("every" in keys):
        branch.wrong(
            "It is not clear what the timer counts.", "Write after: 10 working-days, or every: 5 working-days."
        )
    return TimerRule(
        id=branch.key,
        period=period_of(keys.get("after") or keys.get("every")) or Period(1, "days"),
        repeats="every" in keys,
        basis=keys["basis"].text() if "basis" in keys else "",
        status=keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed",
        line=branch.line,
    )


def _ends_of(branch: Branch) -> dict[str, End]:
    ends = {}
    for one in branch.entries():
        keys = one.keys(("outcome", "letter"), required=("outcome",))
        outcome = keys["outcome"].one_of(OUTCOMES) if "outcome" in keys else "lapsed"
        ends[one.key] = End(one.key, outcome, keys["letter"].text() if "letter" in keys else "", one.line)
    return ends


def _letters_of(branch: Branch) -> dict[str, LetterKind]:
    return {one.key: _letter_of(one) for one in branch.entries()}


def _letter_of(branch: Branch) -> LetterKind:
    known = ("kind", "number", "class", "signature", "verify", "valid", "replaces", "annuls", *PART_KEYS)
    keys = branch.keys(known, required=("kind", "number", "class", "signature", "verify"))
    over = {name: keys[name].one_of((OBJECTED,)) for name in ("replaces", "annuls") if name in keys}
    if len(over) > 1:
        branch.wrong("A letter replaces another, or annuls it.", "Keep replaces or annuls.")
    return LetterKind(
        id=branch.key,
        kind=keys["kind"].one_of(("grant", "refusal", "receipt", "notice")) if "kind" in keys else "notice",
        number=keys["number"].text() if "number" in keys else "",
        class_=keys["class"].text() if "class" in keys else "",
        signature=keys["signature"].one_of(("person", "seal")) if "signature" in keys else "person",
        verify=keys["verify"].one_of(("qr", "none")) if "verify" in keys else "qr",
        **_validity_of(keys.get("valid")),
        overturns=next(iter(over), ""),
        parts=letter_parts_of(keys, expression_of),
        line=branch.line,
    )


def _validity_of(branch: Branch | None) -> dict[str, Any]:
    """Read how long a letter holds: a period from its signing, or until a date of the case."""
    if branch is None or not isinstance(branch.value, Mapping):
        return {"valid": period_of(branch)}
    keys = branch.keys(("until", "at_most"), required=("until",))
    return {
        "until": expression_of(keys["until"]) if "until" in keys else None,
        "valid": period_of(keys.get("at_most")),
    }


def _notify_of(branch: Branch) -> tuple[Notify, ...]:
    found = []
    for one in branch.items():
        keys = one.keys(("when", "to", "by"), required=("when", "to", "by"))
        when = _word(keys["when"]) if "when" in keys else "received"
        to = keys["to"].one_of(("applicant", "assignee", "superior")) if "to" in keys else "applicant"
        by = tuple(item.one_of(WAYS) for item in keys["by"].items()) if "by" in keys else ()
        found.append(Notify(when, to, by, one.line))
    return tuple(found)


def _archive_of(branch: Branch) -> Archive:
    known = ("class", "from", "keep", "then", "basis", "status")
    keys = branch.keys(known, required=("class", "from", "then", "basis", "status"))
    then = keys["then"].one_of(("destroy", "review", "permanent")) if "then" in keys else "review"
    if then != "permanent" and "keep" not in keys:
        branch.wrong("It is not said how long the file is kept.", "Add keep: 5 years, or write then: permanent.")
    return Archive(
        class_=keys["class"].text() if "class" in keys else "",
        from_=keys["from"].one_of(("closed", "decided", "valid_until")) if "from" in keys else "closed",
        keep=period_of(keys.get("keep")),
        then=then,
        basis=keys["basis"].text() if "basis" in keys else "",
        status=keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed",
        line=branch.line,
    )


def _privacy_of(branch: Branch) -> Privacy:
    keys = branch.keys(("basis", "sensitive", "purpose"), required=("basis", "purpose"))
    purpose = keys["purpose"].keys(("id", "en"), required=("id", "en")) if "purpose" in keys else {}
    return Privacy(
        basis=keys["basis"].one_of(BASES) if "basis" in keys else "public-task",
        sensitive=keys["sensitive"].texts() if "sensitive" in keys else (),
        purpose={lang: one.text() for lang, one in purpose.items()},
    )


def _figures_of(branch: Branch) -> Figures:
    keys = branch.keys(("count_by", "measure"), required=("count_by", "measure"))
    count = tuple(item.one_of(COUNTS) for item in keys["count_by"].items()) if "count_by" in keys else ()
    measure = tuple(item.one_of(MEASURES) for item in keys["measure"].items()) if "measure" in keys else ()
    return Figures(count, measure)


def _objection_of(branch: Branch) -> Objection:
    known = ("to", "within", "basis", "status", "called", "service", "late", "reason", "shares")
    keys = branch.keys(known, required=("to", "within", "basis", "status"))
    to = keys["to"].keys(("role", "unit"), required=("role", "unit")) if "to" in keys else {}
    return Objection(
        role=to["role"].text() if "role" in to else "",
        unit=to["unit"].text() if "unit" in to else "",
        within=period_of(keys.get("within")) or Period(21, "working-days"),
        basis=keys["basis"].text() if "basis" in keys else "",
        status=keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed",
        appeal="called" in keys and keys["called"].one_of(("objection", "appeal")) == "appeal",
        service=keys["service"].text() if "service" in keys else "",
        late=keys["late"].one_of(("refused", "judged")) if "late" in keys else "refused",
        reason=tuple(keys["reason"].text().split(".")) if "reason" in keys else (),
        shares=keys["shares"].texts() if "shares" in keys else (),
        line=branch.line,
    )


def _about_of(branch: Branch) -> DisputedCase:
    keys = branch.keys(("case", "answers"), required=("case",))
    kind = keys["case"].one_of(KINDS) if "case" in keys else KINDS[0]
    return DisputedCase(kind, keys["answers"].texts() if "answers" in keys else (), branch.line)


def _amended_by(branch: Branch) -> dict[str, str]:
    return {name: one.text() for name, one in branch.keys(KINDS[1:]).items()}


def _words_of(branch: Branch) -> dict[str, str]:
    return {one.key: one.text() for one in branch.entries()}


_READERS: Mapping[str, Any] = {
    "id": _matching(
        r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "Write small letters, digits and hyphens, as in surat-keterangan-usaha."
    ),
    "version": _matching(r"[0-9A-Za-z][0-9A-Za-z.\-]{0,30}", 'Write it in quotes, as in "2026.1".'),
    "short": _matching(r"[A-Z]{2,5}", "Write 2 to 5 capital letters; every case number begins with them."),
    "in_force": Branch.flag,
    "issuer": lambda branch: branch.one_of(("this_office", "other_system")),
    "system": lambda branch: branch.text(),
    "life_events": Branch.texts,
    "icon": Branch.text,
    "keywords": Branch.texts,
    "handled_by": _handled_by,
    "legal_basis": lambda branch: tuple(_basis_of(item) for item in branch.items()),
    "prefill": _words_of,
    "once_only": lambda branch: tuple(one.removeprefix("applicant.") for one in branch.texts()),
    "time": _time_of,
    "fee": _fee_of,
    "town_values": _values_of,
    "roles": Branch.texts,
    "steps": _steps_of,
    "timers": _timers_of,
    "ends": _ends_of,
    "letters": _letters_of,
    "notify": _notify_of,
    "archive": _archive_of,
    "privacy": _privacy_of,
    "figures": _figures_of,
    "objection": _objection_of,
    "phrases": _phrases_of,
    "messages": _messages_of,
    "about": _about_of,
    "amended_by": _amended_by,
    "standard": _words_of,
    "second_person": lambda branch: branch.one_of(("rules", "all")),
}
