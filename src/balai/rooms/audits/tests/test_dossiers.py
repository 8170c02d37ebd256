"""A whole case as one sealed PDF/A-3: everything inside by its digest, the seal over all of it, the reading recorded first."""

import argparse
import hashlib
import io
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch
from uuid import UUID, uuid4

import pikepdf
import pytest
from tests.cast import NOW, Cast, apply_for_sku, appoint, make_cast, open_service
from tests.sessions import sign_in

from balai.base import crypto, journal
from balai.base.errors import BalaiError, NotAllowed
from balai.base.models import Access
from balai.base.outbox import Worker
from balai.base.tlog.bundle import Bundle
from balai.casework.cases import queries as cases
from balai.casework.issuing import bundles, offline, proving, signing
from balai.casework.issuing.queries import text_of
from balai.doors.console.commands import verify
from balai.records.documents import queries as documents
from balai.records.offices import queries as offices
from balai.records.protection import actions as protection
from balai.rooms.audits import actions, jobs, queries
from balai.rooms.audits.actions import dossiers
from balai.rooms.audits.models import Dossier

from .signed import sign_case

AT = "/meja/pemeriksaan/berkas/"
WHY = "Surat tugas 7"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def cast(db: None) -> Iterator[Cast]:
    open_service()
    made = make_cast(NOW)
    appoint(made.joko, "auditor", "inspektorat")
    yield made


@pytest.fixture
def signed(cast: Cast) -> str:
    return sign_case(cast, NOW)[1]


@pytest.fixture
def number(cast: Cast) -> str:
    return apply_for_sku(cast).number


def ask(cast: Cast, number: str, language: str = "id") -> UUID:
    return actions.ask_dossier(
        command_id=uuid4(), actor=cast.joko.officer, now=NOW, number=number, purpose=WHY, language=language
    )


def made(cast: Cast, number: str, language: str = "id") -> bytes:
    dossier = ask(cast, number, language)
    Worker().drain(LATER)
    row = queries.get_dossier(cast.joko.person_id, dossier)
    assert (row.state, row.fault) == ("made", "")
    return queries.open_dossier(row)


def test_one_file_holds_the_whole_case_and_proves_itself(cast: Cast, signed: str, tmp_path: Path) -> None:
    """Everything about one file, which takes seconds to make, is looked at once."""
    journal.seal_entries()
    pdf = made(cast, signed)
    parts = bundles.read_parts(pdf)
    holds_the_whole_case(signed, parts)
    proves_its_journal(parts)
    is_sealed(pdf, tmp_path)
    is_an_archive_file(signed, pdf)
    can_be_read(signed, pdf, parts)


def holds_the_whole_case(number: str, parts: dict[str, bytes]) -> None:
    """Look at each part, by its digest."""
    told = json.loads(parts["manifest.json"])
    assert bundles.find_fault(parts) == ""
    assert {one["name"]: one["sha256"] for one in told["parts"]} == {
        name: hashlib.sha256(data).hexdigest() for name, data in parts.items() if name != "manifest.json"
    }
    row = cases.read_case(number=number)
    assert (told["case"], told["format"]) == (number, "balai-bundle-1")
    assert told["journal"] == {
        "stream": f"case:{row.id}", "entries": row.head.seq, "head": row.head.hash.hex(), "holds": True,
    }  # fmt: skip
    case = json.loads(parts["kasus.json"])
    assert case["answers"]["apply"] and case["outcome"] == "granted"
    address = case["answers"]["apply"]["business_address"]
    assert address and "*" not in address, "sensitive, and no number: an auditor reads it as an officer does"
    letters = json.loads(parts["surat.json"])
    assert hashlib.sha256(parts[letters[0]["file"]]).hexdigest() == letters[0]["sha256"]
    assert signing.verify(parts[letters[0]["file"]], at=LATER).valid, "the letter inside is the letter"
    kept = documents.list_documents(row.vault_id)
    assert len(json.loads(parts["dokumen.json"])) == len(kept) > 0
    given = json.loads(parts["dokumen.json"])[0]
    assert parts[given["file"]] == documents.read_bytes(UUID(given["id"]))


