"""The one write path: a deed is one transaction with its journal entries and its outbox messages, or nothing at all.

`deed` is the only opener of domain transactions. The outermost caller owns the transaction; deeds inside it join. The same
command id twice is one deed; the same id with other data is refused. Entries chain per stream under the row the caller already
locked; `seal_entries` puts them afterwards into the one public log (`sequencer`), so writers never queue for each other.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4, uuid5

from django.db import IntegrityError, connection, transaction

from balai.base import access_log, linking, outbox, readonly, sequencer, sql
from balai.base.actors import Actor
from balai.base.canonical import make_writer, write, write_canonical
from balai.base.errors import Altered, Conflict, NotFound

log = logging.getLogger("balai.journal")

_NOTHING = b"\x00" * 32
FORMAT = 2  # how the lines of new entries are written; 1, of releases before, left out channel and on whose behalf
_NOT_UNIQUE = "23505"  # PostgreSQL's SQLSTATE for unique_violation
_ENTRY_COLUMNS = (
    "stream", "seq", "at", "actor", "on_behalf_of", "channel", "action", "body", "deed_id", "format", "hash",
)  # fmt: skip
_MESSAGE_COLUMNS = (
    "id", "topic", "listener", "payload", "key", "created_at", "due_at", "state", "attempts", "last_error",
)  # fmt: skip

_OPEN = "INSERT INTO base_deed (id, name, digest, at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING"
# one statement notes the command and asks whether anything may be written now
_OPEN_WRITABLE = (
    "INSERT INTO base_deed (id, name, digest, at) SELECT %s, %s, %s, %s"
    " WHERE NOT EXISTS (SELECT 1 FROM base_readonly WHERE running) ON CONFLICT DO NOTHING"
)

_digestible = make_writer(sort_keys=True, default=str)
_current: ContextVar["Deed | None"] = ContextVar("balai_deed", default=None)


@dataclass(frozen=True, slots=True)
class Head:
    """Where a stream stands: its last sequence number and hash. A row that is locked anyway may carry it."""

    seq: int = 0
    hash: bytes = _NOTHING


@dataclass(slots=True)
class Deed:
    """One command being carried out; `repeated` says that it was carried out before, with this `answer`."""

    id: UUID
    actor: Actor
    now: datetime
    name: str
    repeated: bool = False
    answer: Any = None
    _entries: list[tuple[Any, ...]] = field(default_factory=list)
    _messages: list[tuple[Any, ...]] = field(default_factory=list)
    _heads: dict[str, Head] = field(default_factory=dict)

    def record(self, stream: str, action: str, body: dict[str, Any], *, head: Head | None = None) -> Head:
        """Chain one fact to a stream and give the stream's new head; `body` must hold no personal data.

        With `head` the caller keeps the stream's head on a row of its own; without, the ground keeps it.
        """
        kept_here = head is None
        before = head if head is not None else self._head(stream)
        text, by, seq = write_canonical(body), self.actor, before.seq + 1
        columns = (stream, seq, self.now, by.reference, by.on_behalf_of, by.channel, action, text, self.id, FORMAT)
        after = Head(seq, hashlib.sha256(before.hash + _line(*columns)).digest())
        self._entries.append((*columns, after.hash))
        if kept_here:
            self._heads[stream] = after
        return after

    def send(
        self, topic: str, payload: dict[str, Any], *, key: str | None = None, after: timedelta = timedelta(0)
    ) -> list[UUID]:
        """Owe a message to every listener of a topic, and give their ids; payloads carry ids only.

        `key` makes it unique for all time. It leaves `after` a while, until which it may be taken back (`outbox.take_back`).
        """
        made = []
        for name in outbox.listeners(topic):
            unique = f"{key}>{name}"[:120] if key else None
            made.append(uuid4())
            self._messages.append(
                (made[-1], topic, name, payload, unique, self.now, self.now + after, "waiting", 0, "")
            )
        return made

    def hold(self, stream: str) -> Head:
        """Give the head of a stream that the ground keeps, locked until the deed ends."""
        return self._head(stream)

    def _head(self, stream: str) -> Head:
        if stream not in self._heads:
            found = sql.row(f"SELECT seq, hash FROM base_stream WHERE name = %s{sql.for_update()}", [stream])
            if found is None:
                sql.execute(
                    "INSERT INTO base_stream (name, seq, hash) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING",
                    [stream, _NOTHING],
                )
                found = sql.row(f"SELECT seq, hash FROM base_stream WHERE name = %s{sql.for_update()}", [stream])
                assert found is not None
            self._heads[stream] = Head(int(found[0]), bytes(found[1]))
        return self._heads[stream]

    def _flush(self) -> None:
        sql.insert("base_entry", _ENTRY_COLUMNS, self._entries)
        for name, head in self._heads.items():
            sql.execute("UPDATE base_stream SET seq = %s, hash = %s WHERE name = %s", [head.seq, head.hash, name])
        keyed = [message for message in self._messages if message[4]]
        sql.insert("base_message", _MESSAGE_COLUMNS, [message for message in self._messages if not message[4]])
        for message in keyed:
            _insert_once("base_message", _MESSAGE_COLUMNS, message)
        if self.answer is not None:
            sql.execute("UPDATE base_deed SET answer = %s WHERE id = %s", [write(self.answer), self.id])


def _insert_once(table: str, columns: tuple[str, ...], values: tuple[Any, ...]) -> None:
    marks = ", ".join(["%s"] * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks}) ON CONFLICT DO NOTHING"
    sql.execute(statement, values)


@contextmanager
def deed(
    command_id: UUID,
    *,
    actor: Actor,
    now: datetime,
    name: str,
    digest: bytes = b"",
    lost: str = "changed-meanwhile",
    always: bool = False,
) -> Iterator[Deed]:
    """Open, or join, the one transaction in which this command is carried out.

    The deed's own id is derived from the command's and from who acts: the same id in two hands is two deeds, so nobody is told
    what came of another's, or can stand in its way.
    A deed inside another shares its streams' heads, so that both may write to one stream, in any order.
    When `deed.repeated` is set the command was carried out before: give `deed.answer` and change nothing.
    :raises Unavailable: `hall-read-only`, unless the deed says that it must go on `always`, with all it carries along.
    :raises Conflict: `command-reused` when the id was used for other data; `lost` when another deed made in this very moment
        what may be there once and this one had looked for in vain. Only where deeds run side by side: under SQLite, where
        one comes after the other, the same is a fault of the program and stays one.
    """
    try:
        with transaction.atomic():
            outer = _current.get()
            made = Deed(bound(command_id, actor), actor, now, name, _heads={} if outer is None else outer._heads)
            inside = always or outer is not None
            if not sql.execute(_OPEN if inside else _OPEN_WRITABLE, [made.id, name, digest, now]):
                _recall(made, digest)
            token, heads = _current.set(made), dict(made._heads)
            try:
                yield made
            except BaseException:
                made._heads.clear()  # the entries it chained are undone, so the streams end where they did
                made._heads.update(heads)
                raise
            finally:
                _current.reset(token)
            if not made.repeated:
                made._flush()
    except Altered as found:
        access_log.note_altered(found, actor=actor.reference, now=now)
        raise
    except IntegrityError as clash:
        cause: Any = clash.__cause__
        if getattr(cause, "sqlstate", "") != _NOT_UNIQUE:
            raise
        # the server's own words repeat the value that was there already, which may be personal
        log.warning("deed %s (%s) lost a race: %s", command_id, name, cause.diag.constraint_name)
        raise Conflict(lost) from None


def _recall(made: Deed, digest: bytes) -> None:
    found = sql.row("SELECT name, digest, answer FROM base_deed WHERE id = %s", [made.id])
    if found is None:  # a conflicting deed is visible once its transaction has ended, so nothing conflicted
        raise readonly.refuse()
    kept = bytes(found[1])
    # a digest of another length is of a release before: it cannot be compared, and its command may still be asked again
    if found[0] != made.name or (len(kept) == len(digest) and kept != digest):
        raise Conflict("command-reused")
    made.repeated, made.answer = True, sql.as_json(found[2])


def bound(command_id: UUID, actor: Actor) -> UUID:
    """Give the id of the deed that a command is in the hands of this actor."""
    return uuid5(command_id, actor.durable)


def digest_of(*parts: Any) -> bytes:
    """Digest a command's data, so that the same id with other data is told apart."""
    return hashlib.sha256(_digestible(parts).encode()).digest()


