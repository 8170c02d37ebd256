"""What the pages of a counter's day ask of the database: fixed, however many numbers are out and however much waits."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.utils import timezone
from tests import cast as the_cast
from tests.cast import make_cast, open_service
from tests.costs import count
from tests.counterday import bring, stock
from tests.sessions import sign_in

from balai.doors.console.demo.cast import Cast
from balai.rooms.counterdays import actions

pytestmark = pytest.mark.django_db
PAGES = {
    "/meja/loket/bekal/": 13,
    "/meja/loket/bekal/hari/": 3,
    "/meja/loket/bekal/pekerja.js": 3,
    "/meja/loket/bekal/garis/": 3,
    "/meja/loket/bekal/berkas/": 5,
    "/meja/loket/bekal/perlu-dilihat/": 8,
    "/meja/loket/bekal/perlu-dilihat/{arrival}/": 12,
}


def wait(cast: Cast, now: datetime) -> UUID:
    """Draw supplies, and let one application wait in the tray; give its id."""
    drawn = stock(cast, now - timedelta(hours=5))
    one = bring(cast, drawn, 0, taken=now - timedelta(hours=2), now=now, files=False)
    assert actions.take_in(one).state == "tray"
    return one.id


@pytest.mark.parametrize(("address", "cost"), PAGES.items())
def test_a_page_costs_the_same_however_much_is_out_and_waits(address: str, cost: int) -> None:
    cast, now = make_cast(the_cast.NOW), timezone.now()
    open_service()
    budi, at = sign_in(cast.budi), address.format(arrival=wait(cast, now))
    found = [count(budi, at)]
    for _ in range(2):
        wait(cast, now)
    assert [*found, count(budi, at)] == [cost, cost]
