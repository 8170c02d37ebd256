"""One verdict on a letter, in title, heading and body: what a bank is told of a genuine, changed, revoked, sample or forged one."""

import datetime as dt
import html
import io
import re
from typing import Any
from uuid import uuid4

import pikepdf
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from tests.cast import NOW, Cast
from tests.windows import stand_still

from balai.base import journal, journal_check, sequencer, sql
from balai.base.actors import CLOCK
from balai.base.errors import Invalid
from balai.base.models import Entry, SecurityEvent
from balai.base.pages.texts import say
from balai.base.tests.test_sequencer import chain_as_before
from balai.base.tlog import notes
from balai.casework.issuing import actions, offline, pades, proving, queries, rules
from balai.casework.issuing.listeners import enter_older_letters
from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests.story import become, enter
from balai.records.documents import opening
from balai.records.documents.tests import hostile

from .test_verify import letter

__all__ = ["letter"]
pytestmark = pytest.mark.django_db(transaction=True)


# ---- what becomes of a file on its way -------------------------------------------------------------------------------


def countersigned(pdf: bytes) -> bytes:
    """Add a bank's own signature by an incremental update, as honest software does."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Bank Contoh")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    made = made.not_valid_before(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).not_valid_after(
        dt.datetime(2036, 1, 1, tzinfo=dt.UTC)
    )
    bank = pades.KeptKeySigner(_Key(key, made.sign(key, hashes.SHA256()), ()))  # type: ignore[arg-type]
    out = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), signers.PdfSignatureMetadata(field_name="Bank"), signer=bank
    )
    return bytes(out.getvalue())


class _Key:
    def __init__(self, private: Any, certificate: Any, chain: Any) -> None:
        self.private, self.certificate, self.chain = private, certificate, chain


def flipped(pdf: bytes) -> bytes:
    """Change one byte of a page that the signature covers, so that the file still opens."""
    at = pdf.index(b"/MediaBox[0 0 595") + len(b"/MediaBox[0 0 59")
    return pdf[:at] + bytes([pdf[at] ^ 1]) + pdf[at + 1 :]


def saved_again(pdf: bytes) -> bytes:
    """Save the file anew, as printing to PDF or a mail filter does."""
    made = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(made, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return made.getvalue()


def pages_in_another(pdf: bytes) -> bytes:
    """Put the pages of a letter into another file, without its signature."""
    made, other = io.BytesIO(), pikepdf.new()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        other.add_blank_page()
        other.pages.extend(document.pages)
        other.save(made)
    return made.getvalue()


def signature_in_another(pdf: bytes) -> bytes:
    """Put the signature of a letter into another file, without its pages."""
    made, other = io.BytesIO(), pikepdf.new()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        other.add_blank_page()
        other.Root.AcroForm = other.copy_foreign(document.make_indirect(document.Root.AcroForm))
        other.save(made)
    return made.getvalue()


WITH_THE_SIGNED = {
    "newline": lambda pdf: pdf + b"\r\n",
    "stripped": lambda pdf: pdf.rstrip(b"\n"),
    "countersigned": countersigned,
    "appended": lambda pdf: pdf + b"% a comment\n",
}
WITH_A_TRACE = {"flipped": flipped, "saved again": saved_again, "pages": pages_in_another}


def blank() -> bytes:
    made, document = io.BytesIO(), pikepdf.new()
    document.add_blank_page()
    document.save(made)
    return made.getvalue()


# ---- reading a page --------------------------------------------------------------------------------------------------


def file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("surat.pdf", content, "application/pdf")


def words(response: Any) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()))


def require(response: Any, key: str, lang: str = "id") -> str:
    """Require the one verdict in title and heading, and no other anywhere on the page; give the page's words."""
    page, told = html.unescape(response.content.decode()), say(f"portal.verify.{key}", lang)
    (heading,) = re.findall(r"<h1[^>]*>(.*?)</h1>", page, re.DOTALL)
    title = re.search(r"<title>(.*?)</title>", page, re.DOTALL)
    assert title is not None
    assert heading.strip() == told
    assert title[1].strip().startswith(told)
    for other in rules.VERDICTS:
        sentence = say(f"portal.verify.{other}", lang)
        assert other == key or sentence in told or sentence not in page, (other, sentence)
    assert "tidak pernah" not in page.lower() and "never" not in page.lower()
    return words(response)


