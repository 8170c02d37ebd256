"""A firm's mandate at the counter: recorded by the evidence seen, used at the portal, managed by its holder, revoked."""

import re
from io import BytesIO
from typing import Any
from uuid import uuid4

import pypdfium2  # type: ignore[import-untyped]
import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone
from tests.cast import photo, sku_answers

from balai.base.models import Entry, SecurityEvent
from balai.base.outbox import Worker
from balai.casework.cases import queries as cases
from balai.casework.cases.actions import Submission, Submitted, start_draft, submit
from balai.casework.cases.models import Draft
from balai.casework.issuing.models import Letter
from balai.casework.notices import queries as notices
from balai.records.documents import actions as documents
from balai.records.people import queries as people
from balai.records.people.models import Mandate, Person

from .conftest import Office, streamed
from .test_sign import PASSPHRASE, code, key, look, value

__all__ = ["key"]
AT = "/meja/loket/badan-usaha/"
NIB = "9120 0012 3456 7"
FORM = {
    "number": NIB,
    "firm": "CV Contoh Jaya",
    "firm_email": "kantor@contoh.example",
    "firm_phone": "0812 0000 0099",
    "evidence": "Akta pendirian nomor 12",
    "nik": "9901 0141 0190 0001",
    "birth_date-day": "1",
    "birth_date-month": "1",
    "birth_date-year": "1990",
    "seen": "1",
}


@pytest.fixture(autouse=True)
def fresh() -> None:
    caches["local"].clear()


def record(budi: Client, **more: Any) -> Any:
    return budi.post(f"{AT}catat/", {"command": str(uuid4()), **FORM, **more})


def test_siti_may_act_for_the_firm_and_applies_in_its_name(office: Office, budi: Client) -> None:
    assert "Badan usaha ini belum dikenal" in budi.get(f"{AT}?nib={NIB}").content.decode()
    answer = record(budi)
    assert answer.status_code == 302, answer.context["errors"]
    page = budi.get(answer.headers["Location"]).content.decode()
    assert "CV Contoh Jaya" in page and "S*** R*** C***" in page and "Akta pendirian nomor 12" in page
    firm = people.find_organisation("9120001234567")
    assert firm is not None and people.get_person(firm).email == "kantor@contoh.example"
    assert people.find_person_by_nik("9120001234567") is None, "a NIB is nobody's NIK"
    siti = office.enter(office.cast.siti)
    start = siti.get("/layanan/surat-keterangan-usaha/ajukan/").content.decode()
    assert "CV Contoh Jaya" in start and f'value="{firm}"' in start
    begun = siti.post("/layanan/surat-keterangan-usaha/ajukan/", {"for": str(firm)})
    first = siti.get(begun.headers["Location"], follow=True)
    assert first.status_code == 200
    Worker().drain(timezone.now())
    news = [one.event for one in notices.list_notices_of(office.cast.siti.person_id)]
    assert "mandate-recorded" in news


def text_of(pdf: bytes) -> str:
    """Read a letter back, on one line."""
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def apply(office: Office) -> Submitted:
    """Let Siti apply in the firm's name."""
    firm, siti, now = people.find_organisation("9120001234567"), office.cast.siti, office.now
    draft_id, _ = start_draft(
        actor=siti.citizen, now=now, service_id="surat-keterangan-usaha", answers={}, on_behalf_of=firm
    )
    vault = Draft.objects.get(id=draft_id).vault_id

    def file(name: str) -> dict[str, Any]:
        kept = documents.store(vault, BytesIO(photo()), name=name, actor=siti.citizen, now=now)
        return {"document": str(kept.id), "name": name, "type": kept.media_type, "size": kept.size}

    return submit(
        Submission(
            id=uuid4(), actor=siti.citizen, now=now, service_id="surat-keterangan-usaha", answers=sku_answers(file),
            on_behalf_of=firm, draft_id=draft_id, contact={"address": "Jalan Contoh Nomor 3"},
        )
    )  # fmt: skip


def test_the_firms_number_is_shown_and_not_asked(office: Office, budi: Client) -> None:
    record(budi)
    siti, firm = office.enter(office.cast.siti), people.find_organisation("9120001234567")
    for whose, asked in ((str(firm), False), ("", True)):
        begun = siti.post("/layanan/surat-keterangan-usaha/ajukan/", {"for": whose})
        page = siti.get(f"{begun.headers['Location'].removesuffix('business/')}details/").content.decode()
        assert ("sudah punya NIB?" in page) == asked and ("9120001234567" in page) != asked


