"""A stage that takes long to set: set once in a process, then laid down again as it was, its rows and its files beside the database."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from tests import tables

from balai.casework.catalogue import queries as catalogue

FOLDERS = ("log", "signing", "documents")  # what conftest.py takes away before each test
Stage = TypeVar("Stage")
_kept: dict[tuple[str, str, object], tuple[Any, tables.Rows, dict[str, bytes]]] = {}


def again(name: str, make: Callable[[], Stage], *, on: object = None) -> Stage:
    """Give what `make` gives, made once; each later test finds the same rows and files.

    What is given may hold ids and people, no rows of the database. `on` tells apart what stood in the hall before: whoever asks
    again asks in a hall that is empty, or holds just that.
    """
    key = (name, str(settings.BALAI_HOME), on)
    if key not in _kept:
        made = make()
        _kept[key] = made, tables.read_rows(_filled()), _read()
        return made
    made, rows, files = _kept[key]
    _forget()
    for path, content in files.items():
        target = Path(settings.BALAI_HOME) / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        target.write_bytes(content)
    tables.lay_down(rows)
    return made  # type: ignore[no-any-return]


def _filled() -> list[str]:
    """List the tables that hold something, but for who is signed in: a test's browsers may be there before its stage."""
    return [table for table in tables.list_filled() if "session" not in table]


def _forget() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in _filled():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")
    catalogue.forget_current()


def _read() -> dict[str, bytes]:
    home = Path(settings.BALAI_HOME)
    found = (path for folder in FOLDERS for path in sorted((home / folder).rglob("*")) if path.is_file())
    return {path.relative_to(home).as_posix(): path.read_bytes() for path in found}
