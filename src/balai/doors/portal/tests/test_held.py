"""*Akun* shows a person everything that is held about them, and gives it to whoever proves that the account is theirs."""

import json
from time import time

import pytest
from django.test import Client
from tests.cast import Cast, apply_for_sku

pytestmark = pytest.mark.django_db
PAGE, FILE = "/akun-saya/data/", "/akun-saya/data/unduh/"


def prove(client: Client, cast: Cast) -> None:
    """Let a browser's session have asked for the password a moment ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time(), "reauthenticated": True}]
    session["account_authentication_methods_user"] = str(cast.siti.account_id)
    session.save()


def test_the_page_says_what_is_held_why_and_what_becomes_of_it(siti: Client, cast: Cast) -> None:
    number = apply_for_sku(cast).number
    page = siti.get(PAGE).content.decode()
    assert "Siti Rahma Contoh" in page
    assert f'href="/berkas/{number}/"' in page
    assert "990101" in page and "9901014101900001" not in page, "the number of identity is masked on a page"
    assert "UU 27/2022 pasal 20(2)(e)" in page and "belum dikonfirmasi pejabat" in page
    assert "ini dimusnahkan" in page and "ini tetap" in page
    assert "/akun-saya/data/" in siti.get("/akun-saya/").content.decode()


def test_the_file_is_for_whoever_just_proved_that_it_is_them(siti: Client, cast: Cast) -> None:
    apply_for_sku(cast)
    asked = siti.post(FILE)
    assert asked.status_code == 302 and "/akun/" in asked["Location"], "first the password, once more"
    prove(siti, cast)
    answer = siti.post(FILE)
    assert answer["Content-Disposition"].startswith("attachment;") and "no-store" in answer["Cache-Control"]
    tree = {one["holding"]: one for one in json.loads(answer.content)["held"]}
    assert tree["people.details"]["items"][0]["facts"]["nik"] == "9901014101900001"
    assert tree["cases.applications"]["items"][0]["data"]["answers"]["apply"]["business_name"] == "Warung Siti"
    assert {"law": "UU 27/2022", "article": "20(2)(c)", "confirmed": False} in tree["base.readings"]["bases"]


def test_a_visit_downloads_nothing_and_nobody_else_sees_it(
    siti: Client, joko: Client, stranger: Client, cast: Cast
) -> None:
    apply_for_sku(cast)
    assert siti.get(FILE).status_code == 405
    assert "Warung Siti" not in joko.get(PAGE).content.decode()
    assert "Siti Rahma" not in joko.get(PAGE).content.decode()
    assert stranger.get(PAGE).status_code == 302


def test_it_is_given_ten_times_an_hour(siti: Client, cast: Cast) -> None:
    prove(siti, cast)
    assert [siti.post(FILE).status_code for _ in range(11)] == [200] * 10 + [429]
