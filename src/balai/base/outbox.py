"""Work that is owed: messages leased to a worker, done together with their effect or tried again.

Two kinds of listener. A `listener` runs inside the worker's transaction, so its effect and its acknowledgement are one. A
`courier` acts on the world (mail, SMS) and therefore runs outside any transaction; it returns a `settle` function that the
worker calls in the transaction that acknowledges. Delivery is at least once: couriers carry an idempotency key.
`every` registers a job that the worker calls regularly; `each` does what a job finds, item by item, so that one that fails stops
no other. What a job could not do is a `Failure` until it works.

A courier may hang as long as the world does, so each is a line of its own: `Worker.carry` takes one message, right before it is
carried, and never a second one meanwhile; whoever runs it calls `renew` from another thread, so that a slow mail server does
not get the same mail from two hands. Listeners come in batches, since none of them waits for anybody: the acknowledgement,
first in their transaction, is what tells that the lease still holds.
"""

import logging
import random
import re
import socket
import uuid
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from os import getpid
from typing import Any, TypeVar

from django.db import close_old_connections, connection, transaction

from balai.base import readonly, sql
from balai.base.errors import Altered

log = logging.getLogger("balai.outbox")

# a mail address; a number as people write phones; nine digits in a row, as a NIK. Ids and hosts stay readable.
_ADDRESS = re.compile(r"\S+@\S+|(?<![\w.-])(?:\+\d|0\d|62)[\d .-]{5,}\d(?![\w-])|(?<![\w.-])\d{9,}(?![\w.-])", re.ASCII)
LEASE = timedelta(seconds=60)
PATIENCE = timedelta(minutes=10)  # how long a carriage is waited for; then it hangs, and the lease runs out
UNHEARD = timedelta(days=1)  # a hall whose machines are renewed one after the other has two programs for a while
MAX_ATTEMPTS = 12  # with the waits below: about two days, then a person looks at it
WAIT = timedelta(hours=6.6)  # the longest between two attempts
SKEW = timedelta(minutes=1)  # by which the clocks of a hall's machines may differ
BATCH = 200  # how many items a job looks for at a time
LONGEST = timedelta(minutes=10)  # between two attempts at what a job could not do
STUBBORN = 3  # failures in a row after which nobody expects it to pass by itself


@dataclass(frozen=True, slots=True)
class Message:
    """One message as a listener sees it."""

    id: uuid.UUID
    topic: str
    payload: dict[str, Any]
    attempts: int
    created_at: datetime
    now: datetime


class GiveUp(Exception):
    """Raised by a listener when trying again cannot help; the message becomes dead at once and the operator is told."""


Settle = Callable[[], None]
Listener = Callable[[Message], None]
Courier = Callable[[Message], Settle | None]
Job = Callable[[datetime], int]
Item = TypeVar("Item")

_LISTENERS: dict[str, dict[str, tuple[Callable[[Message], Any], bool]]] = {}
_JOBS: dict[str, tuple[timedelta, Job]] = {}
_ALWAYS: set[str] = set()  # what is done also while the hall is read-only; the rest waits, and is tried no time


def listener(topic: str, *, always: bool = False) -> Callable[[Listener], Listener]:
    """Register a function that hears a topic inside the worker's transaction; `always` also while the hall is read-only."""

    def register(function: Listener) -> Listener:
        _LISTENERS.setdefault(topic, {})[_note(function, always)] = (function, False)
        return function

    return register


def courier(topic: str, *, always: bool = False) -> Callable[[Courier], Courier]:
    """Register a function that carries a message into the world, outside any transaction; `always` as with `listener`."""

    def register(function: Courier) -> Courier:
        _LISTENERS.setdefault(topic, {})[_note(function, always)] = (function, True)
        return function

    return register


def every(interval: timedelta, *, always: bool = False) -> Callable[[Job], Job]:
    """Register a job for the worker; it is handed the time and tells how much it did. `always` as with `listener`."""

    def register(function: Job) -> Job:
        _JOBS[_note(function, always)] = (interval, function)
        return function

    return register


def _note(function: Callable[..., Any], always: bool) -> str:
    name = f"{function.__module__}.{function.__name__}"
    if always:
        _ALWAYS.add(name)
    return name


def _going_on(names: Collection[str]) -> list[str]:
    """Keep of some listeners or jobs those that are done now: all, but for the few while the hall is read-only. One query."""
    return [name for name in names if name in _ALWAYS] if readonly.find() is not None else list(names)


def listeners(topic: str) -> list[str]:
    """Name the listeners of a topic."""
    return list(_LISTENERS.get(topic, ()))


def couriers() -> list[str]:
    """Name every courier; each is a line of its own, so that one that hangs holds up no other work."""
    return _names(outside=True)


