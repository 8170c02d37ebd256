"""A hall's first day: `balai serve` on an empty folder, its first administrator, the town, a service, an officer by mail."""

import re
import socket
import time
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from tests.browser import IN_A_BROWSER, open_browser
from tests.journeys.hall import Visitor, open_door
from tests.journeys.test_axe import AXE, RUN, WHOLE

# by default the walk behind TLS goes this way and on to a signed letter (test_deploy_walk.py); here each page of it meets axe
pytestmark = [pytest.mark.long, *IN_A_BROWSER]
PASSWORD = "kabut-di-atas-mahakam-7"


class Letters:
    """A mail server on loopback that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, str]] = []

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        self.taken.append((envelope.rcpt_tos[0], message.get_body(("plain",)).get_content()))
        return "250 OK"

    def to(self, address, words):
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for recipient, body in self.taken:
                if recipient == address and re.search(words, body):
                    return body
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address} with {words}: {self.taken}")


@pytest.fixture
def post():
    letters = Letters()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        letters.port = probe.getsockname()[1]
    controller = Controller(letters, hostname="127.0.0.1", port=letters.port)
    controller.start()
    yield letters
    controller.stop()


def look(visitor, name):
    """See that a page found its style sheet and that axe finds no barrier on it."""
    visitor.shoot(f"first-{name}")
    assert visitor.page.evaluate("getComputedStyle(document.body).fontFamily").startswith("system-ui")
    visitor.page.evaluate(AXE)
    assert visitor.page.evaluate(RUN, WHOLE) == [], visitor.page.url


def add_second_factor(visitor):
    """Add an authenticator app, as the page asks, keep its recovery codes, and give the app's secret."""
    look(visitor, "wall")
    with visitor.page.expect_navigation():
        visitor.page.click("a[href$='/totp/activate/']")
    look(visitor, "authenticator")
    secret = re.search(r"\b[A-Z2-7]{32}\b", visitor.page.content()).group()
    visitor.page.fill("input[name=code]", code_of(secret))
    with visitor.page.expect_navigation():
        visitor.page.locator("main form button").last.click()
    look(visitor, "codes")
    return secret


def code_of(secret, ahead=0):
    """Give what an authenticator app shows now, or so many half minutes ahead."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def press(visitor, words):
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=re.compile(words, re.I)).first.click()


def test_an_empty_hall_becomes_a_working_one(tmp_path, post):
    with (
        open_door(
            tmp_path, "serve", BALAI_SMTP_HOST="127.0.0.1", BALAI_SMTP_PORT=str(post.port), BALAI_SMTP_TLS="",
            BALAI_MAIL_FROM="balai@samarinda.example",
        ) as hall,
        open_browser() as browser,
    ):  # fmt: skip
        told = Path(hall.home / "out.log")
        end = time.monotonic() + 30
        while "/pemasangan/" not in told.read_text() and time.monotonic() < end:
            time.sleep(0.1)
        link = re.search(r"http://\S+/pemasangan/\S+", told.read_text()).group().removeprefix(hall.url)
        stranger, admin = Visitor(browser, hall), Visitor(browser, hall, width=1280)
        assert stranger.page.goto(f"{hall.url}/demo/").status == 404
        admin.go(link)
        look(admin, "setup")
        for name, value in (("name", "Budi Santoso Contoh"), ("email", "budi@balai.example"), ("password", PASSWORD)):
            admin.page.fill(f"[name={name}]", value)
        press(admin, "administrator")
        assert stranger.page.goto(hall.url + link).status == 404  # it opens once
        admin.page.fill("[name=login]", "budi@balai.example")
        admin.page.fill("[name=password]", PASSWORD)
        press(admin, "^masuk$")
        admin.go("/meja/kelola/")
        assert "/akun/2fa/" in admin.page.url  # nothing opens without a second factor
        add_second_factor(admin)
        admin.go("/meja/kelola/")
        look(admin, "steps")
        admin.go("/meja/kelola/unit/")
        press(admin, "susun semua unit")
        look(admin, "units")
        admin.go("/meja/kelola/layanan/")
        assert "Akta kelahiran" in admin.text()  # by its title, though nobody published it
        row = admin.page.locator("li, .card, tr", has_text="surat-keterangan-usaha").last
        with admin.page.expect_navigation():
            row.get_by_role("button", name="Terbitkan").click()
        look(admin, "published")
        admin.go("/meja/kelola/petugas/")
        with admin.page.expect_navigation():
            admin.page.get_by_role("link", name=re.compile("Undang")).first.click()
        look(admin, "invite")
        admin.page.fill("[name=name]", "Ratna Dewi Contoh")
        admin.page.fill("[name=email]", "ratna@balai.example")
        press(admin, "buat akun")
        look(admin, "invited")
        link = admin.page.input_value("main input[readonly]")
        ratna = Visitor(browser, hall, width=1280)
        ratna.page.goto(link)
        ratna.page.fill("[name=password1]", PASSWORD)
        look(ratna, "ratna")
        press(ratna, "simpan kata sandi")
        admin.go("/meja/kelola/unit/?q=Lempake")
        with admin.page.expect_navigation():
            admin.page.get_by_role("link", name=re.compile("Kelurahan Lempake")).first.click()
        seat = admin.page.locator("section, li, article", has_text="Lurah Lempake").last
        seat.locator("summary").first.click()
        seat.locator("[name=who]").fill("ratna@balai.example")
        seat.locator("[name=basis]").fill("SK contoh nomor 1")
        look(admin, "appoint")
        with admin.page.expect_navigation():
            seat.locator("button").last.click()
        look(admin, "appointed")
        assert "Ratna Dewi Contoh" in admin.text()
        ratna.go("/akun/login/")
        ratna.page.fill("[name=login]", "ratna@balai.example")
        ratna.page.fill("[name=password]", PASSWORD)
        press(ratna, "^masuk$")
        ratna.page.goto(
            re.search(r"http://\S+/akun/confirm-email/\S+", post.to("ratna@balai.example", "confirm-email")).group()
        )
        look(ratna, "confirm")
        with ratna.page.expect_navigation():
            ratna.page.locator("main form button").first.click()
        ratna.go("/meja/")
        assert "/akun/2fa/" in ratna.page.url
        add_second_factor(ratna)
        told = post.to("ratna@balai.example", "autentikator")  # by a real conversation with the mail server
        assert "Kota Samarinda" in told
        ratna.go("/meja/")
        look(ratna, "desk")
        assert "Kelurahan Lempake" in ratna.text()
        stranger.go("/layanan/surat-keterangan-usaha/")
        assert "Ajukan sekarang" in stranger.text()
        assert [fault for visitor in (admin, ratna) for fault in visitor.faults] == []
