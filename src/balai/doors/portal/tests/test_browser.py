"""What the small script adds, in a real browser on a phone's width, under the strict policy."""

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.conf import settings
from PIL import Image
from playwright.sync_api import expect
from tests.browser import IN_A_BROWSER, open_browser
from tests.cast import Cast, open_service, photo

from balai.base.models import Entry
from balai.base.pages.texts import say
from balai.casework.catalogue import queries as catalogue
from balai.doors.portal.tests.test_field_kinds import open_event
from balai.records.documents import queries as documents
from balai.records.documents.models import Document

pytestmark = [*IN_A_BROWSER, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def page(cast: Cast, live_server: Any) -> Iterator[Any]:
    """Open the first question page of an application on a 360-pixel phone."""
    with open_browser() as browser:
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="id-ID")
        made = context.new_page()
        made.set_default_timeout(8000)
        made.complaints = []
        made.on("console", lambda message: made.complaints.append(message.text))
        made.on("pageerror", lambda error: made.complaints.append(str(error)))
        made.goto(f"{live_server.url}/layanan/surat-keterangan-usaha/ajukan/")
        made.get_by_role("button", name=say("portal.start.begin", "id")).click()
        made.goto(made.url.replace("data-diri", "business"))
        yield made


def state(page: Any) -> Any:
    return page.locator("[data-state]")


def test_answers_save_themselves_and_a_lost_connection_loses_nothing(page: Any) -> None:
    page.fill("#business_name", "Warung")
    expect(state(page)).to_contain_text("Tersimpan")
    page.context.set_offline(True)
    page.fill("#business_name", "Warung Siti")
    page.get_by_role("button", name="Lanjutkan").click()
    expect(state(page)).to_contain_text("Sambungan terputus")
    assert page.input_value("#business_name") == "Warung Siti"
    page.wait_for_timeout(3500)  # the pause after which it would save
    page.context.set_offline(False)
    expect(state(page)).to_contain_text("Tersimpan")
    page.reload()
    assert page.input_value("#business_name") == "Warung Siti"


def test_a_question_comes_with_the_answer_that_needs_it_and_focus_stays(page: Any) -> None:
    page.get_by_label("Lainnya").check()
    page.wait_for_selector("#other_kind")
    assert page.evaluate("document.activeElement.value") == "lainnya"
    page.get_by_label("Jasa", exact=True).check()
    page.wait_for_selector("#other_kind", state="detached")


def test_a_double_click_sends_once_and_errors_take_the_focus(page: Any) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    # both clicks at once: a slower second one would fall on whatever the next page shows there
    page.get_by_role("button", name="Lanjutkan").evaluate("button => { button.click(); button.click() }")
    page.wait_for_selector("#faults")
    assert len(sent) == 1
    assert page.evaluate("document.activeElement.id") == "faults"


