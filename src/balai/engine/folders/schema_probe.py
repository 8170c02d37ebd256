"""A JSON Schema of a file of YAML, made by asking the very function that reads it.

The reader is given a `Probe` in place of a file: wherever it looks for a key, every key it knows is there; wherever it asks for one of
some words, or looks at a value to tell a list from a text, it is run once for each answer. What it asked for, and did not refuse, is
the schema. So no key is written down twice, and an editor refuses what the reader would: unknown keys, missing ones, wrong types and
words. What a reader finds out later (names that lead nowhere, periods, expressions) stays with `balai check`.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from balai.engine.folders.outline import Outline
from balai.engine.forms.branch import Branch, Path

Reader = Callable[[Branch], object]
Shape = Reader | Mapping[str, object]  # what reads a file of YAML, or its JSON Schema itself
_Decision = tuple[Path, str]  # where, and what is decided: the shape of a value, which word, whether a key is there
_SHAPES: tuple[object, ...] = ("x", "1", [], {}, 1, False)  # what may stand where a reader looks before it reads
_DEEPEST, _MOST = 6, 50_000


def ask(reader: Reader) -> Outline:
    """Ask a reader what it knows, and answer the outline of the files it reads. :raises RecursionError: it never ends."""
    whole = Outline()
    plain = _run(reader, {})
    plain.tell(whole)
    _explore(reader, plain, [{one: way} for one, ways in plain.open.items() for way in ways], whole)
    alone: list[dict[_Decision, object]] = [
        {((*path[:-1], beside), "there"): False}
        for path in _unread(whole) for beside in whole.at(path[:-1]).known if beside != path[-1]
    ]  # fmt: skip
    _explore(reader, plain, alone, whole)  # keys that are only read where another one is not there
    return whole


def _explore(reader: Reader, plain: "_Run", first: list[dict[_Decision, object]], whole: Outline) -> None:
    waiting, asked = [(plain, decided) for decided in first], 0
    while waiting:
        before, decided = waiting.pop()
        run = _run(reader, decided)
        run.tell(whole)
        asked += 1
        if asked > _MOST:
            raise RecursionError("this reader asks for too much to be asked itself")
        if len(decided) < _DEEPEST:
            waiting += [
                (run, {**decided, one: way}) for one in _next(run, before, plain, decided) for way in run.open[one]
            ]


def _unread(place: Outline, path: Path = ()) -> Iterator[Path]:
    yield from ((*path, key) for key in place.known if key not in place.parts)
    for part, below in place.parts.items():
        yield from _unread(below, (*path, part))


def _next(run: "_Run", before: "_Run", plain: "_Run", decided: Mapping[_Decision, object]) -> Iterator[_Decision]:
    """Tell what is decided next: what came up by the last decision, and what stands in the same mapping as that.

    What came up elsewhere is decided in a run of its own: every one of it with every other would be thousands of runs more.
    """
    last = list(decided)[-1]
    known, place = list(run.open), last[0][:-1]
    for one in known[_place(known, last) + 1 :]:
        if one in decided:
            continue
        beside = one[0][:-1] == place if len(decided) == 1 else one[0][: len(place)] == place
        if (one not in plain.open and (one not in before.open or beside)) or (beside and len(decided) == 1):
            yield one


def _place(known: Sequence[_Decision], one: _Decision) -> int:
    return known.index(one) if one in known else -1


def _run(reader: Reader, decided: Mapping[_Decision, object]) -> "_Run":
    run = _Run(decided)
    reader(Probe((), run))
    return run


@dataclass
class _Run:
    """One reading: what was decided beforehand, what was open, and what was asked for."""

    decided: Mapping[_Decision, object]
    open: dict[_Decision, tuple[object, ...]] = field(default_factory=dict)
    asked: dict[Path, list[tuple[str, Any]]] = field(default_factory=dict)
    looked: dict[Path, object] = field(default_factory=dict)
    refused: set[Path] = field(default_factory=set)
    needed: set[Path] = field(default_factory=set)

    def decide(self, path: Path, what: str, ways: Sequence[object]) -> object:
        """Choose a way: the one decided, else the first; the others are open."""
        one = (path, what)
        self.open.setdefault(one, tuple(ways[1:]))
        return self.decided.get(one, ways[0])

    def note(self, path: Path, kind: str, told: Any = None) -> bool:
        """Note what was asked for; false where what is there has another shape."""
        if path in self.looked and not _fits(self.looked[path], kind):
            self.refused.add(path)
            return False
        self.asked.setdefault(path, []).append((kind, told))
        return True

    def tell(self, whole: Outline) -> None:
        """Add what was asked for, and not refused, to the outline."""
        refused = {path for path in self.refused if path not in self.asked}
        for path, found in self.asked.items():
            if not any(path[: len(one)] == one for one in refused):
                here = whole.at(path)
                for kind, told in dict.fromkeys(found):
                    here.learn(kind, told)
        for path, value in self.looked.items():
            if path not in self.asked and not any(path[: len(one)] == one for one in refused):
                whole.at(path).learn(*_seen(value))
        for path, what in self.decided:
            if what == "there" and self.decided[path, what] is False:
                place = whole.at(path[:-1])
                (place.missed if path in self.needed else place.spared).add(str(path[-1]))


def _fits(value: object, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "flag"
    if isinstance(value, int):
        return kind in ("whole", "number")
    if isinstance(value, str):
        return kind in ("text", "one_of")
    return kind == "items" if isinstance(value, list) else kind in ("keys", "entries")


def _seen(value: object) -> tuple[str, Any]:
    """Tell what was accepted by a reader that only looked."""
    if isinstance(value, bool):
        return "flag", None
    if isinstance(value, int):
        return "number", None
    if isinstance(value, str):
        return "text", None
    return ("items", None) if isinstance(value, list) else ("entries", None)


class _Word(str):
    """A text that a reader looks at: with what it is compared, that it might be, in another run."""

    _run: _Run
    _path: Path

    def __new__(cls, text: str, run: _Run, path: Path) -> "_Word":
        made = super().__new__(cls, text)
        made._run, made._path = run, path
        return made

    def __eq__(self, other: object) -> bool:
        one = (self._path, "shape")
        if isinstance(other, str) and other not in _SHAPES and other not in self._run.open[one]:
            self._run.open[one] = (*self._run.open[one], str(other))
        return str.__eq__(self, other) is True

    __hash__ = str.__hash__


class Probe(Branch):
    """A place in no file: it has whatever is asked for, and notes that it was."""

    __slots__ = ("_run",)
    _run: _Run

    def __init__(self, path: Path, run: _Run) -> None:
        for name, value in (("path", path), ("file", ""), ("lines", {}), ("problems", []), ("_run", run)):
            object.__setattr__(self, name, value)

    @property
    def value(self) -> object:
        """Answer what stands here: one shape after the other, run by run, unless it was read already."""
        for kind, told in self._run.asked.get(self.path, ()):
            return _specimen(kind, told)
        if self.path not in self._run.looked:
            self._run.looked[self.path] = self._run.decide(self.path, "shape", _SHAPES)
        found = self._run.looked[self.path]
        return _Word(found, self._run, self.path) if isinstance(found, str) else found

    def wrong(self, message: str, fix: str = "") -> None:
        """Note that a reader that only looked does not want this shape."""
        if self.path in self._run.looked and self.path not in self._run.asked:
            self._run.refused.add(self.path)

    def child(self, key: str | int) -> "Branch | None":
        """Answer the branch under a key, and none in another run."""
        if self.path in self._run.looked and not isinstance(self._run.looked[self.path], dict):
            return None
        below = (*self.path, key)
        return Probe(below, self._run) if self._run.decide(below, "there", (True, False)) else None

    def keys(self, known: Collection[str], *, required: Sequence[str] = ()) -> dict[str, Branch]:
        """Answer every key that is known here."""
        gone = {key for key in known if self._run.decided.get(((*self.path, key), "there")) is False}
        if missing := gone & set(required):
            self._run.needed |= {(*self.path, key) for key in missing}
        elif not self._run.note(self.path, "keys", (tuple(known), frozenset(required))):
            return {}
        return {key: Probe((*self.path, key), self._run) for key in known if key not in gone}

    def entries(self) -> Iterator[Branch]:
        """Answer one entry that stands for all."""
        if self._run.note(self.path, "entries"):
            yield Probe((*self.path, "*"), self._run)

    def items(self) -> Iterator[Branch]:
        """Answer one item that stands for all."""
        if self._run.note(self.path, "items"):
            yield Probe((*self.path, 0), self._run)

    def text(self) -> str:
        """Answer a text."""
        return "x" if self._run.note(self.path, "text") else ""

    def flag(self) -> bool:
        """Answer true."""
        return self._run.note(self.path, "flag")

    def whole(self, *, least: int = 0) -> int:
        """Answer the least whole number."""
        self._run.note(self.path, "whole", least)
        return least

    def number(self) -> Decimal:
        """Answer nought."""
        self._run.note(self.path, "number")
        return Decimal(0)

    def one_of(self, options: Sequence[str]) -> str:
        """Answer one word after the other, run by run."""
        self._run.note(self.path, "one_of", tuple(options))
        return str(self._run.decide(self.path, "word", options))


def _specimen(kind: str, told: Any) -> object:
    shapes: Mapping[str, object] = {"keys": {}, "entries": {}, "items": [], "flag": True, "whole": told, "number": 0}
    return shapes.get(kind, told[0] if kind == "one_of" else "x")


__all__ = ["Probe", "Reader", "Shape", "ask"]
