"""What somebody sees by the link they were sent: the question who they are, what they agree to, and that it is done."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID, uuid4, uuid5

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import intake, throttle
from balai.base.errors import BalaiError, Conflict, Invalid, NotFound
from balai.base.pages.moments import moment
from balai.base.pages.texts import say
from balai.records.entrance.posting import say_refusal
from balai.records.entrance.visitors import Visitor, forget_secret, keep_secret, secret_of, visitor_page
from balai.rooms.cosigning import actions, queries, rules
from balai.rooms.cosigning.models import Cosigner

P = ParamSpec("P")
PASSED = "cosigning"  # whose last digits this session knew


def unseen(
    view: Callable[Concatenate[HttpRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let nobody learn of a link whom it was not sent to."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        # not `no-referrer`: a browser then sends an answer without its origin, which no form here takes
        response["Referrer-Policy"] = "same-origin"
        return response

    return answer


@never_cache
@require_http_methods(["GET", "POST"])
@visitor_page
@unseen
def open_link(request: HttpRequest, visitor: Visitor, secret: str) -> HttpResponse:
    """Ask who it is, show what they are asked, or take their answer; a link that leads nowhere says no more than that."""
    try:
        one = queries.find_by_secret(secret)
    except NotFound:
        throttle.take("cosigner-links", visitor.address, limit=rules.LOOKS, per=rules.LOOKS_PER, now=visitor.now)
        return _over(request)
    if not queries.is_waiting(one, visitor.now):
        return _over(request)
    if queries.asks_digits(one) and secret_of(request, PASSED, str(one.id)) != secret:
        return _digits(request, visitor, one, secret)
    if request.method == "POST":
        return _take(request, visitor, one, secret)
    return _page(request, visitor, one)


def _over(request: HttpRequest) -> HttpResponse:
    return render(request, "cosigning/over.html", {}, status=404)


def _digits(request: HttpRequest, visitor: Visitor, one: Cosigner, secret: str) -> HttpResponse:
    """Ask for the last digits of the NIK, so that a link that was passed on opens nothing."""
    fault = ""
    if request.method == "POST":
        digits = intake.number(request.POST.get("digits", ""))
        if len(digits) != rules.DIGITS:
            fault = say("room_cosigning.digits.four")
        elif actions.try_digits(
            command_id=uuid4(), actor=queries.BY_LINK, now=visitor.now, secret=secret, digits=digits
        ):
            keep_secret(request, PASSED, str(one.id), secret)
            return HttpResponseRedirect(reverse("cosigning:link", args=[secret]))
        else:
            one.refresh_from_db()
            if one.link_hash is None:
                return _over(request)
            fault = say("room_cosigning.digits.wrong", left=rules.TRIES - one.tries)
    return render(request, "cosigning/digits.html", {"fault": fault}, status=422 if fault else 200)


def _take(request: HttpRequest, visitor: Visitor, one: Cosigner, secret: str) -> HttpResponse:
    agrees, seen = read_choice(request), request.POST.get("seen", "")
    try:
        actions.answer_link(
            command_id=_command(one.id, secret, request), actor=queries.BY_LINK, now=visitor.now, secret=secret, agrees=agrees,
            reason=request.POST.get("reason", ""), seen=seen,
        )  # fmt: skip
    except (Invalid, Conflict) as refused:
        return _page(request, visitor, one, refused)
    except NotFound:
        return _over(request)
    forget_secret(request, PASSED, str(one.id))
    return render(request, "cosigning/done.html", {"agreed": agrees})


def _command(id: UUID, secret: str, request: HttpRequest) -> UUID:
    """Derive the id of an answer from the link and what the page gave, so that a second click is the same deed."""
    return uuid5(id, f"{secret} {request.POST.get('command', '')}")


def read_choice(request: HttpRequest) -> bool | None:
    """Read whether somebody agrees; None when nothing was chosen."""
    return {"agree": True, "refuse": False}.get(request.POST.get("answer", ""))


def _page(request: HttpRequest, visitor: Visitor, one: Cosigner, refused: BalaiError | None = None) -> HttpResponse:
    shown = queries.read(queries.BY_LINK, one, visitor.now, visitor.lang)
    return render(
        request, "cosigning/answer.html", context(request, shown, visitor.lang, refused), status=refused.status if refused else 200
    )  # fmt: skip


def context(
    request: HttpRequest, shown: queries.CosignerQuestion, lang: str, refused: BalaiError | None
) -> dict[str, object]:
    """Gather what the question shows, by link and at a counter."""
    return {
        "shown": shown, "until": moment(shown.until, lang), "refused": say_refusal(refused) if refused else "",
        "fields": refused.fields if refused else {}, "answer": request.POST.get("answer", ""),
        "reason": request.POST.get("reason", ""), "command": request.POST.get("command") or uuid4(), "longest": rules.LONGEST,
        "card": bool(request.POST.get("card")),
    }  # fmt: skip
