"""One command, one hall: serves the pages in a child process, does the worker's work here, restarts what falls over.

The worker is several lines: the house's own work (jobs and listeners) in the main thread, and a thread for each courier, so that
a mail server that hangs delays neither clocks nor notices nor seals. They share nothing but the outbox.
"""

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from types import FrameType

log = logging.getLogger("balai.supervisor")

IDLE = 0.5  # seconds between looks at the outbox when nothing was due
GRACE = 10  # seconds a stopping server may take to finish its requests
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
Turn = AbstractContextManager[object]  # a lock: whoever holds it works, the others wait


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

    def run(
        self,
        ready: Callable[[], None] | None = None,
        *,
        turn: Turn | None = None,
        beside: Callable[[], int] | None = None,
    ) -> int:
        """Serve until SIGINT or SIGTERM; call `ready` once the port answers.

        `beside` does other work, a little at a time, whenever the worker has none; no courier works while it holds the `turn`.
        """
        if self.child is None:
            self.start()
        if self._wait_for_port() and ready is not None:
            ready()
        workers = Workers(turn).start() if self.work_here else None
        while not self.stopping:
            self._keep_alive()
            did = workers.work() if workers is not None else 0
            if not did and beside is not None:
                did = beside()
            if not did:
                time.sleep(IDLE)
        if workers is not None:
            workers.stop()
        code = self._end()
        if workers is not None:
            workers.wait()
        return code

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


class Workers:
    """The worker's door: it reads the clock and hands the time down.

    The house's own work is done by whoever calls `work`; each courier has a thread and a connection of its own, and what it
    carries is leased to it anew while this process lives and its patience lasts.
    """

    def __init__(self, turn: Turn | None = None) -> None:
        from balai.base import outbox

        self._turn: Turn = nullcontext() if turn is None else turn
        self._own = outbox.Worker(clock=_now)
        self._stopping = threading.Event()
        # daemons: a courier that hangs must not keep the process; its lease runs out and the message is carried again
        self._couriers = {name: outbox.Worker(clock=_now) for name in outbox.couriers()}
        self._threads = [
            threading.Thread(target=self._carry, args=(name,), name=name, daemon=True) for name in self._couriers
        ]

    def start(self) -> "Workers":
        """Let the couriers begin."""
        for thread in self._threads:
            thread.start()
        return self

    def work(self) -> int:
        """Do the house's own work that is due now and tell how much that was."""
        _look(lambda: sum(worker.renew(_now()) for worker in self._couriers.values()))
        return _look(lambda: self._own.run_own(_now()))

    def work_once(self) -> int:
        """Do everything that is due now in this thread, couriers' work too, and tell how much that was."""
        return _look(lambda: self._own.run_once(_now()))

    def stop(self) -> None:
        """Tell the couriers to take nothing new."""
        self._stopping.set()

    def wait(self, seconds: float = GRACE) -> bool:
        """Let the couriers finish what is in their hands; tell whether all did in time."""
        end = time.monotonic() + seconds
        for thread in self._threads:
            if thread.is_alive():
                thread.join(max(end - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in self._threads)

    def _carry(self, name: str) -> None:
        from django.db import connections

        worker = self._couriers[name]
        try:
            while not self._stopping.is_set():
                with self._turn:
                    did = _look(lambda: worker.carry(_now(), [name], limit=1))
                if not did:
                    self._stopping.wait(IDLE)
        finally:
            connections.close_all()


def _now() -> datetime:
    return datetime.now(UTC)


def _look(work: Callable[[], int]) -> int:
    try:
        return work()
    except Exception:
        # A database that is away comes back; the outbox has lost nothing meanwhile.
        log.exception("the worker could not look at the outbox")
        from django.db import connections

        connections.close_all()
        return 0
