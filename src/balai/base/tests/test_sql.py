"""Plain statements: the quick way and the watched way are one way, in Django's own connection and transaction."""

import asyncio
from datetime import UTC, date, datetime, timedelta, timezone
from threading import Thread
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from balai.base import sql
from balai.base.models import Vault

pytestmark = pytest.mark.django_db(transaction=True)
COLUMNS = ("id", "wrapped_key", "key_id", "shredded_at")
WHEN = datetime(2026, 6, 2, 10, 30, 1, 250_000, tzinfo=timezone(timedelta(hours=8)))


def vault(**values: object) -> tuple[object, ...]:
    row = {"id": uuid4(), "wrapped_key": b"\x00%s", "key_id": "kunci", "shredded_at": WHEN} | values
    return tuple(row[column] for column in COLUMNS)


def read(vault_id: UUID) -> tuple[object, ...] | None:
    row = sql.row("SELECT id, wrapped_key, key_id, shredded_at FROM base_vault WHERE id = %s", [vault_id])
    return row and (sql.as_uuid(row[0]), bytes(row[1]), row[2], sql.as_datetime(row[3]))


def test_quick_and_watched_statements_read_and_write_the_same() -> None:
    quick, watched = vault(), vault()
    sql.insert("base_vault", COLUMNS, [quick])
    with CaptureQueriesContext(connection) as seen:
        sql.insert("base_vault", COLUMNS, [watched])
        assert read(quick[0]) == (*quick[:3], WHEN)
    assert len(seen) == 2
    assert read(watched[0]) == (*watched[:3], WHEN)
    assert Vault.objects.filter(shredded_at=WHEN, id__in=[quick[0], watched[0]]).count() == 2


def test_a_percent_sign_in_a_statement_is_written_twice() -> None:
    sql.insert("base_vault", COLUMNS, [vault(key_id="kunci"), vault(key_id="lain")])
    assert sql.row("SELECT count(*) FROM base_vault WHERE key_id LIKE 'kun%%' AND key_id <> %s", ["x"]) == (1,)


def test_statements_stand_in_djangos_transaction() -> None:
    row = vault()
    with pytest.raises(RuntimeError), transaction.atomic():
        sql.insert("base_vault", COLUMNS, [row])
        assert Vault.objects.filter(id=row[0]).exists()
        raise RuntimeError
    assert read(row[0]) is None


def test_what_the_driver_refuses_comes_as_djangos_error_and_spoils_the_transaction() -> None:
    row = vault()
    sql.insert("base_vault", COLUMNS, [row])
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.insert("base_vault", COLUMNS, [row])
    with pytest.raises(TransactionManagementError), transaction.atomic():
        try:
            with transaction.atomic(savepoint=False):
                raise IntegrityError
        except IntegrityError:
            sql.execute("DELETE FROM base_vault")
    assert read(row[0]) is not None


def test_a_closed_connection_is_opened_again() -> None:
    row = vault()
    sql.insert("base_vault", COLUMNS, [row])
    connection.close()
    assert read(row[0]) is not None


def test_beside_an_event_loop_statements_stand_in_the_loops_own_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    inside, outside = vault(), vault()
    sql.insert("base_vault", COLUMNS, [outside])

    async def look() -> None:
        with transaction.atomic():  # another connection of Django's than outside the loop
            sql.insert("base_vault", COLUMNS, [inside])
            assert Vault.objects.filter(id=inside[0]).exists()
        connection.close()

    asyncio.run(look())
    with transaction.atomic():  # and back again, out of the loop
        sql.insert("base_vault", COLUMNS, [vault()])
    assert read(inside[0]) is not None


def test_every_thread_has_a_line_of_its_own() -> None:
    row, found = vault(), []
    sql.insert("base_vault", COLUMNS, [row])

    def look() -> None:
        found.append(read(row[0]))
        connection.close()

    threads = [Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each and each[0] for each in found] == [row[0]] * 3


@pytest.mark.parametrize("embedded", [True, False])
def test_values_are_adapted_as_djangos_fields_would(embedded: bool) -> None:
    some = uuid4()
    adapted = sql.adapt([some, WHEN, date(2026, 6, 2), {"a": ["é"]}, memoryview(b"x"), None, True], embedded=embedded)
    assert adapted[3:] == ['{"a":["é"]}', b"x", None, True]
    wanted = [some.hex, str(WHEN.astimezone(UTC).replace(tzinfo=None)), "2026-06-02"]
    assert adapted[:3] == (wanted if embedded else [some, WHEN, date(2026, 6, 2)])
