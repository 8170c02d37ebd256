"""An officer who went away: the session is locked, then over; what was being written stands in its form again, and nothing is sent."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from balai.base.models import SecurityEvent, Shared
from balai.base.pages import kept
from balai.casework.cases import queries
from balai.doors.console.demo.cast import AUTHENTICATOR, PASSWORD
from balai.records.people import queries as people
from balai.records.people import sessions
from balai.records.people.models import Account

from .conftest import Office
from .test_case import posted

WRITTEN = 'Foto papan nama belum ada, dan "alamat" <berbeda>'


def go_away(client: Client, minutes: float = 0, hours: float = 0) -> None:
    """Let time pass since this browser was last used, or signed in."""
    session = client.session
    session[sessions.SEEN] = session.get(sessions.SEEN, time.time()) - minutes * 60
    session[sessions.BEGAN] = session.get(sessions.BEGAN, time.time()) - hours * 3600
    session.save()


def send(client: Client, row: queries.CaseRow, **data: str) -> Any:
    """Send the task's form from the page of its case."""
    page = f"/meja/berkas/{row.number}/"
    sent = posted(row, **data)
    return client.post(f"{page}kerjakan/", sent, headers={"referer": f"http://testserver{page}"})


def test_half_an_hour_away_locks_every_page_until_the_password_is_given(office: Office, budi: Client) -> None:
    assert budi.get("/meja/").status_code == 200
    go_away(budi, minutes=29)
    assert budi.get("/meja/").status_code == 200, "and this was a use, so the time begins anew"
    go_away(budi, minutes=31)
    for address in ("/meja/", "/berkas/", "/akun/2fa/"):
        answer = budi.get(address)
        assert answer.status_code == 302 and answer["Location"].startswith("/akun/reauthenticate/?next="), address
    page = budi.get("/akun/reauthenticate/?next=/meja/").content.decode()
    assert "terkunci karena 30 menit" in page
    assert budi.post("/akun/reauthenticate/", {"password": "salah", "next": "/meja/"}).status_code == 200
    assert budi.get("/meja/").status_code == 302, "a wrong password opens nothing"
    back = budi.post("/akun/reauthenticate/", {"password": PASSWORD, "next": "/meja/"})
    assert back.status_code == 302 and back["Location"] == "/meja/"
    assert budi.get("/meja/").status_code == 200


