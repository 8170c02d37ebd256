"""Cases whose time ran out in silence: the legal desk confirms that the law granted them, or finds that it did not."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.casework.cases import actions, queries
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import words
from balai.doors.desk.shown import case as shown
from balai.records.entrance.officers import Desk, role_page
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.offices import roles

legal_page = role_page(roles.LEGAL)


@never_cache
@require_GET
@legal_page
def show_list(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the cases that wait for the legal desk, those waiting longest first."""
    found = queries.list_awaited(desk.person_id)
    queries.record_list(
        desk.actor, "silence", ((one.listed.case_id, one.listed.applicant_id) for one in found), now=desk.now
    )
    rows = [
        {
            "number": one.listed.number, "holder": one.listed.holder_masked, "unit": one.listed.unit_name,
            "title": catalogue.get_service(one.listed.service_id, one.listed.service_key).text("title", desk.lang),
            "since": words.moment(one.since, desk.lang), "rounds": one.rounds,
        }
        for one in found
    ]  # fmt: skip
    return render(request, "desk/law/silences.html", {"desk": desk, "rows": rows})


@never_cache
@require_GET
@legal_page
def show_case(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show what the application says that nobody has checked, and what its letter would rest on."""
    view = queries.open_for_review(desk.actor, number, now=desk.now)
    basis, review = view.service.time.silence_basis, view.service.time.clock.silence_review
    context = {
        "desk": desk,
        "row": view.row,
        "title": view.service.text("title", desk.lang),
        "sections": shown.sections(view, desk.lang),
        "clock": shown.clock(view, desk.now, desk.lang),
        "moments": shown.timeline(view, desk.now, desk.lang, desk.person_id),
        "basis": [one for one in (basis.ref if basis else "", review.basis if review else "") if one],
    }
    return render(request, "desk/law/silence.html", context)


@never_cache
@require_POST
@legal_page
def confirm(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Confirm that silence granted the case."""
    return do_and_return(
        request, reverse("desk:silences"), "law.awaited.confirmed",
        lambda: actions.confirm_silence(
            command_id=command_id(request), actor=desk.actor, now=desk.now, case_id=queries.find_case_id(number)
        ),
        number=number,
    )  # fmt: skip


@never_cache
@require_POST
@legal_page
def decline(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Find that silence decided nothing; the case goes on."""
    return do_and_return(
        request, reverse("desk:silences"), "law.awaited.declined",
        lambda: actions.decline_silence(
            command_id=command_id(request), actor=desk.actor, now=desk.now, case_id=queries.find_case_id(number),
            reason=request.POST.get("reason", ""), basis=request.POST.get("basis", ""),
        ),
        number=number,
    )  # fmt: skip
