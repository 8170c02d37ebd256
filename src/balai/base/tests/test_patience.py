"""Pages hear soon that the database takes too long; what may take long is cut by nobody."""

import errno
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError
from tests import halls, prepared

from balai.base import patience
from balai.doors.console import machine

ASK = """
import sys, time, django
django.setup()
from django.db import connection, OperationalError
if sys.argv[1] == "pages":
    from balai.project import wsgi
with connection.cursor() as line:
    try:
        line.execute("SELECT pg_sleep(2)")
        print("waited")
    except OperationalError as error:
        print(type(error.__cause__).__name__)
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Run one PostgreSQL with the tables of a hall; give its address and the hall's home."""
    with machine.postgres() as url:
        if url is None:
            pytest.skip("PostgreSQL is not installed")
        home = tmp_path_factory.mktemp("patience") / "home"
        prepared.lay(home, database=url)
        yield url, home


def ask(home: Path, url: str, who: str, **told: str) -> str:
    whole = halls.environment(
        BALAI_HOME=str(home), BALAI_DATABASE=url, DJANGO_SETTINGS_MODULE="balai.project.settings", **told
    )
    ran = subprocess.run(
        [sys.executable, "-c", ASK, who], env=whole, capture_output=True, text=True, timeout=60, check=True
    )
    return ran.stdout.strip()


def test_a_statement_of_a_page_is_cut_and_a_commands_is_not(server: tuple[str, Path]) -> None:
    url, home = server
    short = {"BALAI_DATABASE_SECONDS": "0.5"}
    assert ask(home, url, "pages", **short) == "QueryCanceled"
    assert ask(home, url, "commands", **short) == "waited"


def test_backup_migration_and_worker_are_cut_by_nobody(server: tuple[str, Path], tmp_path: Path) -> None:
    url, home = server
    none = {"BALAI_DATABASE": url, "BALAI_DATABASE_SECONDS": "0.001", "BALAI_DATABASE_LOCK_SECONDS": "0.001"}
    (home / "tables").unlink(missing_ok=True)
    hall = halls.start(home, **none)
    try:
        assert halls.until((home / "tables").exists), "it went through its migrations"
    finally:
        halls.end(hall)
    with halls.working(home, **none) as worker:
        assert halls.until((home / "status" / "checks.json").exists), "the worker made its round"
        assert worker.process.poll() is None
    ran = halls.command("backup", str(tmp_path / "kept.tar"), "--home", str(home), **none)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_what_failed_for_want_of_database_or_disk_is_no_bug() -> None:
    assert patience.is_outage(OperationalError("database or disk is full"))
    assert patience.is_outage(OSError(errno.ENOSPC, "No space left on device"))
    assert patience.is_outage(OSError(errno.EROFS, "Read-only file system"))
    assert not patience.is_outage(OSError(errno.ENOENT, "No such file"))
    assert not patience.is_outage(ValueError())


@pytest.mark.parametrize(("inside", "closed"), [(False, 1), (True, 0)])
def test_a_line_that_met_an_outage_is_opened_anew(monkeypatch: pytest.MonkeyPatch, inside: bool, closed: int) -> None:
    """What was opened while the disk took nothing would be read-only for ever."""
    told: list[int] = []
    line = SimpleNamespace(in_atomic_block=inside, close=lambda: told.append(1))
    monkeypatch.setattr(patience, "connections", {"default": line})
    patience.hear(OperationalError("attempt to write a readonly database"))
    assert len(told) == closed


def test_who_waits_in_line_hears_that_the_server_takes_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "_silent_at", 0.0)
    monkeypatch.setattr(patience, "connections", {"default": SimpleNamespace(in_atomic_block=True)})
    patience.hear(OperationalError("database or disk is full"))
    assert not patience.is_silent()
    error = OperationalError("no connection")
    error.__cause__ = type("PoolTimeout", (Exception,), {})()
    patience.hear(error)
    assert patience.is_silent()
