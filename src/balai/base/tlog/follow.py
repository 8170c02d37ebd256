"""Watching a log from outside: whether it only grows, whether its files are what it signed, and where given entries stand in it."""

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from balai.base.tlog import merkle, notes, tiles
from balai.base.tlog.bundle import Bundle


@dataclass(frozen=True, slots=True)
class WatcherMemory:
    """What a watcher remembers: the log's keys it trusts, and the last checkpoint it found well."""

    keys: tuple[str, ...] = ()
    checkpoint: str = ""

    def pack(self) -> str:
        """Write it for the next time."""
        return json.dumps({"keys": list(self.keys), "checkpoint": self.checkpoint}, indent=1, ensure_ascii=False) + "\n"

    @classmethod
    def unpack(cls, text: str) -> "WatcherMemory":
        """Read what `pack` wrote. :raises ValueError: for anything else."""
        try:
            told = json.loads(text)
            return cls(tuple(map(str, told["keys"])), str(told["checkpoint"]))
        except (KeyError, TypeError):
            raise ValueError("this is no state of a watcher") from None


@dataclass(frozen=True, slots=True)
class LogFault:
    """One thing that does not hold: `kind` is unreachable, signature, rewound, forked, tile, letter or witness."""

    kind: str
    words: str


@dataclass(slots=True)
class FollowReport:
    """What a round found: the faults, the size, who cosigned, what is worth knowing, and where the given letters stand."""

    origin: str = ""
    size: int = 0
    before: int = 0
    faults: list[LogFault] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    witnesses: dict[str, int] = field(default_factory=dict)  # name to seconds since 1970
    letters: list[dict[str, Any]] = field(default_factory=list)
    seen: WatcherMemory = field(default_factory=WatcherMemory)

    def blame(self, kind: str, words: object) -> None:
        """Note a fault."""
        self.faults.append(LogFault(kind, str(words)))


def watch(
    read: tiles.Read, seen: WatcherMemory, *, keys: Sequence[notes.Verifier], witnesses: Sequence[notes.Verifier] = (),
    least: int = 0, elsewhere: Iterable[tuple[str, str]] = (), letters: Iterable[tuple[str, str]] = (), whole: bool = False,
) -> FollowReport:  # fmt: skip
    """Make one round: read the checkpoint, hold it against what was seen here and `elsewhere` (name, note), and go through new files.

    With `whole`, and the first time, all files are gone through. `letters` are proofs (name, text), each sought at its place.
    """
    report = FollowReport(seen=seen)
    known = [*keys, *(key for key in map(notes.Verifier.read, seen.keys) if key not in keys)]
    try:
        checkpoint, note, _ = notes.open_checkpoint(read("checkpoint"), known)
    except tiles.TileMissing as fault:
        report.blame("unreachable", fault)
        return report
    except notes.Unsigned as fault:
        report.blame("signature", fault)
        return report
    report.origin, report.size = checkpoint.origin, checkpoint.size
    tree = tiles.Tree(read, checkpoint.size)
    _judge_growth(report, tree, checkpoint, seen.checkpoint, known)
    _judge_witnesses(report, tree, checkpoint, note, witnesses, least, read, known)
    for name, text in elsewhere:
        _judge_elsewhere(report, tree, checkpoint, name, text, known)
    if not report.faults:
        fault_ = tree.find_fault(checkpoint.root, before=0 if whole else report.before)
        if fault_:
            report.blame("tile", fault_)
    for name, text in letters:
        _judge_letter(report, tree, checkpoint, name, text, known)
    _tell_unknown_keys(report, note, known, witnesses)
    if not report.faults:
        report.seen = WatcherMemory(tuple(key.line for key in known), str(note))
    return report


def _judge_growth(
    report: FollowReport, tree: tiles.Tree, checkpoint: notes.Checkpoint, before: str, known: Sequence[notes.Verifier]
) -> None:
    if not before:
        return
    last = notes.Checkpoint.read(notes.SignedNote.read(before).text)
    report.before = last.size
    if last.origin != checkpoint.origin:
        report.blame("forked", f"the log calls itself {checkpoint.origin} now, and {last.origin} before")
    elif checkpoint.size < last.size:
        report.blame("rewound", f"the log has {checkpoint.size} leaves now, and had signed {last.size}")
    elif words := _find_contradiction(tree, checkpoint, last):
        report.blame(
            "forked", f"the log of {checkpoint.size} leaves does not go on from the {last.size} seen before: {words}"
        )


