"""Reading form.yaml: each key checked, each mistake told with its line.

The keys are a closed subset of JSON Schema 2020-12 plus `pages`, `checks`, `show_if`, `compute` and `source`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

import re2  # type: ignore[import-untyped]

from balai.engine.forms.branch import Branch, Path, describe, suggestion
from balai.engine.forms.day_rules import UNITS, read_day_rule
from balai.engine.forms.feel import Condition, compile_condition
from balai.engine.forms.field_readers import WrongValueError, read_value
from balai.engine.forms.form import IDENTITY_NUMBERS, Check, Field, Form, FormPage, JudgingScope, Offered
from balai.engine.problems import Problem, Problems

OBJECTED = "objected"  # the case that a case is about
RESERVED = ("case", "applicant", "unit", "town", "item", OBJECTED)
FORMATS = (
    "date", "time", "date-time", "email", "phone", "nik", "kk", "nip", "npwp", "village", "money", "text",
    "file", "url", "place",
)  # fmt: skip
TYPES = ("string", "number", "integer", "boolean", "array", "info")
_EVERY = ("type", "show_if", "compute", "required_if", "default", "meaning")
_MEANING = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_LENGTHS = ("minLength", "maxLength", "pattern")
_KEYS: Mapping[str, tuple[str, ...]] = {
    "string": _LENGTHS,
    "text": _LENGTHS,
    "number": ("minimum", "maximum"),
    "money": ("minimum", "maximum"),
    "integer": ("minimum", "maximum"),
    "boolean": ("const",),
    "date": ("formatMinimum", "formatMaximum"),
    "file": ("accept", "maxBytes"),
    "files": ("items", "minItems", "maxItems"),
    "place": ("maxLength",),
    "choice": ("enum", "source", "filter"),
    "choices": ("items", "minItems", "maxItems"),
    "group": ("items", "minItems", "maxItems", "offered"),
}
_NAME_FIX = "Write a lower-case word with letters, digits and underscores, such as business_name."


def read_form(name: str, tree: object, *, file: str, lines: Mapping[Path, int]) -> Form:
    """Read one form out of its YAML tree; `lines` maps paths inside the tree to 1-based lines.

    :raises Problems: with everything that is wrong in it.
    """
    problems: list[Problem] = []
    form = form_of(name, Branch(tree, (), file, lines, problems))
    if problems:
        raise Problems(problems)
    return form


def form_of(name: str, branch: Branch) -> Form:
    """Read one form, adding what is wrong to the branch's problems."""
    keys = branch.keys(("pages", "schema", "checks"), required=("schema",))
    fields = _fields_of(keys["schema"], name) if "schema" in keys else {}
    pages = _pages_of(keys.get("pages"), fields, branch)
    checks = _checks_of(keys.get("checks"), fields)
    _filters_lead_somewhere(keys.get("schema"), fields, fields)
    order = _order_of(fields, pages, branch)
    return Form(name, pages, fields, checks, order, branch.file)


def _fields_of(schema: Branch, form: str, prefix: str = "") -> dict[str, Field]:
    keys = schema.keys(("type", "required", "properties"), required=("type", "properties"))
    if "type" in keys:
        keys["type"].one_of(("object",))
    required = {item.text(): item for item in keys["required"].items()} if "required" in keys else {}
    properties = list(keys["properties"].entries()) if "properties" in keys else []
    fields = {one.key: _field_of(one, form, prefix, one.key in required) for one in properties}
    for name, item in required.items():
        if name not in fields:
            item.wrong(f'"{name}" is required but is not among the properties.', suggestion(name, fields))
    for one in properties:
        _name_is_good(one, prefix)
    return fields


def _filters_lead_somewhere(schema: Branch | None, fields: Mapping[str, Field], around: Mapping[str, Field]) -> None:
    """Tell options that are chosen by a field that is not there, stands further down in its row, or holds no code."""
    here = schema.child("properties") if schema else None
    for at, one in enumerate(fields.values()):
        place = here.child(one.name) if here else None
        if place is None:
            continue
        above = {**around, **dict(list(fields.items())[:at])} if fields is not around else dict(around)
        known = [name for name, other in above.items() if other.kind in ("choice", "village", "string")]
        for _, name in one.filter:
            if name not in known or name == one.name:
                (place.child("filter") or place).wrong(
                    f'No question before this one that holds a code is called "{name}".', suggestion(name, known)
                )
        if one.fields:
            _filters_lead_somewhere(place.child("items"), one.fields, around)


