"""Holes in the words of letters and notices: `{shown.apply.kind}`, `{shown.apply.members[1].name}`, `{town.terbilang(apply.price)}`.

A hole is an expression over the case's data. A notice leaves out what is not known; no letter is set with a hole.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from balai.engine import forms
from balai.engine.manifest.letter_parts import LetterTable, Parties
from balai.engine.manifest.service import LetterKind, Service, find_text
from balai.engine.problems import Problem, Problems
from balai.engine.rules import Expression, compile_expression, nodes

HOLE = re.compile(r"\{([^{}]+)\}")
_MISSING = "—"


@lru_cache(maxsize=4096)
def read_hole(text: str) -> Expression | None:
    """Compile what stands in a hole; None for what is no expression, such as braces of an older letter."""
    try:
        return compile_expression(text.strip())
    except Problems:
        return None


def words_scope(service: Service, known: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """Give what a hole may read: the case's typed data by its names and under `data`, and `shown` with its rows."""
    town = known.get("town")
    told = {**(town if isinstance(town, Mapping) else {}), **forms.word_functions(lang)}
    shown: dict[str, dict[str, object]] = {key: dict(one) for key, one in shown_answers(service, known, lang).items()}
    for key, groups in shown_rows(service, known, lang).items():
        shown[key] |= groups
    unreached = dict.fromkeys(
        (*service.steps, *service.messages)
    )  # a step that nobody came to is there, with nothing in it
    return {**unreached, **known, "data": known, "shown": shown, "town": told}


def shown_answers(service: Service, data: Mapping[str, Any], lang: str) -> dict[str, dict[str, str]]:
    """Answer every answer of the case's data as people read it: `shown.apply.kind`, `shown.decide.reason`."""
    made: dict[str, dict[str, str]] = {}
    for key, form, answers in _answers(service, data):
        made[key] = {name: _show(service, one, answers.get(name), lang) for name, one in form.fields.items()}
    return made


def shown_rows(service: Service, data: Mapping[str, Any], lang: str) -> dict[str, dict[str, list[dict[str, str]]]]:
    """Answer every group of rows field by field as people read it: `rows.apply.members` is a list of `{name, relation}`."""
    made: dict[str, dict[str, list[dict[str, str]]]] = {}
    for key, form, answers in _answers(service, data):
        groups = {one.name: _rows_of(answers, one.name) for one in form.fields.values() if one.kind == "group"}
        made[key] = {
            name: [
                {inner.name: _show(service, inner, row.get(inner.name), lang) for inner in form.fields[name].fields.values()}
                for row in rows
            ]
            for name, rows in groups.items()
        }  # fmt: skip
    return made


def form_at(service: Service, key: str) -> forms.Form | None:
    """Answer the form whose answers stand under a key of the case's data, None where no form's do."""
    step = service.steps.get(key)
    message = service.messages.get(key)
    return service.forms.get("apply" if key == "apply" else step.form if step else message.form if message else "")


def _answers(service: Service, data: Mapping[str, Any]) -> Iterator[tuple[str, forms.Form, Mapping[str, Any]]]:
    for key, answers in data.items():
        form = form_at(service, key)
        if form is not None and isinstance(answers, Mapping):
            yield key, form, answers


def _rows_of(answers: object, name: str) -> list[Mapping[str, Any]]:
    found = answers.get(name) if isinstance(answers, Mapping) else None
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list | tuple) else []


def _show(service: Service, field: forms.Field, value: object, lang: str) -> str:
    return forms.show(field, value, service.texts, lang, tables=service.tables, zone=ZoneInfo(service.zone))


def say_value(value: object, lang: str) -> str | None:
    """Write what a hole came to; None for nothing, and for what is no single value."""
    if value is None or isinstance(value, Mapping | list | tuple):
        return None
    if isinstance(value, bool):
        return {"id": ("tidak", "ya"), "en": ("no", "yes")}.get(lang, ("tidak", "ya"))[value]
    if isinstance(value, Decimal | int):
        return forms.format_number(Decimal(value), lang)
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return forms.format_date(day, lang)
    return str(value)


def fill_words(
    words: Any, scope: Mapping[str, Any], lang: str, now: datetime, left: Callable[[str, str], None], key: str = ""
) -> Any:
    """Fill the holes of a tree of words; what comes to nothing is told to `left(key, hole)`."""
    if isinstance(words, Mapping):
        return {name: fill_words(one, scope, lang, now, left, f"{key}.{name}") for name, one in words.items()}
    if isinstance(words, list):
        return [fill_words(one, scope, lang, now, left, key) for one in words]
    if not isinstance(words, str) or "{" not in words:
        return words

    def value(match: re.Match[str]) -> str:
        expression = read_hole(match[1])
        if expression is None or not expression.names <= scope.keys():
            return match[0]  # braces of a folder that was published before there were holes
        said = say_value(expression.evaluate(scope, now=now), lang)
        if said is None or (said == "" and isinstance(expression.node, nodes.Path | nodes.Name)):
            left(key, match[1])
            return ""
        return said

    return HOLE.sub(value, words)


# ---- the parts of a letter -------------------------------------------------------------------------------------------


