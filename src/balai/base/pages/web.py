"""Addresses of the frames themselves: style sheet and script, language, the gallery of components, and what probes ask."""

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods

from balai.base import keys
from balai.base.pages import assets, design, gallery, kept, language, texts
from balai.base.pages.guards import open_page

FOR_EVER = "public, max-age=31536000, immutable"


@open_page
@require_GET
def send_asset(request: HttpRequest, digest: str, name: str) -> HttpResponse:
    """Send the style sheet, the script or the icon; under an older content's name it is sent anew and not kept."""
    try:
        found = assets.get_asset(name)
    except KeyError:
        raise Http404 from None
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(found.packed if packed else found.body, content_type=found.content_type)
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Cache-Control"] = FOR_EVER if digest == found.digest else "no-cache"
    return response


@open_page
@require_http_methods(["GET", "POST"])
def choose_language(request: HttpRequest, lang: str) -> HttpResponse:
    """Keep the reader's language in a cookie and lead back to the page they came from, with what a form there held (POST)."""
    if lang not in texts.languages():
        raise Http404
    onward = request.GET.get("next", "/")
    if not url_has_allowed_host_and_scheme(onward, allowed_hosts=None, require_https=False) or not onward.startswith(
        "/"
    ):
        onward = "/"
    kept.keep(request, kept.account_of(request), onward, why="language", target=request.GET.get("to", onward))
    response = HttpResponseRedirect(onward)
    language.keep(response, lang)
    return response


@open_page
@require_GET
def show_gallery(request: HttpRequest) -> HttpResponse:
    """Show every component on one page; in a demonstration alone."""
    if not (settings.DEBUG or settings.BALAI_DEMO):
        raise Http404
    return render(request, "pages/gallery.html", gallery.sample())


@open_page
@require_GET
def show_design(request: HttpRequest) -> HttpResponse:
    """Show what every page is made of: sizes, colours, icons, and what pages weigh."""
    return render(request, "pages/design.html", design.sample())


@open_page
@require_GET
def tell_live(request: HttpRequest) -> HttpResponse:
    """Tell that this process answers; asks nobody else."""
    return tell(200, live=True)


@open_page
@require_GET
def tell_ready(request: HttpRequest) -> HttpResponse:
    """Tell whether database, tables and keys are there and belong together, by a code; asks nothing else."""
    try:
        obstacle = keys.find_obstacle(whole=True)
    except Error:
        return tell(503, ready=False, why="database")
    return tell(200, ready=True) if obstacle is None else tell(503, ready=False, why=obstacle.code)


def tell(status: int, **facts: object) -> HttpResponse:
    """Answer a probe; nobody keeps it."""
    response = JsonResponse(facts, status=status)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
