"""Whoever holds a letter may check it; whoever holds the identical file may read it here."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.timezone import localdate
from tests import stages
from tests.cast import NOW, Cast, apply_for_sku, sign_seen
from tests.windows import stand_still

from balai.base import crypto
from balai.base.models import Entry, Message
from balai.base.outbox import Worker
from balai.casework.cases.models import Case, Extension
from balai.casework.issuing import actions, authority
from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests.story import become
from balai.casework.notices import queries as notices
from balai.casework.notices.models import Notice
from balai.doors.console.demo.cast import CONSOLE
from balai.engine import forms
from balai.records.outages import actions as outages

from .test_case import finish

pytestmark = pytest.mark.django_db(transaction=True)
PASSPHRASE = "a passphrase of the tests"


@pytest.fixture
def letter(cast: Cast) -> Letter:
    """Bring Siti's application to a signed letter."""
    return Letter.objects.get(id=stages.again("a letter of Siti's", lambda: make(cast), on=cast.siti.person_id))


def make(cast: Cast) -> UUID:
    name = "Ratna Dewi Contoh"
    authority.enroll(cast.ratna.person_id, name=name, organisation="Contoh", passphrase=PASSPHRASE, now=NOW)
    sent = apply_for_sku(cast)
    finish(cast, sent.case_id, cast.budi.officer, {"result": "complete", "location_seen": "ya"})
    finish(cast, sent.case_id, cast.ratna.officer, {"outcome": "grant", "reason": "Berkas lengkap"})
    token = sent.case_id, _token(sent.case_id)
    sign_seen(cast.ratna.officer, *token, PASSPHRASE, NOW)
    return Letter.objects.get(case_id=sent.case_id).id


def _token(case_id: Any) -> str:
    from balai.casework.cases.models import Task

    return Task.objects.get(case_id=case_id, state="open").token


