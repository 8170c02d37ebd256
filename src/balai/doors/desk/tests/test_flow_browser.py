"""From the list to the next file and on: how many presses and clicks it takes, and that the list is kept."""

from datetime import timedelta
from typing import Any

import pytest

from balai.casework.cases import queries
from balai.casework.cases.models import Task

from .conftest import Office
from .test_browser import chromium, enter, town

__all__ = ["chromium", "town"]
from tests.browser import IN_A_BROWSER

pytestmark = [*IN_A_BROWSER, pytest.mark.django_db(transaction=True)]


def open_list(chromium: Any, town: Office, server: Any, address: str, **more: Any) -> Any:
    page = enter(chromium, town, server, town.cast.budi, **more)
    page.set_default_timeout(30_000)
    page.goto(f"{server.url}{address}")
    return page


def files(town: Office, count: int) -> list[queries.CaseRow]:
    """Put files on Budi's desk, the oldest due first."""
    return [town.case(ago=timedelta(hours=count - number)) for number in range(count)]


def at(page: Any, number: str) -> None:
    """Wait until a file is open, whichever list it was opened from."""
    page.wait_for_url(lambda address: f"/berkas/{number}/" in address)


@pytest.mark.parametrize("count", [3, pytest.param(20, marks=pytest.mark.long)])
def test_files_in_a_row_by_keyboard_alone_take_six_presses_at_most(
    chromium: Any, town: Office, live_server: Any, count: int
) -> None:
    rows = files(town, count)
    page = open_list(chromium, town, live_server, "/meja/?urut=lama")
    page.keyboard.press("Enter")
    presses = 1
    for index, row in enumerate(rows):
        at(page, row.number)
        assert f"1 dari {count - index}" in page.locator("nav.walk").inner_text(), "the place in the list is told"
        for key in ("1", "s"):
            page.keyboard.press(key)
            presses += 1
        if index + 1 < count:
            at(page, rows[index + 1].number)
            assert presses <= 6 if index == 0 else True
            assert "urut%3Dlama" in page.url, "the list goes along"
    page.wait_for_url("**selesai=1")
    assert presses == 1 + 2 * count
    assert not Task.objects.filter(state="open", node="check").exists()
    assert page.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_a_file_takes_four_clicks_from_the_list_to_the_next(
    chromium: Any, town: Office, live_server: Any, script: bool
) -> None:
    first, second = files(town, 2)
    page = open_list(chromium, town, live_server, "/meja/", script=script)
    page.locator("[data-row] a", has_text=first.number).click()
    at(page, first.number)
    page.get_by_label("Berkas lengkap dan benar").check()
    page.get_by_role("button", name="Selesaikan tugas").click()  # the third
    at(page, second.number)
    assert first.number in page.locator("main").inner_text(), "what was done is told"


def test_keys_are_shown_switched_off_and_stay_out_of_what_is_typed(
    chromium: Any, town: Office, live_server: Any
) -> None:
    first, _ = files(town, 2)
    page = open_list(chromium, town, live_server, "/meja/")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Tombol papan tik")
    assert dialog.is_visible() and page.evaluate("document.activeElement.closest('dialog') !== null")
    page.keyboard.press("j")
    page.get_by_label("Pakai tombol satu huruf").uncheck()
    page.get_by_role("button", name="Tutup").click()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('[data-row]') === null"), "they are off"
    page.get_by_role("button", name="Tombol papan tik").click()
    page.get_by_label("Pakai tombol satu huruf").check()
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.keyboard.type("njku?1")
    assert page.locator("#isi").input_value() == "njku?1" and not dialog.is_visible()
    page.goto(f"{live_server.url}/meja/berkas/{first.number}/")
    page.locator("details.minor summary").click()
    page.locator("#park-words").press_sequentially("s1u")
    assert page.locator("#park-words").input_value() == "s1u" and first.number in page.url
    assert page.complaints == []
