"""How a service is found by the words people use, what it costs, and how it is said that it takes no applications."""

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate

from balai.engine import forms, manifest

_FILLERS = frozenset(
    [
        "yang",
        "untuk",
        "dari",
        "dan",
        "di",
        "ke",
        "saya",
        "mau",
        "ingin",
        "cara",
        "bagaimana",
        "buat",
        "membuat",
        "urus",
        "mengurus",
        "the",
        "a",
        "of",
        "for",
        "i",
        "to",
        "my",
    ]
)


def fold(text: str) -> list[str]:
    """Fold text into words without case and marks; words that say nothing are left out."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return [word for word in words if word not in _FILLERS]


def score(service: manifest.Service, wanted: list[str], lang: str) -> int:
    """Score how well a service answers the wanted words; 0 when one of them is nowhere."""
    places = [
        (9, fold(service.short)),  # what case numbers begin with, and what banks call the letter
        (8, fold(service.text("title", lang, ""))),
        (6, fold(" ".join(service.keywords))),
        (5, fold(" ".join(service.life_events))),
        (2, fold(service.text("summary", lang, ""))),
        (4, fold(service.text("title", "en" if lang == "id" else "id", ""))),
    ]
    total = 0
    for word in wanted:
        best = max((weight for weight, held in places for each in held if _meets(word, each)), default=0)
        if not best:
            return 0
        total += best
    return total


def has_words(wanted: list[str], texts: Iterable[str]) -> bool:
    """Tell whether every wanted word stands in one of the texts."""
    held = [word for text in texts for word in fold(text)]
    return bool(wanted) and all(any(_meets(word, each) for each in held) for word in wanted)


def _meets(word: str, held: str) -> bool:
    """Tell whether a typed word meets a held one: the same, its beginning, or one letter apart in longer words."""
    if word == held or (len(word) >= 3 and held.startswith(word)):
        return True
    return len(word) >= 5 and abs(len(word) - len(held)) <= 1 and _one_apart(word, held)


def _one_apart(one: str, other: str) -> bool:
    """Tell whether two words differ by one letter changed, added, left out or swapped with its neighbour."""
    if len(one) == len(other):
        differ = [place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        swapped = len(differ) == 2 and differ[1] == differ[0] + 1
        return len(differ) <= 1 or (
            swapped and one[differ[0]] == other[differ[1]] and one[differ[1]] == other[differ[0]]
        )
    shorter, longer = sorted((one, other), key=len)
    return any(longer[:cut] + longer[cut + 1 :] == shorter for cut in range(len(longer)))


def say_pause(reason: str, until: date | None, lang: str, *, closed: bool = False) -> str:
    """Say why a service takes no applications, and until when where that is known, or that it was closed."""
    told = reason if reason.endswith((".", "!", "?")) else f"{reason}."
    if closed:
        return f"This service was closed. {told}" if lang == "en" else f"Layanan ini sudah ditutup. {told}"
    if until is None:
        return told
    day = forms.format_date(until, lang)
    return f"{told} It opens again after {day}." if lang == "en" else f"{told} Dibuka lagi sesudah {day}."


def fee_of(service: manifest.Service, now: datetime) -> Decimal | None:
    """Tell what a service costs today; None where it depends on the answers."""
    values = service.town_at(localdate(now))
    amount = service.fee.evaluate({"town": values}, now=now) if service.fee is not None else Decimal(0)
    return Decimal(amount) if isinstance(amount, Decimal | int) else None