def _names(*, outside: bool) -> list[str]:
    return [name for heard in _LISTENERS.values() for name, (_, out) in heard.items() if out == outside]


def topics() -> dict[str, list[str]]:
    """List every topic that is heard, with its listeners."""
    return {topic: list(names) for topic, names in sorted(_LISTENERS.items())}


def backoff(attempts: int) -> timedelta:
    """Wait before the next attempt: 5 s doubling to at most 6 h, spread by a fifth so that a herd does not form."""
    seconds = min(5 * 2 ** max(attempts - 1, 0), 6 * 3600)  # WAIT at most
    return timedelta(seconds=seconds * (0.9 + random.random() * 0.2))


class Worker:
    """Leases messages, runs their listeners, and calls the regular jobs.

    With a `clock` it knows how long a courier took; without, no time passes while it works.
    """

    def __init__(self, name: str | None = None, *, clock: Callable[[], datetime] | None = None) -> None:
        self.name = (name or f"{socket.gethostname()[:16]}:{getpid()}:{uuid.uuid4().hex[:8]}")[:40]
        self._clock = clock
        self._last_run: dict[str, datetime] = {}
        # since when a message is carried, and until when it is leased
        self._in_hand: tuple[datetime, datetime] | None = None

    def run_once(self, now: datetime, *, limit: int = 20) -> int:
        """Do what is due now: jobs whose time has come, then up to `limit` messages of each kind; tell how much was done."""
        return self.run_own(now, limit=limit) + self.carry(now, limit=limit)

    def run_own(self, now: datetime, *, limit: int = 20) -> int:
        """Do what waits for nobody outside: jobs whose time has come, then up to `limit` messages to listeners."""
        _close_old_connections()
        return self.run_jobs(now) + self.handle(now, limit=limit)

    def deliver(self, now: datetime, *, limit: int = 20) -> int:
        """Deliver up to `limit` due messages to listeners, then as many to couriers; tell how many."""
        return self.handle(now, limit=limit) + self.carry(now, limit=limit)

    def handle(self, now: datetime, *, limit: int = 20) -> int:
        """Deliver up to `limit` due messages to listeners."""
        own = _going_on(_names(outside=False))
        return sum(self._deliver(found, now) for found in self.claim(now, limit, only=own)) if own else 0

    def carry(self, now: datetime, names: Collection[str] | None = None, *, limit: int = 20) -> int:
        """Carry up to `limit` due messages by the couriers named, or by all; each is leased right before it is carried."""
        _close_old_connections()
        wanted, done = _going_on(couriers() if names is None else names), 0
        for _ in range(limit if wanted else 0):
            found = self.claim(self._time(now), 1, only=wanted)
            if not found:
                break
            taken = self._time(now)
            self._in_hand = taken, taken + LEASE
            try:
                done += self._deliver(found[0], taken)
            finally:
                self._in_hand = None
        return done

    def renew(self, now: datetime) -> int:
        """Lease what is being carried for longer, from another thread than the one that carries it; tell how much that was.

        It asks the database only when a good part of the lease is over, and gives up after `PATIENCE`.
        """
        held = self._in_hand
        if held is None or now < held[1] - LEASE * 2 / 3 or now > held[0] + PATIENCE:
            return 0
        with transaction.atomic():
            renewed = sql.execute(
                "UPDATE base_message SET lease_until = %s WHERE leased_by = %s AND state = 'waiting'",
                [now + LEASE, self.name],
            )
        if renewed and self._in_hand == held:
            self._in_hand = held[0], now + LEASE
        return renewed

    def _time(self, now: datetime) -> datetime:
        return self._clock() if self._clock is not None else now

    def drain(self, now: datetime, *, rounds: int = 1000) -> int:
        """Run until nothing is due at `now`; for tests, demonstration data and the console."""
        done = 0
        for _ in range(rounds):
            did = self.run_once(now)
            done += did
            if not did:
                break
        return done

    def run_jobs(self, now: datetime) -> int:
        """Call each regular job whose interval has passed since it last ran in this worker."""
        due = [name for name, (interval, _) in _JOBS.items() if not self._has_run(name, now, interval)]
        due = _going_on(due) if due else due
        failed = _read_failures("item = ''") if due else {}
        done = 0
        for name in due:
            if _must_wait(failure := failed.get((name, "")), now):
                continue
            self._last_run[name] = now
            done += _attempt(name, "", partial(_JOBS[name][1], now), now, failure)
        return done

    def _has_run(self, name: str, now: datetime, interval: timedelta) -> bool:
        last = self._last_run.get(name)
        return last is not None and last <= now < last + interval

    def claim(self, now: datetime, limit: int, *, only: Collection[str] = ()) -> list[tuple[Any, ...]]:
        """Lease up to `limit` due messages to this worker, those to some listeners or to all."""
        which = f" AND listener IN ({', '.join(['%s'] * len(only))})" if only else ""
        skip = " FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
        # chosen apart: a limited subquery may be run anew for each row, and then more is leased than was asked for
        statement = f"""
            WITH chosen AS (
                SELECT id FROM base_message
                WHERE state = 'waiting' AND due_at <= %s AND (lease_until IS NULL OR lease_until < %s){which}
                ORDER BY due_at LIMIT %s{skip}
            )
            UPDATE base_message SET leased_by = %s, lease_until = %s, attempts = attempts + 1
            WHERE id IN (SELECT id FROM chosen)
            RETURNING id, topic, listener, payload, attempts, created_at
        """
        with transaction.atomic():
            return sql.rows(statement, [now, now, *only, limit, self.name, now + LEASE])

    def _deliver(self, found: tuple[Any, ...], now: datetime) -> int:
        raw_id, topic, name, payload, attempts, created_at = found
        message_id, created = sql.as_uuid(raw_id), sql.as_datetime(created_at)
        assert message_id is not None and created is not None
        message = Message(message_id, topic, sql.as_json(payload), attempts, created, now)
        entry = _LISTENERS.get(topic, {}).get(name)
        try:
            if entry is None:
                raise GiveUp(f"no listener {name} in this program")
            function, outside = entry
            settle = function(message) if outside else None
            with transaction.atomic():
                if not self._acknowledge(message_id, self._time(now)):
                    return 0  # the lease ran out and another worker has it: its effect counts, not ours
                if not outside:
                    function(message)
                elif settle is not None:
                    settle()
        except Exception as error:  # noqa: BLE001 (whatever a listener raises, the message must survive it)
            self._put_back(message, error, self._time(now))
        return 1

    def _acknowledge(self, message_id: uuid.UUID, now: datetime) -> bool:
        return bool(
            sql.execute(
                "UPDATE base_message SET state = 'done', done_at = %s, leased_by = NULL, lease_until = NULL"
                " WHERE id = %s AND state = 'waiting' AND leased_by = %s",
                [now, message_id, self.name],
            )
        )

    def _put_back(self, message: Message, error: Exception, now: datetime) -> None:
        dead = isinstance(error, GiveUp) or message.attempts >= MAX_ATTEMPTS
        _alarm(error, message.topic, now)
        log.log(
            logging.ERROR if dead else logging.WARNING,
            "message %s (%s) failed, attempt %s: %s", message.id, message.topic, message.attempts, error,
            exc_info=not isinstance(error, GiveUp),
        )  # fmt: skip
        with transaction.atomic():
            sql.execute(
                "UPDATE base_message SET state = %s, due_at = %s, last_error = %s, leased_by = NULL, lease_until = NULL"
                " WHERE id = %s AND leased_by = %s",
                [
                    "dead" if dead else "waiting",
                    now + backoff(message.attempts),
                    _told(error),
                    message.id,
                    self.name,
                ],
            )


