"""The legal desk in a real browser: a value is confirmed and the public line goes; a version is proposed, replayed, published by another."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browser import IN_A_BROWSER, open_browser
from tests.journeys.hall import SHOTS, SOURCE, Hall, Visitor, open_door

pytestmark = [pytest.mark.long, *IN_A_BROWSER]
ROOT = SOURCE.parent
SKU = "surat-keterangan-usaha"
LEFT = "objection:"  # the one line of the folder that nobody has confirmed
APPOINT = """
import argparse, datetime, uuid
from pathlib import Path
from balai.doors.console import installation
installation.load(argparse.Namespace(home=Path({home!r})))
from balai.doors.console.demo.cast import CONSOLE, find_cast
from balai.records.offices import actions, queries
now = datetime.datetime.now(datetime.UTC)
post = actions.create_post(command_id=uuid.uuid4(), actor=CONSOLE, now=now, unit_id=queries.get_unit("kota").id, role="legal", title="Analis hukum")
actions.appoint(command_id=uuid.uuid4(), actor=CONSOLE, now=now, post_id=post.id, person_id=find_cast().ratna.person_id, from_date=now.date() - datetime.timedelta(days=1), basis="SK Contoh")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy one service and the town, all of whose law is confirmed but the time to object."""
    place = tmp_path_factory.mktemp("law")
    shutil.copytree(ROOT / "services" / SKU, place / "services" / SKU)
    shutil.copytree(ROOT / "town", place / "town")
    for file in (place / "services" / SKU / "service.yaml", place / "town" / "town.yaml"):
        lines = file.read_text("utf-8").splitlines(keepends=True)
        file.write_text(
            "".join(one if one.startswith(LEFT) else one.replace("unconfirmed", "confirmed") for one in lines), "utf-8"
        )
    return place


@pytest.fixture(scope="module")
def hall(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    home = tmp_path_factory.mktemp("hall")
    settings = {"BALAI_SERVICES": str(folder / "services"), "BALAI_TOWN_FOLDER": str(folder / "town")}
    with open_door(home, "demo", "--cases", "0", "--whole", **settings) as opened:
        script = APPOINT.format(home=str(opened.home))
        subprocess.run(
            [sys.executable, "-c", script], env={"PYTHONPATH": str(SOURCE), "PATH": "/usr/bin:/bin"}, check=True
        )
        yield opened


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


def look(who: Visitor, name: str) -> None:
    """See that a page fits each screen; leave pictures of it for eyes, light and dark."""
    for width in (360, 768, 1280):
        who.page.set_viewport_size({"width": width, "height": 800})
        assert who.does_not_scroll_sideways(), f"{name} at {width}"
        for scheme in ("light", "dark") if SHOTS else ():
            who.page.emulate_media(color_scheme=scheme)
            who.shoot(f"{name}-{width}-{scheme}")


def test_confirming_the_last_value_takes_the_public_line_off(hall: Hall, browser: Browser) -> None:
    citizen, ratna = Visitor(browser, hall), Visitor(browser, hall, width=1280, script=False)
    citizen.go(f"/layanan/{SKU}/")
    assert "belum dikonfirmasi pejabat" in citizen.page.content()
    ratna.enter("ratna")
    ratna.go("/meja/hukum/")
    look(ratna, "law-list")
    ratna.page.set_viewport_size({"width": 1280, "height": 800})
    ratna.page.click("th a:has-text('Batas keberatan')")
    look(ratna, "law-value")
    ratna.page.fill("#basis", "UU 30/2014 pasal 77")
    ratna.page.fill("#basis_date", "17 Oktober 2014")
    ratna.page.fill("#link", "http://peraturan.go.id")
    ratna.page.fill("#review_on", "31/12/2028")
    ratna.page.click("button:has-text('Pastikan nilai ini')")
    assert "dimulai dengan https://" in ratna.text()
    assert ratna.page.input_value("#basis") == "UU 30/2014 pasal 77"
    look(ratna, "law-refused")
    ratna.page.fill("#link", "https://peraturan.go.id/")
    ratna.page.click("button:has-text('Pastikan nilai ini')")
    assert "Dipastikan: Batas keberatan" in ratna.text()
    assert "Semua sudah ditangani" in ratna.text()
    citizen.page.wait_for_timeout(5500)  # what a process knows of marks is five seconds old at most
    citizen.go(f"/layanan/{SKU}/")
    page = citizen.page.content()
    assert "belum dikonfirmasi pejabat" not in page
    assert re.search(r"dipastikan [^<]*Samarinda", page)
    citizen.page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    look(citizen, "law-public")
    assert citizen.faults == []


def test_a_version_is_proposed_by_one_and_published_by_another(hall: Hall, browser: Browser, folder: Path) -> None:
    sheet = folder / "services" / SKU / "service.yaml"
    sheet.write_text(sheet.read_text("utf-8").replace('version: "2026.1"', 'version: "2026.2"'), "utf-8")
    budi, ratna = Visitor(browser, hall, width=1280), Visitor(browser, hall, width=1280)
    budi.enter("budi")
    budi.go("/meja/kelola/layanan/")
    budi.page.set_default_timeout(60_000)  # its golden examples are played
    budi.page.click("button:has-text('Usulkan')")
    assert "Diusulkan" in budi.text()
    for _ in range(30):
        if "diputar ulang dengan jawabannya" in budi.text() or "Belum ada permohonan" in budi.text():
            break
        budi.page.wait_for_timeout(1000)
        budi.page.reload()
    assert "Anda yang mengusulkan" in budi.text()
    assert budi.page.locator("button:has-text('Terbitkan')").count() == 0
    look(budi, "law-proposal")
    ratna.enter("ratna")
    ratna.page.set_default_timeout(60_000)
    ratna.go("/meja/hukum/usulan/")
    look(ratna, "law-proposals")
    ratna.page.click("th a")
    ratna.page.click("button:has-text('Terbitkan')")
    expect(ratna.page.locator("main")).to_contain_text("Versi 2026.2 diterbitkan")
    look(ratna, "law-published")
    assert budi.faults == ratna.faults == []
