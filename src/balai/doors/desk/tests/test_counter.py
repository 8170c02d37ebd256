"""A citizen who is present applies through an officer's hands."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import photo
from tests.windows import stand_still

from balai.base.models import Access
from balai.casework.cases import queries
from balai.casework.cases.models import Case
from balai.casework.catalogue import queries as catalogue
from balai.records.people import queries as people

from .conftest import Office

CARD = {
    "service": "surat-keterangan-usaha",
    "nik": "9901 0145 0690 0009",
    "name": "Warga Loket Contoh",
    "birth_place": "Samarinda",
    "birth_date-day": "5",
    "birth_date-month": "6",
    "birth_date-year": "1990",
    "sex": "P",
    "address": "Jalan Contoh 9",
    "village": "64.72.05.1003",
    "phone": "0812 0000 0009",
    "email": "",
    "seen": "1",
}


def begin(client: Client, **changes: str) -> Any:
    return client.post("/meja/loket/", {**CARD, "command": str(uuid4()), **changes})


def answers(office: Office) -> dict[str, Any]:
    """Give the application as the page sends it."""
    return {
        "command": str(uuid4()),
        "business_name": "Kios Loket",
        "kind": "kuliner",
        "village": "64.72.05.1003",
        "business_address": "Jalan Contoh 9 RT 01",
        "started_on-day": "1",
        "started_on-month": "2",
        "started_on-year": "2020",
        "employees": "1",
        "has_partner": "false",
        "has_nib": "false",
        "purpose": "kredit",
        "phone": "0812 0000 0009",
        "true_statement": "true",
        "rt_letter": SimpleUploadedFile("rt.jpg", photo(), "image/jpeg"),
        "photo": SimpleUploadedFile("warung.jpg", photo("blue"), "image/jpeg"),
    }


def send(client: Client, at: str, sent: dict[str, Any]) -> Any:
    """Let the application be reviewed, and send it as the page of the review does."""
    shown = client.post(at, sent)
    if shown.status_code != 200:
        return shown
    names = ("command", "received", "received_time", "received_why", "received_outage")
    return client.post(at, {name: sent[name] for name in names if name in sent} | {"send": "1"})


def test_whoever_was_here_before_is_found_by_the_card_and_asked_nothing_again(office: Office, budi: Client) -> None:
    first = budi.get("/meja/loket/").content.decode()
    assert 'name="nik"' in first and 'name="name"' not in first and 'name="service"' not in first
    card = {name: CARD[name] for name in CARD if name == "nik" or name.startswith("birth_date") or name == "seen"}
    strange = budi.post("/meja/loket/", {**card, "look": "1"}).content.decode()
    assert 'name="name"' in strange and "9901 0145 0690 0009" in strange, "what was typed is not asked twice"
    villages = re.findall(r'<option value="(64[^"]+)"', strange)
    assert villages[0] == "64.72.05.1003" != sorted(villages)[0], "the own kelurahan leads"
    begin(budi)
    known = budi.post("/meja/loket/", {**card, "look": "1"})
    page = known.content.decode()
    assert "Warga Loket Contoh" in page and 'name="nik"' not in page and 'name="name"' not in page
    assert Access.objects.filter(purpose="counter", reader_id=office.cast.budi.person_id).exists()
    sent = {"known": known.context["typed"]["known"], "service": ""}
    kept = budi.post("/meja/loket/", sent)
    assert kept.status_code == 422 and "Warga Loket Contoh" in kept.content.decode(), "a slip asks for nobody again"
    assert budi.post("/meja/loket/", sent | {"service": CARD["service"]}).status_code == 302
    assert budi.post("/meja/loket/", {**card, "look": "1", "birth_date-day": "6"}).context["step"] == "new"
    assert budi.post("/meja/loket/", {"look": "1"}).status_code == 422


def test_nothing_is_sent_before_it_was_reviewed(office: Office, budi: Client) -> None:
    at = begin(budi).headers["Location"]
    shown = budi.post(at, answers(office) | {"received": "2026-01-01"})
    assert shown.status_code == 422, "half a receipt is told before the review"
    shown = budi.post(at, answers(office))
    page = shown.content.decode()
    assert not Case.objects.exists()
    for told in (
        "Kios Loket",
        "Makanan dan minuman",
        "warung.jpg",
        "9901014506900009",
        "Warga Loket Contoh",
        "1 Februari 2020",
        "5 Juni 1990",
    ):
        assert told in page, told
    mended = budi.post(at, {"edit": "1"}).content.decode()
    assert 'value="Kios Loket"' in mended and not Case.objects.exists()
    command = str(uuid4())
    sent = [budi.post(at, {"send": "1", "command": command}).status_code for _ in range(2)]
    assert sent[0] == 200 and Case.objects.count() == 1, "a second click is no second case"


def test_a_stranger_to_the_register_applies_and_is_known_by_their_card(office: Office, budi: Client) -> None:
    answer = begin(budi)
    assert answer.status_code == 302, answer.context["errors"]
    page = budi.get(answer.headers["Location"]).content.decode()
    assert "Warga Loket Contoh" in page
    done = send(budi, answer.headers["Location"], answers(office))
    assert done.status_code == 200, done.context.get("faults")
    number = re.search(r"SKU-[0-9A-Z]{4}-[0-9A-Z]{4}", done.content.decode())
    assert number is not None
    row = queries.read_case(number=number[0])
    person = people.find_person_by_nik("9901014506900009")
    assert (row.channel, row.applicant_id, row.submitted_by_id) == ("counter", person, office.cast.budi.person_id)
    assert person is not None
    assert people.get_identity_level(person) == "seen"
    assert (
        len(queries.file_facts(row.vault_id, catalogue.get_service(row.service_id).forms["apply"], row.data["apply"]))
        == 2
    )


def test_somebody_known_is_not_registered_twice(office: Office, budi: Client) -> None:
    first, second = begin(budi), begin(budi)
    assert (first.status_code, second.status_code) == (302, 302)


def test_without_the_card_in_hand_nothing_begins(office: Office, budi: Client) -> None:
    answer = begin(budi, seen="", nik="123", service="")
    page = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Pilih layanannya.",):
        assert words in page
    again = begin(budi, seen="", nik="123").content.decode()
    for words in ("NIK terdiri atas 16 angka", "KTP-el asli", "Warga Loket Contoh"):
        assert words in again, words
    assert people.find_person_by_nik("9901014506900009") is None


def test_faults_of_the_application_keep_what_was_typed_and_the_files(office: Office, budi: Client) -> None:
    address = begin(budi).headers["Location"]
    answer = budi.post(address, answers(office) | {"business_name": "K"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#business_name"' in page
    assert "Jalan Contoh 9 RT 01" in page
    assert "warung.jpg" in page


def test_another_language_keeps_what_is_being_written_for_somebody(office: Office, budi: Client) -> None:
    address = begin(budi).headers["Location"]
    assert f'<button form="isian" formaction="{address}?bahasa=en" name="refresh"' in budi.get(address).content.decode()
    answer = budi.post(f"{address}?bahasa=en", answers(office) | {"refresh": "1", "received_time": "08:15"})
    said = answer.content.decode()
    assert answer.status_code == 200 and '<html lang="en">' in said
    assert "Kios Loket" in said and "08:15" in said and "warung.jpg" in said


def test_another_officer_does_not_see_the_application(office: Office, budi: Client, ratna: Client) -> None:
    address = begin(budi).headers["Location"]
    assert ratna.get(address).status_code == 404


def test_a_counter_works_on_when_the_visitors_of_its_address_are_at_their_limit(
    office: Office, budi: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A village hall has one address for its counter and its visitors: an officer is counted as an officer."""
    stand_still(monkeypatch)
    village = "10.44.4.4"
    budi.defaults["REMOTE_ADDR"] = village
    visitor = Client(REMOTE_ADDR=village)
    given = {"name": "Warga Loket", "email": "", "phone": "", "password1": ""}
    assert [visitor.post("/akun/signup/", given).status_code for _ in range(61)][-1] == 429
    drafts = [
        Client(REMOTE_ADDR=village).post("/layanan/surat-keterangan-usaha/ajukan/").status_code for _ in range(31)
    ]
    assert drafts[0] == 302 and drafts[-1] == 429
    answer = begin(budi)
    assert answer.status_code == 302, "and the counter goes on"
    assert send(budi, answer.headers["Location"], answers(office)).status_code == 200
