"""Pausing a published service for a public reason, and opening it again."""

from datetime import date
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from balai.base import intake
from balai.base.errors import BalaiError, Invalid
from balai.base.pages import texts
from balai.base.pages.parts import FormFault
from balai.casework.catalogue import actions as catalogue_actions
from balai.casework.catalogue import queries as catalogue
from balai.casework.figures import queries as figures
from balai.doors.desk import words
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import command_id, do_and_return


@require_http_methods(["GET", "POST"])
@administrator_page
def pause(request: HttpRequest, desk: Desk, service_id: str) -> HttpResponse:
    """Say what pausing means, ask for the public reason in both languages, and pause; also change what was said."""
    if request.method == "GET":
        return _page(request, desk, service_id)
    return do_and_return(
        request, reverse("desk:admin-services"), "desk.pauses.done",
        lambda: catalogue_actions.pause(
            command_id=command_id(request), actor=desk.actor, now=desk.now, service_id=service_id,
            reason_id=request.POST.get("reason_id", ""), reason_en=request.POST.get("reason_en", ""),
            until=_read_day(request.POST.get("until", "").strip()),
        ),
        again=lambda refused: _page(request, desk, service_id, refused),
        service=service_id,
    )  # fmt: skip


def _read_day(text: str) -> date | None:
    """Read the last day, which may be left open. :raises Invalid: when it is no date."""
    try:
        return intake.day(text) if text else None
    except ValueError:
        raise Invalid(fields={"until": texts.say("desk.pauses.fault.until")}) from None


def _page(request: HttpRequest, desk: Desk, service_id: str, refused: BalaiError | None = None) -> HttpResponse:
    service, running = catalogue.get_service(service_id), catalogue.find_pause(service_id, desk.now)
    errors = {name: texts.say(f"desk.pauses.fault.{name}") for name in refused.fields} if refused else {}
    known = {
        "reason_id": running.reason_id if running else "",
        "reason_en": running.reason_en if running else "",
        "until": running.until.isoformat() if running and running.until else "",
    }
    open_cases, drafts = figures.count_running(service_id)
    context = {
        "desk": desk,
        "id": service_id,
        "title": service.text("title", desk.lang),
        "paused": words.moment(running.since, desk.lang) if running else "",
        "typed": request.POST if refused else known,
        "open_cases": open_cases,
        "drafts": drafts,
        "today": timezone.localdate(desk.now).isoformat(),
        "errors": errors,
        "faults": [FormFault(name, said) for name, said in errors.items()],
        "refused_text": refused.message(desk.lang) if refused and not errors else "",
        "command": request.POST.get("command") or uuid4(),
    }
    return render(request, "desk/admin/pause.html", context, status=refused.status if refused else 200)


@require_POST
@administrator_page
def resume(request: HttpRequest, desk: Desk, service_id: str) -> HttpResponse:
    """Let a paused service take applications again."""
    return do_and_return(
        request, reverse("desk:admin-services"), "desk.pauses.resumed",
        lambda: catalogue_actions.resume(
            command_id=command_id(request), actor=desk.actor, now=desk.now, service_id=service_id
        ),
        service=service_id,
    )  # fmt: skip
