"""A page of the town's own: `page.yaml` and one Markdown file a language, read to one frozen `HallPage` or to all its faults at once.

`town/pages/<id>/` holds what the hall says of itself: how it is reached, what it does with data, what is new.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from balai.engine.folders import LANGS, key_of
from balai.engine.forms.branch import Branch
from balai.engine.manifest.markdown import PAGE, PageSurroundings, judge, render
from balai.engine.manifest.town import STATUSES, Town
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem, Problems

MAIN = "page.yaml"
PLACE = "town/pages"
KEYS = ("id", "version", "foot", "news", "shows", "legal_basis", "example")
HEAD_KEYS = ("title", "summary")
SHOWS = ("contact", "hours")
PICTURES = {".png": b"\x89PNG\r\n\x1a\n", ".jpg": b"\xff\xd8\xff", ".webp": b"RIFF"}
MOST_PICTURE, MOST_TEXT, MOST_TITLE, MOST_SUMMARY = 100_000, 40_000, 90, 240
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_PICTURE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(png|jpg|webp)")


@dataclass(frozen=True, slots=True)
class PageBasis:
    """The law a page speaks of, and whether an official confirmed it; `line` is where `page.yaml` says so."""

    ref: str
    status: str
    note: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class PageWords:
    """A page in one language; `html` was drawn by our rules and holds nothing else."""

    title: str
    summary: str
    html: str


@dataclass(frozen=True, slots=True)
class HallPage:
    """One page: `foot` is its place at the foot of every page (0: not there), `news` the day it tells something new."""

    id: str
    version: str
    key: str
    foot: int = 0
    news: date | None = None
    shows: tuple[str, ...] = ()
    example: bool = False
    legal_basis: tuple[PageBasis, ...] = ()
    words: Mapping[str, PageWords] = field(default_factory=dict)
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    warnings: tuple[Problem, ...] = ()

    def said(self, lang: str) -> PageWords:
        """Give the page's words in a language, in Indonesian where it does not speak it."""
        return self.words.get(lang) or self.words[LANGS[0]]


def read_page(
    files: Mapping[str, bytes], *, folder: str, town: Town | None = None, published: bool = False
) -> HallPage:
    """Read a page out of its files; what it may lead to, and how the hall is reached, the town knows.

    :raises Problems: every fault of the folder at once, each with file and line.
    A published version was judged by the program of its day, so only what cannot be read is told of it.
    """
    problems: list[Problem] = []
    prefix = folder.rstrip("/") + "/"
    name = prefix.rstrip("/").rpartition("/")[2]
    _check_names(files, name, prefix, problems)
    if MAIN not in files:
        problems.append(Problem(f"The folder has no {MAIN}.", "Say the page's id and version in it.", prefix + MAIN))
        raise Problems(problems)
    root = read_yaml(files[MAIN], prefix + MAIN, problems)
    page = read_page_sheet(root)
    if page.id and page.id != name:
        at = root.child("id") or root
        at.wrong(f'The id "{page.id}" is not the folder\'s name "{name}".', f"Write id: {name}.")
    known = None if published else town
    pictures = {path: content for path, content in files.items() if _PICTURE.fullmatch(path)}
    words = {
        path.removesuffix(".md"): _read_words(files[path], prefix + path, name, frozenset(pictures), known, problems)
        for path in sorted(files)
        if path.endswith(".md")
    }
    if problems and not (published and set(LANGS) <= set(words)):
        raise Problems(sorted(dict.fromkeys(problems), key=lambda one: (one.file, one.line)))
    return HallPage(
        id=page.id, version=page.version, key=key_of("page", page.id, files), foot=page.foot, news=page.news, shows=page.shows,
        example=page.example, legal_basis=page.legal_basis, words=words, pictures=pictures,
        warnings=() if published else tuple(_unconfirmed(page, prefix + MAIN)),
    )  # fmt: skip