def letter_parts(service: Service, letter: str, known: Mapping[str, Any], lang: str, now: datetime) -> dict[str, Any]:
    """Give what a letter's parts come to in a case: `rows`, `tables`, `parties`, `meterai`; `known` is the typed data.

    :raises Problems: a stamp without its serial, a party without a name.
    """
    kind = service.letters[letter]
    made: dict[str, Any] = {"rows": shown_rows(service, known, lang)}
    if kind.parts.tables:
        made["tables"] = {one.id: _table(service, kind, one, known, lang, now) for one in kind.parts.tables.values()}
    if kind.parts.parties:
        made["parties"] = [_party(service, kind, one, known, lang, now) for one in kind.parts.parties.values()]
    if kind.parts.stamp:
        made["meterai"] = _stamp(service, kind, known, lang, now)
    return made


def letter_texts(service: Service, letter: str, texts: Mapping[str, Any], known: Mapping[str, Any], lang: str, now: datetime) -> dict[str, Any]:  # fmt: skip
    """Fill the holes of a letter's words. :raises Problems: naming each that came to nothing."""
    faults: list[Problem] = []

    def left(key: str, hole: str) -> None:
        faults.append(_nothing(f"letters.{letter}{key}", f"{{{hole}}}", lang))

    filled = fill_words(texts, words_scope(service, known, lang), lang, now, left)
    if faults:
        raise Problems(faults)
    return dict(filled)


def _nothing(key: str, hole: str, lang: str) -> Problem:
    fix = 'Say what stands there instead, as in {if shown.apply.x = "" then "…" else shown.apply.x}, or ask for the answer.'
    return Problem(f"{hole} comes to nothing, and no letter is set with a hole.", fix, f"texts/{lang}.yaml", 0, key)


def chosen_rows(
    one: LetterTable | Parties, known: Mapping[str, Any], now: datetime
) -> list[tuple[int, Mapping[str, Any]]]:
    """List the rows that a table or parties take, each with its place among all of them."""
    key, _, name = one.rows.partition(".")
    rows = list(enumerate(_rows_of(known.get(key), name)))
    if one.where is None:
        return rows
    return [(at, row) for at, row in rows if one.where.evaluate({**known, **row, "item": row}, now=now) is True]


def _field(service: Service, rows: str) -> forms.Field:
    key, _, name = rows.partition(".")
    form = form_at(service, key)
    assert form is not None, "rows were checked when the folder was read"
    return form.fields[name]


def _table(service: Service, kind: LetterKind, table: LetterTable, known: Mapping[str, Any], lang: str, now: datetime) -> dict[str, Any]:  # fmt: skip
    field = _field(service, table.rows)
    rows = chosen_rows(table, known, now)
    own = find_text(service.texts.get(lang, {}), f"letters.{kind.id}.tables.{table.id}")
    heads = own if isinstance(own, Mapping) else {}
    return {
        "columns": [
            {
                "name": name,
                "label": str(heads.get(name) or service.text(f"{field.fields[name].text_key}.label", lang, name)),
                "number": field.fields[name].kind in ("number", "integer", "money"),
            }
            for name in table.columns
        ],
        "rows": [
            [_show(service, field.fields[name], row.get(name), lang) or _MISSING for name in table.columns]
            for _, row in rows
        ],
        "count": len(rows),
        "none": service.text(f"letters.{kind.id}.tables.{table.id}.none", lang, _MISSING),
    }


def _party(service: Service, kind: LetterKind, one: Parties, known: Mapping[str, Any], lang: str, now: datetime) -> dict[str, Any]:  # fmt: skip
    if one.who is not None:
        people = [{"name": say_value(one.who.evaluate(known, now=now), lang) or "", "role": ""}]
    else:
        fields = _field(service, one.rows).fields
        people = [
            {
                "name": _show(service, fields[one.name], row.get(one.name), lang),
                "role": _show(service, fields[one.role], row.get(one.role), lang) if one.role else "",
            }
            for _, row in chosen_rows(one, known, now)
        ]
    if any(not person["name"] for person in people):
        raise Problems([_nothing(f"letters.{kind.id}.parties.{one.id}", "A name", lang)])
    return {"id": one.id, "title": service.text(f"letters.{kind.id}.parties.{one.id}", lang, one.id), "people": people}


def _stamp(service: Service, kind: LetterKind, known: Mapping[str, Any], lang: str, now: datetime) -> dict[str, Any]:
    stamp = kind.parts.stamp
    assert stamp is not None
    amount = stamp.amount.evaluate(known, now=now) if stamp.amount else None
    serial = ""
    if stamp.serial:
        found: Any = known
        for part in stamp.serial.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        if not found:
            raise Problems([_nothing(f"letters.{kind.id}.meterai", "The serial of the meterai", lang)])
        serial = str(found)
    first = next(iter(kind.parts.parties), "")
    try:
        said = forms.format_rupiah(amount, lang)
    except ValueError:
        raise Problems([_nothing(f"letters.{kind.id}.meterai", "The amount of the meterai", lang)]) from None
    return {"amount_text": said, "serial": serial, "beside": stamp.beside or first}
