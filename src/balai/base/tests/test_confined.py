"""Children that open a stranger's file: what they cannot do, what ends them, and that nobody else notices."""

import io
import os
import signal
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
LIMITS = confined.Limits(cpu=2, wall=5.0, memory=200 * MB, answer=MB)
filtered = pytest.mark.skipif(not confined.can_filter(), reason="calls are filtered on Linux on x86-64 only")


@pytest.fixture(scope="module")
def porter() -> Iterator[confined.Porter]:
    made = confined.Porter("balai.base.tests.trying")
    yield made
    made.stop()


def do(porter: confined.Porter, what: str, data: bytes = b"", limits: confined.Limits = LIMITS) -> Any:
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
    words, made = porter.ask({"do": "say"}, io.BytesIO(data), len(data), confined.Limits(2, 5, 200 * MB, 4 * MB))
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
        do(porter, what, limits=confined.Limits(1, 5.0, 200 * MB, MB))
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
        "l = confined.Limits(30, 60.0, 200_000_000, 1000)\n"
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