def proves_its_journal(parts: dict[str, bytes]) -> None:
    """Recompute the journal from what is inside, and prove each entry and the letter by the public log alone."""
    entries = [json.loads(line) for line in parts["jurnal.jsonl"].splitlines()]
    told = json.loads(parts["manifest.json"])["journal"]
    assert [line["seq"] for line in entries] == list(range(1, told["entries"] + 1))
    assert entries[-1]["hash"] == told["head"]
    assert all(
        {"stream", "at", "actor", "on_behalf_of", "channel", "action", "body", "deed_id"} <= set(line)
        for line in entries
    )
    keys = proving.read_trust().log
    lines = [json.loads(line) for line in parts["bukti-jurnal.jsonl"].splitlines()]
    kept = {line["seq"]: line["hash"] for line in map(json.loads, parts["jurnal.jsonl"].splitlines())}
    assert [line["seq"] for line in lines] == sorted(kept)
    for line in lines:
        opening, _ = Bundle.read(line["proof"]).judge_entry(keys)
        assert hashlib.sha256(opening.before + opening.line.encode()).hexdigest() == kept[line["seq"]]
    letter = json.loads(parts["surat.json"])[0]["file"]
    assert re.fullmatch(r"1-[a-z][a-z-]+-[0-9]+(-[A-Za-z0-9]+)+\.pdf", letter), letter
    handed = offline.unpack(parts[letter.replace(".pdf", "-bukti.zip")])
    report = offline.judge(parts[letter], handed, proving.read_trust(), now=LATER)
    assert report.inclusion["state"] == "proven"


def is_sealed(pdf: bytes, tmp_path: Path) -> None:
    """Look at the seal by three judges; one changed byte breaks it."""
    judged = signing.verify(pdf, at=LATER)
    assert (judged.valid, judged.problem) == (True, "")
    assert judged.signatures[0].covers_all and judged.signatures[0].trusted
    at = pdf.index(b"%PDF") + len(pdf) // 3
    assert not signing.verify(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :], at=LATER).valid
    if shutil.which("pdfsig"):
        (tmp_path / "a.pdf").write_bytes(pdf)
        said = subprocess.run(
            ["pdfsig", "-nocert", str(tmp_path / "a.pdf")], capture_output=True, text=True, check=False
        ).stdout
        assert "Signature is Valid" in said and "Total document signed" in said
    report = offline.judge(pdf, [], proving.read_trust(), now=LATER)
    assert report.verdict == "sample", "by the demonstration authority; of an authority in force it is identical"
    assert report.faults == []
    assert offline.judge(pdf + b"x", [], proving.read_trust(), now=LATER).verdict != "sample"
    (tmp_path / "a.pdf").write_bytes(pdf)
    (tmp_path / "kepercayaan.json").write_text(str(proving.read_trust()))
    assert judged_by_command(tmp_path) == (verify.SAMPLE, "sample")
    (tmp_path / "a.pdf").write_bytes(pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :])
    assert judged_by_command(tmp_path)[0] == verify.NOT


def judged_by_command(folder: Path) -> tuple[int, str]:
    """Ask `balai verify`: its exit code and its verdict."""
    parser = argparse.ArgumentParser()
    verify.add_arguments(parser)
    args = parser.parse_args([str(folder / "a.pdf"), "--trust", str(folder / "kepercayaan.json"), "--json"])
    with redirect_stdout(io.StringIO()) as said:
        code = verify.run(args)
    return code, json.loads(said.getvalue())["verdict"]


