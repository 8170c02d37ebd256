"""A service that is not online yet: one file that says what to bring to which counter, when, and what it costs.

`services/<id>/counter.yaml`; once a `service.yaml` stands beside it, the folder is a service that people apply for online.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from balai.engine.folders import LANGS, key_of
from balai.engine.forms.branch import Branch
from balai.engine.manifest.town import STATUSES, Town
from balai.engine.manifest.unready import list_unready
from balai.engine.manifest.yaml_tree import read_yaml
from balai.engine.problems import Problem, Problems

MAIN, PLACE, ONLINE = "counter.yaml", "services", "service.yaml"
BESIDE = ("README.md",)
FACTS = ("requirements", "where", "hours", "fee", "takes")
LAWFUL = frozenset({"requirements", "fee", "takes"})  # where and when are the office's own to say
REQUIRED = ("id", "version", "title", "summary", "requirements", "where", "hours", "fee", "legal_basis")
KEYS = (*REQUIRED, "takes", "keywords", "life_events")
WORDS = ("title", "summary", "where", "hours", "fee", "takes")
MOST = 300
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
T = TypeVar("T", str, tuple[str, ...])


@dataclass(frozen=True, slots=True)
class FactBasis:
    """What some facts of an entry rest on: the law or the office, confirmed or not, and who must confirm it."""

    ref: str
    status: str
    note: str = ""
    facts: tuple[str, ...] = ()
    line: int = 0

    @property
    def is_law(self) -> bool:
        """Tell whether any fact that rests on it is a question of law."""
        return not LAWFUL.isdisjoint(self.facts)


@dataclass(frozen=True, slots=True)
class CounterService:
    """What people must know to be served at a counter, each text by language."""

    id: str
    version: str
    key: str
    title: Mapping[str, str]
    summary: Mapping[str, str]
    requirements: Mapping[str, tuple[str, ...]]
    where: Mapping[str, str]
    hours: Mapping[str, str]
    fee: Mapping[str, str]
    takes: Mapping[str, str]  # how long it takes; empty where nobody says
    keywords: tuple[str, ...] = ()
    life_events: tuple[str, ...] = ()
    legal_basis: tuple[FactBasis, ...] = ()
    warnings: tuple[Problem, ...] = ()

    def said(self, part: Mapping[str, T], lang: str) -> T | None:
        """Give one of its texts in a language, in Indonesian where it does not speak it; None where there is none."""
        return part.get(lang) or part.get(LANGS[0])

    def basis_of(self, fact: str) -> FactBasis | None:
        """Tell what a fact rests on; None where an older version does not say."""
        return next((one for one in self.legal_basis if fact in one.facts), None)


def read_counter_service(
    files: Mapping[str, bytes], *, folder: str, town: Town | None = None, published: bool = False
) -> CounterService:
    """Read the one file of a service that is served at a counter.

    :raises Problems: every fault at once, each with file and line.
    """
    problems: list[Problem] = []
    prefix = folder.rstrip("/") + "/"
    name = prefix.rstrip("/").rpartition("/")[2]
    for path in files:
        if path != MAIN and path not in BESIDE:
            fix = f"Remove it, or write {ONLINE} too (./balai new-service {name}): then people apply online."
            problems.append(Problem(f"Such a folder has {MAIN} alone.", fix, prefix + path))
    if MAIN not in files:
        raise Problems(
            [*problems, Problem(f"The folder has no {MAIN}.", "Say what to bring, and where.", prefix + MAIN)]
        )
    root = read_yaml(files[MAIN], prefix + MAIN, problems)
    found = read_counter_sheet(root)
    if not _NAME.fullmatch(name) or (found.id and found.id != name):
        at = root.child("id") or root
        at.wrong(f'The id "{found.id}" is not the folder\'s name "{name}".', f"Write id: {name}.")
    events = town.life_events if town and not published else {}
    for event in found.life_events if events else ():
        if event not in events:
            (root.child("life_events") or root).wrong(
                f'The town has no life event "{event}".', f"Known here: {', '.join(events)}."
            )
    if problems and not published:
        raise Problems(sorted(dict.fromkeys(problems), key=lambda one: one.line))
    warnings = () if published else (*_unconfirmed(found, prefix + MAIN), *list_unready({"": root}, {}))
    return replace(found, key=key_of("counter", found.id, files), warnings=warnings)


def read_counter_sheet(root: Branch) -> CounterService:
    """Read `counter.yaml`, without its key."""
    keys = root.keys(KEYS, required=REQUIRED)
    words = {name: _words(keys[name]) if name in keys else {} for name in WORDS}
    lists = {name: keys[name].texts() if name in keys else () for name in ("keywords", "life_events")}
    return CounterService(
        id=keys["id"].text() if "id" in keys else "",
        version=keys["version"].text() if "version" in keys else "",
        key="",
        title=words["title"],
        summary=words["summary"],
        requirements=_lists(keys["requirements"]) if "requirements" in keys else {},
        where=words["where"],
        hours=words["hours"],
        fee=words["fee"],
        takes=words["takes"],
        keywords=lists["keywords"],
        life_events=lists["life_events"],
        legal_basis=_bases(keys["legal_basis"], tuple(one for one in FACTS if one in keys))
        if "legal_basis" in keys
        else (),
    )


def _words(branch: Branch) -> dict[str, str]:
    keys = branch.keys(LANGS, required=LANGS)
    for one in keys.values():
        if isinstance(one.value, str) and len(one.value) > MOST:
            one.wrong(f"The text has {len(one.value)} characters.", f"Write {MOST} at most.")
    return {lang: one.text() for lang, one in keys.items()}


def _lists(branch: Branch) -> dict[str, tuple[str, ...]]:
    keys = branch.keys(LANGS, required=LANGS)
    found = {lang: one.texts() for lang, one in keys.items()}
    if any(not texts for texts in found.values()):
        branch.wrong("Nothing is said to be brought.", 'Name each paper, or write ["Tidak ada"] and ["Nothing"].')
    return found


def _bases(branch: Branch, said: tuple[str, ...]) -> tuple[FactBasis, ...]:
    """Read what the facts rest on: a line names its facts with `for`, or carries all that no other names."""
    found = [_basis(one) for one in branch.items()]
    named = {fact for one in found for fact in one.facts}
    rest = tuple(fact for fact in said if fact not in named)
    if rest and all(one.facts for one in found):
        branch.wrong(
            f"Nothing says what {', '.join(rest)} rests on.",
            f"Add {{ref: ..., for: [{', '.join(rest)}], status: unconfirmed, note: who must confirm it}}.",
        )
    return tuple(one if one.facts else replace(one, facts=rest) for one in found)


def _basis(branch: Branch) -> FactBasis:
    keys = branch.keys(("ref", "for", "status", "note"), required=("ref", "status"))
    status = keys["status"].one_of(STATUSES) if "status" in keys else "unconfirmed"
    texts = {name: keys[name].text() for name in ("ref", "note") if name in keys}
    facts = tuple(one.one_of(FACTS) for one in keys["for"].items()) if "for" in keys else ()
    if status == "unconfirmed" and not texts.get("note"):
        branch.wrong("Nobody is named who must confirm this.", "Add note: the office that knows.")
    return FactBasis(texts.get("ref", ""), status, texts.get("note", ""), facts, branch.line)


def _unconfirmed(found: CounterService, file: str) -> list[Problem]:
    return [
        Problem("This law is not confirmed by an official yet.", "", file, one.line, f"legal_basis.{at}")
        for at, one in enumerate(found.legal_basis) if one.status == "unconfirmed"
    ]  # fmt: skip
