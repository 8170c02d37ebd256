"""Leave and deputies as their page shows them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from balai.base.pages import texts
from balai.doors.desk import words
from balai.records.offices.models import Absence
from balai.records.offices.queries import StaffRow


@dataclass(frozen=True, slots=True)
class Away:
    """A stretch of leave: of which kind, in words, and the days to which it may still be cut short."""

    id: UUID
    kind: str
    span: str
    running: bool
    first: str
    last: str
    shortest: str  # the day the form proposes: yesterday, or the first day of what is to come


@dataclass(frozen=True, slots=True)
class StandIn:
    """A deputy (Plh) of a post, today or to come; `may` tells whether the reader may end their time."""

    id: UUID
    post: str
    name: str
    span: str
    may: bool


@dataclass(frozen=True, slots=True)
class Colleague:
    """One officer of a head's units: their posts, and why they are not at work or will not be."""

    id: UUID
    name: str
    posts: tuple[str, ...]
    states: tuple[str, ...]
    away: bool


def kinds() -> list[tuple[str, str]]:
    """List the kinds of leave with their words."""
    return [(str(kind), texts.say(f"desk.absence.kind.{kind}")) for kind in Absence.Kind.values]


def above(path: str) -> str:
    """Give the path of the unit above a unit, or its own at the top: from there deputies come."""
    parent = path.rstrip("/").rpartition("/")[0] + "/"
    return path if parent == "/" else parent


def _span(first: date, last: date | None, lang: str) -> str:
    if last is None:
        return texts.say("desk.admin.posts.since", lang, first=words.day(first, lang))
    return texts.say("desk.admin.posts.between", lang, first=words.day(first, lang), last=words.day(last, lang))


def absence(one: Absence, today: date, lang: str) -> Away:
    """Show one stretch of leave."""
    return Away(
        id=one.id,
        kind=texts.say(f"desk.absence.kind.{one.kind}", lang),
        span=_span(one.from_date, one.to_date, lang),
        running=one.from_date <= today,
        first=one.from_date.isoformat(),
        last=one.to_date.isoformat(),
        shortest=max(one.from_date, today - timedelta(days=1)).isoformat(),
    )


def title(row: StaffRow) -> str:
    """Name a post with its unit, once."""
    return row.title if row.unit_name in row.title else f"{row.title}, {row.unit_name}"


def deputies(
    rows: Iterable[StaffRow], names: Mapping[UUID, str], lang: str, *, may: Callable[[StaffRow], bool]
) -> list[StandIn]:
    """Show who stands in, of some appointments."""
    return [
        StandIn(row.id, title(row), names[row.person_id], _span(row.from_date, row.to_date, lang), may(row))
        for row in rows
        if row.stands_in_for_id is not None
    ]


def colleagues(rows: Iterable[StaffRow], names: Mapping[UUID, str], *, without: UUID) -> list[tuple[UUID, str]]:
    """List who may be named as a deputy, by name."""
    found = {row.person_id for row in rows} - {without}
    return sorted(((person, names[person]) for person in found), key=lambda pair: pair[1])


def staff(
    rows: Sequence[StaffRow],
    away: Mapping[UUID, Collection[Absence]],
    names: Mapping[UUID, str],
    today: date,
    lang: str,
) -> list[Colleague]:
    """Show who works in a head's units, each once, and who is away or deputised."""
    return [
        Colleague(
            id=person,
            name=names[person],
            posts=tuple(title(row) for row in rows if row.person_id == person),
            states=(
                *(
                    f"{texts.say(f'desk.absence.kind.{one.kind}', lang)}: {_span(one.from_date, one.to_date, lang)}"
                    for one in away[person]
                ),
                *(_stood_in(row, names, lang) for row in rows if _is_deputy_of(row, person, rows)),
            ),
            away=any(one.from_date <= today for one in away[person]),
        )
        for person in dict.fromkeys(row.person_id for row in rows)
    ]


def _is_deputy_of(row: StaffRow, person: UUID, rows: Sequence[StaffRow]) -> bool:
    return any(other.id == row.stands_in_for_id and other.person_id == person for other in rows)


def _stood_in(row: StaffRow, names: Mapping[UUID, str], lang: str) -> str:
    span = _span(row.from_date, row.to_date, lang)
    return texts.say("desk.absence.stood_in", lang, name=names[row.person_id], span=span)
