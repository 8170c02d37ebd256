"""Leave and deputies: set by the officer themself, or by whoever heads their unit or one above it."""

from collections.abc import Callable, Collection
from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from balai.base import intake
from balai.base.errors import BalaiError, Invalid, NotAllowed, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import FormFault
from balai.casework.cases import queries as cases
from balai.doors.desk.shown import leave as shown
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, officer_page
from balai.records.entrance.posting import command_id, do_and_return, posted_id
from balai.records.offices import actions, policy, queries, roles


@require_GET
@officer_page
def show_own(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show when I am away and, to a head, who of my units is."""
    return _page(request, desk, desk.person_id)


@require_GET
@officer_page
def show_person(request: HttpRequest, desk: Desk, person_id: UUID) -> HttpResponse:
    """Show when somebody of my units is away, and who stands in for them."""
    return _page(request, desk, person_id)


def _page(request: HttpRequest, desk: Desk, person_id: UUID, refused: BalaiError | None = None) -> HttpResponse:
    """Show one person's leave and deputies; what was typed stays when it could not be taken."""
    today, own = timezone.localdate(desk.now), person_id == desk.person_id
    if not policy.may_arrange(desk.actor, person_id, today) and not (own and desk.held):
        raise NotFound
    headed = _headed(desk)
    posts = queries.list_staff(["/"], today, person_id=person_id)
    staff = queries.list_staff(headed, today) if own and headed else []
    near = queries.list_staff(["/"] if desk.administrator else [shown.above(path) for path in headed], today)
    away = queries.list_absences({person_id, *(row.person_id for row in staff)}, today)
    known = names.list_names({person_id, *(row.person_id for row in (*posts, *staff, *near))})
    context = {
        "desk": desk,
        "own": own,
        "person_id": person_id,
        "name": known[person_id],
        "today": today.isoformat(),
        "kinds": shown.kinds(),
        "absences": [shown.absence(one, today, desk.lang) for one in away[person_id]],
        "load": cases.count_inbox(person_id, desk.now)["all"],
        "deputies": shown.deputies(
            [row for row in posts if row.person_id != person_id],
            known,
            desk.lang,
            may=lambda row: _may_deputise(desk, headed, row),
        ),
        "may_deputise": [
            (row.id, shown.title(row))
            for row in posts
            if row.person_id == person_id and row.stands_in_for_id is None and _may_deputise(desk, headed, row)
        ],
        "colleagues": shown.colleagues(near, known, without=person_id),
        "staff": shown.staff(staff, away, known, today, desk.lang),
        "typed": request.POST,
        "faults": _faults(refused, desk.lang),
        "refused_text": refused.message(desk.lang) if refused and not refused.fields else "",
    }
    return render(request, "desk/leave.html", context, status=refused.status if refused else 200)


def _headed(desk: Desk) -> list[str]:
    return [held.unit_path for held in desk.held if held.role in roles.heads()]


def _may_deputise(desk: Desk, headed: Collection[str], row: queries.StaffRow) -> bool:
    mine = row.role not in roles.apart() and any(row.unit_path.startswith(path) for path in headed)
    return desk.administrator or mine


def _faults(refused: BalaiError | None, lang: str) -> list[FormFault]:
    return [FormFault(name, text) for name, text in refused.fields.items()] if refused else []


# ---- deeds ----------------------------------------------------------------------------------------------------------


@require_POST
@officer_page
def note(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Note that I, or somebody of my units, will be away."""
    person_id = posted_id(request, "person")
    return _do(
        request,
        desk,
        person_id,
        "desk.absence.noted",
        lambda: actions.note_absence(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            person_id=person_id,
            kind=request.POST.get("kind", ""),
            from_date=_date(request, "from_date"),
            to_date=_date(request, "to_date"),
        ),
    )


@require_POST
@officer_page
def end(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Cut a leave short, or withdraw it whole."""
    withdrawn = "withdraw" in request.POST
    return _do(
        request,
        desk,
        posted_id(request, "person"),
        "desk.absence.withdrawn" if withdrawn else "desk.absence.shortened",
        lambda: actions.end_absence(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            absence_id=posted_id(request, "absence"),
            last_day=None if withdrawn else _date(request, "last_day"),
        ),
    )


@require_POST
@officer_page
def set_deputy(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Let a colleague stand in for the holder of a post."""
    return _do(
        request,
        desk,
        posted_id(request, "person"),
        "desk.admin.posts.deputised",
        lambda: actions.set_deputy(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            appointment_id=posted_id(request, "appointment"),
            person_id=posted_id(request, "deputy"),
            from_date=_date(request, "deputy_from"),
            to_date=_date(request, "deputy_to"),
            basis=_basis(request),
        ),
    )


@require_POST
@officer_page
def end_deputy(request: HttpRequest, desk: Desk) -> HttpResponse:
    """End a deputy's time early; before its first day it is withdrawn."""
    return _do(
        request,
        desk,
        posted_id(request, "person"),
        "desk.absence.deputy_ended",
        lambda: actions.end_deputy(
            command_id=command_id(request),
            actor=desk.actor,
            now=desk.now,
            appointment_id=posted_id(request, "appointment"),
            last_day=_date(request, "last_day"),
            reason=texts.say("desk.absence.back", "id"),
        ),
    )


def _do(request: HttpRequest, desk: Desk, person_id: UUID, done: str, deed: Callable[[], object]) -> HttpResponse:
    """Do a deed and lead back; what cannot be taken comes back with everything that was typed."""
    own = person_id == desk.person_id
    back = reverse("desk:leave") if own else reverse("desk:leave-of", args=[person_id])

    def again(refused: BalaiError) -> HttpResponse:
        if isinstance(refused, NotAllowed):
            raise refused  # somebody else's leave: there is no page to show it on
        return _page(request, desk, person_id, refused)

    return do_and_return(request, back, done, deed, again=again)


def _date(request: HttpRequest, name: str) -> date:
    try:
        return intake.day(request.POST.get(name, ""))
    except ValueError:
        raise Invalid(fields={name: texts.say("desk.admin.fault.date")}) from None


def _basis(request: HttpRequest) -> str:
    basis = intake.line(request.POST.get("basis", ""), 200, "basis")
    if not basis:
        raise Invalid(fields={"basis": texts.say("desk.admin.fault.basis")})
    return basis
