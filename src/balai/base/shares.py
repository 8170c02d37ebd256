"""The keys on paper: written as shares that only together give them back, with a check on every line.

A bundle is what the ring needs: root, look-up key, wrapping keys, and which of them is current; the last eight bytes are a digest of
the rest. To split it among N, N-1 shares are random and the last is the bundle with all of them added by XOR: fewer than N say
nothing at all, and each is as good as any other. One share (N = 1) is the bundle itself, for a sealed envelope.
"""

import hashlib
import re
import secrets
from pathlib import Path
from typing import NamedTuple

from balai.base import keyring

_FORMAT = b"\x01"
_WIDTH = 16  # bytes on a line
_HEAD = re.compile(r"set ([0-9a-f]{8})\W+share (\d+) of (\d+)", re.IGNORECASE)
_LINE = re.compile(r"^\s*(\d\d)\s+((?:[0-9a-z]{1,4}\s+){1,9})\s*$", re.IGNORECASE)
_KINDS = {b"R": keyring.ROOT, b"L": keyring.LOOKUP, b"W": ""}


class ShareUnreadable(Exception):
    """What was typed does not give the keys; its words name the share and the line."""


class KeyShare(NamedTuple):
    """One share: which set it belongs to, its place in it, and its bytes."""

    set_id: str
    number: int
    of: int
    content: bytes


def split(home: Path, count: int) -> list[KeyShare]:
    """Split the keys of a home among `count` shares."""
    bundle, set_id = _bundle(home), secrets.token_hex(4)
    parts = [secrets.token_bytes(len(bundle)) for _ in range(count - 1)]
    parts.append(_add([bundle, *parts]))
    return [KeyShare(set_id, number, count, part) for number, part in enumerate(parts, 1)]


def write(share: KeyShare) -> str:
    """Write a share as text: sixteen bytes a line as hexadecimal digits in groups of four, the last group the line's check."""
    lines = [f"Balai keys, set {share.set_id}, share {share.number} of {share.of}", ""]
    for at in range(0, len(share.content), _WIDTH):
        piece, line = share.content[at : at + _WIDTH], at // _WIDTH + 1
        digits = piece.hex()
        groups = " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))
        lines.append(f"{line:02}  {groups}  {_check(share.set_id, share.number, share.of, line, piece)}")
    return "\n".join([*lines, "", f"{len(lines) - 2} lines. Keep it closed.", ""])


def read(text: str) -> list[KeyShare]:
    """Read the shares in a text. :raises Unreadable: names the share and the line that is wrong."""
    found: list[KeyShare] = []
    heads = list(_HEAD.finditer(text))
    if not heads:
        raise ShareUnreadable("there is no share in it: its first line says `set … share 1 of 2`, and belongs to it.")
    for head, after in zip(heads, [*heads[1:], None], strict=True):
        body = text[head.end() : after.start() if after else len(text)]
        found.append(_read_one(head[1].lower(), int(head[2]), int(head[3]), body))
    return found


def _read_one(set_id: str, number: int, of: int, body: str) -> KeyShare:
    pieces: list[bytes] = []
    for text in body.splitlines():
        match = _LINE.match(f"{text} ")
        if match is None:
            continue
        line, groups = int(match[1]), match[2].lower().split()
        if line != len(pieces) + 1:
            raise ShareUnreadable(
                f"share {number}: line {len(pieces) + 1:02} is missing; line {line:02} stands in its place."
            )
        try:
            piece = bytes.fromhex("".join(groups[:-1]))
        except ValueError:
            piece = b""
        if not piece or groups[-1] != _check(set_id, number, of, line, piece):
            raise ShareUnreadable(
                f"share {number}: line {line:02} is mistyped; its digits do not fit its check, the last four."
            )
        pieces.append(piece)
    if not pieces:
        raise ShareUnreadable(f"share {number} has no lines.")
    return KeyShare(set_id, number, of, b"".join(pieces))


def join(shares: list[KeyShare]) -> dict[str, bytes]:
    """Join shares to key files by name. :raises Unreadable: when one is missing, foreign, or cut short."""
    sets = {share.set_id for share in shares}
    if len(sets) != 1:
        raise ShareUnreadable(f"these shares are of different sets: {', '.join(sorted(sets))}. Take those of one set.")
    by_number = {share.number: share for share in shares}
    if wanted := [str(number) for number in range(1, shares[0].of + 1) if number not in by_number]:
        raise ShareUnreadable(f"share {', '.join(wanted)} of {shares[0].of} is still wanted.")
    if len({len(share.content) for share in shares}) != 1:
        short = min(shares, key=lambda share: len(share.content))
        raise ShareUnreadable(f"share {short.number}: its last line is missing.")
    return _unbundle(_add([share.content for share in by_number.values()]))


def restore(home: Path, files: dict[str, bytes]) -> list[str]:
    """Put key files into a home that lacks them, never over another; give their names. :raises Unreadable: for another hall's home."""
    folder = home / "keys"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    home.chmod(0o700)
    for name, content in files.items():
        if name != keyring.CURRENT and (folder / name).exists() and (folder / name).read_bytes() != content:
            raise ShareUnreadable(
                f"{folder / name} is there and is another key. Nothing was written: move the folder away if it is the wrong one."
            )
    for name, content in files.items():
        if name != keyring.CURRENT:
            keyring.write(home, name, content)
    keyring.choose(home, files[keyring.CURRENT].decode("ascii"))
    return sorted(files)


def _bundle(home: Path) -> bytes:
    kinds = {name: kind for kind, name in _KINDS.items()}
    keys = b"".join(kinds.get(name, b"W") + key for name, key in keyring.list_files(home))
    plain = _FORMAT + bytes.fromhex(keyring.load(home).current) + keys
    return plain + hashlib.sha256(plain).digest()[:8]


def _unbundle(bundle: bytes) -> dict[str, bytes]:
    plain, digest = bundle[:-8], bundle[-8:]
    if hashlib.sha256(plain).digest()[:8] != digest or plain[:1] != _FORMAT:
        raise ShareUnreadable(
            "the shares do not give keys together, although each is whole; its last line may be missing in each."
        )
    files = {keyring.CURRENT: plain[1:9].hex().encode()}
    for at in range(9, len(plain), 33):
        kind, key = plain[at : at + 1], plain[at + 1 : at + 33]
        files[_KINDS[kind] or f"wrap-{keyring.name_key(key)}.key"] = key
    return files


def _add(parts: list[bytes]) -> bytes:
    total = 0
    for part in parts:
        total ^= int.from_bytes(part)
    return total.to_bytes(len(parts[0]))


def _check(set_id: str, number: int, of: int, line: int, piece: bytes) -> str:
    return hashlib.sha256(f"{set_id} {number} {of} {line} ".encode() + piece).hexdigest()[:4]
