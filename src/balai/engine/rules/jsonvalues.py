"""FEEL values as canonical JSON and back: numbers as texts, dates and times in ISO 8601, nothing lost."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal

from balai.engine.rules import temporal as t
from balai.engine.rules import types
from balai.engine.rules.builtins.ranges import range_from_text
from balai.engine.rules.feel_numbers import NUMBERS, number_text
from balai.engine.rules.feel_text import feel_text
from balai.engine.rules.feel_values import Function, Range
from balai.engine.rules.from_python import take
from balai.engine.rules.lexer import FeelSyntaxError
from balai.engine.rules.limits import Runtime
from balai.engine.rules.parser import Parser, Vocabulary
from balai.engine.rules.temporal import FarDate, YearsMonthsDuration
from balai.engine.rules.types import Type

Json = None | bool | str | list["Json"] | dict[str, "Json"]
MAX_DEPTH = 100
MAX_PARTS = 1_000_000


def to_json(value: object) -> Json:
    """Answer a value as JSON, Python's own numbers and times as FEEL takes them; raises ValueError for functions."""
    return _out(take(value), 0, [MAX_PARTS])


def _out(value: object, depth: int, room: list[int]) -> Json:
    room[0] -= 1
    if room[0] < 0:
        raise ValueError(f"the value has more than {MAX_PARTS} parts")
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Decimal):
        return number_text(value)
    if depth > MAX_DEPTH:
        raise ValueError(f"the value is nested deeper than {MAX_DEPTH} levels")
    if isinstance(value, list):
        return [_out(item, depth + 1, room) for item in value]
    if isinstance(value, dict):
        return {key: _out(item, depth + 1, room) for key, item in value.items()}
    if isinstance(value, timedelta | YearsMonthsDuration):
        return t.format_duration(value)
    if isinstance(value, date | FarDate):
        return t.format_date(value)
    if isinstance(value, Function):
        raise ValueError("a function cannot be written as JSON")
    return str(value)


def from_json(value: object, type: "str | Type") -> object:
    """Answer the FEEL value that JSON holds, given its type, such as "number", "date" or "list<context<age: number>>".

    :raises ValueError: the value is not of that type, or nobody knows the type.
    """
    return _in(value, read_type(type) if isinstance(type, str) else type)


def read_type(text: str) -> Type:
    """Read the name of a built-in type; raises ValueError."""
    try:
        parser = Parser(text, Vocabulary())
        found = parser.type()
    except FeelSyntaxError as error:
        raise ValueError(f"“{text[:60]}” is no type: {error}") from error
    if parser.token.kind != "end" or found is None or isinstance(found, types.UnknownType):
        raise ValueError(f"“{text[:60]}” is no type")
    return found  # type: ignore[no-any-return]


def _in(value: object, kind: Type) -> object:
    if value is None:
        return None
    wanted = types.bare(kind)
    found: object
    if isinstance(wanted, types.ListType) and isinstance(value, list):
        found = [_in(item, wanted.element) for item in value]
    elif isinstance(wanted, types.ContextType) and isinstance(value, Mapping):
        fields = dict(wanted.fields)
        found = {str(key): _in(item, fields.get(str(key), types.ANY)) for key, item in value.items()}
    elif isinstance(wanted, types.SimpleType) and wanted.name in _READERS and isinstance(value, str | int | float):
        found = value if isinstance(value, bool) else _READERS[wanted.name](str(value))
    elif isinstance(wanted, types.RangeType) and isinstance(value, str):
        found = _range(value)
    else:
        found = take(value)
    if not types.conforms(found, kind):
        raise ValueError(f"{feel_text(take(value))[:60]} is not of the type {kind}")
    return found


def _number(text: str) -> Decimal:
    try:
        number = NUMBERS.create_decimal(text)
    except ArithmeticError as error:
        raise ValueError(f"“{text[:60]}” is no number") from error
    if not number.is_finite():
        raise ValueError(f"“{text[:60]}” is no number")
    return number


def _range(text: str) -> Range:
    found = range_from_text(Runtime(), text)
    if found is None:
        raise ValueError(f"“{text[:60]}” is no range")
    return found


_READERS: dict[str, Callable[[str], object]] = {
    "number": _number,
    "date": t.parse_date,
    "time": t.parse_time,
    "date and time": t.parse_date_time,
    "days and time duration": t.parse_duration,
    "years and months duration": t.parse_duration,
}
