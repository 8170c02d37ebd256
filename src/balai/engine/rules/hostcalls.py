"""Functions that a host lends to expressions, beside the built-ins of the standard: they stand in the data like any value."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from balai.engine.rules.feel_values import Function, Parameter
from balai.engine.rules.limits import Runtime
from balai.engine.rules.types import DATE, NUMBER, STRING


def days_function(name: str, count: Callable[[date, date], int]) -> Function:
    """Lend a count of days between two dates, as `name(from, to)`; null where one of them is null or no date of a calendar."""

    def call(runtime: Runtime, arguments: list[Any]) -> object:
        start, end = arguments
        if not isinstance(start, date) or not isinstance(end, date):
            runtime.note(f"{name}: it needs two dates.")
            return None
        return Decimal(count(start, end))

    return Function(name, (Parameter("from", DATE), Parameter("to", DATE)), call, returns=NUMBER)


def word_function(name: str, write: Callable[[object], str]) -> Function:
    """Lend what writes one value in words, as `name(value)`; null, with a remark, where `write` raises ValueError."""

    def call(runtime: Runtime, arguments: list[Any]) -> object:
        try:
            return write(arguments[0])
        except ValueError as error:
            runtime.note(f"{name}: {error}.")
            return None

    return Function(name, (Parameter("value"),), call, returns=STRING)
