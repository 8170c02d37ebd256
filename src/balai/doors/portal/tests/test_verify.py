"""Whoever holds a letter may check it; whoever holds the identical file may read it here."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku

from balai.casework.issuing import authority, flow
from balai.casework.issuing.models import Letter

from .test_case import finish

pytestmark = pytest.mark.django_db(transaction=True)
PASSPHRASE = "a passphrase of the tests"


@pytest.fixture
def letter(cast: Cast) -> Letter:
    """Bring Siti's application to a signed letter."""
    name = "Ratna Dewi Contoh"
    authority.enroll(cast.ratna.person_id, name=name, organisation="Contoh", passphrase=PASSPHRASE, now=NOW)
    sent = apply_for_sku(cast)
    finish(cast, sent.case_id, cast.budi.officer, {"result": "complete", "location_seen": "ya"})
    finish(cast, sent.case_id, cast.ratna.officer, {"outcome": "grant", "reason": "Berkas lengkap"})
    token = sent.case_id, _token(sent.case_id)
    flow.sign_letter(cast.ratna.officer, *token, PASSPHRASE, NOW)
    return Letter.objects.get(case_id=sent.case_id)


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
    assert "bukan surat dari kami" in unknown
    assert stranger.get(url).status_code == 404


def test_checking_is_limited(stranger: Client, letter: Letter) -> None:
    codes = [stranger.get(f"/v/{letter.code}").status_code for _ in range(61)]
    assert codes[59] == 200 and codes[60] == 429
