"""The news as an Atom feed (RFC 4287), in one language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid5
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

ATOM = "http://www.w3.org/2005/Atom"
TYPE = "application/atom+xml; charset=utf-8"
SPACE = UUID("6f1d3a52-6a0e-4c0e-9d3e-0c5c0f6f7a11")  # of this program's feeds


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One piece of news: `day` is its own, `updated` when the version that is shown was published."""

    id: str
    title: str
    summary: str
    html: str
    address: str
    day: datetime
    updated: datetime


@dataclass(frozen=True, slots=True)
class NewsFeed:
    """A feed: its own address, the page it stands for, the same in other languages."""

    town_code: str
    town: str
    title: str
    lang: str
    address: str
    page: str
    others: Sequence[tuple[str, str]]  # language, address
    since: datetime  # what counts as updated where there are no entries


def write(feed: NewsFeed, entries: Sequence[FeedEntry]) -> bytes:
    """Write a feed. Ids are made of the town's code, the language and the page's id, so that they outlive a change of address."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed", {"xml:lang": feed.lang})
    _add(root, "id", _id(feed.town_code, f"feed:{feed.lang}"))
    _add(root, "title", feed.title)
    _add(root, "updated", _at(max((one.updated for one in entries), default=feed.since)))
    _add(_add(root, "author"), "name", feed.town)
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.address)
    _add(root, "link", rel="alternate", type="text/html", href=feed.page)
    for lang, address in feed.others:
        _add(root, "link", rel="alternate", type="application/atom+xml", href=address, hreflang=lang)
    for one in entries:
        entry = _add(root, "entry")
        _add(entry, "id", _id(feed.town_code, f"page:{feed.lang}:{one.id}"))
        _add(entry, "title", one.title)
        _add(entry, "published", _at(one.day))
        _add(entry, "updated", _at(one.updated))
        _add(entry, "link", rel="alternate", type="text/html", href=one.address)
        _add(entry, "summary", one.summary)
        _add(entry, "content", one.html, type="html")
    body: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return body


def morning(day: date, zone: str) -> datetime:
    """Give the beginning of a day in the town."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def _add(parent: ElementTree.Element, name: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    made = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    made.text = text
    return made


def _id(town: str, name: str) -> str:
    return f"urn:uuid:{uuid5(SPACE, f'{town} {name}')}"


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
