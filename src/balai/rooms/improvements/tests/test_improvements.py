"""Anybody says what is wrong on a page; what they wrote is never published, what became of it is."""

import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.test import Client
from tests.cast import NOW, Cast, make_cast
from tests.sessions import sign_in

from balai.base import journal
from balai.base.errors import NotAllowed
from balai.base.models import Access
from balai.records.people.models import Account
from balai.rooms.improvements import actions, jobs, rules
from balai.rooms.improvements.models import Report

pytestmark = pytest.mark.django_db
TEXT, CONTACT = "Tombol lacak tidak jalan di telepon saya.", "siti@contoh.example"


@pytest.fixture
def cast() -> Cast:
    made = make_cast(NOW)
    Account.objects.filter(id=made.ratna.account_id).update(is_administrator=True, second_factor_required=True)
    return made


def report(browser: Client, at: str = "/lacak/SKU-AAAA-BBBB/7K3MQ2XF7K3MQ2XF7K3M/") -> Report:
    page = browser.get("/perbaikan/lapor/", headers={"Referer": f"http://testserver{at}"})
    assert page.status_code == 200
    told = {"command": str(uuid4()), "page": at, "text": TEXT, "contact": CONTACT}
    assert [browser.post("/perbaikan/lapor/", told).status_code for _ in range(2)] == [302, 302], "twice is once"
    return Report.objects.get()


def test_what_a_guest_reports_is_answered_in_public_words_of_others(cast: Cast) -> None:
    row = report(Client())
    assert row.page == "/lacak/<str:number>/<str:code>/", "the page is kept without its number and secret"
    assert TEXT.encode() not in bytes(row.sealed) and CONTACT.encode() not in bytes(row.sealed)
    assert "1 laporan belum dibaca" in Client().get("/perbaikan/").content.decode()
    keeper = sign_in(cast.ratna)
    page = keeper.get(f"/meja/kelola/perbaikan/{row.id}/").content.decode()
    assert TEXT in page and CONTACT in page
    assert Access.objects.filter(object=f"improvement:{row.id}", reader_id=cast.ratna.person_id).exists()

    def answer(state: str, subject: str, words: str = "") -> int:
        told = {"command": str(uuid4()), "state": state, "subject": subject, "answer": words}
        return keeper.post(f"/meja/kelola/perbaikan/{row.id}/", told).status_code

    assert [answer("accepted", ""), answer("declined", "Tombol"), answer("new", "Tombol")] == [422, 422, 422]
    assert [
        answer("accepted", "Tombol di halaman lacak"),
        answer("declined", "Tombol", "Sudah jalan."),
        answer("done", "Tombol"),
    ] == [302, 302, 409]
    public = Client().get("/perbaikan/").content.decode()
    assert "Sudah jalan." in public and "Tidak dikerjakan" in public
    assert TEXT not in public and CONTACT not in public
    assert [line.action for line in journal.read_stream(f"improvement:{row.id}")] == ["report", "accepted", "declined"]


def test_nobody_answers_who_does_not_administer(cast: Cast) -> None:
    row = report(Client())
    with pytest.raises(NotAllowed):
        actions.answer(
            command_id=uuid4(), actor=cast.budi.officer, now=NOW, report_id=row.id, state="done", subject="Tombol", answer=""
        )  # fmt: skip
    assert Report.objects.get().state == "new"


def test_words_and_contact_go_90_days_after_it_was_settled(cast: Cast) -> None:
    row = report(Client())
    jobs.empty_settled(NOW + timedelta(days=4000))
    row.refresh_from_db()
    assert bytes(row.sealed), "what nobody answered stays"
    actions.answer(
        command_id=uuid4(),
        actor=cast.ratna.officer,
        now=NOW,
        report_id=row.id,
        state="done",
        subject="Tombol",
        answer="",
    )
    for days, kept in ((89, True), (91, False)):
        jobs.empty_settled(NOW + timedelta(days=days))
        row.refresh_from_db()
        assert bool(bytes(row.sealed)) is kept
    assert "90 hari" in sign_in(cast.ratna).get(f"/meja/kelola/perbaikan/{row.id}/").content.decode()


def test_one_address_reports_no_flood_and_nobody_cuts_what_is_too_long(cast: Cast) -> None:
    browser = Client()
    for text in ("pendek", "a" * (rules.LONGEST + 1)):
        answer = browser.post("/perbaikan/lapor/", {"text": text})
        assert answer.status_code == 422 and text in answer.content.decode()
    told = [browser.post("/perbaikan/lapor/", {"text": f"{TEXT} {at}"}).status_code for at in range(rules.EACH)]
    assert (told[0], told[-1], Report.objects.count()) == (302, 429, rules.EACH - 2)


def test_another_language_keeps_what_a_guest_has_typed_without_script_too(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    page = browser.get("/perbaikan/lapor/").content.decode()
    there = re.search(r'<button form="([^"]+)" formaction="(/bahasa/en[^"]*)"', page)
    assert there and f'<form id="{there[1]}" method="post"' in page
    typed = {"text": TEXT, "csrfmiddlewaretoken": re.findall(r'csrfmiddlewaretoken" value="([^"]+)', page)[0]}
    led = browser.post(unescape(there[2]), typed)
    assert led["Location"] == "/perbaikan/lapor/" and not Report.objects.exists(), "nothing was sent in"
    page = browser.get(led["Location"]).content.decode()
    assert '<html lang="en"' in page and TEXT in page and '<div class="notice" role="status">' not in page
    assert TEXT not in browser.get(led["Location"]).content.decode(), "once"
    assert browser.post(unescape(there[2]), {"text": TEXT}).status_code == 403
