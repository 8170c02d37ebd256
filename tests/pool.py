"""Runs tests in several processes that read them once: the tests are collected, then the process is forked, and files are handed out.

    pytest -p tests.pool --workers 3 …

Each worker that reads all tests for itself, as pytest-xdist's do, takes ten seconds of CPU and more before its first test. A file
stays together, for its tests share a hall or a browser; who is free takes the next. A worker has a home and a database of its own.
"""

import atexit
import os
import random
import shutil
import signal
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from typing import Any

import pytest

Group = Sequence[pytest.Item]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare how many processes run tests."""
    parser.addoption("--workers", type=int, default=0, help="run tests in so many forks of the process that read them")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Run the tests in forks, where that was asked for and there is more than one file."""
    count = session.config.getoption("--workers")
    if count < 2 or session.config.option.collectonly or session.testsfailed:
        return None
    files: dict[Path, list[pytest.Item]] = {}
    for item in session.items:  # tests with and without a database do not stand beside each other
        files.setdefault(item.path, []).append(item)
    if len(files) < 2:
        return None
    pool = Pool(session, list(files.values()))
    try:
        pool.run(min(count, len(files)))
    finally:
        pool.end()
    if session.shouldfail:
        raise session.Failed(session.shouldfail)
    return True


# ---- who hands out --------------------------------------------------------------------------------------------------


@dataclass
class Worker:
    """A fork: its line, the file it has, and how many of its tests are behind it."""

    number: int
    pid: int
    line: Connection
    group: Group = ()
    done: int = 0


@dataclass
class Pool:
    """Hands out files and passes on what comes of their tests."""

    session: pytest.Session
    groups: list[Group]
    workers: list[Worker] = field(default_factory=list)
    begun: int = 0

    def __post_init__(self) -> None:
        self.waiting = deque(range(len(self.groups)))

    def run(self, count: int) -> None:
        """Keep so many workers busy until every file was handed out and every worker went home."""
        for _ in range(count):
            self._begin()
        while self.workers:
            for line in wait([worker.line for worker in self.workers]):
                worker = next(one for one in self.workers if one.line is line)
                try:
                    what, told = worker.line.recv()
                except (EOFError, OSError):
                    self._bury(worker)
                else:
                    getattr(self, f"_on_{what}")(worker, told)

    def end(self) -> None:
        """End whoever is still there, and take their homes away."""
        for worker in self.workers:
            with suppress(ProcessLookupError):
                os.kill(worker.pid, signal.SIGKILL)
            os.waitpid(worker.pid, 0)
        if kept := _home():
            for number in range(self.begun):
                shutil.rmtree(f"{kept}-{number}", ignore_errors=True)

    def _begin(self, first: int | None = None) -> None:
        ours, theirs = Pipe()
        number, self.begun = self.begun, self.begun + 1
        pid = os.fork()
        if pid == 0:
            for worker in self.workers:
                worker.line.close()
            ours.close()
            _live(self.session, number, self.groups, theirs, first)
        theirs.close()
        group = () if first is None else self.groups[first]
        self.workers.append(Worker(number, pid, ours, group))

    def _on_next(self, worker: Worker, told: None) -> None:
        """Give the next file, or send the worker home."""
        at = self.waiting.popleft() if self.waiting and not self.session.shouldfail else None
        worker.group, worker.done = () if at is None else self.groups[at], 0
        with suppress(OSError):  # whoever is gone is buried in the next round
            worker.line.send(at)

    def _on_start(self, worker: Worker, told: tuple[str, Any]) -> None:
        self.session.ihook.pytest_runtest_logstart(nodeid=told[0], location=told[1])

    def _on_report(self, worker: Worker, told: dict[str, Any]) -> None:
        config = self.session.config
        report = config.hook.pytest_report_from_serializable(config=config, data=told)
        config.hook.pytest_runtest_logreport(report=report)

    def _on_finish(self, worker: Worker, told: tuple[str, Any]) -> None:
        worker.done += 1
        self.session.ihook.pytest_runtest_logfinish(nodeid=told[0], location=told[1])

    def _on_broken(self, worker: Worker, told: str) -> None:
        """Tell of a fault outside any test: what all tests share could not be taken down."""
        self.session.testsfailed += 1
        self.session.config.get_terminal_writer().line(f"\nworker {worker.number}: {told}", red=True)

    def _bury(self, worker: Worker) -> None:
        """Tell of a worker that is gone: an end in the midst of a file is that test's fault, and another goes on behind it."""
        self.workers.remove(worker)
        status = os.waitstatus_to_exitcode(os.waitpid(worker.pid, 0)[1])
        if worker.done < len(worker.group):
            self._blame(worker.group[worker.done], f"The worker died in this test ({status}).")
            rest = worker.group[worker.done + 1 :]
            if rest and not self.session.shouldfail:
                self.groups.append(rest)  # behind all others: workers know the files by their places
                self._begin(len(self.groups) - 1)
        elif status:
            self._on_broken(worker, f"ended with {status}")

    def _blame(self, item: pytest.Item, why: str) -> None:
        report = pytest.TestReport(item.nodeid, item.location, {}, "failed", why, "call")
        self.session.config.hook.pytest_runtest_logreport(report=report)


