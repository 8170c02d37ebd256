"""What the status page asks of the database: nothing, since it is a file."""

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from tests.cast import NOW, make_cast
from tests.costs import count

from balai.records.outages import status

pytestmark = pytest.mark.django_db
PAGES = {"/keadaan/": 0, "/keadaan/status.json": 0}


@pytest.mark.parametrize(("address", "cost"), PAGES.items())
def test_it_asks_nothing(address: str, cost: int, tmp_path: Path, settings: LazySettings) -> None:
    make_cast(NOW)
    settings.BALAI_STATUS = str(tmp_path)
    status.write(NOW)
    assert count(Client(), address) == cost
