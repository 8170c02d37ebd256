"""Several applications of one moment of life: begun at once, what is the same told once, each sent by itself, nothing by itself."""

import re

import pytest
from django.test import Client
from tests.cast import open_service

from balai.casework.cases.models import Case, Draft
from balai.doors.portal.tests.test_apply import ABOUT

pytestmark = pytest.mark.django_db(transaction=True)
SERVICES = ("akta-kelahiran", "kk-ubah-data", "kia")
BIRTH = {"child_birth_date-day": "3", "child_birth_date-month": "2", "child_birth_date-year": "2026"}


def begin(client: Client) -> tuple[str, dict[str, str]]:
    """Choose all three: where the first goes on, and the address of each draft by its service."""
    page = client.get("/peristiwa/kelahiran/").content.decode()
    found = re.search(r'name="command" value="([^"]+)"', page)
    assert found and all(f'value="{one}"' in page for one in SERVICES)
    sent = {"command": found[1], "layanan": SERVICES}
    first, second = (client.post("/peristiwa/kelahiran/", sent)["Location"] for _ in range(2))
    assert first == second, "a second click begins nothing anew"
    return first, {one.service_id: f"/permohonan/{one.id}/" for one in Draft.objects.all()}


@pytest.fixture
def opened(cast: object) -> None:
    for one in SERVICES:
        open_service(one)


def test_a_guest_answers_once_what_is_the_same_and_keeps_what_they_wrote(opened: None) -> None:
    client = Client()
    assert "/peristiwa/kelahiran/" in client.get("/layanan/?peristiwa=kelahiran").content.decode()
    assert client.post("/peristiwa/kelahiran/", {"layanan": ["sktm"]}).status_code == 422
    assert client.get("/peristiwa/tidak-ada/").status_code == 404
    first, drafts = begin(client)
    assert set(drafts) == set(SERVICES) and first == drafts["akta-kelahiran"]
    about = {**ABOUT, "village": "64.72.05.1003"}
    assert client.post(f"{first}data-diri/", about).status_code == 302
    assert client.post(f"{first}situation/", {"parents_known": "true", "reporter": "ibu"}).status_code == 302
    child = {
        "child_name": "Ananda Contoh",
        "child_sex": "perempuan",
        "child_birth_time": "07.30",
        "plurality": "tunggal",
        "birth_order": "1",
    }
    wrong = client.post(f"{first}child/", {**child, **BIRTH, "child_birth_date-year": "2099"})
    assert wrong.status_code == 422
    card = drafts["kia"]
    assert "Ananda Contoh" not in client.get(f"{card}child/").content.decode(), "what is wrong goes nowhere"
    assert client.post(f"{first}child/", {**child, **BIRTH}).status_code == 302
    asked = client.get(f"{card}child/").content.decode()
    assert 'value="Ananda Contoh"' in asked and 'value="2026"' in asked and "dari permohonan Anda yang lain" in asked
    assert 'value="Siti Rahma"' in client.get(f"{card}data-diri/").content.decode()
    assert "Ananda Contoh" in client.get(f"{drafts['kk-ubah-data']}what/").content.decode()
    # a correction follows; what somebody wrote there themselves stays
    client.post(f"{card}child/", {"child_name": "Ananda Siti", "child_nik": ""})
    client.post(f"{first}child/", {**child, **BIRTH, "child_name": "Ananda Contoh Putri"})
    assert 'value="Ananda Siti"' in client.get(f"{card}child/").content.decode()
    assert "Ananda Contoh Putri" in client.get(f"{drafts['kk-ubah-data']}what/").content.decode()
    assert not Case.objects.exists(), "nothing was sent by this"
    assert Client().get(f"{card}child/").status_code == 404
