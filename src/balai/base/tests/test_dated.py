"""Dated rows: of each matter the newest that holds, and none before its first day."""

from dataclasses import dataclass
from datetime import date

from balai.base import dated


@dataclass(frozen=True)
class Row:
    id: str
    days: int
    valid_from: date


ROWS = (Row("a", 60, date(2026, 1, 1)), Row("a", 30, date(2020, 1, 1)), Row("b", 14, date(2024, 1, 1)))


def test_a_later_row_takes_the_earlier_ones_place_from_its_first_day() -> None:
    told = {
        day: [(row.id, row.days) for row in dated.in_force(ROWS, day, lambda row: row.id)]
        for day in (date(2019, 12, 31), date(2020, 1, 1), date(2025, 12, 31), date(2026, 1, 1))
    }
    assert list(told.values()) == [[], [("a", 30)], [("a", 30), ("b", 14)], [("a", 60), ("b", 14)]]
