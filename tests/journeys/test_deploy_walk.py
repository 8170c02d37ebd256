"""From the first administrator to a signed letter through TLS, on the documented machine, in a browser that trusts the test CA."""

import re
import time
from dataclasses import dataclass
from email import message_from_bytes, policy

import pytest
from PIL import Image
from tests.browser import IN_A_BROWSER, open_browser
from tests.journeys.deployed import DEPLOY, NAME, ON_A_MACHINE, URL, browser_there, open_place, read_environment
from tests.journeys.hall import Visitor
from tests.journeys.test_first_day import PASSWORD, add_second_factor, code_of
from tests.journeys.test_letter import ANSWERS, fill, press, qr_of, upload

pytestmark = [*IN_A_BROWSER, ON_A_MACHINE, pytest.mark.one_database]
HERE = DEPLOY / "one-machine"
PASSPHRASE = "tanda tangan di tepi Mahakam"
WHO = {  # what the letter prints of whoever applies, and an account does not know
    "nik": "6472056511900007", "name": "Siti Rahma Contoh", "birth_place": "Samarinda", "birth_date": "25 11 1990",
    "address": "Jalan Contoh Nomor 1, RT 02",
}  # fmt: skip
STAFF = {"ratna": ("Ratna Dewi Contoh", "Lurah Lempake"), "budi": ("Budi Santoso Contoh", "Staf Pelayanan")}


@dataclass
class Here:
    """What a `Visitor` needs of a hall."""

    url: str


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    with open_place(tmp_path_factory.mktemp("walk")) as place:
        place.serve_tls(HERE / "nginx.conf")
        place.box = place.serve_mail()
        place.start(HERE / "balai.service", read_environment(HERE / "env"), "hall.log")
        place.wait(f"{URL}/", "hall.log")
        yield place


def mail_to(place, address, words, seconds=30):
    """Wait for a mail to an address with some words, and give its text; every link in it leads to the hall by TLS."""
    end = time.monotonic() + seconds
    seen = []
    while time.monotonic() < end:
        seen = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in place.box.glob("new/*")]
        for message in seen:
            body = message.get_body(("plain",)).get_content()
            assert [
                link
                for link in re.findall(r"https?://\S+[^\s.]", body)
                if not link.startswith(URL + "/") and link != URL
            ] == []
            if address in message["To"] and re.search(words, body):
                return body
        time.sleep(0.2)
    raise AssertionError(f"no mail to {address} with {words}: {[(each['To'], each['Subject']) for each in seen]}")


def sign_in(visitor, address):
    visitor.go("/akun/login/")
    visitor.page.fill("[name=login]", address)
    visitor.page.fill("[name=password]", PASSWORD)
    press(visitor, "^masuk$")


def confirm(visitor, place, address):
    link = re.search(r"https://\S+/akun/confirm-email/\S+", mail_to(place, address, "confirm-email")).group()
    visitor.page.goto(link)
    with visitor.page.expect_navigation():
        visitor.page.locator("main form button").first.click()


def make_administrator(place, admin):
    link = re.search(r"https://\S+/pemasangan/\S+", (place.folder / "hall.log").read_text()).group()
    admin.page.goto(link)
    for name, value in (("name", "Joko Contoh"), ("email", "joko@kota.example"), ("password", PASSWORD)):
        admin.page.fill(f"[name={name}]", value)
    press(admin, "administrator")
    sign_in(admin, "joko@kota.example")
    admin.go("/meja/kelola/")
    add_second_factor(admin)


def make_town(admin):
    admin.go("/meja/kelola/unit/")
    press(admin, "susun semua unit")
    admin.go("/meja/kelola/layanan/")
    row = admin.page.locator("li, .card, tr", has_text="surat-keterangan-usaha").last
    with admin.page.expect_navigation():
        row.get_by_role("button", name="Terbitkan").click()


def make_officer(place, admin, visitor, who):
    name, post = STAFF[who]
    admin.go("/meja/kelola/petugas/")
    with admin.page.expect_navigation():
        admin.page.get_by_role("link", name=re.compile("Undang")).first.click()
    admin.page.fill("[name=name]", name)
    admin.page.fill("[name=email]", f"{who}@kota.example")
    press(admin, "buat akun")
    link = admin.page.input_value("main input[readonly]")
    assert link.startswith(f"{URL}/")
    visitor.page.goto(link)
    visitor.page.fill("[name=password1]", PASSWORD)
    press(visitor, "simpan kata sandi")
    admin.go("/meja/kelola/unit/?q=Lempake")
    with admin.page.expect_navigation():
        admin.page.get_by_role("link", name=re.compile("Kelurahan Lempake")).first.click()
    seat = admin.page.locator("section, li, article", has_text=post).last
    seat.locator("summary").first.click()
    seat.locator("[name=who]").fill(f"{who}@kota.example")
    seat.locator("[name=basis]").fill("SK contoh nomor 1")
    with admin.page.expect_navigation():
        seat.locator("button").last.click()
    assert name in admin.text()
    sign_in(visitor, f"{who}@kota.example")
    confirm(visitor, place, f"{who}@kota.example")
    visitor.go("/meja/")
    secret = add_second_factor(visitor)
    visitor.go("/meja/")
    assert "Kelurahan Lempake" in visitor.text()
    return secret


