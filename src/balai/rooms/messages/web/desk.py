"""The officers' pages: both threads of a case, and who waits for an answer."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balai.base.errors import BalaiError
from balai.base.pages import links
from balai.base.pages.moments import moment
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, officer_page
from balai.records.entrance.posting import command_id, do_and_return
from balai.rooms.messages import actions, queries
from balai.rooms.messages.models import INTERNAL, PUBLIC
from balai.rooms.messages.web import thread

PAGES = {PUBLIC: ("messages:desk", "messages:desk-file"), INTERNAL: ("messages:internal", "messages:internal-file")}


@require_GET
@officer_page
def list_waiting(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the applicants who wait for an answer: mine first, then my units'."""
    waiting = queries.list_waiting(desk.person_id, now=desk.now)
    cases.record_list(desk.actor, "messages", ((one.case_id, one.applicant_id) for one in waiting), now=desk.now)
    found = [_line(one, desk) for one in waiting]
    groups = [(key, [line for line in found if line["mine"] == (key == "mine")]) for key in ("mine", "unit")]
    return render(request, "messages/waiting.html", {"desk": desk, "groups": groups, "any": bool(found)})


def _line(one: queries.WaitingApplicant, desk: Desk) -> dict[str, object]:
    service = catalogue.get_service(one.service_id, one.service_key)
    return {
        "number": one.number, "url": reverse("messages:desk", args=[one.number]), "holder": one.holder_masked,
        "service": service.text("title", desk.lang), "unit": one.unit_name, "asked": moment(one.asked_at, desk.lang),
        "due": moment(one.due_at, desk.lang), "late": _late(one.due_at, desk.now), "mine": one.answerer_id == desk.person_id,
        "answerer": names.find_name(one.answerer_id) if one.answerer_id else "",
    }  # fmt: skip


def _late(due: datetime, now: datetime) -> bool:
    return due < now


@require_http_methods(["GET", "POST"])
@officer_page
def show_public(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show the thread with the applicant, or send what was written to them."""
    return _thread(request, desk, number, PUBLIC)


@require_http_methods(["GET", "POST"])
@officer_page
def show_internal(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show the thread among officers, or take what was written there."""
    return _thread(request, desk, number, INTERNAL)


def _thread(request: HttpRequest, desk: Desk, number: str, kind: str) -> HttpResponse:
    view = queries.open_thread(desk.actor, number, now=desk.now, kind=kind)
    if request.method == "GET":
        actions.mark_read(actor=desk.actor, now=desk.now, view=view)
        return _page(request, desk, view)
    return do_and_return(
        request, reverse(PAGES[kind][0], args=[number]) + "#tulis", "room_messages.sent",
        lambda: actions.write(
            command_id=command_id(request), actor=desk.actor, now=desk.now, number=number, kind=kind,
            text=request.POST.get("text", ""), files=thread.take_files(request, view, desk.actor, desk.now),
            named=[str(one) for one in request.POST.getlist("named")],
        ),
        again=lambda refused: _again(request, desk, number, kind, refused),
    )  # fmt: skip


def _again(request: HttpRequest, desk: Desk, number: str, kind: str, refused: BalaiError) -> HttpResponse:
    view = queries.open_thread(desk.actor, number, now=desk.now, kind=kind)
    return _page(request, desk, view, thread.typed_of(request, refused, desk.lang))


def _page(
    request: HttpRequest, desk: Desk, view: queries.ThreadView, typed: thread.TypedMessage | None = None
) -> HttpResponse:
    shown = thread.bubbles(view, PAGES[view.kind][1], desk, desk.lang)
    context = thread.context(view, shown, typed or thread.TypedMessage(), desk.lang)
    context |= {
        "desk": desk, "back": links.path("officer.case", view.case.row.number), "holder": view.case.row.holder_masked, "late": bool(view.answer_due_at and view.answer_due_at < desk.now),
        "answerer": names.find_name(view.answerer_id) if view.answerer_id and view.answer_due_at else "",
        "colleagues": _colleagues(desk, view) if view.kind == INTERNAL else (),
    }  # fmt: skip
    page = "messages/internal.html" if view.kind == INTERNAL else "messages/desk.html"
    return render(request, page, context, status=typed.status if typed else 200)


def _colleagues(desk: Desk, view: queries.ThreadView) -> list[tuple[str, str]]:
    found = [person for person in queries.find_colleagues(view.case, desk.now) if person != desk.person_id]
    return sorted(((str(person), names.find_name(person)) for person in found), key=lambda pair: pair[1])


@require_POST
@officer_page
def settle(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Say that the last message needs no answer."""
    return do_and_return(
        request, reverse("messages:desk", args=[number]), "room_messages.settled",
        lambda: actions.settle(command_id=command_id(request), actor=desk.actor, now=desk.now, number=number),
    )  # fmt: skip
