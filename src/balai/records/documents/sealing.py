"""The sealed file: 64 KiB chunks under AES-256-GCM, each bound to its place and the last one marked as last.

The scheme is STREAM (Hoang, Reyhanitabar, Rogaway, Vizár 2015): the nonce is the chunk's number and a final mark, the
key is the file's own, derived from the vault's data key and a random salt that lies in the document's row. So a
flipped, dropped, repeated or reordered chunk, a cut end, and a file put in another's place are all refused. Chunks
open independently: any range is read without the rest.
"""

import io
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from balai.base.crypto import Tampered

CHUNK = 64 * 1024
_TAG = 16
_SEALED = CHUNK + _TAG


def file_key(data_key: bytes, salt: bytes) -> bytes:
    """Derive the key of one file from its vault's key and its own salt."""
    return HKDFExpand(hashes.SHA256(), 32, b"balai document\x00" + salt).derive(data_key)


def _nonce(index: int, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


class Sealer:
    """Seals plaintext that comes in pieces of any size into a file; `finish` marks the last chunk."""

    def __init__(self, target: BinaryIO, key: bytes) -> None:
        self.size = 0
        self._target, self._cipher, self._index, self._buffer = target, AESGCM(key), 0, bytearray()

    def write(self, piece: bytes) -> None:
        """Take the next piece; a full chunk is written only once more is known to follow."""
        self._buffer += piece
        self.size += len(piece)
        while len(self._buffer) > CHUNK:
            self._put(bytes(self._buffer[:CHUNK]), last=False)
            del self._buffer[:CHUNK]

    def finish(self) -> int:
        """Write the last chunk and tell the plaintext's length."""
        self._put(bytes(self._buffer), last=True)
        return self.size

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._target.write(self._cipher.encrypt(_nonce(self._index, last), chunk, None))
        self._index += 1


def write_sealed(target: BinaryIO, key: bytes, pieces: Iterable[bytes]) -> int:
    """Seal a whole stream into a file and tell its plaintext's length."""
    sealer = Sealer(target, key)
    for piece in pieces:
        sealer.write(piece)
    return sealer.finish()


class SealedFile(io.RawIOBase):
    """A sealed file read as if it were plain: seekable, one chunk in memory at a time.

    :raises Tampered: as soon as a chunk does not open or the length is not the recorded one.
    """

    def __init__(self, source: Path | BinaryIO, key: bytes, size: int) -> None:
        super().__init__()
        self._size, self._at = size, 0
        self._last = max(0, (size - 1) // CHUNK)
        self._cipher = AESGCM(key)
        self._held: tuple[int, bytes] = (-1, b"")
        try:
            self._file = source.open("rb") if isinstance(source, Path) else source
        except FileNotFoundError as error:
            super().close()  # there is no file beneath to close
            raise Tampered("the file of a document is gone") from error
        if os.fstat(self._file.fileno()).st_size != size + _TAG * (self._last + 1):
            self._file.close()
            raise Tampered("the file of a document has another length than recorded")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that it can be read from anywhere."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Move to a place in the plaintext."""
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def tell(self) -> int:
        """Tell the place in the plaintext."""
        return self._at

    def readinto(self, target: object) -> int:
        """Read up to the end of the current chunk into a buffer."""
        view = memoryview(target).cast("B")  # type: ignore[arg-type]
        index, offset = divmod(self._at, CHUNK)
        if self._at >= self._size or not len(view):
            return 0
        piece = self._open_chunk(index)[offset : offset + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def close(self) -> None:
        """Close the file beneath."""
        if not self.closed:
            self._file.close()
        super().close()

    def _open_chunk(self, index: int) -> bytes:
        if self._held[0] != index:
            self._file.seek(index * _SEALED)
            sealed = self._file.read(_SEALED)
            try:
                self._held = (index, self._cipher.decrypt(_nonce(index, index == self._last), sealed, None))
            except InvalidTag as error:
                raise Tampered(f"chunk {index} of a document does not open") from error
        return self._held[1]


def pieces_of(file: BinaryIO, length: int = CHUNK) -> Iterator[bytes]:
    """Yield what is left of a file piece by piece."""
    while piece := file.read(length):
        yield piece
