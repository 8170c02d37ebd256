"""Beginning several applications of one moment of life at once."""

from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import throttle
from balai.base.pages.parts import FormFault, Link
from balai.base.pages.texts import say
from balai.doors.portal import limits, together, town
from balai.records.entrance.visitors import Visitor, keep_secret, secret_of, visitor_page

BEGUN = "begun"  # what a form of this page began, so that a second click leads to the same


@never_cache
@require_http_methods(["GET", "POST"])
@visitor_page
def choose(request: HttpRequest, visitor: Visitor, event: str) -> HttpResponse:
    """Ask which of a moment's services are wanted, and begin a draft of each; nothing is sent by this."""
    choices = together.list_choices(visitor, event)
    command = str(request.POST.get("command", ""))
    if before := secret_of(request, BEGUN, command):
        return HttpResponseRedirect(before)
    wanted = request.POST.getlist("layanan")
    chosen = tuple(one.id for one in choices if one.id in wanted and not one.why)
    if request.method == "POST" and chosen:
        for _ in chosen:
            throttle.take("draft", throttle.address_of(request), **limits.DRAFTS, now=visitor.now)
        first = together.begin(request, visitor, event, chosen)
        keep_secret(request, BEGUN, command, first)
        return HttpResponseRedirect(first)
    missing = request.method == "POST"
    title = town.get_town().life_events[event].get(visitor.lang, "")
    context = {
        "title": title,
        "choices": choices,
        "any": any(not one.why for one in choices),
        "faults": (FormFault("layanan-1", say("portal.together.none")),) if missing else (),
        "command": uuid4(),
        "crumbs": (
            Link(say("portal.nav.home"), "/"),
            Link(title, f"/layanan/?peristiwa={event}"),
            Link(say("portal.together.short")),
        ),
    }
    return render(request, "portal/together.html", context, status=422 if missing else 200)
