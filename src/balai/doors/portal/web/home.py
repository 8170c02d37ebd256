"""Finding a service: the first page, the search, a service's published standard."""

from collections.abc import Sequence
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from balai.base import intake
from balai.base.pages import icons
from balai.base.pages.guards import open_page
from balai.base.pages.parts import Fact, GridTile, Link
from balai.base.pages.texts import say
from balai.casework.catalogue import queries as catalogue
from balai.doors.portal import greeting, paper, standard, town
from balai.engine import manifest
from balai.records.entrance.visitors import Visitor, visitor_page

NEWS = 3
FEW = 6  # so many that are served at a counter alone stand on the first page; more are counted there
RECENT = 3  # so many own cases stand on the first page


@require_GET
@visitor_page
def show_home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the first page: what waits for whoever is signed in, what was begun; search, what is asked for most, all services."""
    services = catalogue.list_offered(visitor.now)
    counter = catalogue.list_counter_services()
    at_counter = tuple(tile(one, visitor) for one in counter)
    few = len(at_counter) <= FEW
    events = frozenset(event for one in catalogue.map_offered(visitor.now).values() for event in one.life_events)
    known = visitor.person_id is not None
    context = {
        "known": known,
        "asked": greeting.list_asked(visitor) if known else (),
        "begun": greeting.list_begun(request, visitor),
        "own": greeting.list_own(visitor, limit=RECENT) if known else (),
        "often": tuple(tile(service, visitor) for service in greeting.pick_often(services, visitor)),
        "events": town.life_event_tiles(visitor.lang, events),
        "services": tuple(tile(service, visitor) for service in services) + (at_counter if few else ()),
        "more": 0 if few else len(at_counter),
        "hours": greeting.office_hours(visitor),
        "news": tuple(greeting.tell_news(visitor, NEWS)),
        "reached": greeting.find_reached(visitor.lang),
    }
    return render(request, "portal/home.html", context)


@require_GET
@visitor_page
def list_services(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the services that answer the words or the life event asked for; without either, all."""
    words, event = intake.plain(request.GET.get("q", ""), 120, "q"), request.GET.get("peristiwa", "")
    found: Sequence[manifest.Service | manifest.CounterService]
    at_counter: Sequence[manifest.CounterService] = ()
    if words:
        found = catalogue.search(words, visitor.now)
    elif event:
        found, at_counter = (
            catalogue.list_by_life_event(event, visitor.now),
            catalogue.list_counter_by_life_event(event),
        )
    else:
        found, at_counter = catalogue.list_offered(visitor.now), catalogue.list_counter_services()
    names = town.get_town().life_events.get(event, {})
    everything = () if found or at_counter else catalogue.list_offered(visitor.now)
    context = {
        "words": words,
        "event": names.get(visitor.lang, ""),
        "guide": _guide(event, visitor) if event and not words else None,
        "services": tuple(tile(one, visitor) for one in found),
        "at_counter": tuple(tile(one, visitor) for one in at_counter),
        "suggestions": tuple(tile(service, visitor) for service in everything),
        "crumbs": _crumbs(Link(say("portal.nav.services"))),
    }
    return render(request, "portal/services.html", context)


@require_GET
@visitor_page
def show_service(request: HttpRequest, visitor: Visitor, service_id: str) -> HttpResponse:
    """Show a service's published standard and where to begin, or what to bring to the counter for one that is not online."""
    at_counter = catalogue.find_counter_service(service_id)
    if at_counter is not None:
        return render(request, "portal/counter_only.html", _at_counter(at_counter, visitor))
    service = catalogue.get_public_service(service_id)
    page = standard.describe(service, visitor)
    context = {
        "service": page,
        "begun": greeting.list_begun(request, visitor, service_id),
        "hours": greeting.office_hours(visitor),
        "crumbs": _crumbs(Link(say("portal.nav.services"), "/layanan/"), Link(page.title)),
    }
    return render(request, "portal/service.html", context)