def _alarm(error: Exception, what: str, now: datetime) -> None:
    """Note in the security log that work met what was changed by hand, once its transaction has rolled back."""
    if isinstance(error, Altered):
        from balai.base import access_log

        access_log.note_altered(error, actor=f"system:{what}", now=now)


def _close_old_connections() -> None:
    if not connection.in_atomic_block:
        close_old_connections()


def black_out(error: str) -> str:
    """Black out the addresses, phone numbers and NIKs that a carrier's words repeat: last errors are kept in the clear."""
    return _ADDRESS.sub("***", error)


def _told(error: Exception) -> str:
    return black_out(f"{type(error).__name__}: {error}")[:2000]


def take_back(message_ids: Collection[uuid.UUID], now: datetime) -> bool:
    """Take back messages that nobody has taken in hand, all or none; part of the caller's deed, which must fail on False."""
    if not message_ids:
        return True
    marks = ", ".join(["%s"] * len(message_ids))
    taken = sql.execute(
        f"UPDATE base_message SET state = 'undone', done_at = %s WHERE id IN ({marks}) AND state = 'waiting' AND attempts = 0",
        [now, *message_ids],
    )
    return taken == len(message_ids)


# ---- jobs, item by item ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FailingJob:
    """What a job could not do, as an operator sees it; `item` is "" for the job as a whole, else ids."""

    job: str
    item: str
    times: int
    since: datetime
    tried_at: datetime
    due_at: datetime
    last_error: str


