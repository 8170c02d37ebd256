"""How long the tests may take and took: by part, and by folder, so that each room knows its share."""

import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

CORES = 2
# Seconds on two cores: of each part, of one room's tests in all parts, of all together.
BUDGETS = {"lint": 20, "sqlite": 655, "postgres": 180}
CORE, ROOM, WHOLE, ALL = 11 * 60, 40, 15 * 60, 60 * 60
# Seconds of CPU that `_work` takes where the budgets were measured; a core that needs longer has so much less in its seconds.
REFERENCE = 0.085
# The same tests on machines of one kind differ by a good part of this from day to day: only beyond it a part is a fault, before it is told.
TOLERANCE = 1.5


@dataclass
class Times:
    """What was measured: (seconds on the clock, seconds of CPU) of each part, and the seconds of the tests in each folder."""

    parts: dict[str, tuple[float, float]] = field(default_factory=dict)
    folders: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    slowness: float = 1.0  # how many times slower a core here is than where the budgets were measured, at least 1

    def note(self, part: str, wall: float, cpu: float) -> None:
        """Note how long a part took."""
        self.parts[part] = wall, cpu

    def read(self, report: Path) -> None:
        """Read the times of the tests from a JUnit report."""
        if not report.is_file():
            return
        for case in ET.parse(report).iter("testcase"):  # our own file, written a moment ago
            self.folders[folder_of(case.get("classname", ""))] += float(case.get("time", 0))

    def report(self, *, whole: bool, all: bool) -> list[str]:
        """Print every part and the folders beside their budgets; give what cannot fit into its budget on two cores.

        The clock depends on what else the machine does, so what is late is told; only what used far more CPU than two cores
        have in that time is a fault, wherever it ran: a slower core is given the more. Parts are judged when they ran whole.
        """
        if self.slowness > 1.05:
            print(f"== a core here is {self.slowness:.2f} times slower than where the budgets were measured")
        rooms = {name: spent for name, spent in self.folders.items() if name.startswith("rooms/")}
        if self.folders:
            print("== time, in seconds (tests of a folder, all databases, one after the other)")
            for name, spent in sorted(self.folders.items(), key=lambda item: -item[1])[:12]:
                print(f"  {spent:7.0f}  {name}")
            for name in sorted(rooms):
                print(f"  {rooms[name]:7.0f}  {name}{_late(rooms[name], ROOM)}")
        faults: list[str] = []
        if whole:
            budgets = {} if all else BUDGETS
            for part, (wall, cpu) in self.parts.items():
                if part in budgets:
                    faults += self._judge(part, wall, cpu, budgets[part])
            wall, cpu = (sum(each[at] for each in self.parts.values()) for at in (0, 1))
            most = ALL if all else min(CORE + ROOM * len(rooms), WHOLE)
            faults += self._judge("in all", wall, cpu, most)
        faults += [
            f"{name} takes {spent:.0f} s; a room may take {ROOM}"
            for name, spent in rooms.items()
            if spent > 3 * ROOM * self.slowness
        ]
        for fault in faults:
            print(f"TOO SLOW: {fault}")
        return faults

    def _judge(self, part: str, wall: float, cpu: float, most: float) -> list[str]:
        busy = "" if cpu > 0.75 * CORES * wall else "; the machine was busy with other work, or waited"
        print(f"  {wall:7.0f}  {part}, may take {most:.0f}{_late(wall, most)}{busy if wall > most else ''}")
        have = CORES * most * self.slowness
        if have < cpu <= TOLERANCE * have:
            print(
                f"           {part} used {cpu:.0f} s of CPU where two cores have {have:.0f}: no fault yet, but over its goal"
            )
        return [f"{part} used {cpu:.0f} s of CPU; two cores have {have:.0f}"] if cpu > TOLERANCE * have else []


def measure_slowness() -> float:
    """Measure how many times slower a core of this machine is, just now, than where the budgets were measured; at least 1."""
    return max(1.0, min(_work() for _ in range(5)) / REFERENCE)


def measure_crowding() -> float:
    """Measure how many times longer than its CPU a piece of work takes, because others want the cores too; at least 1."""
    begun = time.monotonic()
    spent = sum(_work() for _ in range(5))
    return max(1.0, (time.monotonic() - begun) / spent)


def _work() -> float:
    """Do what tests do most, small objects made and dropped, and give its seconds of CPU."""
    begun, made = time.process_time(), dict[int, str]()
    for number in range(300_000):
        made[number & 1023] = f"{number}:{number * number % 97}"
    return time.process_time() - begun


def _late(spent: float, most: float) -> str:
    return f": LATE by {spent - most:.0f}" if spent > most else ""


def folder_of(classname: str) -> str:
    """Name the folder of a test by its module: `rooms/messages`, `casework/cases`, `tests/house`."""
    parts = classname.split(".")
    if parts[:2] == ["src", "balai"]:
        parts = parts[2:]
    return "/".join(parts[: 2 if len(parts) > 1 else 1])
