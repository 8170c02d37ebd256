"""What a log line may say: what happened and where, never a secret that lets somebody in, nor who a person is.

Logs are read by people who may not read cases, are sent elsewhere and kept for long. So each line is written anew at the last moment,
with its traceback: of an address in this house what its route says, and everything that has the shape of a secret blotted out.
"""

import copy
import logging
import re
import traceback
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest

BLOT = "***"
KNOWN = {"number", "service_id", "name", "digest", "lang", "provider_id"}  # parts of addresses that are no secrets
_WORD = re.compile(r"[a-z][a-z-]{0,30}|[a-z-]+\.[a-z]{2,5}|[0-9]{1,6}")
_SHAPES = [
    re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*"),  # e-mail addresses
    re.compile(r"(?<![\w+.-])(?:\+62|62|0)[ -]?8\d{1,3}(?:[ -]?\d{2,4}){2,3}(?![\w-])"),  # telephone numbers
    re.compile(r"(?<![\w-])\d{16}(?![\w-])"),  # NIK, number of a family card
    re.compile(
        r"(?<![\w-])(?:[0-9A-HJKMNP-TV-Z]{4}[- ]?){4}[0-9A-HJKMNP-TV-Z]{4}(?![\w-])"
    ),  # secrets of tracking and drafts
    re.compile(r"(?<=/pemasangan/)[^/\s'\"]+"),
    re.compile(r"(?<=/lacak/)[^/\s'\"]+/[^/\s'\"]+"),
    re.compile(r"(?<=/lanjut/)[^/\s'\"]+"),
    re.compile(r"(?<=/bagikan/)[^/\s'\"]+"),
    re.compile(r"(?<=/confirm-email/)[^/\s'\"]+"),
    re.compile(r"(?<=/reset/key/)[^/\s'\"]+"),
    re.compile(r"(?<=Bearer )\S+"),
    # drawn secrets of mixed letters and digits, such as keys; digests and ids have no capitals
    re.compile(r"(?<![\w-])(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{24,}(?![\w-])"),
]


# In the words of an exception: what was quoted or put into brackets, and names, which are words with capitals in a row.
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")
_BRACKETED = re.compile(r"=\([^)\n]*\)")
_NAMED = re.compile(r"(?<![\w.])[A-Z\u00c0-\u00de][\w'\u2019-]*\.?(?:[ ,]+[A-Z\u00c0-\u00de][\w'\u2019-]*\.?)+")
_PLAIN = re.compile(r"[a-z_][a-z0-9_.-]{0,60}|[A-Z0-9_]{2,20}|[\w.]+\.[\w.]+|/[a-z0-9/_.-]*", re.ASCII)

_OF_DATABASES = frozenset(
    [
        "NOT",
        "NULL",
        "UNIQUE",
        "FOREIGN",
        "PRIMARY",
        "KEY",
        "CHECK",
        "SELECT",
        "INSERT",
        "INTO",
        "UPDATE",
        "DELETE",
        "FROM",
        "WHERE",
        "DETAIL",
        "HINT",
    ]
)


class Redacting(logging.Formatter):
    """Writes a line, with its traceback, without secrets, and without the names that exceptions repeat."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the line; of the request that it tells of, nothing more than where it went."""
        if isinstance(record.args, tuple) and any(isinstance(each, BaseException) for each in record.args):
            record = copy.copy(record)
            args = record.args if isinstance(record.args, tuple) else ()
            record.args = tuple(_own_words(str(each)) if isinstance(each, BaseException) else each for each in args)
        text = super().format(record)
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            text = _without_address(text, request)
        return blot(text)

    def formatException(self, ei: Any) -> str:
        """Write a traceback: where it happened as it is, what each exception of the chain says without the names in it."""
        text, error, seen = super().formatException(ei), ei[1], set[int]()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            for line in traceback.format_exception_only(error):
                kind, colon, words = line.partition(": ")
                text = text.replace(line.rstrip("\n"), f"{kind}{colon}{_own_words(words)}".rstrip("\n"))
            error = error.__cause__ or error.__context__
        return text


def _own_words(words: str) -> str:
    """Blot out of an exception's own words whatever may be somebody's: values it quotes, and names."""

    def quoted(found: re.Match[str]) -> str:
        inner = found[1] if found[1] is not None else found[2]
        return found[0] if _PLAIN.fullmatch(inner) else f"{found[0][0]}{BLOT}{found[0][0]}"

    def named(found: re.Match[str]) -> str:
        return found[0] if set(re.findall(r"\w+", found[0])) <= _OF_DATABASES else BLOT

    return _NAMED.sub(named, _BRACKETED.sub(f"=({BLOT})", _QUOTED.sub(quoted, words)))


def blot(text: str) -> str:
    """Blot out whatever has the shape of a secret or of a person's own numbers."""
    for shape in _SHAPES:
        text = shape.sub(BLOT, text)
    return text


def _without_address(text: str, request: HttpRequest) -> str:
    secrets = [
        str(value) for name, value in _arguments(request).items() if name not in KNOWN and isinstance(value, str)
    ]
    told = place_of(request)
    for each in sorted({request.get_full_path(), request.path, quote(request.path)}, key=len, reverse=True):
        text = text.replace(each, told) if len(each) > 1 else text
    for secret in secrets:
        text = text.replace(secret, BLOT) if len(secret) > 3 else text
    return text


def place_of(request: HttpRequest) -> str:
    """Tell where a request went: its path, with each part blotted out that may let somebody in."""
    arguments = _arguments(request)
    open_ = {str(value) for name, value in arguments.items() if name in KNOWN or not isinstance(value, str)}
    resolved = request.resolver_match is not None
    closed = {str(value) for name, value in arguments.items()} - open_
    parts = request.path.split("/")
    return "/".join(part if _is_open(part, open_, closed, resolved=resolved) else BLOT for part in parts)


def _is_open(part: str, open_: set[str], closed: set[str], *, resolved: bool) -> bool:
    if not part or part in open_:
        return True
    if any(part == each or part in each.split("/") for each in closed):
        return False
    return (resolved and not any(each in part for each in closed)) or bool(_WORD.fullmatch(part))


def _arguments(request: HttpRequest) -> dict[str, object]:
    return dict(request.resolver_match.kwargs) if request.resolver_match else {}
