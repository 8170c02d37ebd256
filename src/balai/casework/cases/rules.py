"""The pure rules of a case: numbers, what a script or rule may see, who may be asked, when the clock stands still."""

import json
import random
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from balai.base import codes
from balai.base.canonical import write_canonical
from balai.base.clock import Calendar
from balai.engine import forms, manifest, process, rules

DRAFT_KEPT = timedelta(days=30)  # how long an application may lie unfinished
ON_PAPER = ("outage", "paper")  # why an application comes to the counter later than to the office
NO_LINE = "no-line"  # the counter itself took it, while it had no line
RECEIVED = (*ON_PAPER, NO_LINE)
HANDED = "$handed"  # beside a draft's answers: the number a counter handed out for it, and when it was taken
SHOWN = "$objected"  # beside a draft's answers: what is known of the case it will be about, to be shown
OFFERS = "$offers"  # beside a draft's answers: what a registry offered to be ticked
HOLDER = "$contact"  # beside a draft's answers: what an applicant without an account told about themselves
CODE = 8  # letters of a case number beside its service's short name
LOOK_UP = "registry.look_up"  # the operation that asks a registry
_NUMBER = re.compile(r"[A-Za-z]{2,5}[- ]?[0-9A-Za-z]{4}[- ]?[0-9A-Za-z]{4}")
_BETWEEN = re.compile(r"[\s\u2010-\u2015-]+")  # blanks and hyphens, also those that word processors make of them


def make_number(short: str) -> str:
    """Make a case number such as SKU-7K3M-Q2XF: 40 random bits, so that nobody can count or guess cases."""
    return spell_number(short, codes.draw(CODE))


def spell_number(short: str, code: str) -> str:
    """Spell a case number of a service's short name and its eight letters."""
    return f"{short}-{code[:4]}-{code[4:]}"


def code_of(number: str) -> str:
    """Give the eight letters of a case number, without the service's short name."""
    return number.replace("-", "")[-CODE:]


def read_number(typed: str) -> str:
    """Read a case number as people type it: any case, with blanks and hyphens or without, O for 0."""
    plain = _BETWEEN.sub("", forms.drop_hidden(typed)).upper()
    head, code = plain[:-8], codes.read(plain[-8:])
    return f"{head}-{code[:4]}-{code[4:]}"


def is_number(typed: str) -> bool:
    """Tell whether a text has the shape of a case number, which may hold letters alone (SKU-FQDD-XQEV)."""
    return _NUMBER.fullmatch(_BETWEEN.sub("-", forms.drop_hidden(typed).strip())) is not None


def make_secret() -> str:
    """Make a secret for a tracking or resume link: 100 random bits in 20 letters people can read out."""
    return codes.draw(20)


def search_words(name: str) -> set[str]:
    """Fold a name into the words it is found by: lower case, no marks, two letters or more."""
    folded = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in folded).split()
    return {word for word in words if len(word) >= 2}


BUSINESS_NAME = "business_name"  # the answer of an application by whose words its case is found too
_LIKE_PHONE = re.compile(r"\+?[0-9][0-9 .()/-]{6,22}[0-9]")


def is_like_phone(typed: str) -> bool:
    """Tell whether a text has the shape of a whole phone number; a few digits are none."""
    return _LIKE_PHONE.fullmatch(typed.strip()) is not None


def asked_words(typed: str, shorts: Collection[str]) -> set[str]:
    """Give the words a case is looked for by; the service's short name before a part of a number says nothing further."""
    heads = {short.lower() for short in shorts}
    words = set[str]()
    for word in search_words(typed):
        head = next((one for one in heads if word.startswith(one) and len(word) in (len(one) + 4, len(one) + 8)), "")
        rest = word.removeprefix(head) if any(letter.isdigit() for letter in word) else word
        words |= {rest[:4], rest[4:]} if len(rest) == 8 and any(map(str.isdigit, rest)) else {rest}
    return words - heads or words


def pick(people: Sequence[UUID], *, seed: UUID) -> UUID | None:
    """Choose one officer at random, the same again for the same command, so that nobody can steer who gets a case."""
    if len(people) < 2:
        return (
            people[0] if people else None
        )  # nothing to choose: to begin a series of numbers costs more than all else here
    return random.Random(seed.int).choice(sorted(people, key=lambda person: person.int))


