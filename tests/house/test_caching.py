"""Nothing that was made for one person stays in a browser; what is the same for everybody may."""

import re
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from tests import cast as the_cast
from tests.house.test_doors import ALL, Anything
from tests.sessions import sign_in

from balai.base.pages.caching import NoStore
from balai.base.pages.guards import who_enters
from balai.base.pages.web import FOR_EVER
from balai.doors.console.demo.cast import Cast

PUBLIC = ("all", "visitors")


@pytest.fixture
def cast(db: None) -> Cast:
    made = the_cast.make_cast(the_cast.NOW)
    the_cast.open_service()
    return made


def addresses() -> list[tuple[str, Any]]:
    """Give each address with something in its places, as far as one can be made that is found again."""
    found = []
    for path, each in ALL:
        text = re.sub(r"\(\?P<\w+>\[[^)]*\)", "x-1", path.replace("\\Z", "")).replace("^", "").replace("$", "")
        text = "/" + re.sub(
            r"<(?:(\w+):)?\w+>", lambda m: {"int": "1", "uuid": Anything()["x"]}.get(m[1] or "", "x"), text
        )
        found.append((text, each))
    return found


def answer(path: str, pattern: Any, session: Any, headers: dict[str, str] | None = None) -> HttpResponse:
    """Let the middleware judge an answer of an address, without what the view would ask."""
    request: HttpRequest = RequestFactory().get(path, headers=headers)

    def view(request: HttpRequest) -> HttpResponse:
        request.resolver_match = type("Match", (), {"func": staticmethod(pattern.callback)})()  # type: ignore[assignment]
        return HttpResponse("x")

    if session is not None:
        request.session = session
    return NoStore(view)(request)


class Session:
    def __init__(self, empty: bool) -> None:
        self.empty = empty

    def is_empty(self) -> bool:
        return self.empty


def test_each_address_is_kept_by_nobody_once_there_is_a_session_and_personal_ones_never() -> None:
    assert len(addresses()) > 150
    for path, pattern in addresses():
        known = answer(path, pattern, Session(empty=False))
        assert "no-store" in known["Cache-Control"], path
        stranger = answer(path, pattern, Session(empty=True))
        public = who_enters(pattern.callback) in PUBLIC
        assert stranger.has_header("Cache-Control") != public, path


def test_what_a_token_asks_for_is_kept_by_nobody_and_the_open_catalogue_may_be() -> None:
    for path, pattern in addresses():
        if path.startswith("/api/"):
            assert "no-store" in answer(path, pattern, None, {"Authorization": "Bearer x"})["Cache-Control"], path
            assert not answer(path, pattern, None).has_header("Cache-Control"), path


def test_pages_as_they_are_answered(cast: Cast) -> None:
    """Walk what can be visited, as each of the cast: an officer, an administrator, a citizen."""
    for client in (sign_in(cast.budi), sign_in(cast.ratna), sign_in(cast.siti, second_factor=False)):
        for path, pattern in addresses():
            if path.startswith("/akun/logout"):
                continue
            client.raise_request_exception = False
            page = client.get(path)
            said = page.headers.get("Cache-Control", "")
            if who_enters(pattern.callback) == "all" and said in ("no-cache", FOR_EVER):
                continue  # a file that is the same for everybody: the program's, or the status page
            assert "no-store" in said, (path, page.status_code)


@pytest.mark.parametrize("path", ["/", "/layanan/", "/layanan/surat-keterangan-usaha/", "/aksesibilitas/"])
def test_what_is_the_same_for_everybody_may_be_kept(cast: Cast, path: str) -> None:
    page = Client().get(path)
    assert page.status_code == 200 and "no-store" not in page.headers.get("Cache-Control", "")


def test_the_machines_answers_as_their_chain_gives_them(cast: Cast, settings: Any) -> None:
    settings.MIDDLEWARE = settings.BALAI_API_MIDDLEWARE
    assert "no-store" not in Client().get("/api/v1/services").headers.get("Cache-Control", "")
    assert "no-store" in Client(headers={"authorization": "Bearer x"}).get("/api/v1/cases/1").headers["Cache-Control"]
