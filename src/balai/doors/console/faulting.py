"""Failing on purpose: a hall of its own, a client that keeps sending, and what may happen to a machine in between.

Nothing here touches a hall that exists: home, port and mail server are this round's own, on loopback.
"""

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from balai.doors.console.bench.servers import family, free_port

PROGRAM = [sys.executable, "-m", "balai.doors.console"]
OPENS = 60.0  # seconds a hall may take to open again


class MailServer:
    """An SMTP server that takes mail, hangs, resets the line, or answers 451 or 550, as the round has it."""

    MODES = ("takes", "hangs", "resets", "451", "550")

    def __init__(self) -> None:
        self.mode, self.taken = "takes", 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._socket.getsockname()[1])
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Stop listening."""
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(line,), daemon=True).start()

    def _talk(self, line: socket.socket) -> None:
        with suppress(OSError), line, line.makefile("rb") as heard:
            if self.mode == "hangs":
                time.sleep(3)
                return
            line.sendall(b"220 loopback\r\n")
            data = False
            for said in heard:
                word = said[:4].upper()
                if data:
                    if said == b".\r\n":
                        data = False
                        self.taken += 1
                        line.sendall(b"250 taken\r\n")
                elif word == b"QUIT":
                    line.sendall(b"221 bye\r\n")
                    return
                elif word == b"DATA" and self.mode == "resets":
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
                    return
                elif word == b"RCPT" and self.mode in ("451", "550"):
                    line.sendall(f"{self.mode} {self.mode}\r\n".encode())
                elif word == b"DATA":
                    data = True
                    line.sendall(b"354 go on\r\n")
                else:
                    line.sendall(b"250 ok\r\n")


@dataclass
class Hall:
    """The hall that is hurt: a demonstration's town in a home of its own."""

    home: Path
    port: int
    mail: MailServer
    process: subprocess.Popen[bytes] | None = None
    ever: set[int] = field(default_factory=set)  # every process that was ever of its family

    def environment(self) -> dict[str, str]:
        """Give the environment its commands run in."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
        return kept | {"BALAI_MAIL": "smtp", "BALAI_SMTP_HOST": "127.0.0.1", "BALAI_SMTP_PORT": str(self.mail.port)}

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command on it to its end."""
        return subprocess.run(
            [*PROGRAM, *words], env=self.environment(), capture_output=True, text=True, check=False, timeout=300
        )

    def open(self) -> None:
        """Open it."""
        self.process = subprocess.Popen(
            [*PROGRAM, "serve", "--home", str(self.home), "--port", str(self.port)],
            env=self.environment(), stdout=subprocess.DEVNULL, stderr=(self.home.parent / "log").open("ab"),
        )  # fmt: skip

    def recover(self) -> float:
        """Wait until it is ready, opening it where nobody does; tell the seconds that took. :raises TimeoutError:"""
        begun = time.monotonic()
        while time.monotonic() < begun + OPENS:
            if self.process is None or self.process.poll() is not None:
                self.open()
            if self.is_ready():
                took = time.monotonic() - begun
                time.sleep(0.5)  # whoever is about to die answers for a moment still
                if self.process is not None and self.process.poll() is None and self.is_ready():
                    self.members()
                    return took
            time.sleep(0.1)
        raise TimeoutError(f"the hall did not open again within {OPENS:.0f} s")

    def is_ready(self) -> bool:
        """Tell whether it says that it is ready."""
        try:
            with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=3)) as line:
                line.request("GET", "/health/ready")
                return line.getresponse().status == 200
        except OSError:
            return False

    def members(self) -> list[int]:
        """List its processes, the supervisor first."""
        found = family(self.process.pid) if self.process is not None and self.process.poll() is None else []
        self.ever.update(found)
        return found

    def close(self) -> None:
        """Stop it as an operator does."""
        if self.process is not None and self.process.poll() is None:
            self.members()
            self.process.terminate()
            self.process.wait(30)

    def left_behind(self) -> list[int]:
        """List the processes of its family that are still there though the hall is closed."""
        return [pid for pid in self.ever if _is_ours(pid, self.home)]


def _is_ours(pid: int, home: Path) -> bool:
    try:
        told = Path(f"/proc/{pid}/environ").read_bytes() + Path(f"/proc/{pid}/cmdline").read_bytes()
        return str(home).encode() in told and "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1][:3]
    except OSError:
        return False


