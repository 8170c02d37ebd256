"""The roles a post gives: the one table of those that the program itself knows, and what each is for.

Services and rooms name further roles for their own steps; they are spelled as posts spell them and need no entry here.
"""

from collections.abc import Collection
from dataclasses import dataclass

HEAD, SECTION_HEAD, COUNTER, AUDITOR, ARCHIVIST = "head", "section-head", "counter", "auditor", "archivist"


@dataclass(frozen=True, slots=True)
class Role:
    """One role: its title in both languages, and what comes with it."""

    code: str
    id: str
    en: str
    heads: bool = False  # answers for every case of the unit and those below, and signs where nobody else is named
    apart: bool = False  # does no casework: an auditor reads, an archivist keeps


_ROLES: dict[str, Role] = {}


def add(role: Role) -> None:
    """Enter a role into the table; a room may bring its own. :raises ValueError: when the code is taken by another."""
    if _ROLES.setdefault(role.code, role) != role:
        raise ValueError(f"the role {role.code!r} is there already")


for _role in (
    Role(HEAD, "Kepala unit", "Head of the unit", heads=True),
    Role("kepala", "Kepala unit", "Head of the unit", heads=True),  # as some towns spell it
    Role(SECTION_HEAD, "Kepala seksi", "Section head"),
    Role("clerk", "Petugas", "Clerk"),
    Role(COUNTER, "Petugas loket", "Counter officer"),
    Role(AUDITOR, "Auditor", "Auditor", apart=True),
    Role(ARCHIVIST, "Arsiparis", "Archivist", apart=True),
    Role("operator", "Operator Balai", "Operator of Balai"),
):
    add(_role)


def find(code: str) -> Role | None:
    """Find a role of the table, None for one that only services know."""
    return _ROLES.get(code)


def listed() -> tuple[Role, ...]:
    """List the table."""
    return tuple(_ROLES.values())


def say(code: str, lang: str = "id") -> str:
    """Name a role; one that only services know is named by its code."""
    role = _ROLES.get(code)
    return code if role is None else role.en if lang == "en" else role.id


def heads() -> frozenset[str]:
    """Name the roles that answer for every case of their unit."""
    return frozenset(role.code for role in _ROLES.values() if role.heads)


def apart() -> frozenset[str]:
    """Name the roles that do no casework."""
    return frozenset(role.code for role in _ROLES.values() if role.apart)


def working(held: Collection[str], named: Collection[str]) -> frozenset[str]:
    """Pick from the held roles those that have to do with work that names some: these, and whoever heads."""
    return (frozenset(held) & (frozenset(named) | heads())) - apart()
