"""What is looked at in issuing: what letters are signed with, and the numbers that were voided."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from balai.base import journal
from balai.base.checks import Finding, Line, State, looks, needs
from balai.base.proofs import Heads, Misfit, proves
from balai.casework.issuing import queries
from balai.records.filing import sequences

sequences.takes(queries.count_numbers)

GAPS = timedelta(days=30)  # how long a voided number is shown


@looks(80)
def signing(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at what letters are signed with."""
    from balai.base.errors import BalaiError
    from balai.casework.issuing import authority
    from balai.casework.issuing.signing import signer

    if signer().demonstration:
        yield Finding(
            "signing",
            "note",
            "letters are signed with the demonstration authority and bear CONTOH. Set BALAI_SIGNER for real ones.",
            "surat ditandatangani dengan otoritas peragaan dan bertanda CONTOH. Setel BALAI_SIGNER untuk yang asli.",
        )
        try:
            certificate = authority.authority_certificate()
        except BalaiError:
            yield Finding(
                "signing", "note", "nobody has a signing key yet. Signers make theirs under Meja, Tanda tangan, Kunci.",
                "belum ada yang punya kunci tanda tangan. Buat di Meja, Tanda tangan, Kunci.",
            )  # fmt: skip
            return
        left = certificate.not_valid_after_utc - now
        state: State = "bad" if left < timedelta(0) else "note" if left < timedelta(days=90) else "good"
        yield Finding(
            "signing", state, f"the authority's certificate is valid until {certificate.not_valid_after_utc:%Y-%m-%d}.",
            f"sertifikat otoritas berlaku sampai {certificate.not_valid_after_utc:%Y-%m-%d}.",
        )  # fmt: skip


@looks(82)
def signers(home: Path, now: datetime) -> Iterator[Finding]:
    """Look at the signers' keys: who has letters waiting and no key to sign them with, whose runs out."""
    found = queries.list_signers(now)
    by_person: dict[UUID, list[queries.SignerKey]] = {}
    for one in found:
        by_person.setdefault(one.key.person_id, []).append(one)
    useless = [
        keys for keys in by_person.values() if keys[0].waiting and not any(k.state in ("valid", "soon") for k in keys)
    ]
    if useless:
        waiting = sum(keys[0].waiting for keys in useless)
        yield Finding(
            "signing", "bad",
            f"{waiting} letter(s) wait for {len(useless)} signer(s) whose key ran out or was withdrawn. They make a new one under Meja, Tanda tangan, Kunci.",
            f"{waiting} surat menunggu {len(useless)} penanda tangan yang kuncinya habis atau dicabut. Mereka membuat yang baru di Meja, Tanda tangan, Kunci.",
        )  # fmt: skip
    soon = sum(one.state == "soon" for one in found)
    if soon:
        yield Finding(
            "signing", "note", f"{soon} signing key(s) run out soon. See Kelola, Penanda tangan.",
            f"{soon} kunci tanda tangan segera habis. Lihat Kelola, Penanda tangan.",
        )  # fmt: skip
    if not useless and not soon and found:
        yield Finding(
            "signing", "good", "every signer with letters waiting can sign.",
            "setiap penanda tangan yang ditunggu surat dapat menandatangani.",
        )  # fmt: skip


@looks(84, daily=True)
def press(home: Path, now: datetime) -> Iterator[Finding]:
    """Look whether a letter can be typeset: a tiny one is, in the confined child that sets them all."""
    from balai.casework.issuing import press as typesetting

    try:
        typesetting.prove(now)
    except Exception as error:  # noqa: BLE001 (whatever it is, no letter can be set)
        told = f"{type(error).__name__}: {error}"[:300]
        yield Finding(
            "letters", "bad", f"no letter can be typeset: {told}. See the log of the server.",
            f"surat tidak dapat disusun: {told}. Lihat catatan (log) server.",
        )  # fmt: skip
    else:
        yield Finding("letters", "good", "a letter can be typeset.", "surat dapat disusun.")


@needs("issuing.voided", calm=True)
def voided(now: datetime, lang: str) -> list[Line]:
    """Tell of numbers that were given and never used: nothing to do, but a gap somebody will ask about."""
    return [
        Line(letter.number, f"{letter.unit.name} · {letter.void_reason}", letter.voided_at, tone="", icon="info")
        for letter in queries.list_voided(now - GAPS)
    ]


@looks(220, deep=True)
def letters(home: Path, now: datetime) -> Iterator[Finding]:
    """See that each signed letter has its file, unchanged, and that no step signed two."""
    found = queries.list_broken()
    for one in found[:5]:
        yield Finding("letters", "bad", one, one)
    if not found:
        yield Finding(
            "letters", "good", "every letter is there once, with its file.",
            "setiap surat ada satu kali, dengan berkasnya.",
        )  # fmt: skip


@proves()
def hold_letters(heads: Heads, deep: bool) -> Iterator[Misfit]:
    """Hold every letter's row against its entries: its number, its state, its file's digest, who signed it."""
    told: dict[str, list[tuple[datetime, str, dict[str, Any]]]] = {}
    for letter_id, at, action, body in journal.list_entries("letter:"):
        told.setdefault(letter_id, []).append((at, action, body))
    for letter in queries.iterate_letters():
        entered = told.pop(str(letter.id), [])
        yield from (
            Misfit("issuing_letter", letter.number, what, entered[-1][0] if entered else None)
            for what in queries.list_differences(letter, entered)
        )
    for letter_id, entered in told.items():
        yield Misfit(
            "issuing_letter", letter_id, f"the row of {entered[0][2].get('number', 'a letter')} is gone", entered[-1][0]
        )
