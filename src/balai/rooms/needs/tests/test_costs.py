"""What the pages of needs ask of the database: fixed, whatever is said."""

from uuid import uuid4

import pytest
from tests.cast import NOW, apply_for_sku, make_cast, open_service
from tests.costs import count
from tests.sessions import sign_in

from balai.rooms.needs import actions, queries

pytestmark = pytest.mark.django_db
PAGES = {"/kebutuhan/": 5, "/meja/berkas/{number}/kebutuhan/": 18}


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
