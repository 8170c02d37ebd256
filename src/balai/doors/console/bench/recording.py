"""Writing down the statements a deed runs, and running them again bare with fresh ids."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, transaction

Statement = tuple[str, tuple[Any, ...], bool]

_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_NUMBERS = re.compile(r"\b[A-Z]{2,5}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@contextmanager
def record() -> Iterator[list[Statement]]:
    """Collect every statement that runs inside, with its parameters as the driver gets them."""
    kept: list[Statement] = []

    def keep(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        rows = [_plain(row) for row in params] if many else _plain(params or ())
        kept.append((sql, tuple(rows), many))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        yield kept


def _plain(params: Any) -> tuple[Any, ...]:
    return tuple(bytes(value) if isinstance(value, memoryview) else value for value in params)


def replay(statements: list[Statement]) -> None:
    """Run statements through Django's own cursor in one transaction, fetching what they answer."""
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params, many in statements:
            if many:
                cursor.executemany(sql, params)
            else:
                cursor.execute(sql, params)
                if cursor.description is not None:
                    cursor.fetchall()


def without_transactions(statements: list[Statement]) -> list[Statement]:
    """Leave out savepoints and the like, which the replay's own transaction stands for."""
    return [
        each for each in statements if not each[0].startswith(("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT"))
    ]


class Template:
    """Statements of one request, ready to be run for ever new cases: what differed between two recordings is made fresh."""

    def __init__(self, first: list[Statement], second: list[Statement]) -> None:
        one, other = without_transactions(first), without_transactions(second)
        if [sql for sql, _, _ in one] != [sql for sql, _, _ in other]:
            raise ValueError("two recordings of the same request ran different statements")
        self.statements = [
            (sql, params, tuple(a != b for a, b in zip(params, others, strict=True)), many)
            for (sql, params, many), (_, others, _) in zip(one, other, strict=True)
        ]

    def fill(self, nonce: str) -> list[Statement]:
        """Give the statements of one new case."""
        return [
            (
                sql,
                tuple(fresh(value, nonce) if differs else value for value, differs in zip(params, varied, strict=True)),
                many,
            )
            for sql, params, varied, many in self.statements
        ]


def fresh(value: Any, nonce: str) -> Any:
    """Make the ids and case numbers inside a value those of another case; equal ones stay equal within a nonce."""
    if isinstance(value, UUID):
        return UUID(_id(value.hex, nonce))
    if not isinstance(value, str):
        return value
    value = _IDS.sub(lambda found: _id(found.group(), nonce), value)
    return _NUMBERS.sub(lambda found: _number(found.group(), nonce), value)


def _id(text: str, nonce: str) -> str:
    made = hashlib.blake2b((text.replace("-", "") + nonce).encode(), digest_size=16).hexdigest()
    return f"{made[:8]}-{made[8:12]}-{made[12:16]}-{made[16:20]}-{made[20:]}" if "-" in text else made


def _number(text: str, nonce: str) -> str:
    made = hashlib.blake2b((text + nonce).encode(), digest_size=4).hexdigest().upper()
    return f"{text.split('-')[0]}-{made[:4]}-{made[4:]}"
