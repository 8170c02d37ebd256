"""One's own account: what is known, who looked, what stays, and the wish to be forgotten."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests.cast import NOW, Cast, apply_for_sku

from balai.casework.archive import actions
from balai.casework.archive.models import Forgetting
from balai.doors.console.demo.cast import CONSOLE
from balai.records.people import queries as people

from .conftest import client_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_page_says_what_is_known_and_what_stays(siti: Client, cast: Cast, lang: str) -> None:
    case = apply_for_sku(cast)
    siti.cookies["bahasa"] = lang
    page = siti.get("/akun-saya/").content.decode()
    assert "Siti Rahma Contoh" in page and "990101******0001" in page and case.number in page
    assert ("Masih berjalan" if lang == "id" else "Still running") in page
    assert "/akun/password/change/" in page


def test_whoever_opened_the_record_is_named(siti: Client, cast: Cast) -> None:
    people.read_person(cast.budi.officer, cast.siti.person_id, purpose="recovery", now=NOW)
    page = siti.get("/akun-saya/").content.decode()
    assert "Budi Santoso Contoh" in page and "Memulihkan akun" in page


def test_a_wish_is_sent_waits_and_is_taken_back(siti: Client, cast: Cast) -> None:
    assert "Centang dulu" in siti.post("/akun-saya/lupakan/", {}, follow=True).content.decode()
    assert not Forgetting.objects.exists()
    sent = {"command": str(uuid4()), "sure": "1"}
    for _ in range(2):
        page = siti.post("/akun-saya/lupakan/", sent, follow=True).content.decode()
    assert "Permintaan Anda menunggu sejak" in page and 'name="sure"' not in page
    assert Forgetting.objects.get().state == "open"
    siti.post("/akun-saya/lupakan/", {"command": str(uuid4()), "decision": "withdraw"})
    assert Forgetting.objects.get().state == "withdrawn"
    assert 'name="sure"' in siti.get("/akun-saya/").content.decode()


def test_once_forgotten_nobody_signs_in_and_the_others_pages_stand(siti: Client, joko: Client, cast: Cast) -> None:
    siti.post("/kuasa/tawarkan/", {"contact": "joko@balai.example", "kind": "family", "until": ""})
    actions.forget_person(
        command_id=uuid4(), actor=CONSOLE, now=timezone.now(), person_id=cast.siti.person_id, reason="permintaan"
    )
    assert siti.get("/akun-saya/").status_code == 302
    assert joko.get("/kuasa/").status_code == 200
    assert joko.get("/layanan/surat-keterangan-usaha/ajukan/").status_code == 200


def test_strangers_are_led_to_the_sign_in(stranger: Client, cast: Cast) -> None:
    assert stranger.get("/akun-saya/").status_code == 302
    assert stranger.post("/akun-saya/lupakan/", {"sure": "1"}).status_code == 302
    assert client_of(cast.joko.account_id).get("/akun-saya/").status_code == 200