def _name_is_good(one: Branch, prefix: str) -> None:
    if not one.key.isidentifier() or not one.key.isascii() or one.key != one.key.lower():
        one.wrong(f'"{one.key}" cannot be the name of a field.', _NAME_FIX)
    elif not prefix and one.key in RESERVED:
        one.wrong(f'The name "{one.key}" is made by the house.', "Choose another name.")
    elif one.key in (
        "true",
        "false",
        "null",
        "and",
        "or",
        "not",
        "in",
        "if",
        "then",
        "else",
        "for",
        "some",
        "every",
        "between",
    ):
        one.wrong(f'"{one.key}" is a word of FEEL.', "Choose another name.")


def _field_of(branch: Branch, form: str, prefix: str, required: bool) -> Field:
    kind = _kind_of(branch)
    known = (
        ("type", "show_if")
        if kind == "info"
        else (*_EVERY, *_KEYS.get(kind, ()), *(("format",) if kind in FORMATS else ()))
    )
    keys = branch.keys(known)
    key = f"{prefix}.{branch.key}" if prefix else branch.key
    if kind == "info" and required:
        branch.wrong("Words cannot be required: nobody answers them.", "Take it out of required.")
    one = Field(branch.key, kind, form, key, required, sensitive=kind in IDENTITY_NUMBERS, line=branch.line)
    conditions = {name: _condition(keys.get(name)) for name in ("show_if", "compute", "required_if")}
    one = replace(one, **conditions)  # type: ignore[arg-type]
    one = _limits(one, keys)
    if kind == "group":
        one = replace(one, fields=_group_of(keys.get("items"), form, key, prefix, branch))
        one = replace(one, offered=_offered_of(keys["offered"], one) if "offered" in keys else None)
    if kind == "choice":
        one = replace(one, options=_options(keys.get("enum")), source=keys["source"].text() if "source" in keys else "")
        one = replace(one, filter=_filter_of(keys.get("filter"), one))
    if kind == "files" and "items" in keys:
        items = keys["items"].keys(("type", "format", "accept", "maxBytes"), required=("type", "format"))
        one = _limits(one, {name: items[name] for name in ("accept", "maxBytes") if name in items})
    if kind == "choices" and "items" in keys:
        items = keys["items"].keys(("type", "enum"), required=("enum",))
        one = replace(one, options=_options(items.get("enum")))
    if one.compute and required:
        branch.wrong("A computed field cannot be required: nobody answers it.", "Take it out of required.")
    one = replace(one, meaning=_meaning_of(keys["meaning"])) if "meaning" in keys else one
    _required_if_fits(one, keys)
    return replace(one, default=_default_of(keys["default"], one)) if "default" in keys else one


def _meaning_of(branch: Branch) -> str:
    text = branch.text()
    if text and not _MEANING.fullmatch(text):
        fix = "Write of whom and which fact: applicant.phone, or partner.nik for somebody else's."
        branch.wrong(f'"{text}" names no fact.', fix)
        return ""
    return text


def _required_if_fits(one: Field, keys: Mapping[str, Branch]) -> None:
    if one.required_if is None:
        return
    if one.compute:
        keys["required_if"].wrong("A computed field cannot be required: nobody answers it.", "Take required_if out.")
    elif one.required:
        keys["required_if"].wrong("It is required always, so the condition says nothing.", "Keep one of the two.")


_NO_DEFAULT = ("file", "files", "group", "place", "nik", "kk", "npwp", "nip")


def _default_of(branch: Branch, one: Field) -> object:
    """Answer what stands in a box that nobody touched yet; never a statement that is ticked for somebody."""
    if one.compute or one.must_be_true or one.kind in _NO_DEFAULT:
        why = "a statement is ticked by whoever makes it" if one.must_be_true else "it would never be the person's own"
        branch.wrong(f"This field takes no default: {why}.", "Take default out.")
        return None
    if one.kind == "date" and isinstance(branch.value, str) and read_day_rule(branch.value):
        return branch.value
    value = list(branch.texts()) if one.kind == "choices" else branch.value
    try:
        if not one.source and one.kind != "village":  # whether a table has it, the check of tables tells
            read_value(replace(one, minimum=None, maximum=None, earliest="", latest=""), value, JudgingScope(), None)
    except WrongValueError:
        branch.wrong(f"{describe(value).capitalize()} is no answer to this field.", _default_fix(one))
        return None
    return value


def _default_fix(one: Field) -> str:
    return (
        f"Write one of {', '.join(one.options)}." if one.options else f"Write a {one.kind} as a person would type it."
    )


