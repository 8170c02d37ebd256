"""Characters that nobody sees: what copying from contacts, chats, pages and spreadsheets leaves around a text."""

import unicodedata

# Letters by their class that are drawn as nothing (Hangul fillers, Khmer inherent vowels, the empty braille cell, the joiner of marks).
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")


def is_hidden(letter: str) -> bool:
    """Tell whether a character is a format character or a filler: there, and drawn as nothing."""
    return unicodedata.category(letter) == "Cf" or letter in _FILLERS


def drop_hidden(text: str) -> str:
    """Leave out what nobody sees, for numbers, dates, phones and addresses, where it can mean nothing."""
    return text if text.isascii() else "".join(letter for letter in text if not is_hidden(letter))


def is_blank(text: str) -> bool:
    """Tell whether a text shows nothing at all."""
    return not drop_hidden(text).strip()
