"""Who moves along is ticked from what the population registry tells of the applicant, by them alone and masked."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast, open_service

from balai.base.models import Access
from balai.doors.console.demo.cast import CONSOLE
from balai.doors.portal.tests.test_apply import step
from balai.records.people.models import Person
from balai.records.registries.actions import seed_residents
from balai.records.registries.rules import Resident

pytestmark = pytest.mark.django_db(transaction=True)
CARD, CHILD = "9901010101200001", "9901011501040003"


@pytest.fixture
def household(cast: Cast) -> None:
    open_service("pindah-keluar")
    family = [
        Resident(nik="9901014101900001", family_card=CARD, name="Siti Rahma Contoh"),
        Resident(nik=CHILD, family_card=CARD, name="Ananda Contoh", address="Jl. Rahasia 1"),
    ]
    others = [Resident(nik="9901010202900002", family_card="", name="Joko Contoh")]
    seed_residents(command_id=uuid4(), actor=CONSOLE, now=NOW, residents=[*family, *others])


def begin(client: Client) -> str:
    base = client.post("/layanan/pindah-keluar/ajukan/", follow=True).redirect_chain[0][0]
    step(client, base, "who", {"who": "sebagian", "refresh": "1"})
    return base


def offer(client: Client, base: str, **more: str) -> str:
    return step(
        client, base, "who", {"who": "sebagian", "members-rows": "0", "members-offer": "1", **more}
    ).content.decode()


def test_the_family_is_offered_masked_and_ticked_without_script(siti: Client, household: None) -> None:
    base = begin(siti)
    first = siti.get(f"{base}who/").content.decode()
    assert (
        "Pilih dari daftar keluarga saya" in first
        and "Ananda" not in first
        and not Access.objects.filter(object="registry:penduduk").exists()
    )
    told = offer(siti, base)
    assert "Ananda Contoh" in told and "9901…0003" in told
    assert CHILD not in told and "Rahasia" not in told, "no more than is shown, and no number whole"
    assert Access.objects.filter(object="registry:penduduk").count() == 1, "a reading they see"
    (tick,) = re.findall(r'name="members-offered" value="(\d)"[^>]*>\s*<label[^>]*>Ananda', told)
    done = step(siti, base, "who", {"who": "sebagian", "members-offered": tick, "members-rows": "0"})
    assert done.status_code == 302
    again = siti.get(f"{base}who/").content.decode()
    assert "checked" in again.split('name="members-offered" value="' + tick)[1][:60] and CHILD not in again
    review = siti.get(f"{base}periksa/").content.decode()
    assert "Ananda Contoh" in review and CHILD not in review


def test_nobody_is_told_of_a_family_that_may_not_be_theirs(
    siti: Client, stranger: Client, joko: Client, cast: Cast, household: None
) -> None:
    guest = begin(stranger)
    assert "Pilih dari daftar" not in stranger.get(f"{guest}who/").content.decode()
    assert "Ananda" not in offer(stranger, guest), "the button pressed all the same"
    alone = begin(joko)
    assert "tidak memberi daftar keluarga" in offer(joko, alone)
    base = begin(siti)
    assert "Ananda" in offer(siti, base)
    Person.objects.filter(id=cast.siti.person_id).update(identity_level="contact")
    assert "Ananda" not in siti.get(f"{base}who/").content.decode(), "what was told is shown no more"
    assert joko.get(f"{base}who/").status_code == 404
    asked = Access.objects.filter(object="registry:penduduk").values_list("person_id", flat=True)
    assert set(asked) == {cast.siti.person_id, cast.joko.person_id}


def test_a_silent_registry_leaves_the_rows_to_be_written(siti: Client, household: None, settings: Any) -> None:
    settings.BALAI_PLUGS = {**settings.BALAI_PLUGS, "registry:penduduk": "failing"}
    base = begin(siti)
    page = offer(siti, base, **{"members-rows": "1", "members-0-name": "Ananda Contoh", "members-0-nik": CHILD})
    assert "sedang tidak menjawab" in page and 'value="Ananda Contoh"' in page
