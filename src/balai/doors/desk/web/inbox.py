"""The inbox: what is due on my desk, what my unit may take, and finding a case."""

import re
from datetime import datetime, timedelta
from urllib.parse import quote
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from balai.base import intake, throttle
from balai.base.errors import BalaiError, Conflict, NotAllowed
from balai.base.pages import texts
from balai.casework.cases import actions, queries
from balai.casework.cases.rules import is_number, read_number
from balai.casework.issuing import queries as issuing
from balai.doors.desk import tally, words
from balai.doors.desk.shown import filters, rows, undo, walk
from balai.doors.desk.shown import inbox as shown
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, desk_page, officer_page
from balai.records.entrance.posting import command_id, do_and_return, posted_id
from balai.records.offices import queries as offices

PAGE = 25
SEARCHES = 300  # of an officer a day; who works eighty files looks up fewer


@require_GET
@desk_page
def show_inbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show a list of work, mine or my unit's, as its address chooses it, one page at a time."""
    if not desk.held:
        # an administrator or auditor without a post has no tasks
        return HttpResponseRedirect(reverse("desk:admin" if desk.administrator else "desk:audit"))
    desks: tuple[queries.Which, ...] = ("mine", "unit", "all") if desk.heads else ("mine", "unit")
    chosen = filters.Chosen.read(request.GET).allowed(desk.heads)
    scope, wanted = tally.scope(desk, chosen.which), chosen.filter()
    found = queries.list_work(scope, wanted, chosen.sort, _read_place(request), limit=PAGE + 1)
    page, more = found[:PAGE], len(found) > PAGE
    heaps = tally.work(desk, chosen.which) if chosen.officer is None else queries.count_work(scope, wanted)
    queries.record_list(desk.actor, "inbox", ((row.case_id, row.applicant_id) for row in page), now=desk.now)
    officers = {row.assignee_id for row in page} if chosen.which != "mine" and chosen.state != "waiting" else set()
    known = names.list_names(officers | ({chosen.officer} if chosen.officer else set()))
    made = shown.lines(page, now=desk.now, lang=desk.lang, reader=desk.person_id, names=known, chosen=chosen)
    counts, many = queries.sum_up(heaps), chosen.state != "waiting"
    stacks = shown.stacks(made, by_due=chosen.sort == "due" and many)
    views = queries.list_work_views(desk.person_id)
    return render(
        request,
        "desk/inbox.html",
        {
            "desk": desk,
            "counts": counts,
            "tiles": filters.tiles(counts, chosen),
            "which": chosen.which,
            "chosen": chosen,
            "officer": known.get(chosen.officer, "") if chosen.officer else "",
            "desks": [
                (which, chosen.at(which), texts.say(f"desk.inbox.{which}"), which == chosen.which) for which in desks
            ],
            "away": _away(desk),
            "lines": made,
            "rows": rows.draw(
                stacks, _drawing(request, chosen, many, several=len({row.unit_name for row in page}) > 1)
            ),
            "filters": filters.filters(heaps, chosen, desk.lang),
            "matching": sum(chosen.counted(heap) for heap in heaps if chosen.admits(heap)),
            "all_of_desk": sum(chosen.counted(heap) for heap in heaps),
            "unfiltered": filters.Chosen(chosen.which, state=chosen.state, sort=chosen.sort).address(),
            "next": chosen.address(sesudah=_write_place(page[-1])) if more else "",
            "first": chosen.address() if request.GET.get("sesudah") else "",
            "here": request.get_full_path(),
            "list": chosen.address()[1:],
            "query": walk.query(chosen),
            "many": many,
            "undoable": undo.offers(desk),
            "views": [(view, f"?{view.choice}", view.choice == chosen.address()[1:]) for view in views],
        },
    )


def _drawing(request: HttpRequest, chosen: filters.Chosen, many: bool, *, several: bool) -> rows.RowDrawing:
    claim = f"{reverse('desk:claim')}?daftar={quote(chosen.address()[1:], safe='')}"
    mine = chosen.which == "mine"
    return rows.RowDrawing(mine, many, several, claim, request.get_full_path(), get_token(request))


