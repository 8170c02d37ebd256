"""Counting cases: one grouped query per question, the same on both databases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple
from uuid import UUID

from balai.base import sql
from balai.base.numbers import whole
from balai.casework.cases.queries import HOLDER


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the figures; days are elapsed days between submission and closing."""

    group: str
    received: int
    closed: int
    open: int
    overdue: int
    granted: int
    refused: int
    on_time: int
    sent_back: int
    median_days: float | None

    @property
    def on_time_share(self) -> float | None:
        """The share of closed cases that kept their legal time, 0 to 1; None when none is closed."""
        return self.on_time / self.closed if self.closed else None


_SPAN = "c.submitted_at >= %s AND c.submitted_at < %s"
_GROUPS = {
    "service": "c.service_id",
    "unit": "u.name",
    "month": "{month}",
    "outcome": "c.outcome",
    "channel": "c.channel",
}


def list_figures(
    by: str,
    *,
    now: datetime,
    since: datetime,
    until: datetime,
    unit_path: str = "/",
    service_id: str = "",
) -> list[Figure]:
    """Count cases submitted in a span, grouped by service, unit, month, outcome or channel. Two queries.

    :raises KeyError: for an unknown grouping.
    """
    return list_tables((by,), now=now, since=since, until=until, unit_path=unit_path, service_id=service_id)[by]


def list_tables(
    groupings: Sequence[str],
    *,
    now: datetime,
    since: datetime,
    until: datetime,
    unit_path: str = "/",
    service_id: str = "",
) -> dict[str, list[Figure]]:
    """Count cases submitted in a span by several groupings at once, each as `list_figures` does. Two queries in all.

    Both go over an index that holds all they ask for (`case_figures`), once however many tables there are.
    """
    month = _month()
    groups = [_GROUPS[by].format(month=month) for by in groupings]
    where, params = _in_span(since, until, unit_path, service_id)
    keys = ", ".join(groups)
    counted = sql.rows(
        f"SELECT {keys}, count(*), sum(CASE WHEN c.status = 'closed' THEN 1 ELSE 0 END),"
        " sum(CASE WHEN c.status = 'open' AND c.due_at < %s THEN 1 ELSE 0 END),"
        " sum(CASE WHEN c.outcome IN ('granted', 'deemed_granted', 'handed_over') THEN 1 ELSE 0 END),"
        " sum(CASE WHEN c.outcome = 'refused' THEN 1 ELSE 0 END),"
        " sum(CASE WHEN c.status = 'closed' AND (c.due_at IS NULL OR c.closed_at <= c.due_at) THEN 1 ELSE 0 END),"
        " sum(CASE WHEN c.sent_back > 0 THEN 1 ELSE 0 END)"
        f" FROM cases_case c JOIN offices_unit u ON u.id = c.unit_id WHERE {where} GROUP BY {keys}",
        [now, *params],
    )
    days = _days(keys, where, params)
    return {
        by: _sum_up(
            [(str(row[at] or ""), row[len(groups) :]) for row in counted],
            [(str(row[at] or ""), row[-1]) for row in days],
        )
        for at, by in enumerate(groupings)
    }


def _sum_up(counted: Sequence[tuple[str, Sequence[object]]], days: Sequence[tuple[str, float]]) -> list[Figure]:
    """Sum up counts by group, in the order of the groups' names, with the median of their days."""
    sums: dict[str, list[int]] = {}
    for group, numbers in counted:
        had = sums.setdefault(group, [0] * len(numbers))
        sums[group] = [one + int(str(other or 0)) for one, other in zip(had, numbers, strict=True)]
    spans: dict[str, list[float]] = {}
    for group, spent in days:
        spans.setdefault(group, []).append(spent)
    return [
        Figure(
            group=group, received=received, closed=closed, open=received - closed, overdue=overdue, granted=granted,
            refused=refused, on_time=on_time, sent_back=sent_back,
            median_days=median(spans[group]) if group in spans else None,
        )
        for group, (received, closed, overdue, granted, refused, on_time, sent_back) in sorted(sums.items())
    ]  # fmt: skip


def _in_span(since: datetime, until: datetime, unit_path: str, service_id: str) -> tuple[str, list[object]]:
    """Write which cases were submitted in a span in some units; each status is named, for the index begins with it."""
    where = f"c.status IN ('open', 'waiting', 'closed') AND {_SPAN} AND u.path LIKE %s"
    params: list[object] = [since, until, f"{unit_path}%"]
    return (f"{where} AND c.service_id = %s", [*params, service_id]) if service_id else (where, params)


