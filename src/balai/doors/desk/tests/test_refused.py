"""Whatever an officer is refused stands in the officers' frame with a way on; a stranger at the same address learns of no desk."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from balai.base import errors
from balai.doors.desk.web import case as pages

from .conftest import Office

REFUSALS: dict[int, Callable[[], Exception]] = {
    403: errors.NotAllowed,
    404: errors.NotFound,
    409: errors.Conflict,
    422: errors.Invalid,
    429: lambda: errors.TooMany(seconds=20),
    500: lambda: RuntimeError("a bug"),
    503: lambda: errors.Unavailable(port="penduduk"),
}


def raising(error: Callable[[], Exception]) -> Callable[..., Any]:
    def refuse(*args: object, **kwargs: object) -> None:
        raise error()

    return refuse


def stands_at_the_desk(body: str) -> bool:
    return "Menu meja kerja" in body and 'href="/meja/"' in body and "Ke halaman depan" not in body


@pytest.fixture
def patient(office: Office) -> Client:
    """Sign Budi in with a browser that is shown the page of a bug, as everybody is."""
    client = office.enter(office.cast.budi)
    client.raise_request_exception = False
    return client


def test_every_refusal_of_an_officer_stands_in_their_frame(
    office: Office, patient: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = office.case().number
    for status, error in REFUSALS.items():
        with monkeypatch.context() as patch:
            patch.setattr(pages.queries, "open_case", raising(error))
            answer = patient.post(f"/meja/berkas/{number}/nik/", headers={"referer": "http://testserver/meja/lonceng/"})
        assert (answer.status_code, stands_at_the_desk(answer.content.decode())) == (status, True)
        assert 'href="/meja/lonceng/"' in answer.content.decode(), "the way back to where it was asked from"


def test_so_does_what_no_view_of_theirs_answers(office: Office, patient: Client) -> None:
    strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
    strict.cookies = patient.cookies
    answers = [patient.get("/meja/tidak/ada/"), patient.get("/meja/ambil/"), strict.post("/meja/ambil/")]
    assert [(one.status_code, stands_at_the_desk(one.content.decode())) for one in answers] == [
        (404, True),
        (405, True),
        (403, True),
    ]


def test_a_stranger_at_the_desks_addresses_sees_the_page_of_everybody(office: Office) -> None:
    for client in (Client(), office.enter(office.cast.siti), office.enter(office.cast.budi, second_factor=False)):
        body = client.get("/meja/tidak/ada/").content.decode()
        assert "Ke halaman depan" in body and 'href="/meja/"' not in body
