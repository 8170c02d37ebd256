"""Puts what is held about a person onto a page: one section for each holding, facts in words, numbers of identity masked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from balai.base import holdings
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.base.pages.parts import Fact
from balai.engine.forms import format_date, mask_number

MASKED = ("nik", "document_number")
SHOWN = 20  # of one holding; the file holds all


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing that is held, as a page shows it."""

    title: str
    url: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Drawer:
    """One holding, as a page shows it; `more` things are left out here and stand in the file."""

    key: str
    title: str
    what: str
    stays: str
    bases: tuple[str, ...]
    items: tuple[Shown, ...]
    count: int
    more: int


def drawers(sections: Sequence[holdings.Section], lang: str) -> tuple[Drawer, ...]:
    """Show the sections of an access request."""
    return tuple(_drawer(one, lang) for one in sections)


def _drawer(one: holdings.Section, lang: str) -> Drawer:
    app = one.key.partition(".")[0]
    return Drawer(
        one.key.replace(".", "-"), one.title, one.what, one.stays,
        tuple(holdings.say_basis(basis, lang) for basis in one.bases),
        tuple(_shown(item, app, lang) for item in one.items[:SHOWN]), len(one.items), max(0, len(one.items) - SHOWN),
    )  # fmt: skip


def _shown(item: holdings.Item, app: str, lang: str) -> Shown:
    facts = [
        Fact(_label(name, app, lang), mask_number(str(value)) if name in MASKED else _said(name, value, app, lang))
        for name, value in item.facts.items()
        if value not in (None, "", [], ())
    ]
    return Shown(item.title, item.url, tuple(facts))


def _label(name: str, app: str, lang: str) -> str:
    for key in (f"{app}.holds.fact.{name}", f"base.holds.fact.{name}"):
        if texts.has(key, lang):
            return texts.say(key, lang)
    return name


def _said(name: str, value: Any, app: str, lang: str) -> str:
    """Put a value into words: a code by the words its app or the ground has for it, anything else as it is written here."""
    for key in (f"{app}.holds.value.{name}.{value}", f"base.holds.value.{name}.{value}"):
        if isinstance(value, str) and texts.has(key, lang):
            return texts.say(key, lang)
    return _plain(value, lang)


def _plain(value: Any, lang: str) -> str:
    if isinstance(value, bool):
        return texts.say(f"base.holds.{'yes' if value else 'no'}", lang)
    if isinstance(value, datetime):
        return moment(value, lang)
    if isinstance(value, date):
        return format_date(value, lang)
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(_plain(one, lang) for one in value)
    return str(value)
