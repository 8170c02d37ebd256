"""What the pages of co-signers ask of the database: fixed, however many are asked; and what their cards add to a case's page."""

from typing import Any

import pytest
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_grown
from tests.costs import count, count_card
from tests.sessions import sign_in

from balai.base.outbox import Worker
from balai.casework.cases import queries as cases
from balai.engine.manifest.tests.grown_folder import list_blocks
from balai.rooms.cosigning import queries
from balai.rooms.cosigning.models import Cosigner
from balai.rooms.cosigning.tests.test_cosigning import HANDBOOK, PARTNERS, RINA

pytestmark = pytest.mark.django_db(transaction=True)

PAGES = {
    "/setuju/{secret}/": 9, "/berkas/{number}/persetujuan/": 8, "/berkas/{number}/persetujuan/{id}/ganti/": 9,
    "/meja/loket/persetujuan/": 5, "/meja/loket/persetujuan/{rina}/": 12,
}  # fmt: skip
CARDS = {"/berkas/{number}/": 1, "/meja/berkas/{number}/": 1}


@pytest.fixture
def cast(monkeypatch: pytest.MonkeyPatch) -> Cast:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    made = make_cast(NOW)
    open_grown(list_blocks(HANDBOOK, "Ask others to agree"))
    return made


def asked(cast: Cast, people: int) -> str:
    case = apply_for_sku(cast, has_partner="ya", partners=PARTNERS[-people:])
    Worker().drain(NOW)
    return case.number


@pytest.fixture
def things(cast: Cast) -> dict[str, object]:
    """Give the case with three who are asked, one of them found at Budi's counter, one with a link that is known."""
    number = asked(cast, 3)
    case_id, key = cases.find_case_id(number), cases.read_case(number=number).key
    rows = {queries.open_row(one, key).name: one for one in queries.list_rows(case_id)}
    secret = "0" * 26
    Cosigner.objects.filter(id=rows["Tono Contoh"].id).update(link_hash=queries.hash_of(secret))
    return {"number": number, "id": rows["Tono Contoh"].id, "rina": rows["Rina Contoh"].id, "secret": secret}


@pytest.mark.parametrize(("pages", "cards"), [(PAGES.items(), CARDS.items())])
def test_pages_and_cards_cost_what_they_say(cast: Cast, things: dict[str, object], pages: Any, cards: Any) -> None:
    budi, siti = sign_in(cast.budi), sign_in(cast.siti)
    budi.post("/meja/loket/persetujuan/", {"number": things["number"], "nik": RINA})
    found = {}
    for address, _ in pages:
        client = Client() if address.startswith("/setuju") else budi if address.startswith("/meja") else siti
        found[address] = count(client, address.format(**things))
    assert found == dict(pages)
    for address, cost in cards:
        place = "case.officer" if address.startswith("/meja") else "case.citizen"
        client = budi if address.startswith("/meja") else siti
        assert count_card(client, address.format(**things), place, "cosigning") == cost
