"""What the portal's pages ask of the database: fixed, and the same however much there is to show."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, apply_for_sku

from balai.doors.console.demo.cast import Member
from balai.records.people import actions
from balai.records.people import queries as people

pytestmark = pytest.mark.django_db

ACCOUNT = 17
ANYBODY = {
    "/lacak/": 0,
    "/lanjut/": 0,
    "/v/": 0,
    "/layanan/surat-keterangan-usaha/ajukan/": 0,
}
SIGNED_IN = {
    "/kuasa/": 5,
    "/lacak/": 2,
    "/layanan/surat-keterangan-usaha/ajukan/": 3,
}


def count(client: Client, address: str) -> int:
    """Count the queries of one page, seen for the second time so that caches are warm."""
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_the_account_page_costs_the_same_however_much_it_shows(siti: Client, cast: Cast) -> None:
    apply_for_sku(cast)
    people.read_person(cast.budi.officer, cast.siti.person_id, purpose="recovery", now=NOW)
    assert count(siti, "/akun-saya/") == ACCOUNT
    for reader in (cast.budi, cast.ratna, cast.joko):
        apply_for_sku(cast)
        people.read_person(reader.officer, cast.siti.person_id, purpose="recovery", now=NOW)
    assert count(siti, "/akun-saya/") == ACCOUNT


@pytest.mark.parametrize(("address", "cost"), ANYBODY.items())
def test_a_page_for_anybody_costs_what_it_says(stranger: Client, cast: Cast, address: str, cost: int) -> None:
    assert count(stranger, address) == cost


@pytest.mark.parametrize(("address", "cost"), SIGNED_IN.items())
def test_a_page_of_ones_own_costs_the_same_however_much_it_shows(
    siti: Client, cast: Cast, address: str, cost: int
) -> None:
    offer(cast, cast.budi)
    assert count(siti, address) == cost
    for other in (cast.ratna, cast.joko):
        offer(cast, other)
        apply_for_sku(cast)
    assert count(siti, address) == cost


def offer(cast: Cast, principal: Member) -> None:
    """Let somebody offer Siti a mandate."""
    actions.offer_mandate(
        command_id=uuid4(), actor=principal.citizen, now=NOW, principal_id=principal.person_id,
        agent_id=cast.siti.person_id, kind="family", services=[], from_date=NOW.date(), to_date=None,
    )  # fmt: skip