def _find_contradiction(tree: tiles.Tree, checkpoint: notes.Checkpoint, last: notes.Checkpoint) -> str:
    """Tell how a later checkpoint contradicts an earlier one, or "" when it goes on from it."""
    if last.size == 0:
        return ""
    try:
        proof = tree.prove_consistency(last.size) if last.size < checkpoint.size else []
        merkle.require_consistency(last.size, checkpoint.size, proof, last.root, checkpoint.root)
    except (tiles.TileMissing, tiles.Changed, merkle.NotProven) as fault:
        return str(fault)
    return ""


def _judge_elsewhere(
    report: FollowReport,
    tree: tiles.Tree,
    checkpoint: notes.Checkpoint,
    name: str,
    text: str,
    known: Sequence[notes.Verifier],
) -> None:
    try:
        other, _, _ = notes.open_checkpoint(text, known)
    except notes.Unsigned as fault:
        report.blame("signature", f"{name}: {fault}")
        return
    if other.size > checkpoint.size:
        report.blame(
            "rewound", f"{name} shows {other.size} leaves that the log signed, and the log shows {checkpoint.size}"
        )
    elif words := _find_contradiction(tree, checkpoint, other):
        report.blame("forked", f"{name}: the log signed another history of {other.size} leaves: {words}")


def _judge_witnesses(
    report: FollowReport, tree: tiles.Tree, checkpoint: notes.Checkpoint, note: notes.SignedNote,
    witnesses: Sequence[notes.Verifier], least: int, read: tiles.Read, known: Sequence[notes.Verifier],
) -> None:  # fmt: skip
    found = [note.text + "\n" + "".join(note.lines)]
    with suppress(tiles.TileMissing, UnicodeDecodeError):
        found.append(read("witnessed").decode())
    for text in found:
        try:
            other, _, cosigned = notes.open_checkpoint(text, known, witnesses)
        except notes.Unsigned as fault:
            report.blame("signature", f"the witnessed checkpoint: {fault}")
            continue
        if words := _find_contradiction(tree, checkpoint, other) if other.size <= checkpoint.size else "":
            report.blame("forked", f"the checkpoint that witnesses saw is of another history: {words}")
        for key, signature in cosigned:
            report.witnesses[key.name] = max(report.witnesses.get(key.name, 0), signature.seconds)
    if len(report.witnesses) < least:
        silent = ", ".join(key.name for key in witnesses if key.name not in report.witnesses)
        report.blame("witness", f"{len(report.witnesses)} of {least} witnesses have cosigned; silent: {silent}")


def _judge_letter(
    report: FollowReport,
    tree: tiles.Tree,
    checkpoint: notes.Checkpoint,
    name: str,
    text: str,
    known: Sequence[notes.Verifier],
) -> None:
    try:
        made = Bundle.read(text)
        opening, verdict = made.judge_entry(known)
        if verdict.index >= checkpoint.size or tree.leaf(verdict.index) != merkle.hash_leaf(opening.data):
            raise merkle.NotProven(f"leaf {verdict.index} of the log is another one now")
    except (notes.Unsigned, merkle.NotProven, tiles.TileMissing, tiles.Changed) as fault:
        report.blame("letter", f"{name}: {fault}")
        return
    report.letters.append({"name": name, "leaf": verdict.index, "entry": opening.fields})


def _tell_unknown_keys(
    report: FollowReport, note: notes.SignedNote, known: Sequence[notes.Verifier], witnesses: Sequence[notes.Verifier]
) -> None:
    heard = {(key.name, key.key_id) for key in [*known, *witnesses]}
    for signature in note.signatures:
        if (signature.name, signature.key_id) not in heard:
            whose = "a new key of the log" if signature.name == report.origin else "a witness"
            report.notices.append(
                f"signed by {signature.name}+{signature.key_id.hex()} too, {whose} that is not known here"
            )