@require_GET
@visitor_page
def show_process(request: HttpRequest, visitor: Visitor, service_id: str) -> HttpResponse:
    """Show a service's process as drawn, and its steps in words."""
    service = catalogue.get_public_service(service_id)
    picture, steps = standard.picture(service, visitor.lang)
    title = service.text("title", visitor.lang)
    crumbs = _crumbs(
        Link(say("portal.nav.services"), "/layanan/"),
        Link(title, f"/layanan/{service_id}/"),
        Link(say("portal.standard.picture")),
    )
    return render(
        request, "portal/process.html", {"title": title, "picture": picture, "steps": steps, "crumbs": crumbs}
    )


@require_GET
@visitor_page
def show_form(request: HttpRequest, visitor: Visitor, service_id: str) -> HttpResponse:
    """Show the application as a form to be printed and filled in by hand."""
    service = catalogue.get_public_service(service_id)
    made = paper.lay_out(service, visitor)
    crumbs = _crumbs(
        Link(say("portal.nav.services"), "/layanan/"),
        Link(made.title, f"/layanan/{service_id}/"),
        Link(say("portal.paper.short")),
    )
    return render(request, "portal/paper.html", {"paper": made, "crumbs": crumbs})


@require_GET
@open_page
def show_accessibility(request: HttpRequest) -> HttpResponse:
    """Show how accessible the portal is and what to do when it is not."""
    return render(request, "portal/accessibility.html", {"crumbs": _crumbs(Link(say("portal.nav.accessibility")))})


def tile(service: manifest.Service | manifest.CounterService, visitor: Visitor) -> GridTile:
    """Make the card of a service, online or at a counter."""
    lang, url = visitor.lang, f"/layanan/{service.id}/"
    if isinstance(service, manifest.CounterService):
        titles, summaries = service.said(service.title, lang), service.said(service.summary, lang)
        return GridTile(titles or service.id, url, summaries or "", "hall", say("portal.at_counter.short"))
    paused = catalogue.find_pause(service.id, visitor.now)
    return GridTile(
        service.text("title", lang),
        url,
        service.text("summary", lang, ""),
        _icons(tuple((one.id, one.icon) for one in catalogue.list_services())).get(service.id, "document"),
        say("portal.paused.short") if paused else "",
    )


def _guide(event: str, visitor: Visitor) -> dict[str, object] | None:
    """Make the way through a moment of life: its steps in order, each with where it is done; None where it has no steps."""
    guide = town.get_town().guides.get(event)
    if guide is None:
        return None
    lang = visitor.lang
    offered = catalogue.map_offered(visitor.now)
    steps = [
        (tile(offered[one.service], visitor), one.words.get(lang, "")) for one in guide.steps if one.service in offered
    ]
    return {
        "several": f"/peristiwa/{event}/" if sum(not one.mark for one, _ in steps) > 1 else "",
        "lead": guide.lead.get(lang, ""),
        "steps": steps,
        "follows": (guide.follows or {}).get(lang, ()),
        "bring": (guide.bring or {}).get(lang, ()),
    }


def _at_counter(found: manifest.CounterService, visitor: Visitor) -> dict[str, object]:
    lang = visitor.lang
    title = found.said(found.title, lang)
    facts = [("where", found.where), ("hours", found.hours), ("fee", found.fee), ("takes", found.takes)]
    return {
        "title": title,
        "summary": found.said(found.summary, lang),
        "requirements": found.said(found.requirements, lang),
        "requirements_mark": _mark(found.basis_of("requirements")),
        "facts": [
            Fact(say(f"portal.at_counter.{name}"), said, note=_mark(found.basis_of(name)))
            for name, part in facts
            if (said := found.said(part, lang))
        ],
        "basis": [(one.ref, _mark(one)) for one in found.legal_basis if one.is_law],
        "crumbs": _crumbs(Link(say("portal.nav.services"), "/layanan/"), Link(title or found.id)),
    }


def _mark(basis: manifest.FactBasis | None) -> str:
    """Say that nobody has confirmed a fact yet, and who must."""
    if basis is None or basis.status == "confirmed":
        return ""
    return (
        say("portal.at_counter.unconfirmed_by", who=basis.note) if basis.note else say("portal.at_counter.unconfirmed")
    )


@lru_cache(maxsize=4)
def _icons(named: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Choose the services' icons once for as long as the same ones are open."""
    return icons.choose(dict(named))


def _crumbs(*links: Link) -> tuple[Link, ...]:
    return (Link(say("portal.nav.home"), "/"), *links)
