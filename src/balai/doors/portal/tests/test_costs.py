"""What the portal's pages ask of the database: fixed, and the same however much there is to show."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku, photo
from tests.costs import count

from balai.base import journal
from balai.casework.cases.models import Draft, Task
from balai.casework.issuing.models import Letter
from balai.doors.console.demo.cast import Member
from balai.records.documents import queries as documents
from balai.records.people import actions
from balai.records.people import queries as people

from .test_apply import ABOUT, BUSINESS, DETAILS, begin, fill, step
from .test_case import at_nine, send_back
from .test_verify import letter

__all__ = ["at_nine", "letter"]  # fixtures of the tests beside this one
pytestmark = pytest.mark.django_db

ANYBODY = {
    "/": 0,
    "/layanan/": 0,
    "/layanan/?q=usaha": 0,
    "/layanan/surat-keterangan-usaha/": 0,
    "/layanan/surat-keterangan-usaha/formulir/": 0,
    "/layanan/surat-keterangan-usaha/proses/": 0,
    "/aksesibilitas/": 0,
    "/luring/": 0,
    "/luring/en/": 0,
    "/lacak/": 0,
    "/dari-kami/": 0,
    "/lanjut/": 0,
    "/v/": 0,
    "/layanan/surat-keterangan-usaha/ajukan/": 0,
    "/peristiwa/kelahiran/": 0,
}
SIGNED_IN = {
    "/akun-saya/": 24,
    "/akun-saya/ponsel/": 2,
    "/akun-saya/ponsel/daftar": 4,
    "/akun-saya/data/": 60,
    "/akun-saya/dilihat/": 12,
    "/akun-saya/dilihat/unduh/": 10,
    "/": 5,  # account, person; what waits, drafts, cases
    "/berkas-saya/": 6,  # account, person; what waits, drafts, cases, notices; the session is in the cache
    "/layanan/surat-keterangan-usaha/": 3,
    "/kuasa/": 6,
    "/lacak/": 2,
    "/dari-kami/": 2,
    "/lanjut/": 3,
    "/layanan/surat-keterangan-usaha/ajukan/": 4,
    "/peristiwa/kelahiran/": 2,
}
OF_A_CASE = {
    "/berkas/{number}/": 8,  # account, person; case, tasks, timeline, pauses, external ids, calendar
    "/akun-saya/ponsel/berkas/{number}": 8,
    "/berkas/{number}/terkirim/": 7,
    "/berkas/{number}/dilihat/": 15,
    "/berkas/{number}/dilihat/unduh/": 14,
    "/berkas/{number}/tarik/": 7,
    "/berkas/{number}/jawab/{token}/": 7,
    "/berkas/{number}/bukti/{file}/": 11,
}
OF_A_DRAFT = {
    "/permohonan/{draft}/business/": 5,  # session, account, person, draft with vault, identity with its vault
    "/permohonan/{draft}/periksa/": 6,  # and the facts of the files
    "/akun-saya/ponsel/permohonan/{draft}": 5,
    "/permohonan/{draft}/simpan/": 5,
    "/permohonan/{draft}/buang/": 4,
    "/permohonan/{draft}/bukti/{file}/": 8,
}
OF_A_GUESTS_DRAFT = {
    "/permohonan/{draft}/data-diri/": 2,
    "/permohonan/{draft}/business/": 2,
    "/permohonan/{draft}/periksa/": 3,
    "/permohonan/{draft}/kode/": 3,  # the draft with its vault, its vault's key, whether messages are held up
    "/permohonan/{draft}/simpan/": 2,
    "/permohonan/{draft}/buang/": 2,
    "/permohonan/{draft}/bukti/{file}/": 6,
}
OF_A_LETTER = {
    # the visitor is counted; the letter with unit and case, its entries and their end, the unit's calendar; for the proof the letter,
    # its entry, the log, the entry before it, the log's keys
    "/v/{code}": 11,
    "/v/{code}/bukti": 10,
    "/v/kepercayaan": 2,
    "/v/pencabutan": 4,
    "/berkas/{number}/surat/{letter}/": 9,
}


@pytest.mark.parametrize(("address", "cost"), ANYBODY.items())
def test_a_page_for_anybody_costs_what_it_says(stranger: Client, cast: Cast, address: str, cost: int) -> None:
    assert count(stranger, address) == cost


@pytest.mark.parametrize(("address", "cost"), SIGNED_IN.items())
def test_a_page_of_ones_own_costs_the_same_however_much_it_shows(
    siti: Client, cast: Cast, address: str, cost: int
) -> None:
    more(siti, cast, cast.budi)
    assert count(siti, address) == cost
    for other in (cast.ratna, cast.joko):
        more(siti, cast, other)
    assert count(siti, address) == cost


def more(siti: Client, cast: Cast, other: Member) -> None:
    """Put more on Siti's pages: a mandate somebody offers her, a case, a draft, and a reading of her record."""
    actions.offer_mandate(
        command_id=uuid4(), actor=other.citizen, now=NOW, principal_id=other.person_id,
        agent_id=cast.siti.person_id, kind="family", services=[], from_date=NOW.date(), to_date=None,
    )  # fmt: skip
    apply_for_sku(cast)
    begin(siti)
    people.read_person(other.officer, cast.siti.person_id, purpose="recovery", now=NOW)


