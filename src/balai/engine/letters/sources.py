"""What a letter's source may not do, found by reading it, before Typst runs it.

Typst itself refuses reads outside its root, endless loops and endless recursion. What it allows and we do not: fetching
packages over the network, running text as code, and running WebAssembly. The press (`casework.issuing.press`) closes
the same doors a second time at run time.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from balai.engine.problems import Problem, Problems

MAX_SOURCE_BYTES = 1_000_000

_PACKAGE = re.compile(r"[\"']@|@(?:preview|local)/")
_CODE_FROM_TEXT = re.compile(r"\b(?:eval|plugin)\b")
_COMPUTED_IMPORT = re.compile(r"(?:#|^|[{;])\s*(?:import|include)[ \t]+(?![\"\s])")
_BLOCK_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LINE_COMMENT = re.compile(r"(?<![:\w])//.*")

_RULES = (
    (
        _PACKAGE,
        "imports a package, which would be fetched over the network",
        "Copy what you need into the folder and import it by its path.",
    ),
    (
        _CODE_FROM_TEXT,
        "uses eval or plugin, which run text or binaries as code",
        "Write the layout in the letter; words belong in texts/.",
    ),
    (
        _COMPUTED_IMPORT,
        "imports from something other than a quoted path",
        'Write `#import "/town/letter.typ": letter`.',
    ),
)


def check_sources(sources: Mapping[str, bytes]) -> None:
    """Refuse letter sources that reach for the network, run text as code, are not UTF-8 or are larger than a megabyte.

    :raises Problems: naming every fault with file and line.
    """
    problems = [problem for file, content in sorted(sources.items()) for problem in _faults_of(file, content)]
    if problems:
        raise Problems(problems)


@lru_cache(maxsize=64)  # the town's sources go with every letter, a folder's with each of its examples
def _faults_of(file: str, content: bytes) -> tuple[Problem, ...]:
    return tuple(_problems_of(file, content))


def _problems_of(file: str, content: bytes) -> Iterator[Problem]:
    if len(content) > MAX_SOURCE_BYTES:
        yield Problem("The letter source is larger than a megabyte.", "Make it smaller.", file)
        return
    if not file.endswith(".typ"):
        return
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        yield Problem(
            "The letter source is not UTF-8 text.", "Save it as UTF-8.", file, content[: error.start].count(b"\n") + 1
        )
        return
    for line, code in enumerate(without_comments(text).split("\n"), start=1):
        for pattern, what, fix in _RULES:
            if pattern.search(code):
                yield Problem(f"The letter {what}.", fix, file, line)


@lru_cache(maxsize=64)
def without_comments(text: str) -> str:
    """Blank out comments but keep every line break, so that line numbers stay true."""
    text = _BLOCK_COMMENT.sub(lambda match: "\n" * match.group().count("\n"), text)
    return "\n".join(_LINE_COMMENT.sub("", line) for line in text.split("\n"))
