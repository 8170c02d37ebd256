"""The tables are what the models say, on every database."""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0, stdout=StringIO())


@pytest.mark.django_db
def test_the_embedded_database_runs_as_the_house_needs_it() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("this is about SQLite")
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert cursor.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


@pytest.mark.parametrize(("processes", "engine"), [("1", "cached_db"), ("4", "db")])
def test_a_session_lives_in_memory_only_where_there_is_one_process(processes: str, engine: str, tmp_path: Path) -> None:
    """Kept in each process's memory, a session would outlive its sign-out in the others."""
    told = subprocess.run(
        [sys.executable, "-c", "from balai.project import settings; print(settings.SESSION_ENGINE)"],
        env=os.environ | {"BALAI_HOME": str(tmp_path), "BALAI_WEB_PROCESSES": processes, "PYTHONPATH": "src"},
        cwd=Path(__file__).resolve().parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip().rsplit(".", 1)[-1] == engine
