"""A poster is one accessible A4 that says what the service's folder, the unit and its calendar say, and leads to its page."""

import io
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from tests.cast import NOW, make_cast, open_service

from balai.casework.issuing import posters
from balai.doors.console import __main__ as console
from balai.engine import letters
from balai.records.offices import queries as offices
from balai.records.offices.models import Unit

pytestmark = pytest.mark.django_db
SERVICES = (
    "surat-keterangan-usaha",
    "akta-kelahiran",
    "izin-usaha-mikro",
    "ktp-el-hilang-rusak",
    "surat-keterangan-domisili",
)
UNIT = "kel-64.72.05.1003"


@pytest.fixture(autouse=True)
def town() -> None:
    make_cast(NOW)
    Unit.objects.filter(code=UNIT).update(address="Jalan Contoh 1, Samarinda", phone="0541-000000")


def text_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        assert len(document) == 1
        assert [round(side) for side in document[0].get_size()] == [595, 842], "A4"
        return " ".join(str(document[0].get_textpage().get_text_range()).split())


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.parametrize("service_id", SERVICES)
def test_every_service_fits_on_one_page_in_both_languages(service_id: str, lang: str) -> None:
    service, unit = open_service(service_id), offices.get_unit(UNIT)
    text = text_of(posters.make_poster(service, unit, lang, now=NOW))
    for said in (service.text("title", lang), unit.name, "Jalan Contoh 1", "0541-000000", f"/layanan/{service_id}/"):
        assert said in text, said
    for one in service.text_list("standard.requirements", lang):
        assert one.split()[0] in text
    assert {"id": "Senin–Kamis 07.30–16.00", "en": "Monday–Thursday 07.30–16.00"}[lang] in text
    assert {"id": "Tanpa telepon genggam", "en": "No phone?"}[lang] in text
    assert service.time.promises[0].due.text(lang) in text


def test_the_law_stands_beside_time_and_fee_with_its_mark() -> None:
    data = posters.poster_data(open_service(), offices.get_unit(UNIT), "id", now=NOW)
    assert data["fee"]["text"] == "Gratis"
    for said in (data["fee"]["basis"], data["times"][0]["basis"]):
        assert said.startswith("Dasar: ") and said.endswith("(belum dikonfirmasi pejabat)")
    assert data["bring"] == list(open_service().text_list("standard.requirements", "id"))
    demo = posters.poster_data(open_service("izin-usaha-mikro"), offices.get_unit(UNIT), "en", now=NOW)
    assert (demo["in_force"], demo["words"]["demo"]) == (False, "Demonstration, not valid")


def test_the_qr_leads_to_the_service_s_page(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.BALAI_URL = "https://layanan.kota.example"
    drawn: list[str] = []
    real = letters.qr_svg
    monkeypatch.setattr("balai.engine.letters.qr_svg", lambda text: drawn.append(text) or real(text))
    text = text_of(posters.make_poster(open_service(), offices.get_unit(UNIT), "id", now=NOW))
    assert drawn == ["https://layanan.kota.example/layanan/surat-keterangan-usaha/"]
    assert "layanan.kota.example" in text


def test_the_console_writes_the_poster(tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("balai.doors.console.installation.load", lambda args: None)
    open_service()
    out = tmp_path / "a.pdf"
    told = ["poster", "surat-keterangan-usaha", "--unit", UNIT, "--lang", "en", "--out", str(out)]
    assert console.main(told) == 0
    assert "What to have ready" in text_of(out.read_bytes())
    assert console.main([*told[:3], "kel-0", "--out", str(out)]) == 1
    assert console.main(["poster", "tidak-ada", "--unit", UNIT]) == 1
    assert console.main([*told[:-1], str(tmp_path / "no" / "a.pdf")]) == 1
    assert "There is no published service" in capsys.readouterr().out
