"""Who looked at my data: at everything that is mine, or at one case; to read, to print, to take along, and to be told of."""

from uuid import uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base.numbers import whole
from balai.base.pages import sheets
from balai.base.pages.parts import Link, Pager
from balai.base.pages.texts import say
from balai.casework.readings import actions, queries
from balai.doors.portal import looked
from balai.doors.portal.web.case import crumbs, open_case
from balai.records.entrance.posting import command_id
from balai.records.entrance.visitors import Visitor, account_page, visitor_page


@never_cache
@require_GET
@account_page
def show_mine(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show a person who looked at whatever is theirs, one page at a time, and whether they are told."""
    told, pager = _page(request, queries.of_person(visitor.known), visitor)
    context = {
        "told": told,
        "columns": looked.columns(),
        "rows": looked.rows(told.lines, visitor.lang),
        "pager": pager,
        "wanted": queries.wants_to_be_told(visitor.known),
        "command": uuid4(),
        "crumbs": (
            Link(say("portal.nav.home"), "/"), Link(say("portal.account.title"), reverse("portal:account")),
            Link(say("portal.looked.mine")),
        ),
    }  # fmt: skip
    return render(request, "portal/looked.html", context)


@never_cache
@require_GET
@account_page
def send_mine(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Send all of it as a table."""
    return _file(queries.of_person(visitor.known), visitor, "data-saya")


@require_POST
@account_page
def set_wish(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Note whether the person wants to be told."""
    wanted = request.POST.get("wanted") == "1"
    actions.set_wish(command_id=command_id(request), actor=visitor.actor, now=visitor.now, wanted=wanted)
    messages.success(request, say(f"portal.looked.wish.{'on' if wanted else 'off'}"), extra_tags="ok")
    return HttpResponseRedirect(f"{reverse('portal:looked')}#kabari")


@never_cache
@require_GET
@visitor_page
def show_case(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Show the holder who looked at their case, one page at a time."""
    row = open_case(request, visitor, number).row
    told, pager = _page(request, queries.of_case(row.id, row.applicant_id, row.vault_id), visitor)
    context = {
        "number": row.number,
        "told": told,
        "columns": looked.columns(),
        "rows": looked.rows(told.lines, visitor.lang),
        "pager": pager,
        "crumbs": crumbs(visitor, Link(row.number, f"/berkas/{row.number}/"), Link(say("portal.looked.title"))),
    }
    return render(request, "portal/accesses.html", context)


@never_cache
@require_GET
@visitor_page
def send_case(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Send who looked at a case as a table."""
    row = open_case(request, visitor, number).row
    return _file(queries.of_case(row.id, row.applicant_id, row.vault_id), visitor, row.number)


def _page(request: HttpRequest, subject: queries.ReadingSubject, visitor: Visitor) -> tuple[queries.ReadersPage, Pager]:
    page = whole(request.GET.get("halaman", "1"), 1, least=1, most=99_999)
    told = queries.tell(subject, zone=_zone(), now=visitor.now, start=(page - 1) * queries.PAGE)
    return told, Pager(page, queries.PAGE, told.total)


def _file(subject: queries.ReadingSubject, visitor: Visitor, name: str) -> HttpResponse:
    told = queries.tell(subject, zone=_zone(), now=visitor.now, limit=None)
    return sheets.respond(f"dilihat-{name}-{visitor.now:%Y%m%d}", *looked.table(told.lines))


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
