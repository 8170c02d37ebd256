"""One command, one hall: serves the pages in a child process, does the worker's work here, restarts what falls over."""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from types import FrameType

log = logging.getLogger("balai.supervisor")

IDLE = 0.5  # seconds between looks at the outbox when nothing was due
GRACE = 10  # seconds a stopping server may take to finish its requests
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """Have the kernel end the server when this process is killed: left alone it would hold the port, and answer there."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Supervisor:
    """Keeps the web server alive and the outbox empty until it is told to stop."""

    def __init__(self, *, host: str, port: int, workers: int, threads: int = 4, work_here: bool = True) -> None:
        self.command = [
            sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
            "--workers", str(workers), "--blocking-threads", str(threads), "--backlog", "512", "--no-ws",
            "--log-level", "warning", "--respawn-failed-workers", "balai.project.wsgi:application",
        ]  # fmt: skip
        self.host, self.port, self.work_here = host, port, work_here
        self.child: subprocess.Popen[bytes] | None = None
        self.stopping = False
        self._falls = 0

    def start(self) -> None:
        """Start the web server; the rest of this process may load meanwhile."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._stop)
        self._start()

    def run(self, ready: Callable[[], None] | None = None) -> int:
        """Serve until SIGINT or SIGTERM; call `ready` once the port answers."""
        if self.child is None:
            self.start()
        if self._wait_for_port() and ready is not None:
            ready()
        work = worker_loop() if self.work_here else None
        while not self.stopping:
            self._keep_alive()
            did = next(work) if work is not None else 0
            if not did:
                time.sleep(IDLE)
        return self._end()

    def _start(self) -> None:
        self.child = subprocess.Popen(
            self.command,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "balai.project.settings"},
            preexec_fn=_end_with_parent,
        )

    def _wait_for_port(self, seconds: float = 30) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stopping:
            if self.child is not None and self.child.poll() is not None:
                print(f"balai: the server could not start; is port {self.port} taken? Try --port.", file=sys.stderr)
                self.stopping = True
                return False
            with socket.socket() as probe:
                probe.settimeout(0.2)
                if probe.connect_ex(("127.0.0.1" if self.host == "0.0.0.0" else self.host, self.port)) == 0:  # noqa: S104
                    return True
            time.sleep(0.03)
        return False

    def _keep_alive(self) -> None:
        assert self.child is not None
        if self.child.poll() is None:
            return
        self._falls += 1
        log.error("the server ended with %s; starting it again", self.child.returncode)
        time.sleep(min(2**self._falls / 4, 10))
        self._start()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _end(self) -> int:
        if self.child is None or self.child.poll() is not None:
            return 0 if self.child is not None and self.child.returncode == 0 else 1
        self.child.terminate()
        try:
            self.child.wait(GRACE)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        return 0


def worker_loop() -> "WorkerLoop":
    """Make an iterator whose every step does what is due now and tells how much that was."""
    return WorkerLoop()


class WorkerLoop:
    """The worker's door: it reads the clock and hands the time down."""

    def __init__(self) -> None:
        from balai.base.outbox import Worker

        self.worker = Worker()

    def __next__(self) -> int:
        try:
            return self.worker.run_once(datetime.now(UTC))
        except Exception:
            # A database that is away comes back; the outbox has lost nothing meanwhile.
            log.exception("the worker could not look at the outbox")
            from django.db import connections

            connections.close_all()
            return 0
