"""A proof that one thing is in the log, to be judged without a network (C2SP tlog-proof), and what of an entry is opened with it.

An entry of the journal lies in the log as a salted hash. To show one, its **opening** is handed over as the proof's extra data: the
salt, the hash of the entry before it in its stream, and its line.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from balai.base.tlog import merkle, notes
from balai.base.tlog.notes import Unsigned, Verifier

_HEAD = "c2sp.org/tlog-proof@v1"
_ENTRY = "balai.entry/1 "
_CHAIN = "balai.chain/1 "


def entry_data(salt: bytes, entry_hash: bytes) -> bytes:
    """Write what stands in the log for one entry: nothing but a digest over 16 random bytes and the entry's hash."""
    return (_ENTRY + hashlib.sha256(salt + entry_hash).hexdigest()).encode()


def chain_data(count: int, last: bytes) -> bytes:
    """Write what stands in the log for the chain before it: how many entries it linked and its last hash."""
    return f"{_CHAIN}{count} {last.hex()}".encode()


@dataclass(frozen=True, slots=True)
class Opening:
    """What shows that an entry is the one in the log: the salt, the hash of the entry before it, and its line."""

    salt: bytes
    before: bytes
    line: str

    @property
    def data(self) -> bytes:
        """Give what must stand in the log."""
        return entry_data(self.salt, hashlib.sha256(self.before + self.line.encode()).digest())

    def pack(self) -> bytes:
        """Pack it as a proof's extra data."""
        told = {"salt": self.salt.hex(), "before": self.before.hex(), "line": self.line}
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def unpack(cls, extra: bytes) -> "Opening":
        """Unpack it. :raises Unsigned: when it is none."""
        try:
            told = json.loads(extra)
            return cls(bytes.fromhex(told["salt"]), bytes.fromhex(told["before"]), str(told["line"]))
        except (ValueError, KeyError, TypeError):
            raise Unsigned("the proof opens no entry") from None

    @property
    def fields(self) -> list[Any]:
        """Read the line: stream, number, time, actor, action and so on, in the order of its format."""
        read: list[Any] = json.loads(self.line)
        return read


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A witness that saw the log at this size, and when, in seconds since 1970."""

    name: str
    seconds: int


@dataclass(frozen=True, slots=True)
class ProofVerdict:
    """What a proof that holds says: which log, at which size, at which place, seen by whom."""

    origin: str
    size: int
    index: int
    witnessed: tuple[Witnessed, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """A proof as a file: the place, the hashes from the leaf up, the signed checkpoint, and the extra data."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = field(default=b"")

    def __str__(self) -> str:
        lines = [_HEAD, *([f"extra {notes.encode(self.extra)}"] if self.extra else []), f"index {self.index}"]
        return "\n".join([*lines, *map(notes.encode, self.proof), "", self.checkpoint])

    @classmethod
    def read(cls, text: str | bytes) -> "Bundle":
        """Read the file. :raises Unsigned: when it is no such proof."""
        try:
            whole = text.decode() if isinstance(text, bytes) else text
        except UnicodeDecodeError:
            raise Unsigned("the proof is not UTF-8") from None
        head, gap, checkpoint = whole.partition("\n\n")
        lines = head.split("\n")
        if not gap or lines[0] != _HEAD:
            raise Unsigned("this is no proof of a log")
        extra = (
            notes.decode(lines.pop(1).removeprefix("extra ")) if lines[1:] and lines[1].startswith("extra ") else b""
        )
        word, _, index = lines[1].partition(" ") if lines[1:] else ("", "", "")
        if word != "index" or not (index.isascii() and index.isdigit()) or str(int(index)) != index:
            raise Unsigned("the proof names no place")
        return cls(int(index), tuple(notes.decode(line) for line in lines[2:]), checkpoint, extra)

    def judge(
        self, data: bytes, log: Sequence[Verifier], witnesses: Sequence[Verifier] = (), *, least: int = 0
    ) -> ProofVerdict:
        """Judge that `data` is in the log of these keys, seen by at least `least` of the witnesses.

        :raises Unsigned: when the checkpoint is not the log's, a signature does not hold or witnesses lack;
        :raises NotProven: when the proof does not lead from the data to the checkpoint.
        """
        checkpoint, _, seen = notes.open_checkpoint(self.checkpoint, log, witnesses)
        merkle.require_inclusion(self.index, checkpoint.size, merkle.hash_leaf(data), self.proof, checkpoint.root)
        by = {key.name: Witnessed(key.name, signature.seconds) for key, signature in seen}
        if len(by) < least:
            raise Unsigned(f"{len(by)} of {least} witnesses have seen this checkpoint")
        return ProofVerdict(checkpoint.origin, checkpoint.size, self.index, tuple(by.values()))

    def judge_entry(
        self, log: Sequence[Verifier], witnesses: Sequence[Verifier] = (), *, least: int = 0
    ) -> tuple[Opening, ProofVerdict]:
        """Judge the entry that the proof opens, as `judge` does, and give it."""
        opening = Opening.unpack(self.extra)
        return opening, self.judge(opening.data, log, witnesses, least=least)
