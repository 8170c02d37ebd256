"""May one go home? What the last round of checks found, put on a page: green only when it was made just now and all is well."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from balai.base import rooms, watch
from balai.base.pages import texts
from balai.doors.desk import words


@dataclass(frozen=True, slots=True)
class LeavingCheck:
    """One line: what was looked at, what was found and, where it is not good, since when."""

    check: str
    text: str
    since: str
    state: str


@dataclass(frozen=True, slots=True)
class Leaving:
    """The answer, what stands in its way, and everything that was looked at."""

    answer: Literal["yes", "no", "unknown"]
    when: str
    in_the_way: tuple[LeavingCheck, ...]
    rest: tuple[LeavingCheck, ...]
    calm: bool  # nothing must be mended, and no case is late; another note may be there


def read(now: datetime, lang: str) -> Leaving:
    """Read what the last round found; an old one answers nothing."""
    found = watch.last_round()
    if found is None or found.is_old(now):
        when = words.near(found.at, now, lang) if found else ""
        return Leaving("unknown", when, (), (), calm=False)
    way = tuple(_sight(one, now, lang) for one in found.in_the_way)
    rest = tuple(_sight(one, now, lang) for one in found.seen if one not in found.in_the_way)
    return Leaving(
        "no" if way else "yes",
        words.near(found.at, now, lang),
        way,
        rest,
        calm=not found.bad and not any(one.finding.check == "late" for one in found.notes),
    )


def _sight(one: watch.Seen, now: datetime, lang: str) -> LeavingCheck:
    name = name_check(one.finding.check, lang) or one.finding.check
    since = "" if one.finding.state == "good" else words.near(one.since, now, lang)
    said = one.finding.say(lang).replace("`", "")
    return LeavingCheck(name, said[:1].upper() + said[1:], since, one.finding.state)


def name_check(check: str, lang: str) -> str:
    """Name what was looked at: in the desk's own words, or under `check` in those of the room that looks; "" where nobody does."""
    places = ["desk.admin.leaving", *(room.label for room in rooms.list_rooms())]
    return next((texts.say(f"{at}.check.{check}", lang) for at in places if texts.has(f"{at}.check.{check}", lang)), "")
