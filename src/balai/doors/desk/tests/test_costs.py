"""What each page asks of the database: fixed, and the same however much there is to show."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from balai.doors.console.demo.cast import Member
from balai.records.people import actions as people
from balai.records.people.models import Account, Person
from balai.records.people.rules import Identity

from .conftest import Office
from .test_recovery import CARD

OFFICER = {
    "/meja/": 6,
    "/meja/?meja=unit": 8,
    "/meja/?langkah=check&layanan=surat-keterangan-usaha&jenis=tanda-tangan": 6,
    "/meja/cari/?cari=siti": 6,
    "/meja/tanda-tangan/": 7,
    "/meja/angka/": 10,
    "/meja/loket/": 4,
    "/meja/tanda-tangan/kunci/": 4,
    "/meja/berkas/{number}/": 23,
}
ADMINISTRATOR = {  # two of these count what needs attention
    "/meja/kelola/": 14,
    "/meja/arsip/": 10,
    "/meja/arsip/{number}/": 11,
    "/meja/kelola/melupakan/": 8,
    "/meja/kelola/unit/": 9,
    "/meja/kelola/unit/kel-64.72.05.1003/": 12,
    "/meja/kelola/petugas/": 8,
    "/meja/kelola/layanan/": 7,
    "/meja/kelola/kotak-keluar/": 9,
    "/meja/kelola/pemberitahuan/": 8,
    "/meja/kelola/pemberitahuan/?pesan=1": 8,
    "/meja/kelola/petugas/undang/": 6,
    "/meja/kelola/jurnal/": 6,
    "/meja/kelola/tersendat/": 7,
    "/meja/kelola/keamanan/": 7,
}


def count(client: Any, address: str) -> int:
    """Count the queries of one page, seen for the second time so that caches are warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


@pytest.mark.parametrize(("address", "cost"), OFFICER.items())
def test_a_page_costs_the_same_however_much_it_shows(office: Office, address: str, cost: int) -> None:
    stays(office, address, cost)


@pytest.mark.parametrize(("address", "cost"), ADMINISTRATOR.items())
def test_so_does_a_page_of_the_administration(office: Office, address: str, cost: int) -> None:
    Account.objects.filter(id=office.cast.budi.account_id).update(is_administrator=True, second_factor_required=True)
    stays(office, address, cost)


def stays(office: Office, address: str, cost: int) -> None:
    budi = office.enter(office.cast.budi)
    at = address.format(number=office.case().number)
    assert count(budi, at) == cost
    for _ in range(3):
        office.case()
    assert count(budi, at) == cost


AUDIT_COSTS = {
    "/meja/periksa/": 4,
    "/meja/periksa/akses/": 4,
    "/meja/periksa/jurnal/": 4,
    "/meja/periksa/keamanan/": 4,
    "/meja/periksa/arsip/": 10,
    "/meja/periksa/kotak-keluar/": 7,
    "/meja/periksa/berkas/{number}/?tujuan=Surat+tugas": 20,
}


@pytest.mark.parametrize(("address", "cost"), AUDIT_COSTS.items())
def test_an_auditors_page_costs_the_same_however_much_it_shows(office: Office, address: str, cost: int) -> None:
    office.appoint(office.cast.joko, "auditor", unit="inspektorat")
    joko = office.enter(office.cast.joko)
    at = address.format(number=office.case().number)
    assert count(joko, at) == cost
    for _ in range(3):
        office.case()
    assert count(joko, at) == cost


COUNTER = {
    "/meja/loket/ikat/": 4,
    "/meja/loket/pemulihan/": 4,
    "/meja/loket/badan-usaha/": 4,
    "/meja/loket/badan-usaha/?nib=9120000000001": 8,
}
OF_ONE_PERSON = {"recovery": 11, "binding": 11}


@pytest.mark.parametrize(("address", "cost"), COUNTER.items())
def test_a_page_of_the_counter_costs_the_same_however_much_it_shows(office: Office, address: str, cost: int) -> None:
    budi = office.enter(office.cast.budi)
    let_act(office, office.cast.siti)
    assert count(budi, address) == cost
    let_act(office, office.cast.joko)
    let_act(office, office.cast.ratna)
    assert count(budi, address) == cost


def let_act(office: Office, agent: Member) -> None:
    """Let one more person act for the firm."""
    people.record_mandate(
        command_id=uuid4(), actor=office.cast.budi.officer, now=office.now, firm=Identity("PT Contoh", nik="9120000000001"),
        agent_id=agent.person_id, services=[], to_date=None, may_delegate=False, evidence="Akta",
    )  # fmt: skip


@pytest.mark.parametrize(("purpose", "cost"), OF_ONE_PERSON.items())
def test_so_do_the_pages_of_one_person_at_the_counter(office: Office, purpose: str, cost: int) -> None:
    budi, siti = office.enter(office.cast.budi), office.cast.siti
    if purpose == "binding":
        Person.objects.filter(id=siti.person_id).update(nik_hash=None, identity_level="contact")
        letters = people.make_counter_code(command_id=uuid4(), actor=siti.citizen, now=office.now)
        answer = budi.post("/meja/loket/ikat/", {"code": letters})
    else:
        answer = budi.post("/meja/loket/pemulihan/", CARD)
    assert count(budi, answer.headers["Location"]) == cost
    for _ in range(3):
        office.case()
    assert count(budi, answer.headers["Location"]) == cost
