"""Codes of administrative areas (Kemendagri): their shape, their names, and what lies within what.

The whole country is one sorted block of lines, unpacked when the first code is asked for (2.2 MB), searched as bytes.
"""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "wilayah.csv.gz"
_DOTTED = re.compile(r"[0-9]{2}(\.[0-9]{2}(\.[0-9]{2}(\.[0-9]{4})?)?)?")
_PLAIN = re.compile(r"[0-9]{2}|[0-9]{4}|[0-9]{6}|[0-9]{10}")
_LENGTHS = {"provinsi": 2, "kota": 5, "kabupaten": 5, "kecamatan": 8, "kelurahan": 13, "desa": 13}


@dataclass(frozen=True, slots=True)
class Area:
    """One administrative area: dotted code and official name."""

    code: str
    name: str


def dotted(code: str) -> str:
    """Write an area code with dots. :raises ValueError: when it has not the shape of one (2, 4, 6 or 10 digits)."""
    code = code.strip()
    if _DOTTED.fullmatch(code):
        return code
    if not _PLAIN.fullmatch(code):
        raise ValueError(f"{code!r} is not an area code")
    return ".".join(part for part in (code[:2], code[2:4], code[4:6], code[6:]) if part)


def within(code: str, kind: str) -> str:
    """Cut an area code to the area of a kind of unit that contains it, or "" when it is too coarse for that."""
    length = _LENGTHS.get(kind, 0)
    code = dotted(code)
    return code[:length] if len(code) >= length else ""


def find_area(code: str) -> Area | None:
    """Find an area by its code, dotted or not, or None when the decree knows none such."""
    try:
        code = dotted(code)
    except ValueError:
        return None
    at = _lines().find(f"\n{code},".encode())
    if at < 0:
        return None
    return _read(_lines()[at + 1 : _lines().index(b"\n", at + 1)])


def list_areas(within_code: str, *, depth: int | None = None) -> list[Area]:
    """List the areas inside one, in order of code; `depth` 1 gives its children only."""
    prefix = dotted(within_code)
    level = prefix.count(".")
    return [area for area in _scan(prefix) if depth is None or area.code.count(".") <= level + depth]


def names(code: str) -> tuple[str, ...]:
    """Name an area and what contains it, smallest first, as an address reads: kelurahan, kecamatan, kota, provinsi."""
    code = dotted(code)
    parts = code.split(".")
    chain = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return tuple(area.name for area in map(find_area, chain) if area is not None)


def _scan(prefix: str) -> Iterator[Area]:
    start = _lines().find(f"\n{prefix}.".encode())
    while start >= 0:
        end = _lines().index(b"\n", start + 1)
        line = _lines()[start + 1 : end]
        if not line.startswith(f"{prefix}.".encode()):
            return
        yield _read(line)
        start = end if end + 1 < len(_lines()) else -1


def _read(line: bytes) -> Area:
    code, _, name = line.decode().partition(",")
    return Area(code, name)


@lru_cache(maxsize=1)
def _lines() -> bytes:
    return gzip.decompress(_FILE.read_bytes())
