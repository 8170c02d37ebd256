"""A hundred thousand cases: how fast the inbox and the search of an officer stay."""

import random
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.test import Client

from balai.base import crypto, journal, sql
from balai.casework.cases import queries, rules
from balai.casework.cases.models import Case
from balai.doors.console.bench.lifecycles import submitted
from balai.doors.console.demo.cast import Cast
from balai.records.offices import queries as offices
from balai.records.people import actions as people_actions
from balai.records.people.models import Person
from balai.records.people.rules import Identity

NAMES = ("siti", "budi", "ratna", "joko", "dewi", "agus", "sri", "wati", "eko", "rahma", "putra", "lestari")
CHUNK, CITIZENS = 5000, 2000


def fill(cast: Cast, count: int) -> None:
    """Copy one real case many times: other numbers, units, dates and holders; a tenth still open."""
    model = Case.objects.order_by("submitted_at").first()
    if model is None:  # nothing else was measured before
        submitted(cast)
        model = Case.objects.get()
    chance = random.Random(1)
    units, people = [unit.id for unit in offices.list_units("kelurahan")], _settle(CITIZENS)
    columns = [str(column.column) for column in Case._meta.concrete_fields]
    held = dict(
        zip(columns, sql.rows(f"SELECT {', '.join(columns)} FROM cases_case WHERE id = %s", [model.id])[0], strict=True)
    )
    now, numbers = datetime.now(UTC), _numbers()
    for start in range(0, count, CHUNK):
        rows = [_row(held, units, people, chance, now, next(numbers)) for _ in range(min(CHUNK, count - start))]
        with transaction.atomic():
            _insert_many(
                "base_vault", ("id", "wrapped_key", "key_id"), [(row["vault_id"], None, "bench") for row in rows]
            )
            _insert_many("cases_case", columns, [tuple(row[column] for column in columns) for row in rows])
            _insert_many("cases_searchword", ("case_id", "hash"), list(_words(rows, chance)))
            _insert_many("cases_task", _TASK, list(_tasks(rows, cast, chance, now)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


_TASK = (
    "id",
    "case_id",
    "token",
    "node",
    "role",
    "unit_id",
    "assignee_id",
    "operation",
    "state",
    "opened_at",
    "due_at",
)


def _numbers() -> Iterator[str]:
    """Draw case numbers, none twice: two of a hundred thousand are the same once in two hundred runs."""
    drawn = set(Case.objects.values_list("number", flat=True))
    while True:
        if (number := rules.make_number("LU")) not in drawn:
            drawn.add(number)
            yield number


def _settle(count: int) -> list[uuid.UUID]:
    """Register citizens, so that no one applicant has all the cases: what one person's are must be found, not scanned."""
    rows = [
        people_actions.prepare_person(identity=Identity(name=f"Warga {number}"), now=datetime.now(UTC))
        for number in range(count)
    ]
    type(rows[0].vault).objects.bulk_create([row.vault for row in rows])
    Person.objects.bulk_create(rows)
    return [row.id for row in rows]


def _row(
    held: dict[str, Any],
    units: list[uuid.UUID],
    people: list[uuid.UUID],
    chance: random.Random,
    now: datetime,
    number: str,
) -> dict[str, Any]:
    applicant = chance.choice(people)
    at = now - timedelta(days=chance.uniform(0, 900))
    open_ = chance.random() < 0.1
    row = held | {
        "id": uuid.uuid4(), "number": number, "vault_id": uuid.uuid4(), "unit_id": chance.choice(units),
        "applicant_id": applicant, "submitted_by_id": applicant, "submitted_at": at, "due_at": at + timedelta(days=3), "status": "open" if open_ else "closed",
        "closed_at": None if open_ else at + timedelta(days=2), "outcome": "" if open_ else "granted",
        "remind_at": None, "overdue_told_at": at if open_ else None,
    }  # fmt: skip
    return row | {"mac": _mark(row)}


def _mark(row: dict[str, Any]) -> bytes:
    case, vault, unit = (UUID(str(row[name])) for name in ("id", "vault_id", "unit_id"))
    return queries.row_mark(
        case, vault, unit, crypto.holders_of(row["applicant_id"], row["submitted_by_id"]), row["service_key"], row["channel"],
        row["status"], row["outcome"], row["end_event"], row["revision"],
        journal.Head(row["journal_seq"], bytes(row["journal_hash"])),
    )  # fmt: skip


def _words(rows: list[dict[str, Any]], chance: random.Random) -> Iterator[tuple[Any, ...]]:
    hashes = {name: queries.search_hashes(name)[0] for name in NAMES}
    for row in rows:
        for name in chance.sample(NAMES, 2):
            yield row["id"], hashes[name]


def _tasks(rows: list[dict[str, Any]], cast: Cast, chance: random.Random, now: datetime) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        if row["status"] == "open":
            mine = cast.budi.person_id if row["unit_id"] == cast.unit_id else None
            due = now + timedelta(hours=chance.uniform(-50, 90))
            yield (
                uuid.uuid4(),
                row["id"],
                "t1",
                "check",
                "clerk",
                row["unit_id"],
                mine,
                "",
                "open",
                row["submitted_at"],
                due,
            )


def _insert_many(table: str, columns: Any, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
            [sql.adapt(row, embedded=connection.vendor == "sqlite") for row in rows],
        )


def measure(rounds: int) -> dict[str, float]:
    """Time the inbox page and the search page as Budi sees them, in this process; 95th percentile in ms."""
    client = Client(HTTP_HOST="127.0.0.1")
    client.post("/demo/masuk/budi/")
    inbox = [_time(client, "/meja/") for _ in range(rounds)]
    unit = [_time(client, "/meja/?meja=unit") for _ in range(rounds)]
    words = ["siti rahma", "agus", "dewi lestari", "9901014101900001", "LU-0000-0000"]
    search = [_time(client, f"/meja/cari/?q={words[number % len(words)]}") for number in range(rounds)]
    return {"inbox_p95_ms": _p95(inbox), "unit_inbox_p95_ms": _p95(unit), "search_p95_ms": _p95(search)}


def _time(client: Client, path: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path)
    spent = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.get('Location', '')}")
    return spent


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95) - 1]
