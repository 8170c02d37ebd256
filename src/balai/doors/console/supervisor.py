"""One command, one hall: serves the pages in a child process, does the worker's work here, restarts what falls over.

The worker is several lines: the house's own work (jobs and listeners) in the main thread, and a thread for each courier, so that
a mail server that hangs delays neither clocks nor notices nor seals. They share nothing but the outbox.
"""

import http.client
import logging
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime
from http import HTTPStatus
from types import FrameType

from balai.base.parting import end_with

log = logging.getLogger("balai.supervisor")

IDLE = 0.5  # seconds between looks at the outbox when nothing was due
GRACE = 3  # seconds that what is in hand may take at a stop, and no second more: what is cut off then did not happen
LINES = 2048  # that a process holds open at once, most of them idle; when they are all taken nobody else is heard
Turn = AbstractContextManager[object]  # a lock: whoever holds it works, the others wait


class Stop:
    """Hears SIGINT and SIGTERM, also while the main thread waits for the database, where Python's own handlers wait with it.

    Whoever was asked to stop and has not after `GRACE` seconds is ended: what was in hand then did not happen.
    """

    def __init__(self, *, begin: Callable[[], None] = lambda: None, last: Callable[[], None] = lambda: None) -> None:
        self.asked = threading.Event()
        self._begin, self._last = begin, last
        self._heard, told = os.pipe()
        os.set_blocking(told, False)
        signal.set_wakeup_fd(told)
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._ask)
        threading.Thread(target=self._watch, daemon=True).start()

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked.set()

    def _watch(self) -> None:
        while os.read(self._heard, 1)[0] not in (signal.SIGINT, signal.SIGTERM):
            pass
        self.asked.set()
        self._begin()
        time.sleep(GRACE + 0.5)
        self._last()
        os._exit(0)


class Supervisor:
    """Keeps the web server alive and the outbox empty until it is told to stop."""

    def __init__(self, *, host: str, port: int, workers: int, work_here: bool = True) -> None:
        self.command = [
            sys.executable, "-m", "granian", "--interface", "rsgi", "--host", host, "--port", str(port),
            "--workers", str(workers), "--backlog", "512", "--backpressure", str(LINES), "--no-ws",
            "--http", "1",
            "--workers-kill-timeout", str(GRACE - 1), "--log-level", "warning", "--respawn-failed-workers",
            "balai.project.rsgi:application",
        ]  # fmt: skip
        self.host, self.port, self.work_here = host, port, work_here
        self.child: subprocess.Popen[bytes] | None = None
        self._stop: Stop | None = None
        self._failed = False
        self._falls = 0

    def start(self) -> None:
        """Start the web server; the rest of this process may load meanwhile."""
        self._stop = Stop(begin=self._terminate, last=self._kill)
        self._start()

    def give_up(self) -> None:
        """End the server that was started already: this hall must not open."""
        self._end(0)

    def run(
        self,
        ready: Callable[[], None] | None = None,
        *,
        turn: Turn | None = None,
        beside: Callable[[], int] | None = None,
    ) -> int:
        """Serve until SIGINT or SIGTERM; call `ready` once the hall says that it is.

        `beside` does other work, a little at a time, whenever the worker has none; no courier works while it holds the `turn`.
        """
        if self.child is None:
            self.start()
        if self._wait_until_ready() and ready is not None:
            ready()
        workers = Workers(turn).start() if self.work_here else None
        while not self.stopping:
            self._keep_alive()
            did = workers.work() if workers is not None else 0
            if not did and beside is not None:
                did = beside()
            if not did:
                time.sleep(IDLE)
        end = time.monotonic() + GRACE
        if workers is not None:
            workers.stop()
        code = self._end(GRACE)
        if workers is not None:
            workers.wait(end - time.monotonic())
        return code

    def _start(self) -> None:
        here = os.getpid()
        _allow_files(2 * LINES)
        self.child = subprocess.Popen(
            self.command,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "balai.project.settings"},
            process_group=0,  # a stop or a kill reaches all of it, and Ctrl+C this process alone
            preexec_fn=lambda: end_with(here),
        )

    def _wait_until_ready(self, seconds: float = 30) -> bool:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stopping:
            if self.child is not None and self.child.poll() is not None:
                print("balai: the server could not start; what it said stands above.", file=sys.stderr)
                self._failed = True
                return False
            if self._is_ready():
                return True
            time.sleep(0.03)
        return False

    def _is_ready(self) -> bool:
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104
        line = http.client.HTTPConnection(everywhere.get(self.host, self.host), self.port, timeout=3)
        try:
            line.request("GET", "/health/ready")
            return line.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def _keep_alive(self) -> None:
        assert self.child is not None and self._stop is not None
        if self.child.poll() is None or self.stopping:
            return
        self._falls += 1
        log.error("the server ended with %s; starting it again", self.child.returncode)
        if not self._stop.asked.wait(min(2**self._falls / 4, 10)):
            self._start()

    @property
    def stopping(self) -> bool:
        """Tell whether it was asked to stop, or cannot go on."""
        return self._failed or (self._stop is not None and self._stop.asked.is_set())

    def _terminate(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.terminate()

    def _kill(self) -> None:
        if self.child is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.child.pid, signal.SIGKILL)  # whoever is left of the group

    def _end(self, seconds: float) -> int:
        if self.child is None:
            return 1
        self._terminate()
        with suppress(subprocess.TimeoutExpired):
            self.child.wait(seconds)
        self._kill()
        self.child.wait()
        return int(self._failed)


def _allow_files(wanted: int) -> None:
    """Let this process and its children open as many files, if the system allows: the usual 1024 are fewer than the lines."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if now < wanted:
        resource.setrlimit(
            resource.RLIMIT_NOFILE, (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most)
        )


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
        """Find out how long nobody worked, so that citizens get that time back; then let the couriers begin."""
        from django.conf import settings

        from balai.records.outages import actions as outages

        if not settings.BALAI_DEMO:
            _look(lambda: int(outages.find_gap(_now()) is not None))
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
