"""Typesetting: Typst, in memory, without a file system, as PDF/A-3a and PDF/UA-1 in one file."""

import functools
import json
import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from balai.engine.letters.sources import check_sources
from balai.engine.problems import Problem, Problems

if TYPE_CHECKING:
    import typst

STANDARDS: list["typst.PDFStandard"] = ["a-3a", "ua-1"]
# A root below which nothing can exist: whatever is not handed over in memory cannot be read at all.
_NOWHERE = "/dev/null"
# Goes before every source, on its first line so that its lines keep their numbers. A word that is wider than the narrowest column
# would run out of the page and be cut there: it may break between any two of its letters, as seen (a letter with its marks).
# The gap is too small to be seen (none at all would be no place to break) and leaves no character, so that the word is copied and
# searched as it was typed.
# To measure a word costs a letter more than anything else, so a word is looked at only where it could be that wide: twelve letters of
# ASCII never are (the widest, a bold W or @, is little more than an em), nine with another among them may be.
_WIDEST_WORD = "15em"  # of running text: thirty ordinary letters
_ANY, _OTHER = r"[^ \n\t\u{200b}]", r"[^ -~\n\t\u{200b}]"
_LONG = "|".join([_ANY + "{13,}", *(f"[!-~]{{{ahead}}}{_OTHER}{_ANY}{{{max(8 - ahead, 0)},}}" for ahead in range(12))])
_FIRST = (
    f'#show regex("{_LONG}"): word => context if measure(word).width > '
    + _WIDEST_WORD
    + ".to-absolute() { word.text.clusters().join(h(0.001pt)) } else { word };"
).encode()
_PLACE = re.compile(r"┌─ (?P<file>.+?):(?P<line>\d+):\d+$", re.MULTILINE)


def render(
    sources: Mapping[str, bytes],
    letter_id: str,
    data: Mapping[str, Any],
    *,
    qr_svg: bytes | None,
    created_at: datetime,
) -> bytes:
    """Typeset one letter: the same arguments give the same bytes.

    `sources` maps paths inside the service folder (`letters/grant.typ`) and the town's (`town/letter.typ`) to their
    bytes; `data` becomes `/data.json`, with decimals and dates as strings; `qr_svg` becomes `/qr.svg` and
    `data.qr_svg_path`; `created_at` is aware.

    :raises Problems: with file and line, for a fault of the source, a glyph that no font has, or a picture without a
    text alternative.
    """
    import typst  # 60 MB with its fonts: only a process that typesets carries it

    if created_at.tzinfo is None:
        raise ValueError("created_at must be aware")
    check_sources(sources)
    files = _files(sources, letter_id, data, qr_svg)
    try:
        # The binding takes a dict of files; its stubs do not say so.
        pdf = typst.compile(  # type: ignore[call-overload]
            files,
            root=_NOWHERE,
            font_paths=_fonts(),
            ignore_system_fonts=True,
            package_path=_NOWHERE,
            package_cache_path=_NOWHERE,
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=int(created_at.timestamp()),
        )
    except typst.TypstError as error:
        raise Problems([_problem(error, letter_id)]) from error
    # Typst ends with `%%EOF` and no newline; an incremental update (a signature) written right behind it breaks PDF/A.
    return bytes(pdf) + b"\n"


@functools.cache
def _fonts() -> "typst.Fonts":
    """Give the fonts inside Typst itself, so that a letter looks the same on every machine."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def _files(
    sources: Mapping[str, bytes], letter_id: str, data: Mapping[str, Any], qr_svg: bytes | None
) -> dict[str, bytes]:
    files = {path.lstrip("/"): content for path, content in sources.items()}
    path = source_path(letter_id)
    if path not in files:
        raise Problems([Problem(f"The letter {letter_id!r} has no source.", f"Write {path}.", path)])
    placed = {**data, "qr_svg_path": "/qr.svg" if qr_svg else None}
    files["data.json"] = json.dumps(
        placed, default=_plain, ensure_ascii=False, sort_keys=True, allow_nan=False
    ).encode()
    if qr_svg:
        files["qr.svg"] = qr_svg
    # The binding wants the entry under this name; the letter's own path stays too, for the letters that include one
    # another.
    files["main.typ"] = _FIRST + files[path]
    return files


def source_path(letter_id: str) -> str:
    """Name the file of a letter inside its service folder."""
    return f"letters/{letter_id}.typ"


def _plain(value: object) -> object:
    """Say a value as JSON does: decimals keep their digits as strings, dates are ISO 8601.

    :raises TypeError: for anything that is not data.
    """
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, tuple | list | set | frozenset):
        return sorted(value) if isinstance(value, set | frozenset) else list(value)
    raise TypeError(f"{type(value).__name__} cannot be printed in a letter")


def _problem(error: "typst.TypstError", letter_id: str) -> Problem:
    """Turn Typst's complaint into a problem with the author's own file and line."""
    place = _PLACE.search(error.diagnostic)
    file = place["file"].rpartition("dev/null/")[2] if place else source_path(letter_id)
    file = source_path(letter_id) if file == "main.typ" else file
    message = _hide_root(error.message).rstrip(".")
    hint = "; ".join(_hide_root(hint) for hint in error.hints if "--root" not in hint)
    return Problem(
        f"{message}.",
        f"{hint[:1].upper()}{hint[1:]}." if hint else "",
        file,
        int(place["line"]) if place else 0,
        letter_id,
    )


def _hide_root(text: str) -> str:
    """Keep our stand-in root out of messages that people read."""
    return (
        re.sub(r"\(?(?:searched at )?(?:\.\./)*/?dev/null", "(", text).replace("((", "(")
        if "dev/null" in text
        else text
    )
