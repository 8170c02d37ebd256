"""The measured hall's database: a file, or a database of its own on the server that BALAI_DATABASE names, dropped in the end.

What stands in the named database is not touched: the one measured is made beside it, so the user must be allowed to make one.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4


def vendor() -> str:
    """Name the kind of database that is measured: sqlite or postgresql."""
    return "postgresql" if os.environ.get("BALAI_DATABASE") else "sqlite"


@contextmanager
def apart() -> Iterator[None]:
    """Point BALAI_DATABASE at a fresh database on the same server, and drop it in the end; nothing to do for a file."""
    address = os.environ.get("BALAI_DATABASE", "")
    if not address:
        yield
        return
    made = f"balai_bench_{uuid4().hex[:8]}"
    _command(address, f"CREATE DATABASE {made}")
    os.environ["BALAI_DATABASE"] = urlunsplit(urlsplit(address)._replace(path=f"/{made}"))
    try:
        yield
    finally:
        os.environ["BALAI_DATABASE"] = address
        _let_go()
        _command(address, f"DROP DATABASE IF EXISTS {made} WITH (FORCE)")


class Copy:
    """A copy of the measured database at one moment, to which it can be put back; nobody may have it open meanwhile."""

    def __init__(self) -> None:
        from django.conf import settings

        self.name = str(settings.DATABASES["default"]["NAME"])
        self.copy = f"{self.name}_copy"
        if vendor() == "sqlite":
            self.copy = str(Path(self.name).with_name("bench-copy.sqlite3"))
        self._move(self.name, self.copy)

    def put_back(self) -> None:
        """Make the database again what it was when it was copied."""
        self._move(self.copy, self.name)

    def _move(self, source: str, target: str) -> None:
        _let_go()
        if vendor() == "sqlite":
            _copy_file(Path(source), Path(target))
            return
        address = os.environ["BALAI_DATABASE"]
        beside = urlunsplit(urlsplit(address)._replace(path="/postgres"))
        _command(
            beside, f"DROP DATABASE IF EXISTS {target} WITH (FORCE)", f"CREATE DATABASE {target} TEMPLATE {source}"
        )


def _let_go() -> None:
    """Close every connection this process has."""
    from django.apps import apps

    if not apps.ready:
        return
    from django.db import connection

    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()


def _copy_file(source: Path, target: Path) -> None:
    """Copy a database that nobody has open: its log folded in first, the target's old one removed."""
    with closing(sqlite3.connect(source)) as held:
        held.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for end in ("-wal", "-shm"):
        target.with_name(target.name + end).unlink(missing_ok=True)
    shutil.copyfile(source, target)


def _command(address: str, *statements: str) -> None:
    import psycopg

    with psycopg.connect(address, autocommit=True) as line:
        for statement in statements:
            line.execute(statement.encode())