def test_the_firms_case_names_the_firm_and_its_agent_reads_the_news(office: Office, budi: Client) -> None:
    record(budi)
    siti, made = office.cast.siti, apply(office)
    Worker().drain(timezone.now())
    row = cases.read_case(number=made.number)
    assert (row.applicant_id, row.submitted_by_id) == (people.find_organisation("9120001234567"), siti.person_id)
    assert row.data["applicant"]["name"] == row.holder_masked == "CV Contoh Jaya"
    assert "nik" not in row.data["applicant"]
    assert row.data["apply"]["nib"] == "9120001234567", "what the counter saw is not asked again"
    page = budi.get(f"/meja/berkas/{made.number}/").content.decode()
    assert "CV Contoh Jaya" in page and "9120001234567" in page and "Tampilkan NIK" not in page
    assert made.number in {one.case_number for one in notices.list_notices_of(siti.person_id)}
    client = office.enter(siti)
    assert client.get(f"/berkas/{made.number}/").status_code == 200
    assert made.number in client.get("/berkas-saya/").content.decode()


def test_the_firms_letter_names_the_firm_to_whoever_holds_or_checks_it(
    office: Office, budi: Client, ratna: Client, key: None
) -> None:
    record(budi, may_delegate="1")
    row = cases.read_case(number=apply(office).number)
    row = office.do(row, office.cast.budi, result="complete")
    row = office.do(row, office.cast.ratna, outcome="grant", reason="Sesuai berkas")
    look(ratna, row)
    sent = {"letter": [value(row)], "passphrase": PASSPHRASE, "code": code()}
    assert "sudah ditandatangani" in streamed(ratna.post("/meja/tanda-tangan/kirim/", sent))
    siti = office.enter(office.cast.siti)
    at = re.search(rf"/berkas/{row.number}/surat/[0-9a-f-]+/", siti.get(f"/berkas/{row.number}/").content.decode())
    assert at is not None, "who acts for the firm finds its letter"
    answer = siti.get(at[0])
    pdf = b"".join(answer.streaming_content) if answer.streaming else answer.content
    said = text_of(pdf)
    assert "Nama badan usaha" in said and "CV Contoh Jaya" in said and said.count("9120001234567") == 1
    assert "NIK" not in said and "Siti" not in said.replace("Warung Siti", ""), "the firm is the holder, not its agent"
    letter = Letter.objects.get()
    face = Client().get(f"/v/{letter.code}").content.decode()
    assert "CV Contoh Jaya" in face and "9120001234567" not in face
    assert office.enter(office.cast.joko).get(at[0]).status_code == 404


def test_a_service_that_takes_no_firms_does_not_offer_one(office: Office, budi: Client) -> None:
    from tests.cast import open_service

    open_service("surat-keterangan-domisili")
    record(budi)
    firm = people.find_organisation("9120001234567")
    siti = office.enter(office.cast.siti)
    address = "/layanan/surat-keterangan-domisili/ajukan/"
    assert "CV Contoh Jaya" not in siti.get(address).content.decode()
    assert siti.post(address, {"for": str(firm)}).status_code == 404


def test_a_mandate_for_one_service_counts_there_alone(office: Office, budi: Client) -> None:
    record(budi, service=["surat-keterangan-usaha", "tidak-ada"])
    assert Mandate.objects.get().services == ["surat-keterangan-usaha"]


