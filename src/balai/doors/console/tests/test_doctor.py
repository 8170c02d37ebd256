"""The doctor finds what is wrong and says what to do; publishing tells every problem."""

import argparse
import errno
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import OperationalError
from tests.cast import NOW, make_cast, open_service

from balai.base import checks, journal
from balai.base.actors import CLOCK
from balai.base.models import Failure, Message
from balai.casework.catalogue import checks as catalogue
from balai.casework.catalogue import queries
from balai.doors.console import checks as installation
from balai.doors.console.commands import doctor, publish
from balai.records.folders.models import FolderVersion
from balai.records.offices import checks as offices

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def call(command: ModuleType, *words: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return int(command.run(parser.parse_args(words)))


def findings(check: checks.Look, home: Path | None = None, now: datetime = NOW) -> dict[str, str]:
    """Make one check: words by state."""
    return {found.state: found.words for found in checks.examine(check, home or Path(settings.BALAI_HOME), now)}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Make a home with good keys."""
    (tmp_path / "keys").mkdir(mode=0o700)
    tmp_path.chmod(0o700)
    for name in ("town.key", "lookup.key", "secret.key"):
        (tmp_path / "keys" / name).write_bytes(os.urandom(32))
        (tmp_path / "keys" / name).chmod(0o600)
    return tmp_path


def test_keys_are_whole_and_closed(home: Path) -> None:
    assert set(findings(installation.keys, home)) == {"good"}
    (home / "keys" / "town.key").chmod(0o644)
    assert "chmod 600" in findings(installation.keys, home)["bad"]
    (home / "keys" / "town.key").chmod(0o600)
    (home / "keys" / "lookup.key").write_bytes(b"short")
    assert "32 bytes" in findings(installation.keys, home)["bad"]
    (home / "keys" / "lookup.key").unlink()
    assert "missing" in findings(installation.keys, home)["bad"]
    home.chmod(0o755)
    assert "chmod 700" in findings(installation.keys, home)["note"]


def test_the_database_is_looked_at() -> None:
    assert set(findings(installation.database, now=datetime.now(UTC))) == {"good"}


def test_a_full_disk_is_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 5 * 10**8))  # type: ignore[attr-defined]
    assert "Make room" in findings(installation.space)["bad"]


def test_a_disk_with_no_room_at_all_is_told_as_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10, 10, 0))  # type: ignore[attr-defined]
    assert "is full" in findings(installation.space)["bad"]


def test_a_disk_that_takes_nothing_or_slowly_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "SLOW", 60.0)  # whatever else writes to this machine's disk just now
    assert findings(installation.written, home) == {}
    monkeypatch.setattr(installation, "SLOW", -1.0)
    assert "is slow" in findings(installation.written, home)["bad"]

    def refuse(file: int) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(os, "fsync", refuse)
    assert "takes nothing (Read-only file system)" in findings(installation.written, home)["bad"]
    monkeypatch.undo()
    monkeypatch.setattr(os, "access", lambda path, how: False)
    assert "takes nothing" in findings(installation.written, home)["bad"]
    assert [path.name for path in home.iterdir()] == ["keys"], "the trial leaves nothing"


def test_a_clock_that_jumped_is_told_until_it_is_right_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "_boot", lambda: ("this run", 1000.0))
    assert findings(installation.jumps, home, NOW) == {}, "nothing to hold it against yet"
    assert findings(installation.jumps, home, NOW + timedelta(seconds=20)) == {}, "what NTP sets in passing"
    assert (
        "jumped forward by 3:00:00" in findings(installation.jumps, home, NOW + timedelta(hours=3, seconds=20))["bad"]
    )
    assert "jumped back by 1 day" in findings(installation.jumps, home, NOW - timedelta(days=1))["bad"]
    assert findings(installation.jumps, home, NOW) == {}
    monkeypatch.setattr(installation, "_boot", lambda: ("the next run", 10.0))
    assert findings(installation.jumps, home, NOW + timedelta(hours=3)) == {}, "counted anew since the machine started"
    monkeypatch.setattr(installation, "_boot", lambda: None)
    assert findings(installation.jumps, home, NOW) == {}


def test_a_database_that_does_not_answer_is_said_once(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    def fall(home: Path, now: datetime) -> Any:
        raise OperationalError("connection refused")

    monkeypatch.setattr(checks, "rounds", lambda deep=False: [fall, fall])
    assert call(doctor) == 1
    told = capsys.readouterr().out
    assert told.count("the database does not answer (connection refused)") == 1 and "1 to mend" in told


def test_work_that_is_late_or_given_up_is_told() -> None:
    assert set(findings(checks.outbox)) == {"good"}
    owed: dict[str, Any] = {"topic": "t", "listener": "l", "payload": {}, "created_at": NOW}
    Message.objects.create(**owed, due_at=NOW - timedelta(minutes=6))
    assert "worker" in findings(checks.outbox)["bad"]
    Message.objects.update(state="dead")
    assert "given up" in findings(checks.outbox)["bad"]


def test_regular_work_that_keeps_failing_is_told() -> None:
    assert set(findings(checks.jobs)) == {"good"}
    failed = {"since": NOW, "tried_at": NOW, "due_at": NOW, "last_error": "Tampered: noise"}
    Failure.objects.create(job="cases.deem", item="7", times=1, **failed)
    assert "tried again" in findings(checks.jobs)["note"]
    Failure.objects.update(times=3)
    assert "cases.deem for 7 failed 3 times" in findings(checks.jobs)["bad"]


def test_a_clock_behind_the_journal_is_bad() -> None:
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test") as deed:
        deed.record("test:1", "tested", {})
    assert set(findings(checks.clock, now=NOW)) == {"good"}
    assert "NTP" in findings(checks.clock, now=NOW - timedelta(hours=1))["bad"]


def test_the_holiday_table_must_cover_this_year_and_the_next() -> None:
    assert "provisional" in findings(checks.holidays, now=datetime(2026, 11, 1, tzinfo=UTC))["note"]
    assert "Update Balai" in findings(checks.holidays, now=datetime(2031, 1, 1, tzinfo=UTC))["bad"]


def test_open_services_are_read() -> None:
    queries.forget_current()
    assert "Publish" in findings(catalogue.services)["note"]
    open_service()
    assert "1 open" in findings(catalogue.services)["good"]


def test_plugs_must_be_set_and_answer(settings: Any, home: Path) -> None:
    settings.BALAI_PLUGS = {"mail": "demo"}
    assert "for demonstrations" in findings(installation.plugs, home)["bad"]
    settings.BALAI_PLUGS = {"sms": "failing"}
    assert "BALAI_SMS" in findings(installation.plugs, home)["note"]
    settings.BALAI_PLUGS = {"sms": "pigeon"}
    assert "http" in findings(installation.plugs, home)["bad"]
    settings.BALAI_PLUGS, settings.BALAI_SMTP_PORT = {"mail": "smtp"}, 1
    assert "does not answer" in findings(installation.plugs, home)["bad"]


def test_officers_without_a_second_factor_are_told() -> None:
    make_cast(NOW)
    Authenticator.objects.all().delete()
    assert "second factor" in findings(offices.officers)["note"]


def test_a_demonstration_or_plain_http_shown_to_the_world_is_bad(settings: Any, home: Path) -> None:
    assert set(findings(installation.exposure, home)) == {"good"}
    settings.BALAI_URL = "http://balai.example.go.id"
    assert "plain HTTP" in findings(installation.exposure, home)["bad"]
    settings.BALAI_URL, settings.ALLOWED_HOSTS = "https://balai.example.go.id", ["balai.example.go.id"]
    assert set(findings(installation.exposure, home)) == {"good"}
    (home / "DEMO").touch()
    assert "demonstration" in findings(installation.exposure, home)["bad"]


def test_a_check_that_falls_over_is_a_finding() -> None:
    def falls(home: Path, now: datetime) -> Any:
        raise RuntimeError("no line")

    assert "RuntimeError: no line" in findings(falls)["bad"]


def test_the_round_ends_with_a_code(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert call(doctor, "--home", str(tmp_path / "nowhere")) == 2
    assert not (tmp_path / "nowhere").exists()
    assert "There is no installation" in capsys.readouterr().out


def test_publishing_opens_a_service_and_tells_every_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = settings.BALAI_SERVICES / "surat-keterangan-usaha"
    bad = tmp_path / "services" / "surat-keterangan-usaha"
    shutil.copytree(good, bad)
    (bad / "form.yaml").write_text("apply: {type: nonsense}\n")
    assert call(publish, str(good), str(bad)) == 1
    told = capsys.readouterr().out
    assert "open for applications" in told
    assert "form.yaml" in told
    assert "1 of 2 folder(s) published." in told
    assert FolderVersion.objects.get().current
    assert call(publish, str(tmp_path / "nothing")) == 2


def test_every_app_brings_its_own_checks_and_the_round_keeps_its_order() -> None:
    names = [look.__name__ for look in checks.rounds()]
    wanted = [
        "keys",
        "database",
        "space",
        "outbox",
        "clock",
        "holidays",
        "services",
        "signing",
        "plugs",
        "officers",
        "exposure",
    ]
    assert [name for name in names if name in wanted] == wanted
    assert {look.__module__ for look in checks.rounds()} >= {
        "balai.base.checks", "balai.casework.catalogue.checks", "balai.casework.issuing.checks",
        "balai.records.offices.checks", "balai.doors.console.checks",
    }  # fmt: skip


def test_the_doctor_tells_what_a_room_looks_at(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    monkeypatch.setattr(checks, "_LOOKS", dict(checks._LOOKS))
    monkeypatch.setattr(doctor.installation, "load", lambda args, demo=False, judged=True: None)

    @checks.looks(120)
    def letterboxes(home: Path, now: datetime) -> Any:
        yield checks.Finding("letterboxes", "bad", "one is full. Empty it.")

    assert call(doctor, "--home", str(home)) == 1
    assert "BAD  letterboxes  one is full. Empty it." in capsys.readouterr().out
