"""What we hold about a person: every app says it here, and forgetting, access requests and restored backups walk this one list.

Each app registers its holdings in its own `holdings.py`: which tables, on what lawful basis (UU 27/2022 art. 20(2)), how they are listed
for the person they are about, and what forgetting does with them. A house test finds every table that leads to a person and stands
in no holding. The words of `cases.drafts` are `holds.drafts.title | what | stays` in the texts of `cases`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.apps import apps
from django.utils.module_loading import autodiscover_modules

from balai.base.journal import Deed
from balai.base.models import Access, Entry
from balai.base.pages import texts

LAW = "UU 27/2022"
Letter = Literal[
    "a", "b", "c", "d", "e", "f"
]  # consent, contract, legal duty, vital interest, public task, legitimate interest


@dataclass(frozen=True, slots=True)
class Basis:
    """A lawful basis of art. 20(2), by its letter, and whether an official has confirmed that it carries this holding."""

    letter: Letter
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """The person an access request is about, with the records joined into theirs, their account, and the reader's language."""

    person_id: UUID
    account_id: UUID | None
    joined: tuple[UUID, ...]
    lang: str

    @property
    def ids(self) -> tuple[UUID, ...]:
        """Give the ids under which they are known."""
        return (self.person_id, *self.joined)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is held: facts by name in plain values, `data` what has a shape of its own, `url` where they see it whole."""

    facts: Mapping[str, Any]
    title: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    url: str = ""


Lists = Callable[[Subject], Sequence[Item]]
Forgets = Callable[[Deed, UUID, str], None]  # the deed, the person, the reason: before or with their key's end
Counts = Callable[[UUID], Mapping[str, int]]
Clears = Callable[[Collection[UUID], datetime], None]  # vaults that were destroyed, now: for a restored backup


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of thing held about persons.

    `forgets` takes it away in the deed that forgets the person; `goes_with` names the holding that takes it along; with neither
    it stays, and its words say why. `counts` tells what would be destroyed. `clears` takes off what stands in the clear beside keys
    that a restored backup found destroyed.
    """

    key: str
    tables: frozenset[str]
    bases: tuple[Basis, ...]
    lists: Lists
    forgets: Forgets | None = None
    goes_with: str = ""
    counts: Counts | None = None
    clears: Clears | None = None

    @property
    def words(self) -> str:
        """Name where its words stand."""
        app, _, name = self.key.partition(".")
        return f"{app}.holds.{name}"

    @property
    def stays(self) -> bool:
        """Tell whether it stays when its person is forgotten."""
        return self.forgets is None and not self.goes_with


_HOLDINGS: dict[str, Holding] = {}


def holds(
    key: str, *, tables: Collection[str], bases: str, lists: Lists, forgets: Forgets | None = None, goes_with: str = "",
    counts: Counts | None = None, clears: Clears | None = None, confirmed: bool = False,
) -> None:  # fmt: skip
    """Register a holding; `bases` are letters of art. 20(2), such as "ce". The same key again replaces the earlier."""
    letters: Mapping[str, Letter] = {"a": "a", "b": "b", "c": "c", "d": "d", "e": "e", "f": "f"}
    made = tuple(Basis(letters[letter], confirmed) for letter in bases)
    _HOLDINGS[key] = Holding(key, frozenset(tables), made, lists, forgets, goes_with, counts, clears)


def holdings() -> list[Holding]:
    """List every holding of this installation, persons first, then what was built on them."""
    autodiscover_modules("holdings")
    order = {config.label: at for at, config in enumerate(apps.get_app_configs())}
    return sorted(_HOLDINGS.values(), key=lambda one: order.get(one.key.partition(".")[0], len(order)))


def forget(deed: Deed, person_id: UUID, reason: str) -> None:
    """Take away what is held of a person, as part of a deed: what was built on them first, themselves last."""
    for holding in reversed(holdings()):
        if holding.forgets is not None:
            holding.forgets(deed, person_id, reason)


def count(person_id: UUID) -> dict[str, int]:
    """Count what forgetting a person would destroy, by what it is."""
    found: dict[str, int] = {}
    for holding in holdings():
        if holding.counts is not None:
            found |= holding.counts(person_id)
    return found


def clear(vault_ids: Collection[UUID], now: datetime) -> None:
    """Take off what stands in the clear beside keys that were destroyed."""
    for holding in holdings():
        if holding.clears is not None:
            holding.clears(vault_ids, now)


# ---- an access request ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Section:
    """One holding as the person it is about reads it."""

    key: str
    title: str
    what: str
    stays: str  # why it stays when they are forgotten; "" when it goes
    bases: tuple[Basis, ...]
    items: tuple[Item, ...]


def collect(subject: Subject) -> tuple[Section, ...]:
    """List everything that is held about a person, holding by holding, those that hold nothing of them too."""
    return tuple(_section(one, subject) for one in holdings())


def _section(one: Holding, subject: Subject) -> Section:
    stays = texts.say(f"{one.words}.stays", subject.lang) if one.stays else ""
    title, what = (texts.say(f"{one.words}.{part}", subject.lang) for part in ("title", "what"))
    return Section(one.key, title, what, stays, one.bases, tuple(one.lists(subject)))


def say_basis(basis: Basis, lang: str) -> str:
    """Put a lawful basis into words, with the mark whether an official confirmed it."""
    said = texts.say(f"base.basis.{basis.letter}", lang)
    mark = "" if basis.confirmed else f" ({texts.say('base.basis.unconfirmed', lang)})"
    return f"{LAW} {texts.say('base.basis.article', lang)} 20(2)({basis.letter}): {said}{mark}"


def as_tree(sections: Sequence[Section]) -> list[dict[str, Any]]:
    """Write an access request's answer as plain data, for a file that machines read too."""
    return [
        {
            "holding": one.key,
            "title": one.title,
            "what": one.what,
            "stays": one.stays,
            "bases": [
                {"law": LAW, "article": f"20(2)({basis.letter})", "confirmed": basis.confirmed} for basis in one.bases
            ],
            "items": [
                {"title": item.title, "facts": dict(item.facts)} | ({"data": dict(item.data)} if item.data else {})
                for item in one.items
            ],
        }
        for one in sections
    ]


# ---- what the ground itself holds -----------------------------------------------------------------------------------


def _readings(subject: Subject) -> list[Item]:
    found = Access.objects.filter(person_id__in=subject.ids).order_by("-at")
    return [Item({"at": row.at, "by": row.actor, "purpose": row.purpose, "what": row.object}) for row in found]


def _journal(subject: Subject) -> list[Item]:
    found = Entry.objects.filter(stream__in=[f"person:{one}" for one in subject.ids]).order_by("-at")
    return [Item({"at": row.at, "action": row.action, "by": row.actor, "channel": row.channel}) for row in found]


def _posted(subject: Subject) -> list[Item]:
    return []  # sealed and without a name: whose it is cannot be told, here either


holds("base.readings", tables=("base.Access", "base.SecurityEvent"), bases="c", lists=_readings)
holds("base.journal", tables=("base.Entry",), bases="ce", lists=_journal)
holds("base.post", tables=("base.Dispatch",), bases="e", lists=_posted)
