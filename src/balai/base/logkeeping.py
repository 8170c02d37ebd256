"""What keeps the public log honest: its checkpoints go to witnesses, to a folder and by mail, and its keys are renewed.

A witness is asked in a thread of its own, so that one that hangs holds up no other work of the house; what it answered is taken at
a later round of the job, and one that fails is kept as a `Failure` under its name, tried again and told like all others.
"""

import urllib.error
import urllib.request
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID, uuid5

from django.conf import settings

from balai.base import intake, journal, keyring, outbox, post, sequencer, sql
from balai.base.actors import CLOCK, Actor
from balai.base.errors import Conflict, Invalid
from balai.base.tlog import notes, tiles
from balai.base.tlog.witness import CosignRequest, write_synced

STREAM = "log"
PATIENCE = 10  # seconds a witness may take
_SENT = UUID("5b0f8c54-6a53-4d53-9d0e-3a1c7b9b1f60")  # beneath it lie the commands that send a checkpoint


class Contradicted(Exception):
    """A witness has seen another history of this log, or more of it than there is."""


@dataclass(frozen=True, slots=True)
class AskedWitness:
    """A witness that is asked: where it answers, and its key."""

    url: str
    key: notes.Verifier

    def __str__(self) -> str:
        return self.key.name


def list_witnesses() -> list[AskedWitness]:
    """List the witnesses of `BALAI_LOG_WITNESSES`. :raises ValueError: for a line that is none."""
    found = []
    for line in filter(None, (each.strip() for each in settings.BALAI_LOG_WITNESSES.split(";"))):
        url, _, key = line.partition(" ")
        verifier = notes.Verifier.read(key)
        if not url.startswith(("http://", "https://")) or verifier.kind != notes.WITNESS:
            raise ValueError(f"{line!r} is no witness: it is written as its address, a space, and its key")
        found.append(AskedWitness(url.rstrip("/"), verifier))
    return found


# ---- asking a witness ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What a witness gave: the text it signed, its lines, and the size it has seen now."""

    text: str
    lines: tuple[str, ...]
    size: int


def ask(witness: AskedWitness, before: int) -> Cosigned:
    """Ask a witness to cosign the newest checkpoint, which it last saw at size `before`; it may know better.

    :raises Contradicted: when it has seen another history; :raises OSError: when it does not answer; :raises Unsigned: for an
        answer that is no cosignature of its key.
    """
    checkpoint, note = sequencer.read_checkpoint()
    for _ in range(2):
        proof = _prove(before, checkpoint.size, witness)
        asked = CosignRequest(before, proof, str(note))
        status, body = _post(f"{witness.url}/add-checkpoint", str(asked).encode())
        if status == 200:
            lines = tuple(line for line in body.splitlines(keepends=True) if line.startswith("— "))
            if not notes.SignedNote(note.text, lines).signed_by([witness.key]):
                raise notes.Unsigned(f"{witness} answered without a signature of its key")
            return Cosigned(note.text, lines, checkpoint.size)
        seen = body.strip()
        if status != 409 or not seen.isdigit() or int(seen) == before:
            break
        before = int(seen)
    if status in (409, 422):
        raise Contradicted(
            f"{witness} has seen another history of this log ({status} at {before} leaves): {body.strip()[:200]}"
        )
    raise OSError(f"{witness} refused with {status}: {body.strip()[:200]}")


def _prove(before: int, size: int, witness: AskedWitness) -> tuple[bytes, ...]:
    if before > size:
        raise Contradicted(f"{witness} has seen {before} leaves of this log, which has {size}: it was rewound")
    return tuple(tiles.Tree(sequencer.read_file, size).prove_consistency(before)) if before else ()


