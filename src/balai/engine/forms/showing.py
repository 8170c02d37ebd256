"""How answers are shown to people, and how they are kept: text by language, canonical JSON, JSON Schema."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation

from balai.engine.forms.form import CodeTable, Field, Form

_THREE_DECIMALS = re.compile(r"-?[1-9][0-9]{0,2}\.[0-9]{3}\Z")
_MONTHS = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
        "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ),
}  # fmt: skip
_YES_NO = {"id": ("Ya", "Tidak"), "en": ("Yes", "No")}


def format_date(value: date, lang: str) -> str:
    """Answer a date in words, as in 2 Maret 2026."""
    return f"{value.day} {_MONTHS.get(lang, _MONTHS['id'])[value.month - 1]} {value.year}"


def format_number(value: Decimal, lang: str, *, decimals: int | None = None) -> str:
    """Answer a number with its thousands grouped the way of the language; `decimals` rounds it."""
    if decimals is not None:
        value = round(value, decimals)
    text = f"{value:,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.translate(str.maketrans(",.", ".,")) if lang == "id" else text


def show(
    field: Field,
    value: object,
    service_texts: Mapping[str, Mapping[str, object]],
    lang: str,
    *,
    tables: Mapping[str, CodeTable] | None = None,
    zone: tzinfo = UTC,
    masked: bool = False,
) -> str:
    """Answer a typed or canonical answer as a person reads it; "" for none. A group is shown row by row, by lines.

    `masked` hides the middle of every number that identifies a person, in rows too: for whoever must not read it in passing.
    """
    if value is None:
        return ""
    value = typed(field, value)
    if masked and field.identifies:
        return mask_number(str(value))
    if field.kind == "group" and isinstance(value, list):
        return "\n".join(_show_row(field, row, service_texts, lang, tables, zone, masked) for row in value)
    if field.kind == "files" and isinstance(value, list):
        return ", ".join(_file_name(one) for one in value)
    if field.kind == "place" and isinstance(value, Mapping):
        return _place_text(value)
    if isinstance(value, list):
        return ", ".join(option_name(field, str(one), service_texts, lang, tables=tables) for one in value)
    if field.kind in ("choice", "village"):
        return option_name(field, str(value), service_texts, lang, tables=tables)
    if isinstance(value, Mapping):
        return _file_name(value)
    return _with_unit(field, _show_plain(field, value, lang, zone), service_texts, lang)


def mask_number(number: str) -> str:
    """Mask a number that identifies a person so that who knows it recognises it: `647205******0001`."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) > 10 else "*" * len(number)


def holds_numbers(field: Field) -> bool:
    """Tell whether a question, or one in its rows, asks for a number that identifies a person."""
    return field.identifies or any(holds_numbers(one) for one in field.fields.values())


def _with_unit(field: Field, text: str, texts: Mapping[str, Mapping[str, object]], lang: str) -> str:
    """Put behind a number what it counts, as it stands behind its box."""
    unit = find_words(texts, f"{field.text_key}.unit", lang) if field.kind in ("number", "integer") else ""
    return f"{text} {unit}" if unit else text


def _file_name(value: object) -> str:
    return str(value.get("name") or value.get("file") or "") if isinstance(value, Mapping) else ""


def _place_text(value: Mapping[str, object]) -> str:
    """Say a place in its words, with its point behind them where one was given."""
    words = str(value.get("words") or "")
    return f"{words} ({value['latitude']}, {value['longitude']})" if value.get("latitude") is not None else words


def _show_plain(field: Field, value: object, lang: str, zone: tzinfo) -> str:
    if isinstance(value, bool):
        return _YES_NO.get(lang, _YES_NO["id"])[0 if value else 1]
    if isinstance(value, Decimal | int):
        return ("Rp" if field.kind == "money" else "") + format_number(Decimal(value), lang)
    if isinstance(value, datetime):
        local = value.astimezone(zone)
        return f"{format_date(local.date(), lang)} {local:%H.%M}"
    if isinstance(value, date):
        return format_date(value, lang)
    return f"{value:%H.%M}" if isinstance(value, time) else str(value)


def _show_row(
    field: Field,
    row: object,
    texts: Mapping[str, Mapping[str, object]],
    lang: str,
    tables: Mapping[str, CodeTable] | None,
    zone: tzinfo,
    masked: bool,
) -> str:
    cells = row if isinstance(row, Mapping) else {}
    shown = (
        show(one, cells.get(name), texts, lang, tables=tables, zone=zone, masked=masked)
        for name, one in field.fields.items()
    )
    return ", ".join(cell for cell in shown if cell)


def option_name(
    field: Field,
    code: str,
    service_texts: Mapping[str, Mapping[str, object]],
    lang: str,
    *,
    tables: Mapping[str, CodeTable] | None = None,
) -> str:
    """Answer the name of an option: from the texts, from its table, else the code itself."""
    source = "village" if field.kind == "village" else field.source
    table = (tables or {}).get(source)
    if table is not None and code in table.by_code:
        return table.by_code[code].name(lang)
    return find_words(service_texts, f"{field.text_key}.options", lang, code) or code


def find_words(texts: Mapping[str, Mapping[str, object]], key: str, lang: str, *last: str) -> str:
    """Answer a service's words under a dotted key in this language, else in any other, "" where there are none."""
    for one in (lang, *(other for other in texts if other != lang)):
        node: object = texts.get(one, {})
        for part in (*key.split("."), *last):
            node = node.get(part) if isinstance(node, Mapping) else None
        if isinstance(node, str):
            return node
    return ""


def to_json(form: Form, answers: Mapping[str, object]) -> dict[str, object]:
    """Answer typed answers as canonical JSON: decimals as strings, dates and times in ISO 8601, in the form's order."""
    return {name: _plain(answers[name]) for name in form.fields if answers.get(name) is not None}


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items() if one is not None}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def decimal_text(value: Decimal) -> str:
    """Answer a decimal as text that is read back as the same number, by machines and by `validate`.

    "1.234" typed by a person means 1234, so a number with three decimals is kept as "1.2340".
    """
    text = f"{value:f}"
    return text + "0" if _THREE_DECIMALS.match(text) else text


def from_json(form: Form, stored: Mapping[str, object]) -> dict[str, object]:
    """Answer canonical JSON as typed answers; what is not canonical stays as it is, for `validate` to judge."""
    return {name: typed(form.fields[name], value) if name in form.fields else value for name, value in stored.items()}


def typed(field: Field, value: object) -> object:
    """Answer one canonical value as its typed one; a value that is not canonical stays as it is."""
    if field.kind == "group" and isinstance(value, list):
        return [
            {name: typed(field.fields[name], one) if name in field.fields else one for name, one in row.items()}
            if isinstance(row, Mapping) else row
            for row in value
        ]  # fmt: skip
    if field.kind == "place" and isinstance(value, Mapping):
        return {name: _number(one) if name in ("latitude", "longitude") else one for name, one in value.items()}
    if not isinstance(value, str):
        return value
    try:
        return _FROM_TEXT[field.kind](value) if field.kind in _FROM_TEXT else value
    except (ValueError, InvalidOperation):
        return value


def _number(text: object) -> object:
    try:
        return Decimal(text) if isinstance(text, str) else text
    except InvalidOperation:
        return text


_FROM_TEXT: Mapping[str, Callable[[str], object]] = {
    "number": Decimal,
    "money": Decimal,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "date-time": datetime.fromisoformat,
}