def each(
    job: str,
    find: Callable[[int], Iterable[Item]],
    do: Callable[[Item], int],
    *,
    now: datetime,
    key: Callable[[Item], str] = str,
    limit: int = BATCH,
) -> int:
    """Do something to each item that a job finds, so that one that fails stops no other; tell how much was done.

    What fails is logged, kept as a `Failure` under the item's key (ids only) and tried again after a while; it is over once
    it works or is found no more. `find` is told how many to look for: those that must wait keep no others out.
    """
    failed = _read_failures("job = %s AND item <> ''", job)
    asked = limit + len(failed)
    found = {key(item)[:120]: item for item in find(asked)}
    done = 0
    for name, item in found.items():
        if not _must_wait(failure := failed.get((job, name)), now):
            done += _attempt(job, name, partial(do, item), now, failure)
    if len(found) < asked:
        for _, name in failed.keys() - {(job, name) for name in found}:
            _forget_failure(job, name)
    return done


def _attempt(job: str, item: str, do: Callable[[], int], now: datetime, failure: FailingJob | None) -> int:
    try:
        done = do()
    except Exception as error:
        times = failure.times + 1 if failure else 1
        log.exception("job %s failed%s, attempt %s", job, f" for {item}" if item else "", times)
        _alarm(error, job, now)
        _keep_failure(job, item, error, now, times)
        return 0
    if failure is not None:
        _forget_failure(job, item)
    return done


def _must_wait(failure: FailingJob | None, now: datetime) -> bool:
    return failure is not None and failure.tried_at <= now < failure.due_at


def _keep_failure(job: str, item: str, error: Exception, now: datetime, times: int) -> None:
    with transaction.atomic():
        sql.execute(
            "INSERT INTO base_failure (job, item, times, since, tried_at, due_at, last_error)"
            " VALUES (%s, %s, 1, %s, %s, %s, %s) ON CONFLICT (job, item) DO UPDATE SET times = base_failure.times + 1,"
            " tried_at = excluded.tried_at, due_at = excluded.due_at, last_error = excluded.last_error",
            [job, item, now, now, now + min(backoff(times), LONGEST), _told(error)],
        )


def _forget_failure(job: str, item: str) -> None:
    with transaction.atomic():
        sql.execute("DELETE FROM base_failure WHERE job = %s AND item = %s", [job, item])


def _read_failures(which: str, *params: object) -> dict[tuple[str, str], FailingJob]:
    found = sql.rows(
        f"SELECT job, item, times, since, tried_at, due_at, last_error FROM base_failure WHERE {which}", params
    )
    return {(row[0], row[1]): _failing(row) for row in found}


def _failing(row: tuple[Any, ...]) -> FailingJob:
    since, tried_at, due_at = (sql.as_datetime(value) for value in row[3:6])
    assert since is not None and tried_at is not None and due_at is not None
    return FailingJob(row[0], row[1], row[2], since, tried_at, due_at, row[6])


def list_failing(*, limit: int = 100) -> list[FailingJob]:
    """List what jobs could not do, the oldest first. One query."""
    return list(_read_failures("1 = 1 ORDER BY since, id LIMIT %s", limit).values())


def list_failing_jobs() -> dict[str, tuple[int, datetime]]:
    """List each job with something it could not do: how often it failed at most, and since when. One query."""
    made = {}
    for job, times, since in sql.rows("SELECT job, max(times), min(since) FROM base_failure GROUP BY job"):
        moment = sql.as_datetime(since)
        assert moment is not None
        made[str(job)] = int(times), moment
    return made


# ---- what heals by itself ---------------------------------------------------------------------------------------------


@every(timedelta(hours=1))
def give_up_unheard(now: datetime) -> int:
    """Give up messages that wait for a listener this program no longer has, for a day: a newer program beside it may.

    What no job of this program tries any more is no failure of it.
    """
    known = [*_names(outside=False), *couriers()]
    with transaction.atomic():
        sql.execute("DELETE FROM base_failure WHERE tried_at < %s", [now - UNHEARD])
        return sql.execute(
            "UPDATE base_message SET state = 'dead', last_error = 'GiveUp: no such listener in this program'"
            f" WHERE state = 'waiting' AND due_at < %s AND listener NOT IN ({', '.join(['%s'] * len(known))})",
            [now - UNHEARD, *known],
        )


@every(timedelta(seconds=30), always=True)
def follow_clock(now: datetime) -> int:
    """Make due what a clock that stood ahead put off: it was set back, and would reach that moment in hours or days alone.

    Told by what no clock that goes right writes: what was sent later than now, a wait or a lease longer than any.
    """
    ahead = now + SKEW
    with transaction.atomic():
        return sql.execute(
            "UPDATE base_message SET due_at = %s, lease_until = NULL WHERE state = 'waiting' AND"
            " ((attempts = 0 AND created_at > %s) OR due_at > %s OR lease_until > %s)",
            [now, ahead, ahead + WAIT, ahead + LEASE],
        )
