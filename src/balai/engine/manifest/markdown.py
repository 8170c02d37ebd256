"""Markdown as a town's pages may use it: headings, lists, tables, links and pictures of the folder; never HTML.

What is read here may be written by anybody who can write into the town's folder. So it is judged with file and line, and drawn by
rules that leave nothing through but what these names allow, whatever the judgement said: a version that was published stays safe.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from balai.engine.forms import WrongValueError, read_phone
from balai.engine.forms.branch import suggestion
from balai.engine.problems import Problem

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

DEEPEST = 4
PAGE = "/halaman/{}/"  # where a page of the town's is shown
_TAG = re.compile(r"<[a-zA-Z!/?]")
_NUMBER = re.compile(r"(?<![\w/.-])(?:\+62|0)(?:[ ().-]{0,2}[0-9]){7,14}(?![\w-])")


_OPEN: dict[str, re.Pattern[str]] = {}


def open_address(template: str) -> None:
    """Say that a page may lead to an address of the hall that is open to everybody; `{service}` and `{page}` must be there."""
    pattern = re.escape(template).replace(r"\{", "{").replace(r"\}", "}")
    _OPEN[template] = re.compile(re.sub(r"{(service|page)}", r"(?P<\1>[a-z0-9-]+)", pattern))


def open_addresses() -> tuple[str, ...]:
    """List the addresses that a page may lead to."""
    return tuple(sorted(_OPEN))


@dataclass(frozen=True, slots=True)
class PageSurroundings:
    """What lies around a text: its pictures, the other pages and services (None: unknown, so not judged), the hall's numbers."""

    pictures: frozenset[str] = frozenset()
    pages: frozenset[str] | None = None
    services: frozenset[str] | None = None
    numbers: frozenset[str] = frozenset()  # E.164
    address: str = ""  # where the page's pictures are fetched, with a slash at its end
    file: str = ""
    first: int = 1  # the line of the file on which the text begins
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, line: int, message: str, fix: str) -> None:
        """Note a fault at a line of the text, counted from 0."""
        self.problems.append(Problem(message, fix, self.file, self.first + line))


def render(text: str, around: PageSurroundings) -> str:
    """Draw a text as HTML; a link that may not be is drawn as its words."""
    return str(_parser().render(text, {"around": around}))


def judge(text: str, around: PageSurroundings) -> None:
    """Tell everything that is wrong with a text, with its line."""
    level = 1
    for token in _parser().parse(text, {"around": around}):
        line = token.map[0] if token.map else 0
        if token.type == "heading_open":
            level = _judge_heading(int(token.tag[1]), level, line, around)
        if token.type == "inline":
            for at, one in _placed(token.children or (), line):
                _judge_part(one, at, around)


def _judge_heading(own: int, before: int, line: int, around: PageSurroundings) -> int:
    if own == 1:
        around.wrong(line, "The page's title is its heading.", "Begin the headings of the text with ##.")
    elif own > DEEPEST:
        around.wrong(line, "This heading is too deep.", f"Use {'#' * DEEPEST} at most, or make two pages of it.")
    elif own > before + 1:
        around.wrong(line, "A heading is left out before this one.", f"Write {'#' * (before + 1)} here.")
    return own


def _placed(children: Sequence["Token"], line: int) -> Iterator[tuple[int, "Token"]]:
    """Yield the parts of a paragraph with the line each stands on."""
    for one in children:
        yield line, one
        line += one.type in ("softbreak", "hardbreak")


def _judge_part(token: "Token", line: int, around: PageSurroundings) -> None:
    if token.type == "text" and _TAG.search(token.content):
        around.wrong(line, "HTML is not used here.", "Write Markdown; a < that is meant stands in `code`.")
    if token.type == "text":
        _judge_numbers(token.content, line, around)
    elif token.type == "link_open":
        if fault := judge_link(str(token.attrGet("href")), around):
            around.wrong(line, *fault)
    elif token.type == "image":
        name = str(token.attrGet("src"))
        if name not in around.pictures:
            near = suggestion(name, around.pictures) or "Put it beside the text: .png, .jpg or .webp."
            around.wrong(line, f'There is no picture "{name}" in the folder.', near)
        if not token.content.strip():
            around.wrong(line, "Nothing says what the picture shows.", "Write it in the brackets: ![what it shows](…).")


