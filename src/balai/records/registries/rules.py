"""Pure rules of registries: what an answer can be, and how it is worded."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any, ClassVar

from balai.records.people.rules import read_nik


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
    members: tuple[Mapping[str, str], ...] = ()  # who stands on the same family card; told only where it was asked for

    def as_json(self) -> dict[str, Any]:
        """Write it with its date as ISO text."""
        tree = asdict(self) | {"birth_date": self.birth_date.isoformat() if self.birth_date else None}
        return tree if self.members else {name: value for name, value in tree.items() if name != "members"}

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> "Resident":
        """Read it strictly. :raises ValueError: for missing, wrong or misshapen fields."""
        known = {field.name for field in fields(cls)}
        given = {key: value for key, value in tree.items() if key in known}
        if not isinstance(given.get("nik"), str) or read_nik(given["nik"]) is None:
            raise ValueError("the record has no well-formed NIK")
        born, members = given.pop("birth_date", None), given.pop("members", None) or ()
        if any(not isinstance(value, str) for value in given.values()):
            raise ValueError("a field of the record is not text")
        day = date.fromisoformat(born) if born else None
        return cls(**given, birth_date=day, members=tuple(_member(one) for one in members))

    def only(self, wanted: Sequence[str]) -> "Resident":
        """Leave out every field that was not asked for; the NIK was asked with."""
        if not wanted:
            return replace(self, members=())
        return Resident(**{key: value for key, value in asdict(self).items() if key in {"nik", "status", *wanted}})


MEMBER = ("nik", "name", "sex", "birth_place", "birth_date", "relation")  # what is told of each on a family card


def _member(tree: object) -> dict[str, str]:
    if not isinstance(tree, Mapping) or any(not isinstance(tree.get(name) or "", str) for name in MEMBER):
        raise ValueError("a member of the family card is misshapen")
    return {name: tree[name] for name in MEMBER if tree.get(name)}


@dataclass(frozen=True, slots=True)
class RecordFound:
    """The registry holds this record."""

    record: Resident
    found: ClassVar[bool] = True
    available: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class RecordAbsent:
    """The registry answered that it holds no such record."""

    found: ClassVar[bool] = False
    available: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class RegistrySilent:
    """The registry did not answer, or not in a way that can be relied on; nothing follows from it."""

    reason: str  # for the operator's log, never for the citizen
    found: ClassVar[bool] = False
    available: ClassVar[bool] = False


Answer = RecordFound | RecordAbsent | RegistrySilent

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
    state = {RecordFound: "found", RecordAbsent: "not-found", RegistrySilent: "unavailable"}[type(answer)]
    return WORDS[state][index]
