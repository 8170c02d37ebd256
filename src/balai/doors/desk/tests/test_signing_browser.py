"""A head signs a pile in a real browser: nothing is ticked on arrival, each letter is seen, one passphrase signs them all."""

import os
from pathlib import Path
from typing import Any

import pytest
from tests.browser import IN_A_BROWSER

from balai.casework.issuing import actions as issuing
from balai.casework.issuing.models import Letter

from .conftest import Office
from .test_browser import chromium, enter, town
from .test_sign import PASSPHRASE, code, ready

__all__ = ["chromium", "town"]
pytestmark = [*IN_A_BROWSER, pytest.mark.long, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("BALAI_SHOTS", "")  # a folder to leave screenshots in, for eyes
PILE = 30


def pile(town: Office, count: int) -> None:
    """Let a pile of letters wait for Ratna, who has her key."""
    for at in range(count):
        ready(town, "refuse" if at % 7 == 6 else "grant")
    issuing.enroll_signer(
        actor=town.cast.ratna.officer, now=town.now, name="Ratna Dewi Contoh", organisation="Kelurahan", passphrase=PASSPHRASE
    )  # fmt: skip


def shoot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.mark.parametrize(("script", "width"), [(True, 1280), (False, 360)])
def test_the_head_signs_a_pile(town: Office, chromium: Any, live_server: Any, script: bool, width: int) -> None:
    pile(town, PILE if script else 3)
    count = PILE if script else 3
    page = enter(chromium, town, live_server, town.cast.ratna, width=width, script=script)
    page.context.set_default_timeout(60_000)  # thirty letters are typeset one after another
    page.goto(f"{live_server.url}/meja/tanda-tangan/")
    assert page.locator("input[name=letter][checked]").count() == 0, "nothing is ticked on arrival"
    for at in range(count):
        page.wait_for_load_state("networkidle")
        if script:  # the letter that is looked at is ticked once the end of its last page came into view
            if at == 0:
                assert page.evaluate("document.querySelector('[data-page]').naturalWidth") > 0, "it was drawn"
                page.wait_for_timeout(300)
                assert page.locator("input[name=letter]:checked").count() == 0, "its head alone was in view"
                shoot(page, "sign-arrived")
            page.evaluate("[...document.querySelectorAll('[data-page]')].pop().scrollIntoView({block: 'end'})")
            page.wait_for_selector("[data-seen]:checked")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing runs out sideways"
        if at == 1:
            shoot(page, f"sign-{width}")
        with page.expect_navigation():
            if script and at % 2:
                page.keyboard.press("n")
            else:
                page.locator("[data-next]").click()
    # a click answers before the browser goes
    page.wait_for_function(f"document.querySelectorAll('input[name=letter]:checked').length === {count}")
    shoot(page, f"sign-all-{width}")
    page.fill("#passphrase", PASSPHRASE)
    page.fill("#code", code())
    page.click(".task.sign button")
    page.wait_for_selector(".results li >> nth=" + str(count - 1), timeout=120_000)
    assert Letter.objects.filter(state="signed").count() == count
