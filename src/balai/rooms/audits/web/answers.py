"""Findings, for whoever heads the unit: what waits for an answer by when, and the answer."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balai.base.errors import NotFound
from balai.base.pages import texts
from balai.records.entrance.officers import Desk, role_page
from balai.records.entrance.posting import command_id, posted_id
from balai.records.offices import roles
from balai.rooms.audits import actions, queries
from balai.rooms.audits.web.drawing import REFUSED, draw, standing
from balai.rooms.audits.web.findings import told


def _paths(desk: Desk) -> list[str]:
    return sorted({held.unit_path for held in desk.held if held.role in roles.heads()})


@never_cache
@require_GET
@role_page(*sorted(roles.heads()))
def list_answers(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the findings in the units one heads, those that wait for an answer with their clocks."""
    rows = [
        {
            "row": row, "title": title,
            "parts": [{"seq": one.seq, **standing(one, desk.now, desk.lang)} for one in parts],
        }
        for row, title, parts in queries.list_findings(_paths(desk), today=localdate(desk.now))
    ]  # fmt: skip
    return draw(request, desk, "audits/answers.html", None, {"rows": rows})


@never_cache
@require_http_methods(["GET", "POST"])
@role_page(*sorted(roles.heads()))
def show_answer(request: HttpRequest, desk: Desk, finding_id: UUID) -> HttpResponse:
    """Show one finding to whoever heads its unit, or take their answer."""
    context = told(finding_id, desk)
    view = context["view"]
    assert isinstance(view, queries.OpenedFinding)
    if not any(view.row.unit.path.startswith(path) for path in _paths(desk)):
        raise NotFound
    if request.method == "GET":
        return draw(request, desk, "audits/answer.html", None, context)
    try:
        actions.answer(
            command_id=command_id(request), actor=desk.actor, now=desk.now, finding_id=finding_id,
            recommendation_id=posted_id(request, "recommendation"), kind=request.POST.get("kind", ""),
            text=request.POST.get("text", ""),
        )  # fmt: skip
    except REFUSED as refused:
        of = request.POST.get("recommendation", "")
        return draw(request, desk, "audits/answer.html", refused, {**context, "of": of})
    messages.success(request, texts.say("room_audits.answer.done"), extra_tags="ok")
    return HttpResponseRedirect(reverse("audits:answer", args=[finding_id]))
