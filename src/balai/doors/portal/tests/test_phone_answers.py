"""The answer to a returned case, typed on one's own phone without a connection: sent later, once, and nothing of it lost."""

import io
import json
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from playwright.sync_api import expect
from tests.browser import IN_A_BROWSER, open_browser
from tests.cast import Cast, apply_for_sku, photo
from tests.sessions import sign_in

from balai.base.pages.texts import say
from balai.casework.cases import queries as cases
from balai.casework.cases.models import Draft, Task

from .test_apply import BUSINESS, begin, step
from .test_case import CHANGE, MISSING, finish
from .test_phone import INSIDE, PHONE, asked, stored

pytestmark = pytest.mark.django_db(transaction=True)


SLOWLY = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (...given) { setTimeout(() => send.apply(this, given), 2500); };
}"""


def send_back(cast: Cast) -> tuple[Any, str]:
    """Let Siti apply and Budi ask for a better photo; give what was sent and the task that waits."""
    sent = apply_for_sku(cast)
    finish(cast, sent.case_id, cast.budi.officer, {"result": "incomplete", "missing": MISSING})
    return sent, Task.objects.get(case_id=sent.case_id, state="open").token


def test_an_answer_is_kept_then_sent_once_and_what_it_lacks_is_told(siti: Client, joko: Client, cast: Cast) -> None:
    sent, token = send_back(cast)
    at, form = f"{PHONE}berkas/{sent.number}/{token}", f"/berkas/{sent.number}/jawab/{token}/"
    told = siti.get(f"{PHONE}berkas/{sent.number}").json()["pages"]
    assert [(one["id"], MISSING in one["wanted"]) for one in told] == [(token, True)] and 'name="photo"' in told[0][
        "html"
    ]
    base = json.dumps(told[0]["marks"])
    assert joko.post(at, {**CHANGE, "command": str(uuid4()), "base": base}).json() == {"why": "gone"}
    assert siti.post(at, {**CHANGE, "command": "x"}).status_code == 404

    kept = {**CHANGE, "business_name": "Warung Luring", "command": str(uuid4()), "base": base}
    assert siti.post(at, kept).json() == {"done": True}
    assert Task.objects.filter(case_id=sent.case_id, state="open", token=token).exists(), "kept, and not sent"
    assert 'value="Warung Luring"' in siti.get(form).content.decode()

    other = {**kept, "business_name": "Toko", "command": str(uuid4()), "final": "1"}
    clash = siti.post(at, other)
    assert (clash.status_code, clash.json()["why"]) == (409, "changed")
    assert [(row["here"], row["there"]) for row in clash.json()["rows"]] == [("Toko", "Warung Luring")]
    empty = siti.post(at, {**other, "business_name": "", "force": "1", "command": str(uuid4())})
    assert (empty.status_code, empty.json()["why"]) == (422, "refused") and empty.json()["words"]

    final = {**other, "force": "1", "photo": SimpleUploadedFile("baru.jpg", photo("blue"), "image/jpeg")}
    assert siti.post(at, final).json() == {"done": True}
    data = cases.read_case(case_id=sent.case_id).data["apply"]
    assert (data["business_name"], data["photo"]["name"]) == ("Toko", "baru.jpg")
    again = {**final, "photo": SimpleUploadedFile("baru.jpg", photo("blue"), "image/jpeg")}
    assert siti.post(at, again).json() == {"done": True}, "the answer was lost on its way: the same is sent again"
    late = siti.post(at, {**other, "command": str(uuid4())})
    assert (late.status_code, late.json()["why"]) == (409, "sent")


class TestInABrowser:
    pytestmark = IN_A_BROWSER

    @pytest.fixture
    def page(self, cast: Cast, live_server: Any) -> Any:
        """Open Siti's phone, which she called hers."""
        session = sign_in(cast.siti).cookies[settings.SESSION_COOKIE_NAME].value
        with open_browser() as browser:
            context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID")
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
            page = context.new_page()
            page.set_default_timeout(15_000)
            page.complaints = []
            page.on("pageerror", lambda error: page.complaints.append(str(error)))
            yield page

    def keep(self, page: Any, url: str) -> None:
        """Let the phone keep what is there now."""
        page.goto(f"{url}/akun-saya/ponsel/")
        page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
        page.get_by_role("button", name=say("portal.phone.on", "id")).click()
        expect(page.locator("[data-phone-state]")).to_have_text(say("portal.phone.on_now", "id"))

    def test_a_returned_case_is_answered_without_a_line_and_sent_at_the_next_opening(
        self, siti: Client, cast: Cast, live_server: Any, page: Any
    ) -> None:
        sent, token = asked(lambda: send_back(cast))
        self.keep(page, live_server.url)
        page.context.set_offline(True)
        page.goto(f"{live_server.url}/berkas-saya/")
        kept = page.locator("[data-phone]")
        kept.locator("summary").first.click()
        kept.get_by_role("button", name=say("portal.phone.answer", "id")).click()
        expect(kept).to_contain_text(MISSING)
        page.fill("[data-phone] [name=business_name]", "Warung Luring")
        new = {"name": "baru.jpg", "mimeType": "image/jpeg", "buffer": photo("blue")}
        page.set_input_files("[data-phone] [name=photo]", new)
        expect(kept.locator(".pick:has([name=photo]) output")).to_have_text("baru.jpg")
        kept.get_by_role("button", name=say("portal.phone.send", "id"), exact=True).click()
        expect(kept.locator(".state")).to_have_text(say("portal.phone.saved", "id"))
        inside = page.evaluate(INSIDE)
        assert "Luring" not in inside["words"] and sent.number not in inside["words"], "sealed, its number too"
        assert asked(lambda: Task.objects.filter(case_id=sent.case_id, state="open", token=token).exists())

        page.context.set_offline(False)
        page.goto(f"{live_server.url}/berkas-saya/")
        for _ in range(100):
            if not asked(lambda: Task.objects.filter(case_id=sent.case_id, state="open", token=token).exists()):
                break
            page.wait_for_timeout(100)
        data = asked(lambda: cases.read_case(case_id=sent.case_id).data["apply"])
        assert (data["business_name"], data["photo"]["name"]) == ("Warung Luring", "baru.jpg")
        assert not asked(lambda: Task.objects.filter(case_id=sent.case_id, state="open", token=token).exists())
        assert page.complaints == []

    def test_an_answer_typed_on_its_page_while_the_line_is_cut_stands_there_again(
        self, siti: Client, cast: Cast, live_server: Any, page: Any
    ) -> None:
        sent, token = asked(lambda: send_back(cast))
        self.keep(page, live_server.url)
        at = f"{live_server.url}/berkas/{sent.number}/jawab/{token}/"
        page.goto(at)
        page.wait_for_load_state("networkidle")
        page.context.set_offline(True)
        page.fill("#business_name", "Warung Luring")
        expect(page.locator("[data-state]")).to_have_text(say("portal.phone.saved", "id"))
        page.on("dialog", lambda dialog: dialog.accept())  # it is asked whether to leave
        page.close(run_before_unload=False)

        page.context.set_offline(False)
        fresh = page.context.new_page()
        fresh.goto(f"{live_server.url}/berkas-saya/")
        fresh.wait_for_load_state("networkidle")
        fresh.goto(at)
        expect(fresh.locator("#business_name")).to_have_value("Warung Luring")
        assert asked(lambda: Task.objects.filter(case_id=sent.case_id, state="open", token=token).exists()), (
            "nothing was sent"
        )

    def test_a_large_photo_chosen_without_a_line_is_one_photo_and_no_question(
        self, siti: Client, cast: Cast, live_server: Any, page: Any
    ) -> None:
        base = asked(lambda: begin(siti))
        asked(lambda: step(siti, base, "business", BUSINESS))
        draft = asked(lambda: Draft.objects.get())
        self.keep(page, live_server.url)
        page.goto(f"{live_server.url}{base}evidence/")
        page.wait_for_load_state("networkidle")
        made = io.BytesIO()
        Image.effect_noise((3000, 2000), 80).convert("RGB").save(made, "JPEG", quality=95)
        assert made.tell() > 5_000_000
        page.evaluate(SLOWLY)  # a small phone: the page gives up sending long after the phone kept the answers
        page.context.set_offline(True)
        page.set_input_files("#photo", {"name": "IMG_1.JPG", "mimeType": "image/jpeg", "buffer": made.getvalue()})
        expect(page.locator("[data-state]")).to_have_text(say("portal.phone.saved", "id"), timeout=30_000)
        page.wait_for_timeout(4000)
        expect(page.locator("[data-state]")).to_have_text(say("portal.phone.saved", "id"))
        page.context.set_offline(False)  # the page sends its file, and what the phone keeps is sent too
        page.wait_for_selector(".stored img", timeout=30_000)
        page.goto(f"{live_server.url}/luring/")
        page.wait_for_load_state("networkidle")
        expect(page.locator("[data-wait]")).to_be_empty()
        kept = asked(lambda: stored(draft.id, cast)["photo"])
        assert kept["name"] == "IMG_1.jpg" and kept["size"] <= 2_000_000, kept
