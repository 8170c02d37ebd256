"""A citizen who is present applies through an officer's hands."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import photo
from tests.windows import stand_still

from balai.casework.cases import queries
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


def test_a_stranger_to_the_register_applies_and_is_known_by_their_card(office: Office, budi: Client) -> None:
    answer = begin(budi)
    assert answer.status_code == 302, answer.context["errors"]
    page = budi.get(answer.headers["Location"]).content.decode()
    assert "Warga Loket Contoh" in page
    done = budi.post(answer.headers["Location"], answers(office))
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
    assert budi.post(answer.headers["Location"], answers(office)).status_code == 200
