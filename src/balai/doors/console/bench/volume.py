"""A hundred thousand cases, or a million: how fast an officer's lists of work and search stay."""

import random
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.test import Client

from balai.base import crypto, journal, sql
from balai.casework.cases import queries, rules
from balai.casework.cases.models import Case
from balai.doors.console.bench.lifecycles import submitted
from balai.doors.console.demo.cast import Cast, find_cast
from balai.records.offices import queries as offices
from balai.records.people import actions as people_actions
from balai.records.people.models import Person
from balai.records.people.rules import Identity

NAMES = ("siti", "budi", "ratna", "joko", "dewi", "agus", "sri", "wati", "eko", "rahma", "putra", "lestari")
CHUNK, CITIZENS = 5000, 2000
FILLED = ("cases_case", "cases_searchword", "cases_task")


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
    now = datetime.now(UTC)
    with _unindexed() if connection.vendor == "sqlite" else nullcontext():
        _insert(held, columns, units, people, chance, now, cast, count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@contextmanager
def _unindexed() -> Iterator[None]:
    """Take the indexes of the filled tables away and make them again at the end: each row would else be put into a dozen places."""
    sql.execute("PRAGMA cache_size = -400000")  # as many rows in a row as no hall takes
    found = sql.rows(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN (%s, %s, %s)", list(FILLED)
    )  # fmt: skip
    for name, _ in found:
        sql.execute(f'DROP INDEX "{name}"')
    yield
    for _, made in found:
        sql.execute(made)


def _insert(
    held: dict[str, Any],
    columns: list[str],
    units: list[UUID],
    people: list[UUID],
    chance: random.Random,
    now: datetime,
    cast: Cast,
    count: int,
) -> None:
    numbers = _numbers()
    for start in range(0, count, CHUNK):
        rows = [_row(held, units, people, chance, now, next(numbers)) for _ in range(min(CHUNK, count - start))]
        with transaction.atomic():
            _insert_many(
                "base_vault", ("id", "wrapped_key", "key_id"), [(row["vault_id"], None, "bench") for row in rows]
            )
            _insert_many("cases_case", columns, [tuple(row[column] for column in columns) for row in rows])
            _insert_many("cases_searchword", ("case_id", "unit_id", "hash"), list(_words(rows, chance)))
            _insert_many("cases_task", _TASK, list(_tasks(rows, cast, chance, now)))
        if start % 100_000 == 0 and count > 100_000:
            print(f"  {start:,} of {count:,} cases", file=sys.stderr, flush=True)


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
    "service_id",
    "returned",
    "parked_until",
    "parked_for",
    "unstaffed",
    "apart_from",
)
STEPS = (("check", "clerk", ""), ("decide", "head", ""), ("sign", "head", "document.sign"))


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
        "id": _id(chance), "number": number, "vault_id": _id(chance), "unit_id": chance.choice(units),
        "applicant_id": applicant, "submitted_by_id": applicant, "submitted_at": at, "due_at": at + timedelta(days=3),
        "status": ("waiting" if chance.random() < 0.15 else "open") if open_ else "closed", "closed_at": None if open_ else at + timedelta(days=2), "outcome": "" if open_ else "granted",
        "remind_at": None, "overdue_told_at": at if open_ else None,
    }  # fmt: skip
    return row | {"mac": _mark(row), "paused_at": now if row["status"] == "waiting" else None}


def _id(chance: random.Random) -> UUID:
    """Draw an id, the same in every run."""
    return UUID(int=chance.getrandbits(128), version=4)


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
            yield row["id"], row["unit_id"], hashes[name]


