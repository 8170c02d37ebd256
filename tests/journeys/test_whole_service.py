"""A service that is a folder alone, walked in a real browser to its letters: applied for on a phone, co-signers by their links, two
offices at once, more time taken, decided, paid, signed; and another one refused, objected to, its refusal replaced."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from playwright.sync_api import Browser
from tests.browser import IN_A_BROWSER, open_browser
from tests.journeys.hall import SHOTS, Hall, Visitor, open_hall
from tests.journeys.test_cosigners import link_to, onward
from tests.journeys.test_letter import fill, work

from balai.doors.console.demo.cast import PASSPHRASE

pytestmark = [pytest.mark.long, *IN_A_BROWSER]
SERVICE = "sewa-aula"
TODAY = datetime.now(UTC).date()
STARTS = TODAY + timedelta(days=40)
BOTH = (("Joko Contoh", "0812 9111 2222", "9901010202900002"), ("Ratna Contoh", "0812 9333 4444", ""))
ONE = (("Joko Contoh", "0812 9555 7777", "9901010202900002"),)
ANSWERS = {
    "village": "64.72.05.1003", "reason": "Pentas seni ulang tahun kampung", "place": "Aula Kelurahan Lempake",
    "starts_on": f"{STARTS.day} {STARTS.month} {STARTS.year}", "ends_on": f"{STARTS.day} {STARTS.month} {STARTS.year}",
    "phone": "081200000001", "true_statement": "true", "agreed": "1",
}  # fmt: skip
GROUNDS = {
    "grounds": "Aula itu kosong pada hari yang kami minta, dan jadwalnya tertempel di pintunya.", "wish": "Izin sewa diterbitkan",
    "phone": "081200000001", "true_statement": "true",
}  # fmt: skip
PAID = {"paid_on": f"{TODAY.day} {TODAY.month} {TODAY.year}"}
CAME = {"result": "received", "receipt": "TBP-2026-0007", "received_on": PAID["paid_on"]}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with open_hall(tmp_path_factory.mktemp("whole")) as opened:
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("proof") / "bukti.jpg"
    Image.new("RGB", (640, 480), "#e8e4d8").save(path)
    return path


def apply(siti: Visitor, neighbours: tuple[tuple[str, str, str], ...], name: str) -> str:
    """Let Siti apply on her phone and name her neighbours; give the case's number."""
    page = siti.page
    siti.enter("siti")
    siti.go(f"/layanan/{SERVICE}/")
    siti.shoot(f"{name}-00-service")
    with page.expect_navigation():
        page.click("main a[href$='/ajukan/'], main form[action$='/ajukan/'] button")
    for at in range(8):
        if "/periksa/" in page.url:
            break
        if page.locator("[name=neighbours-rows]").count():
            _name(siti, neighbours)
        else:
            fill(siti, None, ANSWERS)
        assert siti.does_not_scroll_sideways(), page.url
        siti.shoot(f"{name}-01-page-{at}")
        onward(page, "lanjutkan|mulai")
    siti.shoot(f"{name}-02-review")
    onward(page, "kirim")
    found = re.search(r"SWA-\w{4}-\w{4}", page.content())
    assert found is not None, siti.text()
    siti.shoot(f"{name}-03-sent")
    return found[0]


def _name(siti: Visitor, neighbours: tuple[tuple[str, str, str], ...]) -> None:
    page = siti.page
    for number, (name, phone, nik) in enumerate(neighbours):
        if not page.locator(f"[name=neighbours-{number}-name]").count():
            page.get_by_role("button", name=re.compile("Tambah tetangga")).click()
            page.locator(f"[name=neighbours-{number}-name]").wait_for()
        page.fill(f"[name=neighbours-{number}-name]", name)
        page.fill(f"[name=neighbours-{number}-phone]", phone)
        page.fill(f"[name=neighbours-{number}-nik]", nik)


def agree(guest: Visitor, neighbours: tuple[tuple[str, str, str], ...], name: str) -> None:
    """Let each neighbour agree by their link, on a phone without script."""
    guest.go("/demo/")
    for at, (_, phone, nik) in enumerate(neighbours):
        guest.go(link_to(guest, "+62" + phone.replace(" ", "")[1:]))
        if nik:
            guest.page.fill("#digits", nik[-4:])
            onward(guest.page, "Lanjut")
        guest.shoot(f"{name}-04-cosigner-{at}")
        guest.page.check("#agree")
        onward(guest.page, "Kirim jawaban")
        assert "Anda setuju" in guest.text() and guest.does_not_scroll_sideways()


def advise(desk: Visitor, number: str, name: str) -> None:
    """Let both offices give their opinion, after the clerk looked."""
    work(desk, "budi", number, {"result": "complete", "note": "Aula kosong pada hari itu"})
    work(desk, "ratna", number, {"advice": "Tidak ada keberatan dari dinas perizinan"})
    work(desk, "budi", number, {"advice": "Lokasi sesuai"})
    desk.shoot(f"{name}-05-advised")


def sign(desk: Visitor, who: str, number: str, name: str) -> None:
    """Let somebody look at the letter to its end and sign it."""
    desk.enter(who)
    for _ in range(50):  # what an officer's move started waits for the minute in which it may be taken back
        desk.go(f"/meja/tanda-tangan/?berkas={number}")
        if desk.page.locator("[data-page]").count():
            break
        desk.page.wait_for_timeout(2000)
    desk.page.locator("[data-page]").last.evaluate("one => one.scrollIntoView({block: 'end'})")
    desk.page.wait_for_selector("[name=letter]:checked")
    desk.shoot(f"{name}-to-sign")
    desk.page.locator("main input[type=password]").first.fill(PASSPHRASE)
    onward(desk.page, "tanda tangani")


