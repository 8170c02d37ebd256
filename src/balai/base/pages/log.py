"""The public log at `/log/`: the files of C2SP tlog-tiles as they lie in the home. Asks no database and nobody who they are."""

import re

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from balai.base import sequencer
from balai.base.pages.guards import open_page
from balai.base.tlog import tiles

TEXT, BYTES = "text/plain; charset=utf-8", "application/octet-stream"
FOR_EVER = "public, max-age=31536000, immutable"
A_MOMENT = "no-cache"
_TILE = re.compile(
    r"(entries|[0-9]|[1-5][0-9]|6[0-3])/(x[0-9]{3}/)*[0-9]{3}(\.p/([1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?",
    re.ASCII,
)


@open_page
@require_safe
def send_checkpoint(request: HttpRequest) -> HttpResponse:
    """Send the newest signed checkpoint; 404 only before the hall's first second."""
    return _send("checkpoint", TEXT, A_MOMENT)


@open_page
@require_safe
def send_witnessed(request: HttpRequest) -> HttpResponse:
    """Send the newest checkpoint that a witness cosigned; 404 while none has."""
    return _send("witnessed", TEXT, A_MOMENT)


@open_page
@require_safe
def send_keys(request: HttpRequest) -> HttpResponse:
    """Send the public keys that sign the checkpoint, one a line; who trusts them takes them from elsewhere too."""
    return _send("keys", TEXT, A_MOMENT)


@open_page
@require_safe
def send_tile(request: HttpRequest, place: str) -> HttpResponse:
    """Send a tile or a bundle of entries; what has been full once never changes."""
    if not _TILE.fullmatch(place):
        return _lack()
    return _send(f"tile/{place}", BYTES, FOR_EVER)


def _send(path: str, kind: str, kept: str) -> HttpResponse:
    try:
        content = sequencer.read_file(path)
    except tiles.TileMissing:
        return _lack()
    return HttpResponse(content, content_type=kind, headers={"Cache-Control": kept, "Access-Control-Allow-Origin": "*"})


def _lack() -> HttpResponse:
    """Say that there is no such file; programs ask, so there is no page."""
    return HttpResponse("not here\n", content_type=TEXT, status=404, headers={"Cache-Control": A_MOMENT})