def _filter_of(branch: Branch | None, one: Field) -> tuple[tuple[str, str], ...]:
    """Answer which column of the source must hold which other answer; one word names both."""
    if branch is None:
        return ()
    if not one.source:
        branch.wrong(
            "Only the rows of a source can be chosen from by another answer.", "Add source: …, or remove filter."
        )
    if isinstance(branch.value, Mapping):
        return tuple((entry.key, entry.text()) for entry in branch.entries())
    name = branch.text()
    return ((name, name),) if name else ()


def _kind_of(branch: Branch) -> str:
    given = branch.child("type")
    if given is None:
        branch.keys((*_EVERY, "format", "enum", "source", "items"), required=("type",))
        return "string"
    type_ = given.one_of(TYPES)
    format_ = branch.child("format")
    if format_ is not None:
        return _kind_of_format(type_, format_)
    if type_ == "array":
        items = branch.child("items")
        inner = items.child("type") if items else None
        held = items.child("format") if items else None
        if held is not None and held.value == "file":
            return "files"
        return "choices" if inner is not None and inner.value == "string" else "group"
    if type_ == "string" and (branch.child("enum") or branch.child("source")):
        return "choice"
    return type_


def _kind_of_format(type_: str, format_: Branch) -> str:
    kind = format_.one_of(FORMATS)
    wanted = "number" if kind == "money" else "string"
    if type_ != wanted:
        format_.wrong(f"The format {kind} belongs to type: {wanted}.", f"Write type: {wanted}.")
    return kind


def _limits(one: Field, keys: Mapping[str, Branch]) -> Field:
    sizes = {
        "min_length": "minLength",
        "max_length": "maxLength",
        "min_items": "minItems",
        "max_items": "maxItems",
        "max_bytes": "maxBytes",
    }
    found: dict[str, object] = {name: keys[key].whole() for name, key in sizes.items() if key in keys}
    bounds = {"minimum": "minimum", "maximum": "maximum"}
    found |= {name: keys[key].number() for name, key in bounds.items() if key in keys}
    dates = {"earliest": "formatMinimum", "latest": "formatMaximum"}
    found |= {name: _date_limit(keys[key]) for name, key in dates.items() if key in keys}
    if "pattern" in keys:
        found["pattern"] = _pattern(keys["pattern"])
    if "accept" in keys:
        found["accept"] = keys["accept"].texts()
    if "const" in keys:
        found["must_be_true"] = _must_be_true(keys["const"])
    result = replace(one, **found)  # type: ignore[arg-type]
    _in_order(result, keys)
    return result


def _in_order(one: Field, keys: Mapping[str, Branch]) -> None:
    pairs: tuple[tuple[Decimal | int | None, Decimal | int | None, str], ...] = (
        (one.minimum, one.maximum, "maximum"),
        (one.min_length, one.max_length or None, "maxLength"),
        (one.min_items, one.max_items or None, "maxItems"),
    )
    for low, high, key in pairs:
        if low is not None and high is not None and low > high and key in keys:
            keys[key].wrong("The upper limit is below the lower one, so no answer could be right.", "Swap the two.")


def _must_be_true(branch: Branch) -> bool:
    if not branch.flag():
        branch.wrong("const can only be true: a statement that must be ticked.", "Write const: true or leave it out.")
    return True


def _date_limit(branch: Branch) -> str:
    text = branch.text()
    if read_day_rule(text) is None:
        try:
            date.fromisoformat(text)
        except ValueError:
            fix = f'Write "2026-12-31", today, or today + 14 days; the units are {", ".join(UNITS)}.'
            branch.wrong(f'"{text}" is not a date.', fix)
            return ""
    return text


def _pattern(branch: Branch) -> str:
    pattern = branch.text()
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        branch.wrong(f"This pattern cannot be read: {error}.", "It is a regular expression without look-around.")
        return ""
    return pattern


def _options(branch: Branch | None) -> tuple[str, ...]:
    if branch is None:
        return ()
    options = branch.texts()
    for item in branch.items():
        if options.count(str(item.value)) > 1:
            item.wrong(f'The option "{item.value}" is here twice.', "Keep one.")
    if not options:
        branch.wrong("There is no option to choose from.", "List at least one.")
    return options


def _group_of(items: Branch | None, form: str, key: str, prefix: str, branch: Branch) -> dict[str, Field]:
    if items is None:
        branch.wrong("A group needs items.", "Add items: {type: object, properties: {…}}.")
        return {}
    if prefix:
        branch.wrong("A group inside a group is more than a form can ask well.", "Make it a group of its own.")
        return {}
    return _fields_of(items, form, key)


