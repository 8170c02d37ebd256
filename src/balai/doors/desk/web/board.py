"""The board of whoever heads a unit, and what officers do to many tasks at once: take, hand over, answer alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from balai.base import intake
from balai.base.errors import BalaiError
from balai.casework.cases import actions, queries
from balai.doors.desk import tally, words
from balai.doors.desk.shown import filters, walk
from balai.doors.desk.web import alike
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, head_page, officer_page
from balai.records.entrance.posting import command_id
from balai.records.offices import queries as offices
from balai.records.offices import roles

DEEDS = ("take", "hand-over")
MOST = 25  # as many as a page of a list shows


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One officer on the board; `url` leads to what lies on their desk."""

    name: str
    url: str
    count: int
    late: int
    late_url: str
    parked: int
    parked_url: str
    since: str


@require_GET
@head_page
def show_board(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show how much lies on each desk of the units this officer heads, since when, and what lies on nobody's."""
    scope = tally.scope(desk, "all")
    desks = queries.count_desks(scope)
    known = names.list_names({one.officer for one in desks if one.officer})
    rows = [
        BoardRow(
            known.get(one.officer, "") if one.officer else "",
            _list(one.officer, ""),
            one.count,
            one.late,
            _list(one.officer, "late"),
            one.parked,
            _list(one.officer, "parked"),
            words.length(desk.now - one.since, desk.lang) if one.since else "",
        )
        for one in desks
    ]
    return render(request, "desk/board.html", {"desk": desk, "rows": rows})


def _list(officer: UUID | None, state: queries.State) -> str:
    """Write the address of an officer's tasks; nobody's can be listed as such only while they can be done."""
    if officer is None:
        return reverse("desk:inbox") + filters.Chosen("all", state=state if state else "free").address()
    return reverse("desk:inbox") + filters.Chosen("all", state=state, officer=officer).address()


@dataclass(frozen=True, slots=True)
class TaskOutcome:
    """One task of many: its case, and what became of it; `error` is "" where it was done."""

    number: str
    step: str
    holder: str
    error: str = ""
    value: str = ""


@require_POST
@officer_page
def do_many(request: HttpRequest, desk: Desk) -> HttpResponseBase:
    """Show what would be done to the chosen tasks; when that was confirmed do it, one command for each, and tell of each."""
    chosen = walk.read(request, desk)
    back = reverse("desk:inbox") + chosen.address().removesuffix("?")
    picked = _picked(request.POST.getlist("task"))
    listed = queries.list_tasks(tally.scope(desk, chosen.which), picked)
    deed = request.POST.get("deed", "")
    if deed == "complete" and picked:
        queries.record_list(desk.actor, "many", ((row.case_id, row.applicant_id) for row in listed), now=desk.now)
        return alike.answer(request, desk, chosen, listed)
    if not listed or deed not in DEEDS:
        return HttpResponseRedirect(back)
    queries.record_list(desk.actor, "many", ((row.case_id, row.applicant_id) for row in listed), now=desk.now)
    people = list_colleagues(desk)
    to = next((person for person, _ in people if str(person) == request.POST.get("to", "")), None)
    reason = intake.words(request.POST.get("reason", ""), 400, "reason")
    sure = bool(request.POST.get("sure")) and (deed == "take" or to is not None)
    told = [
        TaskOutcome(
            row.number, _step(row, desk.lang), row.holder_masked, _do(request, desk, row, deed, to, reason) if sure else "",
            str(row.task_id),
        )
        for row in listed
    ]  # fmt: skip
    done = sum(not one.error for one in told)
    return render(
        request,
        "desk/many.html",
        {
            "desk": desk, "told": told, "deed": deed, "to": to, "people": people, "reason": reason, "sure": sure, "back": back,
            "query": walk.query(chosen), "done": done, "failed": len(told) - done,
            "wanting": bool(request.POST.get("sure")) and not sure,
        },
    )  # fmt: skip


def _picked(values: Iterable[str]) -> list[UUID]:
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found[:MOST]


def _do(request: HttpRequest, desk: Desk, row: queries.Listed, deed: str, to: UUID | None, reason: str) -> str:
    """Do one task's deed; give what was refused, in the reader's words."""
    assert row.case_id is not None
    command = uuid5(command_id(request), f"many {row.task_id}")
    try:
        if deed == "take":
            actions.claim(command_id=command, actor=desk.actor, now=desk.now, case_id=row.case_id, token=row.token)
        elif to is not None:
            actions.hand_over(
                command_id=command, actor=desk.actor, now=desk.now, case_id=row.case_id, token=row.token, to=to, reason=reason
            )  # fmt: skip
    except BalaiError as refused:
        return refused.message(desk.lang)
    return ""


def _step(row: queries.Listed, lang: str) -> str:
    service = filters.find_service(row.service_id, row.node)
    return service.text(f"steps.{row.node}.title", lang, row.node) if service else row.node


def list_colleagues(desk: Desk) -> list[tuple[UUID, str]]:
    """List who holds a post in this officer's units and those below today; who may take a task is the deed's question."""
    today = timezone.localdate(desk.now)
    staff = offices.list_staff({held.unit_path for held in desk.held}, today)
    found = {row.person_id for row in staff if row.from_date <= today and row.role not in roles.apart()}
    return sorted(names.list_names(found - {desk.person_id}).items(), key=lambda pair: pair[1])
