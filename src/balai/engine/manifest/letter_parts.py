"""What a letter holds beside its running text: tables of rows, places to sign on paper, a place for the stamp duty, who signs in which order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from balai.engine.forms.branch import Branch
from balai.engine.manifest.town import STATUSES
from balai.engine.rules import Expression

if TYPE_CHECKING:
    from balai.engine.manifest.service import LetterKind, Step

MOST_SIGNERS = 4  # as many blocks as fit side by side and below each other without a page of their own
STAMP = "meterai.request"
_DUTY = "10000"  # rupiah

ExpressionReader = Callable[[Branch], Expression | None]


@dataclass(frozen=True, slots=True)
class LetterTable:
    """Rows of the case drawn as a table: which rows, by which of their fields, and which of them."""

    id: str
    rows: str = ""  # `<form or step>.<field of rows>`
    columns: tuple[str, ...] = ()
    where: Expression | None = None  # over the row's own fields first
    line: int = 0


@dataclass(frozen=True, slots=True)
class Parties:
    """Who signs a letter on paper: everybody in some rows, or one person who is named by an expression."""

    id: str
    rows: str = ""
    name: str = ""  # the field of a row that holds the name
    role: str = ""  # the field of a row that says what they are
    who: Expression | None = None  # without rows: the one name
    where: Expression | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class StampDuty:
    """The stamp duty (meterai) of a letter: a photo of the stamp that was pasted, or a serial that the issuer of stamps gave."""

    photo: str = ""  # `<step>.<field>`, a file
    serial: str = ""  # `<step>.<output>` of a step with operation meterai.request
    beside: str = ""  # the parties it is pasted beside; "" the first, or who signs
    amount: Expression | None = None  # in rupiah
    basis: str = ""
    status: str = "unconfirmed"
    line: int = 0


@dataclass(frozen=True, slots=True)
class LetterParts:
    """All of these that a letter has."""

    tables: Mapping[str, LetterTable] = field(default_factory=dict)
    parties: Mapping[str, Parties] = field(default_factory=dict)
    stamp: StampDuty | None = None
    signers: tuple[str, ...] = ()  # signing steps, in the order in which they sign

    def groups(self) -> Iterator[tuple[str, LetterTable | Parties]]:
        """List what is drawn of rows, each with its key."""
        yield from (("tables", one) for one in self.tables.values())
        yield from (("parties", one) for one in self.parties.values() if one.rows)

    def summary(self) -> str:
        """Say in a line what it holds, as versions are compared by it; "" for nothing."""
        found = [f"{one.id} ({one.rows}: {' '.join(one.columns)})" for one in self.tables.values()]
        found += [f"{one.id} ({one.who.text if one.who else one.rows})" for one in self.parties.values()]
        if self.stamp:
            found.append(f"meterai {self.stamp.photo or self.stamp.serial}")
        return ", ".join([*found, " > ".join(self.signers)] if self.signers else found)

    def words(self) -> str:
        """Name the fields that are printed through it, one after another."""
        found = [word for _, one in self.groups() for word in one.rows.split(".")]
        found += [column for table in self.tables.values() for column in table.columns]
        found += [word for one in self.parties.values() for word in (one.name, one.role)]
        found += [part for one in self.parties.values() if one.who for path in one.who.paths for part in path]
        return " ".join(found)


PART_KEYS = ("tables", "parties", "meterai", "signers")


def letter_parts_of(keys: Mapping[str, Branch], read: ExpressionReader) -> LetterParts:
    """Read what a letter of service.yaml says of its parts."""
    return LetterParts(
        tables={one.key: _table_of(one, read) for one in keys["tables"].entries()} if "tables" in keys else {},
        parties={one.key: _parties_of(one, read) for one in keys["parties"].entries()} if "parties" in keys else {},
        stamp=_stamp_of(keys["meterai"], read) if "meterai" in keys else None,
        signers=keys["signers"].texts() if "signers" in keys else (),
    )


def _table_of(branch: Branch, read: ExpressionReader) -> LetterTable:
    keys = branch.keys(("rows", "columns", "where"), required=("rows", "columns"))
    return LetterTable(
        id=branch.key,
        rows=keys["rows"].text() if "rows" in keys else "",
        columns=keys["columns"].texts() if "columns" in keys else (),
        where=read(keys["where"]) if "where" in keys else None,
        line=branch.line,
    )


def _parties_of(branch: Branch, read: ExpressionReader) -> Parties:
    keys = branch.keys(("rows", "name", "role", "where"), required=("name",))
    several = "rows" in keys
    for key in ("role", "where"):
        if key in keys and not several:
            keys[key].wrong("Only rows have this.", f"Add rows: …, or remove {key}.")
    return Parties(
        id=branch.key,
        rows=keys["rows"].text() if several else "",
        name=keys["name"].text() if "name" in keys and several else "",
        role=keys["role"].text() if "role" in keys and several else "",
        who=read(keys["name"]) if "name" in keys and not several else None,
        where=read(keys["where"]) if "where" in keys and several else None,
        line=branch.line,
    )


def _stamp_of(branch: Branch, read: ExpressionReader) -> StampDuty:
    keys = branch.keys(("photo", "serial", "beside", "amount", "basis", "status"), required=("basis", "status"))
    if ("photo" in keys) == ("serial" in keys):
        branch.wrong(
            "A meterai is pasted and photographed, or has a serial of who issues it.",
            f"Write photo: <step>.<field>, or serial: <step>.serial of a step with operation: {STAMP}.",
        )
    plain = {name: keys[name].text() for name in ("photo", "serial", "beside", "basis") if name in keys}
    return StampDuty(
        **plain,
        amount=read(keys["amount"]) if "amount" in keys else read(replace(branch, value=_DUTY)),
        status=keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed",
        line=branch.line,
    )


def put_in_order(
    letters: Mapping[str, "LetterKind"], steps: Mapping[str, "Step"], at: Callable[[str], Branch]
) -> dict[str, "Step"]:
    """Let each signer of `signers` sign behind the one before, each another person; what cannot be is told at `at(letter)`."""
    made = dict(steps)
    for letter in letters.values():
        for before, name in pairwise(letter.parts.signers):
            step = made.get(name)
            if step is None or before not in made:
                continue  # told where the list is checked
            if step.countersigns not in ("", before):
                at(letter.id).wrong(
                    f'"{name}" countersigns "{step.countersigns}" and stands behind "{before}" here.',
                    "Say the order in signers alone: remove countersigns.",
                )
                continue
            earlier = letter.parts.signers[: letter.parts.signers.index(name)]
            others = dict.fromkeys((*step.not_same_person_as, *earlier))
            made[name] = replace(step, countersigns=before, not_same_person_as=tuple(others))
    return made
