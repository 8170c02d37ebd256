"""The erasure register: which keys were destroyed and when, kept apart from the database, so that a restored backup forgets again.

A backup is older than what was erased after it. The worker copies each destroyed key's id (no personal data) into a small file that
is only ever appended to; `balai restore` reads it before the restored hall opens. An entry follows its commit, never goes before
it: an erasure that was rolled back must not destroy a living key later.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import transaction

from balai.base import crypto, holdings, outbox, sql

_OVERLAP = timedelta(days=1)  # a deed may commit later than its `now` says


def register_path() -> Path:
    """Name the register of this installation."""
    return Path(settings.BALAI_HOME) / "erasures.txt"


def read(path: Path) -> dict[UUID, datetime]:
    """Read a register: vault to the time of its erasure; none when there is no file. A line cut off by a crash is left out."""
    if not path.exists():
        return {}
    found: dict[UUID, datetime] = {}
    for line in path.read_text(encoding="ascii").split("\n")[:-1]:
        moment, _, vault = line.partition(" ")
        found[UUID(vault)] = datetime.fromisoformat(moment)
    return found


@outbox.every(timedelta(seconds=30))
def write_register(now: datetime) -> int:
    """Append what was erased since the last time; tell how much."""
    path = register_path()
    known = read(path)
    since = max(known.values(), default=None)
    clause, params = ("", []) if since is None else (" AND shredded_at >= %s", [since - _OVERLAP])
    rows = sql.rows(f"SELECT id, shredded_at FROM base_vault WHERE shredded_at IS NOT NULL{clause}", params)
    fresh = [
        (vault, at) for raw, when in rows if (vault := sql.as_uuid(raw)) not in known and (at := sql.as_datetime(when))
    ]
    if fresh:
        _append(path, "".join(f"{at.isoformat()} {vault}\n" for vault, at in fresh))
    return len(fresh)


def _append(path: Path, lines: str) -> None:
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(handle).st_size
        whole = size == 0 or os.pread(handle, 1, size - 1) == b"\n"
        if not whole:  # a crash cut the last line: take the piece away, its vault is written anew
            os.ftruncate(handle, path.read_bytes().rfind(b"\n") + 1)
        os.write(handle, lines.encode("ascii"))
        os.fsync(handle)
    finally:
        os.close(handle)


def reapply(register: dict[UUID, datetime], now: datetime) -> int:
    """Destroy again every key of the register that a restored database still holds; tell how many there were."""
    with transaction.atomic():
        living = {sql.as_uuid(row[0]) for row in sql.rows("SELECT id FROM base_vault WHERE wrapped_key IS NOT NULL")}
        again = [vault for vault in register if vault in living]
        for vault in again:
            crypto.shred(vault, register[vault])
        if again:
            holdings.clear(again, now)
    return len(again)
