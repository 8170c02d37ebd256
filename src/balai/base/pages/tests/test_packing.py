"""Pages are packed, and what was made for one person tells nobody what stands in it by its length."""

import gzip

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from balai.base.pages.packing import Packed

WORDS = "Kota Samarinda melayani warganya. " * 60


def ask(
    path: str = "/", method: str = "GET", *, personal: bool = False, status: int = 200, **said: str
) -> HttpResponse:
    """Let the middleware pack one answer to somebody whose browser can unpack it."""

    def view(request: HttpRequest) -> HttpResponse:
        made = HttpResponse(WORDS, status=status, headers={"Content-Length": str(len(WORDS))} | said)
        if personal:
            made["Cache-Control"] = "private, no-store"
        return made

    return Packed(view)(RequestFactory().generic(method, path, headers={"accept-encoding": "gzip, br"}))


def test_a_page_for_everybody_is_packed_to_the_same_bytes_each_time() -> None:
    first, again = ask("/layanan/?q=x"), ask("/layanan/?q=x")
    assert gzip.decompress(first.content).decode() == WORDS and first.content == again.content
    assert first["Content-Encoding"] == "gzip" and "Accept-Encoding" in first["Vary"]
    assert first["Content-Length"] == str(len(first.content)) and len(first.content) < len(WORDS) / 5


def test_a_persons_page_is_packed_to_another_length_each_time() -> None:
    made = [ask(personal=True).content for _ in range(40)]
    assert {gzip.decompress(each).decode() for each in made} == {WORDS}
    assert len({len(each) for each in made}) > 10


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"path": "/?q=nama"}, id="query"),
        pytest.param({"method": "POST"}, id="form"),
        pytest.param({"status": 404, "path": "/tidak/ada/"}, id="path-said-back"),
        pytest.param({"Content-Type": "application/pdf", "personal": False}, id="no-page"),
        pytest.param({"Content-Encoding": "br", "personal": False}, id="packed-already"),
    ],
)
def test_what_may_say_a_strangers_words_back_is_not_packed(asked: dict[str, object]) -> None:
    answer = ask(**{"personal": True} | asked)  # type: ignore[arg-type]
    assert answer.content.decode() == WORDS
    assert answer.get("Content-Encoding") != "gzip"
