"""How a built-in function is declared: its name, its parameters with types, and the Python behind it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from balai.engine.rules import types
from balai.engine.rules.feel_values import MISSING, Function, Parameter, Range
from balai.engine.rules.limits import Runtime
from balai.engine.rules.temporal import DateTime, Time, YearsMonthsDuration
from balai.engine.rules.types import BUILTIN_TYPES, Type

B = TypeVar("B", bound=Callable[..., object])
BUILTINS: dict[str, Function] = {}

_TYPES: dict[str, Type | None] = {
    **BUILTIN_TYPES,
    "any": None,
    "point": types.PointType(),
}


def builtin(name: str, signature: str, *, variadic: str = "") -> Callable[[B], B]:
    """Declare a built-in, or one more form of it, by a signature such as "list: list, delimiter?: string".

    A question mark behind the name lets the argument be left out (the body gets None), one behind the type lets it be
    null. The body gets the runtime first.
    """

    def declare(body: B) -> B:
        function = Function(name, _parameters(signature), _caller(name, body), variadic, _returns(body))
        known = BUILTINS.get(name)
        if known is None:
            BUILTINS[name] = function
        else:
            overloads = (*known.overloads, function)
            BUILTINS[name] = replace(known, overloads=overloads)
        return body

    return declare


def _parameters(signature: str) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    for part in filter(None, (text.strip() for text in signature.split(","))):
        name, kind = (text.strip() for text in part.split(":"))
        nullable = kind.endswith("?") or kind == "any"
        found.append(Parameter(name.rstrip("?"), _TYPES[kind.rstrip("?")], name.endswith("?"), nullable))
    return tuple(found)


_RESULTS: dict[object, Type] = {
    Decimal: types.NUMBER,
    str: types.STRING,
    bool: types.BOOLEAN,
    Time: types.TIME,
    DateTime: types.DATE_TIME,
    timedelta: types.DAYS_DURATION,
    YearsMonthsDuration: types.MONTHS_DURATION,
    Range: types.RangeType(),
}


def _returns(body: Callable[..., object]) -> Type | None:
    """Answer the FEEL type of what a body answers, from its annotation; None where it says too little."""
    hint = get_type_hints(body).get("return")
    parts = [part for part in get_args(hint) if part is not type(None)] or [hint]
    if len(parts) == 1 and get_origin(parts[0]) is list:
        return types.ListType()
    return _RESULTS.get(parts[0]) if len(parts) == 1 else None


def _caller(name: str, body: Callable[..., object]) -> Callable[[Runtime, list[Any]], object]:
    def call(runtime: Runtime, arguments: list[Any]) -> object:
        given = [None if argument is MISSING else argument for argument in arguments]
        try:
            result = body(runtime, *given)
        except (ArithmeticError, ValueError) as error:
            reason = str(error) if isinstance(error, ValueError) and str(error) else "there is no such number"
            runtime.note(f"{name}: {reason}.")
            return None
        return result

    return call
