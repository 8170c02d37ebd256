"""How a built-in function is declared: its name, its parameters with types, and the Python behind it."""

from collections.abc import Callable
from typing import Any, TypeVar

from balai.engine.rules import types
from balai.engine.rules.limits import Runtime
from balai.engine.rules.types import BUILTIN_TYPES, Type
from balai.engine.rules.values import MISSING, Function, Parameter

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
        function = Function(name, _parameters(signature), _caller(name, body), variadic=variadic)
        known = BUILTINS.get(name)
        if known is None:
            BUILTINS[name] = function
        else:
            overloads = (*known.overloads, function)
            BUILTINS[name] = Function(name, known.parameters, known.call, known.variadic, None, overloads)
        return body

    return declare


def _parameters(signature: str) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    for part in filter(None, (text.strip() for text in signature.split(","))):
        name, kind = (text.strip() for text in part.split(":"))
        nullable = kind.endswith("?") or kind == "any"
        found.append(Parameter(name.rstrip("?"), _TYPES[kind.rstrip("?")], name.endswith("?"), nullable))
    return tuple(found)


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
