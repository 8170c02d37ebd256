"""Services for those who work here: what an officer may ask for in their own right, and where their own requests stand."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base.errors import NotFound
from balai.base.pages import links
from balai.casework.cases import actions, queries, rules
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import words
from balai.doors.desk.shown import case as shown
from balai.records.entrance.officers import Desk, officer_page
from balai.records.entrance.visitors import DRAFTS, keep_secret


@never_cache
@require_GET
@officer_page
def show_own(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the services for those who work here, and the officer's own requests, newest first."""
    if not desk.held:
        raise NotFound
    paused = catalogue.list_paused(desk.now)
    services = catalogue.list_for_officers(desk.now)
    context = {
        "desk": desk,
        "services": [
            {
                "id": one.id, "title": one.text("title", desk.lang), "summary": one.text("summary", desk.lang, ""),
                "paused": paused[one.id].words(desk.lang) if one.id in paused else "",
            }
            for one in services
        ],
        "posts": [(one.post_id, f"{one.post_title}, {one.unit_name}") for one in desk.held],
        "main": desk.main.post_id if desk.main else None,
        "own": [_own(one, desk) for one in queries.list_cases_of(desk.person_id, limit=100) if _is_officers(one.service_id, one.service_key)],
        "begun": [
            {"title": _title(one.service_id, one.service_key, desk.lang), "url": links.path("citizen.application", one.id)}
            for one in queries.list_drafts(desk.person_id) if _is_officers(one.service_id, one.service_key)
        ],
    }  # fmt: skip
    return render(request, "desk/services.html", context)


def _is_officers(service_id: str, key: str) -> bool:
    return catalogue.get_service(service_id, key).is_officers


def _title(service_id: str, key: str, lang: str) -> str:
    return catalogue.get_service(service_id, key).text("title", lang)


def _own(one: queries.Listed, desk: Desk) -> dict[str, object]:
    state, tone = shown.listed_status(one, desk.lang)
    return {
        "number": one.number, "title": _title(one.service_id, one.service_key, desk.lang), "state": state, "tone": tone,
        "at": words.moment(one.submitted_at, desk.lang), "url": links.path("citizen.case", one.number),
    }  # fmt: skip


@require_POST
@officer_page
def begin(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Begin a request as the holder of a post, and lead to its first question."""
    service_id, post = request.POST.get("service", ""), request.POST.get("post", "")
    if service_id not in {one.id for one in catalogue.list_for_officers(desk.now)}:
        raise NotFound
    if post not in {str(one.post_id) for one in desk.held}:
        raise NotFound
    draft_id, secret = actions.start_draft(
        actor=desk.actor, now=desk.now, service_id=service_id, answers={rules.POST: str(UUID(post))}
    )
    keep_secret(request, DRAFTS, str(draft_id), secret)
    return HttpResponseRedirect(links.path("citizen.application", draft_id))
