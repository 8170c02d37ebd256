"""The tables that a new hall begins with are what the migrations make of an empty database, and a hall begins with them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db.migrations.loader import MigrationLoader
from tests import prepared
from tests.house.source import ROOT
from tools import tables

from balai.doors.console import installation

# Django's rows for rights, which Balai never asks: `prepared` leaves them out, and each `migrate` adds what is missing.
ELSEWHERE = ("django_content_type", "auth_permission", "sqlite_sequence")
LAY = """
import sys, django; django.setup()
from pathlib import Path
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from balai.doors.console import installation

def left(file):
    installation._TABLES = Path(file)
    installation._lay_tables()
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))

print(*(left(file) for file in sys.argv[1:]))
"""


def known() -> list[tuple[str, str]]:
    return installation._MIGRATION.findall(tables.FILE.read_text("utf-8"))


def test_the_file_is_what_the_migrations_make() -> None:
    def lines(text: str) -> list[str]:
        return [
            each
            for each in text.splitlines()
            if not each.startswith(tuple(f'INSERT INTO "{name}"' for name in ELSEWHERE))
        ]

    if rooms_gone := set(known()) - set(MigrationLoader(None, ignore_no_migrations=True).disk_migrations):
        pytest.skip(f"without {sorted({app for app, _ in rooms_gone})} a hall migrates, as below")
    assert lines(tables.FILE.read_text("utf-8")) == lines(tables.dump(prepared.file())), "run tools/tables.py"


def test_an_empty_database_begins_with_it_unless_it_knows_more_than_the_program(tmp_path: Path) -> None:
    text = tables.FILE.read_text("utf-8")
    foreign = tmp_path / "foreign.sql"
    foreign.write_text(
        text + "INSERT INTO \"django_migrations\" VALUES(999,'rooms_gone','0001_initial','1970-01-01 00:00:00');\n"
    )
    older = tmp_path / "older.sql"  # of a version that had not made the newest row yet
    rows = [each for each in text.splitlines() if each.startswith('INSERT INTO "django_migrations"')]
    older.write_text(text.replace(f"{rows[-1]}\n", ""))
    for files, left in (((foreign, tables.FILE, foreign), [len(rows), 0, 0]), ((older,), [1])):
        home = tmp_path / files[0].stem
        home.mkdir()
        environ = {
            key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_", "PYTEST_"))
        }
        told = subprocess.run(
            [sys.executable, "-c", LAY, *map(str, files)], capture_output=True, text=True, check=True,
            env=environ | {"PYTHONPATH": str(ROOT / "src"), "BALAI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "balai.project.settings"},
        )  # fmt: skip
        assert [int(each) for each in told.stdout.split()] == left
