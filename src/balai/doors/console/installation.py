"""Which installation a command works on: its home, its database; loads Django for it."""

import argparse
import hashlib
import os
import re
import sys
from pathlib import Path

from balai.base import heap

_PACKAGE = Path(__file__).resolve().parents[2]
_TABLES = _PACKAGE / "project" / "tables.sql"  # written by tools/tables.py
_MIGRATION = re.compile(r'^INSERT INTO "django_migrations" VALUES\(\d+,\'(\w+)\',\'(\w+)\'', re.MULTILINE)


def add_home(parser: argparse.ArgumentParser) -> None:
    """Declare --home."""
    parser.add_argument(
        "--home", type=Path, metavar="DIR", help="the folder that holds all state (default: .balai/home, or BALAI_HOME)"
    )


def point(args: argparse.Namespace, *, demo: bool = False, port: int | None = None) -> Path:
    """Point the settings at the installation, without loading anything, and give its home."""
    if getattr(args, "home", None):
        os.environ["BALAI_HOME"] = str(args.home.resolve())
    if demo:
        os.environ["BALAI_DEMO"] = "1"
    else:
        os.environ.pop("BALAI_DEMO", None)  # nobody turns a real hall into a demonstration by a stray variable
    if port is not None and "BALAI_URL" not in os.environ:
        os.environ["BALAI_URL"] = f"http://127.0.0.1:{port}"
    _require_address()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balai.project.settings")
    return Path(os.environ.get("BALAI_HOME", _PACKAGE.parents[1] / ".balai" / "home"))


def _require_address() -> None:
    """Refuse an address that is none, before anything starts or is written. :raises SystemExit:"""
    from balai.base import address

    try:
        address.read(os.environ.get("BALAI_URL", "http://127.0.0.1"))
    except address.Nonsense as nonsense:
        raise SystemExit(f"balai: {nonsense}") from None


def claim(home: Path, *, works: bool = True) -> None:
    """Hold a home for this server, and on the embedded database for its worker. :raises SystemExit: when another does."""
    from balai.doors.console import claims

    claims.claim_home(home, "serve")
    if works and not os.environ.get("BALAI_DATABASE"):
        claims.claim_home(home, "worker")


def load(args: argparse.Namespace, *, demo: bool = False, port: int | None = None, judged: bool = True) -> None:
    """Point the settings at the installation and load Django.

    :raises SystemExit: when its keys or tables are not this program's; unless not `judged`, so that the doctor can tell it.
    """
    point(args, demo=demo, port=port)
    import django

    with heap.loading():
        django.setup()
    if judged:
        require_ours()


def require_ours() -> None:
    """Refuse to go on with another hall's keys, or on a newer hall's tables. :raises SystemExit: with what to do."""
    from django.db import DatabaseError

    from balai.base import keys

    try:
        obstacle = keys.find_obstacle()
    except DatabaseError as error:
        raise SystemExit(f"balai: the database does not answer: {str(error).strip()}") from None
    if obstacle is not None:
        raise SystemExit(f"balai: {obstacle.words} ({obstacle.code})")


def migrate() -> None:
    """Bring the database to this version's tables, and note which version that is and which keys are its own."""
    from datetime import UTC, datetime
    from uuid import uuid4

    from django.conf import settings
    from django.core.management import call_command

    from balai.base import keys, marks, retiring, sequencer
    from balai.base.actors import Actor
    from balai.casework.cases import actions as cases

    if lost := retiring.list_lost():
        raise SystemExit(
            f"The room {', '.join(lost)} is gone, but this hall's database still holds its rows, which somebody has to keep, tell of"
            " and forget. Put its folder back; to part with it, run `./balai rooms retire NAME` before the folder is deleted."
        )
    require_ours()
    _lay_tables()
    call_command("migrate", verbosity=0, interactive=False)
    try:
        keys.adopt(uuid4(), actor=Actor("system", "console", name="keys"), now=datetime.now(UTC))
    except keys.NotOurs as error:
        raise SystemExit(f"balai: {error} ({error.obstacle.code})") from None
    marks.adopt(datetime.now(UTC))  # what is there is marked before anybody can come in and change it
    cases.fill_apart(command_id=uuid4(), actor=Actor("system", "console", name="migrate"), now=datetime.now(UTC))
    _mark(Path(settings.BALAI_HOME)).write_text(version_of_tables(), encoding="ascii")
    try:
        sequencer.seal_all(most=1_000_000)  # the log answers from the first moment
    except sequencer.Broken:
        warn_of_rewind()


def _lay_tables() -> None:
    """Begin an empty SQLite database with the tables that all migrations make of one, which takes them ten seconds of CPU.

    Whatever migration is newer than the file runs after it as ever; a file that knows one this program has not is left alone.
    """
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    if connection.vendor != "sqlite" or connection.introspection.table_names() or not _TABLES.exists():
        return
    text = _TABLES.read_text("utf-8")
    known = set(_MIGRATION.findall(text))
    if known and known <= set(MigrationLoader(connection).disk_migrations):
        connection.connection.executescript(f"BEGIN IMMEDIATE;\n{text}COMMIT;")
        with connection.cursor() as cursor:
            cursor.execute("UPDATE django_migrations SET applied = CURRENT_TIMESTAMP")


def warn_of_rewind() -> None:
    """Say loudly that the database contradicts what the public log has signed, if it does; the hall opens all the same."""
    from balai.base import sequencer

    if fault := sequencer.find_rewind():
        print(
            f"balai: THE PUBLIC LOG: {fault}. Nothing more is signed. Keep this home as evidence; see `balai verify-journal`.",
            file=sys.stderr,
            flush=True,
        )


def is_migrated(home: Path) -> bool:
    """Tell, in a millisecond, whether this home's database was brought to these very tables before.

    So a hall that starts again opens its door at once instead of waiting for Django to look twice.
    """
    mark = _mark(home)
    return mark.is_file() and mark.read_text(encoding="ascii") == version_of_tables()


def _mark(home: Path) -> Path:
    return home / "tables"


def version_of_tables() -> str:
    """Digest the names of all migrations and which database they went to."""
    files = sorted(str(path.relative_to(_PACKAGE)) for path in _PACKAGE.glob("**/migrations/[0-9]*.py"))
    return hashlib.sha256("\n".join([*files, os.environ.get("BALAI_DATABASE", "")]).encode()).hexdigest()