def _tasks(rows: list[dict[str, Any]], cast: Cast, chance: random.Random, now: datetime) -> Iterator[tuple[Any, ...]]:
    """Give each open case its task: at its applicant's, or at a clerk's or head's, some once more, some parked."""
    for row in rows:
        if row["status"] == "closed":
            continue
        waits = row["status"] == "waiting"
        node, role, operation = ("correct", "applicant", "") if waits else chance.choices(STEPS, (6, 3, 1))[0]
        own = {"clerk": cast.budi.person_id, "head": cast.ratna.person_id}.get(role)
        mine = (
            row["applicant_id"] if waits else own if row["unit_id"] == cast.unit_id and chance.random() < 0.9 else None
        )
        parked = now + timedelta(days=chance.uniform(-5, 20)) if not waits and chance.random() < 0.05 else None
        yield (
            _id(chance), row["id"], "t1", node, role, row["unit_id"], mine, operation, "open", row["submitted_at"],
            now + timedelta(hours=chance.uniform(-50, 90)), row["service_id"], not waits and chance.random() < 0.1, parked,
            "system" if parked else "", False, "",
        )  # fmt: skip


def _insert_many(table: str, columns: Any, rows: list[tuple[Any, ...]]) -> None:
    if not rows:
        return
    marks = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",
            [sql.adapt(row, embedded=connection.vendor == "sqlite") for row in rows],
        )


DESKS = ("", "meja=unit", "meja=semua")
STATES = ("", "tampil=terlambat", "tampil=segera", "tampil=kembali", "tampil=bebas", "tampil=menunggu", "tampil=parkir")
FILTERS = (
    "urut=lama", "urut=layanan", "langkah=decide", "layanan=layanan-ukur", "jenis=tanda-tangan", "isi=siti+rahma", "isi=LU-0000-0000",
)  # fmt: skip


def measure(rounds: int) -> dict[str, float]:
    """Time pages as Budi and Ratna see them, in this process; 95th percentile in ms.

    `work_p95_ms` is the slowest of all lists of work: each desk of theirs in each state and under each filter, and what comes
    after a case in it (`next_p95_ms`).
    """
    sql.execute("UPDATE base_tally SET used = 0", [])  # who searched in a home that is kept may search again
    budi, ratna = (Client(HTTP_HOST="127.0.0.1") for _ in range(2))
    budi.post("/demo/masuk/budi/")
    ratna.post("/demo/masuk/ratna/")
    inbox = [_time(budi, "/meja/") for _ in range(rounds)]
    unit = [_time(budi, "/meja/?meja=unit") for _ in range(rounds)]
    words = ["siti rahma", "agus", "dewi lestari", "9901014101900001", "LU-0000-0000"]
    search = [_time(budi, f"/meja/cari/?cari={words[number % len(words)]}") for number in range(rounds)]
    lists = {
        f"{who}{'&'.join(filter(None, (desk, more)))}": _p95(
            [_time(client, f"/meja/?{'&'.join(filter(None, (desk, more)))}") for _ in range(max(rounds // 3, 2))]
        )
        for who, client in (("Budi ", budi), ("Ratna ", ratna))
        for desk in (DESKS if client is ratna else DESKS[:2])
        for more in (*STATES, *FILTERS)
    }
    for name, spent in sorted(lists.items(), key=lambda pair: -pair[1])[:5]:
        print(f"  {spent:6.1f} ms  {name}", file=sys.stderr)
    return {
        "inbox_p95_ms": _p95(inbox), "unit_inbox_p95_ms": _p95(unit), "search_p95_ms": _p95(search),
        "work_p95_ms": max(lists.values()), "next_p95_ms": _p95(list(_walks(rounds))),
    }  # fmt: skip


def _walks(rounds: int) -> Iterator[float]:
    """Time where a case stands in its list and what comes after it, for cases from all over a unit's list."""
    budi, now = find_cast().budi, datetime.now(UTC)
    scope = queries.get_scope(budi.person_id, now=now, which="unit")
    rows = queries.list_work(scope, queries.ListFilter(), limit=1000)
    for number in range(rounds):
        begun = time.perf_counter()
        queries.find_place(
            scope, queries.ListFilter(), "due", rows[number * len(rows) // rounds].case_id or UUID(int=0)
        )
        yield (time.perf_counter() - begun) * 1000


def _time(client: Client, path: str) -> float:
    begun = time.perf_counter()
    answer = client.get(path)
    spent = (time.perf_counter() - begun) * 1000
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.get('Location', '')}")
    return spent


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95) - 1]