def test_a_chosen_file_is_kept_at_once_and_shown(page: Any) -> None:
    page.goto(page.url.replace("business", "evidence"))
    page.set_input_files("#photo", {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.wait_for_selector("text=foto.jpg")
    picture = page.locator(".stored img")
    expect(picture).to_have_js_property("naturalWidth", 64)  # as wide as the photo: never drawn larger


def test_a_large_photo_goes_smaller_and_upright(page: Any) -> None:
    page.goto(page.url.replace("business", "evidence"))
    exif, made = Image.Exif(), io.BytesIO()
    exif[0x0112] = 6  # held upright
    Image.effect_noise((3000, 2000), 80).convert("RGB").save(made, "JPEG", quality=95, exif=exif)
    assert made.tell() > 5_000_000, "too large for the question as it is"
    page.set_input_files("#photo", {"name": "IMG_1.JPG", "mimeType": "image/jpeg", "buffer": made.getvalue()})
    page.wait_for_selector(".stored img", timeout=20_000)
    found = asked(lambda: list(Document.objects.values_list("id", "series", "size")))
    assert [size <= 2_000_000 for _, _, size in found] == [True]
    with Image.open(io.BytesIO(asked(lambda: documents.read_bytes(found[0][0])))) as shown:
        assert shown.height > shown.width and not shown.getexif()
    said = asked(lambda: Entry.objects.get(stream=f"document:{found[0][1]}").body)
    assert "shrunk_from" not in said, "it was made smaller before it was sent"


def asked(question: Callable[[], Any]) -> Any:
    """Ask the database beside the browser's loop."""
    with ThreadPoolExecutor(1) as other:
        return other.submit(question).result()


def test_files_chosen_while_another_is_on_its_way_are_kept_too(page: Any) -> None:
    """As on a slow line: the second file is chosen, and the page sent, before the first has arrived."""
    page.goto(page.url.replace("business", "evidence"))
    page.route("**/evidence/", lambda route: (page.wait_for_timeout(700), route.continue_()))
    for name in ("rt_letter", "photo"):
        page.set_input_files(f"#{name}", {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(page.locator("progress")).to_have_count(2)
    page.wait_for_selector("text=rt_letter.jpg")
    assert page.evaluate("document.querySelector('#photo').files.length") == 1, "it has not gone along yet"
    page.get_by_role("button", name="Lanjutkan").click()
    page.wait_for_url(lambda url: not url.endswith("/evidence/"))
    page.unroute_all(behavior="wait")
    page.go_back()
    for name in ("rt_letter", "photo"):
        expect(page.locator("main")).to_contain_text(f"{name}.jpg")
    assert page.complaints == []


def test_a_file_chosen_without_a_line_goes_when_it_is_back_and_is_called_saved_by_nobody_before(page: Any) -> None:
    page.goto(page.url.replace("business", "evidence"))
    page.context.set_offline(True)
    page.set_input_files("#photo", {"name": "foto.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(state(page)).to_contain_text("Sambungan terputus")
    page.evaluate("""() => {
        window.said = [];
        new MutationObserver(() => {
            if (!document.querySelector('.stored img')) window.said.push(document.querySelector('[data-state]')?.textContent || '');
        }).observe(document.body, { subtree: true, childList: true, characterData: true });
    }""")
    page.context.set_offline(False)
    page.wait_for_selector(".stored img")
    assert not [words for words in page.evaluate("window.said") if "Tersimpan" in words]  # afterwards it may be, and is


def test_a_long_text_tells_its_count_and_stays_whole(page: Any) -> None:
    page.eval_on_selector("#business_name", "field => { field.dataset.most = 4000 }")
    page.fill("#business_name", "x" * 4213)
    expect(page.locator("output")).to_have_text("4.213 / 4.000")
    assert len(page.input_value("#business_name")) == 4213


def test_no_page_scrolls_sideways_and_nothing_is_blocked(page: Any, live_server: Any) -> None:
    for path in (
        "/",
        "/layanan/?q=xyz",
        "/layanan/surat-keterangan-usaha/",
        "/lacak/",
        "/v/",
        "/lanjut/",
        "/aksesibilitas/",
    ):
        page.goto(live_server.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    assert page.complaints == []


def test_another_language_takes_the_page_along_and_asks_where_it_cannot(page: Any, live_server: Any) -> None:
    page.fill("#business_name", "Warung Si")
    page.get_by_role("button", name="EN").click()
    page.wait_for_selector("html[lang=en]")
    assert page.input_value("#business_name") == "Warung Si"
    page.goto(f"{live_server.url}/akun/signup/")
    page.get_by_label("Name").fill("Siti")
    page.get_by_role("button", name="ID").click()
    page.wait_for_selector("html[lang=id]")
    assert page.get_by_label("Nama").input_value() == "Siti", "every page with one form takes it along"
    page.goto(f"{live_server.url}/lacak/")  # two forms
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    number = page.locator("[name=nomor]").first
    number.fill("SKU-AAAA-BBBB")
    page.get_by_role("link", name="EN").click()
    assert len(asked) == 1 and "hilang" in asked[0] and number.input_value() == "SKU-AAAA-BBBB"
    number.fill("")
    page.get_by_role("link", name="EN").click()
    page.wait_for_selector("html[lang=en]")
    assert len(asked) == 1, "nothing typed, nothing asked"


@pytest.fixture
def shipped(cast: Cast) -> list[str]:
    """Open every shipped service, before there is a browser: beside its loop nobody asks the database."""
    found = sorted(folder.name for folder in settings.BALAI_SERVICES.iterdir() if (folder / "service.yaml").is_file())
    opened = [open_service(service) for service in found]
    catalogue.forget_current()
    return [one.id for one in opened if not one.is_officers and one.about is None]  # which anybody may begin there


def test_what_a_page_is_for_stands_in_the_first_view_and_large_type_scrolls_only_down(
    shipped: list[str], page: Any, live_server: Any
) -> None:
    """On a small phone each shipped service begins without scrolling; at twice the size of type nothing runs out of the page."""
    page.set_viewport_size({"width": 360, "height": 640})
    for service in shipped:
        page.goto(f"{live_server.url}/layanan/{service}/")
        box = page.locator("main a.button", has_text="Ajukan").bounding_box()
        assert box["y"] + box["height"] <= 530, (
            f"the demonstration's strip takes 110 of 640; {service}: the button ends at {box['y'] + box['height']}"
        )
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, service
    for path in ("/", "/layanan/surat-keterangan-usaha/ajukan/", "/lacak/", "/design"):
        page.goto(live_server.url + path)
        assert page.locator(".masthead .wrap").bounding_box()["height"] < 80, "the header is one row"
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path


@pytest.mark.parametrize("lang", ["id", "en"])
def test_a_chosen_file_stands_there_by_its_own_name_in_the_language_of_the_page(page: Any, lang: str) -> None:
    page.context.add_cookies(
        [{"name": settings.LANGUAGE_COOKIE_NAME, "value": lang, "domain": "localhost", "path": "/"}]
    )
    page.goto(page.url.replace("business", "evidence"))
    box = page.locator(".pick:has(#photo)")
    expect(box.locator("b")).to_have_text(say("pages.form.choose_file", lang))
    expect(box.locator("output")).to_have_text(say("pages.form.no_file", lang))
    with page.expect_file_chooser() as chooser:
        box.locator("b").click(force=True)  # it lies under the browser's own control, which nobody sees
    page.context.set_offline(True)
    chooser.value.set_files({"name": "rumah saya.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    expect(box.locator("output")).to_have_text("rumah saya.jpg")
    page.set_input_files("#photo", [])
    expect(box.locator("output")).to_have_text(say("pages.form.no_file", lang))
    page.focus("#photo")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    assert box.locator("b").evaluate("button => getComputedStyle(button).outlineStyle") == "solid"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_script_a_file_is_chosen_by_the_browsers_own_control(page: Any) -> None:
    page.goto(page.url.replace("business", "evidence"))
    page.evaluate("document.documentElement.classList.remove('js')")  # what a browser without script draws
    box = page.locator(".pick:has(#photo)")
    expect(box.locator("b")).to_be_hidden()
    assert box.locator("input").evaluate("input => getComputedStyle(input).opacity") == "1"


def test_what_is_worked_out_follows_the_typing_and_several_files_go_at_once(page: Any, live_server: Any) -> None:
    asked(open_event)
    page.goto(f"{live_server.url}/layanan/contoh/ajukan/")
    page.get_by_role("button", name=say("portal.start.begin", "id")).click()
    page.goto(page.url.replace("data-diri", "proof"))
    page.set_input_files(
        "#photos", [{"name": f"{one}.jpg", "mimeType": "image/jpeg", "buffer": photo()} for one in ("depan", "samping")]
    )
    expect(page.locator(".stored")).to_have_count(2, timeout=20_000)
    page.get_by_role("button", name="Tambah lapak lagi").click()
    page.locator("#stands-1-area").press_sequentially("2,5")
    expect(page.locator("#total")).to_have_text("2,5 m²", timeout=20_000)
    assert page.evaluate("document.activeElement.id") == "stands-1-area" and page.input_value("#stands-1-area") == "2,5"
    page.goto(page.url.replace("proof", "event"))
    page.get_by_label("Perkiraan tamu").fill("120")
    page.locator("#village").select_option("64.72.05.1003")
    page.get_by_text("SD Contoh 9").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360 and page.complaints == []
