"""A database with every table and no hall's rows: migrated once in a run, then copied, since migrations take seconds of CPU.

It is kept by a digest of the migrations, so that a copy of the checkout with a room more or less has one of its own.
"""

import atexit
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import balai

NAME = "TESTS_PREPARED"  # the folder of a run, handed to its workers and to the tests of a copied checkout
PACKAGE = Path(balai.__file__).parent
# The rights of models, which Balai never asks, are left out: `make_cast` lays its rows into empty tables, and a hall makes them.
MIGRATE = """
import django; django.setup()
from django.core.management import call_command; call_command('migrate', verbosity=0)
from django.contrib.contenttypes.models import ContentType; ContentType.objects.all().delete()
"""


def folder() -> Path:
    """Give the folder of this run; whoever makes it takes it away when their process ends."""
    if NAME not in os.environ:
        os.environ[NAME] = made = tempfile.mkdtemp(prefix="balai-prepared-")
        owner = os.getpid()
        atexit.register(lambda: os.getpid() == owner and shutil.rmtree(made, ignore_errors=True))
    return Path(os.environ[NAME])


def file() -> Path:
    """Give the SQLite file, migrated by a process of its own when nobody did yet."""
    with _alone() as place:
        found = place / "balai.sqlite3"
        if not found.exists():
            _begin(place / "making")
            _migrate(place / "making", {})
            shutil.move(place / "making" / "balai.sqlite3", found)
            (place / "of").write_text("\n".join(_list_migrations()))
    return found


def _begin(home: Path) -> None:
    """Begin with the tables of a checkout that has fewer migrations than this one, if one was prepared: a room more takes a second."""
    from balai.base import keyring

    ours = set(_list_migrations())
    for known in sorted(folder().glob("*/of")):
        if ours.issuperset(known.read_text().splitlines()):
            home.mkdir(mode=0o700)
            (home / "keys").mkdir(mode=0o700)
            keyring.mint(home)
            shutil.copyfile(known.with_name("balai.sqlite3"), home / "balai.sqlite3")
            return


def template(url: str) -> str:
    """Give the name of the database on a PostgreSQL server that others are made from."""
    address, name = urlsplit(url), f"balai_prepared_{_digest()}"
    with _alone() as place:
        done = place / f"{address.hostname}-{address.port}"
        if not done.exists():
            import psycopg

            with psycopg.connect(url, autocommit=True) as line:
                # a run before may have left one on a server that stays
                line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
                line.execute(f'CREATE DATABASE "{name}"'.encode())
            _migrate(place / f"making-{address.port}", {"BALAI_DATABASE": address._replace(path=f"/{name}").geturl()})
            done.touch()
    return name


def pour(url: str) -> None:
    """Put the tables into an empty database of whichever PostgreSQL server: the first of a run is migrated, the rest are its copies."""
    from balai.doors.console.commands.backup import postgres_tool

    with _alone() as place:
        kept = place / "tables.sql"
        if not kept.exists():
            _migrate(place / "making-dump", {"BALAI_DATABASE": url})
            dump = [postgres_tool("pg_dump"), "--no-owner", "--no-privileges", "--file", str(place / "dump.sql"), url]
            subprocess.run(dump, check=True)
            shutil.move(place / "dump.sql", kept)
            return
    psql = [postgres_tool("psql"), "-q", "-X", "-v", "ON_ERROR_STOP=1", "-f", str(kept), url]
    subprocess.run(psql, check=True, stdout=subprocess.DEVNULL)


def lay(home: Path, *, demo: bool = False, database: str = "") -> None:
    """Put the tables into an empty home, or an empty database of PostgreSQL, with keys of its own, as one that was just migrated.

    With `demo` the home is a demonstration's.
    """
    from balai.base import keyring

    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    (home / "keys").mkdir(mode=0o700)
    if demo:
        (home / "DEMO").touch()
    keyring.mint(home)
    if database:
        pour(database)
    else:
        shutil.copyfile(file(), home / "balai.sqlite3")


def _migrate(home: Path, told: dict[str, str]) -> None:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("BALAI_", "DJANGO_", "PYTEST_"))}
    told |= {
        "PYTHONPATH": str(PACKAGE.parent),
        "BALAI_HOME": str(home),
        "DJANGO_SETTINGS_MODULE": "balai.project.settings",
    }
    subprocess.run([sys.executable, "-c", MIGRATE], env=clean | told, check=True)


@contextmanager
def _alone() -> Iterator[Path]:
    place = folder() / _digest()
    place.mkdir(exist_ok=True)
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield place


def _digest() -> str:
    return hashlib.sha256("\n".join(_list_migrations()).encode()).hexdigest()[:16]


def _list_migrations() -> list[str]:
    """List every migration of this checkout with what it says, as a digest."""
    return [
        f"{path.relative_to(PACKAGE).as_posix()} {hashlib.sha256(path.read_bytes()).hexdigest()}"
        for path in sorted(PACKAGE.glob("**/migrations/*.py"))
    ]


if __name__ == "__main__":  # `balai test` begins with it while the workers still read the tests
    template(os.environ["BALAI_DATABASE"]) if os.environ.get("BALAI_DATABASE") else file()
