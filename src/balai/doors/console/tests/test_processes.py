"""The hall's processes: none outlives the one that answers for it, none shares a port or a home, and all stop in time."""

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests import halls, prepared


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[halls.Hall]:
    with halls.opened(tmp_path / "home") as found:
        yield found


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[halls.Hall]:
    """Open a hall for whatever leaves it as it was."""
    with halls.opened(tmp_path_factory.mktemp("standing") / "home") as found:
        yield found


def test_a_killed_supervisor_leaves_nobody_on_the_port(hall: halls.Hall) -> None:
    family = hall.family()
    assert len(family) >= 3, f"supervisor, server, and the process that answers: {family}"
    stalled = hall.stall()
    os.kill(hall.process.pid, signal.SIGKILL)
    hall.process.wait()
    try:
        assert halls.until(lambda: not any(map(halls.is_alive, family)), 2), "orphans"
        assert halls.until(lambda: not hall.is_held(), 2)
    finally:
        stalled.close()
        for pid in filter(halls.is_alive, family):
            os.kill(pid, signal.SIGKILL)


def test_a_killed_server_takes_those_who_answer_with_it_and_is_started_again(standing: halls.Hall) -> None:
    _, server, *answering = standing.family()
    os.kill(server, signal.SIGKILL)
    try:
        assert halls.until(lambda: not any(map(halls.is_alive, answering)), 2), "orphans"
        assert halls.until(standing.is_open)
    finally:
        for pid in filter(halls.is_alive, answering):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("verb", ["serve", "demo"])
def test_a_second_hall_on_the_port_says_so_and_opens_nothing(standing: halls.Hall, tmp_path: Path, verb: str) -> None:
    other = halls.start(tmp_path / "other", port=standing.port, verb=verb)
    try:
        said = other.process.communicate(timeout=60)[0]
    finally:
        halls.end(other)
    assert other.process.returncode == 2
    assert f"port {standing.port}" in said and "--port" in said and "Balai is open" not in said
    assert not (tmp_path / "other" / "balai.sqlite3").exists(), "refused before anything was made"


def test_a_second_server_on_the_home_is_told_who_holds_it_and_a_kill_frees_it(hall: halls.Hall) -> None:
    second = halls.start(hall.home)
    try:
        said = second.process.communicate(timeout=60)[0]
    finally:
        halls.end(second)
    assert second.process.returncode == 2 and str(hall.process.pid) in said and "Balai is open" not in said
    os.kill(hall.process.pid, signal.SIGKILL)
    hall.process.wait()
    with halls.opened(hall.home) as again:
        assert again.get("/")[0] == 200


def test_a_second_worker_on_an_embedded_database_is_refused(standing: halls.Hall) -> None:
    said = halls.command("worker", "--home", str(standing.home))
    assert said.returncode == 2 and str(standing.process.pid) in said.stderr


def test_a_server_without_a_worker_has_one_beside_it(tmp_path: Path) -> None:
    with halls.opened(tmp_path / "home", "--no-worker") as hall, halls.working(hall.home) as worker:
        assert halls.until(lambda: has_open(worker.process.pid, "balai.sqlite3"))
        assert worker.process.poll() is None


def test_a_stop_takes_five_seconds_at_most_with_a_stalled_upload_in_hand(hall: halls.Hall) -> None:
    family, stalled = hall.family(), hall.stall()
    time.sleep(0.3)
    begun = time.monotonic()
    hall.process.terminate()
    code = hall.process.wait(30)
    taken = time.monotonic() - begun
    stalled.close()
    assert taken <= 5 and code == 0
    assert not any(map(halls.is_alive, family))


@pytest.mark.parametrize("verb", ["serve", "worker"])
def test_a_stop_takes_five_seconds_at_most_while_another_holds_the_database(tmp_path: Path, verb: str) -> None:
    home = tmp_path / "home"
    prepared.lay(home)
    foreign = sqlite3.connect(home / "balai.sqlite3", isolation_level=None)
    running = halls.opened(home) if verb == "serve" else halls.working(home)
    with closing(foreign), running as hall:
        assert halls.until(lambda: has_open(hall.process.pid, "balai.sqlite3"))
        foreign.execute("BEGIN IMMEDIATE")
        time.sleep(3)  # by now the worker waits for it
        begun = time.monotonic()
        hall.process.terminate()
        hall.process.wait(30)
        assert time.monotonic() - begun <= 5
        assert halls.until(lambda: not hall.is_held(), 2)


def has_open(pid: int, name: str) -> bool:
    return any(os.readlink(each).endswith(name) for each in Path(f"/proc/{pid}/fd").iterdir() if each.is_symlink())