def real(letter: Letter) -> Letter:
    """Have a letter count as one of a real signer: what the register says decides, not the drawing."""
    become(letter.id, demo=False, in_force=True, valid_until=dt.date(2126, 1, 1))
    return letter


def pdf_of(letter: Letter) -> bytes:
    from balai.base import crypto

    vault = letter.case.vault
    return queries.read_file(letter, crypto.unwrap(vault.id, bytes(vault.wrapped_key)))


# ---- verdicts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", WITH_THE_SIGNED)
def test_a_genuine_letter_that_was_added_to_is_ours_changed_and_what_was_signed_is_shown(
    stranger: Client, letter: Letter, how: str
) -> None:
    copy = WITH_THE_SIGNED[how](pdf_of(real(letter)))
    for address in ("/v/", f"/v/{letter.code}"):
        told = require(stranger.post(address, {"file": file(copy)}), "changed")
        assert letter.number in told and "berkas aslinya" in told, address
        assert "Warung Siti" in told, "whoever holds the signed bytes reads what was signed"


@pytest.mark.parametrize("how", WITH_A_TRACE)
def test_a_file_with_our_code_in_it_is_named_and_its_content_not_told(
    stranger: Client, letter: Letter, how: str
) -> None:
    copy = WITH_A_TRACE[how](pdf_of(real(letter)))
    for address in ("/v/", f"/v/{letter.code}"):
        told = require(stranger.post(address, {"file": file(copy)}), "changed")
        assert letter.number in told and "Warung Siti" not in told, address


def test_a_file_with_our_signature_alone_is_ours_changed_without_a_record(stranger: Client, letter: Letter) -> None:
    told = require(stranger.post("/v/", {"file": file(signature_in_another(pdf_of(letter)))}), "changed")
    assert letter.number not in told and "tanda tangan elektronik yang dibuat di sini" in told


def test_a_file_of_nobody_is_not_known_here_and_there_is_advice(stranger: Client, letter: Letter) -> None:
    told = require(stranger.post("/v/", {"file": file(blank())}), "unknown")
    assert "Apa yang dapat Anda lakukan" in told and letter.number not in told


def test_the_identical_file_of_a_real_letter_is_genuine(stranger: Client, letter: Letter) -> None:
    pdf = pdf_of(real(letter))
    for address in ("/v/", f"/v/{letter.code}"):
        told = require(stranger.post(address, {"file": file(pdf)}), "identical")
        assert "Warung Siti" in told and letter.number in told
    require(stranger.get(f"/v/{letter.code}"), "valid")


def test_a_sample_is_a_sample_in_title_heading_and_body(stranger: Client, letter: Letter) -> None:
    for answer in (
        stranger.get(f"/v/{letter.code}"),
        stranger.post("/v/", {"file": file(pdf_of(letter))}),
        stranger.post(f"/v/{letter.code}", {"file": file(pdf_of(letter))}),
    ):
        told = require(answer, "sample")
        assert "asli" not in told.split("Apakah berkasnya sama?")[0].lower().replace("keaslian", "")


def test_an_expired_letter_says_so(stranger: Client, letter: Letter) -> None:
    pdf = pdf_of(real(letter))
    become(letter.id, valid_until=dt.date(2020, 1, 1))
    require(stranger.get(f"/v/{letter.code}"), "expired")
    require(stranger.post("/v/", {"file": file(pdf)}), "expired")


REASON = "Alamat usaha ternyata di kelurahan lain."


def test_a_revoked_letter_is_revoked_by_code_by_file_and_by_a_changed_file(
    stranger: Client, cast: Cast, letter: Letter
) -> None:
    pdf = pdf_of(real(letter))
    actions.revoke(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, letter_id=letter.id, reason=REASON)
    for answer in (
        stranger.get(f"/v/{letter.code}"),
        stranger.post("/v/", {"file": file(pdf)}),
        stranger.post("/v/", {"file": file(pdf + b"\r\n")}),
        stranger.post(f"/v/{letter.code}", {"file": file(flipped(pdf))}),
    ):
        assert REASON in require(answer, "revoked")


