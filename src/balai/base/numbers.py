"""Reads a whole number out of what came with a request.

`str.isdigit` says yes to ² and ٣, and `int` no to the one and to more digits than it takes; so nobody asks them about what a stranger sent.
"""

import re

_WHOLE = re.compile(r"[0-9]{1,18}\Z")


def whole(text: str, default: int, *, least: int = 0, most: int = 10**18) -> int:
    """Read a whole number written with the digits 0 to 9; what is none, or lies outside, is `default`."""
    number = int(text) if _WHOLE.match(text) else None
    return number if number is not None and least <= number <= most else default
