"""What is out of the ordinary in a reading, and what law says of showing readings; both are data beside this file."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from balai.base.sheets import read_sheet

STATES = ("explained", "acted")
LEAST_NOTE = 10  # letters
_RT = re.compile(r"\bRT[.\s]*0*(\d+)(?:\s*[/,]?\s*RW[.\s]*0*(\d+)|\s*/\s*0*(\d+))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadingRule:
    """One reason to ask about a reading; `spares` are the roles it does not hold for, `common` the names that tell nothing."""

    id: str
    why: Mapping[str, str]
    spares: tuple[str, ...] = ()
    common: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """One lawful reason to show a reading later."""

    id: str
    title: Mapping[str, str]
    longest_days: int
    ref: str
    status: str


@dataclass(frozen=True, slots=True)
class NamesAndHome:
    """What is compared of two persons: their names and where they live."""

    name: str = ""
    village: str = ""
    address: str = ""


@lru_cache(maxsize=1)
def list_rules() -> tuple[ReadingRule, ...]:
    """Read the rules by which a reading is unusual."""
    return tuple(
        ReadingRule(row["id"], row["why"], tuple(row.get("spares", ())), tuple(row.get("common", ())))
        for row in _read("unusual.yaml")
    )


def get_rule(rule_id: str) -> ReadingRule | None:
    """Find a rule; None when it was taken out meanwhile."""
    return next((one for one in list_rules() if one.id == rule_id), None)


def shows_names(on: date) -> bool:
    """Tell whether a reading of a day shows its reader's name; where no law is in force it does not."""
    return _newest(_read("law.yaml")["names"], on, {"shown": False})["shown"] is True


def list_grounds(on: date) -> tuple[Ground, ...]:
    """List for which reasons a reading may be shown later, as of a day."""
    return tuple(
        Ground(row["id"], row["title"], row["longest_days"], row["ref"], row["status"])
        for row in _read("law.yaml")["delays"]
        if date.fromisoformat(row["valid_from"]) <= on
    )


def is_neighbour(one: NamesAndHome, other: NamesAndHome) -> bool:
    """Tell whether two live at one address, or in one neighbourhood of one village."""
    if not one.village or one.village != other.village:
        return False
    first, second = _fold(one.address), _fold(other.address)
    if first and first == second:
        return True
    mine = _neighbourhood(one.address)
    return mine is not None and mine == _neighbourhood(other.address)


def is_namesake(one: str, other: str, common: Collection[str]) -> bool:
    """Tell whether two bear the same last name, one that tells something: names of a single word have none."""
    mine, theirs = _fold(one).split(), _fold(other).split()
    if len(mine) < 2 or len(theirs) < 2:
        return False
    return mine[-1] == theirs[-1] and len(mine[-1]) > 2 and mine[-1] not in common


def _neighbourhood(address: str) -> tuple[str, str] | None:
    """Read RT and RW out of an address; the RW may be left out, as where RTs are counted through the village."""
    found = _RT.search(address)
    return (found[1], found[2] or found[3] or "") if found else None


def _fold(text: str) -> str:
    return " ".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())


@lru_cache(maxsize=4)
def _read(name: str) -> Any:
    return read_sheet((Path(__file__).parent / "data" / name).read_text("utf-8"))


def _newest(rows: list[dict[str, Any]], on: date, none: dict[str, Any]) -> dict[str, Any]:
    found = [row for row in rows if date.fromisoformat(row["valid_from"]) <= on]
    return max(found, key=lambda row: str(row["valid_from"]), default=none)
