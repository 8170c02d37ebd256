"""Plain statements for the step path, the same on SQLite and PostgreSQL.

The ORM costs more there than everything else together (evidence: 12 ms against 1.4 ms per case), and of a statement's own
cost Django's cursor is half again. So these few functions adapt values on the way in and out as Django's fields would, and
run on the driver's cursor inside Django's own connection and transaction. Whoever watches statements (tests that count
queries, a debugger, the bench) has asked Django's cursor to tell: then they run there.
"""

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections

from balai.base import canonical

_PLACE = re.compile(r"(?<!%)%s")


@lru_cache(maxsize=64)  # a deed writes its one `now` into every row
def _naive(value: datetime) -> str:
    moment = value if value.tzinfo is UTC else value.astimezone(UTC)
    return moment.isoformat(" ")[:-6]  # without +00:00; quicker than a copy without its zone


_SERVER: dict[type, Callable[[Any], Any]] = {dict: canonical.write, list: canonical.write, memoryview: bytes}
_EMBEDDED: dict[type, Callable[[Any], Any]] = {
    **_SERVER, UUID: lambda value: f"{value.int:032x}", datetime: _naive, date: date.isoformat,
}  # fmt: skip


def adapt(values: Iterable[Any], *, embedded: bool) -> list[Any]:
    """Adapt parameters as Django's fields would; `embedded` is SQLite, which keeps ids as hex and times as naive UTC text."""
    way_of = (_EMBEDDED if embedded else _SERVER).get
    return [value if (way := way_of(type(value))) is None else way(value) for value in values]


class _Line(threading.local):
    """A thread's open line: Django's connection, the driver's beneath it, and the one cursor statements run on."""

    wrapper: Any = None
    driver: Any = None
    cursor: Any = None
    embedded = False
    plain = False  # the connection is that of the thread itself, not of an event loop in it

    def take(self) -> Any:
        """Give Django's connection here and now with a cursor that fits it, opened anew when the driver's was closed.

        Beside a running event loop a thread has a second connection, so there Django is asked each time; to ask it always
        would cost a fifth of what a statement does.
        """
        looped = asyncio._get_running_loop() is not None
        wrapper = self.wrapper if self.plain and not looped else connections[DEFAULT_DB_ALIAS]
        if wrapper is not self.wrapper or wrapper.connection is not self.driver or self.driver is None:
            wrapper.ensure_connection()
            self.wrapper, self.driver, self.embedded = wrapper, wrapper.connection, wrapper.vendor == "sqlite"
            self.cursor = self.driver.cursor() if self.embedded else wrapper.create_cursor()
        self.plain = not looped
        return wrapper


_line = _Line()


@lru_cache(maxsize=1024)
def _for_sqlite(statement: str) -> str:
    return _PLACE.sub("?", statement).replace("%%", "%")


def _run(statement: str, params: Sequence[Any], *, fetch: bool) -> Any:
    """Run one statement; give its rows, or how many it touched."""
    wrapper = _line.take()
    values = adapt(params, embedded=_line.embedded)
    if wrapper.execute_wrappers or wrapper.force_debug_cursor or wrapper.needs_rollback:
        with wrapper.cursor() as watched:
            watched.execute(statement, values)
            return watched.fetchall() if fetch else watched.rowcount
    cursor = _line.cursor
    try:
        cursor.execute(_for_sqlite(statement) if _line.embedded else statement, values)
        return cursor.fetchall() if fetch else cursor.rowcount
    except Exception:
        with wrapper.wrap_database_errors:
            raise


def execute(statement: str, params: Sequence[Any] = ()) -> int:
    """Run one statement and tell how many rows it touched."""
    return int(_run(statement, params, fetch=False))


def rows(statement: str, params: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run one query and fetch all its rows."""
    found: list[tuple[Any, ...]] = _run(statement, params, fetch=True)
    return found


def row(statement: str, params: Sequence[Any] = ()) -> tuple[Any, ...] | None:
    """Run one query and fetch its first row, if any."""
    found = rows(statement, params)
    return found[0] if found else None


def insert(table: str, columns: Sequence[str], values: Iterable[Sequence[Any]], *, once: bool = False) -> None:
    """Insert any number of rows in one statement; with `once` those that are there already are left alone."""
    made = list(values)
    if made:
        statement = _insertion(table, tuple(columns), len(made)) + (" ON CONFLICT DO NOTHING" if once else "")
        execute(statement, [value for each in made for value in each])


@lru_cache(maxsize=256)
def _insertion(table: str, columns: tuple[str, ...], count: int) -> str:
    one = "(" + ", ".join(["%s"] * len(columns)) + ")"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([one] * count)}"


def for_update() -> str:
    """Give the row-lock clause; SQLite's immediate transaction already holds the only write lock."""
    _line.take()
    return "" if _line.embedded else " FOR UPDATE"


def as_uuid(value: Any) -> UUID | None:
    """Read a UUID column."""
    if value is None or isinstance(value, UUID):
        return value
    return _uuid(value)


@lru_cache(maxsize=4096)  # a unit, an officer and a case are read many times over
def _uuid(digits: str) -> UUID:
    return UUID(int=int(digits, 16))  # SQLite keeps 32 hex digits; this way takes a third of the time


def as_datetime(value: Any) -> datetime | None:
    """Read a timestamp column as aware UTC."""
    if value is None:
        return None
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    moment: datetime = value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def as_json(value: Any) -> Any:
    """Read a JSON column."""
    return json.loads(value) if isinstance(value, str | bytes) else value
