"""Those who must agree, in a real browser: one by their link on a phone, one at the counter, one refuses and is replaced."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from tests.browser import IN_A_BROWSER, open_browser
from tests.journeys.hall import Hall, Visitor, open_hall
from tests.journeys.test_letter import fill

pytestmark = [pytest.mark.long, *IN_A_BROWSER]
SERVICE = "sewa-aula"
ANSWERS = {
    "village": "64.72.05.1003", "reason": "Pentas seni ulang tahun kampung", "place": "Aula Kelurahan Lempake", "phone": "081200000001",
    "true_statement": "true", "agreed": "1",
}  # fmt: skip
NEIGHBOURS = (
    ("Joko Contoh", "0812 9111 2222", "9901010202900002"),
    ("Ratna Contoh", "0812 9333 4444", "9901010303900003"),
    ("Budi Contoh", "0812 9555 6666", ""),
)


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with open_hall(tmp_path_factory.mktemp("cosigners")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def onward(page: Page, words: str) -> None:
    """Press the button of these words and wait for the page it leads to."""
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile(words, re.IGNORECASE)).first.click()


def apply(siti: Visitor) -> str:
    """Let Siti apply and name three neighbours; give the case's number."""
    page = siti.page
    siti.go(f"/layanan/{SERVICE}/")
    with page.expect_navigation():
        page.click("main a[href$='/ajukan/'], main form[action$='/ajukan/'] button")
    for _ in range(8):
        if "/periksa/" in page.url:
            break
        if page.locator("[name=neighbours-0-name], [name=more-neighbours], button:has-text('Tambah tetangga')").count():
            _name_neighbours(siti)
        else:
            fill(siti, None, ANSWERS)
        onward(page, "lanjutkan|mulai")
    siti.shoot("cosigners-review")
    onward(page, "kirim")
    found = re.search(r"SWA-\w{4}-\w{4}", page.content())
    assert found is not None, siti.text()
    return found[0]


def _name_neighbours(siti: Visitor) -> None:
    page = siti.page
    for number, (name, phone, nik) in enumerate(NEIGHBOURS):
        if not page.locator(f"[name=neighbours-{number}-name]").count():
            page.get_by_role("button", name=re.compile("Tambah tetangga")).click()
            page.locator(f"[name=neighbours-{number}-name]").wait_for()
        page.fill(f"[name=neighbours-{number}-name]", name)
        page.fill(f"[name=neighbours-{number}-phone]", phone)
        page.fill(f"[name=neighbours-{number}-nik]", nik)
    siti.shoot("cosigners-form")


def link_to(someone: Visitor, phone: str) -> str:
    """Read the newest link that was sent to a number, in the demonstration's mailbox."""
    for _ in range(40):
        someone.go("/demo/surat/")
        found = re.findall(rf"{re.escape(phone)}[\s\S]{{0,900}}?/setuju/([0-9A-Z]{{26}})/", someone.page.content())
        if found:
            return f"/setuju/{found[0]}/"
        someone.page.wait_for_timeout(1000)
    raise AssertionError(f"nothing was sent to {phone}")


def test_three_are_asked_one_answers_by_link_one_at_the_counter_one_is_replaced(hall: Hall, browser: Browser) -> None:
    siti, budi, guest = Visitor(browser, hall), Visitor(browser, hall, width=1280), Visitor(browser, hall, script=False)
    siti.enter("siti")
    number = apply(siti)
    guest.go("/demo/")

    # by link, on a phone, without script
    guest.go(link_to(guest, "+6281291112222"))
    guest.shoot("cosigners-digits")
    assert "Pentas" not in guest.text() and guest.does_not_scroll_sideways()
    guest.page.fill("#digits", NEIGHBOURS[0][2][-4:])
    onward(guest.page, "Lanjut")
    guest.shoot("cosigners-question")
    assert "Pentas seni" in guest.text() and "0812" not in guest.text() and guest.does_not_scroll_sideways()
    guest.page.check("#agree")
    onward(guest.page, "Kirim jawaban")
    assert "Anda setuju" in guest.text()
    guest.shoot("cosigners-done")

    # at the counter, with their card
    budi.enter("budi")
    budi.go("/meja/loket/persetujuan/")
    budi.page.fill("#number", number)
    budi.page.fill("#nik", NEIGHBOURS[1][2])
    budi.shoot("cosigners-counter")
    onward(budi.page, "Buka")
    budi.shoot("cosigners-counter-question")
    budi.page.check("#agree")
    budi.page.check("#card")
    onward(budi.page, "Catat jawaban")
    assert "Persetujuan dicatat" in budi.text()

    # one refuses by link, and is replaced
    guest.go(link_to(guest, "+6281295556666"))
    guest.page.check("#refuse")
    guest.page.fill("#reason", "Saya tidak tinggal di sana")
    onward(guest.page, "Kirim jawaban")
    siti.go(f"/berkas/{number}/")
    siti.shoot("cosigners-case")
    siti.go(f"/berkas/{number}/persetujuan/")
    siti.shoot("cosigners-list")
    assert "Tidak setuju" in siti.text() and "tidak tinggal" not in siti.text() and siti.does_not_scroll_sideways()
    with siti.page.expect_navigation():
        siti.page.locator("section:has-text('Budi Contoh') a:has-text('Sebut orang lain')").click()
    siti.page.fill("#name", "Joko Dua Contoh")
    siti.page.fill("#phone", "0812 9777 8888")
    siti.shoot("cosigners-replace")
    onward(siti.page, "Kirim tautan")
    assert "Joko Dua Contoh" in siti.text() and "Budi Contoh" not in siti.text().split("diganti")[-1]
    guest.go(link_to(guest, "+6281297778888"))
    guest.page.check("#agree")
    onward(guest.page, "Kirim jawaban")

    # the case goes on, and its officers see who agreed by which way
    budi.go(f"/meja/berkas/{number}/")
    budi.shoot("cosigners-desk")
    assert "Di loket" in budi.text() and "Lewat tautan" in budi.text() and "Periksa berkas" in budi.text()
    assert not siti.faults and not guest.faults
