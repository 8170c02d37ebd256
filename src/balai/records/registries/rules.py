"""Pure rules of registries: what an answer can be, how it is worded, and how synthetic residents are made."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, ClassVar

from balai.records.people.rules import read_nik

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Resident:
    """What a population registry tells of one resident; fields that were not asked for are empty."""

    nik: str
    family_card: str = ""
    name: str = ""
    sex: str = ""  # "L" | "P"
    birth_place: str = ""
    birth_date: date | None = None
    address: str = ""
    village: str = ""  # 10-digit Kemendagri code
    status: str = "aktif"  # aktif | pindah | meninggal

    def as_json(self) -> dict[str, Any]:
        """Write it with its date as ISO text."""
        return asdict(self) | {"birth_date": self.birth_date.isoformat() if self.birth_date else None}

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> "Resident":
        """Read it strictly. :raises ValueError: for missing, wrong or misshapen fields."""
        known = {field.name for field in fields(cls)}
        given = {key: value for key, value in tree.items() if key in known}
        if not isinstance(given.get("nik"), str) or read_nik(given["nik"]) is None:
            raise ValueError("the record has no well-formed NIK")
        born = given.pop("birth_date", None)
        if any(not isinstance(value, str) for value in given.values()):
            raise ValueError("a field of the record is not text")
        return cls(**given, birth_date=date.fromisoformat(born) if born else None)

    def only(self, wanted: Sequence[str]) -> "Resident":
        """Leave out every field that was not asked for; the NIK was asked with."""
        if not wanted:
            return self
        return Resident(**{key: value for key, value in asdict(self).items() if key in {"nik", "status", *wanted}})


@dataclass(frozen=True, slots=True)
class Found:
    """The registry holds this record."""

    record: Resident
    found: ClassVar[bool] = True
    available: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class NotFound:
    """The registry answered that it holds no such record."""

    found: ClassVar[bool] = False
    available: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The registry did not answer, or not in a way that can be relied on; nothing follows from it."""

    reason: str  # for the operator's log, never for the citizen
    found: ClassVar[bool] = False
    available: ClassVar[bool] = False


Answer = Found | NotFound | Unavailable

WORDS = {
    # what is shown, in (Indonesian, English); never "NIK sah": a well-formed number proves nothing
    "malformed": ("format tidak sesuai", "format not valid"),
    "well-formed": ("format sesuai", "format valid"),
    "found": ("ditemukan", "found"),
    "not-found": ("tidak ditemukan", "not found"),
    "unavailable": ("tidak tersedia", "not available"),
}


def describe(nik: str, answer: Answer | None, lang: str = "id") -> str:
    """Say how a look-up stands: the format, and what the registry answered if it was asked."""
    index = 1 if lang == "en" else 0
    if read_nik(nik) is None:
        return WORDS["malformed"][index]
    if answer is None:
        return WORDS["well-formed"][index]
    state = {Found: "found", NotFound: "not-found", Unavailable: "unavailable"}[type(answer)]
    return WORDS[state][index]


# -- synthetic residents ----------------------------------------------------------------------------------------------

_BORN_FIRST, _BORN_LAST = date(1946, 1, 1), date(2008, 12, 31)


@lru_cache(maxsize=1)
def _names() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    with (_DATA / "nama.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["jenis"], []).append(row["nama"])
    return found


@lru_cache(maxsize=1)
def _streets() -> list[str]:
    with (_DATA / "jalan.csv").open(encoding="utf-8", newline="") as file:
        return [row["jalan"] for row in csv.DictReader(file)]


def synthetic_nik(village: str, born: date, female: bool, serial: int) -> str:
    """Make a NIK that cannot be anybody's: the area begins with 99, a province that does not exist."""
    return f"99{village[2:6]}{born.day + (40 if female else 0):02}{born:%m%y}{serial:04}"


def synthetic_residents(
    count: int, villages: Sequence[str], *, birth_place: str, seed: int = 64_72
) -> Iterator[Resident]:
    """Make invented residents of some villages (10-digit codes), the same ones for the same seed."""
    random, serials = Random(seed), dict[str, int]()  # repeatable on purpose; no secret hangs on it
    for _ in range(count):
        village, female = random.choice(villages), random.random() < 0.5
        born = _BORN_FIRST + timedelta(days=random.randrange((_BORN_LAST - _BORN_FIRST).days + 1))
        prefix = synthetic_nik(village, born, female, 0)[:12]
        serials[prefix] = serials.get(prefix, 1) + 1  # 0001 is left to the cast
        nik = f"{prefix}{serials[prefix]:04}"
        yield Resident(
            nik=nik,
            family_card=f"99{village[2:6]}{date(2015, 1, 1) + timedelta(days=random.randrange(3000)):%d%m%y}"
            f"{random.randrange(1, 9999):04}",
            name=_full_name(random, female),
            sex="P" if female else "L",
            birth_place=birth_place,
            birth_date=born,
            address=f"Jl. {random.choice(_streets())} No. {random.randrange(1, 200)} RT {random.randrange(1, 40):02}",
            village=village,
        )


def _full_name(random: Random, female: bool) -> str:
    names, sex = _names(), "female" if female else "male"
    return f"{random.choice(names[f'first_names_{sex}'])} {random.choice(names[f'last_names_{sex}'])}"
