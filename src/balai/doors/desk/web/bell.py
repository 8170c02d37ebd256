"""The bell: what an officer was told at their desk, new things first, and marking them as read."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.casework.notices import actions, queries
from balai.doors.desk import words
from balai.records.entrance.officers import Desk, officer_page
from balai.records.entrance.posting import posted_id


@never_cache
@require_GET
@officer_page
def show_bell(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what this officer was told, what is new to them first."""
    lines = [_line(one, desk) for one in queries.list_bell(desk.person_id)]
    new = sum(bool(line["new"]) for line in lines)
    return render(request, "desk/bell.html", {"desk": desk, "lines": lines, "new": new})


def _line(one: queries.NoticeView, desk: Desk) -> dict[str, object]:
    return {
        "id": one.id,
        "title": one.subject,
        "paragraphs": [text for text in one.body.split("\n\n") if text.strip()],
        "at": words.near(one.created_at, desk.now, desk.lang),
        "url": one.url,
        "new": one.read_at is None,
    }


@require_POST
@officer_page
def mark_read(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Mark one thing as read, or everything that was shown; only one's own."""
    if request.POST.get("notice"):
        chosen = [posted_id(request, "notice")]
    else:
        chosen = [one.id for one in queries.list_bell(desk.person_id) if one.read_at is None]
    actions.mark_read(actor=desk.actor, now=desk.now, notice_ids=chosen)
    return HttpResponseRedirect(reverse("desk:bell"))