def test_a_half_written_decision_stands_in_its_form_again_and_was_not_sent(office: Office, budi: Client) -> None:
    row = office.case()
    token = posted(row)["token"]
    budi.get("/meja/")
    go_away(budi, minutes=45)
    locked = send(budi, row, result="incomplete", missing=WRITTEN)
    page = f"/meja/berkas/{row.number}/"
    assert locked.status_code == 302 and locked["Location"] == f"/akun/reauthenticate/?next={page.replace('/', '%2F')}"
    assert "belum dikirim" in budi.get(locked["Location"]).content.decode()
    assert [one.token for one in queries.read_case(case_id=row.id).open_tasks] == [token], "nothing was done"
    code = format_hotp_value(hotp_value(AUTHENTICATOR, int(time.time()) // 30))
    back = budi.post("/akun/2fa/reauthenticate/", {"code": code, "next": page})
    assert back["Location"] == page
    text = budi.get(page).content.decode()
    assert re.search(r'<input[^>]*value="incomplete"[^>]*checked', text) and "belum dikirim. Periksa" in text
    assert "Foto papan nama belum ada, dan &quot;alamat&quot; &lt;berbeda&gt;" in text
    assert "belum dikirim. Periksa" not in budi.get(page).content.decode(), "it is given back once"
    assert send(budi, row, result="incomplete", missing=WRITTEN).status_code == 302
    assert token not in [one.token for one in queries.read_case(case_id=row.id).open_tasks], "and can be sent then"


def test_what_is_kept_lies_sealed_and_not_with_a_password(office: Office, budi: Client) -> None:
    row = office.case()
    budi.get("/meja/")
    go_away(budi, minutes=45)
    send(budi, row, result="incomplete", missing=WRITTEN, passphrase="rahasia-ratna")
    lying = " ".join(Shared.objects.values_list("value", flat=True)) + str(budi.session.items())
    key, _ = budi.session[kept.KEPT]
    found = kept.opened(cache.get(f"kept:{key}"), key)
    assert found and found["fields"]["missing"] == [WRITTEN] and "passphrase" not in found["fields"]
    assert "papan nama" not in lying and "rahasia" not in lying


def test_somebody_else_who_signs_in_there_sees_nothing_of_it(office: Office, budi: Client, ratna: Client) -> None:
    row = office.case()
    budi.get("/meja/")
    go_away(budi, hours=13)
    send(budi, row, result="incomplete", missing=WRITTEN)
    noted = budi.session[kept.KEPT]
    ratna.get("/meja/")
    session = ratna.session
    session[kept.KEPT] = noted
    session.save()
    assert "papan nama" not in ratna.get(f"/meja/berkas/{row.number}/").content.decode()


def test_a_working_day_ends_the_session_and_the_same_account_finds_its_words_again(
    office: Office, budi: Client
) -> None:
    row = office.case()
    budi.get("/meja/")
    go_away(budi, hours=12.1)
    ended = send(budi, row, result="incomplete", missing=WRITTEN)
    page = f"/meja/berkas/{row.number}/"
    assert ended["Location"].startswith("/akun/login/?next=") and "_auth_user_id" not in budi.session
    assert "Sesi Anda sudah 12 jam" in budi.get(ended["Location"]).content.decode()
    account = people.get_account(office.cast.budi.account_id)
    Account.objects.filter(pk=account.pk).update(phone_verified_at=office.now)
    login = budi.post(f"/akun/login/?next={page}", {"login": account.email, "password": PASSWORD})
    assert login["Location"].startswith("/akun/2fa/authenticate/")
    code = format_hotp_value(hotp_value(AUTHENTICATOR, int(time.time()) // 30))
    done = budi.post(login["Location"], {"code": code})
    assert done.status_code == 302
    assert "Foto papan nama belum ada" in budi.get(page).content.decode()


def test_both_are_in_the_security_log_once(office: Office, budi: Client) -> None:
    budi.get("/meja/")
    go_away(budi, minutes=31)
    for _ in range(3):
        budi.get("/meja/")
    go_away(budi, hours=13)
    budi.get("/meja/")
    kinds = list(SecurityEvent.objects.values_list("kind", flat=True))
    assert kinds == ["session-locked", "session-ended"]
    assert {each.actor for each in SecurityEvent.objects.all()} == {f"account:{office.cast.budi.account_id}"}


def test_a_citizen_is_neither_locked_nor_ended(office: Office, settings: Any) -> None:
    assert settings.SESSION_COOKIE_AGE == 14 * 24 * 3600
    siti = office.enter(office.cast.siti, second_factor=False)
    siti.get("/berkas-saya/")
    go_away(siti, minutes=600, hours=48)
    assert siti.get("/berkas-saya/").status_code == 200


def test_a_use_is_noted_once_a_minute_not_on_every_page(office: Office, budi: Client) -> None:
    budi.get("/meja/")
    with CaptureQueriesContext(connection) as asked:
        budi.get("/meja/")
    assert not [each for each in asked if "django_session" in each["sql"] and not each["sql"].startswith("SELECT")]
    go_away(budi, minutes=2)
    with CaptureQueriesContext(connection) as asked:
        budi.get("/meja/")
    assert [each for each in asked if each["sql"].startswith('UPDATE "django_session"')]


def test_whoever_says_they_are_still_there_is_not_locked(office: Office, budi: Client) -> None:
    page = budi.get("/meja/").content.decode()
    assert 'data-idle="1800"' in page and 'action="/masih-di-sini/"' in page
    go_away(budi, minutes=29)
    assert budi.post("/masih-di-sini/").status_code == 204
    go_away(budi, minutes=29)
    assert budi.get("/meja/").status_code == 200
    go_away(budi, minutes=31)
    assert budi.post("/masih-di-sini/").status_code == 302, "too late"


@pytest.mark.parametrize("lang", ["id", "en"])
def test_the_lock_speaks_the_language_of_the_page(office: Office, budi: Client, lang: str) -> None:
    budi.cookies["bahasa"] = lang
    budi.get("/meja/")
    go_away(budi, minutes=31)
    page = budi.get("/meja/", follow=True).content.decode()
    assert ("The officers' pages are locked" in page.replace("&#x27;", "'")) == (lang == "en")


def test_the_limits_are_settings(office: Office, budi: Client, settings: Any) -> None:
    settings.BALAI_OFFICER_IDLE_MINUTES, settings.BALAI_OFFICER_HOURS = 5, 1
    budi.get("/meja/")
    go_away(budi, minutes=6)
    assert budi.get("/meja/")["Location"].startswith("/akun/reauthenticate/")
    go_away(budi, hours=1.1)
    assert budi.get("/meja/")["Location"].startswith("/akun/login/")


def test_what_was_sent_from_a_page_that_cannot_be_visited_comes_back_on_the_page_above_it(
    office: Office, budi: Client
) -> None:
    row = office.case()
    budi.get("/meja/")
    go_away(budi, minutes=45)
    above = f"/meja/berkas/{row.number}/"
    page = f"{above}kerjakan/"  # the page that was made anew by "refresh" stands under this address
    budi.post(page, posted(row, result="incomplete", missing=WRITTEN), headers={"referer": f"http://testserver{page}"})
    budi.post("/akun/reauthenticate/", {"password": PASSWORD, "next": page})
    shown = budi.get(page, follow=True)
    assert shown.redirect_chain == [(above, 302)] and "Foto papan nama belum ada" in shown.content.decode()


def test_without_a_word_of_where_it_came_from_it_is_found_all_the_same(office: Office, budi: Client) -> None:
    row = office.case()
    budi.get("/meja/")
    go_away(budi, minutes=45)
    locked = budi.post(f"/meja/berkas/{row.number}/kerjakan/", posted(row, result="incomplete", missing=WRITTEN))
    budi.post("/akun/reauthenticate/", {"password": PASSWORD, "next": "/"})
    assert "kerjakan" in locked["Location"]
    assert "Foto papan nama" in budi.get(f"/meja/berkas/{row.number}/kerjakan/", follow=True).content.decode()
