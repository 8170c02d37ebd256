"""What the hall hands over so that a letter proves itself: its proof in the public log, and statements of what no longer holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings

from balai.base import logkeeping, openings, sequencer, sql
from balai.base.errors import NotFound
from balai.base.tlog import merkle, notes, tiles
from balai.base.tlog.bundle import Bundle
from balai.casework.issuing import offline, queries, rules, signing
from balai.casework.issuing.models import Letter

_README = """\
Bukti surat {number} / Proof of letter {number}

surat.tlog-proof       surat ini ada di log publik / this letter is in the public log (C2SP tlog-proof)
keadaan.note           berlaku atau dicabut, per {at} UTC / valid or revoked, as of {at} UTC
pencabutan.tlog-proof  hanya bila dicabut / only where it was revoked

Tanpa jaringan / without a network:   balai verify SURAT.pdf --bundle INI.zip --trust KEPERCAYAAN.json
Kunci kepercayaan diambil sekali, sebelumnya, dari kantor: {url}/v/kepercayaan
The trust file is taken once, beforehand, from the office: {url}/v/kepercayaan
"""
# What a proof that cannot be made raises: not in the log yet or older than it, changed by hand, or files of the log at fault.
_NO_PROOF = (
    NotFound,
    tiles.TileMissing,
    tiles.Changed,
    notes.Unsigned,
    merkle.NotProven,
    sequencer.Broken,
    ValueError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Inclusion:
    """Since when a letter is in the public log, at which place, and which witnesses have seen it there."""

    since: datetime
    index: int
    size: int
    witnesses: tuple[str, ...]
    later: bool = False  # the letter is older than the log, and was entered when it began


def find_inclusion(code: str) -> Inclusion | None:
    """Judge the proof that the letter of a code is in the public log, as a stranger would; None where there is none."""
    letter = queries.find_signed_as_it_is(code)
    try:
        proof = _proof_of(letter) if letter is not None else None
        if proof is None:
            return None
        opening, verdict = proof.judge_entry(sequencer.list_keys(), _witnesses())
        entry = offline.ProvenEntry.of(opening)
    except _NO_PROOF:
        return None
    names = tuple(one.name for one in verdict.witnessed)
    return Inclusion(entry.at, verdict.index, verdict.size, names, entry.action == queries.ENTERED_LATER)


def pack_proof(code: str, *, now: datetime) -> tuple[str, bytes]:
    """Pack what proves the letter of a code without us: (the file's name, its bytes).

    :raises NotFound: for a code of no letter, and while there is no proof: for about a second, or for a letter older than the log.
    :raises Altered: the letter's row is not what its journal tells.
    """
    letter = queries.find_signed(code)
    if letter is None:
        raise NotFound
    try:
        proof = _proof_of(letter)
        files = {offline.PROOF: str(proof), offline.STATEMENT: str(_state([letter], now, whole=False))}
        if letter.state == Letter.State.REVOKED:
            files[offline.REVOCATION] = str(_proof_of(letter, queries.REVOKED_LATER, "revoke"))
    except _NO_PROOF as fault:
        raise NotFound("no-proof-yet") from fault
    told = _README.format(number=letter.number, at=f"{now:%Y-%m-%d %H:%M}", url=settings.BALAI_URL)
    return rules.file_name(letter.title, letter.number, "-bukti.zip"), offline.pack({**files, "BACA-README.txt": told})


def find_beginning() -> datetime | None:
    """Find when the public log began, of a hall that is older than it; None in a hall that had it from its first entry."""
    row = sql.row(
        "SELECT e.at FROM base_entry e JOIN base_log l ON l.id = 1 AND l.chained > 0 AND e.global_seq = l.chained + 1"
    )
    return sql.as_datetime(row[0]) if row else None


def prove_entry(stream: str, seq: int) -> str:
    """Write the proof that an entry of the journal is in the public log, with what opens it; "" while there is none."""
    try:
        return str(openings.bundle_for(stream, seq))
    except _NO_PROOF:
        return ""


def list_revoked(*, now: datetime) -> str:
    """Sign the statement of all letters that no longer hold, for whoever checks many.

    :raises NotFound: before the log began. :raises Altered: the row of one is not what its journal tells; nothing is signed then.
    """
    try:
        return str(_state(queries.list_revoked(), now, whole=True))
    except _NO_PROOF as fault:
        raise NotFound("no-proof-yet") from fault


def read_trust() -> offline.Trust:
    """Gather the public keys that whoever checks our letters takes from us beforehand."""
    return offline.Trust(tuple(signing.signer().trust()), tuple(sequencer.list_keys()), tuple(_witnesses()))


def _witnesses() -> list[notes.Verifier]:
    return [each.key for each in logkeeping.list_witnesses()]


def _proof_of(letter: Letter, *actions: str) -> Bundle:
    stream = f"letter:{letter.id}"
    wanted = actions or (queries.ENTERED_LATER, "seal" if letter.automatic else "sign")
    seq = next((found for one in wanted if (found := openings.find_entry(stream, one)) is not None), None)
    if seq is None:
        raise NotFound
    return openings.bundle_for(stream, seq)


def _state(letters: Iterable[Letter], now: datetime, *, whole: bool) -> notes.SignedNote:
    """Sign what the register says of letters now, bound to the log's newest checkpoint."""
    checkpoint, _ = sequencer.read_checkpoint()
    told: Any = {offline.name_of(letter.sha256): _state_of(letter, until=not whole) for letter in letters}
    return openings.sign_note(offline.Statement(checkpoint, now, whole, told).text)


def _state_of(letter: Letter, *, until: bool) -> tuple[str, int]:
    if letter.revoked_at is not None:
        return ("replaced" if letter.replaced_by_id else "revoked"), int(letter.revoked_at.timestamp())
    if not until or letter.valid_until is None:
        return "valid", 0
    end = datetime.combine(letter.valid_until + timedelta(days=1), time.min, queries.zone_of(letter))
    return "valid", int(end.timestamp())
