"""Children that open a stranger's file: what they cannot do, what ends them, and that nobody else notices."""

import io
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from balai.base import confined

MB = 1024 * 1024
LIMITS = confined.ChildLimits(cpu=2, wall=5.0, memory=200 * MB, answer=MB)
filtered = pytest.mark.skipif(
    not confined.can_filter(), reason="calls are filtered on Linux on x86-64 and 64-bit ARM only"
)


@pytest.fixture(scope="module")
def porter() -> Iterator[confined.Porter]:
    made = confined.Porter("balai.base.tests.trying")
    yield made
    made.stop()


def do(porter: confined.Porter, what: str, data: bytes = b"", limits: confined.ChildLimits = LIMITS) -> Any:
    words, _ = porter.ask({"do": what}, io.BytesIO(data), len(data), limits)
    return words["did"]


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "--ppid", str(pid), "-o", "pid="], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def wait_for(condition: Any, seconds: float = 3) -> bool:
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return bool(condition())


def test_a_child_reads_what_it_is_given_and_answers(porter: confined.Porter) -> None:
    data = os.urandom(3 * MB)
    words, made = porter.ask({"do": "say"}, io.BytesIO(data), len(data), confined.ChildLimits(2, 5, 200 * MB, 4 * MB))
    assert words == {"did": str(len(data))} and made == data


@pytest.mark.parametrize("what", ["open", "write", "look", "start"])
def test_a_child_opens_no_file_and_starts_no_program(porter: confined.Porter, what: str) -> None:
    assert do(porter, what).startswith("refused: ")
    assert not Path("/tmp/balai-was-here").exists()


@filtered
@pytest.mark.parametrize("what", ["connect", "fork", "exec", "kill"])
def test_the_kernel_refuses_a_child_every_way_out(porter: confined.Porter, what: str) -> None:
    before = porter.pid
    assert do(porter, what) == "refused: 1"
    assert do(porter, "say") == "0" and porter.pid == before


@filtered
def test_a_file_is_not_opened_in_the_place_of_one_that_was_closed(porter: confined.Porter) -> None:
    assert do(porter, "open with room") == "done: -1"


def test_a_child_may_use_threads_as_decoders_do(porter: confined.Porter) -> None:
    assert do(porter, "thread") == "done: [1]"


def test_memory_ends_at_its_limit(porter: confined.Porter) -> None:
    stopped = int(do(porter, "hold").removeprefix("stopped at "))
    assert 100 < stopped < 210


@pytest.mark.parametrize(("what", "longest"), [("spin", 6.5), ("sleep", 6.5), ("fall", 2.0)])
def test_a_child_that_spins_sleeps_or_falls_is_ended_and_leaves_nothing(
    porter: confined.Porter, what: str, longest: float
) -> None:
    started = time.monotonic()
    with pytest.raises(confined.Died):
        do(porter, what, limits=confined.ChildLimits(1, 5.0, 200 * MB, MB))
    assert time.monotonic() - started < longest
    assert porter.pid and wait_for(lambda: not children(porter.pid))
    assert do(porter, "say") == "0"


def test_an_answer_longer_than_agreed_is_no_answer(porter: confined.Porter) -> None:
    with pytest.raises(confined.Died):
        porter.ask({"do": "say"}, io.BytesIO(bytes(2 * MB)), 2 * MB, LIMITS)
    with pytest.raises(confined.Died):
        do(porter, "write too much")


def test_a_porter_that_was_killed_is_started_again(porter: confined.Porter) -> None:
    do(porter, "say")
    before = porter.pid
    assert before
    os.kill(before, signal.SIGKILL)
    assert do(porter, "say") == "0"
    assert porter.pid != before


def test_a_porter_killed_over_a_file_is_not_that_files_fault(porter: confined.Porter) -> None:
    do(porter, "say")
    assert porter.pid
    threading.Timer(0.3, os.kill, [porter.pid, signal.SIGKILL]).start()
    with pytest.raises(confined.Full):
        do(porter, "sleep")


def test_porter_and_children_end_when_whoever_asked_is_killed() -> None:
    code = (
        "import io, sys, threading, time\nfrom balai.base import confined\n"
        "p = confined.Porter('balai.base.tests.trying')\n"
        "l = confined.ChildLimits(30, 60.0, 200_000_000, 1000)\n"
        "p.ask({'do': 'say'}, io.BytesIO(b''), 0, l)\n"
        "threading.Thread(target=p.ask, args=({'do': 'spin'}, io.BytesIO(b''), 0, l), daemon=True).start()\n"
        "time.sleep(0.5)\nprint(p.pid, flush=True)\ntime.sleep(60)\n"
    )
    source = str(Path(confined.__file__).parents[2])
    asker = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, env={"PYTHONPATH": source})
    assert asker.stdout
    porter = int(asker.stdout.readline())
    family = [porter, *children(porter)]
    assert len(family) == 2
    asker.kill()
    asker.communicate()
    assert wait_for(lambda: not any(_runs(pid) for pid in family)), "a file that is open ends with who wanted it"


