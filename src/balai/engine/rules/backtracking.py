"""Run the few regular expressions that refer back to a group, on a budget of steps: no linear-time matcher can."""

from bisect import bisect_right
from collections.abc import Callable
from typing import cast

from balai.engine.rules.charsets import Ranges
from balai.engine.rules.limits import LimitReached, Runtime
from balai.engine.rules.xpathregex import (
    Back,
    Chars,
    Dot,
    Pattern,
    RegexAnchor,
    RegexChoice,
    RegexGroup,
    RegexPart,
    Repeat,
    Sequence,
)

MAX_STEPS = 200_000
MAX_LENGTH = 20_000
Groups = dict[int, tuple[int, int]]
Next = Callable[[int, Groups], Groups | None]


class Match:
    """What was found: the whole as group 0, and the groups."""

    def __init__(self, text: str, groups: Groups) -> None:
        self._text = text
        self._groups = groups

    def start(self) -> int:
        """Where it begins."""
        return self._groups[0][0]

    def end(self) -> int:
        """Where it ends."""
        return self._groups[0][1]

    def group(self, number: int) -> str | None:
        """The text of a group, None when it took no part."""
        span = self._groups.get(number)
        return None if span is None else self._text[span[0] : span[1]]


class Backtracker:
    """Finds a pattern by trying; raises LimitReached when that takes too long."""

    def __init__(self, pattern: Pattern, runtime: Runtime) -> None:
        self.pattern = pattern
        self.groups = pattern.groups
        self.runtime = runtime
        self.steps = MAX_STEPS
        self.text = ""

    def finditer(self, text: str) -> list[Match]:
        """Answer all matches, from left to right."""
        found: list[Match] = []
        at = 0
        while at <= len(text) and (match := self.search(text, at)) is not None:
            found.append(match)
            at = match.end() if match.end() > match.start() else match.end() + 1
        return found

    def search(self, text: str, start: int = 0) -> Match | None:
        """Answer the first match, None where there is none."""
        if len(text) > MAX_LENGTH:
            raise LimitReached(f"A regular expression that refers back reads at most {MAX_LENGTH} characters.")
        self.text = text
        for begin in range(start, len(text) + 1):
            found = self._run(self.pattern.tree, begin, {0: (begin, begin)}, _complete)
            if found is not None:
                return Match(text, found)
        return None

    def _run(self, part: RegexPart, at: int, groups: Groups, after: Next) -> Groups | None:
        self.steps -= 1
        if self.steps < 0:
            raise LimitReached("A regular expression takes too long; write it without a reference back.")
        if isinstance(part, Sequence):
            return self._sequence(part.parts, 0, at, groups, after)
        if isinstance(part, RegexChoice):
            return self._choice(part, at, groups, after)
        if isinstance(part, RegexGroup):
            return self._group(part, at, groups, after)
        if isinstance(part, Repeat):
            return self._repeat(part, 0, at, groups, after)
        end = self._single(part, at, groups)
        return None if end is None else after(end, groups)

    def _sequence(
        self, parts: tuple[RegexPart, ...], index: int, at: int, groups: Groups, after: Next
    ) -> Groups | None:
        if index == len(parts):
            return after(at, groups)
        return self._run(parts[index], at, groups, lambda end, g: self._sequence(parts, index + 1, end, g, after))

    def _choice(self, part: RegexChoice, at: int, groups: Groups, after: Next) -> Groups | None:
        for branch in part.branches:
            found = self._run(branch, at, groups, after)
            if found is not None:
                return found
        return None

    def _group(self, part: RegexGroup, at: int, groups: Groups, after: Next) -> Groups | None:
        def close(end: int, inner: Groups) -> Groups | None:
            return after(end, {**inner, part.number: (at, end)} if part.number else inner)

        return self._run(part.body, at, groups, close)

    def _repeat(self, part: Repeat, done: int, at: int, groups: Groups, after: Next) -> Groups | None:
        def again() -> Groups | None:
            if part.most is not None and done >= part.most:
                return None
            # A round that takes nothing is not repeated, or it would go on for ever.
            return self._run(part.body, at, groups, next_round)

        def next_round(end: int, inner: Groups) -> Groups | None:
            if end == at and done >= part.least:
                return None
            return self._repeat(part, done + 1, end, inner, after)

        if isinstance(part.body, Chars | Dot):
            return self._run_of_singles(part, at, groups, after)
        if done < part.least:
            return again()
        if part.lazy:
            return after(at, groups) or again()
        return again() or after(at, groups)

    def _run_of_singles(self, part: Repeat, at: int, groups: Groups, after: Next) -> Groups | None:
        """Repeat a single character without going deeper for each."""
        longest = 0
        while (part.most is None or longest < part.most) and self._single(part.body, at + longest, groups) is not None:
            longest += 1
        counts = range(part.least, longest + 1)
        for count in counts if part.lazy else reversed(counts):
            self.steps -= 1
            found = after(at + count, groups)
            if found is not None:
                return found
        return None

    def _single(self, part: RegexPart, at: int, groups: Groups) -> int | None:
        if isinstance(part, RegexAnchor):
            return at if self._anchored(part.sign, at) else None
        if isinstance(part, Back):
            begin, end = groups.get(part.group, (0, 0))
            wanted, found = self.text[begin:end], self.text[at : at + end - begin]
            same = wanted.casefold() == found.casefold() if "i" in self.pattern.flags else wanted == found
            return at + len(wanted) if same else None
        if at >= len(self.text):
            return None
        char = self.text[at]
        if isinstance(part, Dot):
            return at + 1 if "s" in self.pattern.flags or char not in "\n\r" else None
        return at + 1 if _contains(cast(Chars, part).ranges, ord(char)) else None

    def _anchored(self, sign: str, at: int) -> bool:
        lines = "m" in self.pattern.flags
        if sign == "^":
            # A line end that is the last character of the text begins no new line (F&O 3.1, 5.6.1.1).
            return at == 0 or (lines and self.text[at - 1] == "\n" and at < len(self.text))
        return at == len(self.text) or (lines and self.text[at] == "\n")


def _complete(end: int, groups: Groups) -> Groups:
    """Answer the groups of a match that ends here."""
    return {**groups, 0: (groups[0][0], end)}


def _contains(ranges: Ranges, code: int) -> bool:
    place = bisect_right(ranges, (code, 0x110000)) - 1
    return place >= 0 and ranges[place][0] <= code <= ranges[place][1]