@dataclass
class Client:
    """Keeps sending applications; whatever becomes of one it is sent again by the same key until it is answered."""

    hall: Hall
    token: str
    body: dict[str, Any]
    dice: Random
    accepted: dict[str, str] = field(default_factory=dict)  # key to number
    wrong: list[str] = field(default_factory=list)
    asked: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send."""
        self._thread = threading.Thread(target=self._send_all, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send no further one, once the one in hand is answered."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(OPENS * 2)

    def _send_all(self) -> None:
        while not self._stop.is_set():
            key = str(UUID(int=self.dice.getrandbits(128), version=4))
            number = self._until_answered(key)
            if number is None:
                return
            again = self._until_answered(key)
            if again is not None and again != number:
                self.wrong.append(f"{key}: {number}, then {again}")
            self.accepted[key] = number

    def _until_answered(self, key: str) -> str | None:
        end = time.monotonic() + OPENS * 2
        while time.monotonic() < end:
            self.asked += 1
            try:
                status, told = self._post(key)
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(0.05)  # the hall is down just now
                continue
            if status == 201:
                return str(told["number"])
            if status not in (408, 429, 503):
                self.wrong.append(f"{status}: {told.get('code')} {told.get('detail')}")
                return None
            time.sleep(0.1)
        self.wrong.append(f"{key}: never answered")
        return None

    def _post(self, key: str) -> tuple[int, dict[str, Any]]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.hall.port, timeout=40)) as line:
            line.request(
                "POST", "/api/v1/cases", json.dumps(self.body),
                {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key, "Content-Type": "application/json"},
            )  # fmt: skip
            answer = line.getresponse()
            return answer.status, json.loads(answer.read() or b"{}")


# ---- what may happen -------------------------------------------------------------------------------------------------

Fault = Callable[[Hall, Random], None]


def _kill(hall: Hall, place: Callable[[list[int]], int]) -> None:
    members = hall.members()
    if members:
        with suppress(ProcessLookupError, IndexError):
            os.kill(place(members), signal.SIGKILL)


def kill_supervisor(hall: Hall, dice: Random) -> None:
    """Kill the supervisor, which does the worker's work too."""
    _kill(hall, lambda members: members[0])


def kill_server(hall: Hall, dice: Random) -> None:
    """Kill the server that the supervisor keeps alive."""
    _kill(hall, lambda members: members[1])


def kill_web(hall: Hall, dice: Random) -> None:
    """Kill any of its processes but the supervisor."""
    _kill(hall, lambda members: dice.choice(members[1:]))


def kill_all(hall: Hall, dice: Random) -> None:
    """Kill everything at once, as a power cut does."""
    for pid in reversed(hall.members()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def hold_database(hall: Hall, dice: Random) -> None:
    """Hold the database as a foreign writer does, for some seconds."""
    with closing(sqlite3.connect(hall.home / "balai.sqlite3", timeout=30, isolation_level=None)) as line:
        line.execute("BEGIN IMMEDIATE")
        time.sleep(dice.uniform(0.5, 4))
        line.execute("ROLLBACK")


def hurt_mail(hall: Hall, dice: Random) -> None:
    """Let the mail server hang, reset or refuse for a while."""
    hall.mail.mode = dice.choice(MailServer.MODES[1:])
    time.sleep(dice.uniform(0.5, 3))
    hall.mail.mode = "takes"


FAULTS: dict[str, Fault] = {
    "supervisor killed": kill_supervisor, "server killed": kill_server, "web process killed": kill_web,
    "power cut": kill_all, "database held": hold_database, "mail server failing": hurt_mail,
}  # fmt: skip


@contextmanager
def make_hall() -> Iterator[tuple[Hall, dict[str, Any]]]:
    """Make a hall in a folder that is thrown away, with the bench's plain service open; give it, and what its client sends."""
    with tempfile.TemporaryDirectory(prefix="balai-faults-") as folder:
        mail = MailServer()
        hall = Hall(Path(folder) / "home", free_port(), mail)
        try:
            made = hall.run("faults", "--prepare", str(hall.home))
            if made.returncode:
                raise RuntimeError(made.stderr.strip() or made.stdout.strip())
            yield hall, json.loads(made.stdout.strip().splitlines()[-1])
        finally:
            hall.close()
            mail.close()


def prepare(home: Path) -> dict[str, Any]:
    """Lay the town and the plain service in a new home; give a token for Siti and the body of an application."""
    from balai.doors.console.bench import groups, lifecycles, service

    made = groups.make_hall(home, 1)
    return {
        "token": lifecycles.tokens_of(made.cast)["siti"],
        "body": {"service": service.ID, "answers": service.ANSWERS},
    }
