"""What the first page says to whoever comes: what waits for them, what they began, what the town does today."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import Error
from django.http import HttpRequest
from django.utils.timezone import localdate

from balai.base import clock
from balai.base.pages import links
from balai.base.pages.parts import Link, Moment, Tone
from balai.base.pages.texts import say
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import Listed
from balai.casework.catalogue import queries as catalogue
from balai.doors.portal import contact, progress, town
from balai.doors.portal.application import REVIEW
from balai.engine import manifest
from balai.engine.forms import format_date
from balai.records.entrance.visitors import DRAFTS, Visitor
from balai.records.hallpages import queries as hallpages

OFTEN = 3  # so many services are offered before one searches
KNOWN = timedelta(hours=1)  # so long it is remembered which are asked for most
COUNTED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class CitizenTask:
    """Something a citizen has to do: of which service, what, until when, and where it is done."""

    service: str
    title: str
    until: str
    url: str


@dataclass(frozen=True, slots=True)
class BegunApplication:
    """An application somebody began and did not send: of which service, when, and how far they came."""

    service: str
    url: str
    at: str
    step: str
    paused: str


@dataclass(frozen=True, slots=True)
class Own:
    """A case in its holder's list: the service and where it stands, then the number."""

    service: str
    url: str
    state: str
    tone: Tone
    when: str
    number: str


def list_asked(visitor: Visitor) -> tuple[CitizenTask, ...]:
    """List what waits for whoever is signed in, the nearest day first."""
    return tuple(_asked(one, visitor.lang) for one in cases.list_asked(visitor.known))


def _asked(one: Listed, lang: str) -> CitizenTask:
    service = catalogue.get_service(one.service_id, one.service_key)
    due = progress.moment_text(one.task_due_at, _zone(), lang, time=False) if one.task_due_at else ""
    return CitizenTask(
        service.text("title", lang),
        service.text(f"steps.{one.node}.title", lang, say("portal.status.waiting", lang)),
        say("portal.case.answer_by", lang, at=due) if due else "",
        f"/berkas/{one.number}/jawab/{one.token}/",
    )


def list_begun(request: HttpRequest, visitor: Visitor, service_id: str = "") -> tuple[BegunApplication, ...]:
    """List what a visitor began and has not sent, by account or by what their browser holds; perhaps of one service alone."""
    if visitor.person_id is not None:
        found = cases.list_drafts(visitor.person_id)
    elif held := request.session.get(DRAFTS, {}) if _has_session(request) else {}:
        found = cases.list_held_drafts(held)
    else:
        return ()
    wanted = [one for one in found if service_id in ("", one.service_id) and one.expires_at > visitor.now]
    return tuple(_begun(one, visitor) for one in wanted)


def _has_session(request: HttpRequest) -> bool:
    return settings.SESSION_COOKIE_NAME in request.COOKIES


def _begun(draft: Any, visitor: Visitor) -> BegunApplication:
    service, lang = catalogue.get_service(draft.service_id, draft.service_key), visitor.lang
    paused = catalogue.find_pause(draft.service_id, visitor.now)
    return BegunApplication(
        service.text("title", lang),
        f"/permohonan/{draft.id}/",
        progress.moment_text(draft.updated_at, _zone(), lang, time=False),
        _step(draft.page, service, known=visitor.person_id is not None, lang=lang),
        say("portal.paused.short", lang) if paused else "",
    )


def _step(page: str, service: manifest.Service, *, known: bool, lang: str) -> str:
    """Say how far an application is: the pages of its form, the applicant's own first where we do not know them, the review last."""
    asked = (one.id for one in service.forms["apply"].pages if one.show_if is None or one.id == page)
    steps = [*(() if known else (contact.PAGE,)), *asked, REVIEW]
    at = steps.index(page) + 2 if page in steps else 1  # the page is the last one kept; where one goes on is the next
    return say("portal.mine.step", lang, at=min(at, len(steps)), count=len(steps))


def list_own(visitor: Visitor, *, limit: int = 100) -> tuple[Own, ...]:
    """List the cases of whoever is signed in, newest first."""
    return tuple(_own(one, visitor.lang) for one in cases.list_cases_of(visitor.known, limit=limit))


def _own(one: Listed, lang: str) -> Own:
    def day(at: datetime) -> str:
        return progress.moment_text(at, _zone(), lang, time=False)

    title = catalogue.get_service(one.service_id, one.service_key).text("title", lang)
    url = f"/berkas/{one.number}/"
    if one.status == "closed":
        tone, when = progress.TONES.get(one.outcome) or "info", day(one.closed_at or one.submitted_at)
        return Own(title, url, say(f"portal.outcome.{one.outcome}", lang), tone, when, one.number)
    waiting = one.status == "waiting"
    when = (
        say("portal.mine.stopped", lang)
        if one.paused
        else say("portal.mine.until", lang, at=day(one.due_at))
        if one.due_at
        else ""
    )
    state = say(f"portal.status.{'waiting' if waiting else 'open'}", lang)
    return Own(title, url, state, "warn" if waiting else "info", when, one.number)


def tell_news(visitor: Visitor, most: int) -> Iterator[Moment]:
    """Tell what is new in the town, the newest first."""
    for page in hallpages.list_news(localdate(visitor.now), most):
        day = format_date(page.news, visitor.lang) if page.news else ""
        yield Moment(page.said(visitor.lang).title, day, links.path("hall.page", page.id), iso=str(page.news))


def find_reached(lang: str) -> Link | None:
    """Find the page that says how the hall is reached."""
    found = next((page for page in hallpages.list_foot() if "contact" in page.shows), None)
    return Link(found.said(lang).title, links.path("hall.page", found.id)) if found else None


def office_hours(visitor: Visitor) -> str:
    """Say whether the offices are open today and until when, else when they open again; by the ordinary office's calendar."""
    calendar = clock.office_calendar(town.get_town().zone)
    here = visitor.now.astimezone(calendar.zone)
    hours = calendar.hours_on(here.date())
    if hours is not None and here.time() < hours.closes:
        return say("portal.help.today", visitor.lang, opens=f"{hours.opens:%H.%M}", closes=f"{hours.closes:%H.%M}")
    day = calendar.next_working_day(here.date())
    found = calendar.hours_on(day)
    at = (
        progress.moment_text(datetime.combine(day, found.opens, calendar.zone), calendar.zone, visitor.lang, time=False)
        if found
        else ""
    )
    return say("portal.help.again", visitor.lang, at=at, opens=f"{found.opens:%H.%M}" if found else "")


_ranked: dict[frozenset[str], tuple[datetime, list[str]]] = {}


def pick_often(services: Sequence[manifest.Service], visitor: Visitor) -> tuple[manifest.Service, ...]:
    """Pick the services asked for most lately, none where there is nothing to choose from; counted once an hour per process."""
    if len(services) <= OFTEN:
        return ()
    ids = frozenset(one.id for one in services)
    known = _ranked.get(ids)
    if known is None or not timedelta() <= visitor.now - known[0] < KNOWN:
        try:
            ranked = cases.rank_services(sorted(ids), since=visitor.now - COUNTED)
        except Error:
            ranked = known[1] if known else []
        _ranked.clear()
        _ranked[ids] = known = visitor.now, ranked
    by_id = {one.id: one for one in services}
    return tuple(by_id[id] for id in known[1][:OFTEN])


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
