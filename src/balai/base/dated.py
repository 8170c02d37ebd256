"""Law as data: rows of a file, each with the day from which it holds; a later row of the same matter takes the earlier one's place."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Protocol, TypeVar

from balai.base.sheets import read_sheet


class Dated(Protocol):
    """What holds from a day on."""

    @property
    def valid_from(self) -> date:
        """Give its first day."""
        ...


D = TypeVar("D", bound=Dated)


def read(path: Path, make: Callable[[Mapping[str, Any]], D]) -> tuple[D, ...]:
    """Read the rows of a YAML file, `valid_from` as a date; `make` makes each."""
    rows: list[dict[str, Any]] = read_sheet(path.read_text("utf-8"))
    return tuple(make({**row, "valid_from": date.fromisoformat(row["valid_from"])}) for row in rows)


def in_force(rows: Iterable[D], on: date, matter: Callable[[D], Hashable]) -> tuple[D, ...]:
    """List what holds on a day: of each matter the newest row that holds then, in the order of the rows."""
    found = [row for row in rows if row.valid_from <= on]
    newest = {matter(row): row for row in sorted(found, key=lambda row: row.valid_from)}
    return tuple(row for row in found if newest[matter(row)] is row)
