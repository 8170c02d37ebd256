"""Files of a thread for officers: drawn page by page in the confined child first, the original by a click of its own.

The page that shows a file records its reading once; the pictures on it carry a right of that reader's for an hour.
"""

from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from balai.base.errors import NotFound
from balai.base.numbers import whole
from balai.records.documents import queries as documents
from balai.records.documents import sending
from balai.records.entrance.officers import Desk, officer_page
from balai.rooms.messages import queries
from balai.rooms.messages.models import INTERNAL, PUBLIC

SALT = "messages.sight"
WIDE = 1400
SEEN_FOR = 3600  # seconds
THREADS = {
    PUBLIC: ("messages:desk", "messages:desk-original"),
    INTERNAL: ("messages:internal", "messages:internal-original"),
}


@never_cache
@require_GET
@officer_page
def show_file(request: HttpRequest, desk: Desk, number: str, document_id: UUID) -> HttpResponse:
    """Show an officer every page of a file of the thread with the applicant; the reading is recorded first."""
    return _show(request, desk, number, PUBLIC, document_id)


@never_cache
@require_GET
@officer_page
def show_internal_file(request: HttpRequest, desk: Desk, number: str, document_id: UUID) -> HttpResponse:
    """Show an officer every page of a file of the thread among officers; the reading is recorded first."""
    return _show(request, desk, number, INTERNAL, document_id)


@require_GET
@officer_page
def send_original(request: HttpRequest, desk: Desk, number: str, document_id: UUID) -> HttpResponseBase:
    """Send an officer the original of a file of the thread with the applicant; that it was opened is recorded first."""
    return _send(request, desk, number, PUBLIC, document_id)


@require_GET
@officer_page
def send_internal_original(request: HttpRequest, desk: Desk, number: str, document_id: UUID) -> HttpResponseBase:
    """Send an officer the original of a file of the thread among officers; that it was opened is recorded first."""
    return _send(request, desk, number, INTERNAL, document_id)


@require_GET
@officer_page
def send_picture(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """Send the picture of one page to the officer whose page named it."""
    try:
        document, reader = signing.loads(token, salt=SALT, max_age=SEEN_FOR)
    except signing.BadSignature:
        raise NotFound from None
    if reader != str(desk.person_id):
        raise NotFound
    page = whole(request.GET.get("halaman", ""), 1, least=1, most=9_999)
    return sending.send_picture(UUID(document), page, WIDE)


def sign_sight(document_id: UUID, reader: UUID) -> str:
    """Make the right of one officer to see the pages of one file for an hour."""
    return signing.dumps([str(document_id), str(reader)], salt=SALT)


def _show(request: HttpRequest, desk: Desk, number: str, kind: str, document_id: UUID) -> HttpResponse:
    view = queries.open_thread(desk.actor, number, now=desk.now, kind=kind, purpose="messages-file")
    file = queries.find_attachment(view, document_id)
    kept = documents.get_document(file.document_id)
    if kept.vault_id != view.case.row.vault_id:
        raise NotFound
    back, original = (
        reverse(name, args=[number, *more]) for name, more in zip(THREADS[kind], ((), (document_id,)), strict=True)
    )
    picture = reverse("messages:picture", args=[sign_sight(document_id, desk.person_id)])
    context = {
        "desk": desk, "number": number, "name": file.name, "back": back, "original": original, "view": view,
        "pages": [f"{picture}?halaman={page}" for page in range(1, (kept.pages or 1) + 1)],
    }  # fmt: skip
    return render(request, "messages/file.html", context)


def _send(request: HttpRequest, desk: Desk, number: str, kind: str, document_id: UUID) -> HttpResponseBase:
    view = queries.open_thread(desk.actor, number, now=desk.now, kind=kind, purpose="messages-file")
    file = queries.find_attachment(view, document_id)
    row = view.case.row
    documents.note_reading(
        desk.actor, file.document_id, purpose="open-document:messages", person_id=row.applicant_id, now=desk.now
    )
    return sending.send(request, file.document_id, vault_id=row.vault_id)
