"""A signed letter handed over on paper: printed here, with who took it and by which card they were seen."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from balai.base.errors import BalaiError, Invalid, NotFound
from balai.base.pages import texts
from balai.base.pages.parts import FormFault
from balai.casework.cases import queries as cases
from balai.casework.issuing import actions, queries, rules
from balai.records.entrance.officers import Desk, officer_page
from balai.records.entrance.posting import command_id


@require_http_methods(["GET", "POST"])
@officer_page
def deliver(request: HttpRequest, desk: Desk, letter_id: UUID) -> HttpResponse:
    """Print a signed letter and record who takes it; what was typed comes back with what is missing."""
    letter = queries.get_letter(letter_id)
    if letter.signed_at is None:
        raise NotFound
    view = cases.open_case(desk.actor, letter.case.number, now=desk.now, purpose="deliver-letter")
    queries.require_shown(desk.actor, view.row, desk.now)
    refused: BalaiError | None = None
    if request.method == "POST":
        try:
            actions.deliver(
                command_id=command_id(request),
                actor=desk.actor,
                now=desk.now,
                letter_id=letter_id,
                receiver=request.POST.get("receiver", ""),
                relation=request.POST.get("relation", ""),
                card=request.POST.get("card", ""),
            )
        except BalaiError as error:
            refused = error
        else:
            messages.success(request, texts.say("desk.delivery.done"), extra_tags="ok")
            return HttpResponseRedirect(reverse("desk:case", args=[view.row.number]) + "#surat")
    fields = refused.fields if isinstance(refused, Invalid) else {}
    context = {
        "desk": desk,
        "letter": letter,
        "row": view.row,
        "command": uuid4(),
        "errors": fields,
        "faults": [FormFault(name, words) for name, words in fields.items()],
        "refused_text": refused.message(desk.lang) if refused and not fields else "",
        "typed": request.POST,
        "relations": [(one, texts.say(f"issuing.delivery.relation.{one}")) for one in rules.RELATIONS],
        "cards": [(one, texts.say(f"issuing.delivery.card.{one}")) for one in rules.CARDS],
    }
    return render(request, "desk/deliver.html", context, status=refused.status if refused else 200)
