"""The form on paper as a real browser prints it."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.browser import IN_A_BROWSER, open_browser
from tests.cast import open_service

from balai.base.pages import texts

pytestmark = [
    *IN_A_BROWSER,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="no pdftotext here"),
]


def test_it_prints_on_a_few_sheets_of_a4(live_server: Any, tmp_path: Path) -> None:
    open_service()
    file = tmp_path / "form.pdf"
    with open_browser() as browser:
        page = browser.new_page(locale="id-ID")
        page.goto(f"{live_server.url}/layanan/surat-keterangan-usaha/formulir/")
        page.pdf(path=str(file), prefer_css_page_size=True)
    told = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True).stdout
    assert "A4" in told
    pages = re.search(r"Pages:\s+(\d+)", told)
    assert pages is not None and 1 < int(pages[1]) <= 4
    words = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
    assert "Tanda terima untuk pemohon" in words
    assert texts.say("portal.paper.lead", "id") not in words, "what only the screen needs is not printed"
