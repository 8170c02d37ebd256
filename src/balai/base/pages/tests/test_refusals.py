"""Every refusal is a page in plain words, under its own status, in the reader's language."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

import balai
from balai.base import errors
from balai.base.pages import refusals, texts

NAME = re.compile(r'name="([^"]+)"')


def page_of(error: Exception, lang: str = "id") -> HttpResponse:
    request: HttpRequest = RequestFactory().get("/x")
    with translation.override(lang):
        made = refusals.RefusalPages(lambda _: HttpResponse()).process_exception(request, error)
    assert made is not None
    return made


@pytest.mark.parametrize("status", refusals.KNOWN)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_status_says_what_to_do(status: int, lang: str) -> None:
    with translation.override(lang):
        response = refusals.error_page(RequestFactory().get("/x"), status)
    assert response.status_code == status
    assert f'<html lang="{lang}">' in response.content.decode()


def test_a_stranger_is_told_nothing_more_than_that_there_is_nothing() -> None:
    response = page_of(errors.NotFound())
    assert response.status_code == 404
    told = response.content.decode()
    assert texts.say("pages.error.404.title", "id") in told
    assert texts.say("pages.error.403.title", "id") not in told


def test_asking_too_often_says_how_long_to_wait() -> None:
    response = page_of(errors.TooMany(seconds=42))
    assert (response.status_code, response["Retry-After"]) == (429, "42")
    assert "42" in response.content.decode()


def test_fields_are_told() -> None:
    assert "Isi namanya" in page_of(errors.Invalid(fields={"name": "Isi namanya"})).content.decode()


def test_a_bug_stays_a_bug() -> None:
    assert (
        refusals.RefusalPages(lambda _: HttpResponse()).process_exception(RequestFactory().get("/"), KeyError("x"))
        is None
    )


def test_the_page_for_a_bug_needs_no_database() -> None:
    response = refusals.server_error(RequestFactory().get("/"))  # no database mark: a query would fail the test
    assert response.status_code == 500
    assert "<h1>" in response.content.decode()


@pytest.mark.parametrize(
    "silence", [OperationalError("database is locked"), InterfaceError("connection already closed")]
)
def test_a_database_that_does_not_answer_is_told_as_that_and_asked_nothing_more(silence: Exception) -> None:
    response = page_of(silence)
    assert (response.status_code, response["Cache-Control"]) == (503, "no-store") and response["Retry-After"]
    assert errors.MESSAGES["hall-busy"][0] in response.content.decode()


def test_each_secret_a_page_asks_for_is_known_as_one_so_that_none_is_carried_along() -> None:
    pages = [path.read_text("utf-8") for path in Path(balai.__file__).parent.rglob("*.html")]
    asked = {
        name
        for page in pages
        for tag in re.findall(r'<input[^>]*type="password"[^>]*>', page)
        for name in NAME.findall(tag)
    }
    assert {"passphrase", "again"} <= asked
    assert {name for name in asked if "{" not in name} <= set(refusals.SECRET)
    for name in refusals.SECRET:
        assert texts.say(f"pages.secret.{name}", "id") and texts.say(f"pages.secret.{name}", "en")


def test_what_could_not_be_taken_is_sent_again_by_one_click_and_its_secrets_asked_for_anew() -> None:
    request = RequestFactory().post(
        "/x?a=1", {"alasan": 'Kurang "lengkap"', "passphrase": "rahasia-ratna", "kode": ["a", "b"]}
    )
    for error in (errors.TooMany(seconds=400), errors.Unavailable(port="surat")):
        page = refusals.refuse(request, error).content.decode()
        assert 'action="/x?a=1"' in page and 'name="alasan" value="Kurang &quot;lengkap&quot;"' in page
        assert page.count('name="kode"') == 2
        assert "rahasia-ratna" not in page and 'type="password" id="asked-passphrase" name="passphrase"' in page
    assert "7 menit" in refusals.refuse(request, errors.TooMany(seconds=400)).content.decode()


def sent(**more: str) -> HttpRequest:
    return RequestFactory().post(
        "/x", {"reason": "Panjang dan penting", "command": "8f0e", "password": "rahasia", **more}
    )


@pytest.mark.parametrize(
    "refuse",
    [
        lambda: refusals.forbidden(sent(), PermissionError()),
        lambda: refusals.not_found(sent(), KeyError()),
        lambda: refusals.csrf_failed(sent()),
        lambda: refusals.RefusalPages(lambda _: HttpResponse(status=405))(sent()),
        lambda: refusals.RefusalPages(lambda _: HttpResponse()).process_exception(sent(), errors.NotAllowed()),
        lambda: refusals.RefusalPages(lambda _: HttpResponse()).process_exception(sent(), errors.NotFound()),
    ],
    ids=["403", "404", "expired", "405", "not-allowed", "not-found"],
)
def test_every_page_that_refuses_gives_back_what_was_typed_and_no_secret(refuse: Callable[[], HttpResponse]) -> None:
    page = refuse().content.decode()
    assert "Panjang dan penting" in page and "rahasia" not in page and "8f0e" not in page
