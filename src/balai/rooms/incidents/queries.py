"""Every read of the incident book."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from balai.base import crypto
from balai.base.errors import NotFound
from balai.rooms.incidents import rules
from balai.rooms.incidents.models import Answered, Incident, Note

CONTEXT = "incident"
SHOWN = 100


@dataclass(frozen=True, slots=True)
class ChronologyLine:
    """One line of the chronology, opened."""

    at: datetime
    written_at: datetime
    author_id: UUID | None
    text: str


@dataclass(frozen=True, slots=True)
class Running:
    """One clock of an incident: when it runs out, and when what it asks was done."""

    clock: rules.ReportingClock
    ends_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True, slots=True)
class OpenedIncident:
    """An incident, opened."""

    row: Incident
    told: Mapping[str, str]
    lines: tuple[ChronologyLine, ...]
    clocks: tuple[Running, ...]

    @property
    def closed(self) -> bool:
        """Tell whether the book is shut on it."""
        return self.row.state == "closed"


def list_incidents(limit: int = SHOWN) -> list[tuple[Incident, str]]:
    """List the newest incidents with their titles. Two queries."""
    found = Incident.objects.select_related("vault").order_by("-opened_at")[:limit]
    return [(one, _told(one)["title"]) for one in found]


def open_incident(incident_id: UUID) -> OpenedIncident:
    """Open one incident. Three queries. :raises NotFound:"""
    row = Incident.objects.select_related("vault").filter(id=incident_id).first()
    if row is None:
        raise NotFound
    key = crypto.unwrap(row.vault_id, bytes(row.vault.wrapped_key or b""))
    lines = tuple(
        ChronologyLine(
            one.at, one.written_at, one.author_id, crypto.open_with(key, bytes(one.text_sealed), CONTEXT).decode()
        )
        for one in Note.objects.filter(incident_id=row.id).order_by("at", "written_at")
    )
    return OpenedIncident(row, _told(row), lines, _clocks(row))


def _told(row: Incident) -> dict[str, str]:
    key = crypto.unwrap(row.vault_id, bytes(row.vault.wrapped_key or b""))
    told: dict[str, str] = json.loads(crypto.open_with(key, bytes(row.told_sealed), CONTEXT))
    return {name: told.get(name, "") for name in rules.TOLD}


def _clocks(row: Incident) -> tuple[Running, ...]:
    answered = dict(Answered.objects.filter(incident_id=row.id).values_list("clock", "at"))
    return tuple(
        Running(one, one.ends(row.detected_at), answered.get(one.id))
        for one in rules.clocks_for(row.kind, localdate(row.detected_at))
    )


def list_running() -> Sequence[tuple[Incident, Running]]:
    """List every clock that still runs, those that end first first. A query for each open incident; drills are left out."""
    found = [
        (row, one)
        for row in Incident.objects.filter(drill=False).exclude(state="closed").order_by("detected_at")
        for one in _clocks(row)
        if one.answered_at is None
    ]
    return sorted(found, key=lambda pair: pair[1].ends_at)


def count_open() -> int:
    """Count the incidents that are not closed, drills left out. One query."""
    return Incident.objects.filter(drill=False).exclude(state="closed").count()


def count_notes_of(person_ids: Sequence[UUID]) -> int:
    """Count the lines an officer wrote."""
    return Note.objects.filter(author_id__in=person_ids).count()


def as_id(text: str) -> UUID:
    """Read an id that was written down."""
    return UUID(text)
