"""Writes `src/balai/project/tables.sql`: what all migrations make of an empty SQLite database, so that a new hall need not run them.

`--check` only compares; the house test `tests/house/test_new_hall.py` fails while the file is not what the migrations make.
"""

import os
import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "src" / "balai" / "project" / "tables.sql"
MADE = "-- Written by tools/tables.py from the migrations, which rule; a new hall begins with it and then migrates.\n"
_WHEN = re.compile(r"'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?'")


def dump(database: Path) -> str:
    """Give the tables, indexes and rows of a database that was just migrated, as SQL that is the same each time."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as line:
        lines = [each for each in line.iterdump() if each not in ("BEGIN TRANSACTION;", "COMMIT;")]
    lines.sort(key=lambda each: not each.startswith("CREATE TABLE"))  # a row may name a table that comes later
    told = (_WHEN.sub("'1970-01-01 00:00:00'", each) if "django_migrations" in each else each for each in lines)
    return MADE + "\n".join(told) + "\n"


def migrate(home: Path) -> Path:
    """Migrate an empty database and give its file."""
    os.environ |= {"BALAI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "balai.project.settings"}
    sys.path.insert(0, str(ROOT / "src"))
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    return home / "balai.sqlite3"


def main() -> int:
    """Write the file, or with --check tell whether it is true."""
    with tempfile.TemporaryDirectory(prefix="balai-tables-") as home:
        text = dump(migrate(Path(home)))
    if "--check" in sys.argv[1:]:
        return int(not FILE.exists() or FILE.read_text("utf-8") != text)
    FILE.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