def _away(desk: Desk) -> str:
    """Tell until when this officer is noted as away, so that colleagues may take what lies on their desk; "" when not."""
    found = offices.find_absence(desk.person_id, timezone.localdate(desk.now))
    return words.day(found, desk.lang) if found else ""


def _write_place(row: queries.Listed) -> str:
    place = queries.cursor_of(row)
    due = place.due_at.isoformat() if place.due_at else ""
    return "~".join((due, place.opened_at.isoformat(), place.service, str(place.task_id)))


def _read_place(request: HttpRequest) -> queries.Cursor | None:
    """Read the last line of the page before; what cannot be read begins at the top."""
    try:
        due, opened, service, task_id = request.GET.get("sesudah", "").split("~")
        made = queries.Cursor(_moment(due) if due else None, _moment(opened), service, UUID(task_id))
    except ValueError:
        return None
    return made


def _moment(text: str) -> datetime:
    """Read a moment. :raises ValueError: for what is none, or in no zone."""
    made = datetime.fromisoformat(text)
    if made.tzinfo is None:
        raise ValueError(text)
    return made


@require_POST
@officer_page
def save_view(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Keep the list that is shown under a name."""
    chosen = filters.Chosen.parse(request.POST.get("daftar", "")).allowed(desk.heads)
    return do_and_return(
        request,
        reverse("desk:inbox") + chosen.address(),
        "desk.inbox.views.saved",
        lambda: actions.save_view(
            command_id=command_id(request), actor=desk.actor, now=desk.now, name=request.POST.get("name", ""),
            choice=chosen.address()[1:],
        ),
        again=_let_through,
    )  # fmt: skip


def _let_through(refused: BalaiError) -> HttpResponse:
    """Let a refusal go on: whoever typed is led back to the form, filled again."""
    raise refused


@require_POST
@officer_page
def drop_view(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Remove a list of one's own naming."""
    view_id = posted_id(request, "view")
    return do_and_return(
        request,
        reverse("desk:inbox"),
        "desk.inbox.views.dropped",
        lambda: actions.drop_view(command_id=command_id(request), actor=desk.actor, now=desk.now, view_id=view_id),
    )


@require_GET
@officer_page
def search(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Find cases of my units by number, a letter's number, whole words of the holder's name, or NIK; one exact number opens at once."""
    typed = intake.plain(request.GET.get("cari", ""), 120, "cari")
    if typed:
        throttle.take("desk-search", str(desk.person_id), limit=SEARCHES, per=timedelta(days=1), now=desk.now)
    lettered = issuing.find_case_of_number(typed) if re.search("[0-9]", typed) and not is_number(typed) else None
    found = queries.search_cases(desk.person_id, typed, now=desk.now, case_id=lettered) if typed else []
    if len(found) == 1 and (lettered or found[0].number == read_number(typed)):
        return HttpResponseRedirect(reverse("desk:case", args=[found[0].number]))
    queries.record_list(desk.actor, "search", ((row.case_id, row.applicant_id) for row in found), now=desk.now)
    made = shown.found(found, now=desk.now, lang=desk.lang)
    return render(request, "desk/search.html", {"desk": desk, "typed": typed, "lines": made})


@require_POST
@officer_page
def claim(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take a task of my unit onto my desk; a colleague who was faster is named, and nothing is lost."""
    case_id = posted_id(request, "case")
    try:
        actions.claim(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            case_id=case_id,
            token=request.POST.get("token", ""),
        )
    except (Conflict, NotAllowed) as refused:
        messages.warning(request, refused.message(desk.lang), extra_tags="warn")
        return HttpResponseRedirect(_back(request))
    messages.success(request, texts.say("desk.task.claimed"), extra_tags="ok")
    return HttpResponseRedirect(walk.case_url(queries.list_numbers([case_id])[case_id], walk.read(request, desk)))


def _back(request: HttpRequest) -> str:
    onward = request.POST.get("next", "")
    safe = onward.startswith("/") and url_has_allowed_host_and_scheme(onward, allowed_hosts=None)
    return onward if safe else reverse("desk:inbox")
