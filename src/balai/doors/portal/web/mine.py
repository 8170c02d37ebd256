"""The signed-in citizen's own cases, drafts and notices."""

from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base.pages.parts import Cell, Column, Link
from balai.base.pages.texts import say
from balai.casework.cases import queries as case_queries
from balai.casework.cases.queries import Listed
from balai.casework.catalogue import queries as catalogue
from balai.casework.notices import actions as notice_actions
from balai.casework.notices import queries as notices
from balai.casework.notices.queries import NoticeView
from balai.doors.portal import progress
from balai.engine import forms
from balai.records.entrance.visitors import Visitor, account_page


@never_cache
@require_GET
@account_page
def list_mine(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """List a person's cases, newest first, and what they began and have not sent."""
    drafts = case_queries.list_drafts(visitor.known)
    context = {
        "notices": tuple(_notice(one, visitor.lang) for one in notices.list_notices_of(visitor.known, limit=5)),
        "columns": tuple(Column(say(f"portal.mine.{name}")) for name in ("number", "service", "state", "sent", "due")),
        "rows": tuple(_row(one, visitor.lang) for one in case_queries.list_cases_of(visitor.known)),
        "drafts": tuple(
            (
                Link(_title(one.service_id, one.service_key, visitor.lang), f"/permohonan/{one.id}/"),
                catalogue.find_pause(one.service_id, visitor.now) is not None,
            )
            for one in drafts
        ),
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


def _row(one: Listed, lang: str) -> tuple[Cell, ...]:
    zone = ZoneInfo(settings.TIME_ZONE)
    sent = forms.format_date(one.submitted_at.astimezone(zone).date(), lang)
    due = forms.format_date(one.due_at.astimezone(zone).date(), lang) if one.due_at and one.status != "closed" else "—"
    if one.status == "closed":
        state = Cell(say(f"portal.outcome.{one.outcome}", lang), tone=progress.TONES.get(one.outcome) or "info")
    else:
        state = Cell(
            say(f"portal.status.{'waiting' if one.status == 'waiting' else 'open'}", lang),
            tone="warn" if one.paused else "info",
        )
    return (
        Cell(one.number, f"/berkas/{one.number}/"),
        Cell(_title(one.service_id, one.service_key, lang)),
        state,
        Cell(sent),
        Cell(due),
    )


def _title(service_id: str, key: str, lang: str) -> str:
    return catalogue.get_service(service_id, key).text("title", lang)
