"""What needs an administrator, put on a page: each heading that an app brings (`base/checks`), its lines, where to deal with them."""

from dataclasses import dataclass
from datetime import datetime

from balai.base import checks
from balai.base.pages import links
from balai.base.pages.parts import Tone
from balai.doors.desk import words

SHOWN = 8  # lines of one kind; the rest is counted and stands on the page of its kind


@dataclass(frozen=True, slots=True)
class AttentionLine:
    """One thing to look at: what is the matter, since when, and where it is dealt with."""

    title: str
    text: str
    since: str
    tone: Tone
    icon: str
    url: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class AttentionGroup:
    """All of one kind under one heading; `more` are left out here."""

    title: str
    lead: str
    lines: tuple[AttentionLine, ...]
    more: int
    url: str


def kinds(now: datetime, lang: str, *, calm: bool = False) -> tuple[AttentionGroup, ...]:
    """Put what must be done under its headings, or what is only to be known; a heading without anything is left out."""
    made = (_kind(one, now, lang) for one in checks.list_needs(calm=calm))
    return tuple(kind for kind in made if kind.lines)


def lines_of(key: str, now: datetime, lang: str) -> tuple[AttentionLine, ...]:
    """List everything under one heading, for the page of its own."""
    return tuple(
        _line(one, now, lang) for need in checks.list_needs() if need.key == key for one in need.lines(now, lang)
    )


def _kind(need: checks.Attention, now: datetime, lang: str) -> AttentionGroup:
    found = need.lines(now, lang)
    shown = tuple(_line(one, now, lang) for one in found[:SHOWN])
    return AttentionGroup(need.title(lang), need.lead(lang), shown, max(0, len(found) - SHOWN), _address(need.page))


def _line(one: checks.Line, now: datetime, lang: str) -> AttentionLine:
    since = words.near(one.since, now, lang) if one.since else ""
    return AttentionLine(one.title, one.text, since, one.tone, one.icon, _address(one.page, *one.args), one.act)


def _address(page: str, *args: object) -> str:
    return links.path(page, *args) if page and links.leads(page) else ""  # a closed room shows no page
