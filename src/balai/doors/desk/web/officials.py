"""What letters say of an officer beside their name: their civil service number and rank."""

from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from balai.base import intake
from balai.base.errors import BalaiError, NotFound
from balai.base.pages.parts import FormFault
from balai.doors.desk.web.counter import in_words
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.offices import queries as offices
from balai.records.people import actions as people_actions
from balai.records.people import queries as people


@require_http_methods(["GET", "POST"])
@administrator_page
def note(request: HttpRequest, desk: Desk, person_id: UUID) -> HttpResponse:
    """Show what is known of an officer's number and rank, recorded as read, and note what is typed."""
    if person_id not in offices.list_ever_appointed():
        raise NotFound
    person = people.read_person(desk.actor, person_id, purpose="official", now=desk.now)
    context: dict[str, object] = {
        "desk": desk,
        "name": person.name,
        "ranks": people.list_ranks(timezone.localdate(desk.now)),
        "typed": {"nip": person.nip_printed, "rank": person.rank},
        "command": uuid4(),
    }
    if request.method == "GET":
        return render(request, "desk/admin/official.html", context)
    typed = {name: request.POST.get(name, "") for name in ("nip", "rank")}

    def again(refused: BalaiError) -> HttpResponse:
        errors = in_words(refused, desk.lang) or {"": refused.message(desk.lang)}
        faults = [FormFault(name or "nip", said) for name, said in errors.items()]
        told = context | {
            "typed": typed,
            "errors": errors,
            "faults": faults,
            "command": request.POST.get("command", ""),
        }
        return render(request, "desk/admin/official.html", told, status=refused.status)

    return do_and_return(
        request, reverse("desk:admin-officers"), "desk.admin.official.noted",
        lambda: people_actions.note_official(
            command_id=command_id(request), actor=desk.actor, now=desk.now, person_id=person_id,
            nip=intake.line(typed["nip"], 40, "nip"), rank=intake.line(typed["rank"], 60, "rank"),
        ),
        again=again, name=person.name,
    )  # fmt: skip
