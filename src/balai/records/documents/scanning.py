"""The virus scanner behind a port: clamd, off, or failing. No answer means the file is not taken."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from django.conf import settings

from balai.base import plugs
from balai.base.errors import Invalid, Unavailable
from balai.records.documents.models import Document


class Scanner(Protocol):
    """Scans a stream; gives the name of what it found, "" for clean, None when it did not scan at all."""

    def scan(self, file: BinaryIO) -> str | None:
        """Scan from the file's current place to its end. :raises OSError: when the scanner does not answer."""
        ...


def scan(file: BinaryIO) -> str:
    """Scan a file with the scanner of this installation and give the row's mark.

    :raises Invalid: `file-infected`. :raises Unavailable: `scanner-unavailable`.
    """
    scanner: Scanner = plugs.get("scanner")
    try:
        found = scanner.scan(file)
    except OSError as error:
        raise Unavailable("scanner-unavailable") from error
    if found:
        raise Invalid("file-infected", found=found)
    return Document.Scan.UNSCANNED if found is None else Document.Scan.CLEAN


@plugs.adapter("scanner", "off")
class Off:
    """No scanner; documents are marked unscanned, and the desk says so."""

    def scan(self, file: BinaryIO) -> str | None:
        """Scan nothing."""
        return None


@plugs.adapter("scanner", "failing")
class FailingScanner:
    """A scanner that never answers, to try that path by hand."""

    def scan(self, file: BinaryIO) -> str | None:
        """Fail as a scanner does that is down."""
        raise ConnectionRefusedError("the failing scanner")


@plugs.adapter("scanner", "clamd")
class Clamd:
    """ClamAV's daemon, spoken to by INSTREAM. Settings: BALAI_CLAMD = "host:port", or the path of its socket."""

    timeout = 20.0
    piece = 64 * 1024

    def scan(self, file: BinaryIO) -> str | None:
        """Send the file piece by piece and read the verdict. :raises OSError: no or an unknown answer."""
        with self._connect() as connection:
            connection.sendall(b"zINSTREAM\0")
            while piece := file.read(self.piece):
                connection.sendall(struct.pack("!I", len(piece)) + piece)
            connection.sendall(struct.pack("!I", 0))
            return self._verdict(self._answer(connection))

    @contextmanager
    def _connect(self) -> Iterator[socket.socket]:
        place = str(settings.BALAI_CLAMD)
        if place.startswith("/"):
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(self.timeout)
                connection.connect(place)
                yield connection
            return
        host, _, port = place.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=self.timeout) as connection:
            yield connection

    @staticmethod
    def _answer(connection: socket.socket) -> str:
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < 4096:
            piece = connection.recv(4096)
            if not piece:
                break
            answer += piece
        return answer.rstrip(b"\0").decode(errors="replace").strip()

    @staticmethod
    def _verdict(answer: str) -> str:
        if answer == "stream: OK":
            return ""
        if answer.startswith("stream: ") and answer.endswith(" FOUND"):
            return answer.removeprefix("stream: ").removesuffix(" FOUND")
        raise OSError(f"clamd answered {answer!r}")  # also INSTREAM size limit exceeded: not scanned is not clean
