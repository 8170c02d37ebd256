"""An account given back: by the card it was bound to, with a reason, told to the old contacts; never to oneself."""

import re
from typing import Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import caches
from django.test import Client
from django.utils import timezone

from balai.base.models import Access, Entry, SecurityEvent
from balai.base.outbox import Worker
from balai.casework.notices.models import Notice
from balai.records.people.models import Account, Person, Recovery

from .conftest import SECRET, Office, member_account

CARD = {
    "nik": "9901 0141 0190 0001",
    "birth_date-day": "1",
    "birth_date-month": "1",
    "birth_date-year": "1990",
    "seen": "1",
}


@pytest.fixture(autouse=True)
def fresh() -> None:
    caches["local"].clear()


def opened(budi: Client, **changes: str) -> str:
    """Find Siti's account by her card and give the address of its page."""
    answer = budi.post("/meja/loket/pemulihan/", CARD | changes)
    assert answer.status_code == 302, answer.context["errors"]
    return answer.headers["Location"]


def recover(budi: Client, address: str, **more: str) -> Any:
    sent = {"command": str(uuid4()), "reason": "Ponsel hilang", "sure": "1", **more}
    return budi.post(address, sent)


def test_siti_gets_her_account_back_and_her_old_contacts_are_told(office: Office, budi: Client) -> None:
    siti = member_account(office.cast.siti)
    TOTP.activate(siti, SECRET)
    before = office.enter(office.cast.siti)
    assert before.get("/berkas-saya/").status_code == 200
    address = opened(budi)
    page = budi.get(address).content.decode()
    assert "Siti Rahma Contoh" in page and "siti@balai.example" not in page
    assert Access.objects.filter(person_id=office.cast.siti.person_id, purpose="recovery").exists()
    sent = {"lost_factor": "1", "lost_phone": "1", "phone": "0812 9999 0001"}
    done = recover(budi, address, **sent)
    assert done.status_code == 200, done.context.get("errors")
    assert "<svg" in done.content.decode() and "no-store" in done.headers["Cache-Control"]
    assert before.get("/berkas-saya/").status_code == 302, "the old session ended"
    siti.refresh_from_db()
    assert (siti.phone, siti.phone_verified_at, siti.has_usable_password()) == ("+6281299990001", None, False)
    assert not Authenticator.objects.filter(user=siti).exists()
    link, visitor = done.context["link"].split("8000", 1)[1], Client()
    form = visitor.get(link, follow=True).redirect_chain[-1][0]
    new = "kata-sandi-yang-baru"
    assert visitor.post(form, {"password1": new, "password2": new}).status_code == 302
    assert Account.objects.get(id=siti.id).check_password(new)
    assert b'name="password1"' not in Client().get(link, follow=True).content, "once"
    Worker().drain(timezone.now())
    told = Notice.objects.filter(event="account-recovered")
    assert {row.channel for row in told} == {"portal", "email", "sms"}
    assert {row.address_masked for row in told if row.channel == "sms"} == {"+628*******001"}, "the number of before"
    body = Entry.objects.get(action="account-recovered").body
    assert body["dropped"] == ["second-factors", "phone"] and "81299990001" not in str(body)


def test_two_clicks_are_one_recovery(office: Office, budi: Client) -> None:
    address, command = opened(budi), str(uuid4())
    for _ in range(2):
        assert recover(budi, address, command=command).status_code == 200
    assert Recovery.objects.count() == 1


@pytest.mark.parametrize("change", [{"birth_date-day": "2"}, {"nik": "9901010101010009"}])
def test_who_tries_numbers_learns_nothing_and_is_recorded(office: Office, budi: Client, change: dict[str, str]) -> None:
    answer = budi.post("/meja/loket/pemulihan/", CARD | change)
    assert answer.status_code == 422
    assert "Tidak ada akun yang terkait dengan kartu ini" in answer.content.decode()
    assert CARD["birth_date-year"] in answer.content.decode()
    event = SecurityEvent.objects.get(kind="recovery-not-found")
    assert str(office.cast.budi.person_id) in event.actor and event.body == {}


def test_a_contact_alone_recovers_nothing(office: Office, budi: Client) -> None:
    """An account that was never bound to a card has no number to be found by, whoever holds its phone."""
    Person.objects.filter(id=office.cast.siti.person_id).update(nik_hash=None, identity_level="contact")
    assert budi.post("/meja/loket/pemulihan/", CARD).status_code == 422


