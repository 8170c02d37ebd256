"""What needs an administrator, as lines: stuck steps, vacant roles, work that fails or died; and for their knowledge, voided numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.urls import reverse

from balai.base import outbox
from balai.base.errors import MESSAGES
from balai.base.pages import texts
from balai.base.pages.parts import Tone
from balai.casework.cases.queries import Stuck, Unstaffed
from balai.casework.catalogue import queries as catalogue
from balai.casework.issuing.models import Letter
from balai.doors.desk import words
from balai.records.entrance import names

SHOWN = 8  # lines of one kind; the rest is counted and stands on the page of its kind


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to look at: what is the matter, since when, and where it is dealt with."""

    title: str
    text: str
    since: str
    tone: Tone
    icon: str
    url: str = ""
    act: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """All of one kind under one heading; `more` are left out here."""

    title: str
    lines: tuple[Line, ...]
    more: int
    url: str


def kinds(
    stuck: list[Stuck],
    vacant: list[Unstaffed],
    dead: list[outbox.Owed],
    failing_: list[outbox.Failing],
    now: datetime,
    lang: str,
) -> tuple[Kind, ...]:
    """Put what must be done under its headings; a kind without anything is left out."""
    made = (
        _kind("stuck", [_stuck(one, now, lang) for one in stuck], reverse("desk:admin-stuck"), lang),
        _kind("unstaffed", list(_vacant(vacant, now, lang)), reverse("desk:admin-units"), lang),
        _kind("failing", [failing(one, now, lang) for one in failing_], reverse("desk:admin-outbox"), lang),
        _kind("dead", [_dead(one, now, lang) for one in dead], reverse("desk:admin-outbox"), lang),
    )
    return tuple(kind for kind in made if kind.lines)


def _kind(name: str, lines: list[Line], url: str, lang: str) -> Kind:
    title = texts.say(f"desk.attention.{name}.title", lang)
    return Kind(title, tuple(lines[:SHOWN]), max(0, len(lines) - SHOWN), url)


def _stuck(one: Stuck, now: datetime, lang: str) -> Line:
    service = catalogue.get_service(one.service_id, one.service_key)
    step = service.text(f"steps.{one.node}.title", lang, one.node)
    return Line(
        title=f"{one.number} · {step}",
        text=texts.say(
            "desk.attention.stuck.text",
            lang,
            service=service.text("title", lang),
            unit=one.unit_name,
            code=say_code(one.code, lang),
        ),
        since=words.near(one.since, now, lang),
        tone="bad",
        icon="alert",
        url=reverse("desk:admin-stuck"),
        act=texts.say("desk.attention.stuck.act", lang),
    )


def say_code(code: str, lang: str) -> str:
    """Put the code of a failure into words, where there are any that stand alone."""
    found = MESSAGES.get(code)
    words_ = found[lang == "en"] if found else ""
    return f"{words_} ({code})" if words_ and "{" not in words_ else code


def _vacant(found: list[Unstaffed], now: datetime, lang: str) -> Iterable[Line]:
    """Make one line for each role a unit has nobody for, however many tasks wait for it."""
    ordered = sorted(found, key=lambda one: (one.unit_code, one.role))
    for (code, role), together in groupby(ordered, key=lambda one: (one.unit_code, one.role)):
        tasks = list(together)
        nobody = [one for one in tasks if one.assignee_id is None]
        lent = sorted({names.find_name(one.assignee_id) for one in tasks if one.assignee_id is not None})
        said = [texts.say("desk.attention.unstaffed.nobody", lang, count=len(nobody))] if nobody else []
        said += [texts.say("desk.attention.unstaffed.lent", lang, names=", ".join(lent))] if lent else []
        yield Line(
            title=texts.say("desk.attention.unstaffed.line", lang, unit=tasks[0].unit_name, role=role),
            text=" ".join(said),
            since=words.near(min(one.since for one in tasks), now, lang),
            tone="bad" if nobody else "warn",
            icon="person",
            url=reverse("desk:admin-unit", args=[code]),
            act=texts.say("desk.attention.unstaffed.act", lang),
        )


def _dead(one: outbox.Owed, now: datetime, lang: str) -> Line:
    return Line(
        title=f"{one.topic} → {one.listener.rsplit('.', 1)[-1]}",
        text=one.last_error[:200],
        since=words.near(one.created_at, now, lang),
        tone="bad",
        icon="mail",
        url=reverse("desk:admin-outbox"),
        act=texts.say("desk.attention.dead.act", lang),
    )


def failing(one: outbox.Failing, now: datetime, lang: str) -> Line:
    """Tell what a job could not do; it is tried again by itself, and the line goes when it works."""
    again = words.near(max(one.due_at, now), now, lang)
    return Line(
        title=f"{one.job} · {one.item}" if one.item else one.job,
        text=texts.say("desk.attention.failing.text", lang, count=one.times, when=again, error=one.last_error[:200]),
        since=words.near(one.since, now, lang),
        tone="bad" if one.times >= outbox.STUBBORN else "warn",
        icon="clock",
        url=reverse("desk:admin-outbox"),
        act=texts.say("desk.attention.failing.act", lang),
    )


def voided(letters: Iterable[Letter], now: datetime, lang: str) -> tuple[Line, ...]:
    """Tell of numbers that were given and never used: nothing to do, but a gap somebody will ask about."""
    return tuple(
        Line(
            title=letter.number,
            text=f"{letter.unit.name} · {letter.void_reason}",
            since=words.near(letter.voided_at, now, lang) if letter.voided_at else "",
            tone="",
            icon="info",
        )
        for letter in letters
    )
