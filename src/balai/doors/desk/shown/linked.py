"""Cases about cases, as officers see them: what is linked, and what can be begun about a decided one."""

from dataclasses import dataclass

from balai.base.pages import texts
from balai.base.pages.parts import Tone
from balai.casework.cases import queries
from balai.casework.cases.queries import CaseView
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms
from balai.records.entrance.officers import Desk

_TONES: dict[str, Tone] = {"granted": "ok", "deemed_granted": "ok", "refused": "bad"}


@dataclass(frozen=True, slots=True)
class LinkedLine:
    """A case on the other side of a link."""

    words: str
    number: str
    status: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class LinkedPanel:
    """What is linked to a case, and what may be begun about it: an objection at the counter, an amendment by this officer."""

    lines: tuple[LinkedLine, ...] = ()
    objection: str = ""  # until when, in words; "" where none may be filed
    amendments: tuple[tuple[str, str], ...] = ()  # kind, and the button


def panel(view: CaseView, desk: Desk) -> LinkedPanel:
    """Gather it; an open case that is about no other has nothing of it."""
    if view.row.closed_at is None and view.service.about is None:
        return LinkedPanel()
    way = queries.find_way(view.row, view.service, desk.now) if desk.at_counter and view.standing.roles else None
    key = "late" if way and way.late else "until"
    return LinkedPanel(
        tuple(_line(one, desk.lang) for one in queries.list_linked(view.row.id)),
        texts.say(f"desk.linked.{key}", desk.lang, until=forms.format_date(way.until, desk.lang))
        if way and way.is_open
        else "",
        tuple(
            (kind, texts.say(f"desk.linked.begin.{kind}", desk.lang))
            for kind, _ in queries.list_amending(view.row, view.service, view.standing)
        ),
    )


def _line(one: queries.LinkedCase, lang: str) -> LinkedLine:
    title = catalogue.get_service(one.service_id, one.service_key).text("title", lang)
    words = texts.say(f"desk.linked.{one.kind}.{'follows' if one.follows else 'about'}", lang, service=title)
    status = texts.say(f"desk.outcome.{one.outcome}" if one.outcome else "desk.linked.running", lang)
    return LinkedLine(words, one.number, status, _TONES.get(one.outcome, "info"))
