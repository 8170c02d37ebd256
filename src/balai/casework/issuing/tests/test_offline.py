"""A letter proves itself: with the file, its proof and keys known before, and with neither network, database nor home."""

import datetime as dt
import io
import json
import os
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.cast import NOW, Cast

from balai.base import journal, sequencer
from balai.base.errors import NotFound
from balai.base.tlog import bundle, notes
from balai.casework.issuing import actions, authority, offline, proving, queries
from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests.story import become, sign, stage, to_sign
from balai.doors.console.commands import verify
from balai.records.documents.tests import hostile

pytestmark = pytest.mark.django_db(transaction=True)
SOURCE = Path(__file__).parents[4]
BYTES = pytest.mark.one_database  # of a letter and its proof as files: no database is asked what they say
WITNESS = notes.NoteSigner("saksi.example", b"w" * 32, notes.WITNESS)


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    return stage()


@pytest.fixture
def letter(cast: Cast) -> Letter:
    made = sign(cast, *to_sign(cast)).letter
    become(made.id, valid_until=dt.date(2126, 1, 1))  # the command asks the clock
    journal.seal_entries()
    return Letter.objects.get(id=made.id)


@pytest.fixture
def pdf(cast: Cast, letter: Letter) -> bytes:
    return queries.open_letter(cast.siti.citizen, letter.id, now=NOW)[1]


@pytest.fixture
def packed(letter: Letter) -> bytes:
    return proving.pack_proof(letter.code, now=NOW)[1]


@pytest.fixture
def trust(letter: Letter) -> offline.Trust:
    return offline.Trust.read(str(proving.read_trust()).encode())


def judge(pdf: bytes, packed: bytes, trust: offline.Trust, *more: str, least: int = 0) -> offline.OfflineReport:
    return offline.judge(pdf, [*offline.unpack(packed), *more], trust, now=NOW, least=least)


def as_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judge the demonstration's authority as a real one, which it is in all but its name."""
    monkeypatch.setattr(offline, "SAMPLE_UNIT", "nobody's")


# ---- what holds ------------------------------------------------------------------------------------------------------


