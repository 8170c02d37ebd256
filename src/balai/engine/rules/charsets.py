"""Sets of characters as ranges of code points: categories, blocks, XML names, and letters in either case.

Source: XML Schema Part 2, appendix G; Unicode Character Database as Python carries it.
"""

import sys
import unicodedata
from bisect import bisect_left, bisect_right
from functools import lru_cache

from balai.engine.rules.unicodeblocks import BLOCKS

Ranges = tuple[tuple[int, int], ...]
_LAST = sys.maxunicode


def normal(ranges: list[tuple[int, int]]) -> Ranges:
    """Answer ranges of code points in order, joined where they touch."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(joined)


def complement(ranges: Ranges) -> Ranges:
    """Answer all code points that are not in the ranges."""
    rest: list[tuple[int, int]] = []
    begin = 0
    for low, high in ranges:
        if low > begin:
            rest.append((begin, low - 1))
        begin = high + 1
    if begin <= _LAST:
        rest.append((begin, _LAST))
    return tuple(rest)


def without(ranges: Ranges, others: Ranges) -> Ranges:
    """Answer the code points of the first that are not in the second."""
    return complement(normal([*complement(ranges), *others]))


@lru_cache(maxsize=64)
def category(name: str) -> Ranges:
    """Answer the code points of a general category such as L or Lu; raises ValueError when there is none."""
    table = _categories()
    found = [pair for key, ranges in table.items() if key.startswith(name) for pair in ranges]
    if not found or len(name) > 2:
        raise ValueError(f"there is no category {name}")
    return normal(found)


@lru_cache(maxsize=1)
def _categories() -> dict[str, list[tuple[int, int]]]:
    """Answer the code points of each category; planes 4 to 13 are empty, 15 and 16 private, so they are not walked."""
    table: dict[str, list[tuple[int, int]]] = {"Cn": [(0x40000, 0xDFFFF), (0xE1000, 0xEFFFF)]}
    for plane in (0xF0000, 0x100000):
        table.setdefault("Co", []).append((plane, plane + 0xFFFD))
        table["Cn"].append((plane + 0xFFFE, plane + 0xFFFF))
    for begin, end in ((0, 0x40000), (0xE0000, 0xE1000)):
        start, current = begin, unicodedata.category(chr(begin))
        for code in range(begin + 1, end + 1):
            kind = unicodedata.category(chr(code)) if code < end else ""
            if kind != current:
                table.setdefault(current, []).append((start, code - 1))
                start, current = code, kind
    return table


_NAME_START = normal(
    [
        (ord(":"), ord(":")), (ord("A"), ord("Z")), (ord("_"), ord("_")), (ord("a"), ord("z")), (0xC0, 0xD6),
        (0xD8, 0xF6), (0xF8, 0x2FF), (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F),
        (0x2C00, 0x2FEF), (0x3001, 0xD7FF), (0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
    ]
)  # fmt: skip
_NAME_PART = normal(
    [*_NAME_START, (ord("-"), ord("-")), (ord("."), ord(".")), (ord("0"), ord("9")), (0xB7, 0xB7), (0x300, 0x36F),
     (0x203F, 0x2040)]
)  # fmt: skip
_SPACE: Ranges = ((9, 10), (13, 13), (32, 32))


@lru_cache(maxsize=16)
def class_escape(letter: str) -> Ranges:
    r"""Answer the code points of \s \i \c \d \w and of their opposites in capitals."""
    if letter.isupper():
        return complement(class_escape(letter.lower()))
    if letter == "s":
        return _SPACE
    if letter == "i":
        return _NAME_START
    if letter == "c":
        return _NAME_PART
    if letter == "d":
        return category("Nd")
    return complement(normal([*category("P"), *category("Z"), *category("C")]))


@lru_cache(maxsize=1)
def _variants() -> tuple[list[int], dict[int, tuple[int, ...]]]:
    """Answer all letters that have a case, in order, and what each may also be written as."""
    groups: dict[str, set[int]] = {}
    for low, high in (*category("Lu"), *category("Ll"), *category("Lt"), *category("Nl"), *category("So")):
        for code in range(low, high + 1):
            char = chr(code)
            if char.lower() != char or char.upper() != char:
                for variant in (char, char.lower(), char.upper()):
                    if len(variant) == 1:
                        groups.setdefault(char.lower(), set()).add(ord(variant))
                        groups.setdefault(char.upper(), set()).add(ord(variant))
    table: dict[int, set[int]] = {}
    for group in groups.values():
        for code in group:
            table.setdefault(code, set()).update(group)
    return sorted(table), {code: tuple(group) for code, group in table.items()}


def any_case(ranges: Ranges) -> Ranges:
    """Answer the code points of the ranges in every case they may be written in."""
    cased, variants = _variants()
    more: list[tuple[int, int]] = list(ranges)
    for low, high in ranges:
        for code in cased[bisect_left(cased, low) : bisect_right(cased, high)]:
            more.extend((variant, variant) for variant in variants[code])
    return normal(more)


def block(name: str) -> Ranges:
    """Answer the code points of a block such as BasicLatin; raises ValueError when there is none."""
    found = BLOCKS.get(name)
    if found is None:
        raise ValueError(f"there is no block of characters {name}")
    return found