def test_two_clicks_are_one_mandate_and_one_firm(office: Office, budi: Client) -> None:
    command = str(uuid4())
    assert [record(budi, command=command).status_code for _ in range(2)] == [302, 302]
    assert (Mandate.objects.count(), Person.objects.filter(kind="organisation").count()) == (1, 1)
    again = record(budi)
    assert again.status_code == 409 and "sudah boleh bertindak" in again.content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"number": "123"}, "NIB terdiri atas 13 angka"),
        ({"firm": ""}, "Tulis nama badan usahanya."),
        ({"evidence": " "}, "Tulis dokumen yang Anda lihat."),
        ({"seen": ""}, "KTP-el asli"),
        ({"birth_date-day": "2"}, "Tidak ada orang yang sudah dikaitkan"),
        ({"firm_phone": "abc"}, "0812 3456 7890"),
        ({"to_date": "2020-01-01"}, "sesudah tanggal mulainya"),
        ({"to_date": "kemarin"}, "Tulis tanggalnya"),
    ],
)
def test_faults_are_said_and_nothing_is_recorded(
    office: Office, budi: Client, change: dict[str, str], words: str
) -> None:
    answer = record(budi, **change)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    if "number" not in change:
        assert "kantor@contoh.example" in answer.content.decode(), "what was typed is kept"
    assert not Mandate.objects.exists()
    assert not Person.objects.filter(kind="organisation").exists()


def test_a_miss_is_recorded_without_the_number(office: Office, budi: Client) -> None:
    record(budi, nik="9901010101010009")
    assert SecurityEvent.objects.get(kind="mandate-not-found").body == {}


def test_nobody_records_their_own_and_others_find_no_page(office: Office, budi: Client, ratna: Client) -> None:
    own = {"nik": "9901011202850002", "birth_date-day": "12", "birth_date-month": "2", "birth_date-year": "1985"}
    assert record(budi, **own).status_code == 403
    assert ratna.get(AT).status_code == 404
    assert record(ratna).status_code == 404
    assert not Mandate.objects.exists()


def test_the_counter_revokes_with_a_reason(office: Office, budi: Client) -> None:
    record(budi)
    mandate = Mandate.objects.get()
    sent = {"command": str(uuid4()), "mandate": str(mandate.id), "number": "9120001234567"}
    page = budi.post(f"{AT}akhiri/", sent | {"reason": ""}, follow=True).content.decode()
    assert "Tulis alasannya." in page and Mandate.objects.get().state == "active"
    page = budi.post(f"{AT}akhiri/", sent | {"reason": "Keluar dari perusahaan"}, follow=True).content.decode()
    assert "Kuasa dicabut." in page and "Berakhir" in page
    siti = office.enter(office.cast.siti)
    assert "CV Contoh Jaya" not in siti.get("/layanan/surat-keterangan-usaha/ajukan/").content.decode()
    assert Entry.objects.filter(action="mandate-revoked").count() == 1
    again = budi.post(f"{AT}akhiri/", sent | {"command": str(uuid4()), "reason": "x"}, follow=True)
    assert "sudah diputuskan atau sudah berakhir" in again.content.decode()


def test_the_journal_knows_ids_alone(office: Office, budi: Client) -> None:
    record(budi)
    kept = " ".join(str(entry.body) for entry in Entry.objects.all())
    assert not re.search("Contoh Jaya|9120001234567|9120 0012|kantor@", kept)


def test_who_manages_the_firm_lets_others_act_for_it_and_takes_it_back(office: Office, budi: Client) -> None:
    record(budi, may_delegate="1")
    firm = people.find_organisation("9120001234567")
    siti, joko = office.enter(office.cast.siti), office.enter(office.cast.joko)
    assert "CV Contoh Jaya" in siti.get("/kuasa/").content.decode()
    sent = {"contact": "joko@balai.example", "for": str(firm), "until": ""}
    assert joko.post("/kuasa/tawarkan/", sent | {"contact": "siti@balai.example"}).status_code == 404, "not his firm"
    siti.post("/kuasa/tawarkan/", sent)
    Worker().drain(timezone.now())
    mandate = Mandate.objects.get(agent_id=office.cast.joko.person_id)
    assert (mandate.principal_id, mandate.kind, mandate.state) == (firm, "business", "offered")
    assert "Joko Prasetyo Contoh" not in siti.get("/kuasa/").content.decode(), "until he accepts"
    joko.post(f"/kuasa/{mandate.id}/", {"decision": "accept"})
    assert "Joko Prasetyo Contoh" in siti.get("/kuasa/").content.decode()
    address = "/layanan/surat-keterangan-usaha/ajukan/"
    assert "CV Contoh Jaya" in joko.get(address).content.decode()
    siti.post(f"/kuasa/{mandate.id}/", {"decision": "revoke"})
    assert "CV Contoh Jaya" not in joko.get(address).content.decode()
