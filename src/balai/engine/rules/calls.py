"""Call FEEL functions: bind arguments to parameters, convert them, count the depth. Source: DMN 1.5, 10.3.2.13."""

from collections.abc import Sequence

from balai.engine.rules.feel_values import MISSING, Function
from balai.engine.rules.limits import MAX_CALLS, LimitReached, Runtime
from balai.engine.rules.types import convert


def invoke(function: object, runtime: Runtime, arguments: list[object], names: Sequence[str] = ()) -> object:
    """Call a function with arguments by position, or by name where names are given; null where they do not fit."""
    if not isinstance(function, Function):
        runtime.note("Something that is no function was called.")
        return None
    for candidate in (function, *function.overloads):
        bound = bind(candidate, arguments, names)
        if bound is not None:
            return _run(candidate, runtime, bound)
    runtime.note(f"The arguments do not fit {function.name or 'the function'}.")
    return None


def _run(function: Function, runtime: Runtime, bound: list[object]) -> object:
    runtime.spend(1)
    if runtime.calls >= MAX_CALLS:
        raise LimitReached(f"More than {MAX_CALLS} functions are waiting for each other.")
    runtime.calls += 1
    try:
        return function.call(runtime, bound)
    finally:
        runtime.calls -= 1


def bind(function: Function, arguments: list[object], names: Sequence[str]) -> list[object] | None:
    """Answer an argument for each parameter (MISSING where an optional one is left out), None where they do not fit."""
    parameters = function.parameters
    if names:
        ordered = _by_name(function, arguments, names)
        if ordered is None:
            return None
    elif function.variadic:
        if len(arguments) < len(parameters):
            return None
        ordered = _gathered(function, arguments)
    elif len(arguments) > len(parameters):
        return None
    else:
        ordered = arguments + [MISSING] * (len(parameters) - len(arguments))
    return _converted(function, ordered)


def _gathered(function: Function, arguments: list[object]) -> list[object]:
    if function.variadic == "elements":
        return [arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else arguments]
    fixed = len(function.parameters) - 1
    return [*arguments[:fixed], arguments[fixed:]]


def _by_name(function: Function, arguments: list[object], names: Sequence[str]) -> list[object] | None:
    given = dict(zip(names, arguments, strict=True))
    if len(given) != len(names) or not given.keys() <= {parameter.name for parameter in function.parameters}:
        return None
    if function.variadic == "rest" and (last := function.parameters[-1].name) in given:
        given[last] = [given[last]]  # named, the last parameter takes one value: the list of all that is left holds it
    return [given.get(parameter.name, MISSING) for parameter in function.parameters]


def _converted(function: Function, ordered: list[object]) -> list[object] | None:
    bound: list[object] = []
    for parameter, value in zip(function.parameters, ordered, strict=True):
        if value is MISSING:
            if not parameter.optional:
                return None
            bound.append(MISSING)
            continue
        value = convert(value, parameter.type)
        if value is MISSING or (value is None and not parameter.nullable):
            return None
        bound.append(value)
    return bound
