"""An access request at the counter: everything that is held about whoever stands there with their card, to be read and printed."""

from collections.abc import Mapping
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balai.base import access_log, holdings
from balai.base.errors import Invalid
from balai.base.pages import held, texts
from balai.base.pages.parts import FormFault
from balai.doors.desk import counter
from balai.doors.desk.web.counter import ANCHORS, in_words, read_birth_date
from balai.records.entrance import passes
from balai.records.entrance.officers import Desk, counter_page
from balai.records.entrance.posting import posted
from balai.records.people import queries as people
from balai.records.protection import policy as protection

PURPOSE = "access-request"


@never_cache
@require_http_methods(["GET", "POST"])
@counter_page
def find(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask whose card the officer holds, and lead to what is held about them."""
    typed = {name: values[-1].strip() for name, values in posted(request).items()}
    errors: Mapping[str, str] = {}
    if request.method == "POST":
        try:
            word = passes.make(desk, PURPOSE, _find(desk, typed))
        except Invalid as refused:
            errors = in_words(refused, desk.lang)
        else:
            return HttpResponseRedirect(reverse("desk:held-person", args=[word]))
    context = {
        "desk": desk,
        "typed": typed,
        "errors": errors,
        "faults": [FormFault(ANCHORS.get(name, name), said) for name, said in errors.items()],
        "months": list(enumerate(texts.say("pages.form.months").split(), 1)),
        "documents": counter.list_documents(desk.lang),
        "born": tuple(typed.get(f"birth_date-{part}", "") for part in ("day", "month", "year")),
    }
    return render(request, "desk/held.html", context, status=422 if errors else 200)


def _find(desk: Desk, typed: Mapping[str, str]) -> UUID:
    person_id = counter.find_by_card(
        desk, counter.ShownDocument.of(typed), read_birth_date(typed), bool(typed.get("seen"))
    )
    if person_id is None:
        access_log.record_security("held-not-found", actor=desk.actor.reference, now=desk.now)
        raise Invalid(fields={"nik": texts.say("desk.held.fault.nobody")})
    return person_id


@never_cache
@require_GET
@counter_page
def show(request: HttpRequest, desk: Desk, token: str) -> HttpResponse:
    """Show everything that is held about the person at the counter; the reading is recorded first, and they see it."""
    person_id = passes.read(desk, PURPOSE, token)
    protection.require_shown(desk.through("counter"), person_id, desk.now, purpose=PURPOSE)
    person = people.read_person(desk.through("counter"), person_id, purpose=PURPOSE, now=desk.now)
    found = holdings.collect(people.get_subject(person_id, person.language))
    context = {"desk": desk, "name": person.name, "drawers": held.drawers(found, person.language), "open": True}
    return render(request, "desk/held_person.html", context)
