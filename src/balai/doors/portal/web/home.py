"""Finding a service: the first page, the search, a service's published standard."""

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
RECENT = 3  # so many own cases stand on the first page


@require_GET
@visitor_page
def show_home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the first page: what waits for whoever is signed in, what was begun; search, what is asked for most, all services."""
    services = catalogue.list_offered(visitor.now)
    events = frozenset(event for service in services for event in service.life_events)
    known = visitor.person_id is not None
    context = {
        "known": known,
        "asked": greeting.list_asked(visitor) if known else (),
        "begun": greeting.list_begun(request, visitor),
        "own": greeting.list_own(visitor, limit=RECENT) if known else (),
        "often": tuple(tile(service, visitor) for service in greeting.pick_often(services, visitor)),
        "events": town.life_event_tiles(visitor.lang, events),
        "services": tuple(tile(service, visitor) for service in services) + _counter_tiles(visitor),
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
    if words:
        found = catalogue.search_services(words, visitor.lang, visitor.now)
    elif event:
        found = catalogue.list_by_life_event(event, visitor.now)
    else:
        found = catalogue.list_offered(visitor.now)
    at_counter = _counter_tiles(visitor, words, event)
    names = town.get_town().life_events.get(event, {})
    everything = () if found or at_counter else catalogue.list_offered(visitor.now)
    context = {
        "words": words,
        "event": names.get(visitor.lang, ""),
        "services": tuple(tile(service, visitor) for service in found) + at_counter,
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


def tile(service: manifest.Service, visitor: Visitor) -> GridTile:
    """Make the card of a service."""
    lang, paused = visitor.lang, catalogue.find_pause(service.id, visitor.now)
    return GridTile(
        service.text("title", lang),
        f"/layanan/{service.id}/",
        service.text("summary", lang, ""),
        _icons(tuple((one.id, one.icon) for one in catalogue.list_services())).get(service.id, "document"),
        say("portal.paused.short") if paused else "",
    )


def _counter_tiles(visitor: Visitor, words: str = "", event: str = "") -> tuple[GridTile, ...]:
    """Make the cards of what is served at a counter alone."""
    lang = visitor.lang
    found = catalogue.search_counter_services(words, lang) if words else catalogue.list_counter_services()
    return tuple(
        GridTile(
            one.said(one.title, lang) or one.id, f"/layanan/{one.id}/", one.said(one.summary, lang) or "", "hall",
            say("portal.at_counter.short"),
        )
        for one in found if not event or event in one.life_events
    )  # fmt: skip


def _at_counter(found: manifest.CounterService, visitor: Visitor) -> dict[str, object]:
    lang = visitor.lang
    title = found.said(found.title, lang)
    facts = [("where", found.where), ("hours", found.hours), ("fee", found.fee), ("takes", found.takes)]
    return {
        "title": title,
        "summary": found.said(found.summary, lang),
        "requirements": found.said(found.requirements, lang),
        "facts": [
            Fact(say(f"portal.at_counter.{name}"), said) for name, part in facts if (said := found.said(part, lang))
        ],
        "basis": [
            (one.ref, say("portal.at_counter.unconfirmed") if one.status == "unconfirmed" else "")
            for one in found.legal_basis
        ],
        "crumbs": _crumbs(Link(say("portal.nav.services"), "/layanan/"), Link(title or found.id)),
    }


@lru_cache(maxsize=4)
def _icons(named: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Choose the services' icons once for as long as the same ones are open."""
    return icons.choose(dict(named))


def _crumbs(*links: Link) -> tuple[Link, ...]:
    return (Link(say("portal.nav.home"), "/"), *links)