def test_a_letter_with_its_proof_is_genuine_in_the_log_and_not_revoked(
    pdf: bytes, packed: bytes, trust: offline.Trust, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    found = judge(pdf, packed, trust)
    assert (found.verdict, found.genuine, found.complete, found.faults) == ("identical", True, True, [])
    assert found.inclusion["state"] == "proven"
    assert found.inclusion["letter"] == str(letter.id)
    assert found.inclusion["since"] == NOW.isoformat()
    assert (found.revocation["state"], found.revocation["as_of"]) == ("valid", NOW.isoformat())
    assert found.revision["identical"]
    assert found.signature["signatures"][0]["signer"] == "Ratna Dewi Contoh"
    assert json.loads(json.dumps(found.as_json()))["genuine"] is True


def test_a_letter_of_the_demonstration_is_a_sample(pdf: bytes, packed: bytes, trust: offline.Trust) -> None:
    found = judge(pdf, packed, trust)
    assert found.verdict == "sample"
    assert not found.genuine


@BYTES
def test_without_a_proof_the_signature_speaks_alone_and_that_is_said(
    pdf: bytes, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    found = offline.judge(pdf, [], trust, now=NOW + dt.timedelta(days=4000))  # long after its certificate ran out
    assert (found.verdict, found.complete, found.inclusion["state"]) == ("identical", False, "not-given")
    assert found.revocation == {"state": "not-known", "as_of": None}


@BYTES
def test_witnesses_are_named_and_can_be_demanded(
    pdf: bytes, letter: Letter, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    _, note = sequencer.read_checkpoint()
    seconds = int(NOW.timestamp())
    sequencer.add_cosignatures([WITNESS.sign(note.text, seconds)], note.text)
    packed = proving.pack_proof(letter.code, now=NOW)[1]
    knowing = replace(trust, witnesses=(WITNESS.verifier,))
    found = judge(pdf, packed, knowing, least=1)
    assert (found.verdict, found.witnesses) == ("identical", [{"name": "saksi.example", "at": NOW.isoformat()}])
    lacking = judge(pdf, packed, trust, least=1)
    assert lacking.verdict == "distrusted"
    assert "witnesses" in lacking.inclusion["problem"]


# ---- what became of the file -----------------------------------------------------------------------------------------

COPIES: dict[str, Callable[[bytes], bytes]] = {
    "newline": lambda pdf: pdf + b"\r\n",
    "stripped": lambda pdf: pdf.rstrip(b"\n"),
    "appended": lambda pdf: pdf + b"% a comment\n",
    "flipped": lambda pdf: pdf.replace(b"/MediaBox[0 0 595", b"/MediaBox[0 0 495", 1),
}


@BYTES
@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("with_proof", [True, False])
def test_a_copy_that_differs_is_changed(
    how: str, with_proof: bool, pdf: bytes, packed: bytes, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    copy = COPIES[how](pdf)
    assert copy != pdf
    found = offline.judge(copy, offline.unpack(packed) if with_proof else [], trust, now=NOW)
    assert found.verdict == "changed"
    assert not found.genuine
    if with_proof and how != "flipped":
        assert found.revision["signed_bytes"] == len(pdf)
        assert found.revision["later_bytes"] == len(copy) - len(pdf)


@BYTES
def test_a_bomb_and_a_stranger_s_file_are_not_known(packed: bytes, trust: offline.Trust) -> None:
    junk = (b"", b"hello", b"%PDF-1.7\n" + b"[" * 20000, os.urandom(2000))
    for content in (*junk, hostile.object_stream_bomb(), hostile.many_paths(), hostile.deep_array()):
        assert offline.judge(content, [], trust, now=NOW).verdict == "unknown"


# ---- proofs that do not hold -----------------------------------------------------------------------------------------


@BYTES
def test_the_proof_of_another_letter_spoils_the_verdict(
    cast: Cast, pdf: bytes, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    other = sign(cast, *to_sign(cast)).letter
    journal.seal_entries()
    found = judge(pdf, proving.pack_proof(other.code, now=NOW)[1], trust)
    assert (found.verdict, found.inclusion["state"]) == ("distrusted", "failed")
    assert "another file" in found.inclusion["problem"]


@BYTES
@pytest.mark.parametrize("part", ["index", "hash", "root", "salt", "signature"])
def test_one_thing_changed_in_a_proof_is_found(
    part: str, cast: Cast, pdf: bytes, letter: Letter, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    text = next(one for one in offline.unpack(proving.pack_proof(letter.code, now=NOW)[1]) if one.startswith("c2sp"))
    read = bundle.Bundle.read(text)
    lines = read.checkpoint.split("\n")
    if part == "index":
        text = str(replace(read, index=read.index - 1))
    elif part == "hash":
        text = str(replace(read, proof=(bytes(32), *read.proof[1:])))
    elif part == "root":
        text = str(replace(read, checkpoint="\n".join([*lines[:2], notes.encode(bytes(32)), *lines[3:]])))
    elif part == "salt":
        text = str(replace(read, extra=replace(bundle.Opening.unpack(read.extra), salt=bytes(16)).pack()))
    else:
        name, _, content = lines[4].rpartition(" ")
        raw = bytearray(notes.decode(content))
        raw[-1] ^= 1
        text = str(replace(read, checkpoint="\n".join([*lines[:4], f"{name} {notes.encode(bytes(raw))}", *lines[5:]])))
    found = offline.judge(pdf, [text], trust, now=NOW)
    assert (found.verdict, found.inclusion["state"]) == ("distrusted", "failed")
    assert found.faults


@BYTES
def test_another_hall_s_log_proves_nothing_here(
    pdf: bytes, packed: bytes, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    stranger = replace(trust, log=(notes.NoteSigner("elsewhere/log", b"x" * 32).verifier,))
    found = judge(pdf, packed, stranger)
    assert (found.verdict, found.inclusion["state"]) == ("distrusted", "failed")


@BYTES
def test_two_checkpoints_of_one_size_that_differ_are_a_fork(
    pdf: bytes, packed: bytes, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    checkpoint, _ = sequencer.read_checkpoint()
    forked = str(replace(checkpoint, root=bytes(32)).sign(_signers()))
    found = judge(pdf, packed, trust, forked)
    assert found.verdict == "distrusted"
    assert any("forked" in fault for fault in found.faults)


def _signers() -> list[notes.NoteSigner]:
    from balai.base import crypto

    found = sequencer.find_log()
    assert found is not None
    return [notes.NoteSigner(found.origin, crypto.derive(f"log-key-{number}")) for number in found.keys]


# ---- what no longer holds --------------------------------------------------------------------------------------------

LATER = NOW + dt.timedelta(days=3)


def _revoke(cast: Cast, letter: Letter, replaced_by: str = "") -> None:
    actions.revoke(
        command_id=uuid4(),
        actor=cast.ratna.officer,
        now=LATER,
        letter_id=letter.id,
        reason="Salah alamat",
        replaced_by=replaced_by,
    )
    journal.seal_entries()


def test_a_revoked_letter_is_revoked_by_its_proof_and_by_the_statement_of_all(
    cast: Cast, pdf: bytes, packed: bytes, letter: Letter, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    before = proving.list_revoked(now=NOW)
    assert judge(pdf, packed, trust, before).verdict == "identical"
    _revoke(cast, letter)
    assert judge(pdf, packed, trust).verdict == "identical", "as of the old proof nothing is known of it"
    everything = proving.list_revoked(now=LATER)
    for found in (
        judge(pdf, packed, trust, everything),
        judge(pdf, packed, trust, everything, before),
        offline.judge(pdf, [everything], trust, now=LATER),
        judge(pdf, proving.pack_proof(letter.code, now=LATER)[1], trust),
    ):
        assert (found.verdict, found.revocation["since"]) == ("revoked", LATER.isoformat())
    assert judge(pdf + b"\n", packed, trust, everything).verdict == "revoked"
    assert letter.sha256 not in everything
    assert str(letter.id) not in everything
    assert letter.code not in everything


def test_a_replaced_letter_is_replaced(
    cast: Cast, pdf: bytes, packed: bytes, letter: Letter, trust: offline.Trust
) -> None:
    other = sign(cast, *to_sign(cast)).letter
    _revoke(cast, letter, other.number)
    assert judge(pdf, packed, trust, proving.list_revoked(now=LATER)).verdict == "replaced"
    assert judge(pdf, proving.pack_proof(letter.code, now=LATER)[1], trust).verdict == "replaced"


@BYTES
def test_a_statement_that_was_changed_or_is_a_stranger_s_is_a_fault(
    pdf: bytes, packed: bytes, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    everything = proving.list_revoked(now=NOW)
    for wrong in (everything.replace("\nall\n", "\none\n"), everything.replace("/log/", "/logs/", 1)):
        assert wrong != everything
        assert judge(pdf, packed, trust, wrong).verdict == "distrusted"


def test_an_expired_letter_is_expired_as_its_proof_says(
    pdf: bytes, packed: bytes, trust: offline.Trust, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_real(monkeypatch)
    late = NOW + dt.timedelta(days=365 * 101)
    assert offline.judge(pdf, offline.unpack(packed), trust, now=late).verdict == "expired"


def test_there_is_no_proof_before_the_log_holds_the_letter_nor_for_a_stranger(cast: Cast) -> None:
    made = sign(cast, *to_sign(cast)).letter
    with pytest.raises(NotFound, match="no-proof-yet"):
        proving.pack_proof(made.code, now=NOW)
    assert proving.find_inclusion(made.code) is None
    journal.seal_entries()
    assert proving.find_inclusion(made.code) is not None
    with pytest.raises(NotFound):
        proving.pack_proof("0" * 26, now=NOW)


# ---- what is handed over ---------------------------------------------------------------------------------------------


@BYTES
@pytest.mark.parametrize("content", [b"PK\x03\x04 nothing", b"\xff\xfe\x00", b"x" * (offline.MOST_PROOF + 1)])
def test_what_is_no_proof_is_unusable(content: bytes) -> None:
    with pytest.raises(offline.Unusable):
        offline.unpack(content)


@BYTES
def test_a_packed_bomb_is_unusable() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb.note", b"\0" * 60_000_000)
    with pytest.raises(offline.Unusable, match="unpacks to more"):
        offline.unpack(made.getvalue())


def test_the_proof_names_nobody(packed: bytes, cast: Cast) -> None:
    told = "".join(
        zipfile.ZipFile(io.BytesIO(packed)).read(name).decode()
        for name in zipfile.ZipFile(io.BytesIO(packed)).namelist()
    )
    for secret in ("Siti", "Warung", "9901", str(cast.siti.person_id)):
        assert secret not in told
        assert secret not in "".join(
            bundle.Opening.unpack(bundle.Bundle.read(one).extra).line
            for one in offline.unpack(packed)
            if one.startswith("c2sp")
        )


# ---- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, pdf: bytes, packed: bytes, trust: offline.Trust) -> Path:
    (tmp_path / "surat.pdf").write_bytes(pdf)
    (tmp_path / "surat-bukti.zip").write_bytes(packed)
    (tmp_path / "kepercayaan.json").write_text(str(trust))
    return tmp_path


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    from balai.doors.console.__main__ import main

    code = main(["verify", *words])
    told = capsys.readouterr()
    return code, told.out + told.err


@BYTES
def test_the_command_opens_no_socket_and_finds_the_proof_beside_the_letter(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("the network is off")

    as_real(monkeypatch)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    words = (str(folder / "surat.pdf"), "--trust", str(folder / "kepercayaan.json"))
    code, told = command(capsys, *words)
    assert code == 0
    assert "GENUINE" in told and "since 2026-03-02" in told and "not revoked as of" in told
    code, told = command(capsys, *words, "--json", "--strict")
    assert (code, json.loads(told)["verdict"], json.loads(told)["accepted"]) == (0, "identical", True)
    (folder / "surat-bukti.zip").unlink()
    assert command(capsys, *words)[0] == 0
    code, told = command(capsys, *words, "--strict")
    assert code == 1 and "NOT ACCEPTED" in told


@BYTES
def test_the_command_s_exit_codes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trust = ("--trust", str(folder / "kepercayaan.json"))
    assert command(capsys, str(folder / "surat.pdf"), *trust)[0] == verify.SAMPLE
    (folder / "copy.pdf").write_bytes((folder / "surat.pdf").read_bytes() + b"\r\n")
    code, told = command(capsys, str(folder / "copy.pdf"), "--bundle", str(folder / "surat-bukti.zip"), *trust)
    assert code == 1 and "CHANGED" in told and "+2 bytes since" in told
    for words in (
        (str(folder / "none.pdf"), *trust),
        (str(folder / "surat.pdf"), "--trust", str(folder / "surat.pdf")),
        (str(folder / "surat.pdf"), "--bundle", str(folder / "surat.pdf"), *trust),
    ):
        assert command(capsys, *words)[0] == verify.UNUSABLE, words
        code, told = command(capsys, *words, "--json")
        assert (code, json.loads(told)["verdict"]) == (verify.UNUSABLE, None)


@BYTES
def test_the_command_needs_no_home(folder: Path) -> None:
    words = ["-m", "balai.doors.console", "verify", "surat.pdf", "--trust", "kepercayaan.json", "--json"]
    environment = {"PYTHONPATH": str(SOURCE), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    done = subprocess.run(
        [sys.executable, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == verify.SAMPLE, done.stderr
    assert json.loads(done.stdout)["inclusion"]["state"] == "proven"
    assert not (folder / ".balai").exists()