def judge_link(link: str, around: PageSurroundings) -> tuple[str, str] | None:
    """Say what is wrong with a link and what to do, None where it leads somewhere."""
    if not link:
        return "The link leads nowhere.", "Write its address in the brackets."
    try:
        parts = urlsplit(link)
    except ValueError:
        return f'"{link}" is no address.', "Copy it from the address bar."
    if parts.scheme == "page":
        return _missing(parts.path, around.pages, "page", "town/pages/")
    if parts.scheme in ("tel", "sms") or parts.hostname in ("wa.me", "api.whatsapp.com"):
        fix = "Put it into town/contact.yaml and write shows: [contact] in page.yaml."
        return "The hall's numbers stand in one place.", fix
    if parts.scheme in ("https", "mailto") and (parts.netloc or parts.path):
        return None
    if parts.scheme or parts.netloc:
        return f'"{link}" may not be linked.', "Write an address that begins with https://, mailto: or /."
    return _judge_own(link, around)


def _judge_own(link: str, around: PageSurroundings) -> tuple[str, str] | None:
    for pattern in _OPEN.values():
        if found := pattern.fullmatch(link):
            named = found.groupdict()
            if "page" in named:
                return _missing(named["page"], around.pages, "page", "town/pages/")
            return _missing(named["service"], around.services, "service", "services/") if "service" in named else None
    return f'"{link}" leads nowhere in this hall.', suggestion(link, _OPEN)


def _missing(name: str, known: frozenset[str] | None, what: str, where: str) -> tuple[str, str] | None:
    if known is None or name in known:
        return None
    return f'There is no {what} "{name}" in {where}.', suggestion(name, known) or "Remove the link."


def _judge_numbers(text: str, line: int, around: PageSurroundings) -> None:
    for found in _NUMBER.finditer(text):
        try:
            number = read_phone(found[0])
        except WrongValueError:
            around.wrong(
                line, f'"{found[0]}" is no telephone number.', "Correct it; a short one such as 112 is let be."
            )
            continue
        if number in around.numbers:
            fix = "Leave it out and write shows: [contact] in page.yaml."
            around.wrong(line, "The hall's number stands in town/contact.yaml, and is not said twice.", fix)


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt  # only whoever draws or judges a page pays for loading it

    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.validateLink = lambda url: True  # type: ignore[method-assign]  # judged with its line; drawn by the rules below
    for name, rule in _RULES.items():
        made.add_render_rule(name, rule)
    return made


def _around(env: Mapping[str, Any]) -> PageSurroundings:
    found = env["around"]
    assert isinstance(found, PageSurroundings)
    return found


def _draw_link(self: Any, tokens: Sequence["Token"], at: int, options: Any, env: Mapping[str, Any]) -> str:
    token, around = tokens[at], _around(env)
    link = str(token.attrGet("href"))
    if judge_link(link, around):
        token.attrs = {}
    elif link.startswith("page:"):
        token.attrSet("href", PAGE.format(link.removeprefix("page:")))
    return str(self.renderToken(tokens, at, options, env))


def _draw_image(self: Any, tokens: Sequence["Token"], at: int, options: Any, env: Mapping[str, Any]) -> str:
    token, around = tokens[at], _around(env)
    name = str(token.attrGet("src"))
    if name not in around.pictures:
        return ""
    token.attrs = {"src": around.address + name, "alt": "", "loading": "lazy"}
    return str(self.image(tokens, at, options, env))


def _open_table(self: Any, tokens: Sequence["Token"], at: int, options: Any, env: Mapping[str, Any]) -> str:
    return '<div class="table-box" tabindex="0"><table>\n'


def _close_table(self: Any, tokens: Sequence["Token"], at: int, options: Any, env: Mapping[str, Any]) -> str:
    return "</table></div>\n"


def _draw_cell(self: Any, tokens: Sequence["Token"], at: int, options: Any, env: Mapping[str, Any]) -> str:
    """Draw a cell without the inline style that aligns it, which the pages' policy forbids."""
    return '<th scope="col">' if tokens[at].tag == "th" else "<td>"


_RULES: dict[str, Any] = {
    "link_open": _draw_link, "image": _draw_image, "table_open": _open_table, "table_close": _close_table,
    "th_open": _draw_cell, "td_open": _draw_cell,
}  # fmt: skip