# ---- the case's data ------------------------------------------------------------------------------------------------


def to_bytes(tree: Mapping[str, Any]) -> bytes:
    """Write a case's data as canonical JSON."""
    return write_canonical(tree).encode()


def from_bytes(data: bytes) -> dict[str, Any]:
    """Read a case's data back."""
    tree: dict[str, Any] = json.loads(data)
    return tree


def typed(service: manifest.Service, tree: Mapping[str, Any]) -> dict[str, Any]:
    """Give the data its types once, as the forms declare them: dates, decimals, lists of groups."""
    made = dict(tree)
    for key, value in tree.items():
        form = form_of(service, key)
        if form is not None and isinstance(value, Mapping):
            made[key] = forms.from_json(form, value)
    for key, (name, shape) in service.records.items():
        value = made.get(key)
        if isinstance(value, Mapping) and value.get(name) is not None:
            with suppress(ValueError):  # kept before the registry was described so
                made[key] = {**value, name: manifest.fit(shape, value[name])}
    return made


def form_of(service: manifest.Service, key: str) -> forms.Form | None:
    """Find the form whose answers stand under a key of the data: `apply`, a user task's element id, or a message's name."""
    if key == "apply":
        return service.forms["apply"]
    if key in service.messages:
        return service.forms.get(service.messages[key].form)
    step = service.steps.get(key)
    if step is None or not step.form or step.form == "apply":
        return None
    return service.forms[step.form]


def form_key(step: manifest.Step) -> str:
    """Tell under which key a user task's answers are kept; a correction rewrites the application itself."""
    return "apply" if step.form == "apply" else step.id


def applicant_tree(person: Any) -> dict[str, Any]:
    """Write down who applies, as known now, in canonical JSON; what is not known is left out."""
    tree = {
        # an organisation's number is no NIK: no letter may call it so, and no registry of residents knows it
        "name": person.name, "nik" if person.kind == "natural" else "nib": person.nik, "birth_place": person.birth_place, "address": person.address,
        "village": person.village, "phone": person.phone, "email": person.email,
        "birth_date": person.birth_date.isoformat() if person.birth_date else "",
        "document": person.identity.document, "document_number": person.identity.document_number,
        "nationality": person.identity.nationality,
    }  # fmt: skip
    return {key: value for key, value in tree.items() if value}


def officer_tree(person: Any, post: Any, on_date: date) -> dict[str, str]:
    """Write down where an applicant works, as known on a day; what is not known is left out."""
    tree = {
        "unit": post.unit_code, "unit_name": post.unit_name, "post": post.post_title, "role": post.role,
        "nip": person.nip_printed, "rank": person.rank_printed(on_date),
    }  # fmt: skip
    return {key: value for key, value in tree.items() if value}


def typed_applicant(tree: Mapping[str, Any]) -> dict[str, Any]:
    """Give an applicant's data its types: the birth date is a date."""
    born = tree.get("birth_date")
    return {**tree, "birth_date": date.fromisoformat(born)} if isinstance(born, str) and born else dict(tree)


TELLING = re.compile(r"address|alamat|phone|telepon|telp|village|kelurahan|email|lokasi|location|(^|_)r[tw](_|$)")


POST = "$post"  # beside a draft's answers: as the holder of which post an officer applies
NAMING = frozenset({"string", "email", "nik", "kk", "nib"})  # kinds of fields in which an applicant names themself
TYPED = NAMING | {"text"}  # kinds in which an officer may have written anything


