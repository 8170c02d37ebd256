"""Signed notes, checkpoints and cosignatures (C2SP signed-note, tlog-checkpoint, tlog-cosignature), with Ed25519."""

import base64
import binascii
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

LOG, WITNESS = 0x01, 0x04  # what a key signs: notes as they are, or checkpoints with a time
MOST = 100  # signatures on a note; more are not read
_DASH = "— "


class Unsigned(Exception):
    """A note is none, or nobody known has signed it; the words say which."""


def decode(text: str) -> bytes:
    """Decode Base64 strictly. :raises Unsigned: for anything else."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unsigned("Base64 is malformed") from None


def encode(content: bytes) -> str:
    """Encode as Base64."""
    return base64.b64encode(content).decode("ascii")


@dataclass(frozen=True, slots=True)
class Verifier:
    """Somebody's public key under a name, and what it signs (`LOG` or `WITNESS`)."""

    name: str
    public: bytes
    kind: int = LOG

    @property
    def key_id(self) -> bytes:
        """Name the key in four bytes, as signatures do."""
        told = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(told).digest()[:4]

    @property
    def line(self) -> str:
        """Write it as people hand it on: name, id and key (a *vkey*)."""
        return f"{self.name}+{self.key_id.hex()}+{encode(bytes([self.kind]) + self.public)}"

    @classmethod
    def read(cls, line: str) -> "Verifier":
        """Read what `line` wrote. :raises ValueError: for anything else."""
        parts = line.strip().split("+", 2)
        if len(parts) != 3 or not parts[0] or any(each.isspace() for each in parts[0]):
            raise ValueError(f"{line!r} is no key: it is written as name+id+key")
        try:
            kind, public = decode(parts[2])[:1], decode(parts[2])[1:]
        except Unsigned as fault:
            raise ValueError(f"the key of {parts[0]} is malformed: {fault}") from None
        if kind not in (bytes([LOG]), bytes([WITNESS])) or len(public) != 32:
            raise ValueError(f"the key of {parts[0]} is of a kind that is not known here")
        found = cls(parts[0], public, kind[0])
        if found.key_id.hex() != parts[1].lower():
            raise ValueError(f"the key of {parts[0]} does not fit its id; it was mistyped")
        return found

    def holds(self, text: str, signature: bytes) -> bool:
        """Tell whether a signature, without the key's id, is this key's on this text."""
        message = text.encode()
        if self.kind == WITNESS:
            if len(signature) != 72:
                return False
            message, signature = _timed(int.from_bytes(signature[:8]), text), signature[8:]
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A private key under a name; `seed` is its 32 bytes."""

    name: str
    seed: bytes
    kind: int = LOG

    @property
    def verifier(self) -> Verifier:
        """Give the public half."""
        return Verifier(self.name, _private(self.seed).public_key().public_bytes_raw(), self.kind)

    def sign(self, text: str, seconds: int = 0) -> str:
        """Sign a note's text and give the signature's line; a witness names the time, in seconds since 1970."""
        if self.kind == WITNESS:
            content = seconds.to_bytes(8) + _private(self.seed).sign(_timed(seconds, text))
        else:
            content = _private(self.seed).sign(text.encode())
        return f"{_DASH}{self.name} {encode(self.verifier.key_id + content)}\n"


def _private(seed: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(seed)


def _timed(seconds: int, text: str) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


@dataclass(frozen=True, slots=True)
class Signature:
    """One line below a note: whose it says it is, the key's id, and the rest."""

    name: str
    key_id: bytes
    content: bytes

    @property
    def seconds(self) -> int:
        """Give the time of a cosignature, in seconds since 1970."""
        return int.from_bytes(self.content[:8])


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A signed text; nothing in it counts before `signed_by` says who signed."""

    text: str
    lines: tuple[str, ...]

    @classmethod
    def read(cls, content: str | bytes) -> "SignedNote":
        """Read a note. :raises Unsigned: when it is none."""
        try:
            whole = content.decode() if isinstance(content, bytes) else content
        except UnicodeDecodeError:
            raise Unsigned("the note is not UTF-8") from None
        if any(ord(each) < 32 and each != "\n" for each in whole):
            raise Unsigned("the note holds control characters")
        text, gap, below = whole.rpartition("\n\n")
        lines = below.splitlines(keepends=True)
        if not gap or not text or not lines or not below.endswith("\n") or len(lines) > MOST:
            raise Unsigned("the note has no signatures")
        note = cls(text + "\n", tuple(lines))
        for line in lines:
            read_signature(line)
        return note

    def __str__(self) -> str:
        return self.text + "\n" + "".join(self.lines)

    @property
    def signatures(self) -> list[Signature]:
        """List the signatures, known or not."""
        return [read_signature(line) for line in self.lines]

    def signed_by(self, known: Iterable[Verifier]) -> list[tuple[Verifier, Signature]]:
        """List who of the known signed. :raises Unsigned: when a known key's signature is not its own."""
        keys = {(each.name, each.key_id): each for each in known}
        found = []
        for signature in self.signatures:
            key = keys.get((signature.name, signature.key_id))
            if key is None:
                continue
            if not key.holds(self.text, signature.content):
                raise Unsigned(f"the signature of {signature.name} is not on this text")
            found.append((key, signature))
        return found

    def beside(self, lines: Iterable[str]) -> "SignedNote":
        """Give the note with further signatures below, each key once."""
        seen, kept = set(), []
        for line in [*self.lines, *lines]:
            signature = read_signature(line)
            if (signature.name, signature.key_id) not in seen:
                seen.add((signature.name, signature.key_id))
                kept.append(line)
        return SignedNote(self.text, tuple(kept))


