"""An access request at the counter: only with the card, recorded before it is shown, seen by the person afterwards."""

import pytest
from django.core.cache import caches
from django.test import Client

from balai.base.models import Access, SecurityEvent

from .conftest import Office
from .test_recovery import CARD

PAGE = "/meja/loket/data-diri/"


@pytest.fixture(autouse=True)
def fresh() -> None:
    caches["local"].clear()


def test_whoever_stands_there_with_their_card_sees_what_is_held(office: Office, budi: Client) -> None:
    number = office.case().number
    at = budi.post(PAGE, CARD)["Location"]
    before = Access.objects.count()
    page = budi.get(at).content.decode()
    assert "Siti Rahma Contoh" in page and number in page and "<details open>" in page
    assert "9901014101900001" not in page
    made = Access.objects.latest("id")
    assert Access.objects.count() == before + 1
    assert (made.person_id, made.purpose, made.channel) == (office.cast.siti.person_id, "access-request", "counter")
    assert "access-request" in set(
        Access.objects.filter(person_id=office.cast.siti.person_id).values_list("purpose", flat=True)
    )


@pytest.mark.parametrize("change", [{"birth_date-day": "2"}, {"nik": "9901014101900002"}, {"seen": ""}])
def test_without_the_right_card_nothing_is_shown_and_a_miss_is_recorded(
    office: Office, budi: Client, change: dict[str, str]
) -> None:
    answer = budi.post(PAGE, CARD | change)
    assert answer.status_code == 422
    assert "Siti" not in answer.content.decode()
    assert SecurityEvent.objects.filter(kind="held-not-found").exists() == ("seen" not in change)


def test_the_word_opens_it_for_this_officer_alone(office: Office, budi: Client, ratna: Client) -> None:
    at = budi.post(PAGE, CARD)["Location"]
    office.appoint(office.cast.ratna, "counter")
    assert ratna.get(at).status_code == 404
    assert budi.get(PAGE + "kosong/").status_code == 404


def test_it_is_looked_for_at_a_counter_alone(office: Office, ratna: Client) -> None:
    assert ratna.get(PAGE).status_code == 404