def _runs(pid: int) -> bool:
    """Tell whether a process runs; one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


# -- the gate ---------------------------------------------------------------------------------------------------------


def test_two_are_open_one_waits_and_the_next_is_told_at_once() -> None:
    gate, inside, go = confined.Gate(), threading.Semaphore(0), threading.Event()

    def open_one() -> None:
        with gate.place():
            inside.release()
            go.wait(10)

    threads = [threading.Thread(target=open_one) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert inside.acquire(timeout=5) and inside.acquire(timeout=5)
    assert not inside.acquire(timeout=0.2), "the third waits"
    started = time.monotonic()
    with pytest.raises(confined.Full), gate.place():
        pass
    assert time.monotonic() - started < 0.1
    with pytest.raises(confined.Full), gate.place(hurry=0.2):
        pass
    go.set()
    for thread in threads:
        thread.join(5)
    with gate.place():
        pass


def test_a_file_that_fails_gives_its_place_back() -> None:
    gate = confined.Gate(at_once=1, in_hand=1)
    for _ in range(3):
        with pytest.raises(ValueError), gate.place():
            raise ValueError
    with gate.place():
        pass


# ---- the filter of each machine --------------------------------------------------------------------------------------

OUT = {  # a call that must not be, on each kind of machine
    "x86_64": {
        "open": 2,
        "connect": 42,
        "execve": 59,
        "kill": 62,
        "fork": 57,
        "socket": 41,
        "openat": 257,
        "ptrace": 101,
    },
    "aarch64": {"openat": 56, "connect": 203, "execve": 221, "kill": 129, "socket": 198, "ptrace": 117, "sendmsg": 211},
}


def judge(machine: str, number: int, first: int = 0, mark: int | None = None) -> int:
    """Run the filter of a kind of machine as the kernel does: what it answers to a call."""
    known = confined._MACHINES[machine]
    words = {0: number, 4: known.mark if mark is None else mark, 16: first}
    program, at, held = [struct.unpack("HBBI", one) for one in confined._program(known)], 0, 0
    while True:
        code, yes, no, value = program[at]
        at += 1
        if code == 0x06:
            return int(value)
        if code == 0x20:
            held = words[value]
        else:
            at += yes if {0x15: held == value, 0x35: held >= value, 0x45: held & value}[code] else no


@pytest.mark.parametrize("machine", OUT)
def test_the_filter_of_each_machine_lets_out_what_is_listed_and_threads_alone(machine: str) -> None:
    known = confined._MACHINES[machine]
    assert {judge(machine, number) for number in known.calls.values()} == {confined._ALLOW}
    assert {judge(machine, number) for number in OUT[machine].values()} == {confined._DENY}
    assert (
        judge(machine, known.clone, 0x10000) == confined._ALLOW and judge(machine, known.clone, 0x11) == confined._DENY
    )
    assert judge(machine, known.clone3) == confined._ABSENT
    assert judge(machine, known.calls["read"], mark=0x40000003) == confined._KILL, "another way to ask the kernel"
    assert set(OUT[machine].values()).isdisjoint(known.calls.values())


# ---- together --------------------------------------------------------------------------------------------------------

HOLD = """import sys, time
from pathlib import Path
from balai.base import confined
with confined.Gate(folder=lambda: Path(sys.argv[1])).place():
    print("in", flush=True)
    time.sleep(60)
"""


def test_the_processes_of_a_hall_open_few_files_together_and_a_dead_ones_place_is_free(tmp_path: Path) -> None:
    gate = confined.Gate(folder=lambda: tmp_path / "opening")
    held = [
        subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "opening")], stdout=subprocess.PIPE, text=True)
        for _ in range(confined.AT_ONCE)
    ]
    entered = threading.Event()

    def enter() -> None:
        with gate.place():
            entered.set()

    try:
        assert [one.stdout.readline() for one in held if one.stdout] == ["in\n"] * confined.AT_ONCE
        waiting = threading.Thread(target=enter)
        waiting.start()
        assert not entered.wait(0.5), "all places of the hall are taken"
        held[0].kill()
        assert entered.wait(5)
        waiting.join()
    finally:
        for one in held:
            one.kill()
            one.communicate()
