"""Doors that a text may promise (a complaint, an objection, a contact), the words that name them, and those that stand.

A text in a service's `standard` leads to one by `[words](page:kontak)` or `[words](door:complaint)`. A page stands when it lies in
the town's folder; a door when a room says so under `doors` of its `room.yaml`. Whoever shows the text draws the link.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from balai.engine.folders import LANGS as LANGS


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE)


DOORS = {
    "complaint": {"id": _words("pengaduan|aduan|adukan|mengadu(?:kan)?|keluhan"), "en": _words("complain(?:t|ts|s|ing)?")},
    "objection": {"id": _words("keberatan"), "en": _words("objections?|(?:to|may|can|you) object")},
    "contact": {
        "id": _words("(?:meng)?hubungi (?:kami|kantor|balai)|kontak kami"),
        "en": _words("(?:contact|call|reach) (?:us|our office|the office)"),
    },
}  # fmt: skip
COUNTER = {"id": _words("loket"), "en": _words("counters?")}
PHONE = {"id": _words("telepon|whatsapp"), "en": _words("(?:tele)?phone|whatsapp")}
HERE = {  # words that promise a page of this hall
    "id": _words("(?:lewat|melalui|di|pada) (?:laman|halaman|situs|portal|aplikasi) ini"),
    "en": _words("(?:on|through|via|in|at) this (?:site|page|website|portal|app)"),
}
REFERENCE = re.compile(r"\[([^\[\]]+)\]\((page|door):([a-z0-9-]+)\)")
ANY_REFERENCE = re.compile(r"\[[^\[\]]*\]\([^)\s]*\)")


@dataclass(frozen=True, slots=True)
class TextPart:
    """A piece of a text: words, and where they lead (`page` or `door` and its name), "" where nowhere."""

    words: str
    kind: str = ""
    name: str = ""


_STANDING: set[str] = set()


def open_door(name: str) -> None:
    """Say that a door stands. :raises ValueError: when no text can name it."""
    if name not in DOORS:
        raise ValueError(f"There is no door {name}; there are: {', '.join(sorted(DOORS))}.")
    _STANDING.add(name)


def standing() -> frozenset[str]:
    """Name the doors that stand."""
    return frozenset(_STANDING)


def split(text: str) -> Iterator[TextPart]:
    """Yield a text in pieces: words, and words that lead somewhere."""
    at = 0
    for found in REFERENCE.finditer(text):
        if found.start() > at:
            yield TextPart(text[at : found.start()])
        yield TextPart(found[1], found[2], found[3])
        at = found.end()
    if at < len(text):
        yield TextPart(text[at:])


def plain(text: str) -> str:
    """Answer a text without its references: the words alone."""
    return REFERENCE.sub(r"\1", text) if "](" in text else text
