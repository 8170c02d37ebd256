"""Write FEEL values as text: what string() answers, and what stands inside lists. Source: DMN 1.5, 10.3.4.2."""

from datetime import date, timedelta
from decimal import Decimal

from balai.engine.rules.feel_numbers import number_text
from balai.engine.rules.limits import MAX_STRING, LimitReached
from balai.engine.rules.temporal import YearsMonthsDuration, format_date, format_duration

MAX_DEPTH = 200
_PLAIN_KEY_SIGNS = str.maketrans("", "", " _")


def feel_text(value: object) -> str:
    """Answer a value as FEEL would write it, texts in quotes."""
    parts: list[str] = []
    _write(value, parts, MAX_STRING)
    return "".join(parts)


def string_of(value: object) -> str:
    """Answer what string() gives: texts as they are, everything else as FEEL writes it."""
    return value if isinstance(value, str) else feel_text(value)


def _write(value: object, parts: list[str], room: int, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise LimitReached(f"A value nested deeper than {MAX_DEPTH} levels cannot be written.")
    if isinstance(value, list):
        parts.append("[")
        for i, item in enumerate(value):
            parts.append(", " if i else "")
            _write(item, parts, room, depth + 1)
        parts.append("]")
    elif isinstance(value, dict):
        parts.append("{")
        for i, (key, item) in enumerate(value.items()):
            parts.append((", " if i else "") + _key(key) + ": ")
            _write(item, parts, room, depth + 1)
        parts.append("}")
    else:
        parts.append(_single(value))
    if len(parts) > room:
        raise LimitReached("The text of this value is too long.")


def _single(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return number_text(value)
    if isinstance(value, timedelta | YearsMonthsDuration):
        return format_duration(value)
    if isinstance(value, date):
        return format_date(value)
    return str(value)


def _key(key: str) -> str:
    plain = key.translate(_PLAIN_KEY_SIGNS)
    return key if plain.isalnum() and not plain[0].isdigit() else _single(key)
