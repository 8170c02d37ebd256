"""Every refusal is a page in plain words, under its own status, in the reader's language."""

import pytest
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from balai.base import errors
from balai.base.pages import refusals, texts


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
