"""A place in an author's file: its value, its line, and a way to say what is wrong there.

A `Branch` walks the tree that a YAML file was read into. Each reading method answers a value of the type asked for;
when
the author wrote something else it notes a problem with file, line and a way out and answers an empty value, so that one
pass finds all problems of a file.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache

from balai.engine.problems import Problem

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """One value of a tree with the path that leads to it; `lines` maps paths to 1-based lines of `file`."""

    value: object
    path: Path
    file: str
    lines: Mapping[Path, int]
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Answer the dotted path, as in `steps.check.role`."""
        return ".".join(str(part) for part in self.path)

    @property
    def key(self) -> str:
        """Answer the last part of the path, "" at the root."""
        return str(self.path[-1]) if self.path else ""

    @property
    def line(self) -> int:
        """Answer the 1-based line of this place, or of the nearest place around it that has one."""
        for length in range(len(self.path), -1, -1):
            if line := self.lines.get(self.path[:length]):
                return line
        return 0

    def wrong(self, message: str, fix: str = "") -> None:
        """Note a problem at this place."""
        self.problems.append(Problem(message, fix, self.file, self.line, self.name))

    def child(self, key: str | int) -> "Branch | None":
        """Answer the branch under a key or index, or None where there is none."""
        if isinstance(self.value, Mapping) and key in self.value:
            return self._under(key, self.value[key])
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return self._under(key, self.value[key])
        return None

    def _under(self, key: str | int, value: object) -> "Branch":
        return Branch(value, (*self.path, key), self.file, self.lines, self.problems)

    def keys(self, known: Collection[str], *, required: Sequence[str] = ()) -> dict[str, "Branch"]:
        """Answer the branches of a mapping, telling unknown keys (with the nearest known one) and missing ones."""
        entries = {entry.key: entry for entry in self.entries()}
        for key, entry in entries.items():
            if key not in known:
                entry.wrong(f'Unknown key "{key}".', suggestion(key, known))
        if isinstance(self.value, Mapping):
            for key in required:
                if key not in entries:
                    self.wrong(f'The key "{key}" is missing.', f"Add {key}: …")
        return {key: entry for key, entry in entries.items() if key in known}

    def entries(self) -> Iterator["Branch"]:
        """Answer every entry of a mapping with free keys."""
        if not isinstance(self.value, Mapping):
            self.wrong(f"Here a mapping (key: value) belongs, not {describe(self.value)}.")
            return
        for key, value in self.value.items():
            yield self._under(str(key), value)

    def items(self) -> Iterator["Branch"]:
        """Answer every item of a list."""
        if not isinstance(self.value, list):
            self.wrong(f"Here a list belongs, not {describe(self.value)}.", "Write [a, b], also for a single entry.")
            return
        for index, value in enumerate(self.value):
            yield self._under(index, value)

    def text(self) -> str:
        """Answer a text; a number is told to be quoted."""
        if isinstance(self.value, str):
            if not self.value.strip():
                self.wrong("The text is empty.", "Write it, or leave the key out.")
            return self.value.strip()
        fix = f'Put it in quotes: "{self.value}".' if isinstance(self.value, int | Decimal) else ""
        self.wrong(f"Here a text belongs, not {describe(self.value)}.", fix)
        return ""

    def texts(self) -> tuple[str, ...]:
        """Answer a list of texts."""
        return tuple(item.text() for item in self.items())

    def flag(self) -> bool:
        """Answer true or false."""
        if isinstance(self.value, bool):
            return self.value
        self.wrong(f"Here true or false belongs, not {describe(self.value)}.")
        return False

    def whole(self, *, least: int = 0) -> int:
        """Answer a whole number of at least `least`."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            if self.value >= least:
                return self.value
            self.wrong(f"{self.value} is too small.", f"The least is {least}.")
            return least
        self.wrong(f"Here a whole number belongs, not {describe(self.value)}.")
        return least

    def number(self) -> Decimal:
        """Answer a number, exact."""
        if isinstance(self.value, int | Decimal) and not isinstance(self.value, bool):
            return Decimal(self.value)
        self.wrong(f"Here a number belongs, not {describe(self.value)}.")
        return Decimal(0)

    def one_of(self, options: Sequence[str]) -> str:
        """Answer one of the words allowed here, else the first of them."""
        if isinstance(self.value, str) and self.value in options:
            return self.value
        shown = self.value if isinstance(self.value, str | int | Decimal) else describe(self.value)
        self.wrong(f'"{shown}" is not known here.', suggestion(str(shown), options))
        return options[0]


def suggestion(word: str, known: Collection[str]) -> str:
    """Say which known word was probably meant, or list the known ones."""
    return _suggested(word, tuple(sorted(str(each) for each in known)))


@lru_cache(maxsize=256)  # a schema asks its reader thousands of times what it would say to the same word
def _suggested(word: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(word.replace("-", "_"), known, n=1, cutoff=0.6)
    near = near or get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f'Did you mean "{near[0]}"?'
    return f"Known here: {', '.join(known)}." if known else ""


def describe(value: object) -> str:
    """Name the kind of a YAML value in an author's words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return f"the number {value}"
    if isinstance(value, str):
        return f'the text "{value[:40]}"'
    return "a list" if isinstance(value, list) else "a mapping"
