"""Acting for others: offered, accepted, used, revoked; whether an account exists is told to nobody."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.cast import Cast

from balai.base.outbox import Worker
from balai.records.people.models import Invitation, Mandate

pytestmark = pytest.mark.django_db


def offer(client: Client, contact: str) -> str:
    answer = client.post("/kuasa/tawarkan/", {"contact": contact, "kind": "family", "until": ""}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def settle() -> None:
    Worker().drain(timezone.now())


def test_siti_lets_joko_act_for_her_and_takes_it_back(siti: Client, joko: Client, cast: Cast) -> None:
    assert "tawaran Anda kini menunggu" in offer(siti, "joko@balai.example")
    settle()
    assert "Joko" not in siti.get("/kuasa/").content.decode(), "a name is shown once its owner accepted"
    mandate = Mandate.objects.get()
    assert (mandate.principal_id, mandate.agent_id) == (cast.siti.person_id, cast.joko.person_id)
    assert "Siti Rahma Contoh" in joko.get("/kuasa/").content.decode()
    joko.post(f"/kuasa/{mandate.id}/", {"decision": "accept"})
    assert Mandate.objects.get().state == "active"
    page = siti.get("/kuasa/").content.decode()
    assert "Joko" in page and "joko@balai.example" not in page
    assert "Siti Rahma Contoh" in joko.get("/layanan/surat-keterangan-usaha/ajukan/").content.decode()
    siti.post(f"/kuasa/{mandate.id}/", {"decision": "revoke"})
    assert Mandate.objects.get().state == "revoked"
    assert "Siti Rahma Contoh" not in joko.get("/layanan/surat-keterangan-usaha/ajukan/").content.decode()


def test_nothing_tells_whether_a_contact_is_anybodys(siti: Client, joko: Client) -> None:
    """Neither the answer, nor the page afterwards, nor what it costs, nor that the other refused."""
    said, costs = [], []
    for contact in ("joko@balai.example", "nobody@balai.example"):
        with CaptureQueriesContext(connection) as asked:
            pages = [offer(siti, contact)]
        settle()
        for mandate in Mandate.objects.all():
            joko.post(f"/kuasa/{mandate.id}/", {"decision": "refuse"})
        pages.append(siti.get("/kuasa/").content.decode())
        made = Invitation.objects.get()
        assert siti.post(f"/kuasa/{made.id}/", {"decision": "take-back"}).status_code == 302
        pages.append(siti.get("/kuasa/").content.decode())
        said.append([re.sub(r'value="[^"]{36,}"|[0-9a-f-]{36}', "", page).replace(contact, "") for page in pages])
        costs.append(len(asked))
        assert contact in pages[1] and contact not in pages[2] and "Joko" not in "".join(pages)
        Mandate.objects.all().delete()
        Invitation.objects.all().delete()
    assert said[0] == said[1]
    assert costs[0] == costs[1]


@pytest.mark.parametrize(
    ("at", "sent"),
    [
        ("/akun/password/reset/", {"email": "{}"}),
        (
            "/akun/signup/",
            {"name": "Siti", "email": "{}", "password1": "kereta-biru-41", "password2": "kereta-biru-41"},
        ),
        ("/akun/login/", {"login": "{}", "password": "salah-sekali"}),
        ("/lacak/kirim-ulang/", {"nomor": "SKU-AAAA-AAAA", "kontak": "{}"}),
    ],
)
def test_no_other_form_tells_it_either(cast: Cast, at: str, sent: dict[str, str]) -> None:
    answers = []
    for contact in ("joko@balai.example", "nobody@balai.example"):
        typed = {name: value.format(contact) for name, value in sent.items()}
        answer = Client(REMOTE_ADDR=f"192.0.2.{len(answers) + 1}").post(at, typed, follow=True)
        page = re.sub(r'value="[^"]{36,}"|[0-9a-f-]{36}', "", answer.content.decode())
        answers.append((answer.status_code, [to for to, _ in answer.redirect_chain], page.replace(contact, "")))
    assert answers[0] == answers[1]


def test_a_day_that_cannot_be_read_is_no_open_end(siti: Client) -> None:
    sent = {"contact": "joko@balai.example", "kind": "family", "until": "31/02/2030", "command": str(uuid4())}
    page = siti.post("/kuasa/tawarkan/", sent, follow=True).content.decode()
    assert not Invitation.objects.exists() and "joko@balai.example" in page


def test_the_maker_of_an_offer_cannot_accept_it_and_strangers_find_nothing(
    siti: Client, stranger: Client, cast: Cast
) -> None:
    offer(siti, "joko@balai.example")
    settle()
    mandate = Mandate.objects.get()
    siti.post(f"/kuasa/{mandate.id}/", {"decision": "accept"})
    assert Mandate.objects.get().state == "offered"
    assert stranger.get("/kuasa/").status_code in (302, 404)
    assert siti.post(f"/kuasa/{mandate.id}/", {"decision": "anything"}).status_code == 404


def test_an_offer_stands_among_the_news_and_leads_to_its_answer(siti: Client, joko: Client) -> None:
    offer(siti, "joko@balai.example")
    settle()
    page = joko.get("/berkas-saya/").content.decode()
    assert "Ada tawaran kuasa yang menunggu jawaban Anda" in page
    assert 'href="/kuasa/"' in page