def _post(url: str, body: bytes) -> tuple[int, str]:
    request = urllib.request.Request(url, body, {"Content-Type": "text/plain; charset=utf-8"}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read(65_536).decode(errors="replace")
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read(65_536).decode(errors="replace")


_crew: list[ThreadPoolExecutor] = []
_asked: dict[str, "Future[Cosigned]"] = {}
_known: dict[str, tuple[int, datetime]] = {}  # what each has seen, and when it said so


@outbox.every(timedelta(seconds=2), always=True)
def collect_cosignatures(now: datetime) -> int:
    """Send new checkpoints to the witnesses, and keep what they signed."""
    name = f"{__name__}.collect_cosignatures"
    return outbox.each(name, lambda limit: list_witnesses(), partial(_collect, now=now), now=now)


def _collect(witness: AskedWitness, *, now: datetime) -> int:
    name = str(witness)
    future = _asked.get(name)
    if future is not None:
        if not future.done():
            return 0
        del _asked[name]
        made = future.result()
        sequencer.add_cosignatures(made.lines, made.text)
        _known[name] = made.size, now
        return 1
    size, at = _known.get(name, (0, datetime.min.replace(tzinfo=UTC)))
    if now - at < timedelta(seconds=settings.BALAI_LOG_SECONDS):
        return 0
    if not _crew:
        _crew.append(ThreadPoolExecutor(8, thread_name_prefix="witness"))
    _asked[name] = _crew[0].submit(ask, witness, size)
    return 0


# ---- sending it out by file and mail ---------------------------------------------------------------------------------


@outbox.every(timedelta(minutes=5))
def send_checkpoint(now: datetime) -> int:
    """Lay the newest checkpoint into a folder and owe it by mail, once in so many hours; tell how much was done."""
    folder, to = settings.BALAI_LOG_FOLDER, settings.BALAI_LOG_MAIL
    if not (folder or to):
        return 0
    try:
        checkpoint, note = sequencer.read_checkpoint()
    except tiles.TileMissing:
        return 0
    stretch = int(now.timestamp()) // (settings.BALAI_LOG_HOURS * 3600)
    with journal.deed(uuid5(_SENT, str(stretch)), actor=CLOCK, now=now, name="log.send") as deed:
        if deed.repeated:
            return 0
        for address in filter(None, (each.strip() for each in to.split(","))):
            post.owe(
                deed, to=address, masked=address, subject=f"Checkpoint {checkpoint.origin} {checkpoint.size}",
                body=str(note), language="id", kind="log-checkpoint", life=timedelta(days=2),
            )  # fmt: skip
        deed.record(STREAM, "checkpoint-sent", {"size": checkpoint.size, "root": checkpoint.root.hex()})
        deed.answer = {"size": checkpoint.size}
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        write_synced(Path(folder) / f"{now:%Y%m%d-%H%M%S}-{checkpoint.size}.checkpoint", str(note).encode())
    return 1


# ---- keys ------------------------------------------------------------------------------------------------------------


def rotate_key(command_id: UUID, *, actor: Actor, now: datetime) -> notes.Verifier:
    """Have a new key, of its own, sign the checkpoint beside those that do, and give it: both sign until the old one is retired.

    A key whose file was lost signs no more from here on: who knows it alone is told by another way.
    """
    found = _require_log()
    with journal.deed(command_id, actor=actor, now=now, name="log.rotate") as deed:
        if not deed.repeated:
            kept = [each for each in found.keys if _signs(each)]
            sequencer.change_keys([*kept, keyring.mint_log(Path(settings.BALAI_HOME))])
            made = sequencer.list_keys()[-1]
            deed.record(STREAM, "key-began", {"key": made.line, "lost": len(found.keys) - len(kept)})
    return sequencer.list_keys()[-1]


def _signs(key: int | str) -> bool:
    try:
        sequencer.key_of(key)
    except sequencer.Broken:
        return False
    return True


def retire_key(command_id: UUID, *, actor: Actor, now: datetime, key_id: str) -> None:
    """Have a key sign no more; whoever knows it alone cannot follow the log from then on. :raises Conflict: for the only one, or none."""
    found = _require_log()
    lines = dict(zip(found.keys, (key.key_id.hex() for key in sequencer.list_keys(found)), strict=True))
    kept = [each for each, line in lines.items() if line != key_id]
    if len(kept) == len(found.keys) or not kept:
        raise Conflict("key-in-use")
    with journal.deed(command_id, actor=actor, now=now, name="log.retire") as deed:
        if not deed.repeated:
            sequencer.change_keys(kept)
            deed.record(STREAM, "key-ended", {"key": key_id})
    for each in set(found.keys) - set(kept):
        if isinstance(each, str):
            keyring.drop_log(Path(settings.BALAI_HOME), each)


def begin_anew(command_id: UUID, *, actor: Actor, now: datetime, reason: str) -> str:
    """Publish the entries as another log, under a name of its own, and give it; who followed the old one is told that it ended.

    For a hall that was raised from a backup older than what it had published: the old log cannot go on without contradicting itself.
    :raises Invalid: `reason-missing`.
    """
    why = intake.line(reason, 400, "reason")
    if not why:
        raise Invalid("reason-missing", fields={"reason": "Tulis alasannya. / Write the reason."})
    found = _require_log()
    origin = _next_origin(found.origin, sequencer.choose_origin())
    with journal.deed(command_id, actor=actor, now=now, name="log.begin-anew") as deed:
        if deed.repeated:
            return str(deed.answer)
        deed.record(STREAM, "begun-anew", {"before": found.origin, "after": origin, "reason": why, **_tell_head()})
        sequencer.rename(origin)
        deed.answer = origin
    sequencer.clear()
    sequencer.seal_all()
    return origin


def _next_origin(before: str, today: str) -> str:
    """Give the next name: that of today's address when the log bore another, else the next number."""
    if before != today and not before.startswith(f"{today}/"):
        return today
    number = before.removeprefix(today).strip("/")
    return f"{today}/{int(number or 1) + 1}"


def _tell_head() -> dict[str, str | int]:
    """Tell what was published last, as far as it can be read."""
    try:
        checkpoint, _ = sequencer.read_checkpoint()
    except (tiles.TileMissing, notes.Unsigned):
        return {}
    return {"size": checkpoint.size, "root": checkpoint.root.hex()}


def _require_log() -> sequencer.LogState:
    found = sequencer.find_log()
    if found is None:
        sequencer.seal()
        found = sequencer.find_log()
    assert found is not None
    return found


# ---- looking at it ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class WitnessStanding:
    """How one witness stands: when it cosigned last, and of how many leaves; None when it never did."""

    witness: AskedWitness
    at: datetime | None
    size: int


def list_standings() -> list[WitnessStanding]:
    """Tell for each witness when it cosigned last, by what is published."""
    times: dict[str, tuple[datetime, int]] = {}
    witnesses = list_witnesses()
    for witnessed in (True, False):
        try:
            checkpoint, note = sequencer.read_checkpoint(witnessed=witnessed)
            for key, signature in note.signed_by([each.key for each in witnesses]):
                at = datetime.fromtimestamp(signature.seconds, UTC)
                times[key.name] = max(times.get(key.name, (at, checkpoint.size)), (at, checkpoint.size))
        except (tiles.TileMissing, notes.Unsigned):
            continue
    return [WitnessStanding(each, *times.get(each.key.name, (None, 0))) for each in witnesses]


def count_leaves() -> int:
    """Count the entries that are in the log."""
    found = sequencer.find_log()
    return found.size if found else 0


def list_waiting(now: datetime) -> Sequence[datetime]:
    """List, oldest first, when up to ten entries came that have waited for their place in the log for more than a minute."""
    rows = sql.rows(
        "SELECT at FROM base_entry WHERE global_seq IS NULL AND at < %s ORDER BY id LIMIT 10",
        [now - timedelta(minutes=1)],
    )
    return [at for (raw,) in rows if (at := sql.as_datetime(raw)) is not None]
