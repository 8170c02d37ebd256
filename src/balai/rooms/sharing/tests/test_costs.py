"""What the pages of shared letters ask of the database: fixed, however many links there are."""

from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast
from tests.costs import count, count_card
from tests.sessions import sign_in

from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests import story
from balai.rooms.sharing import actions
from balai.rooms.sharing.models import Share

pytestmark = pytest.mark.django_db

PAGES = {
    "/berkas/{number}/surat/{letter}/bagikan/": 9,
    "/bagikan/{secret}": 21,
    "/bagikan/{secret}/surat.pdf": 13,
}
CARDS = {"/berkas/{number}/": 1}


@pytest.fixture
def cast() -> Cast:
    return story.stage()


@pytest.fixture
def letter(cast: Cast) -> Letter:
    return story.sign(cast, *story.to_sign(cast)).letter


def make(cast: Cast, letter: Letter) -> str:
    secret = actions.make(
        command_id=uuid4(), actor=cast.siti.citizen, now=NOW, number=letter.case.number, letter_id=letter.id, days=30
    )[1]
    Share.objects.update(until="2099-01-01T00:00:00Z")  # the pages ask the clock
    return secret


@pytest.mark.parametrize(("address", "cost"), PAGES.items())
def test_a_page_costs_the_same_however_many_links_there_are(
    cast: Cast, letter: Letter, address: str, cost: int
) -> None:
    client = sign_in(cast.siti) if "letter" in address else Client()
    at = address.format(number=letter.case.number, letter=letter.id, secret=make(cast, letter))
    first = count(client, at)
    for _ in range(3):
        make(cast, letter)
    assert (first, count(client, at)) == (cost, cost)


@pytest.mark.parametrize(("address", "cost"), CARDS.items())
def test_a_card_adds_to_a_cases_page_what_it_says(cast: Cast, letter: Letter, address: str, cost: int) -> None:
    at = address.format(number=letter.case.number)
    assert count_card(sign_in(cast.siti), at, "case.citizen", "sharing") == cost