def veil(service: manifest.Service, data: Mapping[str, Any], *, words: str, nameless: bool = False) -> dict[str, Any]:
    """Take off a case's data what tells where its applicant is or how to reach them.

    Off go address, village, phone and mail of the record and of every form, all files, whatever the applicant wrote in long
    texts, what a registry said of their place, and what rules were told. For whatever officers typed in words, long or short, stand
    `words`; what they chose, counted or dated stays. `nameless`, for who has no record, takes off all that names them too.
    """
    made: dict[str, Any] = {}
    for key, value in data.items():
        form = form_of(service, "apply" if key == BEFORE else key)
        if not isinstance(value, Mapping):
            made[key] = value
        elif form is not None:
            own = key in ("apply", BEFORE)
            made[key] = {
                name: words if not own and (field := form.fields.get(name)) and field.kind in TYPED else inner
                for name, inner in value.items()
                if not _tells(form.fields.get(name), name, own, nameless)
            }
        elif key in (EXTENDED, RETURN_ALLOWED, NOT_SILENCE):
            made[key] = {**value, "reason": words}
        elif key == OBJECTED:
            made[key] = {**value, "told": [], "answers": {}, "reason": words}
        elif nameless and key == "applicant":
            made[key] = {}
        elif key == "_reasons":
            made[key] = {node: {**reason, "inputs": {}} for node, reason in value.items()}
        else:
            made[key] = _without_place(value)
    return made


def _tells(field: forms.Field | None, name: str, applicants: bool, nameless: bool) -> bool:
    if field is None:
        return bool(TELLING.search(name))
    if field.kind == "group":
        return True  # rows of others, such as partners of a business, or what officers wrote in rows: with them whoever knows the person
    return (
        field.kind in ("file", "phone", "village")
        or (applicants and (field.kind == "text" or (nameless and field.kind in NAMING)))
        or bool(TELLING.search(name))
    )


def _without_place(value: Any) -> Any:
    """Take every address, phone and the like out of a tree."""
    if isinstance(value, Mapping):
        return {key: _without_place(inner) for key, inner in value.items() if not TELLING.search(str(key))}
    return value


@dataclass(slots=True)
class Reasons:
    """Collects why each rule answered as it did, in a form that can be kept with the case and shown to the citizen."""

    by_node: dict[str, Any] = field(default_factory=dict)


