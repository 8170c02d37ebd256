"""Codes of administrative areas against the decree's totals and known places."""

import pytest

from balai.records.offices import areas


def test_the_table_holds_what_the_decree_counts() -> None:
    levels = [0, 0, 0, 0]
    for line in areas._lines().decode().splitlines()[1:]:
        levels[line.partition(",")[0].count(".")] += 1
    assert levels == [38, 514, 7285, 83762]


def test_every_line_is_sorted_and_has_its_parent() -> None:
    codes = [line.partition(",")[0] for line in areas._lines().decode().splitlines()[1:]]
    known = set(codes)
    assert codes == sorted(codes)
    assert all(code.rpartition(".")[0] in known for code in codes if "." in code)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("64.72", "Kota Samarinda"),
        ("6472", "Kota Samarinda"),
        ("64.72.03.1005", "Sidodadi"),
        ("6472031005", "Sidodadi"),
        ("12.07.28.1007", "Lubuk Pakam I,II"),  # a comma in the name
    ],
)
def test_find_area_in_either_form(code: str, name: str) -> None:
    found = areas.find_area(code)
    assert found is not None and found.name == name


@pytest.mark.parametrize("code", ["99", "64.72.03.9999", "647", "", "64.72.", "x", "６４７２"])
def test_unknown_and_misshapen_codes_are_none(code: str) -> None:
    assert areas.find_area(code) is None


def test_what_lies_within() -> None:
    assert len(areas.list_areas("64.72", depth=1)) == 10
    assert len(areas.list_areas("64.72")) == 69
    assert areas.list_areas("64.72.03.1005") == []
    last = areas.list_areas("96")
    assert last and all(each.code.startswith("96.") for each in last)


def test_an_address_reads_from_small_to_large() -> None:
    assert areas.names("6472031005") == ("Sidodadi", "Samarinda Ulu", "Kota Samarinda", "Kalimantan Timur")


def test_cutting_a_code_to_the_area_of_a_kind_of_unit() -> None:
    assert areas.within("6472031005", "kecamatan") == "64.72.03"
    assert areas.within("6472031005", "kota") == "64.72"
    assert areas.within("64.72", "kelurahan") == ""
    assert areas.within("64.72", "dinas") == ""
    with pytest.raises(ValueError, match="not an area code"):
        areas.dotted("64-72")