class StreamFact(NamedTuple):
    """One fact of a stream: what follows the stream's kind in its name, when, which action, with what body."""

    id: str
    at: datetime
    action: str
    body: dict[str, Any]


def list_entries(kind: str, *, having: str = "") -> Iterator[StreamFact]:
    """Go through the entries of all streams of a kind ("letter:"), each stream's in order.

    With `having` only the streams that have an entry of that action.
    """
    clause = " AND stream IN (SELECT stream FROM base_entry WHERE action = %s AND stream LIKE %s)" if having else ""
    found = sql.rows(
        f"SELECT stream, at, action, body FROM base_entry WHERE stream LIKE %s{clause} ORDER BY stream, seq",
        [f"{kind}%", *([having, f"{kind}%"] if having else [])],
    )
    for stream, at, action, body in found:
        moment = sql.as_datetime(at)
        assert moment is not None
        yield StreamFact(stream.removeprefix(kind), moment, action, sql.as_json(body))


def find_body(stream: str, deed_id: UUID) -> dict[str, Any]:
    """Find what a deed entered into a stream last; empty when it entered nothing."""
    found = sql.row(
        "SELECT body FROM base_entry WHERE stream = %s AND deed_id = %s ORDER BY seq DESC LIMIT 1", [stream, deed_id]
    )
    return dict(sql.as_json(found[0])) if found else {}


