"""A witness: it cosigns a log's checkpoint when the log has only grown since the last one it saw (C2SP tlog-witness).

What it saw last is on the disk before its signature leaves, so no kill and no two requests at once make it sign two histories.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from balai.base.tlog import merkle, notes

LONGEST = 65_536  # bytes of a request
MOST = 63  # hashes of a proof
TEXT, SIZE = "text/plain; charset=utf-8", "text/x.tlog.size"


class WitnessReply(NamedTuple):
    """What is answered: the HTTP status, the content's type, the content."""

    status: int
    kind: str
    text: str


class CosignRequest(NamedTuple):
    """A request to cosign: the size it begins at, the proof from there, and the checkpoint."""

    before: int
    proof: tuple[bytes, ...]
    checkpoint: str

    def __str__(self) -> str:
        return "".join(
            [f"old {self.before}\n", *(f"{notes.encode(each)}\n" for each in self.proof), "\n", self.checkpoint]
        )

    @classmethod
    def read(cls, body: str) -> "CosignRequest":
        """Read a request. :raises Unsigned: when it is none."""
        head, gap, checkpoint = body.partition("\n\n")
        first, *proof = head.split("\n")
        word, _, size = first.partition(" ")
        if (
            not gap
            or word != "old"
            or not (size.isascii() and size.isdigit())
            or str(int(size)) != size
            or len(proof) > MOST
        ):
            raise notes.Unsigned("the request is malformed")
        return cls(int(size), tuple(notes.decode(line) for line in proof), checkpoint)


class Witness:
    """Keeps in a folder what it saw of each log; one process at a time may use it."""

    def __init__(self, folder: Path, signer: notes.NoteSigner, logs: Iterable[notes.Verifier]) -> None:
        self.folder, self.signer = folder, signer
        self.logs: dict[str, list[notes.Verifier]] = {}
        for key in logs:
            self.logs.setdefault(key.name, []).append(key)
        self._lock = Lock()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def cosign(self, body: bytes, seconds: int) -> WitnessReply:
        """Answer a request to cosign at a moment, in seconds since 1970."""
        try:
            asked = CosignRequest.read(body.decode())
            note = notes.SignedNote.read(asked.checkpoint)
            checkpoint = notes.Checkpoint.read(note.text)
        except (notes.Unsigned, UnicodeDecodeError) as fault:
            return WitnessReply(400, TEXT, f"{fault}\n")
        known = self.logs.get(checkpoint.origin)
        if known is None:
            return WitnessReply(404, TEXT, "this log is not known here\n")
        try:
            if not note.signed_by(known):
                raise notes.Unsigned("no known key of the log has signed this checkpoint")
        except notes.Unsigned as fault:
            return WitnessReply(403, TEXT, f"{fault}\n")
        if asked.before > checkpoint.size:
            return WitnessReply(400, TEXT, "the old size is above the checkpoint's\n")
        with self._lock:
            return self._judge(asked, checkpoint, note, seconds)

    def _judge(
        self, asked: CosignRequest, checkpoint: notes.Checkpoint, note: notes.SignedNote, seconds: int
    ) -> WitnessReply:
        size, root, _ = self.read_seen(checkpoint.origin)
        if asked.before != size:
            return WitnessReply(409, SIZE, f"{size}\n")
        if size == checkpoint.size and size and root != checkpoint.root:
            self._note_misbehaviour(note)
            return WitnessReply(409, SIZE, f"{size}\n")
        try:
            if size:
                merkle.require_consistency(size, checkpoint.size, asked.proof, root, checkpoint.root)
            elif asked.proof or (not checkpoint.size and checkpoint.root != merkle.EMPTY):
                raise merkle.NotProven("a tree that begins needs no proof")
        except merkle.NotProven as fault:
            self._note_misbehaviour(note)
            return WitnessReply(422, TEXT, f"{fault}\n")
        line = self.signer.sign(checkpoint.text, seconds)
        self._keep(checkpoint, str(note.beside([line])))
        return WitnessReply(200, TEXT, line)

    def read_seen(self, origin: str) -> tuple[int, bytes, str]:
        """Read what was cosigned last of a log: size, root, the note; 0 and nothing when none was."""
        file = self._file(origin)
        if not file.exists():
            return 0, merkle.EMPTY, ""
        told = json.loads(file.read_text(encoding="utf-8"))
        return int(told["size"]), bytes.fromhex(told["root"]), str(told["note"])

    def _file(self, origin: str) -> Path:
        return self.folder / f"{hashlib.sha256(origin.encode()).hexdigest()}.json"

    def _keep(self, checkpoint: notes.Checkpoint, note: str) -> None:
        told = {"origin": checkpoint.origin, "size": checkpoint.size, "root": checkpoint.root.hex(), "note": note}
        write_synced(self._file(checkpoint.origin), json.dumps(told, indent=1, ensure_ascii=False).encode() + b"\n")

    def _note_misbehaviour(self, note: notes.SignedNote) -> None:
        """Keep what the log signed although it contradicts what it signed before: that is the proof of it."""
        name = hashlib.sha256(str(note).encode()).hexdigest()[:16]
        write_synced(self.folder / f"contradiction-{name}.checkpoint", str(note).encode())


def write_synced(path: Path, content: bytes) -> None:
    """Write a file whole, and on the disk before it gets its name."""
    fresh = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
