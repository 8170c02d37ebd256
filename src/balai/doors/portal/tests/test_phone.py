"""One's own phone: sealed copies to read and fill in without a connection; sent later, once, and nothing of it lost."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect
from tests.browser import IN_A_BROWSER, open_browser
from tests.cast import Cast, apply_for_sku, photo
from tests.sessions import sign_in

from balai.base.models import Deed
from balai.base.pages.texts import say
from balai.casework.cases import queries as cases
from balai.casework.cases.models import Draft
from balai.doors.portal import phone

from .test_apply import BUSINESS, begin, fill, step

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "/akun-saya/ponsel/"


def stored(draft_id: Any, cast: Cast) -> dict[str, Any]:
    return cases.access_draft(cast.siti.citizen, draft_id).answers


def marks(siti: Client, draft_id: Any, page: str) -> str:
    told = siti.get(f"{PHONE}permohonan/{draft_id}").json()
    return json.dumps(next(each["marks"] for each in told["pages"] if each["id"] == page))


def test_what_was_typed_is_saved_once_and_what_changed_on_both_sides_is_shown(
    siti: Client, joko: Client, cast: Cast
) -> None:
    base = begin(siti)
    step(siti, base, "business", BUSINESS)
    draft = Draft.objects.get()
    at, copied = f"{PHONE}permohonan/{draft.id}/business", marks(siti, draft.id, "business")
    typed = {**BUSINESS, "business_name": "Warung di Ponsel", "command": str(uuid4()), "base": copied}
    assert joko.post(at, typed).status_code == 404 and joko.get(f"{PHONE}permohonan/{draft.id}").status_code == 404

    assert siti.post(at, typed).json() == {"done": True}
    done = Deed.objects.count()
    assert stored(draft.id, cast)["business_name"] == "Warung di Ponsel"
    step(siti, base, "business", {**BUSINESS, "business_name": "Diubah kemudian"})
    assert siti.post(at, typed).json() == {"done": True}, "the answer was lost on its way: the same is sent again"
    assert stored(draft.id, cast)["business_name"] == "Diubah kemudian", "and changes nothing a second time"
    assert Deed.objects.count() == done + 1

    other = {**typed, "business_name": "Toko", "business_address": "Jalan Baru 2", "command": str(uuid4())}
    answer = siti.post(at, other)
    assert answer.status_code == 409 and answer.json()["why"] == "changed"
    (name, address) = answer.json()["rows"]
    assert (name["here"], name["there"]) == ("Toko", "Diubah kemudian")
    assert address["here"] == "Jalan Baru 2"
    assert stored(draft.id, cast)["business_name"] == "Diubah kemudian", "nobody chose yet"
    untouched = {**typed, "business_address": "Jalan Baru 2", "business_name": "Warung Siti", "command": str(uuid4())}
    assert siti.post(at, untouched).json() == {"done": True}, "one side alone changed each of them: no question"
    now = stored(draft.id, cast)
    assert (now["business_name"], now["business_address"]) == ("Diubah kemudian", "Jalan Baru 2")
    assert siti.post(at, {**other, "force": "1"}).json() == {"done": True}
    assert stored(draft.id, cast)["business_name"] == "Toko"

    fill(siti, base, known=True)
    siti.post(f"{base}periksa/", {"declare": "1"})
    late = siti.post(at, {**other, "command": str(uuid4())})
    assert (late.status_code, late.json()["why"]) == (409, "sent")


def test_a_phone_that_was_silent_too_long_or_whose_person_leaves_is_wiped_by_its_browser(
    siti: Client, joko: Client, cast: Cast
) -> None:
    told = siti.get(f"{PHONE}daftar").json()
    assert told["who"] == siti.get(f"{PHONE}daftar").json()["who"] != joko.get(f"{PHONE}daftar").json()["who"]
    for days, status in ((13, 200), (15, 410)):
        since = quote((timezone.now() - timedelta(days=days)).isoformat())
        answer = siti.get(f"{PHONE}daftar?sejak={since}")
        assert (answer.status_code, '"storage"' in answer.get("Clear-Site-Data", "")) == (status, status == 410)
    assert '"storage"' in joko.post(f"{PHONE}hapus/")["Clear-Site-Data"]
    assert "Clear-Site-Data" not in joko.post("/akun/logout/"), "this phone keeps nothing any more"
    assert "Clear-Site-Data" not in siti.get("/akun/logout/")
    assert siti.get(f"{PHONE}daftar").status_code == 200
    assert '"storage"' in siti.post("/akun/logout/")["Clear-Site-Data"]
    counter = sign_in(cast.budi).post("/akun/logout/")
    assert counter.status_code == 302 and "Clear-Site-Data" not in counter, (
        "what an office keeps for its day is not a person's"
    )


def asked(question: Callable[[], Any]) -> Any:
    """Ask the database beside the browser's loop."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(question).result()


