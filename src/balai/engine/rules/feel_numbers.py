"""The numbers of FEEL: decimals of 34 digits. Source: DMN 1.5, 10.3.2.3.1 (IEEE 754-2008 Decimal128)."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

# A context of our own, used through its methods: the thread's own decimal context is never read nor changed.
NUMBERS = Context(
    prec=34,
    rounding=ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    capitals=1,
    clamp=0,
    flags=[],
    traps=[DivisionByZero, InvalidOperation, Overflow],
)
ZERO = Decimal(0)
ONE = Decimal(1)


def number_text(value: Decimal) -> str:
    """Write a number without exponent and without zeros at the end of its fraction."""
    if value == 0:
        return "0"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole(value: object) -> int | None:
    """Answer a number as an int if it is whole, else None."""
    if not isinstance(value, Decimal) or value.adjusted() > 18:
        return None
    number = int(value)
    return number if number == value else None