@dataclass(frozen=True, slots=True)
class TakeUp:
    """By which channels the applications for one unit, or of one service, came, and how many are closed."""

    unit: str
    channels: Mapping[str, int]  # channel to how many, those by which none came left out
    closed: int = 0

    @property
    def received(self) -> int:
        """How many applications came in all."""
        return sum(self.channels.values())

    @property
    def from_afar(self) -> float:
        """The share that came without a way to a counter, 0 to 1."""
        return 1 - self.channels.get("counter", 0) / self.received


def list_take_up(
    *, since: datetime, until: datetime, unit_path: str = "/", service_id: str = "", by: str = "unit"
) -> list[TakeUp]:
    """Count by unit, or by service, and channel what was submitted in a span, in the order of their names. One query.

    The unit is the office that handles the application: a village's own where the service is handled there. Where an applicant
    lives is sealed with their answers and not counted.
    """
    where, params = _in_span(since, until, unit_path, service_id)
    rows = sql.rows(
        f"SELECT {(of := _GROUPS[by])}, c.channel, count(*), count(CASE WHEN c.status = 'closed' THEN 1 END)"
        f" FROM cases_case c JOIN offices_unit u ON u.id = c.unit_id WHERE {where} GROUP BY {of}, c.channel ORDER BY {of}, c.channel",
        params,
    )
    found: dict[str, dict[str, int]] = {}
    closed: dict[str, int] = {}
    for group, channel, received, done in rows:
        found.setdefault(str(group), {})[str(channel)] = int(received)
        closed[str(group)] = closed.get(str(group), 0) + int(done)
    return [TakeUp(group, channels, closed[group]) for group, channels in found.items()]


