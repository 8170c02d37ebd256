"""What the pages of co-signers ask of the database: fixed, however many are asked; and what their cards add to a case's page."""

import re
from uuid import uuid4

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


def test_pages_and_cards_cost_what_they_say(cast: Cast) -> None:
    for people in (2, 3):
        number = asked(cast, people)
        case_id, key = cases.find_case_id(number), cases.read_case(number=number).key
        rows = {queries.open_row(one, key).name: one for one in queries.list_rows(case_id)}
        secret = "0" * 26
        Cosigner.objects.filter(id=rows["Tono Contoh"].id).update(link_hash=queries.hash_of(secret))
        things = {"number": number, "id": rows["Tono Contoh"].id, "rina": rows["Rina Contoh"].id, "secret": secret}
        budi, siti = sign_in(cast.budi), sign_in(cast.siti)
        budi.post("/meja/loket/persetujuan/", {"number": number, "nik": RINA, "command": str(uuid4())})
        found = {}
        for address in PAGES:
            client = Client() if address.startswith("/setuju") else budi if address.startswith("/meja") else siti
            found[address] = count(client, address.format(**things))
        assert found == PAGES
        Cosigner.objects.filter(link_hash=queries.hash_of(secret)).update(link_hash=None)
        for address, cost in CARDS.items():
            place = "case.officer" if address.startswith("/meja") else "case.citizen"
            client = budi if address.startswith("/meja") else siti
            assert count_card(client, re.sub(r"\{number\}", number, address), place, "cosigning") == cost