def _line(
    stream: str, seq: int, at: datetime, actor: str, on_behalf_of: UUID | None, channel: str, action: str, body: str,
    deed_id: UUID, format: int,
) -> bytes:  # fmt: skip
    """Write the canonical line of an entry, over which its hash is taken, around a body that is canonical JSON already.

    Every column is in it, and which format it is of; the body is written once, for the hash and for the row. An entry of
    format 1 has the line of its day.
    """
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    head = f'[{write_canonical(stream)},{seq},"{moment}",{write_canonical(actor)}'
    if format == 1:
        return f'{head},{write_canonical(action)},{body},"{deed_id}"]'.encode()
    principal = f'"{on_behalf_of}"' if on_behalf_of else "null"
    return f'{head},{principal},"{channel}",{write_canonical(action)},{body},"{deed_id}",{format}]'.encode()


_READ = "SELECT stream, seq, at, actor, on_behalf_of, channel, action, body, deed_id, format, hash FROM base_entry"


def _read_back(row: tuple[Any, ...]) -> tuple[datetime, dict[str, Any], bytes]:
    """Read a row of `_READ`: (when, body, canonical line as the row has it now)."""
    stream, seq, at, actor, principal, channel, action, body, deed_id, format, _ = row
    moment, owner, told = sql.as_datetime(at), sql.as_uuid(deed_id), sql.as_json(body)
    assert moment is not None and owner is not None
    line = _line(
        stream, seq, moment, actor, sql.as_uuid(principal), channel, action, write_canonical(told), owner, int(format)
    )
    return moment, told, line


def seal_entries(limit: int = 1000) -> int:
    """Give entries that have none yet their places in the public log, oldest first; run by one sequencer at a time."""
    return sequencer.seal_all(limit)


@outbox.every(timedelta(milliseconds=400), always=True)  # the worker looks each half second: in the log within one
def seal_new_entries(now: datetime) -> int:
    """Put new journal entries into the public log."""
    return seal_entries()


@outbox.every(timedelta(seconds=1), always=True)
def link_new_rows(now: datetime) -> int:
    """Have the journal vouch for new rows of the access and security log, also while the public log cannot go on."""
    return linking.link(now)


@dataclass(frozen=True, slots=True)
class StreamEntry:
    """One entry of a stream as an auditor reads it; `holds` tells whether it follows from the one before it."""

    seq: int
    at: datetime
    actor: str
    channel: str
    action: str
    body: dict[str, Any]
    hash: str
    holds: bool


def moment() -> datetime | None:
    """Give the moment of the deed that is being done, or None beside any."""
    running = _current.get()
    return running.now if running is not None else None


class WalkedEntry(NamedTuple):
    """One entry as it is kept: its stream, its place there, its canonical line as the row has it now, and the hash kept of it."""

    stream: str
    seq: int
    line: bytes
    hash: bytes


def walk_entries() -> Iterator[WalkedEntry]:
    """Go through all entries of the journal, stream by stream, each in order."""
    with connection.cursor() as cursor:
        cursor.execute(f"{_READ} ORDER BY stream, seq")
        while batch := cursor.fetchmany(2000):
            for row in batch:
                yield WalkedEntry(row[0], row[1], _read_back(row)[2], bytes(row[-1]))


def read_whole(stream: str) -> tuple[StreamEntry, ...] | None:
    """Read a stream that the ground keeps; None where an entry was changed, or its end was cut off. Two queries."""
    lines = read_stream(stream)
    head = sql.row("SELECT seq, hash FROM base_stream WHERE name = %s", [stream])
    end = (lines[-1].seq, lines[-1].hash) if lines else (0, "")
    kept = (int(head[0]), bytes(head[1]).hex() if head[0] else "") if head else (0, "")
    return lines if end == kept and all(line.holds for line in lines) else None


def read_stream(stream: str) -> tuple[StreamEntry, ...]:
    """Read the whole of a stream, oldest first, each entry checked against the one before it."""
    lines, before = [], Head()
    for row in sql.rows(f"{_READ} WHERE stream = %s ORDER BY seq", [stream]):
        _, seq, _, actor, _, channel, action, _, _, _, kept = row
        moment, told, line = _read_back(row)
        holds = seq == before.seq + 1 and hashlib.sha256(before.hash + line).digest() == bytes(kept)
        lines.append(StreamEntry(seq, moment, actor, channel, action, told, bytes(kept).hex(), holds))
        before = Head(seq, bytes(kept))
    return tuple(lines)


def read_line(stream: str, seq: int) -> tuple[bytes, bytes]:
    """Read what shows that an entry is the one in the log: the hash of the entry before it, and its own canonical line.

    :raises NotFound: when there is none; :raises ValueError: when it was changed, so that its line is not what was hashed.
    """
    rows = sql.rows(f"{_READ} WHERE stream = %s AND seq IN (%s, %s) ORDER BY seq", [stream, seq - 1, seq])
    if not rows or int(rows[-1][1]) != seq:
        raise NotFound
    before = bytes(rows[0][-1]) if len(rows) == 2 else _NOTHING
    _, _, line = _read_back(rows[-1])
    if hashlib.sha256(before + line).digest() != bytes(rows[-1][-1]):
        raise ValueError(f"{stream}: entry {seq} was changed")
    return before, line
