"""Halls as they really run: `balai serve` in processes of its own on loopback, and the clients that hurt it."""

import atexit
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from tests import prepared, warm

from balai.doors.console.bench.servers import family, free_port

SOURCE = Path(__file__).resolve().parents[1] / "src"
PROGRAM = [sys.executable, "-m", "balai.doors.console"]


def environment(**told: str) -> dict[str, str]:
    """Give an environment in which nothing of the tests' own installation is named."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_"))}
    return clean | {"PYTHONPATH": str(SOURCE)} | told


def command(*words: str, typed: str = "", **told: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the console to its end, with what is typed into it."""
    script = f"import runpy, sys; sys.argv = ['balai', *{words!r}]; runpy.run_module('balai.doors.console', run_name='__main__', alter_sys=True)"
    return _warm().run(script, environment(**told), typed=typed)


@cache
def _warm() -> warm.Warm:
    """Start, once in a process of the tests, what its commands are forks of: a start of their own took them a second more."""
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(warm.started(SOURCE))


def until(holds: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until something holds; tell whether it came to that in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return holds()


@dataclass
class Hall:
    """A hall that stands open."""

    home: Path
    port: int
    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)

    def get(self, path: str, seconds: float = 10, **headers: str) -> tuple[int, str]:
        """Ask for a page over a connection of its own; give status and body."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)) as line:
            line.request("GET", path, headers=headers)
            answer = line.getresponse()
            return answer.status, answer.read().decode()

    def family(self) -> list[int]:
        """List the processes of the hall, the supervisor first."""
        return family(self.process.pid)

    def is_open(self) -> bool:
        """Tell whether the first page comes."""
        try:
            return self.get("/")[0] == 200
        except OSError:
            return False

    def is_held(self) -> bool:
        """Tell whether anybody listens on the hall's port."""
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def stall(self, path: str = "/", length: int = 1_000_000, *, forwarded: str = "") -> socket.socket:
        """Send a request's head and a little of its body, then wait for ever; perhaps as a proxy would for somebody."""
        line = socket.create_connection(("127.0.0.1", self.port), timeout=10)
        told = {
            "Host": f"127.0.0.1:{self.port}", "Content-Type": "multipart/form-data; boundary=b", "Content-Length": length,
            "Cookie": f"csrftoken={'a' * 32}",  # only with it the body is looked into at all
        }  # fmt: skip
        told |= {"X-Forwarded-For": forwarded} if forwarded else {}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        line.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n--b\r\n".encode())
        return line


def start(home: Path, *words: str, port: int = 0, verb: str = "serve", **told: str) -> Hall:
    """Start a hall and do not wait for it."""
    port = port or free_port()
    process = subprocess.Popen(
        [*PROGRAM, verb, "--home", str(home), "--port", str(port), *words],
        env=environment(**told), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    return Hall(home, port, process)


@contextmanager
def opened(home: Path, *words: str, verb: str = "serve", **told: str) -> Iterator[Hall]:
    """Run a hall, and give it once it says that it is open; a new home, and its empty database, are given their tables first."""
    if not home.exists():
        prepared.lay(home, demo=verb == "demo", database=told.get("BALAI_DATABASE", ""))
    hall = start(home, *words, verb=verb, **told)
    assert hall.process.stdout is not None
    try:
        for line in iter(hall.process.stdout.readline, ""):
            hall.said.append(line)
            if "Balai is open" in line:
                break
        assert hall.said and "Balai is open" in hall.said[-1], hall.said
        yield hall
    finally:
        end(hall)


@contextmanager
def working(home: Path, **told: str) -> Iterator[Hall]:
    """Run a worker apart from any server."""
    process = subprocess.Popen(
        [*PROGRAM, "worker", "--home", str(home)], env=environment(**told), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    hall = Hall(home, free_port(), process)
    try:
        yield hall
    finally:
        end(hall)


def end(hall: Hall) -> None:
    """End a hall and whatever is left of its family, by their ids."""
    left = hall.family() if hall.process.poll() is None else []
    hall.process.terminate()
    try:
        hall.process.communicate(timeout=20)
    except subprocess.TimeoutExpired:
        hall.process.kill()
        hall.process.communicate()
    for pid in left:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def is_alive(pid: int) -> bool:
    """Tell whether a process still runs; one that ended and was not fetched yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "ZX"
    except FileNotFoundError:
        return False
