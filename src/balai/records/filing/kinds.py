"""The kinds of what is filed: a port. An app names its kind in its `checks.py`: who keeps its objects, and what they are called.

    kinds.file_as("correspondence.letter", words="correspondence.filing", require_keeper=policy.require_keeper,
                  describe=queries.list_titles, about=queries.list_about, page="correspondence.kept")

`words` is where `name` stands in the texts of the app, and under `event` what a trigger of its own is called. Neither a reference nor what
`describe` tells may name a person: lists show both without recording a reading.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.module_loading import autodiscover_modules

from balai.base.actors import Actor

_NAME = re.compile(r"[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)?")


@dataclass(frozen=True, slots=True)
class Shelfmark:
    """What people call an object that is kept, and the unit that keeps it."""

    reference: str
    unit_id: UUID


RequireKeeper = Callable[[Actor, UUID, datetime], Shelfmark]  # raises NotFound for whoever does not keep the object
Describe = Callable[[Collection[UUID], str], Mapping[UUID, str]]  # by language; one query for all of them
About = Callable[[Collection[UUID]], Collection[UUID]]  # which of its objects are about some persons; one query


@dataclass(frozen=True, slots=True)
class FiledKind:
    """One kind of object that is filed; the pages name one object by its reference (`base.pages.links`), "" for none."""

    name: str
    words: str
    require_keeper: RequireKeeper
    describe: Describe
    about: About
    stream: str
    page: str
    audit_page: str


_KINDS: dict[str, FiledKind] = {}


def file_as(
    name: str, *, words: str, require_keeper: RequireKeeper, describe: Describe, about: About, stream: str = "",
    page: str = "", audit_page: str = "",
) -> FiledKind:  # fmt: skip
    """Register a kind; the same name again replaces the earlier. `stream` is for what had one before there was filing."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"a kind is called like 'case' or 'correspondence.letter', not {name!r}")
    _KINDS[name] = FiledKind(
        name, words, require_keeper, describe, about, stream or _stream(name), page, audit_page
    )  # fmt: skip
    return _KINDS[name]


def get(name: str) -> FiledKind:
    """Fetch a kind. :raises LookupError: when no app of this installation registers it."""
    found = find(name)
    if found is None:
        raise LookupError(f"nothing is filed as {name!r}; there are {sorted(_KINDS)}")
    return found


def find(name: str) -> FiledKind | None:
    """Find a kind; None when its app is gone, while what was filed stays."""
    if name not in _KINDS:
        autodiscover_modules("checks")
    return _KINDS.get(name)


def list_kinds() -> list[FiledKind]:
    """List every kind of this installation."""
    autodiscover_modules("checks")
    return [_KINDS[name] for name in sorted(_KINDS)]


def stream_of(name: str) -> str:
    """Name the streams of the journal in which a kind's objects are told of, each followed by `:` and the object's id."""
    found = find(name)
    return found.stream if found is not None else _stream(name)


def _stream(name: str) -> str:
    return f"filing.{name}"
