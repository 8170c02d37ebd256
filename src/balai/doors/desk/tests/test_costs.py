"""What each page asks of the database: fixed, and the same however much there is to show."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from balai.records.people.models import Account

from .conftest import Office

OFFICER = {
    "/meja/": 6,
    "/meja/?meja=unit": 8,
    "/meja/?langkah=check&layanan=surat-keterangan-usaha&jenis=tanda-tangan": 6,
    "/meja/cari/?cari=siti": 6,
    "/meja/tanda-tangan/": 7,
    "/meja/angka/": 10,
    "/meja/loket/": 4,
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
