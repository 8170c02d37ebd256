"""The sequencer: every entry of the journal becomes a salted leaf of the hall's public log (`log/` in the home, served at `/log/`).

First a transaction gives waiting entries their places and salts; once that is committed and on the disk, the tiles are written and
synced, then the **head** (size and root under a keyed digest, which no SQL reaches), then the signed checkpoint. Whatever is killed
between any two goes on from the rows: no place is left out, and nothing is signed that a later head would contradict. A database
that is behind the head, or holds other entries than the tiles, was rewound or forked: nothing more is signed.

A hall that is older than its log ends its old chain in leaf 0. Files that are not there at all (a restored backup, a new
machine) are written anew from the rows.
"""

import fcntl
import hashlib
import hmac
import json
import logging
import os
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.db import connection, transaction

from balai.base import address, crypto, keyring, outbox, sql
from balai.base.tlog import bundle, merkle, notes, tiles

log = logging.getLogger("balai.log")

_NOTHING = b"\x00" * 32
_LOCK = 0x62616C6169
_BATCH = 4096  # leaves written to tiles at a time


class Broken(Exception):
    """The log cannot go on: its words say what does not hold."""


class Rewound(Broken):
    """The database ends before the checkpoint that is kept outside it."""


class Forked(Broken):
    """The database holds other entries than the tiles that were published."""


@dataclass(frozen=True, slots=True)
class LogHead:
    """Where the published log stands, as it is kept outside the database."""

    origin: str
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class LogState:
    """What the database says of the log: its name, its keys, where the chain before it ended, and how many leaves it has."""

    origin: str
    keys: tuple[
        int | str, ...
    ]  # by a number: derived from the town's root; by an id: a key of its own, in `keys/log-<id>.key`
    chained: int
    chained_hash: bytes
    size: int

    def leaf_of(self, global_seq: int) -> int:
        """Give the place of an entry in the tree by its number among all entries."""
        return leaf_of(global_seq, self.chained)

    def seq_of(self, leaf: int) -> int:
        """Give an entry's number among all by its place in the tree."""
        return leaf + (self.chained or 1)


def leaf_of(global_seq: int, chained: int) -> int:
    """Give the place of an entry in the tree by its number among all entries, of which so many were chained before the log."""
    return global_seq - (chained or 1)


# ---- the files -------------------------------------------------------------------------------------------------------


def folder() -> Path:
    """Name the folder of the log."""
    return Path(settings.BALAI_HOME) / "log"


def read_file(path: str) -> bytes:
    """Read one file of the log by its path. :raises Missing: when it is not there."""
    try:
        return (folder() / path).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise tiles.TileMissing(f"{path} is missing") from None


