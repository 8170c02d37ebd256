"""The values of FEEL that Python has no type for: ranges, functions, and what makes up a scope."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final


class Missing:
    """Stands where there is no value at all, not even null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Range:
    """All values between two ends.

    A range written as a comparison, such as (< 10), keeps its `operator`, and its missing end is open to infinity;
    everywhere else an end that is None is an unknown one.
    """

    low: object
    high: object
    low_included: bool = True
    high_included: bool = True
    operator: str = ""

    def __str__(self) -> str:
        from balai.engine.rules.feel_text import feel_text

        if self.operator:
            return f"({self.operator} {feel_text(self.high if self.low is None else self.low)})"
        left, right = "[" if self.low_included else "(", "]" if self.high_included else ")"
        return f"{left}{feel_text(self.low)}..{feel_text(self.high)}{right}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One formal parameter: its name, its type (None accepts anything), whether it may be left out or be null."""

    name: str
    type: Any = None
    optional: bool = False
    nullable: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """A function value: `call(runtime, args)` takes the arguments in the order of `parameters`.

    `variadic` is "elements" where the only parameter takes one list or its elements one by one, "rest" where the last
    parameter takes all that is left; `overloads` are tried when the arguments do not fit. `returns` is the type of the
    result as far as it is known.
    """

    name: str
    parameters: tuple[Parameter, ...]
    call: Callable[[Any, list[Any]], object]
    variadic: str = ""
    returns: Any = None
    overloads: tuple["Function", ...] = field(default=())

    def __str__(self) -> str:
        return f"function({', '.join(parameter.name for parameter in self.parameters)})"
