"""Another language keeps what is typed: the one form of a page is sent along, and nothing else is changed."""

import pytest

from balai.base.pages import language, refill, texts

LINK = '<a href="/bahasa/en?next=%2F" hreflang="en" lang="en" rel="nofollow">EN</a>'
TOKEN = '<input type="hidden" name="csrfmiddlewaretoken" value="x">'
FORM = f'<form method="post" action="../kirim/">{TOKEN}<textarea name="why"></textarea></form>'


def test_the_one_form_of_a_page_goes_along() -> None:
    page = language.send_along(f"<nav>{LINK}</nav>{FORM}", "/a/b/?c=1")
    assert '<form id="isian-bahasa" method="post" action="../kirim/">' in page
    where = "/bahasa/en?next=%2Fa%2Fb%2F%3Fc%3D1&amp;to=%2Fa%2Fkirim%2F"
    assert (
        f'<button form="isian-bahasa" formaction="{where}" formenctype="application/x-www-form-urlencoded" formnovalidate lang="en">EN</button>'
        in page
    )
    assert language.send_along(page, "/a/b/") == page, "once"


def test_a_form_with_a_name_keeps_it() -> None:
    page = language.send_along(f'{LINK}<form id="own" method="post">{TOKEN}<select name="a"></select></form>', "/a/")
    assert '<button form="own" formaction="/bahasa/en?next=%2Fa%2F&amp;to=%2Fa%2F"' in page


@pytest.mark.parametrize(
    "forms",
    [
        "",
        FORM * 2,
        '<form method="get"><input name="q"></form>',
        f'<form method="post">{TOKEN}<button>Ya</button></form>',
        '<form method="post"><input name="kept-on-the-device"></form>',
    ],
)
def test_other_pages_stay_as_they_are(forms: str) -> None:
    assert language.send_along(LINK + forms, "/a/") == LINK + forms


@pytest.mark.parametrize(("named", "told"), [("foto.jpg", True), ("", False)])
def test_a_file_that_was_chosen_is_to_be_chosen_again_and_the_page_says_so(named: str, told: bool) -> None:
    page = f'<main><form method="post" enctype="multipart/form-data">{TOKEN}<input type="file" name="a"><input name="b"></form></main>'
    shown = refill.fill(page, "/a/", "/a/", {"a": [named], "b": ["Kata"]}, why="language")
    assert '<input name="b" value="Kata">' in shown and (texts.say("pages.refill.files") in shown) is told
