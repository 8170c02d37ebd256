"""The administrator's page that forgets a person: found exactly or not at all, shown, confirmed by a typed word, told."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from balai.base.models import Access, SecurityEvent
from balai.casework.archive import actions
from balai.casework.archive.models import Forgetting
from balai.records.people.models import Account, Person

from .conftest import Office

AT = "/meja/kelola/melupakan/"


@pytest.fixture
def joko(office: Office) -> Client:
    caches["local"].clear()
    Account.objects.filter(id=office.cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    return office.enter(office.cast.joko)


def found(joko: Client, contact: str) -> str:
    answer = joko.post(AT, {"contact": contact})
    assert answer.status_code == 302
    return answer.headers["Location"]


def confirm(joko: Client, address: str, **more: str) -> Any:
    sent = {"command": str(uuid4()), "reason": "Permintaan tertulis", "confirm": "lupakan", **more}
    return joko.post(address, sent)


@pytest.mark.parametrize("contact", ["9901 0141 0190 0001", "Siti@Balai.example", "0812 0000 0001"])
def test_siti_is_found_shown_and_forgotten(office: Office, joko: Client, contact: str) -> None:
    address = found(joko, contact)
    page = joko.get(address).content.decode()
    assert "Siti Rahma Contoh" in page and "9901014101900001" not in page and "siti@balai" not in page
    assert Access.objects.filter(person_id=office.cast.siti.person_id, purpose="forgetting").exists()
    assert "dasar hukum belum dipastikan" in page
    done = confirm(joko, address)
    assert done.status_code == 302, done.context["errors"]
    told = joko.get(done.headers["Location"]).content.decode()
    assert "Orang ini sudah dilupakan" in told and "Akun dan kata sandinya" in told and "Permintaan tertulis" in told
    assert Person.objects.get(id=office.cast.siti.person_id).erased_at is not None
    assert joko.get(address).status_code == 404
    assert "Sudah dilupakan" in joko.get(AT).content.decode()


@pytest.mark.parametrize("contact", ["9901014101900002", "siti@", "siti", "0812", "Siti Rahma Contoh", "", " "])
def test_less_than_the_whole_finds_nobody_and_is_recorded(office: Office, joko: Client, contact: str) -> None:
    answer = joko.post(AT, {"contact": contact})
    assert answer.status_code == 422
    assert "Tidak ada yang ditemukan" in answer.content.decode()
    event = SecurityEvent.objects.get(kind="forgetting-not-found")
    assert event.body == {}


def test_looking_is_slowed_down(office: Office, joko: Client) -> None:
    codes = [joko.post(AT, {"contact": f"x{at}@balai.example"}).status_code for at in range(22)]
    assert (codes[0], codes[-1]) == (422, 429)


def test_without_the_word_or_the_reason_nothing_happens(office: Office, joko: Client) -> None:
    address = found(joko, "siti@balai.example")
    for more, words in (({"confirm": "ya"}, "Ketik kata LUPAKAN"), ({"reason": " "}, "Tulis alasannya.")):
        answer = confirm(joko, address, **more)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert "Permintaan tertulis" in confirm(joko, address, confirm="x").content.decode(), "what was typed is kept"
    joko.cookies["bahasa"] = "en"
    assert "Type the word FORGET" in confirm(joko, address, confirm="LUPAKAN").content.decode()
    assert not Forgetting.objects.exists()


def test_what_stands_in_the_way_is_said_and_no_form_is_shown(office: Office, joko: Client) -> None:
    office.case()
    address = found(joko, "siti@balai.example")
    page = joko.get(address).content.decode()
    assert "Masih ada berkas yang berjalan" in page and 'name="confirm"' not in page
    assert confirm(joko, address).status_code == 409
    own = joko.get(found(joko, "joko@balai.example")).content.decode()
    assert "Anda tidak dapat melupakan diri sendiri" in own and 'name="confirm"' not in own


def test_a_word_opens_the_page_to_who_found_the_person_alone(office: Office, joko: Client) -> None:
    address = found(joko, "siti@balai.example")
    Account.objects.filter(id=office.cast.ratna.account_id).update(is_administrator=True, second_factor_required=True)
    assert office.enter(office.cast.ratna).get(address).status_code == 404
    assert office.enter(office.cast.budi).get(address).status_code == 404
    assert joko.get(f"{AT}{office.cast.siti.person_id}/").status_code == 404, "an id opens nothing"
    assert joko.get(f"{AT}hasil/{uuid4()}/").status_code == 404


def test_a_wish_arrives_and_is_refused_with_a_reason(office: Office, joko: Client) -> None:
    wish = actions.ask_to_be_forgotten(command_id=uuid4(), actor=office.cast.siti.citizen, now=timezone.now())
    assert "orang meminta dilupakan" in joko.get("/meja/kelola/").content.decode()
    page = joko.get(AT).content.decode()
    assert "S*** R*** C***" in page and "Siti" not in page
    assert joko.get(f"{AT}hasil/{wish}/").status_code == 404, "nothing came of it yet"
    answer = joko.post(f"{AT}tolak/", {"wish": str(wish), "reason": ""}, follow=True)
    assert "Tulis alasannya." in answer.content.decode()
    joko.post(f"{AT}tolak/", {"wish": str(wish), "reason": "Ada sengketa"})
    assert Forgetting.objects.get().state == "refused"
    siti = office.enter(office.cast.siti)
    assert "Ada sengketa" in siti.get("/akun-saya/").content.decode()
