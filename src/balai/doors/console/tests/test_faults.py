"""`balai faults`: a hall that is hurt under load loses nothing; and the judge sees what would be lost, twice or left behind."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from tests.halls import command, until

from balai.doors.console import faulting
from balai.doors.console.commands import faults


def test_six_rounds_of_killing_holding_and_failing_mail_lose_nothing(tmp_path: Path) -> None:
    told = tmp_path / "told.json"
    ran = command("faults", "--rounds", "6", "--seed", "7", "--json", str(told))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    found = json.loads(told.read_text(encoding="utf-8"))
    assert len(found["rounds"]) == 6 and found["accepted"] > 0 and found["faults"] == []
    assert "nothing lost, nothing twice" in ran.stdout


@pytest.mark.long
def test_sixty_rounds_lose_nothing() -> None:
    ran = subprocess.run(
        [*faulting.PROGRAM, "faults", "--rounds", "60", "--seed", "11"], capture_output=True, text=True, check=False
    )
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
    return SimpleNamespace(home=tmp_path, left_behind=list, run=lambda *words: told, told=told)


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


def test_a_process_that_outlived_its_hall_is_seen(tmp_path: Path) -> None:
    left = faulting.Hall(tmp_path / "home", 0, SimpleNamespace(port=0))  # type: ignore[arg-type]
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


def test_the_same_seed_hurts_in_the_same_way() -> None:
    once, again = ([Random(3).choice(list(faulting.FAULTS)) for _ in range(5)] for _ in range(2))
    assert once == again
