"""Following a case without an account: its number and the code that came with it. A wrong pair tells nothing."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balai.base import intake, throttle
from balai.base.errors import NotFound
from balai.base.pages.parts import FormFault, Link
from balai.base.pages.texts import say
from balai.casework.cases import queries as case_queries
from balai.casework.notices import actions as notices
from balai.doors.portal import limits
from balai.records.entrance.visitors import TRACKS, Visitor, keep_secret, visitor_page


@never_cache
@require_http_methods(["GET", "POST"])
@visitor_page
def ask(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for number and code; whoever is signed in needs the number alone for a case of their own."""
    number, code = intake.plain(request.POST.get("nomor", ""), 40, "nomor"), _plain(request.POST.get("kode", ""))
    faults: tuple[FormFault, ...] = ()
    if request.method == "POST":
        throttle.take("track", throttle.address_of(request), **limits.CODES, now=visitor.now)
        found = _open(request, visitor, number, code)
        if found is not None:
            return found
        faults = (FormFault("nomor", say("portal.track.wrong")),)
    crumbs = (Link(say("portal.nav.home"), "/"), Link(say("portal.nav.track")))
    context = {
        "faults": faults,
        "number": number,
        "code": intake.plain(request.POST.get("kode", ""), 60, "kode"),
        "crumbs": crumbs,
    }
    return render(request, "portal/track.html", context, status=422 if faults else 200)


@never_cache
@require_GET
@visitor_page
def follow_link(request: HttpRequest, visitor: Visitor, number: str, code: str) -> HttpResponse:
    """Open the case a notice links to, and take the code out of the address. :raises NotFound: for a wrong pair."""
    throttle.take("track", throttle.address_of(request), **limits.CODES, now=visitor.now)
    found = _open(request, visitor, number, _plain(code))
    if found is None:
        raise NotFound
    return found


@never_cache
@require_POST
@visitor_page
def send_again(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Send the link again to the contact of a case; the answer is the same whether the two belong together or not."""
    throttle.take("link", throttle.address_of(request), **limits.CODES, now=visitor.now)
    notices.send_link(
        actor=visitor.actor,
        now=visitor.now,
        number=intake.plain(request.POST.get("nomor", ""), 40, "nomor"),
        contact=intake.plain(request.POST.get("kontak", ""), 120, "kontak"),
    )
    messages.success(request, say("portal.track.sent_again"), extra_tags="ok")
    return HttpResponseRedirect("/lacak/")


def _open(request: HttpRequest, visitor: Visitor, number: str, code: str) -> HttpResponse | None:
    try:
        view = case_queries.open_case(visitor.actor, number, now=visitor.now, purpose="track", track_code=code)
    except NotFound:
        return None
    if code:
        keep_secret(request, TRACKS, view.row.number, code)
    return HttpResponseRedirect(f"/berkas/{view.row.number}/")


def _plain(typed: str) -> str:
    return "".join(letter for letter in typed.upper() if letter.isalnum())
