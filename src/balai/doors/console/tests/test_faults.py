"""`balai faults`: a hall that is hurt under load loses nothing; and the judge sees what would be lost, twice or left behind."""

import errno
import json
import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, nullcontext
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from tests.halls import command, until

from balai.doors.console import clocks, disks, faulting, hurting, machine
from balai.doors.console.commands import faults


def test_mixed_rounds_lose_nothing(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    ran = command("faults", "--rounds", "3", "--seed", "7", "--json", str(told))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = json.loads(told.read_text(encoding="utf-8"))
    assert len(found["rounds"]) == 3 and found["accepted"] > 0 and found["faults"] == []
    assert "nothing lost, nothing twice" in ran.stdout


@pytest.mark.long
def test_sixty_rounds_lose_nothing() -> None:
    ran = subprocess.run(
        [*faulting.PROGRAM, "faults", "--rounds", "60", "--seed", "11"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.long
def test_sixty_rounds_on_postgres_lose_nothing() -> None:
    ran = subprocess.run(
        [*faulting.PROGRAM, "faults", "--postgres", "--rounds", "60", "--seed", "13"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.long  # a server of its own, its end and its return: more than a minute
@pytest.mark.parametrize("name", ["PostgreSQL killed", "PostgreSQL hangs"])
def test_a_database_server_that_fails_costs_nothing(name: str) -> None:
    ran = command("faults", "--postgres", "--rounds", "1", "--seed", "3", "--only", name)
    assert ran.returncode == 0, ran.stdout + ran.stderr


# ---- the judge -------------------------------------------------------------------------------------------------------

SOUND = [{"check": check, "state": "good", "words": "fine"} for check in faults.DEEP]


@pytest.fixture
def hall(tmp_path: Path) -> Any:
    with closing(sqlite3.connect(tmp_path / "balai.sqlite3")) as line:
        line.execute("CREATE TABLE cases_case (number text)")
        line.executemany("INSERT INTO cases_case VALUES (?)", [("LU-1",), ("LU-2",)])
        line.commit()
    told = SimpleNamespace(stdout=json.dumps(SOUND), stderr="")
    real = faulting.HurtHall(tmp_path, 0, SimpleNamespace(port=0))  # type: ignore[arg-type]
    return SimpleNamespace(
        home=tmp_path, left_behind=list, stubborn=False, run=lambda *words: told, told=told, ask=real.ask
    )


def client(**accepted: str) -> Any:
    return SimpleNamespace(accepted=accepted, wrong=[], asked=4)


def test_what_is_whole_is_no_fault(hall: Any) -> None:
    assert faults._judge(hall, client(a="LU-1", b="LU-2")) == []
    assert faults._judge(hall, client(a="LU-1")) == [], "the last one was in hand"


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        ({"a": "LU-1", "b": "LU-3"}, "LU-3"),
        ({"a": "LU-1", "b": "LU-1"}, "two keys were answered with one number"),
        ({}, "nothing was tried"),
    ],
)
def test_what_is_lost_or_twice_is_told(hall: Any, accepted: dict[str, str], words: str) -> None:
    assert any(words in fault for fault in faults._judge(hall, client(**accepted)))


def test_cases_that_nobody_was_told_of_are_told(hall: Any) -> None:
    with closing(sqlite3.connect(hall.home / "balai.sqlite3")) as line:
        line.execute("INSERT INTO cases_case VALUES ('LU-4')")
        line.commit()
    assert faults._judge(hall, client(a="LU-1")) == ["3 cases came of 1 accepted applications"]


def test_what_the_doctor_finds_or_did_not_look_at_is_told(hall: Any) -> None:
    hall.told.stdout = json.dumps([*SOUND[:-1], {"check": "journal", "state": "bad", "words": "it is broken"}])
    found = faults._judge(hall, client(a="LU-1", b="LU-2"))
    assert found == ["the doctor did not look at files", "it is broken"]
    hall.told.stdout = "Traceback"
    assert any("did not answer" in fault for fault in faults._judge(hall, client(a="LU-1", b="LU-2")))


def test_a_hall_that_does_not_open_again_is_a_fault_with_its_cause_and_the_rest_is_judged(
    hall: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def recover() -> float:
        if hall.opened:
            raise TimeoutError("the hall did not open again")
        hall.opened = True
        return 0.0

    def quiet(*_: Any) -> Any:
        accepted = {"a": "LU-1", "b": "LU-2"}
        return SimpleNamespace(
            start=lambda: None, stop=lambda: None, wrong=[], accepted=accepted, asked=2, refused={}, answers={}
        )

    hall.opened, hall.recover, hall.open, hall.close = False, recover, lambda: None, lambda: None
    hall.log, hall.ask = hall.home / "log", lambda statement: [0] if "message" in statement else ["LU-1", "LU-2"]
    hall.log.write_text("why it did not open")
    monkeypatch.setattr(hurting, "make_hall", lambda **_: nullcontext((hall, {"token": "", "body": {}})))
    monkeypatch.setattr(hurting, "possible", lambda hall: ["all killed"])
    monkeypatch.setattr(hurting, "left_out", lambda hall: [])
    monkeypatch.setattr(hurting, "befall", lambda *_: [])
    monkeypatch.setattr(faulting, "StubbornApplicant", quiet)
    monkeypatch.setattr(faulting, "AskingVisitor", quiet)
    asked = SimpleNamespace(prepare=None, only=None, seed=1, rounds=5, postgres=False, json=None)
    assert faults.run(asked) == 1  # type: ignore[arg-type]
    told = capsys.readouterr()
    assert "all killed, round 1: the hall did not open again" in told.err and "why it did not open" in told.err


def test_a_hall_that_does_not_end_is_killed_and_told(
    hall: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faulting, "STOPS", 0.2)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    made = faulting.HurtHall(tmp_path / "home", 0, SimpleNamespace(port=0))  # type: ignore[arg-type]
    made.process = subprocess.Popen([sys.executable, "-c", deaf], stdout=subprocess.PIPE)
    assert made.process.stdout and made.process.stdout.readline(), "it is deaf from now on"
    made.close()
    made.process.stdout.close()
    assert made.stubborn and made.process.returncode is not None
    hall.stubborn = True
    assert any("did not end" in fault for fault in faults._judge(hall, client(a="LU-1", b="LU-2")))


def test_a_process_that_outlived_its_hall_is_seen(tmp_path: Path) -> None:
    left = faulting.HurtHall(tmp_path / "home", 0, SimpleNamespace(port=0))  # type: ignore[arg-type]
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", str(left.home)])
    try:
        left.ever = {orphan.pid, 1}
        assert until(lambda: left.left_behind() == [orphan.pid], 5), "once it has begun its program"
    finally:
        orphan.kill()
        orphan.wait()
    assert left.left_behind() == []


@pytest.mark.parametrize("mode", faulting.MailServer.MODES)
def test_the_mail_server_does_what_its_mode_says(mode: str) -> None:
    import smtplib

    server = faulting.MailServer()
    server.mode = mode
    try:
        if mode == "takes":
            with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as line:
                line.sendmail("a@balai.example", ["b@balai.example"], "Subject: x\n\nx")
            assert server.taken == 1
            return
        with pytest.raises((smtplib.SMTPException, OSError)), smtplib.SMTP("127.0.0.1", server.port, timeout=1) as line:
            line.sendmail("a@balai.example", ["b@balai.example"], "Subject: x\n\nx")
        assert server.taken == 0
    finally:
        server.close()


def test_the_same_seed_hurts_in_the_same_way_and_each_thing_comes_before_any_comes_again() -> None:
    names = list(hurting.FAULTS)
    once, again = (faults.draw(names, len(names) + 5, Random(3)) for _ in range(2))
    assert once == again and set(once[: len(names)]) == set(names)


def test_what_nobody_heard_of_is_told(hall: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "HEARD", 0.1)
    with closing(sqlite3.connect(hall.home / "balai.sqlite3")) as line:
        line.execute("CREATE TABLE base_message (state text, topic text)")
        line.execute("INSERT INTO base_message VALUES ('waiting', 'cases.happened')")
        line.commit()
    assert faults._unheard(hall) == ["1 thing(s) that happened to cases were not heard within 0 s"]


def test_a_trouble_that_the_doctor_does_not_name_is_told(hall: Any) -> None:
    hall.told.stdout = json.dumps([{"check": "disk", "state": "bad", "words": "the disk is full: nothing"}])
    assert hurting._not_named("disk full", hall, "disk", "is full") == []
    assert "does not say that it is slow" in hurting._not_named("disk slow", hall, "disk", "is slow")[0]
    hall.told.stdout = json.dumps([{"check": "disk", "state": "good", "words": "it is full of room"}])
    assert hurting._not_named("disk full", hall, "disk", "is full")


@pytest.mark.parametrize(
    ("status", "page", "wrong"),
    [
        (200, "<h1>Balai</h1>", False), (503, "<h1>Sibuk</h1>", False), (503, "busy", True), (500, "<h1>Galat</h1>", True),
        (500, "", True),
    ],
)  # fmt: skip
def test_a_refusal_without_a_page_is_told(hall: Any, status: int, page: str, wrong: bool) -> None:
    visitor = faulting.AskingVisitor(hall)
    visitor._look(status, page)
    assert bool(visitor.wrong) is wrong


def test_a_refusal_without_a_sentence_is_told(hall: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = faulting.StubbornApplicant(hall, "", {}, Random(1))
    answers = iter([(503, {"detail": "wait"}), (503, {}), (201, {"number": "LU-1"})])
    monkeypatch.setattr(sender, "_post", lambda key: next(answers))
    assert sender._until_answered("k") == "LU-1"
    assert sender.wrong == ["503 without a sentence"]


# ---- what it is hurt with --------------------------------------------------------------------------------------------


def test_a_disk_of_its_own_is_full_takes_nothing_and_hangs(tmp_path: Path) -> None:
    with disks.mounted(tmp_path) as disk:
        if disk is None:
            pytest.skip(f"no disk of one's own here: {disks.obstacle() or 'no loop device'}")
        kept = disk.top / "kept"
        with kept.open("wb", buffering=0) as open_before:
            with disk.full(), pytest.raises(OSError) as told:
                open_before.write(bytes(1 << 20))
                open_before.write(bytes(1 << 20))
            assert told.value.errno == errno.ENOSPC
            with disk.takes_nothing():
                with pytest.raises(OSError):
                    open_before.write(b"x")
                with pytest.raises(OSError):
                    (disk.top / "new").write_bytes(b"x")
            begun = time.monotonic()
            with disk.slow(Random(1)):
                time.sleep(0.2)
                open_before.write(b"x")
                os.fsync(open_before.fileno())
                assert time.monotonic() - begun > 0.8
            assert open_before.write(b"x") == 1, "and then it is as it was"
    assert not os.path.ismount(tmp_path / "disk")


def test_a_clock_of_its_own_jumps_and_no_sleep_is_hurt(tmp_path: Path) -> None:
    clock = clocks.made(tmp_path)
    if clock is None:
        pytest.skip("no C compiler is installed")
    ask = "import time; from datetime import datetime; b = time.monotonic(); time.sleep(0.2); print(time.time(), datetime.now().timestamp(), time.monotonic() - b)"
    for ahead in (0, 7200, -7200):
        clock.set(ahead)
        ran = subprocess.run(
            [sys.executable, "-c", ask],
            env=os.environ | clock.environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        first, second, slept = (float(each) for each in ran.stdout.split())
        assert abs(first - time.time() - ahead) < 5 and abs(second - time.time() - ahead) < 5 and 0.2 <= slept < 2


def test_a_database_server_is_killed_and_comes_back() -> None:
    with machine.cluster() as server:
        if server is None:
            pytest.skip("PostgreSQL is not installed")
        hurt = faulting.HurtHall(Path("/nonexistent"), 0, SimpleNamespace(port=0), cluster=server)  # type: ignore[arg-type]
        assert hurt.ask("SELECT 1") == [1]
        server.kill()
        with pytest.raises(Exception, match="connection"):
            hurt.ask("SELECT 1")
        server.start()
        assert hurt.ask("SELECT 1") == [1]
