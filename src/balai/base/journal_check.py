"""The whole journal held against itself and the rows it speaks of: every chain, head, leaf and mark; each place that does not fit is named."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection

from balai.base import journal, linking, proofs, sequencer, sql


@dataclass(frozen=True, slots=True)
class JournalReport:
    """What a check of the whole journal found, and of the rows it speaks of; `open` names what no entry vouches for yet."""

    entries: int
    streams: int
    sealed: int
    faults: tuple[str, ...]
    open: tuple[str, ...] = ()


def verify_journal(*, deep: bool = False) -> JournalReport:
    """Recompute every chain of the journal, hold the rows against it, and name each place where something does not fit.

    Every case, letter, document and row of the access and security log is compared; cases are told again from their entries by
    sample, all of them when it is `deep`.
    """
    published = sequencer.look()  # before the rows: what is published while they are read is ahead of them
    with _one_moment():
        return _verify(deep, published)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Read what is committed at one moment, whatever is written meanwhile; nobody waits for it."""
    if connection.in_atomic_block:
        yield
        return
    server = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if server else "BEGIN")
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _verify(deep: bool, published: sequencer.Published) -> JournalReport:
    faults: list[str] = []
    heads: dict[str, journal.Head] = {}
    count = 0
    for one in journal.walk_entries():
        count += 1
        before = heads.get(one.stream, journal.Head())
        if one.seq != before.seq + 1:
            faults.append(f"{one.stream}: entry {before.seq + 1} is missing")
        elif hashlib.sha256(before.hash + one.line).digest() != one.hash:
            faults.append(f"{one.stream}: entry {one.seq} was changed")
        heads[one.stream] = journal.Head(one.seq, one.hash)
    faults += _heads_that_differ(heads)
    sealed, broken = sequencer.verify(published)
    kept_heads = {stream: (head.seq, head.hash) for stream, head in heads.items()}
    beside = [*linking.verify(), *proofs.hold_against(kept_heads, deep=deep)]
    faults += [*broken, *(str(one) for one in beside if not one.open)]
    return JournalReport(count, len(heads), sealed, tuple(faults), tuple(str(one) for one in beside if one.open))


def read_global_head() -> tuple[int, str]:
    """Read where the public log stands: (number of leaves, root); what an auditor keeps outside the house."""
    head = sequencer.read_head()
    return (head.size, head.root.hex()) if head else (0, "")


def _heads_that_differ(heads: dict[str, journal.Head]) -> list[str]:
    kept = {name: (seq, bytes(mark)) for name, seq, mark in sql.rows("SELECT name, seq, hash FROM base_stream")}
    cut = [
        f"{name}: the end of the stream was cut off" if name not in heads or heads[name].seq < seq
        else f"{name}: its head (base_stream) is not that of its last entry"
        for name, (seq, mark) in kept.items()
        if seq and (name not in heads or heads[name] != journal.Head(seq, mark))
    ]  # fmt: skip
    lost = [
        f"{name}: its head (base_stream) is gone" for name in heads if name not in kept and not proofs.is_kept(name)
    ]
    return cut + lost
