"""What a folder must not be published with: texts marked TODO, and the template's own sentences."""

import re
from collections.abc import Iterator, Mapping

from balai.engine.forms.branch import Branch
from balai.engine.problems import Problem

_MARK = re.compile(r"\b(TODO|FIXME|TBD)\b|@(ID|TITLE|TITLE_EN|SHORT)@|\blorem ipsum\b")
TEMPLATE = (
    "tulis di sini, dalam satu kalimat, untuk siapa dan untuk apa layanan ini",
    "write here, in one sentence, for whom and for what this service is",
)
_COMMENT = re.compile(r"(?s)//[^\n]*|/\*.*?\*/")


class Unready(Problem):
    """What a folder may have while it is written, and cannot be published with."""


def list_unready(trees: Mapping[str, Branch], sources: Mapping[str, bytes]) -> Iterator[Unready]:
    """Yield each text that waits for its author, in files of keys and in the sources of letters (path to bytes)."""
    for tree in trees.values():
        for place, text in _texts(tree):
            if said := _waits(text):
                yield Unready(f"“{said}” is no text for the public.", _FIX, place.file, place.line, place.name)
    for path, content in sources.items():
        if path.endswith(".typ"):
            written = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), content.decode("utf-8", "replace"))
            for line, text in enumerate(written.splitlines(), 1):
                if found := _MARK.search(text):
                    yield Unready(f"“{found[0]}” would be printed.", _FIX, path, line)


_FIX = "Write what belongs there before it is published."


def _waits(text: str) -> str:
    found = _MARK.search(text)
    if found:
        return found[0]
    return next((sentence for sentence in TEMPLATE if sentence in text.casefold()), "")


def _texts(place: Branch) -> Iterator[tuple[Branch, str]]:
    if isinstance(place.value, str):
        yield place, place.value
    elif isinstance(place.value, Mapping):
        for one in place.entries():
            yield from _texts(one)
    elif isinstance(place.value, list):
        for one in place.items():
            yield from _texts(one)
