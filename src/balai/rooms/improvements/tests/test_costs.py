"""What the pages of the improvement log ask of the database: fixed, however much is written."""

from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast, make_cast
from tests.costs import count
from tests.sessions import sign_in

from balai.base.actors import ANONYMOUS
from balai.records.people.models import Account
from balai.rooms.improvements import actions
from balai.rooms.improvements.models import Report

pytestmark = pytest.mark.django_db

PAGES = {
    "/perbaikan/": 2,
    "/perbaikan/lapor/": 0,
    "/meja/kelola/perbaikan/": 10,
    "/meja/kelola/perbaikan/{report}/": 13,
}


@pytest.fixture
def cast() -> Cast:
    made = make_cast(NOW)
    Account.objects.filter(id=made.ratna.account_id).update(is_administrator=True, second_factor_required=True)
    return made


def report(text: str) -> Report:
    before = list(Report.objects.values_list("id", flat=True))
    actions.report(command_id=uuid4(), actor=ANONYMOUS, now=NOW, page="/", text=f"Tombolnya {text}.", contact="")
    return Report.objects.exclude(id__in=before).get()


@pytest.mark.parametrize(("address", "cost"), PAGES.items())
def test_a_page_costs_the_same_however_much_is_written(cast: Cast, address: str, cost: int) -> None:
    client = sign_in(cast.ratna) if "meja" in address else Client()
    at = address.format(report=report("tidak jalan").id)
    first = count(client, at)
    for number in range(4):
        actions.answer(
            command_id=uuid4(), actor=cast.ratna.officer, now=NOW, report_id=report(f"macet {number}").id, state="done",
            subject="Tombol", answer="",
        )  # fmt: skip
    assert (first, count(client, at)) == (cost, cost)
