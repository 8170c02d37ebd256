"""A point on the map is read back in words; outside the town it is warned of, and never refused."""

import pytest

from balai.base.pages import contact, points
from balai.engine.manifest.contact import HallContact, TownCentre


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact, "get_contact", lambda: HallContact(centre=TownCentre(-0.5022, 117.1536, 35)))


def test_a_point_is_said_in_words(town: None) -> None:
    assert points.tell("-0.5022, 117.1636") == ("Titik ini kira-kira 1 km dari pusat kota.", False)
    said, far = points.tell("-1.2654 116.8312")
    assert far and "92 km" in said and "di luar" in said
    assert points.tell("") == points.tell("di sana") == points.tell("-95, 117") == ("", False)
    assert points.measure() == "-0.5022 117.1536 35"


def test_a_town_that_does_not_say_where_it_lies_warns_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contact, "get_contact", HallContact)
    assert points.tell("-1.2654, 116.8312") == ("", False) and points.measure() == ""
