"""At the counter: whoever comes with their case's number and code has an officer write for them, and hears what was answered."""

from datetime import timedelta

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from balai.base import intake, throttle
from balai.base.errors import NotFound
from balai.base.pages.parts import FormFault
from balai.base.pages.texts import say
from balai.records.entrance.officers import Desk, counter_page
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.entrance.visitors import keep_secret, secret_of
from balai.rooms.messages import actions, queries
from balai.rooms.messages.web import thread

TRIES, TRIES_PER = 20, timedelta(minutes=10)  # pairs of one officer
OPEN_FOR = timedelta(minutes=15)
KEPT = "messages.counter"


@require_http_methods(["GET", "POST"])
@counter_page
def ask(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask for number and code as they stand on the receipt; a wrong pair tells nothing."""
    faults: tuple[FormFault, ...] = ()
    number = intake.plain(request.POST.get("number", ""), 40, "number")
    code = "".join(letter for letter in request.POST.get("code", "").upper() if letter.isalnum())
    if request.method == "POST":
        throttle.take("messages-counter", str(desk.person_id), limit=TRIES, per=TRIES_PER, now=desk.now)
        try:
            if not code:
                raise NotFound
            view = queries.open_thread(desk.through("counter"), number, now=desk.now, track_code=code)
        except NotFound:
            faults = (FormFault("code", say("room_messages.counter.wrong")),)
        else:
            keep_secret(request, KEPT, view.case.row.number, signing.dumps(code, salt=KEPT))
            return HttpResponseRedirect(reverse("messages:counter-thread", args=[view.case.row.number]))
    context = {"desk": desk, "faults": faults, "number": number}
    return render(request, "messages/counter.html", context, status=422 if faults else 200)


@require_http_methods(["GET", "POST"])
@counter_page
def show(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show the thread as its holder sees it, or write down what they say; the code is good for a quarter of an hour."""
    code = _code(request, number)
    if not code:
        return HttpResponseRedirect(reverse("messages:counter"))
    view = queries.open_thread(desk.through("counter"), number, now=desk.now, track_code=code)
    if request.method == "GET":
        actions.mark_read(actor=desk.through("counter"), now=desk.now, view=view)
        return _page(request, desk, view)
    return do_and_return(
        request, reverse("messages:counter-thread", args=[number]) + "#tulis", "room_messages.counter.sent",
        lambda: actions.write(
            command_id=command_id(request), actor=desk.through("counter"), now=desk.now, number=number,
            text=request.POST.get("text", ""), track_code=code,
            files=thread.take_files(request, view, desk.through("counter"), desk.now),
        ),
        again=lambda refused: _page(request, desk, view, thread.typed_of(request, refused, desk.lang)),
    )  # fmt: skip


def _code(request: HttpRequest, number: str) -> str:
    try:
        return str(signing.loads(secret_of(request, KEPT, number), salt=KEPT, max_age=OPEN_FOR))
    except signing.BadSignature:
        return ""


def _page(
    request: HttpRequest, desk: Desk, view: queries.ThreadView, typed: thread.TypedMessage | None = None
) -> HttpResponse:
    shown = thread.bubbles(
        view, "", desk, desk.lang
    )  # files are told by name: they are the holder's, not the counter's
    context = thread.context(view, shown, typed or thread.TypedMessage(), desk.lang) | {"desk": desk}
    return render(request, "messages/counter_thread.html", context, status=typed.status if typed else 200)
