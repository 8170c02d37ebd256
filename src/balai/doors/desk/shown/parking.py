"""A task that is put aside until a day: what it waits for, and who may say so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from balai.base import intake
from balai.casework.cases.actions.tasks import PARKED_AT_MOST
from balai.casework.cases.queries import CaseView
from balai.doors.desk import words
from balai.doors.desk.shown import inbox
from balai.doors.desk.shown.task import Panel
from balai.engine.manifest import AWAITED
from balai.records.entrance.officers import Desk
from balai.records.offices import roles


@dataclass(frozen=True, slots=True)
class Parking:
    """What the case page says of parking; `may` tells whether this reader may park or take up."""

    may: bool
    words: str  # "" when the task is not parked
    kinds: tuple[str, ...]
    first: str
    last: str
    usual: str
    open: bool
    errors: Mapping[str, str]


def parking(view: CaseView, panel: Panel, desk: Desk, errors: Mapping[str, str]) -> Parking | None:
    """Tell of the panel's task whether it is parked; None where there is no officer's task."""
    if panel.task is None or panel.kind in ("applicant", "closed", "operation"):
        return None
    law = words.due(view.row.due_at, desk.now, desk.lang, paused=view.row.paused_at is not None)
    today = timezone.localdate(desk.now)
    first, last, usual = (today + timedelta(days=count) for count in (1, PARKED_AT_MOST.days, 7))
    return Parking(
        panel.kind in ("do", "sign") or bool(view.standing.roles_in(panel.task.unit_id) & roles.heads()),
        inbox.parked(panel.task.parked_until, panel.task.parked_for, law, desk.now, desk.lang),
        AWAITED,
        first.isoformat(),
        last.isoformat(),
        usual.isoformat(),
        "until" in errors or "words" in errors,
        errors,
    )


def read_day(text: str) -> date:
    """Read the day; what is none is long past, and refused as such."""
    return intake.find_day(text) or date.min
