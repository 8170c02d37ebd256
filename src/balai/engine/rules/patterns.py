"""Regular expressions in the flavour of XPath, run by RE2 in linear time.

Source: DMN 1.5, 10.3.4.3; XPath and XQuery Functions and Operators 3.1, 5.6; XML Schema Part 2, appendix F.
What RE2 cannot express, a reference back to a group, is run by a small matcher of our own with a budget of steps.
"""

from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]

from balai.engine.rules.backtracking import Backtracker
from balai.engine.rules.limits import MAX_STRING, LimitReached, Runtime
from balai.engine.rules.xpathregex import Pattern, for_re2, read

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 8 << 20


@lru_cache(maxsize=512)
def _read(pattern: str, flags: str) -> tuple[Pattern, Any]:
    """Answer the pattern read, and compiled by RE2 where RE2 can express it."""
    tree = read(pattern, flags)
    if tree.refers_back:
        return tree, None
    try:
        return tree, re2.compile(for_re2(tree), _OPTIONS)
    except re2.error as error:
        raise ValueError(f"“{pattern[:60]}” is too large a regular expression") from error


def _compiled(pattern: str, flags: str, text: str, runtime: Runtime) -> Any:
    tree, compiled = _read(pattern, flags)
    # RE2 sees one more empty line behind a line end that is the last character; XPath does not.
    last_line = "m" in flags and "^" in pattern and text.endswith("\n")
    return Backtracker(tree, runtime) if compiled is None or last_line else compiled


def matches(text: str, pattern: str, flags: str, runtime: Runtime) -> bool:
    """Answer whether the pattern is found in the text; raises ValueError for a pattern that is none."""
    runtime.spend(len(text) // 100)
    return _compiled(pattern, flags, text, runtime).search(text) is not None


def replace(text: str, pattern: str, replacement: str, flags: str, runtime: Runtime) -> str:
    """Answer the text with every match replaced; raises ValueError where pattern or replacement is none."""
    compiled = _compiled(pattern, flags, text, runtime)
    runtime.spend(len(text) // 100)
    if compiled.search("") is not None:
        raise ValueError("the regular expression matches the empty text")
    parts = [(replacement, None)] if "q" in flags else _replacement(replacement, compiled.groups)
    pieces: list[str] = []
    size = last = 0
    for found in compiled.finditer(text):
        runtime.spend(1)
        pieces.append(text[last : found.start()])
        pieces.extend(literal if group is None else (found.group(group) or "") for literal, group in parts)
        size += sum(map(len, pieces[-len(parts) - 1 :]))
        if size > MAX_STRING:
            raise LimitReached(f"A text would be longer than {MAX_STRING} characters.")
        last = found.end()
    return "".join(pieces) + text[last:]


def _replacement(text: str, groups: int) -> list[tuple[str, int | None]]:
    r"""Cut a replacement into literal parts and groups: $0 is the whole match, \$ and \\ the signs themselves."""
    parts: list[tuple[str, int | None]] = []
    at = 0
    while at < len(text):
        char, following = text[at], text[at + 1 : at + 2]
        if char == "\\":
            if following not in ("$", "\\"):
                raise ValueError("in a replacement only $ and \\ may follow \\")
            parts.append((following, None))
            at += 2
        elif char == "$":
            if not following.isascii() or not following.isdigit():
                raise ValueError("in a replacement a digit must follow $")
            end = at + 2
            # The longest number that is a group; further digits are text.
            while end < len(text) and text[end] in "0123456789" and int(text[at + 1 : end + 1]) <= groups:
                end += 1
            number = int(text[at + 1 : end])
            parts.append(("", number) if number <= groups else ("", None))
            at = end
        else:
            parts.append((char, None))
            at += 1
    return parts


def split(text: str, pattern: str, runtime: Runtime) -> list[str]:
    """Answer the parts of a text between the matches; raises ValueError for a pattern that is none."""
    compiled = _compiled(pattern, "", text, runtime)
    runtime.spend(len(text) // 100)
    if compiled.search("") is not None:
        raise ValueError("the regular expression matches the empty text")
    parts: list[str] = []
    last = 0
    for found in compiled.finditer(text):
        parts.append(text[last : found.start()])
        last = found.end()
    return [*parts, text[last:]]
