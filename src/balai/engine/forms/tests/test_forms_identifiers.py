"""The numbers people carry, against the published test vectors."""

from datetime import date

import pytest

from balai.engine.forms import WrongNumberError, read_kk, read_nik, read_nip, read_npwp

TODAY = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("text", "born", "is_woman"),
    [
        ("3171011708450001", date(1945, 8, 17), False),
        ("3171015708450001", date(1945, 8, 17), True),
        ("3171012902001234", date(2000, 2, 29), False),
        ("6472 0512 0503 0001", date(2003, 5, 12), False),
        ("64.72.05.520503.0001", date(2003, 5, 12), True),
        ("9901014101900001", date(1990, 1, 1), True),
    ],
)
def test_what_a_nik_says(text: str, born: date, is_woman: bool) -> None:
    nik = read_nik(text, today=TODAY)
    assert (nik.birth_date, nik.is_woman, nik.warnings) == (born, is_woman, ())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("317101170845000", "wrong_length"), ("31710117084500011", "wrong_length"), ("317101170845000A", "digits_only"),
        ("0000000000000000", "nik_zero"), ("3171013113450001", "nik_date"), ("3171018108450001", "nik_date"),
        ("3171010008450001", "nik_date"), ("3171013008450000", "nik_serial"), ("3171013002000001", "nik_date"),
        ("３１７１０１１７０８４５０００１", "digits_only"),
    ],
)  # fmt: skip
def test_what_is_no_nik(text: str, code: str) -> None:
    with pytest.raises(WrongNumberError) as caught:
        read_nik(text, today=TODAY)
    assert caught.value.code == code


def test_doubts_are_no_errors() -> None:
    nik = read_nik("3171011708450001", today=TODAY, districts={"647205"}, birth_date=date(1945, 8, 18), is_woman=True)
    assert nik.warnings == ("nik_district_unknown", "nik_birth_date_differs", "nik_sex_differs")


def test_the_recorded_birth_date_decides_the_century() -> None:
    assert read_nik("3171011201200001", today=TODAY).birth_date == date(2020, 1, 12)
    assert read_nik("3171011201200001", today=TODAY, birth_date=date(1920, 1, 12)).birth_date == date(1920, 1, 12)


def test_kk() -> None:
    assert read_kk("6472 0101 0120 0001", today=TODAY) == "6472010101200001"
    with pytest.raises(WrongNumberError, match="kk_date"):
        read_kk("6472014101200001", today=TODAY)  # no 40 for women here: it is a date of issue


def test_nip() -> None:
    assert read_nip("19660801 198803 1 001") == "196608011988031001"
    assert read_nip("199001012024211001") == "199001012024211001"  # PPPK
    for wrong in ("196613011988031001", "196608011988131001"):
        with pytest.raises(WrongNumberError, match="nip_date"):
            read_nip(wrong)


def test_npwp() -> None:
    assert read_npwp("01.312.166.0-091.000", today=TODAY) == "013121660091000"
    assert read_npwp("0013121660091000", today=TODAY) == "0013121660091000"
    assert read_npwp("3171011708450001", today=TODAY) == "3171011708450001"
    with pytest.raises(WrongNumberError, match="npwp_check"):
        read_npwp("01.312.166.1-091.000", today=TODAY)
