"""Finding a service, and its published standard."""

import pytest
from django.test import Client
from tests.cast import open_service

from balai.base.pages import texts

pytestmark = pytest.mark.django_db


def test_the_first_page_leads_to_every_service(stranger: Client) -> None:
    page = stranger.get("/").content.decode()
    assert "/layanan/surat-keterangan-usaha/" in page
    assert "?peristiwa=usaha" in page


@pytest.mark.parametrize("words", ["usaha", "warng", "KREDIT", "saya mau buat surat usaha"])
def test_a_service_is_found_by_the_words_people_use(stranger: Client, words: str) -> None:
    page = stranger.get("/layanan/", {"q": words}).content.decode()
    assert texts.say("portal.find.nothing", "id") not in page
    assert "Surat Keterangan Usaha" in page


def test_words_that_match_nothing_get_suggestions_and_are_not_believed(stranger: Client) -> None:
    page = stranger.get("/layanan/", {"q": "<script>x</script>"}).content.decode()
    assert texts.say("portal.find.nothing", "id") in page
    assert "Surat Keterangan Usaha" in page
    assert "<script>x" not in page


def test_the_standard_says_time_fee_basis_and_how_sure_they_are(stranger: Client) -> None:
    page = stranger.get("/layanan/surat-keterangan-usaha/").content.decode()
    for expected in (
        "3 hari kerja",
        "Gratis",
        "Surat pengantar RT/RW",
        "UU 25/2009",
        "belum dikonfirmasi pejabat",
        "<svg",
        "NIK",
    ):
        assert expected in page


def test_it_is_told_in_english_too(stranger: Client) -> None:
    stranger.cookies["bahasa"] = "en"
    page = stranger.get("/layanan/surat-keterangan-usaha/").content.decode()
    assert '<html lang="en">' in page and "3 working days" in page and "Free" in page


@pytest.mark.parametrize(
    ("lang", "words"),
    [("id", ("Dilaporkan lewat 60 hari", "2 hari kerja", "Dilaporkan dalam 60 hari", "1 hari kerja")),
     ("en", ("Reported more than 60 days", "2 working days", "Reported within 60 days", "1 working day"))],
)  # fmt: skip
@pytest.mark.parametrize("page", ["", "ajukan/"])
def test_periods_by_rule_are_a_table(stranger: Client, lang: str, words: tuple[str, ...], page: str) -> None:
    open_service("akta-kelahiran")
    stranger.cookies["bahasa"] = lang
    shown = stranger.get(f"/layanan/akta-kelahiran/{page}").content.decode()
    table = shown.split("<table")[1].split("</table>")[0]
    assert all(word in table for word in words)
    assert table.count(texts.say("portal.mark.unconfirmed", lang)) == 2, "each period says how sure it is"


def test_a_service_that_is_not_there_is_a_page(stranger: Client) -> None:
    assert stranger.get("/layanan/tidak-ada/").status_code == 404


@pytest.mark.parametrize("path", ["/", "/layanan/surat-keterangan-usaha/", "/lacak/", "/v/"])
def test_pages_carry_a_strict_policy_and_nothing_inline(stranger: Client, path: str) -> None:
    response = stranger.get(path)
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert "unsafe-inline" not in response["Content-Security-Policy"]
    assert ' style="' not in response.content.decode()
