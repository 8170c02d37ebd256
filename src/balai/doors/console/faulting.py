"""Failing on purpose: a hall of its own, a client that keeps sending, a visitor who keeps asking. What befalls them: `hurting.py`.

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
import threading
import time
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from balai.doors.console import clocks, disks, machine
from balai.doors.console.bench.servers import family

PROGRAM = [sys.executable, "-m", "balai.doors.console"]
OPENS = 60.0  # seconds a hall may take to open again
STOPS = 30.0  # seconds it may take to end


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
class HurtHall:
    """The hall that is hurt: a demonstration's town in a home of its own, perhaps on a disk, a clock and a server of its own."""

    home: Path
    port: int
    mail: MailServer
    disk: disks.Disk | None = None
    clock: clocks.Clock | None = None
    cluster: machine.Cluster | None = None
    process: subprocess.Popen[bytes] | None = None
    ever: set[int] = field(default_factory=set)  # every process that was ever of its family
    log: Path = Path(os.devnull)
    stubborn: bool = False  # it did not end when it was told to

    def environment(self) -> dict[str, str]:
        """Give the environment its commands run in."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
        kept |= {"BALAI_MAIL": "smtp", "BALAI_SMTP_HOST": "127.0.0.1", "BALAI_SMTP_PORT": str(self.mail.port)}
        kept |= {"BALAI_DATABASE": self.cluster.url} if self.cluster is not None else {}
        return kept | (self.clock.environment() if self.clock is not None else {})

    def ask(self, statement: str) -> list[Any]:
        """Ask the database itself for one column."""
        if self.cluster is None:
            with closing(sqlite3.connect(self.home / "balai.sqlite3")) as line:
                return [row[0] for row in line.execute(statement)]
        import psycopg

        with psycopg.connect(self.cluster.url) as server:
            return [row[0] for row in server.execute(statement.encode())]

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command on it to its end."""
        return subprocess.run(
            [*PROGRAM, *words], env=self.environment(), capture_output=True, text=True, check=False, timeout=300
        )

    def open(self) -> None:
        """Open it."""
        self.process = subprocess.Popen(
            [*PROGRAM, "serve", "--home", str(self.home), "--port", str(self.port)],
            env=self.environment(), stdout=subprocess.DEVNULL, stderr=self.log.open("ab"),
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
        """Stop it as an operator does; one that does not end is killed, and said to be `stubborn`."""
        if self.process is not None and self.process.poll() is None:
            members = self.members()
            self.process.terminate()
            try:
                self.process.wait(STOPS)
            except subprocess.TimeoutExpired:
                self.stubborn = True
                for pid in members:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                self.process.wait()

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
class StubbornApplicant:
    """Keeps sending applications; whatever becomes of one it is sent again by the same key until it is answered."""

    hall: HurtHall
    token: str
    body: dict[str, Any]
    dice: Random
    accepted: dict[str, str] = field(default_factory=dict)  # key to number
    wrong: list[str] = field(default_factory=list)
    refused: Counter[int] = field(default_factory=Counter)
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
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)  # the hall is down just now
                continue
            if status == 201:
                return str(told["number"])
            self.refused[status] += 1
            if not told.get("detail"):
                self.wrong.append(f"{status} without a sentence")
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
            body = answer.read()
        try:
            return answer.status, json.loads(body)
        except ValueError:
            return answer.status, {}


@dataclass
class AskingVisitor:
    """Keeps asking for pages as somebody who may be signed in; whatever is refused must be said on a page."""

    hall: HurtHall
    wrong: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to ask."""
        self._thread = threading.Thread(target=self._ask_all, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask for nothing more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(OPENS)

    def _ask_all(self) -> None:
        while not self._stop.wait(0.2):
            begun = time.monotonic()
            with suppress(OSError, http.client.HTTPException):  # the hall is down just now
                self._look(*self._ask())
                self.slowest = max(self.slowest, time.monotonic() - begun)

    def _ask(self) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.hall.port, timeout=40)) as line:
            line.request("GET", "/", headers={"Cookie": f"balai={'x' * 32}"})
            answer = line.getresponse()
            return answer.status, answer.read().decode()

    def _look(self, status: int, page: str) -> None:
        self.answers[status] += 1
        if status not in (200, 408, 429, 503) or "<h1" not in page:
            self.wrong.append(f"a visitor was answered {status} {'on a page' if '<h1' in page else 'without a page'}")


def prepare(home: Path) -> dict[str, Any]:
    """Lay the town and the plain service in a new home; give a token for Siti and the body of an application."""
    from balai.doors.console.bench import groups, lifecycles, service

    made = groups.make_hall(home, 1)
    return {
        "token": lifecycles.tokens_of(made.cast)["siti"],
        "body": {"service": service.ID, "answers": service.ANSWERS},
    }