def is_an_archive_file(number: str, pdf: bytes) -> None:
    """Look at the marks of PDF/A-3 and at the associated files."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert document.check_pdf_syntax() == []
        with document.open_metadata() as told:
            assert (told["pdfaid:part"], told["pdfaid:conformance"]) == ("3", "A")
            assert number in told["dc:title"]
        names = set(document.attachments)
        associated = [str(spec.UF) for spec in document.Root.AF]
        assert set(associated) == names and associated[0] == "manifest.json"
        for spec in document.Root.AF:
            assert spec.AFRelationship in ("/Data", "/Source") and spec.Desc
            assert spec.EF.F.Subtype and spec.EF.F.Params.ModDate, "ISO 19005-3: type and date of each"
        assert document.pdf_version <= "1.7"


def can_be_read(number: str, pdf: bytes, parts: dict[str, bytes]) -> None:
    """Look at the pages: every digest whole, CONTOH, and no NIK but in the letters themselves."""
    said = text_of(pdf)
    flat = "".join(said.split())
    assert number in said and "Lampiran" in said and "manifest.json" in said and "CONTOH" in said
    for one in json.loads(parts["manifest.json"])["parts"]:
        assert one["sha256"] in flat and one["name"] in flat
    nik = str(cases.read_case(number=number).data["applicant"]["nik"])
    letters = {name for name in parts if re.match("[0-9]+-", name)}
    assert letters and nik not in said
    assert all(nik.encode() not in data for name, data in parts.items() if name not in letters)


def test_a_changed_missing_or_added_part_is_named() -> None:
    parts = [bundles.BundleFile("a.txt", "text/plain", "a", b"1"), bundles.BundleFile("b.txt", "text/plain", "b", b"2")]
    whole = {one.name: one.data for one in [bundles.write_manifest(parts, {}), *parts]}
    assert bundles.find_fault(whole) == ""
    assert bundles.find_fault({**whole, "b.txt": b"3"}) == "b.txt"
    assert bundles.find_fault({**whole, "c.txt": b"3"}) == "c.txt"
    assert bundles.find_fault({name: data for name, data in whole.items() if name != "a.txt"}) == "a.txt"
    assert bundles.find_fault({"a.txt": b"1"}) == bundles.find_fault({"manifest.json": b"[]"}) == "manifest.json"


def test_what_is_read_is_recorded_for_the_person_before_and_with_the_purpose(cast: Cast, signed: str) -> None:
    case = cases.read_case(number=signed)
    dossier = ask(cast, signed)
    first = Access.objects.filter(object=f"case:{case.id}", purpose=f"audit: {WHY}", person_id=cast.siti.person_id)
    assert first.count() == 1, "asking is a reading already"
    Worker().drain(LATER)
    mine = Access.objects.filter(purpose=f"audit: {WHY}", person_id=cast.siti.person_id, reader_id=cast.joko.person_id)
    kinds = [row.object.partition(":")[0] for row in mine.order_by("id")]
    assert kinds.count("case") == 2 and kinds.count("letter") == 1
    assert kinds.count("document") == len(documents.list_documents(case.vault_id))
    assert sign_in(cast.joko).get(f"{AT}{dossier}/berkas-perkara.pdf").status_code == 404, (
        "after the week by the real clock"
    )
    Dossier.objects.filter(id=dossier).update(made_at=journal_now())
    assert sign_in(cast.joko).get(f"{AT}{dossier}/berkas-perkara.pdf").content.startswith(b"%PDF-")
    assert mine.filter(object=f"case:{case.id}").count() == 3


def journal_now() -> object:
    from django.utils import timezone

    return timezone.now()


def test_it_is_for_whoever_asked_for_a_week_and_for_nobody_else(cast: Cast, number: str) -> None:
    dossier = ask(cast, number)
    Worker().drain(LATER)
    appoint(cast.budi, "auditor", "inspektorat")
    with pytest.raises(BalaiError):
        queries.get_dossier(cast.budi.person_id, dossier)
    row = queries.get_dossier(cast.joko.person_id, dossier)
    assert queries.can_open(row, LATER + timedelta(days=6)) and not queries.can_open(row, LATER + timedelta(days=7))
    assert jobs.drop_dossiers(LATER + timedelta(days=6)) == 0
    assert jobs.drop_dossiers(LATER + timedelta(days=7)) == 1
    row = queries.get_dossier(cast.joko.person_id, dossier)
    assert row.state == "dropped" and row.sha256
    with pytest.raises(BalaiError):
        queries.open_dossier(row)


def test_it_lies_sealed_under_the_cases_key_and_goes_with_it(cast: Cast, number: str) -> None:
    made(cast, number)
    row = Dossier.objects.get()
    assert b"%PDF" not in bytes(row.sealed or b"")
    crypto.shred(row.vault_id, LATER)
    with pytest.raises(BalaiError):
        queries.open_dossier(row)


def test_nobody_but_auditors_asks(cast: Cast, number: str) -> None:
    for member in (cast.siti, cast.budi, cast.ratna):
        with pytest.raises(BalaiError) as refused:
            actions.ask_dossier(
                command_id=uuid4(), actor=member.officer, now=NOW, number=number, purpose=WHY, language="id"
            )
        assert refused.value.code == "not-found"
        assert sign_in(member).post(AT, {"number": number, "purpose": WHY}).status_code == 404


def test_who_is_no_auditor_any_more_when_it_is_made_gets_nothing(cast: Cast, number: str) -> None:
    dossier = ask(cast, number)
    with patch("balai.casework.cases.policy.is_auditor", return_value=False):
        Worker().drain(LATER)
    row = queries.get_dossier(cast.joko.person_id, dossier)
    assert (row.state, row.fault, row.sealed) == ("failed", "not-found", None)


def test_a_hall_without_a_seal_says_so(cast: Cast, number: str) -> None:
    dossier = ask(cast, number)
    with patch.object(signing, "signer", return_value=signing.BsreSigner()):
        Worker().drain(LATER)
    assert queries.get_dossier(cast.joko.person_id, dossier).fault == "no-seal"


def test_what_does_not_fit_is_refused_before_it_is_read(
    cast: Cast, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dossiers, "MOST_BYTES", 10)
    dossier = ask(cast, number)
    Worker().drain(LATER)
    assert queries.get_dossier(cast.joko.person_id, dossier).fault == "dossier-too-large"


def test_the_same_command_twice_is_one_file_and_the_worker_makes_it_once(cast: Cast, number: str) -> None:
    command = uuid4()
    for _ in range(2):
        actions.ask_dossier(
            command_id=command, actor=cast.joko.officer, now=NOW, number=number, purpose=WHY, language="id"
        )
    Worker().drain(LATER)
    first = Dossier.objects.get().sha256
    Worker().drain(LATER + timedelta(hours=1))
    assert Dossier.objects.get().sha256 == first


def test_the_page_asks_waits_and_leads_to_the_file(cast: Cast, number: str) -> None:
    joko = sign_in(cast.joko)
    assert number in joko.get(AT, {"nomor": number}).content.decode()
    assert joko.post(AT, {"number": "SKU-0000-0000", "purpose": WHY}).status_code == 422
    assert joko.post(AT, {"number": number, "purpose": "x"}).status_code == 422
    assert not Dossier.objects.exists()
    assert joko.post(AT, {"command": str(uuid4()), "number": number, "purpose": WHY}).status_code == 302
    waiting = joko.get(AT).content.decode()
    assert "Menunggu giliran" in waiting and "data-refresh" in waiting
    Worker().drain(journal_now())  # type: ignore[arg-type]
    page = joko.get(AT).content.decode()
    assert "Unduh PDF" in page and "data-refresh" not in page


def test_how_far_it_came_is_noted(cast: Cast, number: str) -> None:
    dossier = ask(cast, number)
    seen: list[str] = []
    actions.build_dossier(Dossier.objects.get(id=dossier), now=LATER, step=seen.append)
    assert seen == ["gather", "typeset", "seal"]
    actions.note_step(command_id=uuid4(), now=LATER, dossier_id=dossier, step="seal")
    page = sign_in(cast.joko).get(AT).content.decode()
    assert "Membubuhkan segel" in page and 'value="3"' in page


@pytest.mark.parametrize("when", ["before", "meanwhile", "afterwards"])
def test_no_file_holds_what_a_protection_hides(cast: Cast, number: str, when: str) -> None:
    dossier = ask(cast, number) if when != "before" else None
    if when == "afterwards":
        Worker().drain(journal_now())  # type: ignore[arg-type]
        assert sign_in(cast.joko).get(f"{AT}{dossier}/berkas-perkara.pdf").status_code == 200
    protection.protect(
        command_id=uuid4(), actor=cast.ratna.officer, now=NOW, person_id=cast.siti.person_id, kind="violence",
        reason="Perintah perlindungan sementara", review_on=NOW.date() + timedelta(days=30),
        post_ids=[post for post, _ in offices.list_open_posts()][:2],
    )  # fmt: skip
    if dossier is None:
        with pytest.raises(NotAllowed, match="protected-person"):
            ask(cast, number)
        assert not Dossier.objects.exists()
        return
    if when == "afterwards":
        assert sign_in(cast.joko).get(f"{AT}{dossier}/berkas-perkara.pdf").status_code == 403
        return
    Worker().drain(LATER)
    row = queries.get_dossier(cast.joko.person_id, dossier)
    assert (row.state, row.fault, row.sealed) == ("failed", "protected-person", None)
