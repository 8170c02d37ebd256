"""Cut the text of a FEEL expression into tokens. Source: DMN 1.5, 10.3.1.2 (grammar rules 27 to 36, 61 and 62)."""

import re
from dataclasses import dataclass
from functools import lru_cache

from balai.engine.rules.limits import MAX_TEXT

_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = "\\s\u0085\u00a0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"

_TOKEN = re.compile(
    rf"""
    (?P<space>[{_SPACE}]+|//[^\n\r]*|/\*.*?\*/)
  | (?P<number>[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|(?<!\.)\.[0-9]+(?:[eE][+-]?[0-9]+)?|(?<=\.\.)\.[0-9]+)
  | (?P<string>"(?:[^"\\]|\\.)*")
  | (?P<at>@[{_SPACE}]*"(?:[^"\\]|\\.)*")
  | (?P<name>[{_START}][{_PART}]*|\?)
  | (?P<op>\*\*|\.\.|->|<=|>=|!=|[=<>+\-*/()\[\]{{}},:.'])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_SIMPLE = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\"}


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One token: its kind (number, string, at, name, op or end), its text as written, and where it starts."""

    kind: str
    text: str
    start: int


class FeelSyntaxError(ValueError):
    """The text is not FEEL; `position` is where, counted in characters from 0."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


def tokenize(text: str) -> list[Lexeme]:
    """Cut a text into tokens, ending with one of kind "end"; raises FeelSyntaxError."""
    if len(text) > MAX_TEXT:
        raise FeelSyntaxError(f"The expression is longer than {MAX_TEXT} characters.", 0)
    tokens: list[Lexeme] = []
    position = 0
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise FeelSyntaxError(_complaint(text, position), position)
        kind = found.lastgroup or ""
        if kind != "space":
            tokens.append(Lexeme(kind, found.group(), position))
        position = found.end()
    tokens.append(Lexeme("end", "", len(text)))
    return tokens


def _complaint(text: str, position: int) -> str:
    if text[position] == '"':
        return 'A text begins with " here and has no closing ".'
    if text.startswith("/*", position):
        return "A comment begins with /* here and has no closing */."
    if text[position] in "\u201c\u201d\u2018\u2019":
        return f'Curly quotes ({text[position]}) are not understood; write straight quotes, as in "text".'
    if text[position] == "&":
        return "The sign & is not understood; write the word and."
    return f"The sign {text[position]!r} is not understood here."


def unescape(literal: str) -> str:
    r"""Answer the text of a string literal without its quotes; \uD83D\uDCA9 pairs become one character."""
    body = literal[1:-1]
    if "\\" not in body:
        return body
    text = _ESCAPE.sub(_replacement, body)
    if any("\ud800" <= char <= "\udfff" for char in text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _replacement(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    if code:
        number = int(code, 16)
        return chr(number) if number <= 0x10FFFF else "\ufffd"
    # An unknown escape stays as written, so that regular expressions such as "\d" keep their meaning.
    return _SIMPLE.get(found[3], "\\" + found[3])


@lru_cache(maxsize=4096)
def name_parts(name: str) -> tuple[str, ...]:
    """Answer the tokens a name is made of, so that names match whatever white space is between their parts."""
    try:
        return tuple(token.text for token in tokenize(name)[:-1])
    except FeelSyntaxError:
        return (name,)
