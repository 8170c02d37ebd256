"""The tables are what the models say, on every database."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from tests import cast, tables

from balai.base import journal_check
from balai.doors.console.demo import cast as demo


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0, stdout=StringIO())


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_embedded_database_runs_as_the_house_needs_it() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("this is about SQLite")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert cursor.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_town_laid_down_again_is_the_town_that_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests begin with such a town (`tests.cast.make_cast`), so it has to be one."""
    monkeypatch.setattr(cast, "_made", {})
    first = cast.make_cast(cast.NOW)
    made = tables.read_rows(tables.list_filled())
    call_command("flush", verbosity=0, interactive=False)
    assert tables.list_filled() == []
    monkeypatch.setattr(demo, "make_cast", lambda now: pytest.fail("made a second time"))
    assert cast.make_cast(cast.NOW) == first
    again = tables.read_rows(tables.list_filled())
    assert {name: (columns, sorted(rows, key=repr)) for name, (columns, rows) in again.items()} == {
        name: (columns, sorted(rows, key=repr)) for name, (columns, rows) in made.items()
    }
    assert journal_check.verify_journal().faults == ()
    cast.open_service()
    cast.apply_for_sku(first)


@pytest.mark.parametrize(("processes", "engine"), [("1", "cached_db"), ("4", "db")])
def test_a_session_lives_in_memory_only_where_there_is_one_process(processes: str, engine: str, tmp_path: Path) -> None:
    """Kept in each process's memory, a session would outlive its sign-out in the others."""
    told = subprocess.run(
        [sys.executable, "-c", "from balai.project import settings; print(settings.SESSION_ENGINE)"],
        env=os.environ | {"BALAI_HOME": str(tmp_path), "BALAI_WEB_PROCESSES": processes, "PYTHONPATH": "src"},
        cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip().rsplit(".", 1)[-1] == engine
