"""The roles a post gives: the one table of those that the program itself knows, and what each is for.

A room brings further ones in its `room.yaml`; services name roles for their own steps, which need no entry here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache

from balai.base import rooms

HEAD, SECTION_HEAD, COUNTER, AUDITOR, ARCHIVIST = "head", "section-head", "counter", "auditor", "archivist"
LEGAL = "legal"


@dataclass(frozen=True, slots=True)
class Role:
    """One role: its title in both languages, and what comes with it."""

    code: str
    id: str
    en: str
    heads: bool = False  # answers for every case of the unit and those below, and signs where nobody else is named
    apart: bool = False  # does no casework: an auditor reads, an archivist keeps


CORE = {
    role.code: role
    for role in (
        Role(HEAD, "Kepala unit", "Head of the unit", heads=True),
        Role("kepala", "Kepala unit", "Head of the unit", heads=True),  # as some towns spell it
        Role(SECTION_HEAD, "Kepala seksi", "Section head"),
        Role("clerk", "Petugas", "Clerk"),
        Role("treasurer", "Bendahara penerimaan", "Treasurer"),  # says whether what a service asks to be paid has come
        Role(COUNTER, "Petugas loket", "Counter officer"),
        Role(AUDITOR, "Auditor", "Auditor", apart=True),
        Role(ARCHIVIST, "Arsiparis", "Archivist", apart=True),
        Role(LEGAL, "Petugas hukum", "Legal officer"),
        Role("operator", "Operator Balai", "Operator of Balai"),
    )
}


@lru_cache(maxsize=1)
def table() -> Mapping[str, Role]:
    """Give the table: the roles of every hall, and those that rooms bring."""
    brought = {
        code: Role(code, str(words["id"]), str(words["en"]))
        for room in rooms.list_rooms()
        for code, words in (room.told.get("roles") or {}).items()
    }
    return brought | CORE


def say(code: str, lang: str = "id") -> str:
    """Name a role; one that only services know is named by its code."""
    role = table().get(code)
    return code if role is None else role.en if lang == "en" else role.id


def heads() -> frozenset[str]:
    """Name the roles that answer for every case of their unit."""
    return frozenset(role.code for role in table().values() if role.heads)


def apart() -> frozenset[str]:
    """Name the roles that do no casework."""
    return frozenset(role.code for role in table().values() if role.apart)


def working(held: Collection[str], named: Collection[str]) -> frozenset[str]:
    """Pick from the held roles those that have to do with work that names some: these, and whoever heads."""
    return (frozenset(held) & (frozenset(named) | heads())) - apart()
