"""What a person's own account page asks of the database: fixed, and the same however much there is to show."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.cast import NOW, Cast, apply_for_sku

from balai.records.people import queries as people

pytestmark = pytest.mark.django_db

ACCOUNT = 17


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
