"""A form as plain data for a program that cannot read FEEL: what is asked, in which words, and the checks that need no server.

A condition becomes a small tree of lists, such as `["=", ["name", "kind"], ["is", "lainnya"]]`. One that says more than that tree
can has none: its question is always shown there and may be left out, and the hall judges it when it comes.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal

from balai.engine.forms.feel import Condition
from balai.engine.forms.field_readers import MAX_FILES, MAX_STRING, MAX_TEXT
from balai.engine.forms.form import CodeTable, Field, Form
from balai.engine.forms.showing import option_name
from balai.engine.rules import nodes as n

Words = Callable[[str, str], str]  # a text's key, and what stands for it where there is none

_DIGITS = {"nik": 16, "kk": 16, "nip": 18}
_COMPARED = ("=", "!=", "<", "<=", ">", ">=")


def as_data(
    form: Form, words: Words, texts: Mapping[str, Mapping[str, object]], lang: str, tables: Mapping[str, CodeTable]
) -> dict[str, object]:
    """Describe a form: its pages with their questions, as JSON can hold them; `words` gives the texts of one language."""
    return {
        "pages": [
            {
                "title": words(f"forms.{form.name}.pages.{page.id}.title", ""),
                "when": plain_condition(page.show_if),
                "fields": [_field(form.fields[name], words, texts, lang, tables) for name in page.fields],
            }
            for page in form.pages
        ]
    }


def _field(
    one: Field, words: Words, texts: Mapping[str, Mapping[str, object]], lang: str, tables: Mapping[str, CodeTable]
) -> dict[str, object]:
    when = plain_condition(one.show_if)
    if one.kind == "info":
        told = {"label": words(f"{one.text_key}.label", ""), "help": words(f"{one.text_key}.text", "")}
        return {"name": one.name, "kind": "info", "required": False, **told, **({"when": when} if when else {})}
    if (
        one.is_computed
    ):  # worked out by the hall; named here, so that whoever fills the form in knows that it is not forgotten
        label = words(f"{one.text_key}.label", one.name)
        return {
            "name": one.name,
            "kind": "worked",
            "label": label,
            "required": False,
            **({"when": when} if when else {}),
        }
    made: dict[str, object] = {
        "name": one.name,
        "kind": one.kind,
        "label": words(f"{one.text_key}.label", one.name),
        "help": words(f"{one.text_key}.help", ""),
        "required": one.required and (one.show_if is None or when is not None),
    }
    if when is not None:
        made["when"] = when
    limits: dict[str, object] = {
        "min": str(one.minimum) if one.minimum is not None else "",
        "max": str(one.maximum) if one.maximum is not None else "",
        "earliest": one.earliest,
        "latest": one.latest,
        "shortest": one.min_length,
        "longest": one.max_length or (MAX_TEXT if one.kind == "text" else MAX_STRING),
        "digits": _DIGITS.get(one.kind, 0),
        "pattern": one.pattern,
        "wrong": words(f"{one.text_key}.errors.pattern", ""),
        "accept": ",".join(one.accept),
        "several": one.max_items or MAX_FILES if one.kind == "files" else 0,
        "narrowed": dict(one.filter),
        "add": words(f"{one.text_key}.add", "") if one.kind == "group" else "",
        "bytes": one.max_bytes,
        "rows": [one.min_items, one.max_items] if one.kind == "group" else [],
        "item": words(f"{one.text_key}.item", "") if one.kind == "group" else "",
        "unit": words(f"{one.text_key}.unit", ""),
        "true": one.must_be_true,
    }
    made |= {name: value for name, value in limits.items() if value not in ("", 0, None, [], {})}
    table = tables.get("village" if one.kind == "village" else one.source)
    codes = tuple(row.code for row in table.rows) if table is not None else one.options
    if codes:
        made["options"] = [[code, option_name(one, code, texts, lang, tables=tables)] for code in codes]
    if one.default is not None:
        made["default"] = one.default
    if table is not None and one.filter:
        made["options_of"] = {
            row.code: {column: row.more.get(column, "") for column, _ in one.filter} for row in table.rows
        }
    if one.required_if is not None and (needed := plain_condition(one.required_if)) is not None:
        made["needed_when"] = needed
    if one.fields:
        made["fields"] = [_field(inner, words, texts, lang, tables) for inner in one.fields.values()]
    return made


def plain_condition(condition: Condition | None) -> list[object] | None:
    """Give a condition as a tree of lists; None without one, and for what such a tree cannot say."""
    if condition is None:
        return None
    try:
        return _plain(condition.expression.node)
    except _TooDeepError:
        return None


class _TooDeepError(Exception):
    """The condition says more than the small tree can."""


def _plain(node: n.FeelNode) -> list[object]:
    match node:
        case n.Literal(value) if value is None or isinstance(value, str | bool):
            return ["is", value]
        case n.Literal(Decimal() as value):
            return ["is", float(value)]
        case n.Name(name, False):
            return ["name", name]
        case n.Path(n.Name(name, False), member):
            return ["name", f"{name}.{member}"]
        case n.Binary(operator, left, right) if operator in _COMPARED:
            return [operator, _plain(left), _plain(right)]
        case n.Logic(operator, terms):
            return [operator, *(_plain(term) for term in terms)]
        case n.In(value, tests) if all(isinstance(test, n.Literal) for test in tests):
            return ["in", _plain(value), *(_plain(test) for test in tests)]
        case n.FunctionCall(n.Name("not", True), (operand,), ()):
            return ["not", _plain(operand)]
    raise _TooDeepError