def letter_of(siti: Visitor, folder: Path, number: str, name: str) -> str:
    """Download the letter of a case, leave its pages as pictures for eyes, and give its words."""
    siti.go(f"/berkas/{number}/")
    siti.shoot(f"{name}-case")
    with siti.page.expect_download() as waiting:
        siti.page.locator("main a[href*='/surat/']").first.click()
    path = folder / f"{name}.pdf"
    waiting.value.save_as(path)
    document = pypdfium2.PdfDocument(path)
    for at, page in enumerate(document):
        if SHOTS:
            page.render(scale=1.5).to_pil().save(Path(SHOTS) / f"{name}-letter-{at}.png")
    return " ".join(" ".join(page.get_textpage().get_text_range().split()) for page in document)


def test_a_folder_with_everything_is_walked_to_its_letter(
    hall: Hall, browser: Browser, proof: Path, tmp_path: Path
) -> None:
    siti, desk = Visitor(browser, hall), Visitor(browser, hall, width=1280)
    guest = Visitor(browser, hall, script=False)
    number = apply(siti, BOTH, "a")
    agree(guest, BOTH, "a")
    advise(desk, number, "a")

    desk.enter("ratna")  # more time, once, with a reason that the applicant reads
    desk.go(f"/meja/berkas/{number}/")
    desk.shoot("a-06-decide")
    extended = desk.page.locator("form[action$='/perpanjang/']")
    desk.page.locator("details:has(form[action$='/perpanjang/']) > summary").click()
    extended.locator("[name=extend]").fill("Menunggu jadwal pengelola aula")
    with desk.page.expect_navigation():
        extended.locator("button").first.click()
    desk.shoot("a-07-extended")
    siti.go(f"/berkas/{number}/")
    siti.shoot("a-08-extended")
    assert "Menunggu jadwal pengelola aula" in siti.text()

    work(desk, "ratna", number, {"outcome": "grant", "reason": "Berkas lengkap dan aula kosong"})
    siti.go(f"/berkas/{number}/")
    siti.shoot("a-09-asked-to-pay")
    assert "pembayaran" in siti.text()
    with siti.page.expect_navigation():
        siti.page.locator("main a[href*='/jawab/']").first.click()
    fill(siti, proof, PAID)
    siti.shoot("a-10-pay")
    assert "Rp250.000" in siti.text() and siti.does_not_scroll_sideways()
    onward(siti.page, "kirim|simpan")
    siti.shoot("a-11-paid")
    work(desk, "budi", number, CAME)
    desk.shoot("a-12-came")
    sign(desk, "ratna", number, "a-13")
    desk.shoot("a-14-signed")
    words = letter_of(siti, tmp_path, number, "a-15")
    assert "Pentas seni ulang tahun kampung" in words and "Siti Rahma Contoh" in words
    assert siti.does_not_scroll_sideways() and not siti.faults and not desk.faults and not guest.faults


def test_a_refusal_is_objected_to_and_replaced_by_another_letter(hall: Hall, browser: Browser, tmp_path: Path) -> None:
    siti, desk = Visitor(browser, hall), Visitor(browser, hall, width=1280)
    number = apply(siti, ONE, "b")
    agree(Visitor(browser, hall, script=False), ONE, "b")
    advise(desk, number, "b")
    refusal = {"outcome": "refuse", "reason": "Aula dipakai kegiatan lain", "remedy": "Pilih hari yang lain"}
    work(desk, "ratna", number, refusal)
    sign(desk, "ratna", number, "b-06")
    words = letter_of(siti, tmp_path, number, "b-07")
    assert "Aula dipakai kegiatan lain" in words and "keberatan" in words.lower()

    siti.go(f"/berkas/{number}/")
    onward(siti.page, "Ajukan keberatan")
    for at in range(5):
        if "/periksa/" in siti.page.url:
            break
        siti.shoot(f"b-08-objection-{at}")
        assert siti.does_not_scroll_sideways(), siti.page.url
        fill(siti, None, GROUNDS)
        onward(siti.page, "lanjutkan|mulai")
    siti.shoot("b-09-objection-review")
    onward(siti.page, "kirim|ajukan")
    found = re.search(r"KBR-\w{4}-\w{4}|[A-Z]{2,5}-\w{4}-\w{4}", siti.page.content().replace(number, ""))
    assert found is not None, siti.text()
    objection = found[0]
    siti.go(f"/berkas/{number}/")
    siti.shoot("b-10-objected")
    assert objection in siti.text()

    work(
        desk,
        "penelaah",
        objection,
        {"result": "complete", "finding": "Jadwal di pintu aula memang kosong pada hari itu"},
    )
    work(desk, "camat", objection, {"outcome": "grant", "reason": "Jadwal aula membuktikan keterangan pemohon"})
    sign(desk, "camat", objection, "b-11")
    desk.shoot("b-12-signed")
    words = letter_of(siti, tmp_path, objection, "b-13")
    assert "Jadwal aula membuktikan" in words and number in words
    siti.go(f"/berkas/{number}/")
    siti.shoot("b-14-overturned")
    assert "diganti" in siti.text() and not siti.faults and not desk.faults
