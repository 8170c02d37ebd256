"""The status page as the process itself sends it, where no proxy stands before it."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from balai.base.pages.guards import open_page
from balai.records.outages import status

TYPES = {
    "index.html": "text/html; charset=utf-8",
    "status.json": "application/json",
    "look.css": "text/css; charset=utf-8",
}


@require_GET
@open_page
def send(request: HttpRequest, name: str = "index.html") -> HttpResponse:
    """Send what the worker wrote last; it asks no database."""
    try:
        body = (status.folder() / name).read_bytes() if name in TYPES else None
    except OSError:
        body = None
    if body is None:
        raise Http404
    response = HttpResponse(body, content_type=TYPES[name])
    response["Cache-Control"] = "no-cache"
    return response