def _offered_of(branch: Branch, group: Field) -> Offered | None:
    """Read from which registry's list the rows may be ticked, and what of each row is shown."""
    keys = branch.keys(("registry", "rows", "shows"), required=("registry", "rows", "shows"))
    shows = keys["shows"].texts() if "shows" in keys else ()
    for item in keys["shows"].items() if "shows" in keys else ():
        if item.text() not in group.fields:
            item.wrong(f'A row asks for no "{item.value}".', suggestion(str(item.value), group.fields))
    if "shows" in keys and not shows:
        keys["shows"].wrong("Nothing would tell one row from another.", "Name a question of the row: shows: [name].")
    if len(keys) < 3 or not shows:
        return None
    return Offered(keys["registry"].text(), keys["rows"].text(), shows)


def _condition(branch: Branch | None) -> Condition | None:
    if branch is None:
        return None
    source = branch.text()
    try:
        return compile_condition(source, file=branch.file, line=branch.line, element=branch.name) if source else None
    except Problems as wrong:
        branch.problems.extend(wrong.problems)
        return None


def _pages_of(branch: Branch | None, fields: Mapping[str, Field], form: Branch) -> tuple[FormPage, ...]:
    if branch is None:
        return (FormPage("all", tuple(fields), line=form.line),)
    pages = tuple(_page_of(item, fields) for item in branch.items())
    asked = [name for page in pages for name in page.fields]
    for name in fields:
        if asked.count(name) > 1:
            branch.wrong(f'The field "{name}" is on two pages.', "Keep it on one.")
        if name not in asked and fields[name].kind == "info":
            branch.wrong(f'The words "{name}" are on no page, so nobody would read them.', "Add them to a page.")
        elif name not in asked and not fields[name].is_computed:
            branch.wrong(f'The field "{name}" is on no page, so nobody could answer it.', "Add it to a page.")
    for page in pages:
        if [one.id for one in pages].count(page.id) > 1:
            branch.wrong(f'Two pages are called "{page.id}".', "Give each its own id.")
    return pages


def _page_of(branch: Branch, fields: Mapping[str, Field]) -> FormPage:
    keys = branch.keys(("id", "fields", "show_if"), required=("id", "fields"))
    names = []
    for item in keys["fields"].items() if "fields" in keys else ():
        if item.text() in fields:
            names.append(item.text())
        else:
            item.wrong(f'There is no field "{item.value}".', suggestion(str(item.value), fields))
    page_id = keys["id"].text() if "id" in keys else ""
    if page_id and not all(ch.isalnum() or ch in "_-" for ch in page_id):
        keys["id"].wrong(f'"{page_id}" cannot be in an address.', _NAME_FIX)
    return FormPage(page_id, tuple(names), _condition(keys.get("show_if")), branch.line)


def _checks_of(branch: Branch | None, fields: Mapping[str, Field]) -> tuple[Check, ...]:
    return tuple(filter(None, (_check_of(item, fields) for item in branch.items()))) if branch else ()


def _check_of(branch: Branch, fields: Mapping[str, Field]) -> Check | None:
    keys = branch.keys(("id", "that", "field"), required=("id", "that"))
    that = _condition(keys.get("that"))
    field = keys["field"].text() if "field" in keys else ""
    if field and field not in fields:
        keys["field"].wrong(f'There is no field "{field}".', suggestion(field, fields))
    return Check(keys["id"].text(), that, field, branch.line) if that and "id" in keys else None


def _order_of(fields: Mapping[str, Field], pages: Iterable[FormPage], form: Branch) -> tuple[str, ...]:
    """Answer an order in which each field comes after those it looks at; telling circles."""
    needs = {name: _reads(one) & set(fields) - ({name} if one.fields else set()) for name, one in fields.items()}
    for page in pages:
        for name in page.fields:
            needs[name] |= page.show_if.reads & set(fields) if page.show_if else set()
    order: list[str] = []
    waiting = list(fields)
    while waiting:
        ready = [name for name in waiting if needs[name] <= set(order)]
        if not ready:
            _tell_circle(waiting, fields, form)
            return (*order, *waiting)
        order.append(ready[0])
        waiting.remove(ready[0])
    return tuple(order)


def _tell_circle(waiting: Iterable[str], fields: Mapping[str, Field], form: Branch) -> None:
    names = ", ".join(waiting)
    form.wrong(
        f"These fields depend on each other in a circle, or on one that does: {names}.",
        "Let show_if and compute look only at fields that do not look back.",
    )


def _reads(one: Field) -> set[str]:
    return set(one.depends.union(*(inner.depends for inner in one.fields.values()))) - set(one.fields)


__all__ = ["FORMATS", "RESERVED", "form_of", "read_form"]
