"""The desk in a real browser: by keyboard alone, on a phone, and without script."""

from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from tests import cast as the_cast
from tests.browser import IN_A_BROWSER, open_browser

from balai.base.outbox import Worker
from balai.casework.cases import queries
from balai.doors.console.demo.cast import Member

from .conftest import Office
from .test_sign import ready

pytestmark = [*IN_A_BROWSER, pytest.mark.django_db(transaction=True)]


FOCUSED = """() => {
  const at = document.activeElement, box = at.getBoundingClientRect(), style = getComputedStyle(at);
  const place = at.closest('.declared, .proof, .deskside');
  return {
    what: at.outerHTML.slice(0, 120), place: place ? place.className : '', outline: parseFloat(style.outlineWidth) || 0,
    visible: at === document.body || (box.width > 0 && box.bottom > 0 && box.top < innerHeight),
  };
}"""


@pytest.fixture
def town(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Build the town so that a server in another thread sees it."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright's loop runs in this thread; Django only waits
    now = timezone.now()
    cast = the_cast.make_cast(the_cast.NOW)
    the_cast.open_service()
    return Office(cast, now)


@pytest.fixture
def chromium() -> Iterator[Any]:
    with open_browser() as browser:
        yield browser


def enter(chromium: Any, town: Office, server: Any, member: Member, *, width: int = 1280, script: bool = True) -> Any:
    """Open a page as one of the cast; whatever the browser complains about fails the test."""
    context = chromium.new_context(viewport={"width": width, "height": 800}, java_script_enabled=script, locale="id-ID")
    context.set_default_timeout(8000)
    cookies = town.enter(member).cookies.values()
    context.add_cookies([{"name": one.key, "value": one.value, "url": server.url} for one in cookies])
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type in ("error", "warning") else None)
    return page


def test_an_officer_needs_no_mouse(chromium: Any, town: Office, live_server: Any) -> None:
    first, second = town.case(ago=timedelta(hours=3)), town.case()
    page = enter(chromium, town, live_server, town.cast.budi)
    page.goto(f"{live_server.url}/meja/")
    order = page.locator("[data-row] th a").all_inner_texts()
    assert sorted(order) == sorted([first.number, second.number])
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/berkas/{order[0]}/")
    for key, number in (("n", order[1]), ("p", order[0])):
        page.keyboard.press(key)
        page.wait_for_url(f"**/berkas/{number}/")
    page.keyboard.press("u")
    page.wait_for_url(f"{live_server.url}/meja/")
    page.keyboard.press("/")
    page.keyboard.type(second.number)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/berkas/{second.number}/")
    assert page.complaints == []


def test_questions_follow_the_answer_and_the_task_is_done(chromium: Any, town: Office, live_server: Any) -> None:
    row = town.case()
    page = enter(chromium, town, live_server, town.cast.budi)
    page.goto(f"{live_server.url}/meja/berkas/{row.number}/")
    assert page.locator("#missing").count() == 0
    page.get_by_label("Perlu diperbaiki pemohon").check()
    page.locator("#missing").fill("Foto papan nama belum terbaca")
    page.get_by_role("button", name="Selesaikan tugas").click()
    page.wait_for_url("**?selesai=1")
    assert queries.read_case(case_id=row.id).status == "waiting"
    assert page.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_the_document_that_came_back_is_kept(chromium: Any, town: Office, live_server: Any, script: bool) -> None:
    """With script it is kept as soon as it is chosen, and still there when the task is finished."""
    the_cast.open_service("ktp-el-hilang-rusak")
    case_id = the_cast.apply_for(town.cast, "ktp-el-hilang-rusak", "lost", now=town.now).case_id
    row = queries.read_case(case_id=case_id)
    for data in ({"result": "complete"}, {"reference": "SIAK-CONTOH-1"}):
        town.do(row, town.cast.budi, **data)
        Worker().drain(town.now)
    row = queries.read_case(case_id=case_id)
    page = enter(chromium, town, live_server, town.cast.budi, script=script)
    page.goto(f"{live_server.url}/meja/berkas/{row.number}/")
    page.locator("input[name=result][value=issued]").check()
    if not script:
        page.get_by_role("button", name="Perbarui pertanyaan").click()
    file = BytesIO()
    Image.new("RGB", (64, 48)).save(file, "PDF")
    page.set_input_files("#document", {"name": "bukti.pdf", "mimeType": "application/pdf", "buffer": file.getvalue()})
    if script:
        page.wait_for_selector(".stored")
    page.get_by_role("button", name="Selesaikan tugas").click()
    page.wait_for_url("**?selesai=1")
    assert queries.read_case(case_id=case_id).data[row.open_tasks[0].node]["document"]["name"] == "bukti.pdf"
    assert page.complaints == []


def test_everything_works_without_script(chromium: Any, town: Office, live_server: Any) -> None:
    row = town.case()
    page = enter(chromium, town, live_server, town.cast.budi, script=False)
    page.goto(f"{live_server.url}/meja/berkas/{row.number}/")
    page.get_by_label("Perlu diperbaiki pemohon").check()
    page.get_by_role("button", name="Perbarui pertanyaan").click()
    page.locator("#missing").fill("Foto papan nama belum terbaca")
    page.get_by_role("button", name="Selesaikan tugas").click()
    assert queries.read_case(case_id=row.id).status == "waiting"


