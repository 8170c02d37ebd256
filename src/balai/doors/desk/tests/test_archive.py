"""The archive's pages: what falls due, holds placed and lifted from the case and from the archive, and who may come in."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from balai.base.models import Access
from balai.base.outbox import Worker
from balai.casework.cases import actions, queries
from balai.records.filing.models import Hold, Record
from balai.records.filing.tests.thing import opened
from balai.records.people.models import Account

from .conftest import Office


@pytest.fixture
def joko(office: Office) -> Client:
    """Let Joko be the town's archivist."""
    office.appoint(office.cast.joko, "archivist", unit="kota")
    return office.enter(office.cast.joko)


def close(office: Office) -> queries.CaseRow:
    """Let Siti apply and think better of it, and file the case."""
    row = office.case()
    actions.act(
        actions.Command(
            id=uuid4(), actor=office.cast.siti.citizen, now=timezone.now(), case_id=row.id, action="withdraw"
        )
    )
    Worker().drain(timezone.now())
    return row


def test_what_fell_due_is_listed_and_a_hold_takes_it_off(office: Office, joko: Client) -> None:
    row = close(office)
    page = joko.get("/meja/arsip/").content.decode()
    assert "Tidak ada yang jatuh tempo" in page and "/meja/arsip/" in page
    Record.objects.filter(object_id=row.id).update(falls_due_on=office.now.date() - timedelta(days=1))
    page = joko.get("/meja/arsip/").content.decode()
    assert row.number in page and "lalu dimusnahkan" in page and "Siti" not in page
    answer = joko.post(
        f"/meja/arsip/{row.number}/tahan/",
        {"command": str(uuid4()), "reason": "Sengketa", "basis": "Putusan contoh", "back": "archive"},
        follow=True,
    )
    assert "Berkas ditahan" in answer.content.decode()
    assert row.number not in joko.get("/meja/arsip/").content.decode()
    assert row.number in joko.get("/meja/arsip/?pilih=ditahan").content.decode()
    assert not Access.objects.filter(object=f"case:{row.id}", purpose="casework").exists(), "nothing personal was read"


@pytest.mark.parametrize("which", ["", "jatuh-tempo", "setahun", "ditahan", "semua", "lain"])
@pytest.mark.parametrize("lang", ["id", "en"])
def test_each_list_opens_in_both_languages(office: Office, joko: Client, which: str, lang: str) -> None:
    close(office)
    joko.cookies["bahasa"] = lang
    assert joko.get(f"/meja/arsip/?pilih={which}&kelas=500&halaman=1").status_code == 200
    assert joko.get(f"/meja/arsip/?pilih={which}&halaman=99").status_code == 200


def test_a_number_leads_to_its_case_and_anything_else_says_so(office: Office, joko: Client) -> None:
    row = office.case()
    answer = joko.get(f"/meja/arsip/?nomor={row.number.lower()}")
    assert answer.headers["Location"] == f"/meja/arsip/{row.number}/"
    assert "belum ditutup" in joko.get(f"/meja/arsip/{row.number}/").content.decode()
    assert "Tidak ada yang bernomor itu" in joko.get("/meja/arsip/?nomor=siti").content.decode()
    assert joko.get("/meja/arsip/SKU-AAAA-AAAA/").status_code == 404


def test_the_head_holds_and_lifts_from_the_case_itself(office: Office, ratna: Client) -> None:
    row = office.case()
    address = f"/meja/arsip/{row.number}/"
    sent = {"command": str(uuid4()), "reason": "Pemeriksaan", "basis": "Surat tugas 1", "back": "case"}
    for _ in range(2):
        answer = ratna.post(f"{address}tahan/", sent)
        assert answer.headers["Location"] == f"/meja/berkas/{row.number}/#arsip"
    hold = Hold.objects.get()
    page = ratna.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Surat tugas 1" in page and "Berkas ini ditahan" in page
    lifting = {"command": str(uuid4()), "hold": str(hold.id), "back": "case"}
    refused = ratna.post(f"{address}lepas/", lifting | {"reason": ""})
    assert refused.status_code == 422 and "Tulis alasannya." in refused.content.decode()
    ratna.post(f"{address}lepas/", lifting | {"reason": "Pemeriksaan selesai"})
    page = ratna.get(f"/meja/berkas/{row.number}/").content.decode()
    assert "Pemeriksaan selesai" in page and "Berkas ini ditahan" not in page


def test_what_is_missing_is_said_and_what_was_typed_is_kept(office: Office, ratna: Client) -> None:
    row = office.case()
    answer = ratna.post(f"/meja/arsip/{row.number}/tahan/", {"reason": "Sengketa tanah", "basis": " "})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Tulis dasar hukumnya" in page and 'value="Sengketa tanah"' in page


def test_others_find_no_archive_and_place_no_hold(office: Office, budi: Client, ratna: Client) -> None:
    row = office.case()
    assert budi.get("/meja/arsip/").status_code == 404
    assert ratna.get("/meja/arsip/").status_code == 404, "a head keeps single cases, not the list"
    assert budi.get(f"/meja/arsip/{row.number}/").status_code == 404
    sent = {"reason": "x", "basis": "y"}
    assert budi.post(f"/meja/arsip/{row.number}/tahan/", sent).status_code == 404
    assert "Tahan berkas ini" not in budi.get(f"/meja/berkas/{row.number}/").content.decode()
    assert not Hold.objects.exists()


def test_an_administrator_without_a_post_keeps_the_whole_archive(office: Office) -> None:
    Account.objects.filter(id=office.cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    row, joko = close(office), office.enter(office.cast.joko)
    assert row.number in joko.get("/meja/arsip/?pilih=semua").content.decode()
    assert joko.get(f"/meja/arsip/{row.number}/").status_code == 200


def test_what_is_no_case_stands_beside_the_cases_and_is_found_by_its_number(office: Office, joko: Client) -> None:
    row = close(office)
    with opened() as cupboard:
        cupboard.file(cupboard.put("T-0042/2026", "kota"))
        page = joko.get("/meja/arsip/?pilih=semua").content.decode()
        assert row.number in page and "T-0042/2026" in page and "Thing id" in page
        assert f'href="/meja/arsip/{row.number}/"' in page and 'href="/meja/berkas/T-0042%2F2026/"' in page
        found = joko.get("/meja/arsip/?nomor=T-0042/2026").content.decode()
        assert "Thing id" in found and row.number not in found and "Tidak ada yang bernomor itu" not in found
        assert "Tidak ada yang bernomor itu" in joko.get("/meja/arsip/?nomor=T-0043/2026").content.decode()
    page = joko.get("/meja/arsip/?pilih=semua").content.decode()
    assert "T-0042/2026" in page and "trial.thing" in page, "its app is gone; what was filed stays"


def test_an_auditor_sees_every_kind_and_goes_to_their_own_page_of_a_case(office: Office) -> None:
    row = close(office)
    office.appoint(office.cast.joko, "auditor", unit="kota")
    joko = office.enter(office.cast.joko)
    with opened() as cupboard:
        cupboard.file(cupboard.put("T-1", "kota"))
        page = joko.get("/meja/periksa/arsip/?pilih=semua").content.decode()
    assert f'href="/meja/periksa/berkas/{row.number}/"' in page
    assert "T-1" in page and "/T-1/" not in page, "a kind without a page for auditors leads nowhere"
