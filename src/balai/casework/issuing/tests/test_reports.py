"""Reports on paper say all of what they were given, whatever was typed long ago."""

import pypdfium2
import pytest
from tests.cast import NOW, Cast

from balai.casework.issuing import reports
from balai.casework.issuing.tests.story import stage
from balai.records.offices import queries as offices

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return stage()


@pytest.mark.parametrize("wide", [True, False])
def test_a_register_says_all_of_what_was_typed_and_no_word_runs_into_the_next(cast: Cast, wide: bool) -> None:
    row = [
        "500.3/0001/KEL.RAWAMAKMUR/2026",
        "2 Maret 2026",
        "Ж" * 80,
        "S*** A***",
        "Ratna",
        "Dicabut: keliru \N{STEAMING BOWL}",
    ]
    section = reports.ReportSection(
        "", ["Nomor", "Tanggal", "Layanan", "Pemegang", "Penanda tangan", "Keadaan"], [row], words=6
    )
    unit = offices.get_unit_by_id(cast.unit_id)
    pdf = reports.make_report(unit, "Register", "Maret 2026", [section], foot="Dicetak", lang="id", now=NOW, wide=wide)
    (page,) = pypdfium2.PdfDocument(pdf)
    words = page.get_textpage()
    told = "".join(words.get_text_range().split())
    for cell in row:
        assert "".join(cell.replace("\N{STEAMING BOWL}", "[U+1F35C]").split()) in told, cell
    width = page.get_size()[0]
    boxes = [words.get_charbox(at) for at in range(words.count_chars()) if words.get_text_range(at, 1) == "Ж"]
    column = width / 6
    assert len(boxes) == 80 and max(box[2] for box in boxes) - min(box[0] for box in boxes) < column
