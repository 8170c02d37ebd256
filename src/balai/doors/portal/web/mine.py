"""The signed-in citizen's own cases, drafts and notices."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base.pages.parts import Link
from balai.base.pages.texts import say
from balai.casework.notices import actions as notice_actions
from balai.casework.notices import queries as notices
from balai.casework.notices.queries import NoticeView
from balai.doors.portal import greeting, progress
from balai.records.entrance.visitors import Visitor, account_page


@never_cache
@require_GET
@account_page
def list_mine(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """List what waits for a person, what they began and have not sent, and their cases, newest first."""
    context = {
        "notices": tuple(_notice(one, visitor.lang) for one in notices.list_notices_of(visitor.known, limit=5)),
        "asked": greeting.list_asked(visitor),
        "begun": greeting.list_begun(request, visitor),
        "own": greeting.list_own(visitor),
        "crumbs": (Link(say("portal.nav.home"), "/"), Link(say("portal.nav.mine"))),
    }
    return render(request, "portal/mine.html", context)


@require_POST
@account_page
def mark_read(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Mark the notices that were shown as read."""
    shown = [one.id for one in notices.list_notices_of(visitor.known, limit=5)]
    notice_actions.mark_read(actor=visitor.actor, now=visitor.now, notice_ids=shown)
    return HttpResponseRedirect("/berkas-saya/")


def _notice(one: NoticeView, lang: str) -> dict[str, object]:
    """Put a notice into words; the link in its body is not needed here, where its case is one click away."""
    at = progress.moment_text(one.created_at, ZoneInfo(settings.TIME_ZONE), lang)
    return {
        "title": one.subject,
        "text": one.body,
        "at": at,
        "url": one.url or "/berkas-saya/",
        "new": one.read_at is None,
    }
