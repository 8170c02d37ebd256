"""Which facts of an applicant's identity a letter prints, found by reading its source and what that imports.

Typst cannot be asked; so a letter reads its applicant in one of a few plain ways, and any other way is a fault that the check tells:
`data.applicant.name`, `data.applicant.at("nik", default: "")`, or the same through one short name, `#let a = data.applicant`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from balai.engine.letters.identity_documents import has_document
from balai.engine.letters.sources import without_comments
from balai.engine.problems import Problem

FIELDS = (
    "name",
    "nik",
    "document_number",
    "nib",
    "birth_place",
    "birth_date",
    "address",
)  # in the order in which people are asked
OF_FIRMS = ("name", "nib", "address")
OF_PERSONS = ("name", "nik", "document_number", "birth_place", "birth_date", "address")

_IMPORT = re.compile(r"(?:import|include)\s*\"(?P<path>[^\"]+)\"")
_NAMED = re.compile(r"\blet\s+(?P<name>[A-Za-z_][\w-]*)\s*=\s*data\.applicant(?![\w.-])")
_ANY = re.compile(r"\bdata\.applicant\b|\.at\(\s*\"applicant\"|\bget\(\s*data\s*,\s*\"applicant\"")
_ASKED = re.compile(r"\"\w+\"\s+in\s+data\.applicant(?![\w.-])")
_READ = r"(?:\.at\(\s*\"(?P<key>\w+)\"|\.(?!at\b)(?P<plain>\w+)\b(?!\s*\())"


@dataclass(frozen=True, slots=True)
class Prints:
    """What a letter prints of its applicant, and the lines at which it cannot be told: (file, line)."""

    fields: frozenset[str]
    unread: tuple[Problem, ...] = ()


def find_prints(sources: Mapping[str, bytes], letter_id: str) -> Prints:
    """Find which of `FIELDS` a letter prints; `unread` tells every use of the applicant that cannot be followed.

    `sources` are those of `render`.
    """
    files = {path.lstrip("/"): content.decode("utf-8", "replace") for path, content in sources.items()}
    fields, unread = set[str](), list[Problem]()
    for path in _walk(files, f"letters/{letter_id}.typ"):
        text = without_comments(files[path])
        found, faults = _read(path, text)
        fields |= found
        unread += faults
    return Prints(frozenset(fields & set(FIELDS)), tuple(unread))


def _walk(files: Mapping[str, str], first: str) -> Iterator[str]:
    """Give a source and all it imports, each once."""
    waiting, seen = [first], set[str]()
    while waiting:
        path = waiting.pop()
        if path in seen or path not in files:
            continue
        seen.add(path)
        yield path
        for found in _IMPORT.finditer(without_comments(files[path])):
            named = found["path"]
            folder = path.rpartition("/")[0]
            waiting.append(named.lstrip("/") if named.startswith("/") else f"{folder}/{named}")


@lru_cache(maxsize=64)  # the letters of a folder share what they import, and all folders the town's
def _read(path: str, text: str) -> tuple[frozenset[str], tuple[Problem, ...]]:
    names = [found["name"] for found in _NAMED.finditer(text)]
    told = [found.span() for one in (_NAMED, _ASKED) for found in one.finditer(text)]
    fields = set[str]()
    words = "|".join(["data\\.applicant", *(rf"(?<![\w.\"-]){re.escape(name)}" for name in names)])
    for found in re.finditer(rf"(?:{words}){_READ}", text):
        fields.add(found["key"] or found["plain"])
        told.append(found.span())
    loose = [found for found in _ANY.finditer(text) if not any(low <= found.start() < high for low, high in told)]
    for name in names:  # handed on whole, or asked by a name that is worked out
        loose += re.finditer(rf"(?<![\w.\"-]){re.escape(name)}\s*(?:\.at\(\s*(?!\")|\.(?:pairs|values|keys)\()", text)
        loose += re.finditer(rf"[(,]\s*{re.escape(name)}\s*[,)]", text)
    fix = 'Read each field by its name: `data.applicant.at("nik", default: "")`.'
    return frozenset(fields), tuple(
        Problem(
            "It cannot be told which facts about the applicant this line prints.",
            fix,
            path,
            text[: found.start()].count("\n") + 1,
        )
        for found in loose
    )


def applicant_words(words: str) -> frozenset[str]:
    """Find which of `FIELDS` holes and names of parties print: `applicant.nik`, or its parts one after another."""
    return frozenset(found for found in re.findall(r"\bapplicant[. ](\w+)", words) if found in FIELDS)


def list_missing(prints: frozenset[str], known: Mapping[str, object], *, firm: bool | None = None) -> tuple[str, ...]:
    """List, in the order in which people are asked, what a letter prints of an applicant and is not known.

    A document's number is known too where they have a NIK, or said that they have no document yet. A firm has no NIK and was not born, a person has no NIB; without `firm` whoever has a NIB alone is one.
    """
    is_firm = bool(known.get("nib")) and not known.get("nik") if firm is None else firm
    theirs = OF_FIRMS if is_firm else OF_PERSONS
    known = {**known, "document_number": has_document(known)}
    return tuple(name for name in theirs if name in prints and not str(known.get(name) or "").strip())
