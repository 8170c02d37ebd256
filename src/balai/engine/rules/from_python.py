"""Take values from outside into FEEL: Python's numbers, times and collections become FEEL's."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from balai.engine.rules.feel_numbers import NUMBERS
from balai.engine.rules.feel_values import Function, Range
from balai.engine.rules.temporal import (
    DateTime,
    FarDate,
    Time,
    YearsMonthsDuration,
    from_python_datetime,
    from_python_time,
)

MAX_DEPTH = 100
_NATIVE = frozenset(
    {Decimal, str, bool, type(None), date, FarDate, Time, DateTime, YearsMonthsDuration, timedelta, Range, Function}
)


def take(value: object, depth: int = 0) -> object:
    """Answer a Python value as FEEL sees it; raises TypeError for what has no counterpart (a fault of the caller)."""
    if type(value) in _NATIVE and type(value) is not Decimal:
        return value
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return _number(value)
    if depth > MAX_DEPTH:
        raise TypeError(f"The data is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, Mapping):
        return {str(key): take(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [take(item, depth + 1) for item in value]
    return _other(value)


def _number(value: int | float | Decimal) -> Decimal | None:
    if isinstance(value, Decimal):
        return value if value.is_finite() else None
    if isinstance(value, float):
        number = Decimal(str(value))
        return number if number.is_finite() else None
    return NUMBERS.create_decimal(int(value))


def _other(value: object) -> object:
    if isinstance(value, datetime):
        return from_python_datetime(value)
    if isinstance(value, time):
        return from_python_time(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    raise TypeError(f"FEEL has no value for {type(value).__name__}.")
