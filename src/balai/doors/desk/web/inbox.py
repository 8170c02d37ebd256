"""The inbox: what is due on my desk, what my unit may take, and finding a case."""

import re
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from balai.base.errors import Conflict, NotAllowed
from balai.base.pages import texts
from balai.casework.cases import actions, queries
from balai.casework.cases.rules import is_number, read_number
from balai.casework.issuing import queries as issuing
from balai.doors.desk import tally, words
from balai.doors.desk.shown import filters
from balai.doors.desk.shown import inbox as shown
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, desk_page, officer_page
from balai.records.entrance.posting import command_id, posted_id
from balai.records.offices import queries as offices

PAGE = 40


@require_GET
@desk_page
def show_inbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show open tasks by due date, mine or my unit's, one page at a time."""
    if not desk.held:
        # an administrator or auditor without a post has no tasks
        return HttpResponseRedirect(reverse("desk:admin" if desk.administrator else "desk:audit"))
    desks: tuple[queries.Which, ...] = ("mine", "unit", "all") if desk.heads else ("mine", "unit")
    chosen = filters.Chosen.read(request.GET)
    if chosen.which not in desks:
        chosen = replace(chosen, which="unit")
    rows = queries.list_inbox(
        desk.person_id,
        now=desk.now,
        which=chosen.which,
        operation=chosen.operation,
        service_id=chosen.service,
        node=chosen.step,
        after=_read_place(request.GET.get("sesudah", "")),
        limit=PAGE + 1,
        held=desk.held,
    )
    heaps = queries.count_inbox_by_step(desk.person_id, now=desk.now, which=chosen.which, held=desk.held)
    page, more = rows[:PAGE], len(rows) > PAGE
    queries.record_list(desk.actor, "inbox", ((row.case_id, row.applicant_id) for row in page), now=desk.now)
    known = names.list_names({row.assignee_id for row in page}) if chosen.which != "mine" else {}
    made = shown.lines(
        page,
        now=desk.now,
        lang=desk.lang,
        reader=desk.person_id,
        names=known,
        claimed=chosen.which == "all",
    )
    return render(
        request,
        "desk/inbox.html",
        {
            "desk": desk,
            "counts": tally.inbox(desk),
            "which": chosen.which,
            "chosen": chosen,
            "desks": [
                (which, chosen.at(which), texts.say(f"desk.inbox.{which}"), which == chosen.which) for which in desks
            ],
            "away": _away(desk),
            "stacks": shown.stacks(made),
            "lines": made,
            "filters": filters.filters(heaps, chosen, desk.lang),
            "matching": sum(heap.count for heap in heaps if chosen.admits(heap)),
            "all_of_desk": sum(heap.count for heap in heaps),
            "unfiltered": filters.Chosen(chosen.which).address(),
            "next": chosen.address(sesudah=_write_place(page[-1])) if more else "",
            "first": chosen.address() if request.GET.get("sesudah") else "",
            "here": request.get_full_path(),
            "several_units": len({row.unit_name for row in page}) > 1,
        },
    )


def _away(desk: Desk) -> str:
    """Tell until when this officer is noted as away, so that colleagues may take what lies on their desk; "" when not."""
    found = offices.find_absence(desk.person_id, timezone.localdate(desk.now))
    return words.day(found.to_date, desk.lang) if found else ""


def _write_place(row: queries.Listed) -> str:
    return f"{row.task_due_at.isoformat() if row.task_due_at else ''}~{row.task_id}"


def _read_place(text: str) -> tuple[datetime, UUID] | None:
    """Read the last line of the page before; what cannot be read begins at the top."""
    at, _, task_id = text.partition("~")
    try:
        moment, last = datetime.fromisoformat(at), UUID(task_id)
    except ValueError:
        return None
    return (moment, last) if moment.tzinfo else None


@require_GET
@officer_page
def search(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Find cases of my units by number, a letter's number, whole words of the holder's name, or NIK; one exact number opens at once."""
    typed = request.GET.get("cari", "").strip()[:120]
    lettered = issuing.find_case_of_number(typed) if re.search("[0-9]", typed) and not is_number(typed) else None
    rows = queries.search_cases(desk.person_id, typed, now=desk.now, case_id=lettered) if typed else []
    if len(rows) == 1 and (lettered or rows[0].number == read_number(typed)):
        return HttpResponseRedirect(reverse("desk:case", args=[rows[0].number]))
    queries.record_list(desk.actor, "search", ((row.case_id, row.applicant_id) for row in rows), now=desk.now)
    made = shown.found(rows, now=desk.now, lang=desk.lang)
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
    return HttpResponseRedirect(reverse("desk:case", args=[queries.list_numbers([case_id])[case_id]]))


def _back(request: HttpRequest) -> str:
    onward = request.POST.get("next", "")
    safe = onward.startswith("/") and url_has_allowed_host_and_scheme(onward, allowed_hosts=None)
    return onward if safe else reverse("desk:inbox")