def test_looking_is_slowed_down(office: Office, budi: Client) -> None:
    codes = [budi.post("/meja/loket/pemulihan/", CARD | {"nik": "9901010101010009"}).status_code for _ in range(22)]
    assert codes[0] == 422 and codes[-1] == 429


def test_a_page_opens_for_the_officer_who_held_the_card_alone(office: Office, budi: Client, ratna: Client) -> None:
    address = opened(budi)
    assert ratna.get("/meja/loket/pemulihan/").status_code == 404, "Ratna works at no counter"
    office.appoint(office.cast.joko, "counter")
    joko = office.enter(office.cast.joko)
    assert joko.get("/meja/loket/pemulihan/").status_code == 200
    assert joko.get(address).status_code == 404
    assert budi.get("/meja/loket/pemulihan/palsu/").status_code == 404


def test_faults_say_what_to_do_and_keep_what_was_typed(office: Office, budi: Client) -> None:
    address = opened(budi)
    for more, words in (
        ({"reason": ""}, "Tulis alasannya."),
        ({"sure": ""}, "Centang ini hanya bila memang demikian."),
        ({"lost_phone": "1", "phone": "abc"}, "Nomor telepon tidak dikenali"),
        ({"lost_email": "1", "email": "joko@balai.example"}, "tidak dapat dipakai"),
        ({"lost_email": "1", "lost_phone": "1"}, "tidak akan punya cara masuk lagi"),
    ):
        answer = recover(budi, address, **({"reason": "Ponsel jatuh ke sungai"} | more))
        page = answer.content.decode()
        assert answer.status_code == 422, more
        assert words in page, more
        assert more.get("reason") == "" or "Ponsel jatuh ke sungai" in page
    assert not Recovery.objects.exists()
    assert member_account(office.cast.siti).has_usable_password()


def test_a_new_address_must_be_proved(office: Office, budi: Client) -> None:
    assert recover(budi, opened(budi), lost_email="1", email="Siti.Baru@balai.example").status_code == 200
    kept = EmailAddress.objects.get(user_id=office.cast.siti.account_id)
    assert (kept.email, kept.verified, kept.primary) == ("siti.baru@balai.example", False, True)


def test_an_officer_is_recovered_by_an_administrator_who_is_another(office: Office, budi: Client) -> None:
    own = {"nik": "9901011202850002", "birth_date-day": "12", "birth_date-month": "2", "birth_date-year": "1985"}
    refused = recover(budi, opened(budi, **own))
    assert refused.status_code == 403, "nobody recovers themselves"
    ratna = {"nik": "9901015503780003", "birth_date-day": "15", "birth_date-month": "3", "birth_date-year": "1978"}
    address = opened(budi, **ratna)
    assert "urusan administrator" in budi.get(address).content.decode()
    assert recover(budi, address, lost_factor="1").status_code == 403
    assert Authenticator.objects.filter(user_id=office.cast.ratna.account_id).exists()
    Account.objects.filter(id=office.cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    joko = office.enter(office.cast.joko)
    listed = joko.get("/meja/kelola/petugas/").content.decode()
    addresses = re.findall(r"/meja/kelola/petugas/[0-9a-f-]+/pulihkan/", listed)
    assert len(addresses) == 2, "Budi and Ratna, and not Joko himself"
    assert joko.get(f"/meja/kelola/petugas/{office.cast.joko.person_id}/pulihkan/").status_code == 403
    at = f"/meja/kelola/petugas/{office.cast.ratna.person_id}/pulihkan/"
    assert budi.get(at).status_code == 404
    # an invited officer was never seen with a card; the administrator knows who they are
    Person.objects.filter(id=office.cast.ratna.person_id).update(identity_level="none")
    done = recover(joko, at, lost_factor="1")
    assert done.status_code == 200
    assert not Authenticator.objects.filter(user_id=office.cast.ratna.account_id).exists()
    assert member_account(office.cast.ratna).second_factor_required


def test_an_administrator_gives_no_citizens_account_back_without_their_card(office: Office) -> None:
    Account.objects.filter(id=office.cast.joko.account_id).update(is_administrator=True, second_factor_required=True)
    joko, siti = office.enter(office.cast.joko), office.cast.siti.person_id
    at = f"/meja/kelola/petugas/{siti}/pulihkan/"
    assert joko.get(at).status_code == 404
    assert recover(joko, at).status_code == 404
    assert not Recovery.objects.exists()
    assert not Access.objects.filter(person_id=siti, purpose="recovery").exists(), "nothing personal was read"
    assert joko.get(f"/meja/kelola/petugas/{office.cast.budi.person_id}/pulihkan/").status_code == 200
