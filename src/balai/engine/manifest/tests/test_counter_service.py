"""A service that is not online yet: one file, read whole or refused with file, line and way out."""

from pathlib import Path

import pytest

from balai.engine import manifest
from balai.engine.problems import Problems

HANDBOOK = Path(__file__).resolve().parents[5] / "docs" / "handbook" / "service-author.md"
# What the handbook teaches is what is read here.
SHEET = HANDBOOK.read_text("utf-8").partition("counter.yaml`")[2].partition("```yaml\n")[2].partition("```")[0]


def read(sheet: str, **more: bytes) -> manifest.CounterService:
    files = {"counter.yaml": sheet.encode(), **more}
    return manifest.read_counter_service(files, folder="services/surat-numpang-nikah")


def test_one_file_makes_a_service_at_the_counter() -> None:
    found = read(SHEET)
    assert (found.id, found.said(found.title, "en"), found.said(found.fee, "id")) == (
        "surat-numpang-nikah",
        "Letter to marry elsewhere",
        "Gratis",
    )
    assert found.said(found.requirements, "en") == ("Identity cards of both", "Letter of the neighbourhood")
    assert [one.element for one in found.warnings] == ["legal_basis.0"]
    assert found.key != read(SHEET.replace("Gratis", "Rp5.000")).key


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("fee: {id: Gratis, en: Free}\n", "", r"counter\.yaml:1: .*fee"),
        ("where: {id: Loket 2 kelurahan, en: ", "where: {id: Loket, ne: ", r"counter\.yaml:8 .*ne"),
        ("id: surat-numpang-nikah", "id: surat", r"counter\.yaml:1 \[id\]: .*surat-numpang-nikah"),
        ("[KTP kedua calon, Surat pengantar RT]", "[]", r"counter\.yaml:5 \[requirements\]: Nothing is said"),
        ("keywords:", "kyewords:", r"counter\.yaml:11 \[kyewords\]: .*keywords"),
        ("status: unconfirmed", "status: maybe", r"counter\.yaml:14 .*maybe"),
        ("for: [where, hours]", "for: [where]", r"counter\.yaml:13 \[legal_basis\]: Nothing says what hours rests on"),
        ("for: [where, hours]", "for: [where, hour]", r"counter\.yaml:15 .*hours"),
        (", note: bagian hukum", "", r"counter\.yaml:14 .*Nobody is named who must confirm"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, said: str) -> None:
    with pytest.raises(Problems, match=said):
        read(SHEET.replace(old, new, 1))


def test_it_has_one_file_and_no_todo_when_it_is_published() -> None:
    with pytest.raises(Problems, match=r"form\.yaml: Such a folder has counter\.yaml alone"):
        read(SHEET, **{"form.yaml": b"x: 1"})
    waits = read(SHEET.replace("Gratis", "TODO fee"))
    assert any(isinstance(one, manifest.Unready) for one in waits.warnings)


def test_each_fact_says_what_it_rests_on() -> None:
    found = read(SHEET)
    marks = {fact: found.basis_of(fact) for fact in ("requirements", "fee", "where", "hours", "takes")}
    assert [one.status if one else "" for one in marks.values()] == [
        "unconfirmed", "unconfirmed", "confirmed", "confirmed", "",
    ]  # fmt: skip
    assert [one.is_law for one in found.legal_basis] == [True, False]
    rest = read(SHEET.replace(", for: [where, hours]", ""))
    assert rest.legal_basis[1].facts == ("where", "hours")
