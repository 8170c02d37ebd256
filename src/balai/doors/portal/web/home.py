"""Finding a service: the first page, the search, a service's published standard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from balai.base.pages.guards import open_page
from balai.base.pages.parts import Link, Tile
from balai.base.pages.texts import say
from balai.casework.catalogue import queries as catalogue
from balai.doors.portal import paper, standard, town
from balai.engine import manifest
from balai.records.entrance.visitors import Visitor, visitor_page


@require_GET
@visitor_page
def show_home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the first page: search, life events, services."""
    services = catalogue.list_services()
    events = frozenset(event for service in services for event in service.life_events)
    return render(
        request,
        "portal/home.html",
        {
            "events": town.life_event_tiles(visitor.lang, events),
            "services": tuple(tile(service, visitor) for service in services),
        },
    )


@require_GET
@visitor_page
def list_services(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the services that answer the words or the life event asked for; without either, all."""
    words, event = request.GET.get("q", "").strip()[:120], request.GET.get("peristiwa", "")
    if words:
        found = catalogue.search_services(words, visitor.lang)
    elif event:
        found = catalogue.list_by_life_event(event)
    else:
        found = catalogue.list_services()
    names = town.get_town().life_events.get(event, {})
    everything = () if found else catalogue.list_services()
    context = {
        "words": words,
        "event": names.get(visitor.lang, ""),
        "services": tuple(tile(service, visitor) for service in found),
        "suggestions": tuple(tile(service, visitor) for service in everything),
        "crumbs": _crumbs(Link(say("portal.nav.services"))),
    }
    return render(request, "portal/services.html", context)


@require_GET
@visitor_page
def show_service(request: HttpRequest, visitor: Visitor, service_id: str) -> HttpResponse:
    """Show a service's published standard and where to begin."""
    service = catalogue.get_service(service_id)
    page = standard.describe(service, visitor)
    crumbs = _crumbs(Link(say("portal.nav.services"), "/layanan/"), Link(page.title))
    picture, steps = standard.picture(service, visitor.lang)
    return render(
        request, "portal/service.html", {"service": page, "crumbs": crumbs, "picture": picture, "steps": steps}
    )


@require_GET
@visitor_page
def show_form(request: HttpRequest, visitor: Visitor, service_id: str) -> HttpResponse:
    """Show the application as a form to be printed and filled in by hand."""
    service = catalogue.get_service(service_id)
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


def tile(service: manifest.Service, visitor: Visitor) -> Tile:
    """Make the card of a service."""
    icon = (
        town.get_town().life_events.get(service.life_events[0], {}).get("icon", service.life_events[0])
        if service.life_events
        else ""
    )
    lang, paused = visitor.lang, catalogue.find_pause(service.id, visitor.now)
    return Tile(
        service.text("title", lang),
        f"/layanan/{service.id}/",
        service.text("summary", lang, ""),
        icon or "document",
        say("portal.paused.short") if paused else "",
    )


def _crumbs(*links: Link) -> tuple[Link, ...]:
    return (Link(say("portal.nav.home"), "/"), *links)
