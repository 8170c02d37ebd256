"""A reader that tries what a stranger's file might make it do; each attempt is told as it ended."""

import ctypes
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


def prepare() -> None:
    """Load what the attempts need."""


def answer(job: Mapping[str, Any], data: bytes) -> tuple[dict[str, Any], bytes]:
    """Do one thing."""
    return {"did": _ATTEMPTS[job["do"]](data)}, data if job["do"] == "say" else b""


def _told(attempt: Callable[[], object]) -> str:
    try:
        return f"done: {attempt()}"
    except OSError as error:
        return f"refused: {error.errno}"


def _open_with_room() -> object:
    """Open a file with the bare call, past Python, in the place of one that was closed."""
    os.close(2)
    return ctypes.CDLL(None).open(b"/etc/hostname", os.O_RDONLY)


def _connect_with_room() -> object:
    os.close(2)
    return socket.socket().connect(("127.0.0.1", 1))


def _thread() -> object:
    worked: list[int] = []
    one = threading.Thread(target=lambda: worked.append(1))
    one.start()
    one.join()
    return worked


def _hold(_: bytes) -> str:
    kept = []
    try:
        while True:
            kept.append(b"x" * 16_000_000)
    except MemoryError:
        return f"stopped at {len(kept) * 16}"


def _spin(_: bytes) -> str:
    while True:
        pass


_ATTEMPTS: dict[str, Callable[[bytes], str]] = {
    "say": lambda data: str(len(data)),
    "open": lambda _: _told(lambda: Path("/etc/hostname").read_text()),
    "open with room": lambda _: _told(_open_with_room),
    "connect": lambda _: _told(_connect_with_room),
    "write": lambda _: _told(lambda: Path("/tmp/balai-was-here").write_text("x")),
    "fork": lambda _: _told(os.fork),
    "start": lambda _: _told(lambda: subprocess.run(["/bin/true"], check=False)),
    "exec": lambda _: _told(lambda: os.execv("/bin/true", ["true"])),
    "kill": lambda _: _told(lambda: os.kill(os.getppid(), signal.SIGKILL)),
    "look": lambda _: _told(lambda: os.listdir("/")),
    "thread": lambda _: _told(_thread),
    "hold": _hold,
    "spin": _spin,
    "sleep": lambda _: str(time.sleep(60)),
    "fall": lambda _: str(ctypes.string_at(0)),
    "write too much": lambda data: "x" * 100_000,
}