@pytest.mark.parametrize(("address", "cost"), OF_A_CASE.items())
def test_so_does_a_page_of_a_case(siti: Client, cast: Cast, address: str, cost: int) -> None:
    sent = send_back(cast)
    task = Task.objects.get(case_id=sent.case_id, state="open")
    file = documents.list_documents(Draft.objects.get(case_id=sent.case_id).vault_id)[0].id
    at = address.format(number=sent.number, token=task.token, file=file)
    assert count(siti, at) == cost
    for officer in (cast.budi, cast.ratna, cast.joko):
        people.read_person(officer.officer, cast.siti.person_id, purpose="recovery", now=NOW)
        more(siti, cast, officer)
    assert count(siti, at) == cost


@pytest.mark.parametrize(("address", "cost"), OF_A_DRAFT.items())
def test_so_does_a_page_of_an_application(siti: Client, cast: Cast, address: str, cost: int) -> None:
    grows(siti, begin(siti), address, cost, before={"business": BUSINESS, "details": DETAILS})


@pytest.mark.parametrize(("address", "cost"), OF_A_GUESTS_DRAFT.items())
def test_so_does_it_for_a_guest(stranger: Client, cast: Cast, address: str, cost: int) -> None:
    base = begin(stranger)
    if "kode" in address:
        fill(stranger, base, known=False)
        assert stranger.post(f"{base}periksa/", {"declare": "1"})["Location"] == f"{base}kode/"
        assert count(stranger, f"{base}kode/") == cost
    else:
        grows(stranger, base, address, cost, before={"data-diri": ABOUT, "business": BUSINESS, "details": DETAILS})


def grows(client: Client, base: str, address: str, cost: int, *, before: Mapping[str, Any]) -> None:
    """See a page of an application with one file and with two."""
    for page, data in before.items():
        step(client, base, page, data)
    draft = Draft.objects.get()
    costs = []
    for name in ("rt_letter", "photo"):
        step(client, base, "evidence", {name: SimpleUploadedFile(f"{name}.jpg", photo(), "image/jpeg")})
        file = documents.list_documents(draft.vault_id)[0].id
        costs.append(count(client, address.format(draft=draft.id, file=file)))
    assert costs == [cost, cost]


@pytest.mark.parametrize(("address", "cost"), OF_A_LETTER.items())
def test_so_does_a_letter(siti: Client, stranger: Client, cast: Cast, letter: Letter, address: str, cost: int) -> None:
    at = address.format(code=letter.code, number=letter.case.number, letter=letter.id)
    reader = siti if "letter" in address else stranger
    journal.seal_entries()
    assert count(reader, at) == cost
    for _ in range(2):
        apply_for_sku(cast)
    assert count(reader, at) == cost


OF_A_RESET = {"/akun/password/reset/kode/": 0}


@pytest.mark.parametrize(("address", "cost"), OF_A_RESET.items())
def test_so_does_the_page_that_asks_for_the_code_of_a_new_password(address: str, cost: int) -> None:
    found = []
    for phone in ("081234567890", "081277770001"):  # of an account, and of nobody
        visitor = Client()
        assert visitor.post("/akun/password/reset/", {"email": phone})["Location"] == address
        found.append(count(visitor, address))
    assert found == [cost, cost]
