"""A service's form and phone script on paper: from its folder alone, each question once, in both languages, with where one goes on."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest

from balai.casework.catalogue import folders
from balai.doors.console import papers
from balai.doors.console.commands import form

ROOT = Path(__file__).parents[5]
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def said(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in document).split())


@pytest.mark.parametrize("phone", [False, True])
def test_the_paper_says_what_the_folder_says(phone: bool) -> None:
    service = folders.read_folder(ROOT / "services" / "sktm", ROOT / "town")
    text = said(papers.print_form(service, url="https://balai.example", now=NOW, phone=phone))
    for words in (
        "Surat Keterangan Tidak Mampu",
        "Gratis",
        "3 hari kerja",
        "Surat pengantar RT dan RW",
        "(What is the letter for?)",
    ):
        assert words in text
    assert "balai.example/layanan/" in text.replace(" ", "")
    assert text.count("Nomor telepon") == 1, "what an applicant's own lines answer is not asked again"
    assert ("Naskah telepon" in text) == phone and ("Tanda tangan" in text) == (not phone)


@pytest.mark.long
def test_every_service_has_its_paper_data() -> None:
    for folder in sorted((ROOT / "services").glob("*/service.yaml")):
        service = folders.read_folder(folder.parent, ROOT / "town")
        made = papers.paper_data(service, url="https://balai.example", now=NOW, phone=False)
        labels = [one["label"] for part in made["sections"] for one in part["questions"]]
        assert all(one["id"] and one["en"] for one in (*labels, *made["requirements"], made["title"])), service.id


def test_what_is_at_a_counter_alone_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    args = argparse.Namespace(service=str(ROOT / "services" / "makam"), phone=False, town=None, url="", output=None)
    assert form.run(args) == 1 and "counter alone" in capsys.readouterr().err