AGES = (3, 7, 30, 90)  # elapsed days since submission at which one age of what is open ends and the next begins


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is open now, whenever it came in: nothing falls out of these counts by being old."""

    open: int
    waiting: int  # of it, for the applicant or for another office
    overdue: int
    ages: tuple[int, ...]  # how many of each age, one more than `AGES`
    oldest: datetime | None  # since when the oldest has been open


def count_backlog(*, now: datetime, unit_path: str = "/", service_id: str = "") -> Backlog:
    """Count what is open, what of it is late, and how old it is. One query."""
    where, params = _open_in(unit_path, service_id)
    edges = [None, *(now - timedelta(days=days) for days in AGES), None]  # the newest first
    ages, dates = [], list[object]()
    for newer, older in pairwise(edges):
        inside = [*(["c.submitted_at <= %s"] if newer else []), *(["c.submitted_at > %s"] if older else [])]
        ages.append(f"sum(CASE WHEN {' AND '.join(inside)} THEN 1 ELSE 0 END)")
        dates += [one for one in (newer, older) if one is not None]
    found = sql.row(
        "SELECT count(*), sum(CASE WHEN c.status = 'waiting' THEN 1 ELSE 0 END),"
        " sum(CASE WHEN c.status = 'open' AND c.due_at < %s THEN 1 ELSE 0 END), min(c.submitted_at),"
        f" {', '.join(ages)} FROM cases_case c JOIN offices_unit u ON u.id = c.unit_id WHERE {where}",
        [now, *dates, *params],
    )
    assert found is not None
    count, waiting, overdue, oldest, *aged = found
    return Backlog(
        int(count), int(waiting or 0), int(overdue or 0), tuple(int(one or 0) for one in aged), sql.as_datetime(oldest)
    )


def _open_in(unit_path: str, service_id: str) -> tuple[str, list[object]]:
    where, params = "c.status IN ('open', 'waiting') AND u.path LIKE %s", list[object]([f"{unit_path}%"])
    return (f"{where} AND c.service_id = %s", [*params, service_id]) if service_id else (where, params)


@dataclass(frozen=True, slots=True)
class Counted:
    """One case behind a number, masked."""

    id: UUID
    number: str
    service_id: str
    service_key: str
    applicant_id: UUID | None
    holder_masked: str
    unit_name: str
    unit_path: str
    submitted_at: datetime
    due_at: datetime | None
    closed_at: datetime | None


_BEHIND = {
    "received": _SPAN,
    "closed": f"{_SPAN} AND c.status = 'closed'",
    "kept": f"{_SPAN} AND c.status = 'closed' AND (c.due_at IS NULL OR c.closed_at <= c.due_at)",
    "running": f"{_SPAN} AND c.status <> 'closed'",
    "running_late": f"{_SPAN} AND c.status = 'open' AND c.due_at < %s",
    "late": f"{_SPAN} AND c.status = 'closed' AND c.closed_at > c.due_at",
    "sent_back": f"{_SPAN} AND c.sent_back > 0",
    "open": "c.status <> 'closed'",
    "waiting": "c.status = 'waiting'",
    "overdue": "c.status = 'open' AND c.due_at < %s",
}


def list_counted(
    what: str, *, now: datetime, since: datetime, until: datetime, unit_path: str = "/", service_id: str = "",
    by: str = "", group: str = "", limit: int = 200,
) -> list[Counted]:  # fmt: skip
    """List the cases behind a number, those that have waited longest first: one of a span, `overdue`, or an age as `age-2`. One query.

    With `by` those of one group alone, as `list_figures` names it. :raises KeyError: for a number or grouping that nobody shows.
    """
    if what.startswith("age-"):
        where, params = "c.status <> 'closed'", list[object]()
        edges = [None, *(now - timedelta(days=days) for days in AGES), None]
        newer, older = dict(enumerate(pairwise(edges)))[whole(what[4:], -1)]
        for mark, edge in (("<=", newer), (">", older)):
            where, params = (f"{where} AND c.submitted_at {mark} %s", [*params, edge]) if edge else (where, params)
    else:
        where = _BEHIND[what]
        params = [since, until] if where.startswith(_SPAN) else []
        params += [now] * (where.count("%s") - len(params))
    if by:
        where, params = f"{where} AND {_GROUPS[by].format(month=_month())} = %s", [*params, group]
    if service_id:
        where, params = f"{where} AND c.service_id = %s", [*params, service_id]
    rows = sql.rows(
        "SELECT c.id, c.number, c.service_id, c.service_key, c.applicant_id,"
        f" {HOLDER}, u.name, u.path, c.submitted_at,"
        " c.due_at, c.closed_at FROM cases_case c JOIN offices_unit u ON u.id = c.unit_id"
        f" WHERE {where} AND u.path LIKE %s ORDER BY c.submitted_at, c.id LIMIT %s",
        [*params, f"{unit_path}%", limit],
    )
    return [
        Counted(
            id=UUID(str(row[0])), number=str(row[1]), service_id=str(row[2]), service_key=str(row[3]),
            applicant_id=UUID(str(row[4])) if row[4] else None, holder_masked=str(row[5]), unit_name=str(row[6]),
            unit_path=str(row[7]), submitted_at=_at(row[8]), due_at=sql.as_datetime(row[9]), closed_at=sql.as_datetime(row[10]),
        )
        for row in rows
    ]  # fmt: skip


def _at(value: object) -> datetime:
    at = sql.as_datetime(value)
    assert at is not None, "every case was submitted at some moment"
    return at


def _days(keys: str, where: str, params: list[object]) -> list[tuple[Any, ...]]:
    """Collect the elapsed days of closed cases behind their groups, for the median neither database has alike."""
    spent = (
        "julianday(c.closed_at) - julianday(c.submitted_at)"
        if _is_embedded()
        else "CAST(extract(epoch FROM c.closed_at - c.submitted_at) / 86400 AS double precision)"
    )
    return sql.rows(
        f"SELECT {keys}, {spent} FROM cases_case c JOIN offices_unit u ON u.id = c.unit_id"
        f" WHERE {where} AND c.status = 'closed' AND c.closed_at IS NOT NULL",
        params,
    )


def _month() -> str:
    return "strftime('%%Y-%%m', c.submitted_at)" if _is_embedded() else "to_char(c.submitted_at, 'YYYY-MM')"


def _is_embedded() -> bool:
    from django.db import connection

    return connection.vendor == "sqlite"


class RunningCount(NamedTuple):
    """What a service has under way: cases that are not closed, applications that are not sent."""

    cases: int
    drafts: int


def count_running(service_id: str) -> RunningCount:
    """Count what a service has under way: cases that are not closed, and applications begun and not sent. One query."""
    found = sql.row(
        "SELECT (SELECT count(*) FROM cases_case WHERE service_id = %s AND status <> 'closed'),"
        " (SELECT count(*) FROM cases_draft WHERE service_id = %s AND case_id IS NULL)",
        [service_id, service_id],
    )
    assert found is not None
    return RunningCount(int(found[0]), int(found[1]))
