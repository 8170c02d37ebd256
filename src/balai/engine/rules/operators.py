"""Compare and calculate with FEEL values; what does not fit together is null. Source: DMN 1.5, 10.3.2.13."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from decimal import Decimal

from balai.engine.rules import temporal as t
from balai.engine.rules.feel_numbers import NUMBERS, ONE
from balai.engine.rules.feel_values import Function, Range
from balai.engine.rules.limits import MAX_STRING, LimitReached
from balai.engine.rules.temporal import DateTime, FarDate, Time, YearsMonthsDuration
from balai.engine.rules.types import midnight

Ternary = bool | None
_DAY = timedelta(days=1)


# -- equality ------------------------------------------------------------------------------------------------------


def equal(left: object, right: object) -> Ternary:
    """Answer left = right; null when the two are of different kinds."""
    kind = type(left)
    if kind is type(right) and kind in _SIMPLE_KINDS:
        return left == right
    if left is None or right is None:
        return left is right
    if kind in (list, dict):
        return _equal_inside(left, right, {})
    if isinstance(left, Range) and isinstance(right, Range):
        return _equal_ranges(left, right)
    if isinstance(left, Function) and isinstance(right, Function):
        return left is right
    return _equal_moments(left, right)


_SIMPLE_KINDS = frozenset({Decimal, str, bool, date, FarDate, timedelta, YearsMonthsDuration})


def _equal_inside(left: object, right: object, known: dict[tuple[int, int], Ternary]) -> Ternary:
    """Compare lists and contexts; each pair once, for parts may be shared many times over."""
    if type(left) not in (list, dict) or type(right) not in (list, dict):
        return equal(left, right) if type(left) not in (list, dict) else (False if right is None else None)
    pair = (id(left), id(right))
    if pair not in known:
        known[pair] = True
        known[pair] = _compare_inside(left, right, known)
    return known[pair]


def _compare_inside(left: object, right: object, known: dict[tuple[int, int], Ternary]) -> Ternary:
    if isinstance(left, list) and isinstance(right, list):
        if len(left) != len(right):
            return False
        return _all(_equal_inside(a, b, known) for a, b in zip(left, right, strict=True))
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        return _all(_equal_inside(value, right[key], known) for key, value in left.items())
    return None


def _all(results: Iterable[Ternary]) -> Ternary:
    outcome: Ternary = True
    for result in results:
        if result is False:
            return False
        if result is None:
            outcome = None
    return outcome


def _equal_ranges(left: Range, right: Range) -> Ternary:
    shape = (left.operator, left.low_included, left.high_included)
    if shape != (right.operator, right.low_included, right.high_included):
        return False
    return _all((equal(left.low, right.low), equal(left.high, right.high)))


def _equal_moments(left: object, right: object) -> Ternary:
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        if (left.time.zone is None) != (right.time.zone is None):
            return False
        # The standard compares times by their value in whole seconds (10.3.2.3.5 and 10.3.2.3.6).
        return t.instant(left)[0] == t.instant(right)[0]
    if isinstance(left, Time) and isinstance(right, Time):
        if (left.zone is None) != (right.zone is None):
            return False
        return t.time_instant(left) // t.NANO == t.time_instant(right) // t.NANO
    if isinstance(left, date | FarDate) and isinstance(right, DateTime):
        return _equal_moments(midnight(left), right)
    if isinstance(left, DateTime) and isinstance(right, date | FarDate):
        return _equal_moments(left, midnight(right))
    if isinstance(left, date | FarDate) and isinstance(right, date | FarDate):
        return False
    return None


def identical(left: object, right: object) -> bool:
    """Answer the `is` of FEEL: the same kind and the same value, zone included."""
    if type(left) is not type(right):
        return False
    if isinstance(left, Time | DateTime):
        return _same_clock(left, right)
    return equal(left, right) is True


def _same_clock(left: Time | DateTime, right: object) -> bool:
    if isinstance(left, DateTime):
        return isinstance(right, DateTime) and left.date == right.date and _same_clock(left.time, right.time)
    if not isinstance(right, Time) or (left.seconds, left.nanosecond) != (right.seconds, right.nanosecond):
        return False
    return left.zone == right.zone


# -- order ---------------------------------------------------------------------------------------------------------


def compare(left: object, right: object) -> int | None:
    """Answer -1, 0 or 1 for values that have an order, else None."""
    kind = type(left)
    if kind is type(right):
        if kind in _ORDERED_KINDS:
            return -1 if left < right else (1 if left > right else 0)  # type: ignore[operator]
        if isinstance(left, YearsMonthsDuration):
            return _sign(left.months, right.months)  # type: ignore[attr-defined]
        if isinstance(left, Time):
            return _compare_times(left, right)  # type: ignore[arg-type]
    if isinstance(left, date | FarDate) and isinstance(right, date | FarDate):
        return _sign(t.epoch_days(left), t.epoch_days(right))
    left = midnight(left) if isinstance(left, date | FarDate) else left
    right = midnight(right) if isinstance(right, date | FarDate) else right
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        if (left.time.zone is None) != (right.time.zone is None):
            return None
        return _sign(t.instant(left)[0], t.instant(right)[0])
    return None


_ORDERED_KINDS = frozenset({Decimal, str, date, timedelta})


def _compare_times(left: Time, right: Time) -> int | None:
    if (left.zone is None) != (right.zone is None):
        return None
    return _sign(t.time_instant(left) // t.NANO, t.time_instant(right) // t.NANO)


def _sign(left: int, right: int) -> int:
    return (left > right) - (left < right)


def less(left: object, right: object) -> Ternary:
    """Answer left < right."""
    order = compare(left, right)
    return None if order is None else order < 0


def less_equal(left: object, right: object) -> Ternary:
    """Answer left <= right."""
    order = compare(left, right)
    return None if order is None else order <= 0


def greater(left: object, right: object) -> Ternary:
    """Answer left > right."""
    order = compare(left, right)
    return None if order is None else order > 0


def greater_equal(left: object, right: object) -> Ternary:
    """Answer left >= right."""
    order = compare(left, right)
    return None if order is None else order >= 0


def unequal(left: object, right: object) -> Ternary:
    """Answer left != right."""
    same = equal(left, right)
    return None if same is None else not same


def conjunction(left: Ternary, right: Ternary) -> Ternary:
    """Answer the three-valued and."""
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def between(value: object, low: object, high: object) -> Ternary:
    """Answer low <= value <= high."""
    return conjunction(greater_equal(value, low), less_equal(value, high))


def in_range(value: object, bounds: Range) -> Ternary:
    """Answer whether a value lies in a range."""
    if bounds.operator:
        return _COMPARISONS[bounds.operator](value, bounds.high if bounds.low is None else bounds.low)
    above = greater_equal(value, bounds.low) if bounds.low_included else greater(value, bounds.low)
    below = less_equal(value, bounds.high) if bounds.high_included else less(value, bounds.high)
    return conjunction(above, below)


_COMPARISONS: dict[str, Callable[[object, object], Ternary]] = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": less_equal,
    ">": greater,
    ">=": greater_equal,
}


def satisfies(value: object, test: object) -> Ternary:
    """Answer whether a value passes a test given as a value: it lies in the range or list, or equals it."""
    if isinstance(test, Range):
        return equal(value, test) if isinstance(value, Range) else in_range(value, test)
    if isinstance(test, list):
        if isinstance(value, list) and equal(value, test) is True:
            return True
        return any(satisfies(value, item) is True for item in test)
    return equal(value, test)


# -- arithmetic ----------------------------------------------------------------------------------------------------


def add(left: object, right: object) -> object:
    """Answer left + right, None when they do not add."""
    if type(left) is Decimal and type(right) is Decimal:
        return NUMBERS.add(left, right)
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_STRING:
            raise LimitReached(f"A text would be longer than {MAX_STRING} characters.")
        return left + right
    if isinstance(right, timedelta):
        return _add_days(left, right)
    if isinstance(right, YearsMonthsDuration):
        return _add_months(left, right)
    if isinstance(left, timedelta | YearsMonthsDuration):
        return None if isinstance(right, timedelta | YearsMonthsDuration) else add(right, left)
    return None


def _add_days(left: object, right: timedelta) -> object:
    if isinstance(left, timedelta):
        return left + right
    if isinstance(left, DateTime):
        return t.shift_date_time(left, right)
    if isinstance(left, Time):
        return t.shift_time(left, right)
    if isinstance(left, date | FarDate):
        # The date counts as its midnight; what is left of a day is dropped (10.3.2.13, table 57).
        return t.date_of_days(t.epoch_days(left) + right // _DAY)
    return None


def _add_months(left: object, right: YearsMonthsDuration) -> object:
    if isinstance(left, YearsMonthsDuration):
        return YearsMonthsDuration(left.months + right.months)
    if isinstance(left, DateTime):
        return t.shift_date_time(left, right)
    if isinstance(left, date | FarDate):
        return t.add_months(left, right.months)
    return None


def subtract(left: object, right: object) -> object:
    """Answer left - right, None when they do not subtract."""
    if type(left) is Decimal and type(right) is Decimal:
        return NUMBERS.subtract(left, right)
    if isinstance(right, timedelta):
        return _add_days(left, -right)
    if isinstance(right, YearsMonthsDuration):
        return _add_months(left, YearsMonthsDuration(-right.months))
    if isinstance(left, Time) and isinstance(right, Time):
        if (left.zone is None) != (right.zone is None):
            return None
        return t.nanos_duration(t.time_instant(left) - t.time_instant(right))
    left = midnight(left) if isinstance(left, date | FarDate) else left
    right = midnight(right) if isinstance(right, date | FarDate) else right
    if isinstance(left, DateTime) and isinstance(right, DateTime):
        if (left.time.zone is None) != (right.time.zone is None):
            return None
        return t.subtract_date_times(left, right)
    return None


def multiply(left: object, right: object) -> object:
    """Answer left * right, None when they do not multiply."""
    if type(right) is Decimal:
        if type(left) is Decimal:
            return NUMBERS.multiply(left, right)
        if isinstance(left, timedelta | YearsMonthsDuration):
            return _scale(left, right, NUMBERS.multiply)
        return None
    if type(left) is Decimal and isinstance(right, timedelta | YearsMonthsDuration):
        return _scale(right, left, NUMBERS.multiply)
    return None


def divide(left: object, right: object) -> object:
    """Answer left / right, None when they do not divide."""
    if type(right) is Decimal:
        if type(left) is Decimal:
            return NUMBERS.divide(left, right)
        if isinstance(left, timedelta | YearsMonthsDuration):
            return _scale(left, right, NUMBERS.divide)
        return None
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return NUMBERS.divide(Decimal(t.duration_nanos(left)), Decimal(t.duration_nanos(right)))
    if isinstance(left, YearsMonthsDuration) and isinstance(right, YearsMonthsDuration):
        return NUMBERS.divide(Decimal(left.months), Decimal(right.months))
    return None


def _scale(
    duration: timedelta | YearsMonthsDuration, factor: Decimal, operation: Callable[[Decimal, Decimal], Decimal]
) -> timedelta | YearsMonthsDuration:
    if isinstance(duration, YearsMonthsDuration):
        return YearsMonthsDuration(int(operation(Decimal(duration.months), factor)))
    return t.nanos_duration(int(operation(Decimal(t.duration_nanos(duration)), factor)))


def power(left: object, right: object) -> object:
    """Answer left ** right, None when either is no number."""
    if type(left) is not Decimal or type(right) is not Decimal:
        return None
    if right == 0:
        return ONE
    result = NUMBERS.power(left, right)
    return result if result.is_finite() else None


def negate(value: object) -> object:
    """Answer -value for numbers and durations, else None."""
    if type(value) is Decimal:
        return NUMBERS.minus(value)
    if isinstance(value, timedelta):
        return -value
    if isinstance(value, YearsMonthsDuration):
        return YearsMonthsDuration(-value.months)
    return None
