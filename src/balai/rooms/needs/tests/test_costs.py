"""What the pages of needs ask of the database: fixed, whatever is said."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import NOW, apply_for_sku, make_cast, open_service
from tests.costs import count, count_card
from tests.sessions import sign_in

from balai.casework.cases import queries as cases
from balai.casework.cases.actions import start_draft
from balai.casework.cases.models import Draft
from balai.rooms.needs import actions, queries

pytestmark = pytest.mark.django_db
PAGES = {"/kebutuhan/": 5, "/meja/berkas/{number}/kebutuhan/": 18}
OF_A_GUEST = {"/kebutuhan/permohonan/{draft}/": 4, "/berkas/{number}/kebutuhan/": 9}
CARDS = {"/meja/berkas/{number}/": 1, "/berkas/{number}/": 0}
AT_THE_COUNTER = {"/meja/loket/{draft}/kebutuhan/": 13}


@pytest.mark.parametrize(("address", "cost"), PAGES.items())
def test_a_page_costs_the_same_whatever_is_said(address: str, cost: int) -> None:
    open_service()
    cast = make_cast(NOW)
    sent = apply_for_sku(cast)
    client = sign_in(cast.budi if "meja" in address else cast.siti)
    whose = queries.own(cast.siti.person_id)
    found = []
    for kinds in (["large"], ["large", "aloud", "wheelchair"]):
        actions.state(
            command_id=uuid4(),
            actor=cast.siti.citizen,
            now=NOW,
            whose=whose,
            kinds=kinds,
            words="x" * len(kinds),
            consent=True,
        )
        found.append(count(client, address.format(number=sent.number)))
    assert found == [cost, cost]


@pytest.mark.parametrize(("address", "cost"), OF_A_GUEST.items())
def test_so_does_a_guests(address: str, cost: int) -> None:
    open_service()
    cast = make_cast(NOW)
    guest = Client()
    if "{number}" in address:
        number = apply_for_sku(cast).number
        code = cases.read_case(number=number).data["contact"]["track_code"]
        guest.post("/lacak/", {"nomor": number, "kode": code})
        at = address.format(number=number)
    else:
        guest.post("/layanan/surat-keterangan-usaha/ajukan/")
        at = address.format(draft=Draft.objects.get().id)
    found = [count(guest, at)]
    for kinds in (["large"], ["large", "aloud", "wheelchair"]):
        assert guest.post(at, {"kinds": kinds, "words": "Pelan", "consent": "1"}).status_code == 302
        found.append(count(guest, at))
    assert found == [cost - 1, cost, cost], "what is said is one query more"


@pytest.mark.parametrize(("address", "cost"), AT_THE_COUNTER.items())
def test_so_does_what_is_written_down_at_the_counter(address: str, cost: int) -> None:
    open_service()
    cast = make_cast(NOW)
    budi, at_counter = sign_in(cast.budi), replace(cast.budi.officer, channel="counter")
    draft, _ = start_draft(
        actor=at_counter, now=NOW, service_id="surat-keterangan-usaha", answers={}, on_behalf_of=cast.siti.person_id
    )
    at = address.format(draft=draft)
    found = [count(budi, at)]
    assert budi.post(at, {"kinds": ["large"], "words": "Pelan", "consent": "1"}).status_code == 302
    assert [*found, count(budi, at)] == [cost - 1, cost], "what is said is one query more"


@pytest.mark.parametrize(("address", "cost"), CARDS.items())
def test_a_card_adds_to_a_cases_page_what_it_says(address: str, cost: int) -> None:
    open_service()
    cast = make_cast(NOW)
    at, desk = address.format(number=apply_for_sku(cast).number), address.startswith("/meja")
    client = sign_in(cast.budi if desk else cast.siti)
    assert count_card(client, at, "case.officer" if desk else "case.citizen", "needs") == cost
