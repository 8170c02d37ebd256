"""Taking back what one did at the desk within the last minute, one case or several."""

from uuid import uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from balai.base.errors import Conflict, NotFound
from balai.base.pages import texts
from balai.casework.cases import actions, queries
from balai.doors.desk.shown import undo, walk
from balai.records.entrance.officers import Desk, officer_page
from balai.records.entrance.posting import REFUSED, command_id, say_refusal

MOST = 25


@require_POST
@officer_page
def take_back(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Take back the reader's last move of each case named, one command for each, and lead to the case, or of several to the list."""
    wanted = [one.number for one in undo.offers(desk)] if "all" in request.POST else request.POST.getlist("case")
    numbers = list(dict.fromkeys(wanted))[:MOST]
    if not numbers and "all" not in request.POST:
        raise NotFound
    done, refused = list[str](), dict[str, str]()
    for number in numbers:
        case_id = queries.find_case_id(number)
        try:
            actions.take_back(
                command_id=uuid5(command_id(request), str(case_id)), actor=desk.actor, now=desk.now, case_id=case_id
            )
            done.append(number)
        except REFUSED as error:
            refused[number] = say_refusal(error)
    if done:
        words = texts.say("desk.undo.done", count=len(done), number=done[0])
        messages.success(request, words, extra_tags="ok")
    if not numbers:
        messages.error(request, Conflict("undo-late").message(desk.lang), extra_tags="bad")
    for number, why in refused.items():
        messages.error(request, f"{number}: {why}", extra_tags="bad")
    chosen = walk.read(request, desk)
    one = walk.case_url(numbers[0], chosen) if len(numbers) == 1 else ""
    return HttpResponseRedirect(one or reverse("desk:inbox") + chosen.address().removesuffix("?"))