def _check_names(files: Mapping[str, bytes], name: str, prefix: str, problems: list[Problem]) -> None:
    if not _NAME.fullmatch(name):
        fix = "Name it with small letters, digits and hyphens; it is the page's address."
        problems.append(Problem(f'A page cannot be called "{name}".', fix, prefix + MAIN))
    for lang in LANGS:
        if f"{lang}.md" not in files:
            said = "Every page speaks Indonesian and English."
            problems.append(Problem("This file is missing.", said, f"{prefix}{lang}.md"))
    for path, content in files.items():
        if path == MAIN or re.fullmatch(r"[a-z]{2,3}\.md", path):
            continue
        if not _PICTURE.fullmatch(path):
            fix = f"Remove it; a page has {MAIN}, id.md, en.md and pictures (.png, .jpg, .webp)."
            problems.append(Problem("This file does not belong to a page.", fix, prefix + path))
        elif not content.startswith(PICTURES["." + path.rpartition(".")[2]]):
            problems.append(Problem("The picture is not what its name says.", "Save it anew.", prefix + path))
        elif len(content) > MOST_PICTURE:
            fix = f"Make it smaller: {MOST_PICTURE} at most."
            problems.append(Problem(f"The picture has {len(content)} bytes.", fix, prefix + path))


def read_page_sheet(root: Branch) -> HallPage:
    """Read `page.yaml`: a page without its words and its key."""
    keys = root.keys(KEYS, required=("id", "version"))
    return HallPage(
        id=keys["id"].text() if "id" in keys else "",
        version=keys["version"].text() if "version" in keys else "",
        key="",
        foot=keys["foot"].whole(least=1) if "foot" in keys else 0,
        news=_day(keys["news"]) if "news" in keys else None,
        shows=tuple(one.one_of(SHOWS) for one in keys["shows"].items()) if "shows" in keys else (),
        example=keys["example"].flag() if "example" in keys else False,
        legal_basis=tuple(_basis(one) for one in keys["legal_basis"].items()) if "legal_basis" in keys else (),
    )


def _day(branch: Branch) -> date | None:
    said = branch.text()
    try:
        return date.fromisoformat(said)
    except ValueError:
        branch.wrong(f'"{said}" is not a date.', 'Write it as "2026-12-31".')
        return None


def _basis(branch: Branch) -> PageBasis:
    keys = branch.keys(("ref", "status", "note"), required=("ref", "status"))
    return PageBasis(
        ref=keys["ref"].text() if "ref" in keys else "",
        status=keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed",
        note=keys["note"].text() if "note" in keys else "",
        line=branch.line,
    )


def _read_words(
    content: bytes, file: str, name: str, pictures: frozenset[str], town: Town | None, problems: list[Problem]
) -> PageWords:
    """Read one language: its head between two lines of ---, then its text."""
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        problems.append(Problem("The file is not UTF-8 text.", "Save it as UTF-8.", file, 1))
        return PageWords(name, "", "")
    found = re.match(r"---[ ]*\n(.*?)(?:^)---[ ]*(?:\n|\Z)", text, re.DOTALL | re.MULTILINE)
    if found is None:
        fix = "Begin with ---, title: …, summary: …, and --- on a line of its own."
        problems.append(Problem("The file does not say its title.", fix, file, 1))
        return PageWords(name, "", "")
    head = read_yaml(f"\n{found[1]}".encode(), file, problems).keys(HEAD_KEYS, required=HEAD_KEYS)
    title = _short(head.get("title"), MOST_TITLE) or name
    summary = _short(head.get("summary"), MOST_SUMMARY)
    contact = town.contact if town else None
    numbers = frozenset(one.dialled for one in (contact.phone, contact.whatsapp) if one) if contact else frozenset()
    around = PageSurroundings(
        pictures=pictures, pages=town.folders.get(PLACE) if town else None,
        services=town.folders.get("services") if town else None, numbers=numbers, address=PAGE.format(name), file=file, first=found[0].count("\n") + 1, problems=problems,
    )  # fmt: skip
    body = text[found.end() :]
    if len(body) > MOST_TEXT:
        around.wrong(0, f"The text has {len(body)} characters.", f"Make two pages of it: {MOST_TEXT} at most.")
    judge(body, around)
    return PageWords(title, summary, render(body, around))


def _short(branch: Branch | None, most: int) -> str:
    said = branch.text() if branch else ""
    if branch and len(said) > most:
        branch.wrong(f"This has {len(said)} characters.", f"Shorten it to {most} at most.")
    return said


def _unconfirmed(page: HallPage, file: str) -> list[Problem]:
    return [
        Problem("This law is not confirmed by an official yet.", "", file, one.line, f"legal_basis.{at}")
        for at, one in enumerate(page.legal_basis)
        if one.status == "unconfirmed"
    ]
