"""Functions over points and ranges (the interval algebra of Allen), and range(). Source: DMN 1.5, 10.3.4."""

import re
from collections.abc import Callable

from balai.engine.rules import operators as op
from balai.engine.rules import temporal as t
from balai.engine.rules.builtins.registry import builtin
from balai.engine.rules.feel_numbers import NUMBERS
from balai.engine.rules.feel_values import Range
from balai.engine.rules.lexer import unescape
from balai.engine.rules.limits import Runtime

Ternary = bool | None


def _and(*results: Ternary) -> Ternary:
    if any(result is False for result in results):
        return False
    return None if any(result is None for result in results) else True


def _or(*results: Ternary) -> Ternary:
    if any(result is True for result in results):
        return True
    return None if any(result is None for result in results) else False


def _points(name: str) -> Callable[[Callable[[object, object], Ternary]], Callable[[object, object], Ternary]]:
    """Declare a relation of two points."""

    def declare(body: Callable[[object, object], Ternary]) -> Callable[[object, object], Ternary]:
        @builtin(name, "point1: point, point2: point")
        def relate(runtime: Runtime, point1: object, point2: object) -> Ternary:
            return None if op.compare(point1, point2) is None else body(point1, point2)

        return body

    return declare


def _point_range(name: str) -> Callable[[Callable[[object, Range], Ternary]], Callable[[object, Range], Ternary]]:
    """Declare a relation of a point to a range."""

    def declare(body: Callable[[object, Range], Ternary]) -> Callable[[object, Range], Ternary]:
        @builtin(name, "point: point, range: range")
        def relate(runtime: Runtime, point: object, bounds: Range) -> Ternary:
            return body(point, bounds)

        return body

    return declare


def _range_point(name: str) -> Callable[[Callable[[Range, object], Ternary]], Callable[[Range, object], Ternary]]:
    """Declare a relation of a range to a point."""

    def declare(body: Callable[[Range, object], Ternary]) -> Callable[[Range, object], Ternary]:
        @builtin(name, "range: range, point: point")
        def relate(runtime: Runtime, bounds: Range, point: object) -> Ternary:
            return body(bounds, point)

        return body

    return declare


def _ranges(name: str) -> Callable[[Callable[[Range, Range], Ternary]], Callable[[Range, Range], Ternary]]:
    """Declare a relation of two ranges."""

    def declare(body: Callable[[Range, Range], Ternary]) -> Callable[[Range, Range], Ternary]:
        @builtin(name, "range1: range, range2: range")
        def relate(runtime: Runtime, range1: Range, range2: Range) -> Ternary:
            return body(range1, range2)

        return body

    return declare


# -- before and after ----------------------------------------------------------------------------------------------


@_point_range("before")
def _point_before(point: object, bounds: Range) -> Ternary:
    return _or(op.less(point, bounds.low), _and(op.equal(point, bounds.low), not bounds.low_included))


@_range_point("before")
def _before_point(bounds: Range, point: object) -> Ternary:
    return _or(op.less(bounds.high, point), _and(op.equal(bounds.high, point), not bounds.high_included))


@_ranges("before")
def _before(one: Range, two: Range) -> Ternary:
    open_between = not one.high_included or not two.low_included
    return _or(op.less(one.high, two.low), _and(open_between, op.equal(one.high, two.low)))


@_point_range("after")
def _point_after(point: object, bounds: Range) -> Ternary:
    return _before_point(bounds, point)


@_range_point("after")
def _after_point(bounds: Range, point: object) -> Ternary:
    return _point_before(point, bounds)


@_ranges("after")
def _after(one: Range, two: Range) -> Ternary:
    return _before(two, one)


_points("before")(op.less)
_points("after")(op.greater)


# -- meets and overlaps --------------------------------------------------------------------------------------------


@_ranges("meets")
def _meets(one: Range, two: Range) -> Ternary:
    return _and(one.high_included, two.low_included, op.equal(one.high, two.low))


@_ranges("met by")
def _met_by(one: Range, two: Range) -> Ternary:
    return _meets(two, one)


def _reaches(one: Range, two: Range) -> Ternary:
    """Answer whether the end of the first lies within or behind the start of the second."""
    touch = _and(op.equal(one.high, two.low), one.high_included, two.low_included)
    return _or(op.greater(one.high, two.low), touch)


@_ranges("overlaps")
def _overlaps(one: Range, two: Range) -> Ternary:
    return _and(_reaches(one, two), _reaches(two, one))


@_ranges("overlaps before")
def _overlaps_before(one: Range, two: Range) -> Ternary:
    starts = _or(op.less(one.low, two.low), _and(op.equal(one.low, two.low), one.low_included, not two.low_included))
    ends = _and(op.equal(one.high, two.high), not one.high_included or two.high_included)
    return _and(starts, _reaches(one, two), _or(op.less(one.high, two.high), ends))


