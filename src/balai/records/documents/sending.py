"""Sending a file to whoever may have it: as it is, or drawn small; a file from outside runs nothing in a browser.

Who may have it, and that the reading is recorded, is settled before.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from balai.base.errors import Invalid, NotFound
from balai.base.numbers import whole
from balai.records.documents import queries as documents

# A file from outside runs nothing and reaches nothing, whatever it holds.
LOCKED = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; object-src 'self'; sandbox"


def send(request: HttpRequest, document_id: UUID, *, vault_id: UUID) -> HttpResponseBase:
    """Send a document of this vault; with `?lebar=` its first page, small. :raises NotFound: of another vault."""
    document = documents.get_document(document_id)
    if document.vault_id != vault_id:
        raise NotFound
    if width := whole(request.GET.get("lebar", ""), 0):
        return send_picture(document_id, 1, width)
    response = StreamingHttpResponse(documents.open_document(document_id), content_type=document.media_type)
    response["Content-Length"] = str(document.size)
    response["Content-Disposition"] = (
        content_disposition_header(not document.media_type.startswith("image/"), documents.name_of(document))
        or "inline"
    )  # a browser shows no PDF in a sandbox, so it is handed over
    _lock(response)
    return response


def send_picture(document_id: UUID, page: int, width: int) -> HttpResponse:
    """Send one page of a document, drawn at most `width` pixels wide. :raises NotFound: when it cannot be drawn."""
    try:
        picture = documents.preview(document_id, page, width)
    except Invalid as error:
        raise NotFound from error  # nothing to draw: the page shows the file's name alone
    response = HttpResponse(picture, content_type="image/png")
    _lock(response)
    return response


def _lock(response: HttpResponseBase) -> None:
    response["Cache-Control"] = "private, no-store"
    response["Content-Security-Policy"] = LOCKED
    response["X-Content-Type-Options"] = "nosniff"
