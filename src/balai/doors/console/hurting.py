"""What may befall a hall: its processes, its database, its mail, its disk, its clock; some in a moment, some for as long as it lasts.

While a trouble lasts, the doctor is asked and must name it as what it is. What a machine cannot do (a disk or a clock of one's own) is
left out and said.
"""

import json
import os
import signal
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from balai.doors.console import clocks, disks, machine
from balai.doors.console.bench.servers import free_port
from balai.doors.console.faulting import HurtHall, MailServer

HOURS = (-5, -2, 2, 5)  # by which a clock jumps
TRIES = 3  # of the doctor, who may look at a slow disk in a good moment
Lasting = Callable[[HurtHall, Random], AbstractContextManager[Any]]


@dataclass(frozen=True, slots=True)
class Hurt:
    """One thing that may happen; `needs` names what the hall must have for it, `told` the doctor's check and words while it lasts."""

    lasts: Lasting
    needs: str = ""  # "disk" | "clock" | "embedded" | "cluster"
    told: tuple[str, str] = ("", "")


def _moment(hurt: Callable[[HurtHall, Random], None]) -> Lasting:
    def lasts(hall: HurtHall, dice: Random) -> AbstractContextManager[Any]:
        hurt(hall, dice)
        return nullcontext()

    return lasts


def _kill(hall: HurtHall, place: Callable[[list[int]], int]) -> None:
    members = hall.members()
    if members:
        with suppress(ProcessLookupError, IndexError):
            os.kill(place(members), signal.SIGKILL)


def kill_supervisor(hall: HurtHall, dice: Random) -> None:
    """Kill the supervisor, which does the worker's work too."""
    _kill(hall, lambda members: members[0])


def kill_server(hall: HurtHall, dice: Random) -> None:
    """Kill the server that the supervisor keeps alive."""
    _kill(hall, lambda members: members[1])


def kill_web(hall: HurtHall, dice: Random) -> None:
    """Kill any of its processes but the supervisor."""
    _kill(hall, lambda members: dice.choice(members[1:]))


def kill_all(hall: HurtHall, dice: Random) -> None:
    """Kill all its processes at once; what the system holds for the disk is written still, which a power cut would lose."""
    for pid in reversed(hall.members()):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def hold_database(hall: HurtHall, dice: Random) -> None:
    """Hold the embedded database as a foreign writer does, for some seconds."""
    with closing(sqlite3.connect(hall.home / "balai.sqlite3", timeout=30, isolation_level=None)) as line:
        line.execute("BEGIN IMMEDIATE")
        time.sleep(dice.uniform(0.5, 4))
        line.execute("ROLLBACK")


def hurt_mail(hall: HurtHall, dice: Random) -> None:
    """Let the mail server hang, reset or refuse for a while."""
    hall.mail.mode = dice.choice(MailServer.MODES[1:])
    time.sleep(dice.uniform(0.5, 3))
    hall.mail.mode = "takes"


@contextmanager
def disk_full(hall: HurtHall, dice: Random) -> Iterator[None]:
    """Fill the disk."""
    assert hall.disk is not None
    with hall.disk.full():
        yield


@contextmanager
def disk_read_only(hall: HurtHall, dice: Random) -> Iterator[None]:
    """Let the disk take nothing."""
    assert hall.disk is not None
    with hall.disk.takes_nothing():
        yield


@contextmanager
def disk_slow(hall: HurtHall, dice: Random) -> Iterator[None]:
    """Let the disk hang again and again."""
    assert hall.disk is not None
    with hall.disk.slow(dice):
        yield


@contextmanager
def clock_jumps(hall: HurtHall, dice: Random) -> Iterator[None]:
    """Let the clock jump by hours and, in the end, back."""
    assert hall.clock is not None
    known = hall.home / "clock.json"
    end = time.monotonic() + 15
    while not known.exists() and time.monotonic() < end:
        time.sleep(0.1)  # until the watch has looked at it once
    hall.clock.set(3600 * dice.choice(HOURS))
    try:
        yield
    finally:
        hall.clock.set(0)


@contextmanager
def server_killed(hall: HurtHall, dice: Random) -> Iterator[None]:
    """Kill the database server, and start it again in the end."""
    assert hall.cluster is not None
    hall.cluster.kill()
    try:
        yield
    finally:
        hall.cluster.start()


