r"""Read regular expressions of XPath, and write them for RE2.

XPath differs from RE2 in: \i and \c (letters of XML names), \p{IsBasicLatin} (blocks), [a-z-[aeiou]] (subtraction),
white space left out under the flag x, references back to groups, and in what is an error. Everything is read into a
small tree first; what stands in it is either written for RE2 or, with references back, run by `backtracking`.
Source: XPath and XQuery Functions and Operators 3.1, 5.6.1 and 5.6.2; XML Schema Part 2, appendix G.
"""

import re
from dataclasses import dataclass

from balai.engine.rules.charsets import Ranges, any_case, block, category, class_escape, complement, normal, without

FLAGS = frozenset("smixq")
MAX_PATTERN = 5_000
MAX_DEPTH = 50
MAX_REPEAT = 1_000


# -- the tree ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegexPart:
    """Any part of a regular expression."""


@dataclass(frozen=True, slots=True)
class Chars(RegexPart):
    """One character out of a set."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Dot(RegexPart):
    """Any character, without line ends unless the flag s is given."""


@dataclass(frozen=True, slots=True)
class RegexAnchor(RegexPart):
    """^ or $"""

    sign: str


@dataclass(frozen=True, slots=True)
class Back(RegexPart):
    """A reference to what a group matched."""

    group: int


@dataclass(frozen=True, slots=True)
class RegexGroup(RegexPart):
    """A bracket; number 0 does not capture."""

    number: int
    body: RegexPart


@dataclass(frozen=True, slots=True)
class Sequence(RegexPart):
    """Parts one after the other."""

    parts: tuple[RegexPart, ...]


@dataclass(frozen=True, slots=True)
class RegexChoice(RegexPart):
    """One of several."""

    branches: tuple[RegexPart, ...]


@dataclass(frozen=True, slots=True)
class Repeat(RegexPart):
    """A part several times; `most` None means without end."""

    body: RegexPart
    least: int
    most: int | None
    lazy: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A whole regular expression: its tree, its number of groups, whether it refers back, and its flags."""

    tree: RegexPart
    groups: int
    refers_back: bool
    flags: str


_SINGLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_PLAIN_ESCAPES = frozenset("\\|.?*+(){}-[]^$")


