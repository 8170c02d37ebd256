"""Functions over texts. Source: DMN 1.5, 10.3.4.3."""

from decimal import Decimal

from balai.engine.rules import patterns
from balai.engine.rules.builtins.registry import builtin
from balai.engine.rules.limits import MAX_STRING, LimitReached, Runtime


def _position(number: Decimal) -> int:
    return int(number) if abs(number) < 10**12 else (10**12 if number > 0 else -(10**12))


@builtin("substring", "string: string, start position: number, length?: number")
def substring(runtime: Runtime, string: str, start: Decimal, length: Decimal | None) -> str | None:
    """Answer the part from a position, counted from 1, or from the end when negative."""
    position = _position(start)
    if position == 0 or abs(position) > len(string) or (length is not None and length < 1):
        return None
    begin = position - 1 if position > 0 else len(string) + position
    return string[begin:] if length is None else string[begin : begin + _position(length)]


@builtin("string length", "string: string")
def string_length(runtime: Runtime, string: str) -> Decimal:
    """Answer the number of characters."""
    return Decimal(len(string))


@builtin("upper case", "string: string")
def upper_case(runtime: Runtime, string: str) -> str:
    """Answer the text in capitals."""
    return string.upper()


@builtin("lower case", "string: string")
def lower_case(runtime: Runtime, string: str) -> str:
    """Answer the text in small letters."""
    return string.lower()


@builtin("substring before", "string: string, match: string")
def substring_before(runtime: Runtime, string: str, match: str) -> str:
    """Answer what stands before the first match, nothing where there is none."""
    before, found, _ = string.partition(match) if match else ("", "", "")
    return before if found else ""


@builtin("substring after", "string: string, match: string")
def substring_after(runtime: Runtime, string: str, match: str) -> str:
    """Answer what stands after the first match, nothing where there is none."""
    return string.partition(match)[2] if match else string


@builtin("contains", "string: string, match: string")
def contains(runtime: Runtime, string: str, match: str) -> bool:
    """Answer whether the text has the match in it."""
    return match in string


@builtin("starts with", "string: string, match: string")
def starts_with(runtime: Runtime, string: str, match: str) -> bool:
    """Answer whether the text begins with the match."""
    return string.startswith(match)


@builtin("ends with", "string: string, match: string")
def ends_with(runtime: Runtime, string: str, match: str) -> bool:
    """Answer whether the text ends with the match."""
    return string.endswith(match)


@builtin("matches", "input: string, pattern: string, flags?: string?")
def matches(runtime: Runtime, text: str, pattern: str, flags: str | None) -> bool:
    """Answer whether a regular expression is found in the text."""
    return patterns.matches(text, pattern, flags or "", runtime)


@builtin("replace", "input: string, pattern: string, replacement: string, flags?: string?")
def replace(runtime: Runtime, text: str, pattern: str, replacement: str, flags: str | None) -> str:
    """Answer the text with every match of a regular expression replaced; $1 stands for the first group."""
    return patterns.replace(text, pattern, replacement, flags or "", runtime)


@builtin("split", "string: string, delimiter: string")
def split(runtime: Runtime, string: str, delimiter: str) -> list[str]:
    """Answer the parts between the matches of a regular expression."""
    parts = patterns.split(string, delimiter, runtime)
    runtime.spend(len(parts))
    return parts


@builtin("string join", "list: list, delimiter?: string?")
def string_join(runtime: Runtime, items: list[object], delimiter: str | None) -> str | None:
    """Answer the texts of a list in one, leaving out nulls; null when there is something else in the list."""
    if not all(item is None or isinstance(item, str) for item in items):
        return None
    parts = [item for item in items if isinstance(item, str)]
    runtime.spend(len(parts))
    if sum(map(len, parts)) + len(parts) * len(delimiter or "") > MAX_STRING:
        raise LimitReached(f"A text would be longer than {MAX_STRING} characters.")
    return (delimiter or "").join(parts)
