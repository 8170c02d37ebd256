"""The methods of Java's own Math, String and numbers that models call as external functions, mapped by one table.

No Java is run and nothing is loaded: a method that does not stand here is none. Source: DMN 1.5, 10.3.2.13.3 and tables
74 and 75 (how FEEL's values become Java's, and back).
"""

import math
import re
import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from balai.engine.rules.feel_numbers import NUMBERS
from balai.engine.rules.feel_text import feel_text
from balai.engine.rules.limits import MAX_STRING

Method = Callable[..., Any]
_BITS = {"byte": 8, "short": 16, "int": 32, "long": 64}
_BOXED = {"Byte": "byte", "Short": "short", "Integer": "int", "Long": "long", "Float": "float", "Double": "double",
          "Boolean": "boolean", "Character": "char", "String": "String", "CharSequence": "String", "Object": "Object"}  # fmt: skip
_CODES = {"I": "int", "J": "long", "D": "double", "F": "float", "Z": "boolean", "B": "byte", "S": "short", "C": "char"}
_SIGNATURE = re.compile(r"\s*(\w{1,60})\s*\(([^()]{0,500})\)\s*", re.ASCII)
_HOLE = re.compile(r"%(?:(\d{1,2})\$)?([-0+ ,(#]{0,4})(\d{0,3})(?:\.(\d{1,2}))?([sSdfeExXobBcn%])")
_MAX_TEXT = 100_000


def find_method(owner: object, signature: object) -> Callable[[Sequence[object]], object] | None:
    """Answer the method of a class by its signature, as `max(int,int)`; None where the table has none.

    What it answers takes FEEL's values and answers one: null where an argument is none of Java's type, or there is no result.
    """
    found = _SIGNATURE.fullmatch(signature) if isinstance(signature, str) else None
    if found is None or not isinstance(owner, str):
        return None
    kinds = tuple(_kind(part.strip()) for part in found[2].split(",") if part.strip())
    method = _METHODS.get((owner.strip().removeprefix("java.lang."), found[1], kinds))
    if method is None or "" in kinds:
        return None

    def call(arguments: Sequence[object]) -> object:
        try:
            found = _to_feel(method(*_to_java(arguments, kinds)))
        except (ValueError, ArithmeticError, TypeError, IndexError):
            return None
        return None if isinstance(found, str) and len(found) > MAX_STRING else found

    return call


def _kind(written: str) -> str:
    """Answer a Java type by its short name, an array's with [] behind it, "" where it is not known."""
    if written.startswith("["):
        inner = _CODES.get(written[1:]) or _kind(written[2:].removesuffix(";"))
        return f"{inner}[]" if inner else ""
    for ending in ("[]", "..."):
        if written.endswith(ending):
            return f"{_kind(written.removesuffix(ending).strip())}[]"
    name = written.removeprefix("java.lang.")
    return name if name in _BITS or name in ("float", "double", "boolean", "char") else _BOXED.get(name, "")


def _to_java(arguments: Sequence[object], kinds: tuple[str, ...]) -> list[Any]:
    given = list(arguments)
    if kinds and kinds[-1].endswith("[]"):
        rest = given[len(kinds) - 1 :]
        given[len(kinds) - 1 :] = [rest[0] if len(rest) == 1 and isinstance(rest[0], list) else rest]
    if len(given) != len(kinds):
        raise ValueError("the number of arguments differs")
    return [_java_value(value, kind) for value, kind in zip(given, kinds, strict=True)]


def _java_value(value: object, kind: str) -> Any:
    if kind.endswith("[]"):
        return [_java_value(one, kind[:-2]) for one in value] if isinstance(value, list) else _refuse(kind)
    if kind == "Object":
        return value
    if kind in _BITS:
        number = int(value) if isinstance(value, Decimal) else _refuse(kind)
        return number if -(1 << _BITS[kind] - 1) <= number < 1 << _BITS[kind] - 1 else _refuse(kind)
    if kind in ("float", "double"):
        real = float(value) if isinstance(value, Decimal) else _refuse(kind)
        return struct.unpack("f", struct.pack("f", real))[0] if kind == "float" else real
    if kind == "boolean":
        return value if isinstance(value, bool) else _refuse(kind)
    text = value if isinstance(value, str) else _refuse(kind)
    return text if kind == "String" or len(text) == 1 else _refuse(kind)


def _refuse(kind: str) -> Any:
    raise ValueError(f"the argument is no {kind}")


def _to_feel(value: object) -> object:
    if isinstance(value, float):
        return NUMBERS.create_decimal(repr(value)) if math.isfinite(value) else None
    return Decimal(value) if isinstance(value, int) and not isinstance(value, bool) else value


# -- java.lang.Math ------------------------------------------------------------------------------------------------

_REAL: dict[str, Method] = {
    "cos": math.cos, "sin": math.sin, "tan": math.tan, "acos": math.acos, "asin": math.asin, "atan": math.atan,
    "cosh": math.cosh, "sinh": math.sinh, "tanh": math.tanh, "exp": math.exp, "expm1": math.expm1, "log": math.log,
    "log10": math.log10, "log1p": math.log1p, "sqrt": math.sqrt, "cbrt": math.cbrt, "toDegrees": math.degrees,
    "toRadians": math.radians, "ceil": lambda x: float(math.ceil(x)), "floor": lambda x: float(math.floor(x)),
    "rint": lambda x: float(round(x)), "signum": lambda x: float((x > 0) - (x < 0)),
}  # fmt: skip
_REAL_PAIRS: dict[str, Method] = {
    "pow": math.pow, "atan2": math.atan2, "hypot": math.hypot, "IEEEremainder": math.remainder,
}  # fmt: skip
_EXACT: dict[str, Method] = {
    "addExact": lambda a, b: a + b, "subtractExact": lambda a, b: a - b, "multiplyExact": lambda a, b: a * b,
    "floorDiv": lambda a, b: a // b, "floorMod": lambda a, b: a % b,
}  # fmt: skip


