"""Small numbers in figures: a cell that would tell of a handful of people is not shown as it is."""

from collections.abc import Mapping

FEW = 5


def say_few(cells: Mapping[str, int]) -> dict[str, str]:
    """Write a row of counts: "<5" for 1 to 4, and "≥5" for the next smallest where one alone would follow from the sum.

    A row whose only cell is small keeps it: it is the row's sum itself, which the table by unit tells anyway.
    """
    filled = sorted((count, name) for name, count in cells.items() if count)
    small = [name for count, name in filled if count < FEW]
    if len(filled) <= 1 or not small:
        return {name: write(count) for name, count in cells.items()}
    said = {name: "<5" if 0 < count < FEW else write(count) for name, count in cells.items()}
    if len(small) == 1:
        said[filled[1][1]] = "≥5"
    return said


def write(count: int) -> str:
    """Write a count with thousands grouped as here: 12.340."""
    return f"{count:,}".replace(",", ".")
