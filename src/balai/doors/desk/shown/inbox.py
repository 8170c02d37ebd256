"""The inbox as lines and groups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from balai.base.pages import texts
from balai.base.pages.parts import Tone
from balai.casework.cases.queries import Listed
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import words

ORDER: tuple[words.Group, ...] = ("late", "today", "soon", "later", "none")
OUTCOME_TONES: Mapping[str, Tone] = {
    "granted": "ok",
    "deemed_granted": "ok",
    "handed_over": "ok",
    "refused": "bad",
    "lapsed": "",
    "withdrawn": "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One task or case of a list."""

    number: str
    url: str
    service: str
    step: str
    holder: str
    unit: str
    due: words.Due
    since: str
    taker: str = ""  # whose desk it lies on, "" when nobody's
    mine: bool = False
    claimable: bool = False
    case_id: UUID | None = None
    token: str = ""
    status: str = ""
    tone: Tone = ""
    waits: str = ""  # why the legal clock stands still


@dataclass(frozen=True, slots=True)
class Stack:
    """Lines that are equally urgent, under one heading."""

    group: words.Group
    title: str
    lines: tuple[Line, ...]


def lines(
    rows: Iterable[Listed],
    *,
    now: datetime,
    lang: str,
    reader: UUID,
    names: Mapping[UUID, str],
    claimed: bool = False,
) -> list[Line]:
    """Make the lines of open tasks; none is there for the taking when all are `claimed`, by their role."""
    made = []
    for row in rows:
        service = catalogue.get_service(row.service_id, row.service_key)
        taker = names.get(row.assignee_id, "") if row.assignee_id else ""
        made.append(
            Line(
                number=row.number,
                url=reverse("desk:case", args=[row.number]),
                service=service.text("title", lang),
                step=service.text(f"steps.{row.node}.title", lang, row.node),
                holder=row.holder_masked,
                unit=row.unit_name,
                due=words.due(row.task_due_at, now, lang),
                since=words.near(row.submitted_at, now, lang),
                taker=taker,
                mine=row.assignee_id == reader,
                claimable=row.assignee_id is None and not claimed,
                case_id=row.case_id,
                token=row.token,
                waits=service.text(f"steps.{row.node}.reason", lang, "") if row.paused else "",
            )
        )
    return made


def found(rows: Iterable[Listed], *, now: datetime, lang: str) -> list[Line]:
    """Make the lines of found cases: their state instead of a task."""
    made = []
    for row in rows:
        service = catalogue.get_service(row.service_id, row.service_key)
        made.append(
            Line(
                number=row.number,
                url=reverse("desk:case", args=[row.number]),
                service=service.text("title", lang),
                step="",
                holder=row.holder_masked,
                unit=row.unit_name,
                since=words.moment(row.submitted_at, lang),
                due=words.due(row.due_at, now, lang, paused=row.paused)
                if not row.closed_at
                else words.Due(words.moment(row.closed_at, lang), "none", "", "check", "", ""),
                status=texts.say(f"desk.outcome.{row.outcome}" if row.outcome else f"desk.status.{row.status}", lang),
                tone=OUTCOME_TONES.get(row.outcome, "")
                if row.outcome
                else "warn"
                if row.status == "waiting"
                else "info",
            )
        )
    return made


def stacks(made: Sequence[Line]) -> tuple[Stack, ...]:
    """Put lines under what is late, today, tomorrow and later, keeping their order."""
    return tuple(
        Stack(group, texts.say(f"desk.inbox.group.{group}"), inside)
        for group in ORDER
        if (inside := tuple(line for line in made if line.due.group == group))
    )
