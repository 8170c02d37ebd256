"""Servers under measurement: started on loopback, their CPU and memory read from /proc, ended by their own handle."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def granian(application: str, **environment: str) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve an application with one process and give its port: by our own entry, as `serve` does, or one named `plain` by WSGI."""
    port = free_port()
    plain = application.endswith(":plain")
    interface = ["--interface", "wsgi", "--blocking-threads", "1"] if plain else ["--interface", "rsgi"]
    command = [
        sys.executable, "-m", "granian", *interface, "--host", "127.0.0.1", "--port", str(port), "--workers", "1", "--no-ws",
        "--log-level", "warning", application,
    ]  # fmt: skip
    child = subprocess.Popen(command, env=os.environ | environment)
    try:
        wait_for(port)
        yield port, child
    finally:
        child.terminate()
        child.wait(15)


def wait_for(port: int, seconds: float = 30) -> None:
    """Wait until a port answers. :raises TimeoutError:"""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    raise TimeoutError(f"nothing answers on port {port}")


def family(pid: int) -> list[int]:
    """List a process and all its descendants, whichever of its threads started them."""
    found = [pid]
    for thread in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # a thread that ended meanwhile
            for child in thread.read_text().split():
                found += family(int(child))
    return found


def cpu_seconds(pid: int) -> float:
    """Sum the CPU time that the threads of a process family have used so far, to the nanosecond: a turn takes 40 ms."""
    spent = (
        int(thread.read_text().split()[0])
        for each in family(pid)
        for thread in Path(f"/proc/{each}/task").glob("*/schedstat")
    )
    return sum(spent) / 1e9


def memory_mb(pid: int) -> float:
    """Sum what a process family holds in memory, shared pages counted once (PSS), in MB."""
    total = 0
    for each in family(pid):
        with suppress(OSError):  # a child that ended meanwhile holds nothing
            for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


class Client:
    """A client that keeps its connection, as a machine would."""

    def __init__(self, port: int, token: str = "") -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})

    def post(self, path: str, body: Any, **headers: str) -> Any:
        """Send JSON and give JSON. :raises RuntimeError: for anything but success."""
        self.connection.request("POST", path, json.dumps(body), self.headers | headers)
        answer = self.connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{path}: {answer.status} {data[:300]!r}")
        return json.loads(data)
