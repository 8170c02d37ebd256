"""Functions that turn values into other kinds, and `not` and `is`. Source: DMN 1.5, 10.3.4.1, 10.3.4.2 and 10.3.4.7."""

import re
from decimal import Decimal

from balai.engine.rules.builtins.registry import builtin
from balai.engine.rules.feel_numbers import NUMBERS
from balai.engine.rules.feel_text import string_of
from balai.engine.rules.limits import Runtime
from balai.engine.rules.operators import identical

_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,6})?", re.ASCII)


@builtin("string", "from: any")
def string(runtime: Runtime, value: object) -> str | None:
    """Answer a value as text; null stays null."""
    return None if value is None else string_of(value)


@builtin("number", "from: string")
def number(runtime: Runtime, text: str) -> Decimal | None:
    """Answer the number that a text stands for."""
    return NUMBERS.create_decimal(text) if _NUMBER.fullmatch(text) else None


@builtin("number", "from: string, grouping separator: string?, decimal separator: string?")
def number_with_separators(runtime: Runtime, text: str, grouping: str | None, point: str | None) -> Decimal | None:
    """Answer the number that a text stands for, written with the given separators."""
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", ".") or (grouping and grouping == point):
        return None
    if grouping:
        text = text.replace(grouping, "")
    if point and point != ".":
        if "." in text:
            return None
        text = text.replace(point, ".")
    return number(runtime, text)


@builtin("not", "negand: any")
def negation(runtime: Runtime, negand: object) -> bool | None:
    """Answer the opposite of true or false, null of everything else."""
    return not negand if isinstance(negand, bool) else None


@builtin("is", "value1: any, value2: any")
def is_same(runtime: Runtime, value1: object, value2: object) -> bool:
    """Answer whether two values are the same in kind and value."""
    return identical(value1, value2)
