"""What a notice says: the author's words with the case's facts put in; and what a text that comes in asks."""

import re
import unicodedata

from balai.base import codes


def one_line(text: str, limit: int = 200) -> str:
    """Fold a subject to one line, so that no header can be smuggled into a mail."""
    return " ".join(text.split())[:limit]


def mask_address(address: str) -> str:
    """Show enough of an address for its owner to know it, not enough for a stranger to use it."""
    if "@" in address:
        name, _, domain = address.partition("@")
        return f"{name[:2]}{'*' * max(len(name) - 2, 1)}@{domain}"
    return f"{address[:4]}{'*' * max(len(address) - 7, 1)}{address[-3:]}" if len(address) > 7 else "*" * len(address)


# ---- texts that come in ----------------------------------------------------------------------------------------------

MOST_TEXT = 160  # letters of GSM-7 in one text
_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = frozenset("^{}\\[~]|€")  # each takes the room of two (3GPP TS 23.038, 6.2.1.1)
_PLAIN = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "...", "\xa0": " ", "·": "-"})
SECRET = 20  # letters of a tracking code
_ASKED = re.compile(
    r"\s*(?:status|cek)\b[\s:,.#]*([a-z]{2,5})[\s-]*([0-9a-z]{4})[\s-]*([0-9a-z]{4})\b[\s:,./-]*(.*)", re.I | re.S
)
_ENGLISH = re.compile(r"\s*(?:help|info)\b", re.I)


def short_text(text: str) -> str:
    """Make a text that any phone shows and that costs one message: GSM-7 alone, at most 160 letters."""
    kept, room = [], MOST_TEXT
    for letter in text.translate(_PLAIN):
        shown = letter if letter in _GSM or letter in _GSM_TWICE else (_without_mark(letter) or "?")
        room -= 2 if shown in _GSM_TWICE else 1
        if room < 0:
            break
        kept.append(shown)
    return "".join(kept)


def _without_mark(letter: str) -> str:
    folded = unicodedata.normalize("NFKD", letter)[:1]
    return folded if folded in _GSM else ""


def read_asked(text: str) -> tuple[str, str] | None:
    """Read `STATUS number code` as people type it: any case, with hyphens or without; None for a text that asks for no case."""
    found = _ASKED.match(text[:400])
    if found is None:
        return ("", "") if re.match(r"\s*(?:status|cek)\b", text[:400], re.I) else None
    head, first, second, code = found.groups()
    return f"{head.upper()}-{codes.read(first)}-{codes.read(second)}", codes.read(code.rstrip(" ."))


def asks_in_english(text: str) -> bool:
    """Tell whether a text asks how to ask in English; all else is answered in Indonesian."""
    return _ENGLISH.match(text[:400]) is not None
