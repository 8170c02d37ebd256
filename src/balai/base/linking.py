"""The access and the security log and the marks of rows, held by the journal: each row bears a keyed mark, an entry a second vouches for new ones.

Whoever reads waits for nobody: a row is marked by itself when it is written. Within a second the sequencer's job links what is new:
one entry with the first and last id, how many, and a digest over their marks. What is not linked yet is the open second, which
the verifier names: a row that is taken away then, and by nobody's key, is missed by none.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection

from balai.base import crypto, sql
from balai.base.actors import Actor
from balai.base.canonical import make_writer
from balai.base.proofs import Misfit

MOST = 1000  # rows that one entry vouches for
_LINKER = Actor("system", "clock", name="linker")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value) if isinstance(value, UUID) else value


_canonical = make_writer(sort_keys=True, default=str)


def canonical(values: Sequence[Any]) -> str:
    """Write what columns say in one way, whichever database said it."""
    return _canonical([_plain(value) for value in values])


@dataclass(frozen=True, slots=True)
class LinkedLog:
    """One of the two logs: its table, the stream that vouches for it, the columns that its marks cover."""

    table: str
    stream: str
    told: tuple[str, ...]
    reads: tuple[Any, ...]  # how each column is read back

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the columns of a row as it is written."""
        return (*self.told, "mac")

    def marked(self, values: Sequence[Any]) -> tuple[Any, ...]:
        """Give a row with its mark."""
        return (*values, self.mark(values))

    def mark(self, values: Sequence[Any]) -> bytes:
        """Mark what a row says under the town's key: 32 bytes."""
        text = canonical([self.table, *values])
        return crypto.mac("readings", text.encode())


def _same(value: Any) -> Any:
    return value


ACCESS = LinkedLog(
    "base_access", "accesses", ("at", "actor", "reader_id", "channel", "purpose", "object", "person_id", "refused", "list_id"),
    (sql.as_datetime, _same, sql.as_uuid, _same, _same, _same, sql.as_uuid, bool, _same),
)  # fmt: skip
SECURITY = LinkedLog(
    "base_securityevent", "security", ("at", "kind", "actor", "body"), (sql.as_datetime, _same, _same, sql.as_json)
)
MARKS = LinkedLog("base_mark", "marks", ("at", "name", "row", "digest"), (sql.as_datetime, _same, _same, bytes))
ALL = (ACCESS, SECURITY, MARKS)


def link(now: datetime) -> int:
    """Have the journal vouch for the rows that are new; tell how many. Run by one sequencer at a time, others wait."""
    return sum(_link(kept, now) for kept in ALL)


def _link(kept: LinkedLog, now: datetime) -> int:
    from balai.base import journal

    if sql.row(f"SELECT 1 FROM {kept.table} WHERE linked IS NULL LIMIT 1") is None:
        return 0
    with journal.deed(uuid4(), actor=_LINKER, now=now, name=f"{kept.stream}.link", always=True) as deed:
        seq = deed.hold(kept.stream).seq + 1  # under the stream's lock, so that no two vouch for one row
        found = sql.rows(f"SELECT id, mac FROM {kept.table} WHERE linked IS NULL ORDER BY id LIMIT {MOST}")
        if not found:
            return 0
        marks = ", ".join(["%s"] * len(found))
        sql.execute(f"UPDATE {kept.table} SET linked = %s WHERE id IN ({marks})", [seq, *(row[0] for row in found)])
        batch = _Batch()
        for row_id, mark in found:
            batch.add(row_id, bytes(mark))
        deed.record(kept.stream, "linked", batch.told)
    return len(found)


class _Batch:
    """Rows in the order of their ids, and the digest over their marks, as an entry vouches for them."""

    __slots__ = ("_digest", "count", "first", "last")

    def __init__(self) -> None:
        self.first, self.last, self.count, self._digest = 0, 0, 0, hashlib.sha256()

    def add(self, row_id: int, mark: bytes) -> None:
        self.first, self.last, self.count = self.first or row_id, row_id, self.count + 1
        self._digest.update(int(row_id).to_bytes(8, "big") + mark)

    @property
    def told(self) -> dict[str, int | str]:
        return {"first": self.first, "last": self.last, "count": self.count, "digest": self._digest.hexdigest()}


# ---- the check -------------------------------------------------------------------------------------------------------


def verify() -> Iterator[Misfit]:
    """Hold every row of both logs against its mark, the members of lists against the lists, and what is linked against its entries."""
    from balai.base import readings

    for kept in ALL:
        yield from _verify(kept)
    for list_id in readings.list_broken_lists():
        yield Misfit("base_accessmember", list_id, "a member of this list was taken out, put in or exchanged by hand")


def _verify(kept: LinkedLog) -> Iterator[Misfit]:
    vouched = {
        int(seq): (sql.as_datetime(at), sql.as_json(body))
        for seq, at, body in sql.rows("SELECT seq, at, body FROM base_entry WHERE stream = %s AND action = 'linked'", [kept.stream])
    }  # fmt: skip
    batches: dict[int, _Batch] = {}
    fresh: list[tuple[int, datetime | None]] = []
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, mac, linked, {', '.join(kept.told)} FROM {kept.table} ORDER BY id")
        while rows := cursor.fetchmany(2000):
            for row_id, mark, linked, *told in rows:
                values = [read(value) for read, value in zip(kept.reads, told, strict=True)]
                if not hmac.compare_digest(bytes(mark), kept.mark(values)):
                    yield Misfit(kept.table, str(row_id), "was changed, or put in by hand", values[0])
                if linked is None:
                    fresh.append((row_id, values[0]))
                else:
                    batches.setdefault(int(linked), _Batch()).add(row_id, bytes(mark))
    yield from _against(kept, vouched, batches)
    if fresh:
        yield Misfit(
            kept.table, f"{fresh[0][0]}–{fresh[-1][0]}",
            f"{len(fresh)} row(s) that no entry vouches for yet: one taken away now would not be missed", fresh[0][1], open=True,
        )  # fmt: skip


def _against(
    kept: LinkedLog, vouched: dict[int, tuple[datetime | None, Any]], batches: dict[int, _Batch]
) -> Iterator[Misfit]:
    for seq, (at, body) in sorted(vouched.items()):
        found = batches.get(seq, _Batch())
        place = f"{body['first']}–{body['last']}" if body["first"] != body["last"] else str(body["first"])
        if found.count != body["count"]:
            what = "taken away" if found.count < body["count"] else "put in"
            yield Misfit(
                kept.table, place,
                f"{abs(body['count'] - found.count)} of {body['count']} row(s) were {what} by hand (entry {seq} of {kept.stream})", at,
            )  # fmt: skip
        elif found.told != body:
            yield Misfit(
                kept.table, place, f"rows were exchanged or their marks changed (entry {seq} of {kept.stream})", at
            )
    for seq in sorted(batches.keys() - vouched.keys()):
        yield Misfit(
            kept.table,
            f"{batches[seq].first}–{batches[seq].last}",
            f"entry {seq} of {kept.stream}, which vouches for them, is not there",
        )