def test_a_replaced_letter_names_the_one_that_holds(stranger: Client, cast: Cast, letter: Letter) -> None:
    pdf = pdf_of(real(letter))
    again = Letter.objects.get(id=letter.id)
    again.id, again.seq, again.round, again.token = uuid4(), again.seq + 1, again.round + 1, "another"
    again.number, again.code = letter.number.replace("0001", "0002"), rules.make_code()
    again.sha256, again.digest = "1" * 64, queries.file_digest("1" * 64)
    again.save(force_insert=True)
    enter(again)
    told: dict[str, Any] = {"actor": cast.ratna.officer, "now": NOW, "letter_id": letter.id, "reason": REASON}
    for wrong in ("500.3/9999/X/2026", letter.number):
        with pytest.raises(Invalid, match="no-such-replacement"):
            actions.revoke(command_id=uuid4(), replaced_by=wrong, **told)
    actions.revoke(command_id=uuid4(), replaced_by=again.number, **told)
    for answer in (stranger.get(f"/v/{letter.code}"), stranger.post("/v/", {"file": file(pdf)})):
        assert again.number in require(answer, "replaced")


def test_a_key_withdrawn_before_the_signature_makes_the_letter_distrusted(
    stranger: Client, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    pdf = pdf_of(real(letter))
    before = NOW - dt.timedelta(days=1)
    monkeypatch.setattr(pades.authority, "revoked_at", lambda serial: before)
    require(stranger.post("/v/", {"file": file(pdf)}), "distrusted")


# ---- codes that nobody gave ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_forged_code_meets_a_page_of_its_own_with_advice(stranger: Client, letter: Letter, lang: str) -> None:
    stranger.cookies["lang"] = lang
    pages = []
    for code in ("0" * 26, letter.code[::-1], "AAAA", "' OR 1=1"):
        answer = stranger.get(f"/v/{code}", headers={"accept-language": lang})
        assert answer.status_code == 404
        told = require(answer, "unknown", lang)
        assert say("portal.verify.advice_office", lang) in told and code not in told
        pages.append(re.sub(r"value=\S+|nonce=\S+", "", told))
    assert len(set(pages)) == 1, "a code that nobody gave tells nothing, however it is written"
    assert stranger.post(f"/v/{'0' * 26}", {"file": file(pdf_of(letter))}).status_code == 404


def test_a_typed_code_that_nobody_gave_says_the_same(stranger: Client, letter: Letter) -> None:
    answer = stranger.post("/v/", {"kode": "0" * 26})
    assert answer.status_code == 422
    require(answer, "unknown")


def test_guessing_codes_is_limited(stranger: Client, letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)
    found = [stranger.get(f"/v/{rules.make_code()}").status_code for _ in range(61)]
    assert (found[59], found[60]) == (404, 429)


# ---- files made to hurt ----------------------------------------------------------------------------------------------


def test_a_busy_hall_says_so_and_gives_no_verdict(
    stranger: Client, letter: Letter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from balai.base import confined

    monkeypatch.setattr(opening, "_GATE", confined.Gate(in_hand=0))
    monkeypatch.setattr(opening, "HURRY", 0.0)
    answer = stranger.post("/v/", {"file": file(blank())})
    assert answer.status_code == 503
    assert say("portal.verify.unknown", "id") not in answer.content.decode()


def test_what_a_signed_letter_says_is_all_that_is_read_in_the_hall(letter: Letter) -> None:
    signed = pdf_of(letter)
    longer = signed + hostile.object_stream_bomb()
    found = queries.verify_upload(longer, now=NOW)
    assert (found.result, found.trace) == ("changed", "bytes") and found.text == queries.text_of(signed)


# ---- a record that was changed by hand ------------------------------------------------------------------------------


def test_of_a_letter_changed_by_sql_nothing_is_said_but_that_and_it_alarms(
    stranger: Client, letter: Letter, cast: Cast
) -> None:
    """Neither genuine nor revoked, at no door: page, proof, statement, file, machine. Put back as it was, it is genuine again."""
    journal.seal_entries()
    pdf, at = pdf_of(letter), f"/v/{letter.code}"
    (whole,) = Letter.objects.filter(id=letter.id).values()
    for changed in (
        {"state": "revoked", "revoked_at": NOW, "revoked_reason": "x"}, {"signed_by_id": cast.joko.person_id},
        {"signer_title": "Wali Kota"}, {"number": "1/X"}, {"holder_masked": "J***"}, {"valid_until": dt.date(2040, 1, 1)},
        {"signed_at": NOW + dt.timedelta(days=1)}, {"in_force": not letter.in_force},
        {"state": "reserved", "signed_at": None, "digest": None},
    ):  # fmt: skip
        Letter.objects.filter(id=letter.id).update(**changed)
        before = SecurityEvent.objects.filter(kind="letter-altered").count()
        for address in (at, f"{at}/bukti", f"/api/v1/letters/{letter.code}"):
            assert stranger.get(address).status_code == 503, (changed, address)
        page = words(stranger.get(at))
        assert say("portal.verify.altered", "id") in page and letter.title not in page
        if "digest" not in changed:  # without it no file is found to be the letter's
            assert stranger.post("/v/", {"file": file(pdf)}).status_code == 503, changed
        assert stranger.post(at, {"file": file(pdf)}).status_code == 503, changed
        assert SecurityEvent.objects.filter(kind="letter-altered").count() > before
        if "state" in changed and changed["state"] == "revoked":
            assert stranger.get("/v/pencabutan").status_code == 503
        Letter.objects.filter(id=letter.id).update(**whole)
    assert stranger.get(at).status_code == 200 and stranger.get(f"{at}/bukti").status_code == 200


def test_a_revocation_taken_back_by_sql_is_no_verdict_and_signs_no_statement(
    stranger: Client, letter: Letter, cast: Cast
) -> None:
    actor, reason = cast.ratna.officer, "Alamat usaha ternyata salah."
    actions.revoke(command_id=uuid4(), actor=actor, now=NOW, letter_id=letter.id, reason=reason)
    journal.seal_entries()
    assert stranger.get("/v/pencabutan").status_code == 200
    Letter.objects.filter(id=letter.id).update(state="signed", revoked_at=None, revoked_reason="", revoked_by=None)
    for address in (f"/v/{letter.code}", f"/v/{letter.code}/bukti", "/v/pencabutan"):
        assert stranger.get(address).status_code == 503, address


# ---- the public log --------------------------------------------------------------------------------------------------

WITNESS = notes.NoteSigner("saksi.example", b"w" * 32, notes.WITNESS)


@pytest.mark.parametrize(("lang", "since"), [("id", "Ada di log publik sejak"), ("en", "In the public log since")])
def test_the_page_says_since_when_a_letter_is_in_the_public_log_and_who_witnessed_it(
    stranger: Client, letter: Letter, settings: Any, lang: str, since: str
) -> None:
    stranger.cookies["lang"] = lang
    headers = {"accept-language": lang}
    before = words(stranger.get(f"/v/{letter.code}", headers=headers))
    assert say("portal.verify.log_none", lang) in before and f"/v/{letter.code}/bukti" not in before
    assert stranger.get(f"/v/{letter.code}/bukti").status_code == 404
    journal.seal_entries()
    page = stranger.get(f"/v/{letter.code}", headers=headers)
    assert since in words(page) and "saksi.example" not in words(page)
    assert f"/v/{letter.code}/bukti" in page.content.decode()
    settings.BALAI_LOG_WITNESSES = f"http://127.0.0.1:1 {WITNESS.verifier.line}"
    _, note = sequencer.read_checkpoint()
    sequencer.add_cosignatures([WITNESS.sign(note.text, int(NOW.timestamp()))], note.text)
    for answer in (
        stranger.get(f"/v/{letter.code}", headers=headers),
        stranger.post("/v/", {"file": file(pdf_of(letter))}, headers=headers),
    ):
        assert since in words(answer) and "saksi.example" in words(answer)


def test_a_letter_older_than_the_log_has_no_dead_link_and_is_entered_later(
    siti: Client, stranger: Client, letter: Letter
) -> None:
    """Until it is entered the page says since when the log exists and what vouches instead; then when it was entered."""
    chain_as_before(*range(1, Entry.objects.count() + 1))
    journal.seal_entries()
    (chained,) = sql.row("SELECT chained FROM base_log")  # type: ignore[misc]
    assert chained > 0
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test.after") as deed:
        deed.record("log", "after", {})
    journal.seal_entries()
    case = f"/berkas/{letter.case.number}/"
    page = stranger.get(f"/v/{letter.code}")
    assert "Log publik kantor ini ada sejak Senin, 2 Maret 2026" in words(page)
    for shown in (page, siti.get(case)):
        assert shown.status_code == 200 and f"/v/{letter.code}/bukti" not in shown.content.decode()
    later = NOW + dt.timedelta(days=3)
    assert enter_older_letters(later) == 1 and enter_older_letters(later) == 0
    journal.seal_entries()
    page = stranger.get(f"/v/{letter.code}")
    assert "dimasukkan belakangan pada Kamis, 5 Maret 2026" in words(page)
    assert f"/v/{letter.code}/bukti" in siti.get(case).content.decode()
    proof = b"".join(stranger.get(f"/v/{letter.code}/bukti"))
    found = offline.judge(pdf_of(letter), offline.unpack(proof), proving.read_trust(), now=later)
    assert found.verdict == "sample" and found.inclusion["entered_later"] and not found.faults
    assert found.inclusion["since"].startswith("2026-03-05") and found.inclusion["signed_at"].startswith("2026-03-02")
    assert journal_check.verify_journal(deep=True).faults == ()


@pytest.mark.parametrize("before", [True, False], ids=["revoked before the log", "revoked after it began"])
def test_a_revoked_letter_older_than_the_log_is_entered_later_with_its_revocation(
    cast: Cast, stranger: Client, letter: Letter, before: bool
) -> None:
    def revoke(at: dt.datetime) -> None:
        actions.revoke(command_id=uuid4(), actor=cast.ratna.officer, now=at, letter_id=letter.id, reason=REASON)

    if before:
        revoke(NOW)
    chain_as_before(*range(1, Entry.objects.count() + 1))
    journal.seal_entries()
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="test.after") as deed:
        deed.record("log", "after", {})
    later = NOW + dt.timedelta(days=3)
    if not before:
        revoke(NOW + dt.timedelta(days=1))
    assert enter_older_letters(later) == 1 and enter_older_letters(later) == 0
    journal.seal_entries()
    proof = stranger.get(f"/v/{letter.code}/bukti")
    assert proof.status_code == 200
    told = [one for one in offline.unpack(proof.content) if one.startswith("c2sp.org/tlog-proof")]
    found = offline.judge(pdf_of(letter), told, proving.read_trust(), now=later)
    assert found.verdict == "revoked" and not found.faults and found.inclusion["entered_later"]
    assert found.revocation["from"] == "log", "the log alone proves it, with no word of the house beside"
    assert found.revocation["since"].startswith("2026-03-02" if before else "2026-03-03")
    assert ("entered_later" in found.revocation) == before
    assert journal_check.verify_journal(deep=True).faults == ()


def test_the_proof_is_delivered_beside_the_letter_and_holds_by_the_keys_of_the_hall(
    siti: Client, stranger: Client, letter: Letter
) -> None:
    journal.seal_entries()
    assert f"/v/{letter.code}/bukti" in siti.get(f"/berkas/{letter.case.number}/").content.decode()
    proof = stranger.get(f"/v/{letter.code}/bukti")
    assert proof["Content-Type"] == "application/zip"
    name = rules.file_name(letter.title, letter.number, "")
    sent = siti.get(f"/berkas/{letter.case.number}/surat/{letter.id}/")
    assert name.startswith("surat-") and name.isascii() and "/" not in name
    for answer, file in (
        (sent, f"{name}.pdf"),
        (proof, f"{name}-bukti.zip"),
    ):  # the proof is found beside the letter by its name
        assert answer["Content-Disposition"] == f"attachment; filename=\"{file}\"; filename*=UTF-8''{file}"
    trust = offline.Trust.read(stranger.get("/v/kepercayaan").content)
    everything = stranger.get("/v/pencabutan").content.decode()
    found = offline.judge(pdf_of(letter), [*offline.unpack(proof.content), everything], trust, now=NOW)
    assert (found.verdict, found.complete, found.faults) == ("sample", True, [])


@pytest.mark.parametrize("address", ["/v/{code}/bukti", "/v/kepercayaan", "/v/pencabutan"])
def test_taking_proofs_is_limited(
    stranger: Client, letter: Letter, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_still(monkeypatch)
    journal.seal_entries()
    found = [stranger.get(address.format(code=letter.code)).status_code for _ in range(61)]
    assert (found[59], found[60]) == (200, 429)
