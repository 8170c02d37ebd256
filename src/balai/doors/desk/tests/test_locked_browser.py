"""The lock in a real browser, with and without script: the half-written decision comes back and is sent by its writer."""

import re
from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from tests.browser import IN_A_BROWSER

from balai.casework.cases import queries
from balai.doors.console.demo.cast import PASSWORD
from balai.records.people import sessions

from .conftest import Office
from .test_browser import chromium, enter, town

pytestmark = [*IN_A_BROWSER, pytest.mark.django_db(transaction=True)]
__all__ = ["chromium", "town"]
WRITTEN = "Foto papan nama belum terbaca, kirim yang baru"


def go_away(minutes: int) -> None:
    """Let time pass for every session there is."""
    for row in Session.objects.all():
        store = import_module(settings.SESSION_ENGINE).SessionStore(row.session_key)
        if sessions.SEEN in store:
            store[sessions.SEEN] -= minutes * 60
            store.save()


@pytest.mark.parametrize("script", [True, False])
def test_a_decision_half_written_when_the_page_was_locked_is_finished(
    chromium: Any, town: Office, live_server: Any, script: bool
) -> None:
    row = town.case()
    page = enter(chromium, town, live_server, town.cast.budi, script=script)
    page.goto(f"{live_server.url}/meja/berkas/{row.number}/")
    page.get_by_label("Perlu diperbaiki pemohon").check()
    if not script:
        page.get_by_role("button", name="Perbarui pertanyaan").click()
    page.locator("#missing").fill(WRITTEN)
    go_away(31)
    page.get_by_role("button", name="Selesaikan tugas").click()
    page.wait_for_url("**/akun/reauthenticate/**")
    assert "belum dikirim" in page.locator("main").inner_text()
    assert queries.read_case(case_id=row.id).status != "waiting"
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main form button").first.click()
    page.wait_for_url(f"**/meja/berkas/{row.number}/")
    assert page.get_by_label("Perlu diperbaiki pemohon").is_checked() and WRITTEN in page.locator("main").inner_text()
    if not script:
        page.get_by_role("button", name="Perbarui pertanyaan").click()
    page.wait_for_selector("#missing")
    assert page.locator("#missing").input_value() == WRITTEN
    page.get_by_role("button", name="Selesaikan tugas").click()
    page.wait_for_url("**?selesai=1")
    assert queries.read_case(case_id=row.id).status == "waiting"
    assert page.complaints == []


def test_two_minutes_before_a_word_is_shown_and_whoever_answers_it_stays(
    chromium: Any, town: Office, live_server: Any, settings: Any
) -> None:
    settings.BALAI_OFFICER_IDLE_MINUTES = 2
    page = enter(chromium, town, live_server, town.cast.budi)
    answer = page.goto(f"{live_server.url}/meja/")
    # it comes a second later, so a busy browser may show it before anybody looks
    assert answer is not None and re.search(r'data-idle="120"[^>]* hidden>', answer.text())
    page.wait_for_selector("[data-idle]:not([hidden])")
    assert "segera terkunci" in page.locator("[data-idle]").inner_text()
    go_away(1)
    page.get_by_role("button", name="Saya masih di sini").click()
    page.wait_for_selector("[data-idle]", state="hidden")
    go_away(1)
    page.goto(f"{live_server.url}/meja/")
    assert page.url.endswith("/meja/")
    assert page.complaints == []
