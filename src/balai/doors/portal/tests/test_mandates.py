"""Acting for others: offered, accepted, used, revoked; whether an account exists is told to nobody."""

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import Cast

from balai.base.outbox import Worker
from balai.records.people.models import Mandate

pytestmark = pytest.mark.django_db


def offer(client: Client, contact: str) -> str:
    answer = client.post("/kuasa/tawarkan/", {"contact": contact, "kind": "family", "until": ""}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def test_siti_lets_joko_act_for_her_and_takes_it_back(siti: Client, joko: Client, cast: Cast) -> None:
    assert "tawaran Anda kini menunggu" in offer(siti, "joko@balai.example")
    mandate = Mandate.objects.get()
    assert (mandate.principal_id, mandate.agent_id) == (cast.siti.person_id, cast.joko.person_id)
    assert "Siti Rahma Contoh" in joko.get("/kuasa/").content.decode()
    joko.post(f"/kuasa/{mandate.id}/", {"decision": "accept"})
    assert Mandate.objects.get().state == "active"
    assert "Siti Rahma Contoh" in joko.get("/layanan/surat-keterangan-usaha/ajukan/").content.decode()
    siti.post(f"/kuasa/{mandate.id}/", {"decision": "revoke"})
    assert Mandate.objects.get().state == "revoked"
    assert "Siti Rahma Contoh" not in joko.get("/layanan/surat-keterangan-usaha/ajukan/").content.decode()


def test_an_unknown_contact_gets_the_same_answer(siti: Client) -> None:
    known = offer(siti, "joko@balai.example")
    unknown = offer(siti, "tidak-ada@balai.example")
    assert "tawaran Anda kini menunggu" in known
    assert "tawaran Anda kini menunggu" in unknown
    assert Mandate.objects.count() == 1


def test_the_maker_of_an_offer_cannot_accept_it_and_strangers_find_nothing(
    siti: Client, stranger: Client, cast: Cast
) -> None:
    offer(siti, "joko@balai.example")
    mandate = Mandate.objects.get()
    siti.post(f"/kuasa/{mandate.id}/", {"decision": "accept"})
    assert Mandate.objects.get().state == "offered"
    assert stranger.get("/kuasa/").status_code in (302, 404)
    assert siti.post(f"/kuasa/{mandate.id}/", {"decision": "anything"}).status_code == 404


def test_an_offer_stands_among_the_news_and_leads_to_its_answer(siti: Client, joko: Client) -> None:
    offer(siti, "joko@balai.example")
    Worker().drain(timezone.now())
    page = joko.get("/berkas-saya/").content.decode()
    assert "Ada tawaran kuasa yang menunggu jawaban Anda" in page
    assert 'href="/kuasa/"' in page