def read_signature(line: str) -> Signature:
    """Read one line of a signature. :raises Unsigned: when it is none."""
    name, _, content = line.removeprefix(_DASH).rstrip("\n").partition(" ")
    if not line.startswith(_DASH) or not name or "+" in name or not content:
        raise Unsigned("a signature is malformed")
    raw = decode(content)
    if len(raw) < 5:
        raise Unsigned("a signature is too short")
    return Signature(name, raw[:4], raw[4:])


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its origin, how many leaves it has, and their root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Write the text that is signed."""
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Read a note's text. :raises Unsigned: when it is no checkpoint."""
        lines = text.split("\n")
        if len(lines) < 4 or not all(lines[:-1]) or lines[-1]:
            raise Unsigned("the note is no checkpoint")
        origin, size, root = lines[0], lines[1], decode(lines[2])
        if not (size.isascii() and size.isdigit()) or str(int(size)) != size or len(root) != 32:
            raise Unsigned("the checkpoint is malformed")
        return cls(origin, int(size), root)

    def sign(self, signers: Sequence[NoteSigner]) -> SignedNote:
        """Sign it."""
        return SignedNote(self.text, tuple(signer.sign(self.text) for signer in signers))


def open_checkpoint(
    content: str | bytes, log: Sequence[Verifier], witnesses: Sequence[Verifier] = ()
) -> tuple[Checkpoint, SignedNote, list[tuple[Verifier, Signature]]]:
    """Read a checkpoint that one of the log's keys has signed; give it, its note, and which of the witnesses cosigned.

    :raises Unsigned: when no known key of the log signed it, a known signature does not hold, or it is of another log.
    """
    note = SignedNote.read(content)
    signed = note.signed_by([*log, *witnesses])
    if not any(key in log for key, _ in signed):
        raise Unsigned("no known key of the log has signed this checkpoint: an old key, or another log")
    checkpoint = Checkpoint.read(note.text)
    if all(checkpoint.origin != key.name for key, _ in signed if key in log):
        raise Unsigned(f"the checkpoint is of another log: {checkpoint.origin}")
    return checkpoint, note, [(key, signature) for key, signature in signed if key in witnesses]
