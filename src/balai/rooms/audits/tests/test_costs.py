"""What the board's pages ask of the database: fixed, however many lines there are."""

import pytest
from django.test import Client
from tests.cast import NOW, Cast, make_cast
from tests.costs import count
from tests.sessions import sign_in

pytestmark = pytest.mark.django_db

ANYBODY = {"/audits/": 1}
HEADS = {"/meja/audits/": 6}


@pytest.fixture
def cast() -> Cast:
    return make_cast(NOW)


@pytest.mark.parametrize(("address", "cost"), ANYBODY.items())
def test_a_page_for_anybody_costs_what_it_says(cast: Cast, address: str, cost: int) -> None:
    assert count(Client(), address) == cost


@pytest.mark.parametrize(("address", "cost"), HEADS.items())
def test_a_page_for_heads_costs_what_it_says(cast: Cast, address: str, cost: int) -> None:
    assert count(sign_in(cast.ratna), address) == cost
