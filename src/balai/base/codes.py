"""Letters that people copy by hand: numbers of cases and letters, secrets of links, codes said across a counter.

Crockford's base 32: no I, L, O, U, so that a code survives a telephone call and a worn print.
"""

import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", " ": "", "-": ""})


def draw(length: int) -> str:
    """Draw letters at random, five bits each."""
    return spell(secrets.token_bytes(length))


def spell(data: bytes) -> str:
    """Spell bytes as letters, one each; 32 letters divide a byte's 256 values evenly, so each is as likely."""
    return "".join(ALPHABET[byte & 31] for byte in data)


def read(typed: str) -> str:
    """Read letters as people type them: any case, with spaces or hyphens, O for 0."""
    return typed.strip().upper().translate(_READ_AS)


def is_code(text: str, length: int) -> bool:
    """Tell whether a text that was read is so many of these letters and nothing else."""
    return len(text) == length and set(text) <= set(ALPHABET)
