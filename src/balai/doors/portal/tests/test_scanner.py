"""A real ClamAV behind the real door: what it finds is refused, and without it nothing is taken.

Its only signature is of the harmless test file that every scanner knows (EICAR), written by the test: nothing is fetched.
"""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import photo

from balai.doors.console.machine import has
from balai.doors.portal.tests.test_apply import ABOUT, BUSINESS, DETAILS, begin, step
from balai.records.documents.models import Document

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not has("clamd"), reason="clamd is not installed (clamav-daemon)"),
]

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Daemon:
    """A clamd of our own on a socket in a folder."""

    def __init__(self, folder: Path) -> None:
        self.socket = folder / "clamd.sock"
        (folder / "db").mkdir()
        (folder / "db" / "test.ndb").write_text(f"Balai.Test.Eicar:0:*:{EICAR.hex()}\n")
        self._settings = folder / "clamd.conf"
        self._settings.write_text(f"DatabaseDirectory {folder}/db\nLocalSocket {self.socket}\nForeground yes\n")
        self.start()

    def start(self) -> None:
        """Start it and wait for its socket."""
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(["clamd", "-c", str(self._settings)], **quiet)  # type: ignore[call-overload]
        end = time.monotonic() + 30
        while not self.socket.exists():
            assert self._process.poll() is None and time.monotonic() < end, "clamd does not start"
            time.sleep(0.05)

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        self.socket.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    made = Daemon(tmp_path_factory.mktemp("clamd"))
    yield made
    made.stop()


def send(client: Client, base: str, content: bytes) -> Any:
    files = {name: SimpleUploadedFile("foto.jpg", content, "image/jpeg") for name in ("rt_letter", "photo")}
    return step(client, base, "evidence", files)


def test_what_clamav_finds_is_refused_and_without_it_nothing_is_taken(
    stranger: Client, daemon: Daemon, settings: Any
) -> None:
    settings.BALAI_PLUGS = settings.BALAI_PLUGS | {"scanner": "clamd"}
    settings.BALAI_CLAMD = str(daemon.socket)
    base = begin(stranger)
    for name, answers in (("data-diri", ABOUT), ("business", BUSINESS), ("details", DETAILS)):
        step(stranger, base, name, answers)
    infected = send(stranger, base, photo() + EICAR)
    assert infected.status_code == 422 and "menemukan virus" in infected.content.decode()
    assert not Document.objects.exists()
    daemon.stop()
    away = send(stranger, base, photo())
    assert away.status_code == 503 and "tidak menjawab" in away.content.decode() and not Document.objects.exists()
    daemon.start()
    assert send(stranger, base, photo())["Location"] == f"{base}statement/"
    assert {row.scan for row in Document.objects.all()} == {"clean"}
