"""Applying, as a browser without script does it."""

import html
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.utils import timezone
from tests.cast import Cast, open_service, photo
from tests.windows import stand_still

from balai.base.outbox import Worker
from balai.casework.cases import queries as case_queries
from balai.casework.cases.models import Case, Draft
from balai.doors.portal.application import Application
from balai.records.people.models import Account, Person

pytestmark = pytest.mark.django_db(transaction=True)

START = "/layanan/surat-keterangan-usaha/ajukan/"
ABOUT = {
    "name": "Siti Rahma",
    "nik": "9901014101900001",
    "birth_place": "Samarinda",
    "birth_date-day": "1",
    "birth_date-month": "1",
    "birth_date-year": "1990",
    "address": "Jalan Contoh 1 RT 02",
    "phone": "0812 3456 7890",
    "email": "",
}
BUSINESS = {
    "business_name": "Warung Siti",
    "kind": "kuliner",
    "village": "64.72.05.1003",
    "business_address": "Jalan Contoh 1 RT 02",
    "started_on-day": "1",
    "started_on-month": "2",
    "started_on-year": "2020",
}
DETAILS = {"employees": "2", "has_partner": "false", "has_nib": "false", "purpose": "kredit"}


def upload(name: str = "foto.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or photo(), "image/jpeg")


def begin(client: Client) -> str:
    """Start an application: the address that all its pages begin with."""
    response = client.post(START, follow=True)
    return response.redirect_chain[0][0]


def step(client: Client, base: str, page: str, data: dict[str, Any]) -> Any:
    return client.post(f"{base}{page}/", data)


def fill(client: Client, base: str, *, known: bool) -> None:
    """Answer every page."""
    if not known:
        assert step(client, base, "data-diri", ABOUT)["Location"] == f"{base}business/"
    assert step(client, base, "business", BUSINESS)["Location"] == f"{base}details/"
    assert step(client, base, "details", DETAILS)["Location"] == f"{base}evidence/"
    evidence = {"rt_letter": upload("rt.jpg"), "photo": upload()}
    assert step(client, base, "evidence", evidence)["Location"] == f"{base}statement/"
    assert step(client, base, "statement", {"true_statement": "true"})["Location"] == f"{base}periksa/"


def code_sent(to: str) -> str:
    """Let the worker carry what is owed, and read the newest code in the mailbox of an address or number."""
    Worker().deliver(timezone.now())
    found = sorted((Path(settings.BALAI_HOME) / "mailbox").glob("*.txt"), key=lambda file: file.stat().st_mtime_ns)
    texts = [file.read_text() for file in found if f"To: {to}\n" in file.read_text()]
    codes = [code for text in texts for code in re.findall(r"Kode Balai Anda: (\d{6})", text)]
    return codes[-1] if codes else ""


def prove(client: Client, base: str, to: str = "+6281234567890") -> Any:
    """Press send, read the code and enter it."""
    assert client.post(f"{base}periksa/", {"declare": "1"})["Location"] == f"{base}kode/"
    return client.post(f"{base}kode/", {"kode": code_sent(to)})


def test_siti_applies_and_a_second_click_is_the_same_case(siti: Client) -> None:
    base = begin(siti)
    fill(siti, base, known=True)
    assert "Warung Siti" in siti.get(f"{base}periksa/").content.decode()
    first = siti.post(f"{base}periksa/", {"declare": "1"})
    second = siti.post(f"{base}periksa/", {"declare": "1"})
    assert first["Location"] == second["Location"]
    assert Case.objects.count() == 1
    assert Case.objects.get().number in siti.get(first["Location"]).content.decode()


def test_without_an_account_number_and_code_open_the_case(stranger: Client) -> None:
    base = begin(stranger)
    fill(stranger, base, known=False)
    sent = stranger.get(prove(stranger, base)["Location"]).content.decode()
    case = case_queries.read_case(case_id=Case.objects.get().id)
    code = case.data["contact"]["track_code"]
    assert case.data["applicant"]["name"] == "Siti Rahma"
    assert (case.data["applicant"]["identity"], case.data["contact"]["proven"]) == ("contact", "phone")
    assert case.data["apply"]["phone"] == "+6281234567890"  # told once, not asked twice
    assert " ".join(code[at : at + 4] for at in range(0, 20, 4)) in sent
    other = Client()
    assert other.get(f"/berkas/{case.number}/").status_code == 404
    assert other.post("/lacak/", {"nomor": case.number, "kode": "X" * 20}).status_code == 422
    assert (
        other.post("/lacak/", {"nomor": case.number.lower(), "kode": code.lower()})["Location"]
        == f"/berkas/{case.number}/"
    )
    assert other.get(f"/berkas/{case.number}/").status_code == 200


def test_errors_keep_what_was_typed_and_lead_to_the_field(siti: Client) -> None:
    base = begin(siti)
    response = step(
        siti, base, "business", {**BUSINESS, "business_name": "W", "started_on-day": "31", "started_on-month": "2"}
    )
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="W"' in page and 'href="#business_name"' in page and 'href="#started_on-day"' in page
    again = siti.get(f"{base}business/").content.decode()
    assert 'value="W"' in again and 'value="31"' in again


def test_a_question_that_appears_is_asked_before_it_is_called_missing(siti: Client) -> None:
    base = begin(siti)
    first = step(siti, base, "business", {**BUSINESS, "kind": "lainnya"})
    assert first.status_code == 200 and 'id="other_kind"' in first.content.decode()
    assert step(siti, base, "business", {**BUSINESS, "kind": "lainnya", "other_kind": ""}).status_code == 422
    assert step(siti, base, "business", {**BUSINESS, "kind": "lainnya", "other_kind": "Sewa tenda"}).status_code == 302


def test_rows_come_and_go_without_script_and_keep_their_words(siti: Client) -> None:
    base = begin(siti)
    step(siti, base, "details", {**DETAILS, "has_partner": "true"})
    row = {"partners-0-name": "Budi", "partners-0-share": "40"}
    two = step(siti, base, "partners", {**row, "partners-add": "1"}).content.decode()
    assert 'value="Budi"' in two and 'id="partners-1-name"' in two
    assert re.findall(r'id="([^"]+)"[^>]*autofocus', two) == ["partners-1-name"], (
        "the new row, and nothing else, is where one goes on"
    )
    one = step(siti, base, "partners", {**row, "partners-1-name": "Joko", "partners-remove-0": "1"}).content.decode()
    assert 'value="Joko"' in one and 'value="Budi"' not in one


def test_a_wrong_file_is_told_and_the_right_one_stays(siti: Client) -> None:
    base = begin(siti)
    response = step(siti, base, "evidence", {"rt_letter": upload("rt.jpg"), "photo": upload("a.jpg", b"not a picture")})
    page = response.content.decode()
    assert response.status_code == 422
    assert "rt.jpg" in page and 'href="#photo"' in page
    assert step(siti, base, "evidence", {"photo": upload()}).status_code == 302
    removed = step(siti, base, "evidence", {"photo-remove": "1"}).content.decode()
    assert "foto.jpg" not in removed and "rt.jpg" in removed


def test_a_file_is_shown_to_its_writer_alone(siti: Client, joko: Client) -> None:
    base = begin(siti)
    step(siti, base, "evidence", {"rt_letter": upload("rt.jpg")})
    document = case_queries.access_draft(_actor(siti), Draft.objects.get().id).answers["rt_letter"]["document"]
    response = siti.get(f"{base}bukti/{document}/")
    assert b"".join(response.streaming_content) == photo()  # type: ignore[attr-defined]
    assert "sandbox" in response["Content-Security-Policy"]
    assert siti.get(f"{base}bukti/{document}/?lebar=40")["Content-Type"] == "image/png"
    assert joko.get(f"{base}bukti/{document}/").status_code == 404
    other = begin(joko)
    assert joko.get(f"{other}bukti/{document}/").status_code == 404


def _actor(client: Client) -> Any:
    from balai.base.actors import Actor
    from balai.records.people import queries as people

    account = Account.objects.get(id=client.session["_auth_user_id"])
    return Actor("person", "portal", person_id=people.find_person_of_account(account.id))


def test_a_posted_document_id_of_somebody_else_is_not_taken(siti: Client, joko: Client) -> None:
    base = begin(siti)
    step(siti, base, "evidence", {"rt_letter": upload("rt.jpg")})
    document = case_queries.access_draft(_actor(siti), Draft.objects.get().id).answers["rt_letter"]["document"]
    theirs = begin(joko)
    response = joko.post(f"{theirs}evidence/", {"rt_letter": document, "photo": upload()})
    assert response.status_code == 422


def test_a_stranger_sees_no_draft(siti: Client, joko: Client, stranger: Client) -> None:
    base = begin(siti)
    for client in (joko, stranger):
        for page in ("", "business/", "periksa/", "simpan/", "buang/"):
            assert client.get(base + page).status_code == 404
        assert client.post(f"{base}business/", BUSINESS).status_code == 404


def test_a_draft_is_resumed_by_its_code_on_another_phone(stranger: Client) -> None:
    base = begin(stranger)
    step(stranger, base, "data-diri", ABOUT)
    step(stranger, base, "business", BUSINESS)
    page = stranger.get(f"{base}simpan/").content.decode()
    code = stranger.session["drafts"][base.split("/")[2]]
    assert " ".join(code[at : at + 4] for at in range(0, 20, 4)) in page
    phone = Client()
    assert phone.post("/lanjut/", {"kode": "0000 0000"}).status_code == 422
    assert (
        phone.post("/lanjut/", {"kode": f" {code[:4].lower()} {code[4:]}"}, follow=True).redirect_chain[-1][0]
        == f"{base}details/"
    )
    assert Client().get(f"/lanjut/{code}/")["Location"] == base
    assert Client().get("/lanjut/ABCDEFGH/").status_code == 404


def test_the_code_is_sent_to_the_contact_and_a_failure_is_told(stranger: Client) -> None:
    base = begin(stranger)
    step(stranger, base, "data-diri", ABOUT)
    code = stranger.session["drafts"][base.split("/")[2]]
    with override_settings(BALAI_PLUGS={**settings.BALAI_PLUGS, "sms": "failing"}):
        assert "Kode dikirim ke +62***890" in stranger.post(f"{base}simpan/kirim/", follow=True).content.decode()
        Worker().drain(timezone.now())
        assert "sedang terganggu" in stranger.post(f"{base}simpan/kirim/", follow=True).content.decode()
    Worker().drain(timezone.now() + timedelta(minutes=1))
    sent = [file.read_text() for file in (Path(settings.BALAI_HOME) / "mailbox").glob("*.txt")]
    assert sum(f"/lanjut/{code}/" in text and "+6281234567890" in text for text in sent) == 2


def test_leaving_and_coming_back_leads_to_the_next_page(siti: Client) -> None:
    base = begin(siti)
    step(siti, base, "business", BUSINESS)
    assert siti.get(base)["Location"] == f"{base}details/"


def test_change_from_the_review_leads_back_to_it(siti: Client) -> None:
    base = begin(siti)
    fill(siti, base, known=True)
    assert siti.get(f"{base}business/?kembali=1").content.decode().count('name="kembali"') == 1
    assert siti.post(f"{base}business/", {**BUSINESS, "kembali": "1"})["Location"] == f"{base}periksa/"


def test_the_review_names_what_is_missing_and_sends_nothing(siti: Client) -> None:
    base = begin(siti)
    step(siti, base, "business", BUSINESS)
    page = siti.get(f"{base}periksa/").content.decode()
    assert f"{base}evidence/?kembali=1#photo" in page
    response = siti.post(f"{base}periksa/", {"declare": "1"})
    assert response.status_code == 422 and not Case.objects.exists()


def test_one_declaration_is_asked_and_no_more(siti: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    base = begin(siti)
    fill(siti, base, known=True)
    page = siti.get(f"{base}periksa/").content.decode()
    assert 'name="declare"' not in page and "berlaku yang sudah Anda nyatakan" in page, (
        "one declaration, in the service's words"
    )
    step(siti, base, "statement", {})
    assert siti.post(f"{base}periksa/").status_code == 422
    assert not Case.objects.exists()
    step(siti, base, "statement", {"true_statement": "true"})
    monkeypatch.setattr(Application, "statement", "")  # a service that asks no such thing
    assert siti.post(f"{base}periksa/").status_code == 422 and not Case.objects.exists()
    monkeypatch.undo()
    assert siti.post(f"{base}periksa/").status_code == 302 and Case.objects.exists()


def test_autosave_keeps_half_an_answer(siti: Client) -> None:
    base = begin(siti)
    response = siti.post(f"{base}business/", {"business_name": "War", "save": "1"})
    assert response.status_code == 200 and response["Content-Type"].startswith("text/plain")
    assert 'value="War"' in siti.get(f"{base}business/").content.decode()


def test_a_draft_is_thrown_away(siti: Client) -> None:
    base = begin(siti)
    assert siti.post(f"{base}buang/")["Location"] == "/"
    assert siti.get(base).status_code == 404
    assert not Draft.objects.exists()


def test_too_many_drafts_are_refused(stranger: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_still(monkeypatch)
    codes = [stranger.post(START).status_code for _ in range(31)]
    assert codes[:30] == [302] * 30 and codes[30] == 429


def test_a_large_file_is_refused_with_the_size_it_may_have(siti: Client) -> None:
    base = begin(siti)
    huge = BytesIO(photo() + b"0" * 5_100_000)
    huge.name = "besar.jpg"
    response = siti.post(f"{base}evidence/", {"photo": huge})
    assert response.status_code == 422
    assert "5 MB" in response.content.decode()


def test_who_is_not_known_surely_enough_is_told_before_the_first_question(cast: Cast, stranger: Client) -> None:
    open_service("izin-usaha-mikro")
    start = "/layanan/izin-usaha-mikro/ajukan/"
    assert "Layanan ini perlu akun" in stranger.get(start).content.decode()
    Person.objects.filter(id=cast.joko.person_id).update(identity_level="contact")
    joko = Client()
    joko.force_login(Account.objects.get(id=cast.joko.account_id))
    assert "Identitas Anda perlu dipastikan dulu" in joko.get(start).content.decode()
    for client in (stranger, joko):
        assert client.post(start).status_code == 200
    assert not Draft.objects.exists()
    siti = Client()
    siti.force_login(Account.objects.get(id=cast.siti.account_id))
    assert siti.post(start).status_code == 302


SWITCH = re.compile(r'<button form="(\w+)" formaction="([^"]+)" name="(\w+)" value="(\w+)" formnovalidate lang="en"')


def switch(client: Client, at: str, typed: dict[str, Any]) -> str:
    """Press EN on a page whose form holds what was typed; give the page that comes of it."""
    page = client.get(at).content.decode()
    found = SWITCH.search(page)
    assert found, "the page has no language that takes its form along"
    assert f'id="{found[1]}"' in page
    answer = client.post(html.unescape(found[2]), typed | {found[3]: found[4]})
    assert answer.status_code == 200 and answer.cookies["bahasa"].value == "en"
    said = str(answer.content.decode())
    assert '<html lang="en">' in said and "faults" not in said, "nobody said they were done"
    return said


def test_another_language_keeps_what_was_typed_right_or_wrong(siti: Client) -> None:
    base = begin(siti)
    said = switch(siti, f"{base}business/", BUSINESS | {"business_name": "W", "started_on-year": "tahun lalu"})
    assert 'value="W"' in said and "tahun lalu" in said and siti.cookies["bahasa"].value == "en"
    assert 'value="W"' in siti.get(f"{base}business/").content.decode()


@pytest.mark.parametrize("phone", ["12", "0812 3456 7890"])
def test_another_language_keeps_what_a_guest_says_of_themselves(stranger: Client, phone: str) -> None:
    said = switch(stranger, f"{begin(stranger)}data-diri/", ABOUT | {"phone": phone})
    assert 'value="Siti Rahma"' in said and f'value="{phone}"' in said


def test_only_a_language_that_is_one_is_kept(siti: Client) -> None:
    base = begin(siti)
    answer = siti.post(f"{base}business/?bahasa=xx", {"business_name": "War", "refresh": "1"})
    assert answer.status_code == 200 and "bahasa" not in answer.cookies
    assert '<html lang="id">' in answer.content.decode()
