"""Each service's application on paper: every question it asks, room for each answer, and what the office notes."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from tests.cast import open_service

from balai.base.pages import texts
from balai.engine import manifest

pytestmark = pytest.mark.django_db
SERVICES = sorted(path.parent.name for path in Path(settings.BALAI_SERVICES).glob("*/service.yaml"))


def sheet(client: Client, service_id: str, lang: str) -> str:
    client.cookies["bahasa"] = lang
    answer = client.get(f"/layanan/{service_id}/formulir/")
    assert answer.status_code == 200
    return unescape(answer.content.decode())


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("service_id", SERVICES)
def test_the_paper_asks_all_that_the_form_asks(client: Client, service_id: str, lang: str) -> None:
    service = open_service(service_id)
    if service.is_officers:  # begun at the desk, and shown to no citizen
        assert client.get(f"/layanan/{service_id}/formulir/").status_code == 404
        return
    page = sheet(client, service_id, lang)
    for one in service.forms["apply"].walk():
        if one.is_computed or service.prefill.get(one.name) == "applicant.phone":
            continue
        words = "text" if one.kind == "info" else "label"
        assert service.text(f"{one.text_key}.{words}", lang) in page, one.name
    for option in _few_options(service, lang):
        assert option in page
    for key in ("signature", "received", "stamp", "slip"):
        assert texts.say(f"portal.paper.{key}", lang) in page
    for basis in service.legal_basis:
        assert basis.ref in page


def _few_options(service: manifest.Service, lang: str) -> Iterator[str]:
    for one in service.forms["apply"].fields.values():
        for code in one.options:
            yield service.text(f"{one.text_key}.options.{code}", lang)


def test_it_says_in_words_when_a_question_is_to_be_answered(client: Client) -> None:
    open_service("akta-kelahiran")
    page = sheet(client, "akta-kelahiran", "en")
    rules = re.findall(r"Fill in only if [^.]*\.", page)
    assert any(" or " in rule for rule in rules)
    assert any(" is not " in rule for rule in rules)
    assert all("=" not in rule and "_" not in rule for rule in rules)
    assert len(rules) >= 12


def test_the_page_of_a_service_leads_to_it(client: Client) -> None:
    open_service()
    assert (
        "/layanan/surat-keterangan-usaha/formulir/" in client.get("/layanan/surat-keterangan-usaha/").content.decode()
    )
