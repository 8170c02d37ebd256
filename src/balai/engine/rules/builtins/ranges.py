"""Functions over points and ranges (the interval algebra of Allen). Source: DMN 1.5, 10.3.4.10, table 78."""

from collections.abc import Callable

from balai.engine.rules import operators as op
from balai.engine.rules.builtins.registry import builtin
from balai.engine.rules.limits import Runtime
from balai.engine.rules.values import Range

Ternary = bool | None


def _and(*results: Ternary) -> Ternary:
    outcome: Ternary = True
    for result in results:
        outcome = op.conjunction(outcome, result)
    return outcome


def _or(*results: Ternary) -> Ternary:
    if any(result is True for result in results):
        return True
    return None if any(result is None for result in results) else False


def _relation(
    name: str, left: str, right: str
) -> Callable[[Callable[[object, object], Ternary]], Callable[[object, object], Ternary]]:
    """Declare one form of a relation between points and ranges; "point" and "range" with a number are its parameters."""

    def declare(body: Callable[[object, object], Ternary]) -> Callable[[object, object], Ternary]:
        def call(runtime: Runtime, first: object, second: object) -> Ternary:
            for value, label in ((first, left), (second, right)):
                if isinstance(value, Range) != label.startswith("range"):
                    return None
            return body(first, second)

        kinds = ", ".join(f"{label}: {'range' if label.startswith('range') else 'any'}" for label in (left, right))
        builtin(name, kinds)(call)
        return body

    return declare