def file(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("surat.pdf", content, "application/pdf")


def test_the_face_of_a_letter_masks_its_holder(stranger: Client, letter: Letter) -> None:
    page = stranger.get(f"/v/{letter.code}").content.decode()
    assert letter.number in page and "Kelurahan Lempake" in page and "S***" in page
    assert "Siti" not in page and "Warung" not in page
    assert re.search(rf"Diperiksa \w+, \d+ \w+ \d{{4}}, \d\d\.\d\d di http\S+/v/{letter.code}", page), "for paper"


@pytest.mark.parametrize(("kind", "shown"), [("refusal", True), ("grant", False)])
def test_a_refusal_whose_time_to_object_was_moved_says_so(
    stranger: Client, letter: Letter, kind: str, shown: bool
) -> None:
    until = NOW + timedelta(days=30)
    outage_id = outages.record_outage(
        command_id=uuid4(), actor=CONSOLE, now=NOW, began_at=NOW - timedelta(days=2), ended_at=NOW
    )
    assert "Keberatan dapat diajukan" not in stranger.get(f"/v/{letter.code}").content.decode()
    Extension.objects.create(
        case_id=letter.case_id, outage_id=outage_id, kind="objection", at=NOW, due_before=NOW, due_after=until
    )
    become(letter.id, kind=kind)
    page = stranger.get(f"/v/{letter.code}").content.decode()
    assert ("Keberatan dapat diajukan sampai" in page) == shown
    assert (forms.format_date(localdate(until), "id") in page) == shown


def test_a_code_is_read_as_people_type_it_and_a_wrong_one_tells_nothing(stranger: Client, letter: Letter) -> None:
    typed = " ".join(letter.code[at : at + 4] for at in range(0, 26, 4)).lower()
    assert stranger.post("/v/", {"kode": typed})["Location"] == f"/v/{letter.code}"
    assert stranger.post("/v/", {"kode": "0" * 26}).status_code == 422
    assert stranger.get("/v/" + "0" * 26).status_code == 404
    assert stranger.post("/v/", {}).status_code == 422


def test_the_identical_file_is_read_and_a_changed_one_refused(siti: Client, stranger: Client, letter: Letter) -> None:
    url = f"/berkas/{letter.case.number}/surat/{letter.id}/"
    response = siti.get(url)
    pdf = response.content
    assert response["Content-Type"] == "application/pdf" and pdf.startswith(b"%PDF")
    same = stranger.post(f"/v/{letter.code}", {"file": file(pdf)}).content.decode()
    assert "sama persis" in same and "Warung Siti" in same
    changed = bytearray(pdf)
    changed[len(pdf) // 2] ^= 1
    other = stranger.post(f"/v/{letter.code}", {"file": file(bytes(changed))}).content.decode()
    assert "berbeda" in other and "Warung Siti" not in other
    unknown = stranger.post("/v/", {"file": file(b"%PDF-1.7 nothing")}).content.decode()
    assert "Tidak dikenal di sini" in unknown and "tidak pernah" not in unknown.lower()
    assert stranger.get(url).status_code == 404


def test_checking_is_limited(stranger: Client, letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)
    codes = [stranger.get(f"/v/{letter.code}").status_code for _ in range(61)]
    assert codes[59] == 200 and codes[60] == 429


# ---- a letter that was revoked ---------------------------------------------------------------------------------------

REASON = "Alamat usaha ternyata di kelurahan lain."


def revoke(cast: Cast, letter: Letter) -> None:
    actions.revoke(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, letter_id=letter.id, reason=REASON)
    Worker().drain(NOW)


def told(letter: Letter) -> dict[str, str]:
    """Read what the demonstration's carriers took about one revoked letter, by what it was sent to."""
    found = [path.read_text("utf-8") for path in (Path(settings.BALAI_HOME) / "mailbox").glob("*.txt")]
    about = [text for text in found if letter.number in text and letter.case.number in text]
    return {text.partition("\n")[0].removeprefix("To: "): text for text in about}


def test_the_holder_hears_of_a_revoked_letter_by_every_way_and_once(siti: Client, cast: Cast, letter: Letter) -> None:
    Worker().drain(NOW)
    revoke(cast, letter)
    rows = Notice.objects.filter(event="letter-revoked")
    assert {(row.channel, row.state, row.audience) for row in rows} == {
        (channel, "sent", "applicant") for channel in ("portal", "email", "sms")
    }
    mails = told(letter)
    assert len(mails) == 2
    mail, text = (next(mails[to] for to in mails if ("@" in to) == mailed) for mailed in (True, False))
    for words in (
        f"Surat Anda nomor {letter.number} dicabut", letter.title, REASON, "tidak berlaku lagi", "2 Maret 2026",
        "Kelurahan Lempake", "21 hari kerja", "kantor di atas yang memutuskan", f"/berkas/{letter.case.number}/",
    ):  # fmt: skip
        assert words in mail, words
    assert REASON not in text and "tidak berlaku lagi" in text
    (shown,) = [one for one in notices.list_notices_of(cast.siti.person_id) if one.event == "letter-revoked"]
    assert REASON in shown.body
    page = siti.get("/berkas-saya/").content.decode()
    assert f"Surat Anda nomor {letter.number} dicabut" in page
    Message.objects.filter(topic="issuing.revoked").update(state="waiting", done_at=None)
    Worker().drain(NOW)
    assert rows.count() == 3
    entries = "".join(str(entry.body) for entry in Entry.objects.all())
    assert REASON not in entries and "siti@" not in entries


def test_the_page_of_the_case_says_why_and_how_to_object(siti: Client, cast: Cast, letter: Letter) -> None:
    address = f"/berkas/{letter.case.number}/"
    before = siti.get(address).content.decode()
    assert "keberatan" not in before
    revoke(cast, letter)
    page = siti.get(address).content.decode()
    for words in (
        "Dicabut",
        "Surat Anda dicabut dan tidak berlaku lagi",
        f"Alasan pencabutan: {REASON}",
        "berhak mengajukan keberatan atas pencabutan",
        "21 hari kerja",
    ):
        assert words in page, words


def test_it_is_told_in_the_language_of_the_application(cast: Cast, letter: Letter) -> None:
    Case.objects.filter(id=letter.case_id).update(language="en")
    revoke(cast, letter)
    mail = next(text for to, text in told(letter).items() if "@" in to)
    assert "must not be used" in mail and "21 working days" in mail and REASON in mail


def test_nobody_is_written_to_about_a_case_that_was_destroyed(cast: Cast, letter: Letter) -> None:
    actions.revoke(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, letter_id=letter.id, reason=REASON)
    crypto.shred(Case.objects.get(id=letter.case_id).vault_id, NOW)
    Worker().drain(NOW)
    assert not Notice.objects.filter(event="letter-revoked").exists()
    assert set(Message.objects.filter(topic="issuing.revoked").values_list("state", flat=True)) == {"done"}
