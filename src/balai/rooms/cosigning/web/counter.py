"""At the counter: whoever is asked comes with their card and the case's number, reads what they agree to, and says so."""

from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import intake, throttle
from balai.base.errors import BalaiError, NotFound
from balai.base.pages.parts import FormFault
from balai.base.pages.texts import say
from balai.records.entrance.officers import Desk, counter_page
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.entrance.visitors import keep_secret, secret_of
from balai.rooms.cosigning import actions, queries
from balai.rooms.cosigning.web.link import context, read_choice

TRIES, TRIES_PER = 20, timedelta(minutes=10)  # of one officer
OPEN_FOR = timedelta(minutes=15)
KEPT = "cosigning.counter"


@never_cache
@require_http_methods(["GET", "POST"])
@counter_page
def ask(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask for the case's number and what the card says; what does not fit tells nothing."""
    faults: tuple[FormFault, ...] = ()
    typed = {
        name: intake.plain(request.POST.get(name, ""), most, name)
        for name, most in (("number", 40), ("nik", 40), ("name", 200))
    }
    if request.method == "POST":
        throttle.take("cosigning-counter", str(desk.person_id), limit=TRIES, per=TRIES_PER, now=desk.now)
        nik = intake.number(typed["nik"])
        try:
            row = queries.find_by_card(typed["number"], nik, typed["name"], desk.now, desk.person_id)
        except NotFound:
            faults = (FormFault("nik", say("room_cosigning.counter.wrong")),)
        else:
            keep_secret(request, KEPT, str(row.id), signing.dumps(str(row.case_id), salt=KEPT))
            return HttpResponseRedirect(reverse("cosigning:counter-answer", args=[row.id]))
    return render(
        request, "cosigning/counter.html", {"desk": desk, "faults": faults, **typed}, status=422 if faults else 200
    )


@never_cache
@require_http_methods(["GET", "POST"])
@counter_page
def answer(request: HttpRequest, desk: Desk, cosigner_id: UUID) -> HttpResponse:
    """Show what somebody is asked to agree to, or write down what they say; open for a quarter of an hour."""
    case_id = _case_id(request, cosigner_id)
    if case_id is None:
        return HttpResponseRedirect(reverse("cosigning:counter"))
    if request.method == "GET":
        return _page(request, desk, case_id, cosigner_id)
    agrees = read_choice(request)
    return do_and_return(
        request, reverse("cosigning:counter"), f"room_cosigning.counter.{'agreed' if agrees else 'refused'}",
        lambda: actions.answer_counter(
            command_id=command_id(request), actor=desk.through("counter"), now=desk.now, case_id=case_id, cosigner_id=cosigner_id,
            agrees=agrees, reason=request.POST.get("reason", ""), seen=request.POST.get("seen", ""),
            card=bool(request.POST.get("card")),
        ),
        again=lambda refused: _page(request, desk, case_id, cosigner_id, refused),
    )  # fmt: skip


def _case_id(request: HttpRequest, cosigner_id: UUID) -> UUID | None:
    try:
        return UUID(str(signing.loads(secret_of(request, KEPT, str(cosigner_id)), salt=KEPT, max_age=OPEN_FOR)))
    except signing.BadSignature:
        return None


def _page(
    request: HttpRequest, desk: Desk, case_id: UUID, cosigner_id: UUID, refused: BalaiError | None = None
) -> HttpResponse:
    one = queries.get_row(case_id, cosigner_id)
    shown = queries.read(desk.through("counter"), one, desk.now, desk.lang)
    told = context(request, shown, desk.lang, refused) | {"desk": desk}
    return render(request, "cosigning/counter_answer.html", told, status=refused.status if refused else 200)
