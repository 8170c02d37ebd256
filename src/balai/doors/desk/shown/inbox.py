"""The inbox as lines and groups."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from balai.base.pages import links, texts
from balai.base.pages.parts import Tone
from balai.casework.cases.queries import Listed
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import words
from balai.doors.desk.shown import walk
from balai.doors.desk.shown.filters import Chosen

ORDER: tuple[words.Group, ...] = ("late", "today", "soon", "later", "none")
OWN = Chosen()
OUTCOME_TONES: Mapping[str, Tone] = {
    "granted": "ok",
    "deemed_granted": "ok",
    "handed_over": "ok",
    "refused": "bad",
    "lapsed": "",
    "withdrawn": "",
}


@dataclass(frozen=True, slots=True)
class InboxLine:
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
    parked: str = ""  # until when, and for what
    returned: bool = False
    task_id: UUID | None = None
    tip: str = ""  # what a narrow cell may cut off


@dataclass(frozen=True, slots=True)
class Stack:
    """Lines that are equally urgent, under one heading."""

    group: words.Group
    title: str
    lines: tuple[InboxLine, ...]


def lines(
    rows: Iterable[Listed],
    *,
    now: datetime,
    lang: str,
    reader: UUID,
    names: Mapping[UUID, str],
    chosen: Chosen = OWN,
) -> list[InboxLine]:
    """Make the lines of open tasks; none is there for the taking where all of a unit's are listed, by their role."""
    made = []
    waiting, query = chosen.state == "waiting", walk.query(chosen)
    for row in rows:
        service = catalogue.get_service(row.service_id, row.service_key)
        taker = names.get(row.assignee_id, "") if row.assignee_id and not waiting else ""
        title, step = service.text("title", lang), service.text(f"steps.{row.node}.title", lang, row.node)
        made.append(
            InboxLine(
                number=row.number,
                url=links.path("officer.case", row.number) + query,
                service=title,
                step=step,
                holder=row.holder_masked,
                unit=row.unit_name,
                due=words.due(row.task_due_at, now, lang),
                since=words.near(row.submitted_at, now, lang),
                taker=taker,
                mine=row.assignee_id == reader,
                claimable=row.assignee_id is None and chosen.which != "all" and not waiting,
                case_id=row.case_id,
                token=row.token,
                waits=service.text(f"steps.{row.node}.reason", lang, "") if row.paused and not waiting else "",
                parked=_parked(row, now, lang),
                returned=row.returned,
                task_id=row.task_id,
                tip=f"{step} · {title}",
            )
        )
    return made


def _parked(row: Listed, now: datetime, lang: str) -> str:
    if row.parked_until is None or row.parked_until <= now:
        return ""
    return parked(row.parked_until, row.parked_for, words.due(row.due_at, now, lang, paused=row.paused), now, lang)


def parked(until: datetime | None, why: str, law: words.Due, now: datetime, lang: str) -> str:
    """Tell what a parked task waits for and until when, and by its side how the legal clock truly stands; "" when not parked."""
    if until is None or until <= now:
        return ""
    reason = texts.say(f"desk.park.for.{why or 'other'}", lang)
    return texts.say("desk.park.line", lang, why=reason, day=words.day(timezone.localdate(until), lang), law=law.text)


def found(rows: Iterable[Listed], *, now: datetime, lang: str) -> list[InboxLine]:
    """Make the lines of found cases: their state instead of a task."""
    made = []
    for row in rows:
        service = catalogue.get_service(row.service_id, row.service_key)
        made.append(
            InboxLine(
                number=row.number,
                url=links.path("officer.case", row.number),
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


def stacks(made: Sequence[InboxLine], *, by_due: bool) -> tuple[Stack, ...]:
    """Put lines under what is late, today, tomorrow and later, keeping their order; all in one where they go otherwise."""
    if not by_due:
        return (Stack("none", texts.say("desk.inbox.title"), tuple(made)),) if made else ()
    return tuple(
        Stack(group, texts.say(f"desk.inbox.group.{group}"), inside)
        for group in ORDER
        if (inside := tuple(line for line in made if line.due.group == group))
    )
