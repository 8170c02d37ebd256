"""Cases about cases, as their holder sees them: what is linked, and the way to object to a decision."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest

from balai.base.pages.parts import Fact, Tone
from balai.base.pages.texts import say
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseView, LinkedCase
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms
from balai.records.entrance.visitors import TRACKS, Visitor, secret_of

_TONES: Mapping[str, Tone] = {"granted": "ok", "deemed_granted": "ok", "refused": "bad"}


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """A case on the other side of a link, as a line."""

    words: str
    number: str
    url: str  # "" where this visitor cannot open it
    status: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Objecting:
    """The door to an objection: open until a day, or why it is not."""

    is_open: bool
    act: str  # the button
    until: str
    why: str
    before: bool = False  # one runs or was decided: it stands among what is linked


def rows(request: HttpRequest, view: CaseView, visitor: Visitor) -> tuple[LinkedRow, ...]:
    """List what is linked to a case: only a decided one, or one that is about another, has anything."""
    if view.row.closed_at is None and view.service.about is None:
        return ()
    return tuple(_row(request, one, visitor) for one in cases.list_linked(view.row.id))


def _row(request: HttpRequest, one: LinkedCase, visitor: Visitor) -> LinkedRow:
    known = visitor.person_id is not None or bool(secret_of(request, TRACKS, one.number))
    service = catalogue.get_service(one.service_id, one.service_key)
    words = say(
        f"portal.linked.{one.kind}.{'follows' if one.follows else 'about'}", service=service.text("title", visitor.lang)
    )
    status = say(f"portal.outcome.{one.outcome}") if one.outcome else say("portal.linked.running")
    return LinkedRow(
        words, one.number, f"/berkas/{one.number}/" if known else "", status, _TONES.get(one.outcome, "info")
    )


def find_way(view: CaseView, visitor: Visitor) -> Objecting | None:
    """Tell how a decided case may be objected to here; None where it may not, or only on paper."""
    if not view.standing.holder or (way := cases.find_way(view.row, view.service, visitor.now)) is None:
        return None
    until = forms.format_date(way.until, visitor.lang)
    act = say(f"portal.linked.act.{'appeal' if way.way.appeal else 'objection'}")
    if way.before is not None:
        key = "answered" if way.before.status == "closed" else "running_why"
        return Objecting(False, act, until, say(f"portal.linked.{key}", number=way.before.number), before=True)
    told = say(f"portal.linked.{'late_judged' if way.late else 'until'}", until=until)
    return Objecting(way.is_open, act, told, say("portal.linked.late", until=until))


def facts(objected: Mapping[str, Any], lang: str) -> tuple[Fact, ...]:
    """Show the case that an application is about, so that nothing of it is asked again; nothing where it is about none."""
    if not objected:
        return ()
    day = forms.format_date(date.fromisoformat(objected["decided_on"]), lang) if objected.get("decided_on") else ""
    told = {
        "service": objected["service"], "number": objected["number"], "letter": objected["letter_number"],
        "decided": f"{day}, {objected['decided_by']}" if day else objected["decided_by"], "reason": objected["reason"],
    }  # fmt: skip
    return tuple(Fact(say(f"portal.linked.fact.{name}", lang), str(value)) for name, value in told.items() if value)
