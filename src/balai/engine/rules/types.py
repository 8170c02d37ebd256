"""The types of FEEL and DMN: what conforms to them, and the conversions the standard makes by itself.

Source: DMN 1.5, 10.3.2.9 (lattice of types, conformance, implicit conversions) and 7.3.3 (item definitions).
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from balai.engine.rules import temporal
from balai.engine.rules.feel_values import MISSING, Function, Missing, Range
from balai.engine.rules.temporal import DateTime, FarDate, Time, YearsMonthsDuration


class Type:
    """Any type: `accepts` says whether a value other than null is of it, `within` whether it conforms to another."""

    name = "Any"

    def accepts(self, value: object) -> bool:
        raise NotImplementedError

    def within(self, other: "Type") -> bool:
        """Answer whether this type conforms to the other (10.3.2.9.2)."""
        return isinstance(other, AnyType) or self == other

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class AnyType(Type):
    """Every value."""

    def accepts(self, value: object) -> bool:
        return True


@dataclass(frozen=True)
class NullType(Type):
    """null alone."""

    name = "Null"

    def accepts(self, value: object) -> bool:
        return value is None

    def within(self, other: Type) -> bool:
        return True


@dataclass(frozen=True)
class SimpleType(Type):
    """A type of single values."""

    name: str = ""
    classes: tuple[type, ...] = ()

    def accepts(self, value: object) -> bool:
        return type(value) in self.classes

    def within(self, other: Type) -> bool:
        return super().within(other) or (self is DATE and other is DATE_TIME)


ANY = AnyType()
NULL = NullType()
NUMBER = SimpleType("number", (Decimal,))
STRING = SimpleType("string", (str,))
BOOLEAN = SimpleType("boolean", (bool,))
DATE = SimpleType("date", (date, FarDate))
TIME = SimpleType("time", (Time,))
DATE_TIME = SimpleType("date and time", (DateTime,))
DAYS_DURATION = SimpleType("days and time duration", (timedelta,))
MONTHS_DURATION = SimpleType("years and months duration", (YearsMonthsDuration,))


@dataclass(frozen=True)
class ListType(Type):
    """A list whose elements are all of one type (or null)."""

    element: Type = ANY

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"list<{self.element}>"

    def accepts(self, value: object) -> bool:
        return isinstance(value, list) and all(conforms(item, self.element) for item in value)

    def within(self, other: Type) -> bool:
        if isinstance(other, ListType):
            return self.element.within(other.element)
        return super().within(other)


@dataclass(frozen=True)
class ContextType(Type):
    """A context with at least these entries; without any it is every context."""

    fields: tuple[tuple[str, Type], ...] = ()

    @property
    def name(self) -> str:  # type: ignore[override]
        inner = ", ".join(f"{key}: {kind}" for key, kind in self.fields)
        return f"context<{inner}>" if inner else "context"

    def accepts(self, value: object) -> bool:
        if not isinstance(value, dict):
            return False
        return all(key in value and conforms(value[key], kind) for key, kind in self.fields)

    def within(self, other: Type) -> bool:
        if isinstance(other, ContextType):
            mine = dict(self.fields)
            return all(key in mine and mine[key].within(kind) for key, kind in other.fields)
        return super().within(other)


@dataclass(frozen=True)
class RangeType(Type):
    """A range whose ends are of one type."""

    element: Type = ANY

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"range<{self.element}>"

    def accepts(self, value: object) -> bool:
        if not isinstance(value, Range):
            return False
        return all(end is None or self.element.accepts(end) for end in (value.low, value.high))

    def within(self, other: Type) -> bool:
        if isinstance(other, RangeType):
            return self.element.within(other.element)
        return super().within(other)


@dataclass(frozen=True)
class PointType(Type):
    """A single value where a range would be something else, in the functions over points and ranges."""

    name = "point"

    def accepts(self, value: object) -> bool:
        return not isinstance(value, Range | list)


@dataclass(frozen=True)
class FunctionType(Type):
    """A function: wider parameters and a narrower result conform; without parameters given, every function does."""

    parameters: tuple[Type, ...] | None = None
    returns: Type = ANY

    @property
    def name(self) -> str:  # type: ignore[override]
        if self.parameters is None:
            return "function"
        return f"function<{', '.join(str(kind) for kind in self.parameters)}>->{self.returns}"

    def accepts(self, value: object) -> bool:
        if not isinstance(value, Function):
            return False
        return self.parameters is None or function_type(value).within(self)

    def within(self, other: Type) -> bool:
        if not isinstance(other, FunctionType):
            return super().within(other)
        if other.parameters is None:
            return True
        if self.parameters is None or len(self.parameters) != len(other.parameters):
            return False
        wider = all(theirs.within(mine) for mine, theirs in zip(self.parameters, other.parameters, strict=True))
        return wider and self.returns.within(other.returns)


@dataclass(frozen=True)
class UnknownType(Type):
    """A type that nobody defined: no value is of it."""

    label: str = ""

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.label

    def accepts(self, value: object) -> bool:
        return False


class _Checked(threading.local):
    """What the check under way in this thread has already found: parts of a value may be shared many times over."""

    known: dict[tuple[int, int], bool] | None = None


_checked = _Checked()


@dataclass(eq=False)
class ItemType(Type):
    """A type of an item definition: a base type, narrowed by tests its values must pass.

    `allowed` takes one value and answers whether it may be.
    """

    label: str
    base: Type = ANY
    allowed: Callable[[object], bool] | None = field(default=None)
    allowed_text: str = ""

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.label

    def accepts(self, value: object) -> bool:
        if not isinstance(value, list | dict):
            return self._accepts(value)
        known = _checked.known
        if known is not None:
            key = (id(self), id(value))
            if key not in known:
                known[key] = self._accepts(value)
            return known[key]
        _checked.known = {}
        try:
            return self._accepts(value)
        finally:
            _checked.known = None

    def _accepts(self, value: object) -> bool:
        if not self.base.accepts(value):
            return False
        return self.allowed is None or self.allowed(value)

    def within(self, other: Type) -> bool:
        if self is other or isinstance(other, AnyType):
            return True
        return self.base.within(other.base if isinstance(other, ItemType) and other.allowed is None else other)


BUILTIN_TYPES: Mapping[str, Type] = {
    "Any": ANY,
    "Null": NULL,
    "number": NUMBER,
    "string": STRING,
    "boolean": BOOLEAN,
    "date": DATE,
    "time": TIME,
    "date and time": DATE_TIME,
    "dateTime": DATE_TIME,
    "days and time duration": DAYS_DURATION,
    "dayTimeDuration": DAYS_DURATION,
    "years and months duration": MONTHS_DURATION,
    "yearMonthDuration": MONTHS_DURATION,
    "context": ContextType(),
    "list": ListType(),
    "range": RangeType(),
    "function": FunctionType(),
}

# What older editors offer in their lists and FEEL does not know; a file may use them for its columns.
FOREIGN_TYPES: Mapping[str, Type] = {"integer": NUMBER, "long": NUMBER, "double": NUMBER}


def function_type(value: Function) -> FunctionType:
    """Answer the type of a function value."""
    return FunctionType(tuple(p.type or ANY for p in value.parameters), value.returns or ANY)


def conforms(value: object, kind: Type) -> bool:
    """Answer whether a value may stand where a type is asked; null may stand everywhere."""
    return value is None or kind.accepts(value)


def bare(kind: Type | None) -> Type | None:
    """Answer the type below the names that item definitions give it."""
    while isinstance(kind, ItemType):
        kind = kind.base
    return kind


def convert(value: object, kind: Type | None) -> object | Missing:
    """Answer the value as the type asks for it, converted where the standard does so, MISSING where it does not fit.

    A list of one becomes its element, a single value a list of one, a date its midnight in UTC (10.3.2.9.4).
    """
    if value is None or kind is None or kind.accepts(value):
        return value
    wanted = bare(kind)
    candidate: object
    if isinstance(value, list) and len(value) == 1 and not isinstance(wanted, ListType):
        candidate = convert(value[0], kind) if not isinstance(value[0], list) else value[0]
    elif isinstance(wanted, ListType) and not isinstance(value, list):
        candidate = [convert(value, wanted.element)]
        if candidate == [MISSING]:
            return MISSING
    elif wanted is DATE_TIME and isinstance(value, date | FarDate):
        candidate = midnight(value)
    elif isinstance(wanted, FunctionType) and isinstance(value, Function):
        return value if _may_serve(value, wanted) else MISSING
    else:
        return MISSING
    return candidate if candidate is not MISSING and conforms(candidate, kind) else MISSING


def _may_serve(value: Function, wanted: FunctionType) -> bool:
    """Answer whether a function may stand where this type is asked; what its form does not tell is left to the call."""
    if wanted.parameters is None or len(value.parameters) != len(wanted.parameters):
        return wanted.parameters is None
    known = zip(value.parameters, wanted.parameters, strict=True)
    if any(mine.type is not None and not theirs.within(mine.type) for mine, theirs in known):
        return False
    return value.returns in (None, ANY) or value.returns.within(wanted.returns)


def midnight(day: temporal.AnyDate) -> DateTime:
    """Answer the first instant of a day in UTC, which a date becomes where a date and time is asked."""
    return DateTime(day, Time(0, 0, 0, 0, temporal.Offset(0)))
