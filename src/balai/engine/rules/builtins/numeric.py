"""Functions over numbers. Source: DMN 1.5, 10.3.4.5."""

from datetime import timedelta
from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
)

from balai.engine.rules.builtins.registry import builtin
from balai.engine.rules.feel_numbers import NUMBERS, whole
from balai.engine.rules.limits import Runtime
from balai.engine.rules.temporal import YearsMonthsDuration

_ROOMY = Context(prec=6200, Emin=-999_999, Emax=999_999)


def rounded(n: Decimal, scale: Decimal | None, mode: str) -> Decimal:
    """Answer a number rounded to so many digits after the point; raises ValueError for a scale that is none."""
    digits = 0 if scale is None else whole(scale)
    if digits is None:
        digits = int(scale or 0)
    if not -6111 <= digits <= 6176:
        raise ValueError("the scale must lie between -6111 and 6176")
    exponent = n.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= digits:
        return n
    return NUMBERS.plus(n.quantize(Decimal((0, (1,), -digits)), rounding=mode, context=_ROOMY))


@builtin("decimal", "n: number, scale: number")
def decimal(runtime: Runtime, n: Decimal, scale: Decimal) -> Decimal:
    """Round half to even."""
    return rounded(n, scale, ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: number")
def floor(runtime: Runtime, n: Decimal, scale: Decimal | None) -> Decimal:
    """Round towards minus infinity."""
    return rounded(n, scale, ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: number")
def ceiling(runtime: Runtime, n: Decimal, scale: Decimal | None) -> Decimal:
    """Round towards infinity."""
    return rounded(n, scale, ROUND_CEILING)


@builtin("round up", "n: number, scale: number")
def round_up(runtime: Runtime, n: Decimal, scale: Decimal) -> Decimal:
    """Round away from zero."""
    return rounded(n, scale, ROUND_UP)


@builtin("round down", "n: number, scale: number")
def round_down(runtime: Runtime, n: Decimal, scale: Decimal) -> Decimal:
    """Round towards zero."""
    return rounded(n, scale, ROUND_DOWN)


@builtin("round half up", "n: number, scale: number")
def round_half_up(runtime: Runtime, n: Decimal, scale: Decimal) -> Decimal:
    """Round to the nearest, half away from zero."""
    return rounded(n, scale, ROUND_HALF_UP)


@builtin("round half down", "n: number, scale: number")
def round_half_down(runtime: Runtime, n: Decimal, scale: Decimal) -> Decimal:
    """Round to the nearest, half towards zero."""
    return rounded(n, scale, ROUND_HALF_DOWN)


@builtin("abs", "n: number")
def absolute(runtime: Runtime, n: Decimal) -> Decimal:
    """Answer the number without its sign."""
    return n.copy_abs()


@builtin("abs", "n: days and time duration")
def absolute_days(runtime: Runtime, n: timedelta) -> timedelta:
    """Answer the duration without its sign."""
    return abs(n)


@builtin("abs", "n: years and months duration")
def absolute_months(runtime: Runtime, n: YearsMonthsDuration) -> YearsMonthsDuration:
    """Answer the duration without its sign."""
    return YearsMonthsDuration(abs(n.months))


@builtin("modulo", "dividend: number, divisor: number")
def modulo(runtime: Runtime, dividend: Decimal, divisor: Decimal) -> Decimal:
    """Answer what is left of a division, with the sign of the divisor."""
    rest = dividend.remainder_near(divisor, context=_ROOMY) if divisor else NUMBERS.remainder(dividend, divisor)
    if rest and (rest < 0) != (divisor < 0):
        rest += divisor
    return NUMBERS.plus(rest)


@builtin("sqrt", "number: number")
def square_root(runtime: Runtime, number: Decimal) -> Decimal:
    """Answer the square root of a number that is not negative."""
    return NUMBERS.sqrt(number)


@builtin("log", "number: number")
def natural_logarithm(runtime: Runtime, number: Decimal) -> Decimal | None:
    """Answer the natural logarithm of a positive number."""
    return NUMBERS.ln(number) if number > 0 else None


@builtin("exp", "number: number")
def exponential(runtime: Runtime, number: Decimal) -> Decimal:
    """Answer e to a power."""
    return NUMBERS.exp(number)


@builtin("odd", "number: number")
def odd(runtime: Runtime, number: Decimal) -> bool:
    """Answer whether a number is odd."""
    return number == number.to_integral_value() and number % 2 != 0


@builtin("even", "number: number")
def even(runtime: Runtime, number: Decimal) -> bool:
    """Answer whether a number is even."""
    return number == number.to_integral_value() and number % 2 == 0
