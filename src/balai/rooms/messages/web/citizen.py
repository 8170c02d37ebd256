"""The applicant's thread: by account, or by number and code without one."""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balai.base import throttle
from balai.base.errors import BalaiError
from balai.base.pages import links
from balai.base.pages.parts import Link
from balai.base.pages.texts import say
from balai.records.documents import sending
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.entrance.visitors import TRACKS, Visitor, secret_of, visitor_page
from balai.rooms.messages import actions, queries
from balai.rooms.messages.web import thread

AT_MOST, AT_MOST_PER = 30, timedelta(hours=1)  # messages of one case


@never_cache
@require_http_methods(["GET", "POST"])
@visitor_page
def show(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Show the thread to the case's holder, or take what they wrote. :raises NotFound: for strangers."""
    view = _open(request, visitor, number)
    if request.method == "GET":
        actions.mark_read(actor=visitor.actor, now=visitor.now, view=view)
        return _page(request, visitor, view)

    def deed() -> None:
        throttle.take("messages", str(view.case.row.id), limit=AT_MOST, per=AT_MOST_PER, now=visitor.now)
        actions.write(
            command_id=command_id(request), actor=visitor.actor, now=visitor.now, number=number,
            text=request.POST.get("text", ""), files=thread.take_files(request, view, visitor.actor, visitor.now),
            track_code=_code(request, number),
        )  # fmt: skip

    return do_and_return(
        request, reverse("messages:citizen", args=[number]) + "#tulis", "room_messages.sent", deed,
        again=lambda refused: _again(request, visitor, number, refused),
    )  # fmt: skip


def _open(request: HttpRequest, visitor: Visitor, number: str) -> queries.ThreadView:
    return queries.open_thread(
        visitor.actor, number, now=visitor.now, purpose="own case", track_code=_code(request, number)
    )


def _code(request: HttpRequest, number: str) -> str:
    return secret_of(request, TRACKS, number.upper())


def _again(request: HttpRequest, visitor: Visitor, number: str, refused: BalaiError) -> HttpResponse:
    typed = thread.typed_of(request, refused, visitor.lang)
    return _page(request, visitor, _open(request, visitor, number), typed)


def _page(
    request: HttpRequest, visitor: Visitor, view: queries.ThreadView, typed: thread.TypedMessage | None = None
) -> HttpResponse:
    shown = thread.bubbles(view, "messages:citizen-file", None, visitor.lang)
    context = thread.context(view, shown, typed or thread.TypedMessage(), visitor.lang)
    case = links.path("citizen.case", view.case.row.number)
    context["known"] = visitor.person_id is not None
    context["crumbs"] = (Link(view.case.row.number, case), Link(say("room_messages.title")))
    return render(request, "messages/citizen.html", context, status=typed.status if typed else 200)


@never_cache
@require_GET
@visitor_page
def send_file(request: HttpRequest, visitor: Visitor, number: str, document_id: UUID) -> HttpResponseBase:
    """Send the holder a file of their thread. :raises NotFound: for a file of another thread."""
    view = _open(request, visitor, number)
    file = queries.find_attachment(view, document_id)
    return sending.send(request, file.document_id, vault_id=view.case.row.vault_id)
