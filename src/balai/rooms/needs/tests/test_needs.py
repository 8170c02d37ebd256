"""What somebody needs: said once, read only by whom it concerns, forgotten with the person."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast, apply_for_sku, make_cast, open_service
from tests.sessions import sign_in

from balai.base import holdings, journal
from balai.base.models import Access, Entry
from balai.casework.cases.models import Draft
from balai.records.people import queries as people_queries
from balai.records.people.models import Account
from balai.rooms.needs import actions, queries
from balai.rooms.needs.models import Need

pytestmark = pytest.mark.django_db
SAYS = {"kinds": ["interpreter", "large"], "words": "Bahasa Kutai, pelan", "consent": "1"}


@pytest.fixture
def cast() -> Cast:
    open_service()
    return make_cast(NOW)


def say(client: Client, at: str = "/kebutuhan/", **more: Any) -> Any:
    return client.post(at, {"command": str(uuid4()), **SAYS, **more})


def test_a_need_is_said_once_and_read_by_whom_it_concerns_each_reading_written_down(cast: Cast) -> None:
    siti, sent = sign_in(cast.siti), apply_for_sku(cast)
    assert say(siti).status_code == 302
    row = Need.objects.get()
    assert row.person_id == cast.siti.person_id and b"Kutai" not in bytes(row.sealed)
    assert "Kutai" not in str(list(Entry.objects.values_list("body", flat=True)))
    budi = sign_in(cast.budi)
    page = budi.get(f"/meja/berkas/{sent.number}/").content.decode()
    assert "Ada kebutuhan khusus" in page and "Kutai" not in page, "a mark, and the words a click away"
    before = Access.objects.count()
    assert "Bahasa Kutai" in budi.get(f"/meja/berkas/{sent.number}/kebutuhan/").content.decode()
    read = Access.objects.latest("id")
    assert Access.objects.count() == before + 1 and (read.purpose, read.person_id) == ("needs", cast.siti.person_id)
    looked = siti.get("/akun-saya/dilihat/").content.decode()
    assert "Melihat kebutuhan khusus" in looked
    assert sign_in(cast.joko).get(f"/meja/berkas/{sent.number}/kebutuhan/").status_code == 404


def test_without_consent_or_with_nothing_said_nothing_is_kept_and_it_is_gone_when_taken_back(cast: Cast) -> None:
    siti = sign_in(cast.siti)
    for more, told in (
        ({"consent": ""}, "Centang persetujuan"),
        ({"kinds": [], "words": " \u200b"}, "Pilih paling sedikit satu"),
    ):
        page = say(siti, **more)
        assert page.status_code == 422 and told in page.content.decode() and not Need.objects.exists()
    page = say(siti, words="x" * 301)
    assert page.status_code == 422 and "x" * 301 in page.content.decode(), "nothing typed is lost"
    say(siti)
    assert siti.get("/kebutuhan/").content.decode().count("checked") == 2
    say(siti, take_back="1")
    say(siti, take_back="1")
    assert not Need.objects.exists()
    assert [entry.action for entry in Entry.objects.filter(action__startswith="need-")] == [
        "need-stated",
        "need-taken-back",
    ]


def test_large_type_makes_that_persons_pages_larger_here_and_wherever_they_sign_in(cast: Cast) -> None:
    siti = sign_in(cast.siti)
    say(siti)
    assert re.search(r'<html[^>]* class="large"', siti.get("/").content.decode())
    account = Account.objects.get(id=cast.siti.account_id)
    account.set_password("kereta-biru-41")
    account.phone_verified_at = NOW
    account.save()
    elsewhere = Client()
    assert 'class="large"' not in elsewhere.get("/").content.decode()
    signed_in = elsewhere.post("/akun/login/", {"login": account.email, "password": "kereta-biru-41"})
    assert signed_in["Location"] == "/"
    assert 'class="large"' in elsewhere.get("/").content.decode()
    say(siti, take_back="1")
    assert 'class="large"' not in siti.get("/").content.decode()


def test_a_guest_says_it_with_the_application_and_it_goes_along(cast: Cast) -> None:
    guest = Client()
    base = guest.post("/layanan/surat-keterangan-usaha/ajukan/", follow=True).redirect_chain[0][0]
    at = f"/kebutuhan{base}"
    assert f'href="{at}"' in guest.get(f"{base}periksa/").content.decode()
    assert say(guest, at).status_code == 302
    draft = Draft.objects.get()
    row = Need.objects.get()
    assert (row.vault_id, row.person_id) == (draft.vault_id, None), (
        "the application's own key, which becomes the case's"
    )
    assert Client().get(at).status_code == 404


def test_a_clerk_writes_it_down_for_whoever_stands_at_the_counter(cast: Cast) -> None:
    sent = apply_for_sku(cast)
    at = f"/meja/berkas/{sent.number}/kebutuhan/"
    assert say(sign_in(cast.ratna), at).status_code in (302, 403)
    assert not Need.objects.exists(), "who is at no counter hears nobody"
    say(sign_in(cast.budi), at)
    row = Need.objects.get()
    assert (row.person_id, row.heard_by) == (cast.siti.person_id, cast.budi.person_id)
    assert "Dinyatakan di loket" in sign_in(cast.siti).get("/kebutuhan/").content.decode()


def test_it_is_told_to_its_person_and_forgotten_with_them(cast: Cast) -> None:
    say(sign_in(cast.siti))
    subject = people_queries.get_subject(cast.siti.person_id, "id")
    (held,) = [one for one in holdings.holdings() if one.key == "room_needs.said"]
    assert "Bahasa Kutai" in str(held.lists(subject)[0].facts) and held.bases[0].letter == "a"
    with journal.deed(uuid4(), actor=cast.ratna.officer, now=NOW, name="test.forget") as deed:
        assert held.forgets is not None
        held.forgets(deed, cast.siti.person_id, "uji")
    assert not Need.objects.exists()


def test_the_need_of_a_joined_record_follows_its_person_sealed_anew(cast: Cast) -> None:
    whose = queries.own(cast.joko.person_id)
    actions.state(
        command_id=uuid4(), actor=cast.joko.citizen, now=NOW, whose=whose, kinds=["aloud"], words="", consent=True
    )
    message = uuid4()
    for _ in range(2):
        actions.follow_person(message_id=message, now=NOW, kept_id=cast.siti.person_id, gone_id=cast.joko.person_id)
    row = Need.objects.get()
    assert row.person_id == cast.siti.person_id and queries.open_row(row).kinds == ("aloud",)
