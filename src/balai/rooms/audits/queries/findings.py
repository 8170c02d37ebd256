"""Reads of findings: opened for auditors and for whoever heads the unit; counted for everybody."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, Q
from django.db.models.functions import ExtractYear
from django.utils.timezone import localdate

from balai.base import crypto
from balai.base.errors import NotFound
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.rooms.audits import rules
from balai.rooms.audits.models import Finding, Recommendation, Reply

CONTEXT = "audit:finding"
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Said:
    """One answer or verdict, opened."""

    at: datetime
    author_id: UUID
    kind: str
    verdict: bool
    text: str


@dataclass(frozen=True, slots=True)
class Recommended:
    """One recommendation, opened, with what was said to it."""

    row: Recommendation
    text: str
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class OpenedFinding:
    """A finding, opened."""

    row: Finding
    told: Mapping[str, str]
    recommended: tuple[Recommended, ...]
    clock: rules.AnswerClock | None


def list_findings(
    paths: Sequence[str] | None = None, *, today: date, state: str = "", limit: int = SHOWN
) -> list[tuple[Finding, str, list[Recommendation]]]:
    """List the newest findings with their titles and recommendations: all, or those of units below some paths. Two queries."""
    found = Finding.objects.select_related("vault", "unit").order_by("-at")
    if paths is not None:
        within = Q(pk__in=())
        for path in paths:
            within |= Q(unit__path__startswith=path)
        found = found.filter(within)
    if state == "late":
        found = found.filter(recommendations__due_on__lt=today, recommendations__state=rules.OPEN).distinct()
    elif state:
        found = found.filter(recommendations__state=state).distinct()
    rows = list(found[:limit])
    below: dict[UUID, list[Recommendation]] = defaultdict(list)
    for one in Recommendation.objects.filter(finding__in=[row.id for row in rows]).defer("text_sealed").order_by("seq"):
        below[one.finding_id].append(one)
    return [(row, _told(row)["title"], below[row.id]) for row in rows]


def open_finding(finding_id: UUID) -> OpenedFinding:
    """Open one finding. Three queries. :raises NotFound:"""
    row = (
        Finding.objects.select_related("vault", "unit", "sample")
        .defer("sample__population")
        .filter(id=finding_id)
        .first()
    )
    if row is None:
        raise NotFound
    key = key_of(row)
    said: dict[UUID, list[Said]] = defaultdict(list)
    for one in Reply.objects.filter(recommendation__finding_id=row.id).order_by("id"):
        text = crypto.open_with(key, bytes(one.text_sealed), CONTEXT).decode()
        said[one.recommendation_id].append(Said(one.at, one.author_id, one.kind, one.verdict, text))
    recommended = tuple(
        Recommended(one, crypto.open_with(key, bytes(one.text_sealed), CONTEXT).decode(), tuple(said[one.id]))
        for one in Recommendation.objects.filter(finding_id=row.id).order_by("seq")
    )
    return OpenedFinding(row, _told(row), recommended, rules.clock_for(row.source, row.received_on))


def key_of(row: Finding) -> bytes:
    """Open the key of a finding's words."""
    return crypto.unwrap(row.vault_id, bytes(row.vault.wrapped_key or b""))


def _told(row: Finding) -> dict[str, str]:
    told: dict[str, str] = json.loads(crypto.open_with(key_of(row), bytes(row.told_sealed), CONTEXT))
    return {name: told.get(name, "") for name in rules.TOLD}


class PressingAnswer(NamedTuple):
    """A recommendation whose answer is due soon, or late."""

    recommendation_id: UUID
    how: str


def list_pressing(now: datetime, limit: int) -> list[PressingAnswer]:
    """List unanswered recommendations whose clock runs out soon or did, and whose head was not told so: (id, soon or late)."""
    today = localdate(now)
    late = Q(due_on__lt=today) & ~Q(reminded="late")
    soon = Q(due_on__gte=today, due_on__lte=today + rules.SOON, reminded="")
    found = Recommendation.objects.filter(late | soon, state=rules.OPEN).order_by("due_on")[:limit]
    return [PressingAnswer(one.id, rules.pressing(one.due_on, today)) for one in found]


def list_heads_of(unit_path: str, on_date: date) -> list[UUID]:
    """List who heads a unit; where nobody does, who heads the nearest unit above it."""
    for role in sorted(roles.heads()):
        if found := offices.list_holders(unit_path, role, on_date):
            return list(found)
    return []


def count_unanswered(paths: Sequence[str]) -> int:
    """Count the recommendations that wait for an answer in units below some paths. One query."""
    within = Q(pk__in=())
    for path in paths:
        within |= Q(finding__unit__path__startswith=path)
    return Recommendation.objects.filter(within, state=rules.OPEN).count() if paths else 0


def count_late(today: date) -> int:
    """Count the recommendations whose answer is overdue in the whole town. One query."""
    return Recommendation.objects.filter(state=rules.OPEN, due_on__lt=today).count()


class YearCount(NamedTuple):
    """How many recommendations of a year are in a state."""

    year: int
    state: str
    number: int


def count_by_year() -> list[YearCount]:
    """Count recommendations by the year their report was received and by state; numbers only. One query."""
    found = Recommendation.objects.values_list(ExtractYear("finding__received_on"), "state").annotate(n=Count("id"))
    return [YearCount(int(year), str(state), int(n)) for year, state, n in found.order_by()]


def list_years_late(today: date) -> dict[int, int]:
    """Count the overdue answers by year. One query."""
    found = (
        Recommendation.objects.filter(state=rules.OPEN, due_on__lt=today)
        .values_list(ExtractYear("finding__received_on")).annotate(n=Count("id")).order_by()
    )  # fmt: skip
    return {int(year): int(n) for year, n in found}


def list_sources() -> tuple[rules.AnswerClock, ...]:
    """List the clocks that run for findings."""
    return rules.list_clocks()


def count_findings_of(person_ids: Sequence[UUID]) -> int:
    """Count the findings an auditor wrote and the answers and verdicts somebody gave."""
    return (
        Finding.objects.filter(author_id__in=person_ids).count()
        + Reply.objects.filter(author_id__in=person_ids).count()
    )
