"""What an officer's civil service number and rank look like: ranks are dated data, marked where no official confirmed them."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from balai.base import dated
from balai.engine.forms import WrongNumberError, drop_hidden, read_nip


@dataclass(frozen=True, slots=True)
class Rank:
    """One rank: its code ("III/b"), its name, whose it is (`pns` or `pppk`), and by which rule."""

    code: str
    name: str
    of: str
    ref: str
    source: str
    valid_from: date
    status: str

    @property
    def printed(self) -> str:
        """Write it as it stands under a name: "Penata Muda Tingkat I (III/b)", "Golongan IX"."""
        return f"{self.name} ({self.code})" if self.name else f"Golongan {self.code}"


@lru_cache(maxsize=1)
def list_ranks() -> tuple[Rank, ...]:
    """Read every rank there is or was."""
    return dated.read(Path(__file__).parent / "data" / "ranks.yaml", lambda row: Rank(**row))


def in_force(on_date: date) -> tuple[Rank, ...]:
    """List the ranks of a day, lowest first, those of civil servants before those of contract officers."""
    return dated.in_force(list_ranks(), on_date, lambda one: one.code)


def find(typed: str, on_date: date) -> Rank | None:
    """Find the rank that is meant: by its code as people write it ("III/b", "iii b", "III-B"), by its name, or by both."""
    wanted = _folded(typed)
    return next(
        (
            one
            for one in in_force(on_date)
            if wanted in {_folded(one.code), _folded(one.name), _folded(one.printed)} - {""}
        ),
        None,
    )


def print_nip(nip: str) -> str:
    """Write a number as letters do: birth, start, sex and serial apart; one that has not eighteen digits as it is."""
    return f"{nip[:8]} {nip[8:14]} {nip[14]} {nip[15:]}" if len(nip) == 18 else nip


def read_number(typed: str) -> str:
    """Answer the eighteen digits of a number as typed, "" for none. :raises WrongNumberError: for what cannot be one.

    Source: Perka BKN 22/2007 (birth, start of service, sex, serial); of a contract officer, whose seventh group says 21, length and
    birth alone are judged.
    """
    text = drop_hidden(typed).strip()
    if not text:
        return ""
    nip = read_nip(text)
    if nip[12:14] != "21" and (nip[14] not in "12" or nip[15:] == "000"):
        raise WrongNumberError("nip_date", digits=nip[14:])
    return nip


def _folded(text: str) -> str:
    said = re.sub(r"\btk\b", "tingkat", text.casefold())
    return "".join(said.translate(dict.fromkeys(map(ord, " /-.()"))).split())