def decider(service: manifest.Service, reserved: Mapping[str, Any], reasons: Reasons) -> Any:
    """Make the function that answers a business rule task from the folder's rules, keeping the reasons."""

    def decide(node: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        step = service.steps[node]
        assert service.rules is not None and step.decision, "the manifest checked that a bound decision exists"
        scope = {**reserved, **data}
        inputs = {name: expression.evaluate(scope, now=now) for name, expression in step.inputs.items()}
        answer = service.rules.decide(step.decision, inputs, now=now)
        reasons.by_node[node] = {
            "decision": step.decision,
            "version": answer.model_version[:12],
            "inputs": {name: rules.to_json(value) for name, value in inputs.items()},
            "rules": [
                {
                    "table": reason.decision,
                    "rule": reason.rule_number,
                    "id": reason.rule_id,
                    "annotations": [list(pair) for pair in reason.annotations],
                }
                for reason in answer.reasons
            ],
            "text": {lang: answer.explain(lang) for lang in ("id", "en")},
        }
        return {node: answer.value}

    return decide


# ---- what would change a decision --------------------------------------------------------------------------------

TOLD = 3  # changes of one decision that its holder is told of: the smallest ones
OPEN = ("town", "unit", "case", "apply", "applicant")  # what a rule reads of these, the holder knows or may know
_QUOTED = re.compile("“([^”]+)”")


def what_would_change(service: manifest.Service, tree: Mapping[str, Any], lang: str, now: datetime) -> list[str]:
    """Say which answers of the applicant, alone or the fewest together, would have led the case's rules elsewhere.

    Only what the applicant answered themselves is changed and named, in the words of their form; whatever an officer
    noted stays as it is and is neither named nor told. Each change was tried on the very version that decided.
    """
    return [said for node in sorted(tree.get("_reasons", {})) for said in changes_of(service, tree, node, lang, now)]


def changes_of(service: manifest.Service, tree: Mapping[str, Any], node: str, lang: str, now: datetime) -> list[str]:
    """Say it of the decision of one step."""
    why, step = tree["_reasons"][node], service.steps.get(node)
    if step is None or service.rules is None or step.decision != why["decision"]:
        return []  # migrated to a version that decides otherwise
    fields = _own_inputs(service, step)
    inputs = _decided_on(service.rules, step.decision, why["inputs"])
    answer = service.rules.decide(step.decision, inputs, now=now)
    if not fields or [one.rule_id for one in answer.reasons] != [rule["id"] for rule in why["rules"]]:
        return []  # it rested on the day, and today it would be another one
    reader = rules.Audience(
        {
            name: {each: service.text(f"{one.text_key}.label", each, name) for each in ("id", "en")}
            for name, one in fields.items()
        },
        {name for name, expression in step.inputs.items() if expression.names <= set(OPEN)},
    )  # fmt: skip
    found = service.rules.what_would_change(step.decision, inputs, now=now, reader=reader)
    return [
        _in_options(change.said(lang), [fields[one] for one in change.inputs], service, lang) for change in found[:TOLD]
    ]


def _own_inputs(service: manifest.Service, step: manifest.Step) -> dict[str, forms.Field]:
    """Map the inputs of a step's decision that are answers of the applicant, as they gave them, to their questions."""
    asked = service.forms["apply"].fields
    found = {
        name: asked.get(expression.text.strip().removeprefix("apply.")) for name, expression in step.inputs.items()
    }
    return {
        name: one
        for name, one in found.items()
        if one is not None and one.is_asked and one.kind not in ("file", "files", "place", "group")
        and step.inputs[name].text.strip().startswith("apply.")
    }  # fmt: skip


def _decided_on(model: rules.DecisionModel, decision: str, kept: Mapping[str, Any]) -> dict[str, object]:
    """Give what a decision was made on its types back."""
    types = {one.name: one.type for each in model.decisions if decision in (each.name, each.id) for one in each.inputs}
    made: dict[str, object] = {}
    for name, value in kept.items():
        try:
            made[name] = rules.from_json(value, types.get(name, ""))
        except ValueError:
            made[name] = value
    return made


def _in_options(said: str, fields: Sequence[forms.Field], service: manifest.Service, lang: str) -> str:
    """Name the options that are spoken of as the form names them, not by their codes."""

    def name(found: re.Match[str]) -> str:
        for one in fields:
            if one.options or one.source or one.kind == "village":
                shown = forms.option_name(one, found[1], service.texts, lang, tables=service.tables)
                if shown != found[1]:
                    return f"“{shown}”"
        return found[0]

    return _QUOTED.sub(name, said)


def untyped(service: manifest.Service, key: str, value: Any) -> Any:
    """Write what stands under a key of the data back in canonical JSON."""
    form = form_of(service, key)
    return forms.to_json(form, value) if form is not None and isinstance(value, Mapping) else plain(value)


def is_asked(service: manifest.Service, key: str, value: Any) -> bool:
    """Tell whether all that stands under a key of the data belongs to its form, where it has one."""
    form = form_of(service, key)
    return form is None or not isinstance(value, Mapping) or value.keys() <= form.fields.keys()


def plain(value: Any) -> Any:
    """Write any rule value as JSON; what is JSON already stays."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items() if not isinstance(item, rules.Function)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return rules.to_json(value)


# ---- what is to be mended, and what was before ------------------------------------------------------------------------

MARKS = "_marks"  # what an officer marked wrong when they sent the case back: answer of `apply` → reason
BEFORE = "_before"  # the application as it stood before its last correction
MISSING = (
    "missing"  # the answer of an officer's step that says what the applicant must mend; notices and the portal read it
)
LONGEST_MARK = 300
SENT_BACK = "_sent_back"  # why and by whom a head sent the case back to the step before, until an officer does that


def may_mark(service: manifest.Service, step: manifest.Step) -> bool:
    """Tell whether whoever does a step may send the case back, and so mark what is wrong in it."""
    form = service.forms.get(step.form) if step.form and not step.is_applicants else None
    return form is not None and MISSING in form.fields


def keep_round(
    service: manifest.Service, step: manifest.Step, data: dict[str, Any], before: Any, marks: Mapping[str, str]
) -> None:
    """Keep with a case what was marked wrong, until an officer does the next step; and how it stood before a correction."""
    if step.is_correction:
        data[BEFORE] = before
    elif not step.is_applicants:
        data.pop(MARKS, None)
        data.pop(SENT_BACK, None)
        if marks:
            data[MARKS] = dict(marks)


# ---- what was promised ----------------------------------------------------------------------------------------------

OBJECTED = "objected"  # what a case knows of the case it is about, as that stood when this one began
ABOUT = "_about"  # which case that is, and which letter of it this one may overturn
PROMISE = "_promise"  # kept with the case: a later correction or version does not change what was promised


def keep_promise(promise: manifest.Promise) -> dict[str, str]:
    """Write down which period a case was promised when it was submitted."""
    return {"id": promise.id, "due": str(promise.due)}


def promised(service: manifest.Service, tree: Mapping[str, Any]) -> manifest.Promise:
    """Read which period a case was promised; its legal basis is the service's, while the service still has it."""
    kept = tree.get(PROMISE)
    if not isinstance(kept, Mapping):
        return service.time.promises[-1]  # a case older than periods by rule
    due = manifest.read_period(str(kept["due"]))
    own = next((one for one in service.time.promises if (one.id, one.due) == (kept["id"], due)), None)
    return own or manifest.Promise(due)


# ---- the clock's law -------------------------------------------------------------------------------------------------

EXTENDED = "_extended"  # that more time was taken, by whom, until when, and the reason its holder reads
RETURN_ALLOWED = "_return_allowed"  # by whom, and why, a case may go back a second time; gone once it did
PARTS_TOLD = "_told"  # of which parts of the time the head was told: percents; 0 is the assignee's reminder
NOT_SILENCE = "_not_silence"  # why the legal desk found that silence decided nothing
REMINDER = 0


def due_by(promise: manifest.Promise, calendar: Calendar, since: datetime) -> datetime:
    """Tell when what was promised is due that counts from a moment."""
    return calendar.add(since, promise.due, to_working_day=promise.rolls)


def moments_of(
    service: manifest.Service, tree: Mapping[str, Any], calendar: Calendar, since: datetime, due_at: datetime | None
) -> dict[int, datetime]:
    """Tell when the assignee is reminded (0) and the head warned (percents) of a case that was submitted `since`."""
    promise, law = promised(service, tree), service.time.clock
    if due_at is None:
        return {}
    period = service.time.remind_before(promise.due)
    made = {REMINDER: calendar.subtract(due_at, period)} if period is not None else {}
    if not law.warn:
        return made
    first = due_by(promise, calendar, since)
    if EXTENDED in tree and law.extension is not None:
        first = calendar.add(first, law.extension.period)
    made |= {percent: calendar.passed(percent, since, first, due_at, promise.due.unit) for percent in law.warn}
    return {part: at for part, at in made.items() if part not in tree.get(PARTS_TOLD, ())}


def returns(service: manifest.Service, move: process.Move) -> bool:
    """Tell whether a move sends a case back to its applicant to mend it."""
    opened = [effect.node for effect in move.effects if isinstance(effect, process.OpenTask)]
    return any(service.steps[node].is_correction for node in opened)


# ---- time given back ------------------------------------------------------------------------------------------------

SHORTEST_REASON = 10


def is_citizens(service: manifest.Service, node: str) -> bool:
    """Tell whether a step waits for the citizen: to answer, or to come."""
    step = service.steps.get(node)
    return step is not None and (step.is_applicants or step.pauses_clock)


def watched(state: process.State, token: str) -> str:
    """Name the token of the step that a timer watches; "" when it watches none."""
    found = state.find(token)
    return found.parent if found is not None else ""


def give_back(
    calendar: Calendar, due_at: datetime, began_at: datetime, ended_at: datetime, *, since: datetime
) -> datetime:
    """Tell when a citizen's period ends that an outage fell into: later by its length, then until the office closes that day.

    What would end on a closed day or after closing ends with the next working day. `since` is when the period began: an outage
    that had begun before takes only the rest.
    """
    moved = due_at + (ended_at - max(began_at, since))
    closing = calendar.closing(calendar.local_date(moved))
    if closing is not None and moved <= closing:
        return closing
    return calendar.end_of(calendar.next_working_day(calendar.local_date(moved)))


# ---- the journal ----------------------------------------------------------------------------------------------------

_UNTIMED = datetime(1970, 1, 1, tzinfo=UTC)


def journaled(command: process.Start | process.Command) -> dict[str, Any]:
    """Write down what was asked of the engine so that a journal replays it: no answers, no reason, nothing personal."""
    kept = process.ReplayEntry(command, _UNTIMED).to_json()
    return {key: value for key, value in kept.items() if key not in ("now", "choices", "reason")}


def replayed(body: Mapping[str, Any], at: datetime, graphs: Mapping[str, process.Graph]) -> process.ReplayEntry | None:
    """Rebuild the engine's entry from a journal line, None where the line moved nothing.

    `graphs` finds the graph that a migration led to by its key.
    """
    if "command" not in body:
        return None
    return process.ReplayEntry.from_json({**body["command"], "now": at.isoformat(), "choices": body["choices"]}, graphs)


def step_before(
    service: manifest.Service, state: process.State, token: str, done: Sequence[tuple[str, UUID | None]]
) -> tuple[str, UUID] | None:
    """Name the officers' step to which whoever decides at a token may send a case back, and who did it last.

    None where another way runs beside it, which going back would run twice, or where no officer did a step before. A letter that
    was signed is not gone back behind.
    """
    here = state.find(token)
    if here is None or here.parent or any(not one.parent and one.id != token for one in state.tokens):
        return None
    for node, person in reversed(done):
        step = service.steps.get(node)
        if step is None or step.is_applicants or person is None:
            continue
        known = service.graph.nodes.get(node)
        fits = node != here.node and step.operation != "document.sign" and known is not None and not known.parent
        return (node, person) if fits else None
    return None


def barred(step: manifest.Step, done: Collection[tuple[str, UUID | None]]) -> set[UUID]:
    """Name the persons who may not do a step because they did another of this case, over all its rounds (four-eyes)."""
    return {person for node, person in done if person is not None and node in step.not_same_person_as}


def apart_from(step: manifest.Step) -> str:
    """Write the steps whose doers may not do this one as a row keeps them: ",check,visit,", "" for none."""
    return f",{','.join(sorted(step.not_same_person_as))}," if step.not_same_person_as else ""


def family_cards(service: manifest.Service, tree: Mapping[str, Any], keys: Collection[str]) -> set[str]:
    """Find the numbers of family cards (KK) in what stands under some keys of the data: answers, and registries' records."""
    found: set[str] = set()
    for key in keys:
        value, form, step = tree.get(key), form_of(service, key), service.steps.get(key)
        if form is not None:
            rounds = value if isinstance(value, list) else [value]
            found |= {card for one in rounds if isinstance(one, Mapping) for card in _cards(form.fields, one)}
        elif step is not None and step.operation == LOOK_UP and isinstance(value, Mapping):
            record = value.get(step.name_of("record"))
            found.add(str(record.get("family_card") or "") if isinstance(record, Mapping) else "")
    return found - {""}


def _cards(fields: Mapping[str, forms.Field], answers: Mapping[str, Any]) -> set[str]:
    """Find the family cards among the answers of some fields, groups of answers included."""
    found: set[str] = set()
    for name, one in fields.items():
        value = answers.get(name)
        if one.kind == "kk" and value:
            found.add(str(value))
        elif one.kind == "group" and isinstance(value, list):
            found |= {card for row in value if isinstance(row, Mapping) for card in _cards(one.fields, row)}
    return found


def file_answers(form: forms.Form, answers: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """List the files that answers name, with their place: ("photo", {...}), ("photos.0", {...}), ("partners.0.card", {...})."""
    return [(one.path, one.held) for one in forms.list_files(form, answers) if _is_uuid(one.held.get("document"))]


def document_places(form: forms.Form, answers: Mapping[str, Any]) -> list[tuple[str, UUID]]:
    """List the documents that answers name, with their place."""
    return [(place, UUID(str(held["document"]))) for place, held in file_answers(form, answers)]


def document_names(form: forms.Form, answers: Mapping[str, Any]) -> dict[str, str]:
    """Map each document that answers name to the file name given with it."""
    return {str(held["document"]): str(held.get("name") or "berkas")[:200] for _, held in file_answers(form, answers)}


def _is_uuid(value: object) -> bool:
    if value is None:  # the usual answer where a file may be left out
        return False
    try:
        UUID(str(value))
    except ValueError:
        return False
    return True