@_ranges("overlaps after")
def _overlaps_after(one: Range, two: Range) -> Ternary:
    return _overlaps_before(two, one)


# -- finishes, starts, includes, coincides ---------------------------------------------------------------------------


@_range_point("finished by")
def _finished_by_point(bounds: Range, point: object) -> Ternary:
    return _and(bounds.high_included, op.equal(bounds.high, point))


@_point_range("finishes")
def _point_finishes(point: object, bounds: Range) -> Ternary:
    return _finished_by_point(bounds, point)


@_ranges("finishes")
def _finishes(one: Range, two: Range) -> Ternary:
    starts = _and(op.equal(one.low, two.low), not one.low_included or two.low_included)
    same = one.high_included == two.high_included
    return _and(same, op.equal(one.high, two.high), _or(op.greater(one.low, two.low), starts))


@_ranges("finished by")
def _finished_by(one: Range, two: Range) -> Ternary:
    return _finishes(two, one)


@_range_point("started by")
def _started_by_point(bounds: Range, point: object) -> Ternary:
    return _and(bounds.low_included, op.equal(bounds.low, point))


@_point_range("starts")
def _point_starts(point: object, bounds: Range) -> Ternary:
    return _started_by_point(bounds, point)


@_ranges("starts")
def _starts(one: Range, two: Range) -> Ternary:
    ends = _and(op.equal(one.high, two.high), not one.high_included or two.high_included)
    same = one.low_included == two.low_included
    return _and(op.equal(one.low, two.low), same, _or(op.less(one.high, two.high), ends))


@_ranges("started by")
def _started_by(one: Range, two: Range) -> Ternary:
    return _starts(two, one)


@_range_point("includes")
def _includes_point(bounds: Range, point: object) -> Ternary:
    return op.in_range(point, bounds)


@_point_range("during")
def _point_during(point: object, bounds: Range) -> Ternary:
    return op.in_range(point, bounds)


@_ranges("includes")
def _includes(one: Range, two: Range) -> Ternary:
    starts = _and(op.equal(one.low, two.low), one.low_included or not two.low_included)
    ends = _and(op.equal(one.high, two.high), one.high_included or not two.high_included)
    return _and(_or(op.less(one.low, two.low), starts), _or(op.greater(one.high, two.high), ends))


@_ranges("during")
def _during(one: Range, two: Range) -> Ternary:
    return _includes(two, one)


_points("coincides")(op.equal)


@_ranges("coincides")
def _coincides(one: Range, two: Range) -> Ternary:
    shape = (one.low_included, one.high_included) == (two.low_included, two.high_included)
    return _and(shape, op.equal(one.low, two.low), op.equal(one.high, two.high))


# -- range() -------------------------------------------------------------------------------------------------------

_STRING = r'"(?:[^"\\]|\\.)*"'
_END = rf"-?(?:\d+(?:\.\d+)?|\.\d+)|{_STRING}|@\s*{_STRING}|(?:date and time|date|time|duration)\s*\(\s*{_STRING}\s*\)"
_RANGE = re.compile(rf"\s*([\[(\]])\s*({_END})?\s*\.\.\s*({_END})?\s*([\])\[])\s*", re.DOTALL | re.ASCII)
_CALL = re.compile(rf"([a-z ]+?)\s*\(\s*({_STRING})\s*\)", re.DOTALL)
_READERS: dict[str, Callable[[str], object]] = {
    "date and time": t.parse_date_time,
    "date": t.parse_date,
    "time": t.parse_time,
    "duration": t.parse_duration,
}


@builtin("range", "from: string")
def range_from_text(runtime: Runtime, text: str) -> Range | None:
    """Answer the range a text stands for, such as "[18..21)"; an end left out must be open."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return None
    low, high = (None if part is None else _end(part) for part in found.group(2, 3))
    left, right = found[1] == "[", found[4] == "]"
    if found[2] is None:
        return None if left or high is None else Range(None, high, False, right, "<=" if right else "<")
    if found[3] is None:
        return None if right else Range(low, None, left, False, ">=" if left else ">")
    order = op.compare(low, high)
    return None if order is None or order > 0 else Range(low, high, left, right)


def _end(text: str) -> object:
    if text[0] == '"':
        return unescape(text)
    if text[0] == "@":
        return t.parse_at(unescape(text[1:].strip()))
    call = _CALL.fullmatch(text)
    if call is not None:
        return _READERS[call[1]](unescape(call[2]))
    return NUMBERS.create_decimal(text)
