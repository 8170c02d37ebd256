"""The test database as rows: which tables hold some, and what a hall just made consists of."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction

MANY = 200  # rows to a statement
Rows = dict[str, tuple[list[str], list[tuple[Any, ...]]]]  # of each table its columns and its rows


def list_filled(tables: Iterable[str] | None = None) -> list[str]:
    """List those of the tables, or of all, that hold rows. One query."""
    names = sorted(tables if tables is not None else connection.introspection.django_table_names(only_existing=True))
    if not names:
        return []
    each = (f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return [name for (name,) in cursor.fetchall()]


def read_rows(tables: Iterable[str]) -> Rows:
    """Read tables whole, as the database keeps them."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for name in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(name)}")
            found[name] = [column[0] for column in cursor.description], cursor.fetchall()
    return found


def lay_down(rows: Rows) -> None:
    """Put rows that were read back into empty tables; references are judged at the end."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name, (columns, values) in rows.items():
            quoted = ", ".join(map(connection.ops.quote_name, columns))
            one = f"({', '.join(['%s'] * len(columns))})"
            for some in (values[start : start + MANY] for start in range(0, len(values), MANY)):
                cursor.execute(
                    f"INSERT INTO {connection.ops.quote_name(name)} ({quoted}) VALUES {', '.join([one] * len(some))}",
                    [value for row in some for value in row],
                )
