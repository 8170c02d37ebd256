"""Whoever lacks what the letter prints is asked before they send, and sees it as it will be printed."""

from uuid import uuid4

from django.test import Client
from django.utils import timezone
from tests.cast import Cast

from balai.casework.cases import queries
from balai.casework.cases.models import Case
from balai.records.people import actions as people

from .test_apply import begin, fill, step


def test_an_account_without_an_address_is_asked_for_it_alone(siti: Client, cast: Cast) -> None:
    people.change_details(
        command_id=uuid4(), actor=cast.siti.citizen, now=timezone.now(), person_id=cast.siti.person_id, address=""
    )
    base = begin(siti)
    assert siti.get(base)["Location"] == f"{base}data-diri/", "what lacks is asked first"
    page = siti.get(f"{base}data-diri/").content.decode()
    assert 'name="address"' in page and 'name="nik"' not in page and 'name="phone"' not in page
    fill(siti, base, known=True)
    refused = siti.post(f"{base}periksa/", {"declare": "1"})
    assert f"{base}data-diri/?kembali=1#address" in refused.content.decode() and not Case.objects.exists()
    assert step(siti, base, "data-diri", {"address": ""}).status_code == 422
    assert step(siti, base, "data-diri", {"address": "Gang Baru 5", "kembali": "1"})["Location"] == f"{base}periksa/"
    review = siti.get(f"{base}periksa/").content.decode()
    printed = review.split("Nama di surat Anda")[1].split("<h2>")[0]
    assert [
        one
        for one in ("Siti Rahma Contoh", "9901014101900001", "Samarinda", "1 Januari 1990", "Gang Baru 5")
        if one not in printed
    ] == []
    sent = siti.post(f"{base}periksa/", {"declare": "1"})
    assert sent.status_code == 302, sent.content.decode()[:2000]
    assert queries.read_case(case_id=Case.objects.get().id).data["applicant"]["address"] == "Gang Baru 5"


def test_whoever_lacks_nothing_is_asked_nothing_and_sees_what_is_printed(siti: Client) -> None:
    base = begin(siti)
    assert siti.get(base)["Location"] == f"{base}business/"
    review = siti.get(f"{base}periksa/").content.decode()
    assert "Jalan Contoh Nomor 1 RT 02" in review.split("Nama di surat Anda")[1].split("<h2>")[0]
