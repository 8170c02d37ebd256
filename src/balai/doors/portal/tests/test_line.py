"""The line is cut before each step of an application, in a real browser: nothing that was typed, chosen or sent is lost or doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import expect
from tests.browser import IN_A_BROWSER, open_browser
from tests.cast import Cast, photo
from tests.sessions import sign_in

from balai.base.pages.texts import say
from balai.casework.cases import queries as cases
from balai.casework.cases.models import Case, Draft

from .test_apply import BUSINESS, DETAILS

pytestmark = [*IN_A_BROWSER, pytest.mark.django_db(transaction=True)]
CUT = "Sambungan terputus"


def asked(question: Callable[[], Any]) -> Any:
    """Ask the database beside the browser's loop."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(question).result()


def answer(page: Any, told: dict[str, str]) -> None:
    """Type the answers of a page, as a hand does."""
    for name, value in told.items():
        control = page.locator(f'[name="{name}"]')
        kind = control.first.evaluate("each => each.type || each.localName")
        if kind in ("radio", "checkbox"):
            page.locator(f'[name="{name}"][value="{value}"]').check()
        elif kind == "select-one":
            control.select_option(value)
        else:
            control.fill(value)


def held(page: Any, told: dict[str, str]) -> dict[str, str]:
    """Read what stands in the controls of a page."""
    return {
        name: page.evaluate(
            "name => { const all = [...document.getElementsByName(name)], on = all.find(each => each.checked);"
            " return (on || all[0]).value }", name,
        )
        for name in told
    }  # fmt: skip


def test_the_line_cut_before_each_step_of_an_application_loses_and_doubles_nothing(
    cast: Cast, live_server: Any
) -> None:
    session = sign_in(cast.siti).cookies[settings.SESSION_COOKIE_NAME].value
    with open_browser() as browser:
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.set_default_timeout(8000)
        page.goto(live_server.url)
        page.evaluate("navigator.serviceWorker.ready.then(() => 1)")

        refused: list[str] = []

        def stay(dialog: Any) -> None:
            refused.append(dialog.type)
            dialog.dismiss()

        def press(name: str) -> None:
            """Press a button while the line is cut: the page says so and stays; then with it: once."""
            here, button = page.url, page.get_by_role("button", name=name, exact=True)
            context.set_offline(True)
            button.click()
            expect(page.get_by_text(CUT)).to_be_visible()
            button.click()
            assert page.url == here
            context.set_offline(False)
            button.click()
            page.wait_for_url(lambda url: url != here)

        page.goto(f"{live_server.url}/layanan/surat-keterangan-usaha/ajukan/")
        context.set_offline(True)
        page.goto(f"{live_server.url}/lacak/")  # whoever goes elsewhere is told, and where the hall is reached
        expect(page.get_by_role("heading", level=1)).to_have_text(say("portal.offline.title", "id"))
        context.set_offline(False)
        page.get_by_role("link", name=say("portal.offline.again", "id")).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(say("portal.track.title", "id"))
        page.go_back()
        page.goto(f"{live_server.url}/layanan/surat-keterangan-usaha/ajukan/")
        press(say("portal.start.begin", "id"))
        for told in (BUSINESS, DETAILS):
            context.set_offline(True)  # the line is cut before anything is typed
            answer(page, told)
            refused.clear()
            page.once("dialog", stay)
            page.evaluate("location.href = '/lacak/'")
            page.wait_for_timeout(300)
            assert refused == ["beforeunload"], "whoever leaves is asked first"
            assert held(page, told) == told
            press("Lanjutkan")
        for name in ("rt_letter", "photo"):
            context.set_offline(True)
            page.set_input_files(
                f"#{name}",
                {
                    "name": f"{name}.jpg",
                    "mimeType": "image/jpeg",
                    "buffer": photo("red" if name == "photo" else "blue"),
                },
            )
            expect(page.locator("[data-state]")).to_contain_text(CUT)
            context.set_offline(False)
            expect(page.locator(".stored")).to_have_count(1 if name == "rt_letter" else 2)
        press("Lanjutkan")
        context.set_offline(True)
        page.locator('[name="true_statement"]').check()
        press("Lanjutkan")
        press(say("portal.review.submit", "id"))
        page.wait_for_url("**/terkirim/")
        browser.close()
    (case,) = Case.objects.all()
    given = cases.read_case(case_id=case.id).data["apply"]
    assert (given["business_name"], given["employees"], given["purpose"]) == ("Warung Siti", 2, "kredit")
    assert {given[name]["name"] for name in ("rt_letter", "photo")} == {"rt_letter.jpg", "photo.jpg"}
    assert Draft.objects.count() == 1
