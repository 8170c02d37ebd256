"""What the hall's own pages ask of the database: fixed, however many there are."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.cache import caches
from django.test import Client
from tests.cast import NOW, Cast, make_cast
from tests.costs import count
from tests.sessions import sign_in

from balai.records.hallpages.tests.cast import lay_town, publish, write_page
from balai.records.people.models import Account

pytestmark = pytest.mark.django_db

PAGES = {
    "/halaman/{page}/": 0,
    "/halaman/{page}/{picture}": 0,
    "/kabar/": 0,
    "/kabar/atom.xml": 1,
    "/kabar/atom.{lang}.xml": 1,
    "/meja/kelola/halaman/": 9,
}


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    caches["local"].clear()
    yield
    caches["local"].clear()


@pytest.fixture
def cast() -> Cast:
    made = make_cast(NOW)
    Account.objects.filter(id=made.ratna.account_id).update(is_administrator=True, second_factor_required=True)
    return made


@pytest.mark.parametrize(("address", "cost"), PAGES.items())
def test_a_page_costs_the_same_however_many_there_are(
    cast: Cast, address: str, cost: int, tmp_path: Path, settings: LazySettings
) -> None:
    town = lay_town(tmp_path, settings)
    folder = write_page(town, "peta", "foot: 5\n", id="![peta](peta.png)\n", en="![map](peta.png)\n")
    (folder / "peta.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    publish("peta", NOW, town)
    client = sign_in(cast.ratna) if "meja" in address else Client()
    at = address.format(page="peta", picture="peta.png", lang="en")
    first = count(client, at)
    for number in range(3):
        write_page(town, f"kabar-{number}", f'news: "2026-01-0{number + 1}"\nfoot: 9\n')
        publish(f"kabar-{number}", NOW, town)
    assert (first, count(client, at)) == (cost, cost)
