"""Choosing a language leads back, and never elsewhere."""

import pytest
from django.test import Client, override_settings


@pytest.mark.parametrize(
    "onward", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)", "\\\\elsewhere.example", ""]
)
def test_no_language_link_leads_to_another_host(onward: str) -> None:
    response = Client().get("/bahasa/en", {"next": onward})
    assert response["Location"] == "/"


def test_the_language_is_kept() -> None:
    client = Client()
    response = client.get("/bahasa/en", {"next": "/layanan/?q=a"})
    assert response["Location"] == "/layanan/?q=a"
    assert client.cookies["bahasa"].value == "en"
    assert Client().get("/bahasa/xx").status_code == 404


def test_the_gallery_is_for_demonstrations() -> None:
    with override_settings(BALAI_DEMO=False):
        assert Client().get("/_gallery").status_code == 404
