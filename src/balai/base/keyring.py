"""The town's keys as files in `BALAI_HOME/keys`, readable by the owner only; this page knows neither Django nor the database.

- `town.key` is the **root**: the keys of one purpose each (codes, second factors, signing) are derived from it, and the first wrapping
  key. It stays for the life of the hall.
- `lookup.key` finds names, NIKs and phones by keyed hashes. It stays too: without the plain values nothing could be hashed anew.
- `wrap-<id>.key` are **wrapping keys** that came by rotation; `current` names the one that wraps what is new. All of them open.
- `log-<id>.key` are **keys of the public log** that came by its rotation, each sealed under the root: neither file gives it away alone.
- `anchor.key`, where there is one, pays for anchors on a chain and signs them; sealed under the root too.
- `secret.key` signs cookies and links; a new one signs everybody out and loses nothing.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

ROOT, LOOKUP, SECRET, CURRENT = "town.key", "lookup.key", "secret.key", "current"
ANCHOR = "anchor.key"
NEEDED = (ROOT, LOOKUP, SECRET)
_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141  # of secp256k1: keys are below it


def name_key(key: bytes) -> str:
    """Name a key by a digest of it: 16 hex digits, which give nothing of the key away."""
    return hashlib.sha256(b"key-id" + key).hexdigest()[:16]


def derive_from(root: bytes, purpose: str) -> bytes:
    """Derive a 32-byte key for one named purpose."""
    return HKDFExpand(hashes.SHA256(), 32, purpose.encode()).derive(root)


class Ring:
    """The keys of one home as they lay there at one moment; each is read when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._derived: dict[str, bytes] = {}

    @cached_property
    def root(self) -> bytes:
        """Read the root."""
        return self._read(ROOT)

    @cached_property
    def lookup(self) -> bytes:
        """Read the look-up key."""
        return self._read(LOOKUP)

    @cached_property
    def wrapping(self) -> dict[str, bytes]:
        """Read all wrapping keys by their ids, the current one first."""
        found = {name_key(self.root): derive_from(self.root, "wrap")}
        for path in sorted(self.folder.glob("wrap-*.key")):
            key = self._read(path.name)
            found[name_key(key)] = key
        current = self._current(found)
        return {current: found.pop(current)} | found

    @property
    def current(self) -> str:
        """Name the key that wraps what is new."""
        return next(iter(self.wrapping))

    @cached_property
    def _ciphers(self) -> tuple[AESGCM, ...]:
        return tuple(AESGCM(key) for key in self.wrapping.values())

    def derive(self, purpose: str) -> bytes:
        """Derive a 32-byte key for one named purpose from the root."""
        if purpose not in self._derived:
            self._derived[purpose] = derive_from(self.root, purpose)
        return self._derived[purpose]

    def wrap(self, key: bytes, context: bytes) -> bytes:
        """Wrap a data key under the current key."""
        nonce = secrets.token_bytes(12)
        return nonce + self._ciphers[0].encrypt(nonce, key, context)

    def unwrap(self, wrapped: bytes, context: bytes) -> bytes | None:
        """Open a wrapped data key under whichever key wrapped it; None when none did."""
        for cipher in self._ciphers:
            with suppress(InvalidTag):
                return cipher.decrypt(wrapped[:12], wrapped[12:], context)
        return None

    def log_key(self, key_id: str) -> bytes:
        """Open a key of the public log. :raises OSError: when its file is not there; :raises InvalidTag: under another root."""
        sealed = (self.folder / f"log-{key_id}.key").read_bytes()
        return AESGCM(self.derive("log-seal")).decrypt(sealed[:12], sealed[12:], key_id.encode())

    def anchor_key(self) -> bytes:
        """Open the key of anchors. :raises OSError: when its file is not there; :raises InvalidTag: under another root."""
        sealed = (self.folder / ANCHOR).read_bytes()
        return AESGCM(self.derive("anchor-seal")).decrypt(sealed[:12], sealed[12:], ANCHOR.encode())

    def _current(self, found: dict[str, bytes]) -> str:
        marked = self.folder / CURRENT
        named = marked.read_text(encoding="ascii").strip() if marked.exists() else name_key(self.root)
        if named not in found:
            raise ValueError(
                f"wrap-{named}.key is missing, which wraps what is new. Restore it from where the keys are kept."
            )
        return named

    def _read(self, name: str) -> bytes:
        key = (self.folder / name).read_bytes()
        if len(key) != 32:
            raise ValueError(f"{name} must hold exactly 32 bytes")
        return key


def load(home: Path | str) -> Ring:
    """Give the ring of a home; a key that comes or goes changes the folder, and all processes see it at their next look."""
    folder = f"{home}/keys"
    return _ring(folder, os.stat(folder).st_mtime_ns)


@lru_cache(maxsize=8)
def _ring(folder: str, changed: int) -> Ring:
    return Ring(Path(folder))


def list_missing(home: Path) -> list[str]:
    """Name the keys that every hall has and this home lacks."""
    return [name for name in NEEDED if not (home / "keys" / name).exists()]


def mint(home: Path) -> None:
    """Make the keys that are missing, never overwriting one; the caller knows that nothing was ever sealed here."""
    for name in list_missing(home):
        write(home, name, secrets.token_urlsafe(50).encode() if name == SECRET else secrets.token_bytes(32))


def mint_wrapping(home: Path) -> str:
    """Make a wrapping key and give its id; nothing is wrapped under it yet."""
    key = secrets.token_bytes(32)
    write(home, f"wrap-{name_key(key)}.key", key)
    return name_key(key)


def mint_log(home: Path) -> str:
    """Make a key for the public log, which nothing else of the hall gives away, and give its id."""
    key, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    key_id = name_key(key)
    sealed = AESGCM(load(home).derive("log-seal")).encrypt(nonce, key, key_id.encode())
    write(home, f"log-{key_id}.key", nonce + sealed)
    return key_id


def mint_anchor(home: Path) -> None:
    """Make the key of anchors, unless it is there."""
    nonce = secrets.token_bytes(12)
    key = (secrets.randbelow(_ORDER - 1) + 1).to_bytes(32)
    write(home, ANCHOR, nonce + AESGCM(load(home).derive("anchor-seal")).encrypt(nonce, key, ANCHOR.encode()))


def drop_log(home: Path, key_id: str) -> None:
    """Take a key of the public log away that signs no more."""
    (home / "keys" / f"log-{key_id}.key").unlink(missing_ok=True)


def write(home: Path, name: str, content: bytes) -> None:
    """Write a key once: whole and synced before it gets its name, so that no process ever reads half of it."""
    path = home / "keys" / name
    staged = _stage(path, content)
    with suppress(FileExistsError):  # another process was first, which is as good
        os.link(staged, path)
    staged.unlink()
    _sync_folder(path.parent)


def choose(home: Path, key_id: str) -> None:
    """Name the key that wraps what is new from now on."""
    path = home / "keys" / CURRENT
    _stage(path, key_id.encode("ascii")).replace(path)
    _sync_folder(path.parent)


def _stage(path: Path, content: bytes) -> Path:
    """Write and sync a file beside the name it will get."""
    staged = path.with_name(f".{path.name}.{os.getpid()}")
    staged.unlink(missing_ok=True)
    with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return staged


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def list_files(home: Path) -> Iterator[tuple[str, bytes]]:
    """List the key files that open what is sealed, by name."""
    folder = home / "keys"
    for path in [folder / ROOT, folder / LOOKUP, *sorted(folder.glob("wrap-*.key"))]:
        yield path.name, path.read_bytes()