class _PatternReader:
    """Reads one pattern; raises ValueError with what is wrong."""

    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.at = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.refers_back = False
        self.free = "x" in flags
        self.any_case = "i" in flags
        self.depth = 0

    def pattern(self) -> RegexPart:
        tree = self.choice()
        if self.at < len(self.text):
            raise ValueError("a closing bracket has no opening one")
        return tree

    def peek(self) -> str:
        if self.free:
            while self.at < len(self.text) and self.text[self.at] in "\t\n\r ":
                self.at += 1
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise ValueError("it ends too early")
        self.at += 1
        return char

    def choice(self) -> RegexPart:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("it is nested too deep")
        branches = [self.sequence()]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.sequence())
        self.depth -= 1
        return branches[0] if len(branches) == 1 else RegexChoice(tuple(branches))

    def sequence(self) -> RegexPart:
        parts: list[RegexPart] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.quantified())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def quantified(self) -> RegexPart:
        body = self.atom()
        sign = self.peek()
        if not sign or sign not in "?*+{":
            return body
        self.at += 1
        least, most = self.counts() if sign == "{" else {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        lazy = self.peek() == "?"
        self.at += lazy
        if self.peek() in ("?", "*", "+", "{") and self.peek():
            raise ValueError("two quantifiers stand one after the other")
        return Repeat(body, least, most, lazy)

    def counts(self) -> tuple[int, int | None]:
        inside = ""
        while (char := self.take()) != "}":
            inside += char
        found = re.fullmatch(r"(\d{1,6})(?:(,)(\d{1,6})?)?", inside, re.ASCII)
        if found is None:
            raise ValueError("a quantifier in braces needs numbers")
        least = int(found[1])
        most = least if not found[2] else (int(found[3]) if found[3] else None)
        if most is not None and most < least:
            raise ValueError("the numbers of a quantifier are the wrong way round")
        if max(least, most or 0) > MAX_REPEAT:
            raise ValueError(f"a quantifier asks for more than {MAX_REPEAT} times")
        return least, most

    def atom(self) -> RegexPart:
        char = self.take()
        if char == "(":
            return self.group()
        if char == "[":
            return Chars(self.char_class())
        if char == ".":
            return Dot()
        if char in "^$":
            return RegexAnchor(char)
        if char == "\\":
            return self.escape()
        if char in "?*+{}])":
            raise ValueError(f"the sign {char} stands where a character should")
        return Chars(self.single(char))

    def single(self, char: str) -> Ranges:
        """Answer a character as a set, in both cases under the flag i."""
        ranges = ((ord(char), ord(char)),)
        return any_case(ranges) if self.any_case else ranges

    def group(self) -> RegexPart:
        number = 0
        if self.peek() == "?":
            self.at += 1
            if self.take() != ":":
                raise ValueError("only (?: may follow an opening bracket with a question mark")
        else:
            self.groups += 1
            number = self.groups
        body = self.choice()
        if self.peek() != ")":
            raise ValueError("a bracket is not closed")
        self.at += 1
        self.closed.add(number)
        return RegexGroup(number, body)

    def escape(self) -> RegexPart:
        char = self.take()
        if char.isdigit() and char.isascii():
            return self.back(char)
        return Chars(self.escaped(char))

    def back(self, digit: str) -> RegexPart:
        number = int(digit)
        while self.text[self.at : self.at + 1] in tuple("0123456789") and (
            number * 10 + int(self.text[self.at]) <= self.groups
        ):
            number = number * 10 + int(self.text[self.at])
            self.at += 1
        if number == 0 or number not in self.closed:
            raise ValueError(f"it refers back to group {number}, which is not complete there")
        self.refers_back = True
        return Back(number)

    def escaped(self, char: str) -> Ranges:
        if char in _SINGLE_ESCAPES:
            code = ord(_SINGLE_ESCAPES[char])
            return ((code, code),)
        if char in _PLAIN_ESCAPES:
            return ((ord(char), ord(char)),)
        if char in "sSiIcCdDwW":
            return class_escape(char)
        if char in "pP":
            return self.prop(char == "P")
        raise ValueError(f"\\{char} has no meaning")

    def prop(self, negated: bool) -> Ranges:
        if self.take() != "{":
            raise ValueError("\\p needs a name in braces")
        name = ""
        while (char := self.take()) != "}":
            name += char
        ranges = block(name[2:]) if name.startswith("Is") else category(name)
        return complement(ranges) if negated else ranges

    # -- character classes: white space inside them counts, even under the flag x ---------------------------------

    def next_in_class(self) -> str:
        if self.at >= len(self.text):
            raise ValueError("a character class is not closed")
        self.at += 1
        return self.text[self.at - 1]

    def looking_at(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def char_class(self) -> Ranges:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ValueError("it is nested too deep")
        negated = self.looking_at("^")
        self.at += negated
        ranges: list[tuple[int, int]] = []
        first = True
        taken: Ranges = ()
        while first or not self.looking_at("]"):
            if self.looking_at("-[") and not first:
                self.at += 2
                taken = self.char_class()
                if not self.looking_at("]"):
                    raise ValueError("a subtraction must end its character class")
                break
            ranges.extend(self.class_item(first))
            first = False
        self.at += 1
        self.depth -= 1
        found = normal(ranges)
        if negated:
            found = complement(found)
        return without(found, taken) if taken else found

    def class_item(self, first: bool) -> Ranges:
        char = self.next_in_class()
        low = self.class_char(char)
        single = len(low) == 1 and low[0][0] == low[0][1]
        if not self.looking_at("-") or self.looking_at("-]") or self.looking_at("-["):
            # A category such as \\p{Lu} keeps its case, even under the flag i.
            return any_case(low) if self.any_case and single else low
        if char == "-" and not first:
            raise ValueError("a hyphen stands between two ranges")
        self.at += 1
        high = self.class_char(self.next_in_class())
        if not single or len(high) != 1 or high[0][0] != high[0][1] or high[0][0] < low[0][0]:
            raise ValueError("a range of characters has no proper ends")
        ranges = ((low[0][0], high[0][0]),)
        return any_case(ranges) if self.any_case else ranges

    def class_char(self, char: str) -> Ranges:
        if char == "\\":
            return self.escaped(self.next_in_class())
        if char in "[]":
            raise ValueError(f"the sign {char} in a character class needs a \\ before it")
        return ((ord(char), ord(char)),)


def read(pattern: str, flags: str) -> Pattern:
    """Read a pattern; raises ValueError for what XPath does not allow."""
    if not set(flags) <= FLAGS:
        raise ValueError(f"“{flags[:10]}” are no flags of a regular expression; known are s, m, i, x and q")
    if len(pattern) > MAX_PATTERN:
        raise ValueError(f"a regular expression may have {MAX_PATTERN} characters")
    if "q" in flags:
        single = _PatternReader("", flags.replace("x", "")).single
        tree: RegexPart = Sequence(tuple(Chars(single(char)) for char in pattern))
        return Pattern(tree, 0, False, flags.replace("x", ""))
    reader = _PatternReader(pattern, flags)
    try:
        tree = reader.pattern()
    except ValueError as error:
        raise ValueError(f"“{pattern[:60]}” is not a regular expression: {error}") from error
    return Pattern(tree, reader.groups, reader.refers_back, flags)


# -- for RE2 -------------------------------------------------------------------------------------------------------


def for_re2(pattern: Pattern) -> str:
    """Write a pattern without references back as RE2 reads it."""
    return _written(pattern.tree, pattern.flags)


def _written(part: RegexPart, flags: str) -> str:
    if isinstance(part, Chars):
        return _char_set(part.ranges)
    if isinstance(part, Dot):
        return "(?s:.)" if "s" in flags else r"[^\n\r]"
    if isinstance(part, RegexAnchor):
        if "m" in flags:
            return "(?m:^)" if part.sign == "^" else "(?m:$)"
        return r"\A" if part.sign == "^" else r"\z"
    if isinstance(part, RegexGroup):
        return f"({'' if part.number else '?:'}{_written(part.body, flags)})"
    if isinstance(part, Sequence):
        return "".join(
            _grouped(inner, flags) if isinstance(inner, RegexChoice) else _written(inner, flags) for inner in part.parts
        )
    if isinstance(part, RegexChoice):
        return "|".join(_written(inner, flags) for inner in part.branches)
    assert isinstance(part, Repeat)
    most = "" if part.most is None else str(part.most)
    counts = {(0, 1): "?", (0, None): "*", (1, None): "+"}.get((part.least, part.most), f"{{{part.least},{most}}}")
    return _grouped(part.body, flags) + counts + ("?" if part.lazy else "")


def _grouped(part: RegexPart, flags: str) -> str:
    text = _written(part, flags)
    return text if isinstance(part, Chars | Dot | RegexGroup) else f"(?:{text})"


def _char_set(ranges: Ranges) -> str:
    if not ranges:
        return r"[^\x{0}-\x{10FFFF}]"
    if len(ranges) == 1 and ranges[0][0] == ranges[0][1]:
        char = chr(ranges[0][0])
        return char if char.isalnum() else f"\\x{{{ranges[0][0]:X}}}"
    return "[" + "".join(f"\\x{{{low:X}}}-\\x{{{high:X}}}" for low, high in ranges) + "]"
