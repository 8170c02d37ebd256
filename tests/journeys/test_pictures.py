"""The handbook's pictures, made from a demonstration as people see it: each page is really there, says what it should, and is shown.

`BALAI_PICTURES=docs/handbook/pictures ./balai test -- tests/journeys/test_pictures.py` makes them anew; without it they are made
into a folder that is thrown away.
"""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import PIL.Image
import pytest
from tests.browser import IN_A_BROWSER, open_browser
from tests.journeys.hall import Hall, open_hall

ROOT = Path(__file__).resolve().parents[2]
HANDBOOK = ROOT / "docs/handbook"
KEPT = HANDBOOK / "pictures"
MOST = 100_000  # bytes of one picture
PHONE, DESK = (360, 640), (1280, 800)


class Shot(NamedTuple):
    """A page as somebody sees it, and words that must be on it."""

    name: str
    who: str
    path: str
    size: tuple[int, int]
    says: str
    follow: str = ""  # the link to press first


SHOTS = [
    Shot("home", "", "/", PHONE, "Layanan"),
    Shot("service", "", "/layanan/surat-keterangan-usaha/", PHONE, "Ajukan"),
    Shot("own-cases", "siti", "/berkas-saya/", PHONE, "Berkas"),
    Shot("own-case", "siti", "/berkas-saya/", PHONE, "Surat", "main [aria-labelledby=own] li > a"),
    Shot("who-looked", "siti", "/akun-saya/dilihat/", PHONE, "Siapa yang melihat data saya"),
    Shot("is-it-from-us", "", "/dari-kami/", PHONE, "kami"),
    Shot("inbox", "budi", "/meja/", DESK, "Tugas"),
    Shot("case", "budi", "/meja/", DESK, "Berkas", "[data-row] th a"),
    Shot("counter", "budi", "/meja/loket/", DESK, "Loket"),
    Shot("board", "ratna", "/meja/papan/", DESK, "Papan"),
    Shot("signing", "ratna", "/meja/tanda-tangan/", DESK, "Tanda tangan"),
    Shot("figures", "ratna", "/meja/angka/", DESK, "Angka"),
    Shot("administration", "budi", "/meja/kelola/", DESK, "Kelola"),
]
SHOWN = {
    name: page.name
    for page in HANDBOOK.glob("*.md")
    for name in re.findall(r"\(pictures/([a-z-]+)\.webp\)", page.read_text("utf-8"))
}


def test_the_handbook_shows_each_picture_and_no_other() -> None:
    kept = {path.stem for path in KEPT.glob("*.webp")}
    assert kept == set(SHOWN) == {shot.name for shot in SHOTS}
    for path in KEPT.glob("*.webp"):
        assert path.stat().st_size <= MOST, path.name
        with PIL.Image.open(path) as picture:
            assert picture.size == next(shot.size for shot in SHOTS if shot.name == path.stem), path.name


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hall]:
    with open_hall(tmp_path_factory.mktemp("hall"), cases=24) as hall:
        yield hall


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as browser:
        yield browser


@pytest.mark.long
@pytest.mark.browser
@IN_A_BROWSER[1]
@pytest.mark.parametrize("who", sorted({shot.who for shot in SHOTS}))
def test_each_picture_is_made_from_the_page_it_names(hall: Hall, browser: Any, tmp_path: Path, who: str) -> None:
    folder = ROOT / told if (told := os.environ.get("BALAI_PICTURES")) else tmp_path
    page = browser.new_context(locale="id-ID").new_page()
    if who:
        page.goto(f"{hall.url}/demo/")
        with page.expect_navigation():
            page.click(f"form[action='/demo/masuk/{who}/'] button")
    for shot in (shot for shot in SHOTS if shot.who == who):
        page.set_viewport_size(dict(zip(("width", "height"), shot.size, strict=True)))
        answer = page.goto(hall.url + shot.path)
        assert answer.status == 200, shot.name
        if shot.follow:
            with page.expect_navigation():
                page.locator(shot.follow).first.click()
        assert shot.says.casefold() in page.locator("main").inner_text().casefold(), shot.name
        taken = io.BytesIO(page.screenshot())
        with PIL.Image.open(taken) as picture:
            picture.save(folder / f"{shot.name}.webp", quality=60, method=6)
        assert (folder / f"{shot.name}.webp").stat().st_size <= MOST, shot.name