def _exact(method: Method, kind: str) -> Method:
    def run(*arguments: int) -> int:
        result: int = _java_value(Decimal(method(*arguments)), kind)
        return result

    return run


def _rounded(value: float) -> int:
    return math.floor(value + 0.5)


# -- java.lang.String and the boxes of numbers -----------------------------------------------------------------------


def _shown(value: object) -> str:
    """Answer a value as Java prints it: 5.0 of a real number, null of nothing."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _shown_real(value)
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else feel_text(value)


def _shown_real(value: float) -> str:
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return format(Decimal(repr(value)), "f") if "e" in repr(value) else repr(value)
    digits, _, power = format(Decimal(repr(value)).normalize(), "E").partition("E")
    return f"{digits if '.' in digits else digits + '.0'}E{int(power)}"


def _format(pattern: str, values: list[object]) -> str:
    """Answer what String.format makes of a pattern, of the holes that numbers, texts and truth values fill."""
    place = 0

    def fill(found: re.Match[str]) -> str:
        nonlocal place
        number, flags, width, digits, sign = found.groups()
        if sign in "%n":
            return "%" if sign == "%" else "\n"
        value = values[int(number) - 1 if number else place]
        place += not number
        return _hole(flags, width, digits, sign, value)

    if len(pattern) > _MAX_TEXT or "%" in _HOLE.sub("", pattern):
        raise ValueError("the pattern is not understood")
    return _HOLE.sub(fill, pattern)


def _hole(flags: str, width: str, digits: str | None, sign: str, value: object) -> str:
    if sign in "sSbB":
        whole = _shown(value)[: int(digits) if digits else None]
        text = whole.upper() if sign in "SB" else whole
    elif sign == "c":
        text = _java_value(value, "char")
    elif not isinstance(value, Decimal) or (sign in "dxXo" and value != value.to_integral_value()):
        raise ValueError("the value does not fit its hole")
    else:
        shape = f"{'+' if '+' in flags else ' ' if ' ' in flags else ''}{',' if ',' in flags else ''}"
        ready: Any = int(value) if sign in "dxXo" else value
        text = format(ready, f"{shape}{'.' + (digits or '6') if sign in 'feE' else ''}{sign}")
        if "0" in flags and width:
            return text.zfill(int(width))
    return text.ljust(int(width or 0)) if "-" in flags else text.rjust(int(width or 0))


def _whole_of(kind: str) -> Method:
    return lambda text: _java_value(
        Decimal(text) if re.fullmatch(r"[+-]?\d{1,19}", text, re.ASCII) else _refuse(kind), kind
    )


def _real_of(kind: str) -> Method:
    return lambda text: _java_value(NUMBERS.create_decimal(text.strip()), kind)


def _table() -> dict[tuple[str, str, tuple[str, ...]], Method]:
    found: dict[tuple[str, str, tuple[str, ...]], Method] = {}
    for name, method in _REAL.items():
        found["Math", name, ("double",)] = method
    for name, method in _REAL_PAIRS.items():
        found["Math", name, ("double", "double")] = method
    for kind in ("int", "long", "float", "double"):
        found |= {("Math", "max", (kind, kind)): max, ("Math", "min", (kind, kind)): min, ("Math", "abs", (kind,)): abs}
    for kind in ("int", "long"):
        found |= {("Math", name, (kind, kind)): _exact(method, kind) for name, method in _EXACT.items()}
        found["Math", "negateExact", (kind,)] = _exact(lambda a: -a, kind)
    for kind in ("float", "double"):
        found["Math", "round", (kind,)] = _rounded
        found["Math", "signum", (kind,)] = _REAL["signum"]
    for kind in ("Object", "int", "long", "float", "double", "boolean", "char"):
        found["String", "valueOf", (kind,)] = _shown
    found["String", "format", ("String", "Object[]")] = _format
    found["String", "join", ("String", "String[]")] = lambda between, parts: between.join(parts)
    for box, kind in (("Byte", "byte"), ("Short", "short"), ("Integer", "int"), ("Long", "long")):
        found[box, f"parse{'Int' if box == 'Integer' else box}", ("String",)] = _whole_of(kind)
        found[box, "valueOf", ("String",)] = _whole_of(kind)
    for box, kind in (("Float", "float"), ("Double", "double")):
        found[box, f"parse{box}", ("String",)] = found[box, "valueOf", ("String",)] = _real_of(kind)
    for box, kind in _BOXED.items():
        if box not in ("String", "CharSequence", "Object"):
            found[box, "valueOf", (kind,)] = lambda value: value
            found[box, "toString", (kind,)] = _shown
    found["Boolean", "parseBoolean", ("String",)] = lambda text: text.lower() == "true"
    for box, kind in (("Integer", "int"), ("Long", "long"), ("Float", "float"), ("Double", "double")):
        found |= {(box, "max", (kind, kind)): max, (box, "min", (kind, kind)): min}
    return found


_METHODS = _table()


def list_methods() -> list[str]:
    """List the methods there are, as a model names them."""
    return sorted({f"{owner}.{name}" for owner, name, _ in _METHODS})