INSIDE = """async () => {
    const base = await new Promise(done => { const asked = indexedDB.open('balai'); asked.onsuccess = () => done(asked.result); });
    const all = name => new Promise(done => {
        const asked = base.transaction(name).objectStore(name).getAll(); asked.onsuccess = () => done(asked.result); });
    const text = bytes => new TextDecoder('latin1').decode(bytes), self = await all('self');
    const kept = [...await all('kept'), ...await all('queue')], cached = [];
    for (const name of await caches.keys()) for (const one of await (await caches.open(name)).keys()) cached.push(new URL(one.url).pathname);
    base.close();
    return { keys: self.filter(one => one instanceof CryptoKey).map(one => one.extractable), count: kept.length,
        words: kept.map(one => text(one.body)).join('') + JSON.stringify(self), cached };
}"""


class TestInABrowser:
    pytestmark = IN_A_BROWSER

    def test_a_phone_reads_fills_in_and_sends_later(
        self, siti: Client, cast: Cast, live_server: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        number = apply_for_sku(cast).number
        base = begin(siti)
        step(siti, base, "business", BUSINESS)
        draft = Draft.objects.exclude(case__isnull=False).get()
        session = sign_in(cast.siti).cookies[settings.SESSION_COOKIE_NAME].value
        with open_browser() as browser:
            context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID")
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
            page = context.new_page()
            page.set_default_timeout(8000)
            faults: list[str] = []
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(f"{live_server.url}/akun-saya/")
            page.get_by_role("link", name=say("portal.phone.go", "id")).click()
            page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
            page.get_by_role("button", name=say("portal.phone.on", "id")).click()
            expect(page.locator("[data-phone-state]")).to_have_text(say("portal.phone.on_now", "id"))
            inside = page.evaluate(INSIDE)
            assert inside["keys"] == [False] and inside["count"] == 2, (
                "a case and a draft, under a key that cannot leave"
            )
            assert not [one for one in (number, "Warung", "Siti") if one in inside["words"]]
            assert all(one.startswith(("/-/", "/luring/")) for one in inside["cached"]), inside["cached"]

            word = asked(lambda: siti.get(f"{PHONE}berkas/{number}").json()["headline"])
            context.set_offline(True)
            page.goto(f"{live_server.url}/berkas/{number}/")  # any page: what is kept is offered
            kept = page.locator("[data-phone]")
            kept.locator("summary", has_text=word).click()
            expect(kept).to_contain_text(number)
            kept.locator("summary").first.click()
            for step_name, told in (("business", {"business_name": "Warung Luring"}), ("evidence", {})):
                title = asked(lambda: next(
                    each["title"] for each in siti.get(f"{PHONE}permohonan/{draft.id}").json()["pages"] if each["id"] == step_name  # noqa: B023
                ))  # fmt: skip
                kept.get_by_role("button", name=f"{say('portal.phone.edit', 'id')}: {title}").click()
                for name, value in told.items():
                    page.fill(f"[data-phone] [name={name}]", value)
                if step_name == "evidence":
                    sent = {"name": "luring.jpg", "mimeType": "image/jpeg", "buffer": photo()}
                    page.set_input_files("[data-phone] [name=photo]", sent)
                kept.get_by_role("button", name=say("portal.phone.save", "id"), exact=True).click()
                expect(kept.locator(".state")).to_have_text(say("portal.phone.saved", "id"))
            assert "Luring" not in page.evaluate(INSIDE)["words"]
            asked(lambda: step(siti, base, "business", {**BUSINESS, "business_name": "Warung Meja"}))

            context.set_offline(False)
            page.goto(f"{live_server.url}/berkas-saya/")
            page.get_by_text(say("portal.phone.banner_clash", "id")).wait_for()
            page.get_by_role("link", name=say("portal.phone.look", "id"), exact=True).click()
            table = page.locator("[data-wait] table")
            expect(table).to_contain_text("Warung Luring")
            expect(table).to_contain_text("Warung Meja")
            answers = asked(lambda: stored(draft.id, cast))
            assert (answers["business_name"], answers["photo"]["name"]) == ("Warung Meja", "luring.jpg")
            page.get_by_role("button", name=say("portal.phone.use_here", "id")).click()
            expect(page.locator("[data-wait] table")).to_have_count(0)
            assert asked(lambda: stored(draft.id, cast))["business_name"] == "Warung Luring"

            monkeypatch.setattr(phone, "MOST", 100)
            page.goto(f"{live_server.url}/luring/")
            expect(kept).to_contain_text(say("portal.phone.full", "id"))
            page.goto(f"{live_server.url}/akun/logout/")
            page.locator("main form button").click()
            page.wait_for_url(lambda url: "logout" not in url)
            assert page.evaluate("indexedDB.databases().then(found => found.length)") == 0
            assert page.evaluate("localStorage.length") == 0
            assert faults == []
            browser.close()
