"""What this hall sent, as keyed prints: whether a text or a link came from here can be told, to whom it went cannot.

A print is a keyed digest with a day; nothing that was said stands here a second time. Codes of a few digits are left out of what is
digested, so that nobody finds the code that somebody else was sent.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.timezone import localdate

from balai.base import crypto, outbox, sql

KEPT = timedelta(days=400)
MOST = 60  # lines of a text that are looked at
_SHORT = 12  # letters of a line that says too little to be anybody's
_LINK = re.compile(r"\b(?:https?://|www\.)[^\s<>\"']+", re.IGNORECASE)
_CODE = re.compile(r"(?<![\w.-])[0-9]{4,8}(?![\w-])")

Verdict = Literal["sent", "site", "mixed", "unknown"]


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a text: all of it was sent from here (and when), it leads into this hall, part of it was sent, or nothing."""

    verdict: Verdict
    day: date | None = None
    foreign: tuple[str, ...] = ()  # the hosts of links that lead elsewhere


def take(text: str) -> tuple[bytes, ...]:
    """Take the prints of a text that leaves: of the whole, of each line and of each link."""
    return tuple(sorted({_print(one) for one in (_fold(text), *_lines(text), *map(_fold, _links(text)))}))


def keep(prints: tuple[bytes, ...], now: datetime) -> None:
    """Keep prints with the day; of what was sent before, the newest day. One statement each, always in the same order."""
    for one in prints:
        sql.execute(
            "INSERT INTO base_sent (digest, sent_on) VALUES (%s, %s) ON CONFLICT (digest) DO UPDATE"
            " SET sent_on = excluded.sent_on WHERE base_sent.sent_on < excluded.sent_on",
            [one, localdate(now)],
        )


def look_up(text: str) -> Found:
    """Tell whether a text, or a link, was sent from here. One query."""
    lines, links = _lines(text), _links(text)
    prints = {one: _print(one) for one in (_fold(text), *lines, *map(_fold, links))}
    days = _days(set(prints.values()))
    known = {one: days[mark] for one, mark in prints.items() if mark in days}
    foreign = tuple(dict.fromkeys(_host(one) for one in links if not _is_ours(one) and _fold(one) not in known))
    if (whole := known.get(_fold(text))) is not None:
        return Found("sent", whole)
    if len(links) == 1 and links[0] == text.strip():
        return Found("unknown" if foreign else "site", foreign=foreign)
    if lines and not foreign and all(one in known for one in lines):
        return Found("sent", min(known[one] for one in lines))
    if known or len(foreign) < len(links):
        return Found("mixed", foreign=foreign)
    return Found("unknown", foreign=foreign)


@outbox.every(timedelta(hours=6))
def forget_sent(now: datetime) -> int:
    """Forget what was sent more than 400 days ago."""
    return sql.execute("DELETE FROM base_sent WHERE sent_on < %s", [localdate(now - KEPT)])


def _days(prints: set[bytes]) -> dict[bytes, date]:
    rows = sql.rows(
        f"SELECT digest, sent_on FROM base_sent WHERE digest IN ({', '.join(['%s'] * len(prints))})",
        [*prints],
    )
    return {bytes(row[0]): row[1] if isinstance(row[1], date) else date.fromisoformat(row[1]) for row in rows}


def _print(folded: str) -> bytes:
    return crypto.lookup_hash("sent", _CODE.sub("#", folded))[:16]


def _fold(text: str) -> str:
    """Fold what carriers, clients and people change in passing: blanks, line ends, capitals, widths."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _lines(text: str) -> list[str]:
    found = (_fold(line.lstrip("> \t")) for line in text.splitlines())
    return [line for line in dict.fromkeys(found) if len(line) >= _SHORT][:MOST]


def _links(text: str) -> list[str]:
    return [one.rstrip(".,;:!?)]}") for one in _LINK.findall(text)[:MOST]]


def _is_ours(link: str) -> bool:
    """Tell a link into this hall from one that only looks like it: by scheme and host, not by how it begins."""
    told, ours = _split(link), urlsplit(settings.BALAI_URL)
    return told is not None and (told.scheme, told.netloc.lower()) == (ours.scheme, ours.netloc.lower())


def _host(link: str) -> str:
    told = _split(link)
    return (told.netloc.rpartition("@")[2] if told is not None else link)[:80].lower()


def _split(link: str) -> SplitResult | None:
    try:
        return urlsplit(link if "://" in link else f"http://{link}")
    except ValueError:
        return None