def test_focus_is_always_to_be_seen_and_goes_the_way_one_reads(chromium: Any, town: Office, live_server: Any) -> None:
    row = town.case()
    page = enter(chromium, town, live_server, town.cast.budi)
    page.goto(f"{live_server.url}/meja/berkas/{row.number}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0, "the skip link comes into view"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    met: list[str] = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen = page.evaluate(FOCUSED)
        assert seen["outline"] >= 2 and seen["visible"], seen
        met.append(seen["place"])
    order = [place for at, place in enumerate(met) if place and place not in met[:at]]
    assert order[:3] == ["declared", "proof", "deskside"], "first what was told, then its proof, then the decision"


def test_the_inbox_is_filtered_by_keyboard_and_keeps_it(chromium: Any, town: Office, live_server: Any) -> None:
    town.case()
    page = enter(chromium, town, live_server, town.cast.budi)
    page.goto(f"{live_server.url}/meja/")
    page.locator("#langkah").focus()
    page.keyboard.type("Periksa")
    page.wait_for_url("**langkah=check**")
    assert page.locator("[data-row]").count() == 1
    page.reload()
    assert page.locator("#langkah").input_value() == "check"
    page.get_by_role("link", name="Hapus saringan").press("Enter")
    page.wait_for_url("**/meja/?")
    assert page.complaints == []


# on a phone axe looks at each page's width too (tests/journeys/test_axe.py)
@pytest.mark.parametrize("width", [pytest.param(360, marks=pytest.mark.long), 1280])
def test_no_page_is_wider_than_its_window(chromium: Any, town: Office, live_server: Any, width: int) -> None:
    row, letter = town.case(ago=timedelta(days=2)), ready(town)
    page = enter(chromium, town, live_server, town.cast.ratna, width=width)
    for address in (
        "",
        "?meja=unit",
        "cari/?cari=siti",
        f"berkas/{row.number}/",
        f"berkas/{letter.number}/",
        f"tanda-tangan/?berkas={letter.number}",
        "angka/",
        "tanda-tangan/kunci/",
    ):
        fits(page, f"{live_server.url}/meja/{address}", width)
    assert page.complaints == []
    counter = enter(chromium, town, live_server, town.cast.budi, width=width)  # only Budi works at the counter
    fits(counter, f"{live_server.url}/meja/loket/", width)
    assert counter.complaints == []


BIG = """() => {
  const root = document.documentElement;
  root.style.fontSize = '200%';
  const wide = root.scrollWidth;
  root.style.fontSize = '';
  return wide;
}"""


def fits(page: Any, address: str, width: int) -> None:
    page.goto(address)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, f"{address} is {wide} wide"
    big = page.evaluate(BIG) if width < 400 else 0  # where there is least room
    assert big <= width, f"{address} is {big} wide with its text twice as large"
    assert page.evaluate("document.querySelectorAll('h1').length") == 1, address
    unnamed = page.evaluate(
        "[...document.querySelectorAll('main input:not([type=hidden]), main select, main textarea')]"
        ".filter(one => !one.labels.length && !one.ariaLabel).map(one => one.name)"
    )
    assert unnamed == [], address


TILES = """() => {
  const boxes = (where) => [...document.querySelectorAll(where)].map((each) => each.getBoundingClientRect());
  const tiles = boxes('main .tally a'), button = boxes('main form .button').at(-1), foot = boxes('.foot')[0];
  return {
    button: tiles[0].top - button.bottom, foot: foot.top - Math.max(...tiles.map((each) => each.bottom)),
    between: Math.min(...tiles.slice(1).map((each, at) => Math.max(each.left - tiles[at].right, each.top - tiles[at].bottom))),
    heights: new Set(tiles.map((each) => Math.round(each.height))).size,
  };
}"""


@pytest.mark.parametrize("width", [320, 800, 1280])
def test_the_tiles_of_the_auditors_page_stand_apart(chromium: Any, town: Office, live_server: Any, width: int) -> None:
    town.appoint(town.cast.joko, "auditor", unit="inspektorat")
    page = enter(chromium, town, live_server, town.cast.joko, width=width)
    page.goto(f"{live_server.url}/meja/periksa/")
    gaps = page.evaluate(TILES)
    assert gaps["button"] >= 24 and gaps["foot"] >= 24 and gaps["between"] >= 8, gaps
    assert gaps["heights"] == 1, "tiles in one row are of one height"
    assert page.complaints == []


@pytest.mark.parametrize("script", [True, False])
def test_a_document_is_zoomed_and_turned_beside_what_is_being_typed(
    chromium: Any, town: Office, live_server: Any, script: bool
) -> None:
    row = town.case()
    page = enter(chromium, town, live_server, town.cast.budi, script=script)
    page.goto(f"{live_server.url}/meja/berkas/{row.number}/")
    page.locator("#note").fill("Setengah jadi")
    stage = page.locator(".doc[open] .stage")
    width = stage.bounding_box()["width"]
    assert width >= 0.4 * 1280, "half of the window"
    page.locator(".doc[open] .zooms label", has_text="200%").click()
    assert page.locator(".doc[open] .leaf").bounding_box()["width"] > 1.9 * width
    page.locator(".doc[open]").get_by_role("button", name="Putar").click()
    page.wait_for_selector(".doc[open] .turn90")
    assert page.locator("#note").input_value() == "Setengah jadi"
    if script:
        page.wait_for_timeout(300)
    assert set(queries.list_turns(row.id).values()) == {90}
    page.locator("[data-part=arsip]").click()
    page.wait_for_selector("#arsip")  # without a script the page is loaded anew
    assert page.locator("#arsip").is_visible() and not page.locator("#proses").is_visible()
    assert page.complaints == []
