"""What the pages of the incident book ask of the database: fixed, however much is written."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from tests.cast import NOW, Cast, make_cast
from tests.costs import count
from tests.sessions import sign_in

from balai.doors.console.demo.cast import CONSOLE
from balai.records.outages import actions as outages
from balai.records.people.models import Account
from balai.rooms.incidents import actions

pytestmark = pytest.mark.django_db

PAGES = {
    "/meja/kelola/insiden/": 9, "/meja/kelola/insiden/{incident}/": 13, "/meja/kelola/insiden/{incident}/laporan/": 11,
    "/meja/gangguan/": 10,
}  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    made = make_cast(NOW)
    Account.objects.filter(id=made.ratna.account_id).update(is_administrator=True, second_factor_required=True)
    return made


@pytest.mark.parametrize(("address", "cost"), PAGES.items())
def test_a_page_costs_the_same_however_much_is_written(cast: Cast, address: str, cost: int) -> None:
    one = actions.open_incident(
        command_id=uuid4(), actor=CONSOLE, now=NOW, kind="breach", title="Uji", description="Uji", detected_at=NOW
    )
    now = datetime.now(UTC)
    outages.record_outage(
        command_id=uuid4(), actor=CONSOLE, now=now, began_at=now - timedelta(hours=2), ended_at=now - timedelta(hours=1)
    )
    client = sign_in(cast.ratna)
    at = address.format(incident=one)
    first = count(client, at)
    for _ in range(5):
        actions.note(command_id=uuid4(), actor=cast.ratna.officer, now=NOW, incident_id=one, at=NOW, text="Uji")
    assert (first, count(client, at)) == (cost, cost)
