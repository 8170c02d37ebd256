"""The door a refusal promises: from the page of a decided case to a bound form, for an account, a code, a counter and the office."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import NOW
from tests.sessions import sign_in

from balai.base.errors import Conflict, NotAllowed
from balai.casework.cases import queries
from balai.casework.cases.actions import Submission, begin_objection, submit
from balai.casework.cases.models import CaseLink
from balai.casework.issuing import authority
from balai.casework.issuing.models import Letter
from balai.casework.issuing.tests.story import open_task, sign
from balai.casework.issuing.tests.test_overturning import GROUNDS, Hall, done, number

from .conftest import client_of

pytestmark = pytest.mark.django_db(transaction=True)
FORM = {**GROUNDS, "true_statement": "ya"}


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hall]:
    monkeypatch.setitem(authority.SCRYPT, "n", 2**10)
    with patch("django.utils.timezone.now", return_value=NOW + timedelta(hours=1)):
        yield Hall()


def send(client: Client, response: Any) -> Any:
    """Fill in what the bound form asks and send it."""
    draft = response["Location"]
    page = client.get(client.get(draft)["Location"])
    text = page.content.decode()
    assert "Warung" not in text or "Nomor surat" in text
    client.post(f"{draft}grounds/", {"grounds": FORM["grounds"], "wish": FORM["wish"]})
    client.post(f"{draft}statement/", {"phone": FORM["phone"], "true_statement": "ya"})
    return client.post(f"{draft}periksa/", {"declare": "1"})


def test_the_holder_objects_from_the_refused_case_and_sees_both_sides(hall: Hall) -> None:
    siti, joko = client_of(hall.cast.siti.account_id), client_of(hall.cast.joko.account_id)
    refused = hall.decided()
    page = siti.get(f"/berkas/{number(refused)}/").content.decode()
    assert "Ajukan keberatan" in page and "Dapat diajukan sampai" in page
    assert joko.post(f"/berkas/{number(refused)}/keberatan/").status_code == 404
    assert siti.get("/layanan/keberatan/ajukan/").status_code == 200
    begun = siti.post(f"/berkas/{number(refused)}/keberatan/")
    first = siti.get(siti.get(begun["Location"])["Location"]).content.decode()
    assert Letter.objects.get(case_id=refused).number in first and "Usaha tidak ditemukan" in first
    assert "data-diri" not in siti.get(begun["Location"])["Location"], "nothing is asked twice"
    assert send(siti, begun).status_code == 302
    link = CaseLink.objects.get()
    assert link.about_id == refused
    page = siti.get(f"/berkas/{number(refused)}/").content.decode()
    assert number(link.case_id) in page and "Sedang berjalan" in page
    assert siti.post(f"/berkas/{number(refused)}/keberatan/").status_code == 409
    assert number(refused) in siti.get(f"/berkas/{number(link.case_id)}/").content.decode()
    new = hall.answer(link.case_id, "grant")
    page = siti.get(f"/berkas/{number(refused)}/").content.decode()
    assert new.number in page and f"Surat ini diganti oleh surat nomor {new.number}" in page
    officer = sign_in(hall.head, second_factor=True)
    assert number(refused) in officer.get(f"/meja/berkas/{number(link.case_id)}/").content.decode()


def test_an_officer_begins_a_correction_from_the_decided_case(hall: Hall) -> None:
    granted = hall.decided("grant")
    ratna = sign_in(hall.cast.ratna, second_factor=True)
    page = ratna.get(f"/meja/berkas/{number(granted)}/").content.decode()
    assert "Betulkan surat" in page and "Batalkan surat" in page
    begun = ratna.post(f"/meja/berkas/{number(granted)}/ubah-surat/annulment/")
    assert begun.status_code == 302, begun.content
    form = ratna.get(begun["Location"]).content.decode()
    assert number(granted) in form and "Siti" in form
    typed = {"ground": "prosedur", "why": "Surat pengantar ternyata tidak pernah dibuat RT"}
    shown = ratna.post(begun["Location"], {**typed, "command": str(uuid4())})
    assert shown.status_code == 200, shown.content.decode()[:3000]
    sent = ratna.post(begun["Location"], {"send": "1", "command": str(uuid4())})
    assert sent.status_code == 302 and CaseLink.objects.get().kind == "annulment"
    assert ratna.get(sent["Location"]).status_code == 200
    again = ratna.post(f"/meja/berkas/{number(granted)}/ubah-surat/correction/")
    assert again.status_code == 409


def test_whoever_has_no_account_objects_by_number_and_code_or_at_the_counter(hall: Hall) -> None:
    counter = replace(hall.cast.budi.officer, channel="counter")
    told = {"name": "Siti Rahma Contoh", "nik": "9901014101900001", "phone": "+6281200000009"}
    sent = submit(
        Submission(
            id=uuid4(), actor=counter, now=NOW, service_id="surat-uji", contact=told,
            answers={"business_name": "Warung Siti", "village": "64.72.05.1003", "started_on": "2020-02-01", "unattended": False},
        )
    )  # fmt: skip
    done(hall.cast.ratna, sent.case_id, {"outcome": "refuse", "reason": "Usaha tidak ditemukan"})
    sign(hall.cast, sent.case_id, open_task(sent.case_id).token)
    with pytest.raises(NotAllowed):  # only the holder by their card, not whoever stands there
        begin_objection(actor=counter, now=NOW, number=sent.number, lang="id", for_person=hall.cast.joko.person_id)
    here, _ = begin_objection(
        actor=counter, now=NOW, number=sent.number, lang="id", for_person=hall.cast.siti.person_id
    )
    officer = sign_in(hall.cast.budi, second_factor=True)
    assert (
        f"Keberatan atas berkas {sent.number}" in officer.get(f"/meja/loket/?keberatan={sent.number}").content.decode()
    )
    assert sent.number in officer.get(f"/meja/loket/{here}/").content.decode()

    guest = Client()
    assert guest.post(f"/berkas/{sent.number}/keberatan/").status_code == 404
    guest.get(f"/lacak/{sent.number}/{sent.track_code}/")
    begun = guest.post(f"/berkas/{sent.number}/keberatan/")
    assert "data-diri" not in guest.get(begun["Location"])["Location"]
    assert send(guest, begun).status_code == 302
    made = queries.read_case(case_id=CaseLink.objects.get().case_id)
    assert made.data["applicant"]["name"] == told["name"] and made.data["contact"]["phone"] == told["phone"]
    with pytest.raises(Conflict, match="objection-running"):  # what lies at the counter comes too late
        submit(
            Submission(
                id=uuid4(), actor=counter, now=NOW, service_id="keberatan", answers=GROUNDS, draft_id=here,
                on_behalf_of=hall.cast.siti.person_id,
            )
        )  # fmt: skip