def read_head() -> LogHead | None:
    """Read where the published log stands; None before its first checkpoint. :raises Broken: when the file was changed."""
    try:
        told = json.loads((folder() / "head").read_text(encoding="utf-8"))
        head = LogHead(str(told["origin"]), int(told["size"]), bytes.fromhex(told["root"]))
        holds = hmac.compare_digest(_mac(head), str(told["mac"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        holds = False
    if not holds:
        raise Broken("log/head was changed: its keyed digest does not fit")
    return head


def _mac(head: LogHead) -> str:
    told = f"{head.origin}\n{head.size}\n{head.root.hex()}".encode()
    return hmac.new(crypto.derive("log-head"), told, hashlib.sha256).hexdigest()


def _write(files: Sequence[tuple[str, bytes]], *, synced: bool = True) -> None:
    """Write files whole: each synced before it gets its name, and their folders after it; many are synced side by side."""
    staged, folders = [], set()
    for name, content in files:
        path = folder() / name
        if not path.parent.is_dir():
            path.parent.mkdir(mode=0o700, parents=True)
            folders |= {each for each in path.parent.parents if each.is_relative_to(folder())}
        folders.add(path.parent)
        staged.append((path.with_name(f".{path.name}.new"), path))
        handle = os.open(staged[-1][0], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(handle, content)
        os.close(handle)
    with ThreadPoolExecutor(min(len(files), 8)) if len(files) > 2 else nullcontext() as crew:
        side_by_side = crew.map if crew else map
        if synced:
            list(side_by_side(_sync, [fresh for fresh, _ in staged]))
        for fresh, path in staged:
            fresh.replace(path)
        if synced:
            list(side_by_side(_sync, folders))


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone() -> Iterator[None]:
    """Let one process at a time write the files of this home."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(folder() / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


# ---- the keys --------------------------------------------------------------------------------------------------------


def list_keys(found: LogState | None = None) -> list[notes.Verifier]:
    """List the public keys that sign the checkpoint now, the oldest first: who watches or checks proofs needs one of them."""
    return [signer.verifier for signer in _signers(found or find_log() or _begin())]


def _signers(found: LogState) -> list[notes.NoteSigner]:
    return [notes.NoteSigner(found.origin, key_of(each)) for each in found.keys]


def key_of(key: int | str) -> bytes:
    """Read a key of the log. :raises Broken: when its file is not there, or is another hall's."""
    if isinstance(key, int):
        return crypto.derive(f"log-key-{key}")
    try:
        return keyring.load(settings.BALAI_HOME).log_key(key)
    except (OSError, InvalidTag) as fault:
        raise Broken(
            f"keys/log-{key}.key, which signs the log, cannot be read: put it back, or `balai log rotate`"
        ) from fault


def choose_origin() -> str:
    """Give the name a new log gets: the hall's address and `/log`; on loopback, where many are alike, with the town key's id."""
    host = urlsplit(settings.BALAI_URL).netloc
    name = f"{host}/log"
    return f"{name}/{crypto.town_key_id()}" if host.rsplit(":", 1)[0] in address.LOOPBACK else name


# ---- rows to leaves --------------------------------------------------------------------------------------------------


def find_log() -> LogState | None:
    """Find what the database says of the log. One query; None before the first entry was sealed."""
    row = sql.row(
        "SELECT origin, keys, chained, chained_hash, (SELECT max(global_seq) FROM base_entry) FROM base_log WHERE id = 1"
    )
    if row is None:
        return None
    origin, keys, chained, last, sealed = row
    size = int(sealed or 0) - int(chained) + (1 if chained else 0)
    return LogState(str(origin), tuple(sql.as_json(keys)), int(chained), bytes(last), size)


def _begin() -> LogState:
    """Begin the log where the old chain ended."""
    last = sql.row(
        "SELECT global_seq, global_hash FROM base_entry WHERE global_seq IS NOT NULL AND salt IS NULL"
        " ORDER BY global_seq DESC LIMIT 1"
    )
    chained, mark = (int(last[0]), bytes(last[1])) if last else (0, _NOTHING)
    sql.execute(
        "INSERT INTO base_log (id, origin, keys, chained, chained_hash) VALUES (1, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [choose_origin(), [1], chained, mark],
    )
    found = find_log()
    assert found is not None
    return found


def seal(limit: int = 1000) -> int:
    """Give up to `limit` waiting entries their places in the log, and publish it; tell how many.

    :raises Rewound: :raises Forked: :raises Broken: when the log must not grow; nothing is signed then.
    """
    with _alone():
        head, found = read_head(), find_log()
        if head and found and _is_done(found, head):
            return 0
        edge, begun = _require_going_on(found, head) if head else (tiles.RightEdge(), [])
        count, found = _seal_rows(limit)
        _publish(found, edge, begun)
    return count


def _is_done(found: LogState, head: LogHead) -> bool:
    """Tell whether all is published and nothing waits, as it is most seconds."""
    if (found.size, found.origin) != (head.size, head.origin):
        return False
    if sql.row("SELECT 1 FROM base_entry WHERE global_seq IS NULL LIMIT 1"):
        return False
    try:
        return read_checkpoint()[0].size == head.size
    except (tiles.TileMissing, notes.Unsigned):
        return False


def seal_all(limit: int = 1000, most: int = 20_000) -> int:
    """Seal what waits, in batches, up to about `most` entries, so that a burst is in the log within a second or two."""
    done = 0
    while done < most:
        count = seal(limit)
        done += count
        if count < limit:
            break
    return done


def _seal_rows(limit: int) -> tuple[int, LogState]:
    with _durable(), transaction.atomic():
        if connection.vendor == "postgresql":
            sql.rows("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        found = find_log() or _begin()
        waiting = sql.rows("SELECT id, hash FROM base_entry WHERE global_seq IS NULL ORDER BY id LIMIT %s", [limit])
        salts, seq, updates = os.urandom(16 * len(waiting)), found.seq_of(found.size), []
        for number, (entry_id, entry_hash) in enumerate(waiting):
            salt = salts[number * 16 : number * 16 + 16]
            leaf = merkle.hash_leaf(bundle.entry_data(salt, bytes(entry_hash)))
            updates.append((seq + number, salt, leaf, entry_id))
        if updates:
            _update(updates)
        return len(updates), LogState(
            found.origin, found.keys, found.chained, found.chained_hash, found.size + len(updates)
        )


def _update(updates: list[tuple[int, bytes, bytes, int]]) -> None:
    """Give rows their place, salt and leaf: (number among all, counted on from the first, salt, leaf, id)."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # in one statement, and without a thousand arrays of bytes to escape
            first = updates[0][0]
            salts, leaves = b"".join(each[1] for each in updates), b"".join(each[2] for each in updates)
            cursor.execute(
                "UPDATE base_entry SET global_seq = %s::bigint + told.place,"
                " salt = substring(%s::bytea FROM told.place * 16 + 1 FOR 16),"
                " global_hash = substring(%s::bytea FROM told.place * 32 + 1 FOR 32)"
                " FROM (SELECT id, (place - 1)::int AS place FROM unnest(%s::bigint[]) WITH ORDINALITY AS t(id, place)) AS told"
                " WHERE base_entry.id = told.id",
                [first, salts, leaves, [each[3] for each in updates]],
            )
        else:
            cursor.executemany(
                "UPDATE base_entry SET global_seq = %s, salt = %s, global_hash = %s WHERE id = %s", updates
            )


@contextmanager
def _durable() -> Iterator[None]:
    """Have SQLite sync what is committed: a power cut must not take back what is published. A server does so by itself."""
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous = FULL")
        try:
            yield
        finally:
            cursor.execute("PRAGMA synchronous = NORMAL")


def read_leaves(found: LogState, low: int, high: int) -> list[bytes]:
    """Read what stands in the log at places `low` to before `high`, from the rows. :raises Forked: when one is not there."""
    rows = sql.rows(
        "SELECT salt, hash, global_seq FROM base_entry WHERE global_seq >= %s AND global_seq < %s AND salt IS NOT NULL"
        " ORDER BY global_seq",
        [found.seq_of(low), found.seq_of(high)],
    )
    made = [bundle.chain_data(found.chained, found.chained_hash)] if found.chained and low == 0 < high else []
    made += [bundle.entry_data(bytes(salt), bytes(entry_hash)) for salt, entry_hash, _ in rows]
    if len(made) != high - low:
        raise Forked(f"of the leaves {low} to {high - 1} only {len(made)} are in the database")
    return made


# ---- leaves to tiles, and the checkpoint -----------------------------------------------------------------------------


def _publish(found: LogState, edge: tiles.RightEdge, begun: list[bytes]) -> None:
    """Bring the files up to the rows, in batches, then sign; `begun` are the entries of the last bundle, if it is unfinished."""
    size = before = edge.size
    if not size and found.size and (folder() / "tile").exists():
        log.warning("log/head is missing; the tiles are written anew from the database")
    while size < found.size:
        upto = min(size + _BATCH, found.size)
        begun = _write_batch(found, edge, begun, size, upto)
        size = upto
    if size > before or not (folder() / "head").exists():
        _write([("head", _told(LogHead(found.origin, size, edge.root)))])
    _sign(found, size, edge.root)


def _told(head: LogHead) -> bytes:
    told = {"origin": head.origin, "size": head.size, "root": head.root.hex(), "mac": _mac(head)}
    return json.dumps(told, indent=1).encode() + b"\n"


def _require_going_on(found: LogState | None, head: LogHead) -> tuple[tiles.RightEdge, list[bytes]]:
    """Require that the rows go on from what was published; give its edge, and the entries of the last bundle if it is unfinished.

    :raises Rewound: :raises Forked: when they do not; :raises Broken: when the tiles were changed.
    """
    if found is None:
        raise Rewound(_unknown(head))
    if found.size < head.size:
        raise Rewound(
            f"the database was rewound: it ends at leaf {found.size}, and a checkpoint of {head.size} was published"
        )
    if found.origin != head.origin:
        raise Forked(f"the database names the log {found.origin!r}, and it was published as {head.origin!r}")
    try:
        edge = tiles.RightEdge.of(head.size, read_file)
    except (tiles.TileMissing, tiles.Changed) as fault:
        raise Broken(f"the tiles at the end of the log were changed: {fault}") from None
    if edge.root != head.root:
        raise Broken("the tiles at the end of the log were changed: they do not lead to the root in log/head")
    return edge, _require_same(found, head.size)


def _unknown(head: LogHead) -> str:
    return f"the database was rewound: it knows of no log, and a checkpoint of {head.size} was published"


def _require_same(found: LogState, size: int) -> list[bytes]:
    """Require that the last leaves that were published are the rows'; give the entries of the unfinished bundle."""
    if not size:
        return []
    low = (size - 1) // tiles.WIDTH * tiles.WIDTH
    entries = read_leaves(found, low, size)
    tree = tiles.Tree(read_file, size)
    for place, data in enumerate(entries, low):
        if merkle.hash_leaf(data) != tree.leaf(place):
            raise Forked(f"the database has another entry at leaf {place} than the one that was published")
    return entries if size % tiles.WIDTH else []


def _write_batch(found: LogState, edge: tiles.RightEdge, begun: list[bytes], size: int, upto: int) -> list[bytes]:
    """Write the tiles and bundles of some further leaves; give the entries of the new unfinished bundle."""
    fresh = read_leaves(found, size, upto)
    entries, first = begun + fresh, (size - len(begun)) // tiles.WIDTH
    files = []
    for at in range(0, len(entries), tiles.WIDTH):
        some = entries[at : at + tiles.WIDTH]
        files.append((tiles.Tile(-1, first + at // tiles.WIDTH, len(some)).path, tiles.pack(some)))
    files += [(tile.path, content) for tile, content in edge.append([merkle.hash_leaf(data) for data in fresh])]
    _write(files)
    rest = len(entries) % tiles.WIDTH
    return entries[-rest:] if rest else []


def _sign(found: LogState, size: int, root: bytes) -> None:
    """Sign the checkpoint, unless it is there already, signed by just these keys."""
    signers = _signers(found)
    note = notes.Checkpoint(found.origin, size, root).sign(signers)
    try:
        kept = notes.SignedNote.read(read_file("checkpoint"))
        if kept.text == note.text and set(note.lines) <= set(kept.lines):
            return
    except (tiles.TileMissing, notes.Unsigned):
        pass
    keys = "".join(f"{signer.verifier.line}\n" for signer in signers).encode()
    _write(
        [("keys", keys), ("checkpoint", str(note).encode())], synced=False
    )  # what a power cut takes of it is signed again, the same


def drop_partial() -> int:
    """Take away unfinished tiles whose full one is there now; who still reads an older checkpoint takes the full one."""
    dropped = 0
    for partial in (folder() / "tile").glob("**/*.p"):
        if partial.with_suffix("").exists():
            for file in partial.iterdir():
                file.unlink(missing_ok=True)
                dropped += 1
            partial.rmdir()
    return dropped


@outbox.every(timedelta(minutes=10), always=True)
def drop_partial_tiles(now: datetime) -> int:
    """Take away unfinished tiles of the log whose full one is there."""
    return drop_partial()


def add_cosignatures(lines: Sequence[str], text: str) -> None:
    """Keep what witnesses signed: below the newest checkpoint when it is of that one, and apart as the newest witnessed one."""
    with _alone():
        current = notes.SignedNote.read(read_file("checkpoint"))
        checkpoint = notes.Checkpoint.read(text)
        if current.text == text:
            base = current
        else:
            base = checkpoint.sign(_signers(_require_log()))
        try:
            kept = notes.SignedNote.read(read_file("witnessed"))
        except (tiles.TileMissing, notes.Unsigned):
            kept = None
        if kept is not None and kept.text == text:
            base = base.beside(kept.lines)
        made = base.beside(lines)
        if kept is None or notes.Checkpoint.read(kept.text).size <= checkpoint.size:
            _write([("witnessed", str(made).encode())])
        if current.text == text:
            _write([("checkpoint", str(made).encode())])


def _require_log() -> LogState:
    found = find_log()
    if found is None:
        raise Broken("the log has not begun")
    return found


def change_keys(keys: Sequence[int | str]) -> None:
    """Note which of the log's keys sign from now on; the caller's deed says so in the journal."""
    sql.execute("UPDATE base_log SET keys = %s WHERE id = 1", [list(keys)])


def rename(origin: str) -> None:
    """Note under which name the log is published from now on; the caller's deed says so in the journal."""
    sql.execute("UPDATE base_log SET origin = %s WHERE id = 1", [origin])


def clear() -> None:
    """Take the files of a log away that ended; its last checkpoint stays as `ended-….checkpoint`, for it was signed."""
    with _alone():
        with suppress(tiles.TileMissing):
            ended = read_file("checkpoint")
            _write([(f"ended-{hashlib.sha256(ended).hexdigest()[:16]}.checkpoint", ended)])
        for name in ("head", "checkpoint", "witnessed"):
            (folder() / name).unlink(missing_ok=True)
        shutil.rmtree(folder() / "tile", ignore_errors=True)


# ---- checking --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Published:
    """What is kept outside the database, as it was at one moment; `fault` when it was changed."""

    head: LogHead | None
    fault: str = ""


def look() -> Published:
    """Look at the head outside the database, before its rows are read: they are never behind it."""
    try:
        return Published(read_head())
    except Broken as fault:
        return Published(None, str(fault))


def verify(published: Published, *, files: bool = True) -> tuple[int, list[str]]:
    """Hold old chain, leaves, tiles and the head outside against each other; give how many entries are sealed, and each fault.

    Entries that wait for their place are no fault: they came within the last second.
    """
    sealed, last, faults = _verify_chain()
    found, head = find_log(), published.head
    if published.fault:
        faults.append(f"log: {published.fault}")
    if found is None:
        return sealed, faults + ([f"log: {_unknown(head)}"] if head else [])
    if (found.chained, found.chained_hash) != (sealed, last):
        faults.append(f"log: the chain before it ends at {sealed}, and the log was begun at {found.chained}")
    roots, count, wrong = _rebuild(found, head.size if head else -1)
    faults += wrong
    try:
        faults += (
            _compare(found, head, roots, files=files) if head else []
        )  # what is not there is written anew from the rows
    except (Broken, tiles.TileMissing, tiles.Changed) as fault:
        faults.append(f"log: {fault}")
    return sealed + count, faults


def _verify_chain() -> tuple[int, bytes, list[str]]:
    """Recompute the chain of the entries that are older than the log."""
    before, expected = _NOTHING, 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT global_seq, hash, global_hash FROM base_entry WHERE global_seq IS NOT NULL AND salt IS NULL"
            " ORDER BY global_seq"
        )
        for seq, entry_hash, kept in cursor:
            expected += 1
            right = hashlib.sha256(before + bytes(entry_hash)).digest()
            if seq != expected or right != bytes(kept):
                return expected, before, [f"global chain: broken at {expected}"]
            before = right
    return expected, before, []


def _rebuild(found: LogState, stop: int) -> tuple[dict[int, bytes], int, list[str]]:
    """Recompute every leaf from its row; give the roots at the size `stop` and at the end, how many entries, and the faults."""
    faults: list[str] = []
    edge, expected = tiles.RightEdge(), 0
    if found.chained:
        edge.append([merkle.hash_leaf(bundle.chain_data(found.chained, found.chained_hash))])
        expected = 1
    roots = {edge.size: edge.root}
    leaves: list[bytes] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT global_seq, salt, hash, global_hash, stream, seq FROM base_entry"
            " WHERE global_seq IS NOT NULL AND salt IS NOT NULL ORDER BY global_seq"
        )
        count = 0
        for global_seq, salt, entry_hash, kept, stream, seq in cursor:
            count += 1
            if found.leaf_of(global_seq) != expected:
                faults.append(f"log: leaf {expected} is missing in the database")
                expected = found.leaf_of(global_seq)
            leaf = merkle.hash_leaf(bundle.entry_data(bytes(salt), bytes(entry_hash)))
            if leaf != bytes(kept):
                faults.append(f"log: leaf {expected} is not entry {seq} of {stream}: one of them was changed")
            leaves.append(leaf)
            expected += 1
            if expected == stop or len(leaves) >= _BATCH:
                edge.append(leaves)
                leaves = []
                if expected == stop:
                    roots[stop] = edge.root
    edge.append(leaves)
    roots[edge.size] = edge.root
    return roots, count, faults[:20]


def _compare(found: LogState, head: LogHead, roots: dict[int, bytes], *, files: bool) -> list[str]:
    if found.size < head.size or found.origin != head.origin:
        _require_going_on(found, head)
    if head.size and roots.get(head.size) != head.root:
        return [f"log: forked: the database leads to another root than the one published for {head.size} leaves"]
    faults = []
    if files and (fault := tiles.Tree(read_file, head.size).find_fault(head.root)):
        faults.append(f"log: {fault}")
    return faults + _judge_checkpoint(found, head)


def _judge_checkpoint(found: LogState, head: LogHead) -> list[str]:
    try:
        checkpoint, _, _ = notes.open_checkpoint(read_file("checkpoint"), list_keys(found))
    except tiles.TileMissing:
        return []  # killed between head and checkpoint: signed at the next round
    except notes.Unsigned as fault:
        return [f"log: the checkpoint does not hold: {fault}"]
    if checkpoint.size > head.size and (now := look().head):
        head = now  # the hall went on meanwhile
    if checkpoint.size > head.size or (checkpoint.size == head.size and checkpoint.root != head.root):
        return [f"log: the checkpoint of {checkpoint.size} leaves is not the one in log/head ({head.size})"]
    return []


def find_rewind() -> str:
    """Tell in a moment how the database contradicts what was published, or "" when it does not: for a hall that starts."""
    try:
        if head := read_head():
            _require_going_on(find_log(), head)
    except (Broken, tiles.TileMissing, tiles.Changed) as fault:
        return str(fault)
    return ""


# ---- proofs ----------------------------------------------------------------------------------------------------------


def read_checkpoint(*, witnessed: bool = False) -> tuple[notes.Checkpoint, notes.SignedNote]:
    """Read the newest published checkpoint, or the newest that a witness saw. :raises Missing: when there is none yet."""
    note = notes.SignedNote.read(read_file("witnessed" if witnessed else "checkpoint"))
    return notes.Checkpoint.read(note.text), note


def make_bundle(leaf: int, extra: bytes = b"") -> bundle.Bundle:
    """Make the proof of one leaf, under the newest checkpoint that a witness saw, or else the newest. :raises Missing: when there is none yet."""
    try:
        checkpoint, note = read_checkpoint(witnessed=True)
        if checkpoint.size <= leaf:
            raise tiles.TileMissing("no witness has seen it yet")
    except tiles.TileMissing:
        checkpoint, note = read_checkpoint()
    if checkpoint.size <= leaf:
        raise tiles.TileMissing(f"leaf {leaf} is not published yet")
    proof = tiles.Tree(read_file, checkpoint.size).prove_inclusion(leaf)
    return bundle.Bundle(leaf, tuple(proof), str(note), extra)