@contextmanager
def server_hangs(hall: HurtHall, dice: Random) -> Iterator[None]:
    """Let the database server stand where it is."""
    assert hall.cluster is not None
    with hall.cluster.hanging():
        yield


FAULTS: dict[str, Hurt] = {
    "supervisor killed": Hurt(_moment(kill_supervisor)),
    "server killed": Hurt(_moment(kill_server)),
    "web process killed": Hurt(_moment(kill_web)),
    "all killed": Hurt(_moment(kill_all)),
    "database held": Hurt(_moment(hold_database), "embedded"),
    "mail server failing": Hurt(_moment(hurt_mail)),
    "disk full": Hurt(disk_full, "disk", ("disk", "is full")),
    "disk read-only": Hurt(disk_read_only, "disk", ("disk", "takes nothing")),
    "disk slow": Hurt(disk_slow, "disk", ("disk", "is slow")),
    "clock jumps": Hurt(clock_jumps, "clock", ("clock", "jumped")),
    "PostgreSQL killed": Hurt(server_killed, "cluster", ("database", "does not answer")),
    "PostgreSQL hangs": Hurt(server_hangs, "cluster", ("database", "does not answer")),
}


def possible(hall: HurtHall) -> list[str]:
    """Name what may befall this hall on this machine."""
    has = {
        "": True, "disk": hall.disk is not None, "clock": hall.clock is not None, "cluster": hall.cluster is not None,
        "embedded": hall.cluster is None,
    }  # fmt: skip
    return [name for name, fault in FAULTS.items() if has[fault.needs]]


def left_out(hall: HurtHall) -> list[str]:
    """Say what cannot befall it here, and why."""
    told = []
    if hall.disk is None and hall.cluster is None:
        told.append(f"disk full, read-only, slow: {disks.obstacle() or 'no loop device'}")
    if hall.clock is None:
        told.append("clock jumps: no C compiler is installed")
    return told


def befall(name: str, hall: HurtHall, dice: Random) -> list[str]:
    """Let one thing happen; give what was wrong while it lasted."""
    fault = FAULTS[name]
    seconds = dice.uniform(2, 5)
    end = time.monotonic() + seconds
    with fault.lasts(hall, dice):
        if not fault.told[0]:
            return []
        wrong = _not_named(name, hall, *fault.told)
        time.sleep(max(0.0, end - time.monotonic()))
    return wrong


def _not_named(name: str, hall: HurtHall, check: str, words: str) -> list[str]:
    found: list[dict[str, str]] = []
    for _ in range(TRIES):
        ran = hall.run("doctor", "--json", "--home", str(hall.home))
        try:
            found = json.loads(ran.stdout)
        except ValueError:
            return [f"{name}: the doctor did not answer: {ran.stderr.strip()[-300:]}"]
        if any(one["check"] == check and one["state"] != "good" and words in one["words"] for one in found):
            return []
    told = "; ".join(one["words"] for one in found if one["check"] in (check, "disk", "database", "clock"))
    return [f"{name}: the doctor does not say that it {words}, but: {told}"]


@contextmanager
def make_hall(*, postgres: bool = False) -> Iterator[tuple[HurtHall, dict[str, Any]]]:
    """Make a hall in a folder that is thrown away, with the bench's plain service open; give it, and what its client sends.

    :raises RuntimeError: when it could not be made, or PostgreSQL is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="balai-faults-") as told, ExitStack() as stack:
        folder, mail = Path(told), MailServer()
        stack.callback(mail.close)
        disk = None if postgres else stack.enter_context(disks.mounted(folder))
        cluster = stack.enter_context(machine.cluster(durable=True)) if postgres else None
        if postgres and cluster is None:
            raise RuntimeError("PostgreSQL is not installed.")
        home = (disk.top if disk is not None else folder) / "home"
        hall = HurtHall(home, free_port(), mail, disk, clocks.made(folder), cluster, log=folder / "log")
        stack.callback(hall.close)
        made = hall.run("faults", "--prepare", str(hall.home))
        if made.returncode:
            raise RuntimeError(made.stderr.strip() or made.stdout.strip())
        yield hall, json.loads(made.stdout.strip().splitlines()[-1])
