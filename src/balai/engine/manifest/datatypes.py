"""The types of a case's data, path by path, so that a mistyped path is found before a citizen meets it.

A type is a word (`text`, `number`, `boolean`, `date`, `time`, `date-time`, `file`), a mapping of names to types, or
a list
holding the type of its elements; `any` is what only the running case knows.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TypeAlias

from balai.engine.forms import WORKING_DAYS, Field, Form
from balai.engine.manifest.operations import OPERATIONS
from balai.engine.manifest.service import CaseMessage, DisputedCase, Step
from balai.engine.manifest.town import TownValue
from balai.engine.rules import DecisionModel

Type: TypeAlias = "str | Mapping[str, Type] | list[Type]"

ANY = "any"
FILE: Mapping[str, Type] = {"document": "text", "name": "text", "type": "text", "size": "number"}
PLACE: Mapping[str, Type] = {"words": "text", "latitude": "number", "longitude": "number"}
CASE: Mapping[str, Type] = {"number": "text", "submitted_at": "date-time", "submitted_date": "date", "channel": "text"}
APPLICANT: Mapping[str, Type] = {
    "name": "text", "nik": "text", "birth_date": "date", "birth_place": "text", "address": "text", "village": "text",
    "phone": "text", "email": "text", "identity": "text", "on_behalf": "text",
    "nib": "text",  # of a firm alone; a person has a nik
}  # fmt: skip
OBJECTED: Mapping[str, Type] = {
    "service": "text", "service_id": "text", "number": "text", "letter_number": "text", "letter_title": "text",
    "decided_on": "date", "decided_by": "text", "unit": "text", "outcome": "text", "reason": "text",
    "until": "date", "late": "boolean", "told": [{"label": "text", "value": "text"}],
}  # fmt: skip
UNIT: Mapping[str, Type] = {"code": "text", "name": "text", "kind": "text", "area": "text"}
_KINDS = {
    "number": "number", "integer": "number", "money": "number", "boolean": "boolean", "date": "date", "time": "time",
    "date-time": "date-time",
}  # fmt: skip
_VALUES = {
    "money": "number",
    "number": "number",
    "integer": "number",
    "text": "text",
    "boolean": "boolean",
    "date": "date",
}


def type_of_field(field: Field) -> Type:
    """Answer the type of one answer."""
    if field.kind == "group":
        return [{name: type_of_field(inner) for name, inner in field.fields.items() if inner.kind != "info"}]
    if field.kind == "choices":
        return ["text"]
    if field.kind == "files":
        return [FILE]
    if field.kind == "place":
        return PLACE
    return FILE if field.kind == "file" else _KINDS.get(field.kind, "text")


def type_of_form(form: Form) -> Mapping[str, Type]:
    """Answer the type of a form's answers."""
    return {name: type_of_field(field) for name, field in form.fields.items() if field.kind != "info"}


def objected_types(about: DisputedCase | None) -> dict[str, Type]:
    """Answer the types of what a case may read of the case it is about; nothing where it is about none."""
    if about is None:
        return {}
    return {"objected": {**OBJECTED, "answers": dict.fromkeys(about.answers, "text")}}


def reserved_types(values: Mapping[str, Sequence[TownValue]], about: DisputedCase | None = None) -> dict[str, Type]:
    """Answer the types of the names made by the host."""
    town = {name: _VALUES[entries[0].type] for name, entries in values.items() if entries}
    made: dict[str, Type] = {"case": CASE, "applicant": APPLICANT, "unit": UNIT, "town": {**town, WORKING_DAYS: ANY}}
    return made | objected_types(about)


def data_types(
    forms: Mapping[str, Form],
    steps: Mapping[str, Step],
    values: Mapping[str, Sequence[TownValue]],
    rules: DecisionModel | None,
    messages: Mapping[str, CaseMessage] = MappingProxyType({}),
    about: DisputedCase | None = None,
) -> dict[str, Type]:
    """Answer the type of everything a case's data can hold."""
    types = reserved_types(values, about)
    types |= {name: type_of_form(forms[one.form]) if one.form in forms else {} for name, one in messages.items()}
    if "apply" in forms:
        types["apply"] = type_of_form(forms["apply"])
    for step in steps.values():
        if step.form != "apply":
            types[step.id] = _type_of_step(step, forms, rules)
    return types


def _type_of_step(step: Step, forms: Mapping[str, Form], rules: DecisionModel | None) -> Type:
    if step.form in forms:
        return type_of_form(forms[step.form])
    if step.decision:
        try:
            return type_of_answer(rules.shape_of(step.decision)) if rules is not None else ANY
        except KeyError:
            return ANY  # that there is no such decision is told where steps are checked
    known = OPERATIONS.get(step.operation)
    if known is None:
        return {}
    outputs: Mapping[str, Type] = {name: ANY if kind == "record" else kind for name, kind in known.outputs.items()}
    return {name: outputs.get(source, ANY) for name, source in step.outputs.items()} if step.outputs else outputs


_FEEL = {
    "number": "number",
    "string": "text",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "date and time": "date-time",
}


def type_of_answer(shape: object) -> Type:
    """Answer the type of a decision's answer, as far as its model declares it."""
    if isinstance(shape, Mapping):
        return {str(name): type_of_answer(inner) for name, inner in shape.items()}
    if isinstance(shape, list):
        return [type_of_answer(inner) for inner in shape]
    return _FEEL.get(str(shape), ANY)


def shown_types(
    forms: Mapping[str, Form], steps: Mapping[str, Step], messages: Mapping[str, CaseMessage]
) -> dict[str, Type]:
    """Answer what `shown` holds: every answer of every form as people read it."""
    keys = {"apply": "apply"} | {name: one.form for name, one in messages.items()}
    keys |= {step.id: step.form for step in steps.values() if step.form != "apply"}
    return {key: dict.fromkeys(forms[form].fields, "text") for key, form in keys.items() if form in forms}


def notice_types(data: Mapping[str, Type], shown: Mapping[str, Type]) -> dict[str, Type]:
    """Answer what a notice's placeholders may name: a few facts of the case, and under `data` everything it holds.

    `shown` holds answers as people read them, `payment` what the step asks to be paid, `answer` the answers of the step that the notice is about.
    """
    title: Mapping[str, Type] = {"title": "text"}
    return {
        "case": {"number": "text", "due": "text", "submitted": "text"},
        "applicant": APPLICANT,
        "service": title,
        "unit": {"name": "text"},
        "step": title,
        "reason": "text",
        "extension": {"reason": "text"},
        "passed": "text",
        "link": "text",
        "answer": ANY,
        "data": data,
        "shown": shown,
        "payment": {"amount": "text", "account": "text"},
    }


def find_type(types: Type, path: Sequence[str]) -> "Type | None":
    """Answer the type at a path; a path through a list reaches into its elements; None where there is nothing."""
    for at, part in enumerate(path):
        if types == ANY:
            return ANY
        if isinstance(types, list):
            inner = find_type(types[0], path[at:])
            return None if inner is None else [inner]
        if not isinstance(types, Mapping):
            return ANY if types in ("date", "time", "date-time") else None  # FEEL gives them members, such as .year
        if part not in types:
            return None
        types = types[part]
    return types


def known_at(types: Type, path: Sequence[str]) -> tuple[str, ...]:
    """Answer the names known under the longest part of a path that exists, to suggest one."""
    for part in path:
        if isinstance(types, list):
            types = types[0]
        if not isinstance(types, Mapping) or part not in types:
            break
        types = types[part]
    if isinstance(types, list):
        types = types[0]
    return tuple(types) if isinstance(types, Mapping) else ()