def apply(place, siti, picture):
    siti.go("/akun/signup/")
    for name, value in (("name", "Siti Rahma Contoh"), ("email", "siti@kota.example"), ("password1", PASSWORD)):
        siti.page.fill(f"main [name={name}]", value)
    with siti.page.expect_navigation():
        siti.page.locator("main form button").last.click()
    confirm(siti, place, "siti@kota.example")
    siti.go("/layanan/surat-keterangan-usaha/")
    with siti.page.expect_navigation():
        siti.page.click("main a[href$='/ajukan/'], main form[action$='/ajukan/'] button")
    for _ in range(8):
        if "/periksa/" in siti.page.url:
            break
        fill(siti, picture, ANSWERS | WHO)
        press(siti, "lanjutkan|mulai")
    assert "Warung Siti" in siti.text(), siti.text()
    press(siti, "kirim")
    return re.search(r"SKU-[0-9A-Z]{4}-[0-9A-Z]{4}", siti.text()).group()


def work(officer, number, answers):
    officer.go("/meja/")
    with officer.page.expect_navigation():
        officer.page.get_by_role("link", name=number).first.click()
    fill(officer, None, answers)
    officer.page.wait_for_timeout(800)  # the page asks the server which questions now apply
    fill(officer, None, answers)
    with officer.page.expect_navigation():
        officer.page.locator("main form[action*='/kerjakan/'] button.big").first.click()


def sign(officer, secret):
    officer.go("/meja/tanda-tangan/kunci/")
    officer.page.fill("[name=passphrase]", PASSPHRASE)
    officer.page.fill("[name=again]", PASSPHRASE)
    with officer.page.expect_navigation():
        officer.page.locator("main form button").last.click()
    officer.go("/meja/tanda-tangan/")
    officer.page.locator("[data-page]").last.evaluate("one => one.scrollIntoView({block: 'end'})")
    officer.page.wait_for_selector("[name=letter]:checked")  # its end came into view, so it was seen
    officer.page.fill("[name=passphrase]", PASSPHRASE)
    officer.page.fill("[name=code]", code_of(secret, ahead=1))  # a code works once, and this half minute's was used
    press(officer, "tanda tangani")


def test_a_hall_behind_tls_goes_from_its_first_administrator_to_a_signed_letter(place, tmp_path):
    picture = tmp_path / "warung.jpg"
    Image.new("RGB", (640, 480), "#b5651d").save(picture)
    with open_browser(**browser_there(place)) as browser:
        admin, budi, ratna = (Visitor(browser, Here(URL), width=1280) for _ in range(3))
        siti, stranger = Visitor(browser, Here(URL)), Visitor(browser, Here(URL))
        make_administrator(place, admin)
        make_town(admin)
        make_officer(place, admin, budi, "budi")
        secret = make_officer(place, admin, ratna, "ratna")
        number = apply(place, siti, picture)
        work(budi, number, {"result": "complete", "location_seen": "true"})
        work(ratna, number, {"outcome": "grant", "reason": "Berkas lengkap dan usaha terlihat."})
        sign(ratna, secret)
        assert number in mail_to(place, "siti@kota.example", number)
        siti.go(f"/berkas/{number}/")
        with siti.page.expect_download() as waiting:
            siti.page.locator("main a[href*='/surat/']").first.click()
        letter = tmp_path / "letter.pdf"
        waiting.value.save_as(letter)
        code = qr_of(letter)
        assert code.startswith(f"{URL}/v/")
        stranger.page.goto(code)
        assert "S***" in stranger.text()
        upload(stranger, letter)
        stranger.page.locator("main summary").first.click()
        assert "Warung Siti" in stranger.text()
        visitors = (admin, budi, ratna, siti, stranger)
        for visitor in visitors:
            for cookie in visitor.context.cookies():
                assert cookie["secure"], cookie["name"]
                assert cookie["domain"] == NAME
        assert [fault for visitor in visitors for fault in visitor.faults] == []
    assert [line for line in (place.folder / "hall.log").read_text().splitlines() if "ERROR" in line] == []


def test_a_browser_that_does_not_know_the_ca_is_not_let_in(place):
    """Proof that the walk above trusted the CA and did not merely look away."""
    there = browser_there(place, trusting=False)
    with open_browser(**there) as browser, pytest.raises(Exception, match="ERR_CERT_AUTHORITY_INVALID"):
        Visitor(browser, Here(URL)).page.goto(URL)
