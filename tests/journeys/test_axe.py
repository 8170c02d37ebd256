"""axe-core looks at every page that people meet, on a phone and at a desk, in both languages, and finds nothing wrong.

It covers WCAG 2.0 to 2.2, levels A and AA, and axe's best practice. What axe cannot see (is the order sensible, are the words
kind, can one find the way) is looked at by eye.
"""

import runpy
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import axe_playwright_python
import pikepdf
import pytest
from tests.browser import IN_A_BROWSER, open_browser
from tests.journeys.hall import Hall, open_hall

from balai.base import rooms

pytestmark = IN_A_BROWSER
AXE = (files(axe_playwright_python) / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WHOLE = {"runOnly": {"type": "tag", "values": TAGS}}
# Colours speak no language, and judging them costs more than everything else together.
BUT_COLOUR = {**WHOLE, "rules": {"color-contrast": {"enabled": False}}}
PHONE, DESK = 360, 1280
# Each page once, in the town's language on a phone, where most people are and most goes wrong; the rest is for `--all`.
PAIRS = [
    pytest.param((("id", PHONE),), id="id-phone"),
    pytest.param((("id", DESK), ("en", PHONE), ("en", DESK)), id="id-desk,en-phone,en-desk", marks=pytest.mark.long),
]
Pairs = tuple[tuple[str, int], ...]
RUN = """async options => {
  // the sixth row of a list and those below it are like the first five
  const exclude = [['main tbody tr:nth-child(n+6)'], ['main article:nth-of-type(n+6)'], ['main section.card:nth-of-type(n+6)']];
  const told = await axe.run({exclude}, {resultTypes: ['violations'], ...options});
  const shown = one => one.nodes.slice(0, 3).map(node => node.html.slice(0, 160)).join(' || ');
  return told.violations.map(one => `${one.id}: ${one.help} | ${shown(one)}`);
}"""
BIG = """() => {
  const root = document.documentElement;
  root.style.fontSize = '200%';
  const wide = root.scrollWidth;
  root.style.fontSize = '';
  return wide;
}"""

PORTAL = (
    "/", "/layanan/", "/layanan/?q=usaha", "/layanan/?q=tidak-ada", "/layanan/surat-keterangan-usaha/",
    "/layanan/surat-keterangan-usaha/formulir/", "/layanan/akta-kelahiran/formulir/",
    "/layanan/izin-usaha-mikro/", "/layanan/surat-keterangan-usaha/ajukan/", "/layanan/izin-usaha-mikro/ajukan/",
    "/lacak/", "/v/", "/v/AAAAAAAAAAAAAAAAAAAAAAAAAA", "/lanjut/", "/luring/", "/aksesibilitas/", "/halaman/kontak/", "/halaman/privasi/", "/kabar/", "/design", "/layanan/surat-keterangan-usaha/proses/", "/tidak/ada/", "/demo/", "/demo/surat/",
)  # fmt: skip
ENTRANCE = (
    "/akun/login/",
    "/akun/signup/",
    "/akun/password/reset/",
    "/akun/password/reset/done/",
    "/pemasangan/salah/",
)
ACCOUNT = (
    "/akun/email/", "/akun/password/change/", "/akun/phone/change/", "/akun/2fa/", "/akun/2fa/totp/activate/",
    "/akun/2fa/webauthn/", "/akun/2fa/webauthn/add/", "/akun/logout/", "/berkas-saya/", "/kuasa/",
    "/akun-saya/", "/akun-saya/ponsel/", "/akun-saya/data/", "/akun-saya/dilihat/",
)  # fmt: skip
DESK_PAGES = (
    "/meja/", "/meja/?meja=unit", "/meja/?langkah=tidak-ada", "/meja/cari/", "/meja/cari/?cari=contoh", "/meja/cari/?cari=xyz",
    "/meja/angka/", "/meja/angka/laporan/", "/meja/angka/register/", "/meja/lonceng/", "/meja/cuti/",
)  # fmt: skip
ADMINISTRATION = (
    "", "unit/", "unit/kel-64.72.05.1003/", "petugas/", "petugas/undang/", "layanan/", "halaman/", "kotak-keluar/", "pemberitahuan/",
    "tersendat/", "jurnal/", "keamanan/", "penanda-tangan/", "kunci-api/",
    "layanan/surat-keterangan-usaha/jeda/",
    "layanan/surat-keterangan-usaha/poster/",
)  # fmt: skip


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with open_hall(tmp_path_factory.mktemp("hall"), cases=12) as hall:
        yield hall


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as browser:
        yield browser


class Inspector:
    """One person whose pages are inspected; what axe finds is gathered, so that one run tells all."""

    def __init__(self, browser: Any, hall: Hall, name: str = "") -> None:
        self.hall = hall
        self.context = browser.new_context(viewport={"width": PHONE, "height": 800}, locale="id-ID", bypass_csp=True)
        self.context.add_init_script(AXE)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.faults: list[str] = []
        if name:
            self.page.goto(f"{hall.url}/demo/")
            with self.page.expect_navigation():
                self.page.click(f"form[action='/demo/masuk/{name}/'] button")

    def speak(self, lang: str) -> None:
        """Choose the language of the pages that follow."""
        self.page.goto(f"{self.hall.url}/bahasa/{lang}?next=/aksesibilitas/")

    def see(self, path: str) -> None:
        """Go to a page and look at it."""
        answer = self.page.goto(self.hall.url + path)
        assert answer is not None and answer.status < 500, path
        self.look(path)

    def look(self, path: str) -> None:
        """Look at the page that is open, with everything that can be unfolded unfolded."""
        lang, width = self.page.evaluate("[document.documentElement.lang, innerWidth]")
        self.page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        found = self.page.evaluate(RUN, WHOLE if lang == "id" else BUT_COLOUR)
        if self.page.evaluate("document.documentElement.scrollWidth") > width + 1:
            found.append("the page scrolls sideways")
        if (wide := self.page.evaluate(BIG)) > width + 1:
            found.append(f"at twice the size of type the page scrolls sideways: {wide}")
        self.faults += [f"{path} [{lang}, {width}] {fault}" for fault in found]

    def first(self, selector: str, path: str) -> str:
        """Find where the first link of a page leads."""
        self.page.goto(self.hall.url + path)
        found = self.page.locator(selector).first.get_attribute("href")
        assert found, path
        return str(found)


def walk_all(inspector: Inspector, pairs: Pairs, *walks: Callable[[Inspector], None]) -> None:
    """Walk in each language at its width; whatever axe found is told at once."""
    for lang, width in pairs:
        inspector.page.set_viewport_size({"width": width, "height": 800})
        inspector.speak(lang)
        for walk in walks:
            walk(inspector)
    assert inspector.faults == [], "\n" + "\n".join(dict.fromkeys(inspector.faults))


def each(*paths: str) -> Callable[[Inspector], None]:
    def walk(inspector: Inspector) -> None:
        for path in paths:
            inspector.see(path)

    return walk


def apply(inspector: Inspector) -> None:
    """Begin an application and look at each of its pages, with and without faults, up to the review."""
    page = inspector.page
    page.goto(f"{inspector.hall.url}/layanan/surat-keterangan-usaha/ajukan/")
    with page.expect_navigation():
        page.click("main form button.big")
    draft = page.url.removeprefix(inspector.hall.url).split("/")[2]
    inspector.look("apply")
    page.click("main form .row button.big")
    page.wait_for_selector("#faults")
    inspector.look("apply, with faults")
    for part in ("details", "evidence", "statement", "periksa", "simpan", "buang"):
        inspector.see(f"/permohonan/{draft}/{part}/")


def verdicts(inspector: Inspector) -> None:
    """Look at what is said of a file nobody signed, of a letter of Siti's, and of a copy with a line behind its end."""
    page, folder = inspector.page, inspector.hall.home
    blank = pikepdf.new()
    blank.add_blank_page()
    blank.save(folder / "blank.pdf")
    address = next(found for case in _cases(inspector) if (found := _letter(inspector, case)))
    letter = page.request.get(inspector.hall.url + address).body()
    for name, content in (("letter", letter), ("behind", letter + b"\r\n")):
        (folder / f"{name}.pdf").write_bytes(content)
    for name in ("blank", "letter", "behind"):
        page.goto(f"{inspector.hall.url}/v/")
        page.locator("main input[type=file]").set_input_files(str(folder / f"{name}.pdf"))
        with page.expect_navigation():
            page.locator("main form:has(input[type=file]) button").first.click()
        inspector.look(f"/v/ with {name}.pdf")


def _cases(inspector: Inspector) -> list[str]:
    inspector.page.goto(f"{inspector.hall.url}/berkas-saya/")
    found: list[str] = inspector.page.eval_on_selector_all(
        "main [aria-labelledby=own] li > a", "links => links.map(link => link.getAttribute('href'))"
    )
    return found


def _letter(inspector: Inspector, case: str) -> str | None:
    inspector.page.goto(inspector.hall.url + case)
    link = inspector.page.locator("main a[href*='/surat/']")
    return link.first.get_attribute("href") if link.count() else None


def cases_of_siti(inspector: Inspector) -> None:
    """Look at a case of Siti's of each service, what she is asked, who looked, and how her letter is checked."""
    cases = list({case.removeprefix("/berkas/")[:3]: case for case in _cases(inspector)}.values())
    assert len(cases) >= 5
    for case in cases:
        inspector.see(case)
        for link in inspector.page.eval_on_selector_all(
            "main a[href^='/v/']:not([href$='/bukti']), main .notice a.button",
            "links => links.map(link => link.getAttribute('href'))",
        ):
            inspector.see(link)
    for part in ("dilihat/", "tarik/", "terkirim/"):
        inspector.see(f"{cases[0]}{part}")


def of_rooms(name: str, selector: str, listed: str) -> Callable[[Inspector], None]:
    """Look at the pages that each room names in its `tests/pages.py` for this person, on the first case of a list."""
    found = [runpy.run_path(str(file))["PAGES"].get(name, ()) for file in sorted(rooms.FOLDER.glob("*/tests/pages.py"))]

    def walk(inspector: Inspector) -> None:
        number = inspector.first(selector, listed).split("/berkas/")[1].split("/")[0]
        for path in (path for paths in found for path in paths):
            inspector.see(path.format(number=number))

    return walk


def a_case_at_the_desk(inspector: Inspector, *, signing: bool = False) -> None:
    """Look at a case one works on, and at what refuses an empty answer."""
    case = inspector.first("[data-row] th a", "/meja/?jenis=tanda-tangan" if signing else "/meja/")
    inspector.see(case)
    shot = inspector.page.locator("figure.shot a").first
    if shot.count():
        inspector.see((shot.get_attribute("href") or "").partition("?")[0].removesuffix("halaman/") + "halaman/")
        inspector.see(case)
    done = inspector.page.locator("#tugas form[action$='/kerjakan/'] button.big")
    if done.count():
        done.click()
        inspector.page.wait_for_selector("#faults")
        inspector.look("a task with faults")


def counter(inspector: Inspector) -> None:
    """Look at the counter, empty and with faults."""
    inspector.see("/meja/loket/")
    inspector.page.eval_on_selector("main form", "form => { form.noValidate = true }")
    inspector.page.click("main form button.big")
    inspector.page.wait_for_selector("#faults")
    inspector.look("counter with faults")


def binding(inspector: Inspector) -> None:
    """Look at where an account is bound, and at a code that is wrong."""
    inspector.see("/meja/loket/ikat/")
    inspector.page.fill("#code", "0000")
    inspector.page.click("main form button")
    inspector.page.wait_for_selector("#faults")
    inspector.look("binding with a wrong code")


def held(inspector: Inspector) -> None:
    """Look at what is held about whoever stands at the counter: the card asked for, missing, and everything opened."""
    inspector.see("/meja/loket/data-diri/")
    inspector.page.eval_on_selector("main form", "form => { form.noValidate = true }")
    inspector.page.click("main form button")
    inspector.page.wait_for_selector("#faults")
    inspector.look("held, without a card")
    inspector.page.fill("#nik", "9901014101900001")
    for part, value in (("day", "1"), ("year", "1990")):
        inspector.page.fill(f"#birth_date-{part}", value)
    inspector.page.select_option("#birth_date-month", "1")
    inspector.page.check("#seen")
    inspector.page.click("main form button")
    inspector.page.wait_for_selector("section.card")
    inspector.look("held, everything")


def keys(inspector: Inspector) -> None:
    """Look at a signer about to be withdrawn with nothing said, at a key that lacks everything, and at one that was made."""
    inspector.see("/meja/kelola/penanda-tangan/")
    inspector.page.click("main a[href$='/cabut/']")
    inspector.look("a signer about to be withdrawn")
    inspector.page.click("main form button.danger")
    inspector.page.wait_for_selector("#faults")
    inspector.look("withdrawing with faults")
    inspector.see("/meja/kelola/kunci-api/")
    inspector.page.click("section[aria-labelledby=h-new] form button")
    inspector.page.wait_for_selector("#faults")
    inspector.look("a key that lacks everything")
    inspector.page.fill("#name", "Mesin penguji")
    inspector.page.fill("#email", "budi@balai.example")
    inspector.page.check("#s-1")
    inspector.page.click("section[aria-labelledby=h-new] form button")
    inspector.page.wait_for_selector("#shown")
    inspector.look("a key that was made")
    inspector.see("/meja/kelola/kunci-api/")
    inspector.page.click("main tbody summary")
    inspector.look("a key about to be revoked")


@pytest.mark.parametrize("pairs", PAIRS)
def test_visitors_meet_no_barrier(hall: Hall, browser: Any, pairs: Pairs) -> None:
    walk_all(Inspector(browser, hall), pairs, each(*PORTAL, *ENTRANCE), apply)


@pytest.mark.parametrize("pairs", PAIRS)
def test_citizens_meet_no_barrier(hall: Hall, browser: Any, pairs: Pairs) -> None:
    walk_all(
        Inspector(browser, hall, "siti"),
        pairs,
        each(*ACCOUNT),
        cases_of_siti,
        verdicts,
        of_rooms("siti", "main [aria-labelledby=own] li > a", "/berkas-saya/"),
    )


@pytest.mark.parametrize("pairs", PAIRS)
def test_clerks_and_administrators_meet_no_barrier(hall: Hall, browser: Any, pairs: Pairs) -> None:
    administration = each(*(f"/meja/kelola/{page}" for page in ADMINISTRATION))
    desk = (each(*DESK_PAGES), a_case_at_the_desk, counter, binding, held, administration, keys)
    walk_all(Inspector(browser, hall, "budi"), pairs, *desk, of_rooms("budi", "[data-row] th a", "/meja/"))


def signing(inspector: Inspector) -> None:
    """Look at what waits for a signature, the case it belongs to, and a signature that is refused."""
    a_case_at_the_desk(inspector, signing=True)
    inspector.see("/meja/tanda-tangan/")
    inspector.page.eval_on_selector("main form[action$='/kirim/']", "form => { form.noValidate = true }")
    inspector.page.click("main form[action$='/kirim/'] button.big")
    inspector.page.wait_for_selector("#faults")
    inspector.look("signing with faults")


def heading(inspector: Inspector) -> None:
    """Look at what only heads see: unusual readings with their forms unfolded, and who is protected."""
    for path in ("/meja/pembacaan/", "/meja/perlindungan/"):
        answer = inspector.page.goto(inspector.hall.url + path)
        assert answer is not None and answer.status == 200, path
        inspector.look(path)


@pytest.mark.parametrize("pairs", PAIRS)
def test_signers_meet_no_barrier(hall: Hall, browser: Any, pairs: Pairs) -> None:
    walk_all(Inspector(browser, hall, "ratna"), pairs, each("/meja/", "/meja/tanda-tangan/kunci/"), heading, signing)


def test_axe_itself_sees_a_barrier(hall: Hall, browser: Any) -> None:
    """A test that cannot fail proves nothing."""
    inspector = Inspector(browser, hall)
    inspector.page.goto(f"{hall.url}/lacak/")
    inspector.page.eval_on_selector("label[for=nomor]", "label => label.remove()")
    inspector.look("spoiled")
    assert any("label" in fault for fault in inspector.faults)
