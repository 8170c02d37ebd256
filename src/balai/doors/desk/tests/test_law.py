"""The legal desk: what nobody confirmed is listed once, confirming it takes the public line off, a review is asked for."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import appoint_legal, enlist, open_service

from balai.casework.catalogue import queries as catalogue
from balai.casework.legal.models import Proposal
from balai.doors.console.demo.cast import CONSOLE, Member
from balai.doors.desk.web import law
from balai.records.folders.actions import publish
from balai.records.hallpages.folders import PAGES
from balai.records.law import queries
from balai.records.law.models import Confirmation
from balai.records.offices import queries as offices
from balai.records.people import queries as people
from balai.records.people.models import Account

from .conftest import Office

SKU, KTP = "surat-keterangan-usaha", "ktp-el-hilang-rusak"
GROUND = {"basis": "Perda 1/2026 pasal 4", "basis_date": "5 Januari 2026", "link": "https://jdih.example.id/1"}


@pytest.fixture
def legal(office: Office) -> Member:
    """Make a legal officer, and forget what an earlier test confirmed."""
    queries.forget_marks()
    member = enlist("Petugas hukum", now=office.now)
    appoint_legal(member, now=office.now)
    return member


@pytest.fixture
def browser(office: Office, legal: Member) -> Client:
    return office.enter(legal)


def day(office: Office, days: int) -> str:
    return f"{timezone.localdate(office.now) + timedelta(days=days):%Y-%m-%d}"


def find(office: Office, name: str) -> catalogue.LawLine:
    return next(one for one in catalogue.list_law(office.now) if one.value.what == name)


def confirm(office: Office, browser: Client, line: catalogue.LawLine, **changes: Any) -> Any:
    sent = {**GROUND, "review_on": day(office, 400), "services": [one.key for one in line.unconfirmed], **changes}
    return browser.post(f"/meja/hukum/{line.value.digest}/pastikan/", sent)


def test_every_value_that_nobody_confirmed_is_listed_once_with_its_services(office: Office, browser: Client) -> None:
    open_service(KTP)
    page = browser.get("/meja/hukum/").content.decode()
    lines = [one for one in catalogue.list_law(office.now) if one.unconfirmed]
    assert len(lines) > 12
    assert len(re.findall(r"<tr><th scope=\"row\">", page)) == len(lines)
    objection = find(office, "objection")
    assert page.count(f"/meja/hukum/{objection.value.digest}/") == 1
    row = page.partition(f"/meja/hukum/{objection.value.digest}/")[2].partition("</tr>")[0]
    for service in (SKU, KTP):
        assert catalogue.get_service(service).text("title", "id") in row
    assert "UU 30/2014 ps. 77" in row
    assert f"services/{SKU}/service.yaml:" in row


def test_the_law_of_the_halls_own_pages_is_listed_too(office: Office, browser: Client, settings: Any) -> None:
    town = Path(settings.BALAI_TOWN_FOLDER)
    publish(PAGES, town / "pages" / "privasi", town, actor=CONSOLE, now=office.now)
    basis = next(one for one in catalogue.list_law(office.now) if one.value.what.startswith("legal_basis."))
    page = browser.get("/meja/hukum/").content.decode()
    assert "Dasar hukum halaman" in page and f"/meja/hukum/{basis.value.digest}/" in page
    assert "Dasar hukum halaman" in browser.get(f"/meja/hukum/{basis.value.digest}/").content.decode()
    assert law.name_of(replace(basis.value, subject="review_years")) == "review years", "a further kind names its own"


def test_the_list_is_filtered_by_service_and_searched(office: Office, browser: Client) -> None:
    open_service(KTP)
    fee = find(office, "value.fee_sku").value.digest
    assert fee in browser.get("/meja/hukum/", {"layanan": f"service:{SKU}"}).content.decode()
    assert fee not in browser.get("/meja/hukum/", {"layanan": f"service:{KTP}"}).content.decode()
    assert fee in browser.get("/meja/hukum/", {"cari": "fee sku"}).content.decode()
    assert fee not in browser.get("/meja/hukum/", {"cari": "keberatan"}).content.decode()
    assert "Tidak ada yang cocok" in browser.get("/meja/hukum/", {"cari": "zzz"}).content.decode()


def test_the_public_line_goes_once_everything_is_confirmed_and_names_the_office(
    office: Office, browser: Client
) -> None:
    told = "belum dikonfirmasi pejabat"
    assert told in Client().get(f"/layanan/{SKU}/").content.decode()
    for line in catalogue.list_law(office.now):
        if line.unconfirmed:
            assert confirm(office, browser, line).status_code == 302
    page = Client().get(f"/layanan/{SKU}/").content.decode()
    assert told not in page
    assert f"dipastikan {offices.get_unit('kota').name}, " in page
    assert "Petugas hukum" not in page
    listed = browser.get("/meja/hukum/").content.decode()
    assert "Semua sudah ditangani" in listed


def test_a_refused_confirmation_keeps_what_was_typed(office: Office, browser: Client) -> None:
    line = find(office, "value.fee_sku")
    page = confirm(office, browser, line, link="http://jdih.example.id", basis_date="besok")
    assert page.status_code == 422
    text = page.content.decode()
    assert "Perda 1/2026 pasal 4" in text
    assert "dimulai dengan https://" in text
    assert "Tulis tanggal peraturan" in text
    assert not Confirmation.objects.exists()
    page = confirm(office, browser, line, services=[])
    assert "Pilih paling sedikit satu layanan" in page.content.decode()


def test_it_is_confirmed_for_the_chosen_services_alone(office: Office, browser: Client) -> None:
    open_service(KTP)
    line = find(office, "objection")
    confirm(office, browser, line, services=[f"service:{SKU}"])
    now = timezone.now()
    assert catalogue.get_law(catalogue.get_service(SKU), now).at("objection").confirmed
    assert not catalogue.get_law(catalogue.get_service(KTP), now).at("objection").confirmed
    assert "dipastikan sebagian" in browser.get("/meja/hukum/").content.decode()


def test_an_administrator_reads_and_does_not_confirm(office: Office, legal: Member) -> None:
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    browser, line = office.enter(office.cast.budi), find(office, "value.fee_sku")
    page = browser.get(f"/meja/hukum/{line.value.digest}/").content.decode()
    assert "hanya dapat dilakukan petugas hukum" in page
    assert "/pastikan/" not in page
    assert confirm(office, browser, line).status_code == 403
    assert office.enter(office.cast.ratna).get("/meja/hukum/").status_code == 404
    assert not Confirmation.objects.exists()


def test_what_is_to_be_reviewed_is_listed_renewed_or_withdrawn(office: Office, browser: Client) -> None:
    line = find(office, "value.fee_sku")
    at, due = f"/meja/hukum/{line.value.digest}/", {"keadaan": "due"}
    confirm(office, browser, line, review_on=day(office, 20))
    assert line.value.digest in browser.get("/meja/hukum/", due).content.decode()
    page = browser.post(f"{at}tinjau/", {**GROUND, "review_on": day(office, 300)}, follow=True)
    assert "Pemastian diperbarui" in page.content.decode()
    assert line.value.digest not in browser.get("/meja/hukum/", due).content.decode()
    refused = browser.post(f"{at}cabut/", {"reason": "salah"})
    assert refused.status_code == 422
    assert "paling sedikit 10 huruf" in refused.content.decode()
    page = browser.post(f"{at}cabut/", {"reason": "Perda dicabut oleh DPRD."}, follow=True)
    assert "Perda dicabut oleh DPRD." in page.content.decode()
    assert find(office, "value.fee_sku").unconfirmed


def test_a_case_keeps_what_was_true_when_it_was_promised(office: Office, browser: Client) -> None:
    row = office.case(ago=timedelta(hours=1))
    clerk = office.enter(office.cast.budi)
    told = "dasar hukum belum dipastikan"
    before = clerk.get(f"/meja/berkas/{row.number}/").content.decode().count(told)
    assert before
    confirm(office, browser, find(office, "due"))
    assert clerk.get(f"/meja/berkas/{row.number}/").content.decode().count(told) == before
    office.now = timezone.now()
    later = office.case()
    shown = catalogue.get_law(catalogue.get_service(SKU), later.submitted_at).at("time")
    assert shown.confirmed
    assert clerk.get(f"/meja/berkas/{later.number}/").content.decode().count(told) < before


def test_an_address_of_no_value_is_not_there(browser: Client) -> None:
    assert browser.get("/meja/hukum/abc/").status_code == 404
    told = browser.post("/meja/hukum/abc/pastikan/", {**GROUND, "review_on": "2027-02-01"})
    assert told.status_code == 404
    assert not Confirmation.objects.exists()


def test_a_service_in_force_is_not_published_by_one_person(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    budi = office.enter(office.cast.budi)
    page = budi.post("/meja/kelola/layanan/terbitkan/", {"service": SKU})
    assert page.status_code == 422
    assert "sama dengan versi yang berlaku" in page.content.decode()
    monkeypatch.setattr(catalogue, "takes_second_person", lambda *told: True)
    page = budi.post("/meja/kelola/layanan/terbitkan/", {"service": SKU})
    assert page.status_code == 422
    assert "orang lain menerbitkannya" in page.content.decode()


def test_a_replay_shows_groups_in_words_and_leaves_publishing_to_another(office: Office, browser: Client) -> None:
    row = Proposal.objects.create(
        service_id=SKU, key="f" * 64, key_before="e" * 64, version="2026.9", files=b"", differs=["service.yaml"],
        proposed_at=office.now, proposed_by=office.cast.ratna.person_id, replay="running", size=40, place=25, closed=90,
    )  # fmt: skip
    at = f"/meja/hukum/usulan/{row.id}/"
    page = browser.get(at).content.decode()
    assert "25 dari 40" in page
    assert "/terbitkan/" not in page
    groups = {"same": 21, "end granted granted > waits check ": 9, "lacks photo": 6}
    row.replay, row.counts = "done", {"groups": groups, "hidden": True, "total": 41}
    row.save()
    page = browser.get(at).content.decode()
    service = catalogue.get_service(SKU)
    assert service.text("ends.granted.title", "id", "granted") in page
    assert f"menunggu langkah {service.text('steps.check.title', 'id')}" in page
    assert "di bawah lima" in page
    assert "/terbitkan/" in page
    row.proposed_by = people.find_person_of_account(legal_account(browser))
    row.save()
    page = browser.get(at).content.decode()
    assert "Anda yang mengusulkan" in page
    assert "/terbitkan/" not in page


def legal_account(browser: Client) -> Any:
    return Account.objects.get(id=browser.session["_auth_user_id"]).id