# ---- who is forked --------------------------------------------------------------------------------------------------


def _live(session: pytest.Session, number: int, groups: Sequence[Group], line: Connection, first: int | None) -> None:
    """Be a worker from beginning to end; this never returns."""
    code = 1
    try:
        _settle(session.config, number)
        session.config.pluginmanager.register(Telling(session.config, line), "telling")
        for group in _handed(line, groups, first):
            _run(session, group)
            if session.shouldfail or session.shouldstop:
                break
        session._setupstate.teardown_exact(None)
        code = 0
    except BaseException:  # noqa: BLE001 - told to the parent; this process ends here
        with suppress(OSError):
            line.send(("broken", traceback.format_exc()))
    finally:
        with suppress(BaseException):
            atexit._run_exitfuncs()
        os._exit(code)


def _handed(line: Connection, groups: Sequence[Group], first: int | None) -> Iterator[Group]:
    if first is not None:
        yield groups[first]
    while True:
        line.send(("next", None))
        at = line.recv()
        if at is None:
            return
        yield groups[at]


def _run(session: pytest.Session, group: Group) -> None:
    """Run a file's tests; behind the last, what belongs to the file is taken down, and what belongs to all stays."""
    for item, after in zip(group, [*group[1:], session], strict=True):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        if session.shouldfail or session.shouldstop:
            return


class Telling:
    """Passes on what becomes of each test."""

    def __init__(self, config: pytest.Config, line: Connection) -> None:
        self.config, self.line = config, line

    def pytest_runtest_logstart(self, nodeid: str, location: Any) -> None:
        self.line.send(("start", (nodeid, location)))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        told = self.config.hook.pytest_report_to_serializable(config=self.config, report=report)
        self.line.send(("report", told))

    def pytest_runtest_logfinish(self, nodeid: str, location: Any) -> None:
        self.line.send(("finish", (nodeid, location)))


def _settle(config: pytest.Config, number: int) -> None:
    """Have what no two workers may share: a home, a folder for files, where output is caught; tell nothing by itself."""
    atexit._clear()  # what the parent takes away at its end is the parent's
    random.seed()
    config.workerinput = {"workerid": f"w{number}"}  # type: ignore[attr-defined]  # pytest-django names databases by it
    config.pluginmanager.unregister(name="terminalreporter")
    for plugin in list(config.pluginmanager.get_plugins()):
        if type(plugin).__name__ == "LogXML":
            config.pluginmanager.unregister(plugin)
    if capture := config.pluginmanager.get_plugin("capturemanager"):
        capture.stop_global_capturing()
        capture.start_global_capturing()
    factory = config._tmp_path_factory  # type: ignore[attr-defined]
    factory._basetemp = factory.getbasetemp() / f"w{number}"
    factory._basetemp.mkdir(mode=0o700)
    if kept := _home():
        _move_home(kept, Path(f"{kept}-{number}"))


def _home() -> Path | None:
    """Name the home of the process that read the tests; None where they need no hall."""
    from django.conf import settings

    return Path(settings.BALAI_HOME) if settings.configured else None


def _move_home(kept: Path, to: Path) -> None:
    """Give this process a home of its own, with the keys of the first, wherever the settings name a path in it."""
    from django.conf import settings

    shutil.copytree(kept, to)

    def moved(value: Any) -> Any:
        if isinstance(value, str | Path) and (str(value) == str(kept) or str(value).startswith(f"{kept}/")):
            return type(value)(f"{to}{str(value)[len(str(kept)) :]}")
        if isinstance(value, dict):  # changed where it lies: a connection holds the same
            value.update({name: moved(each) for name, each in value.items()})
        return value

    for name in [name for name in dir(settings) if name.isupper()]:
        value = getattr(settings, name)
        if (new := moved(value)) is not value:
            setattr(settings, name, new)
    os.environ["BALAI_HOME"] = str(to)
