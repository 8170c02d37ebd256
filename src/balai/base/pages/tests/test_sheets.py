"""A table to take along is read back as it was, and no cell of it acts."""

import csv
import io

import pytest

from balai.base.pages import sheets


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_table_is_read_back_as_it_was() -> None:
    answer = sheets.respond("angka", ["Unit", "Masuk"], [['Lempake, "utara"\nbaru', 12340], ["é", 2.5], ["", None]])
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="angka.csv"'
    assert read(answer.content) == [["Unit", "Masuk"], ['Lempake, "utara"\nbaru', "12340"], ["é", "2.5"], ["", ""]]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula(sign: str) -> None:
    (heading, row) = read(sheets.respond("angka", [sign + "1"], [[sign + "cmd()"]]).content)
    assert heading == ["'" + sign + "1"] and row == ["'" + sign + "cmd()"]


def test_numbers_below_zero_stay_numbers() -> None:
    assert read(sheets.respond("angka", ["A"], [[-3]]).content)[1] == ["-3"]
