"""The pages of shared letters: the holder makes, lists and withdraws links; whoever has one sees the letter."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import quote
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from balai.base import throttle
from balai.base.errors import BalaiError, NotFound
from balai.base.numbers import whole
from balai.base.pages import links
from balai.base.pages.attachments import name_file
from balai.base.pages.moments import moment
from balai.base.pages.parts import Fact, Link, Tone
from balai.base.pages.texts import say
from balai.casework.issuing import rules as issuing_rules
from balai.casework.issuing.queries import PublicLetter
from balai.engine.forms import format_date
from balai.records.entrance.posting import command_id, do_and_return, say_refusal
from balai.records.entrance.visitors import TRACKS, Visitor, keep_secret, secret_of, visitor_page
from balai.rooms.sharing import actions, queries, rules
from balai.rooms.sharing.models import Share

P = ParamSpec("P")
SHARED = "shared"  # the secrets a session has drawn, so that a link is shown again until one signs out
STATES: dict[str, Tone] = {"open": "ok", "expired": "", "withdrawn": ""}
VERDICTS: dict[str, Tone] = {"valid": "ok", "revoked": "bad", "replaced": "bad"}


def unseen(
    view: Callable[Concatenate[HttpRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Let nobody learn of a link whom it was not sent to: no search engine, no page that one goes to from it."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        response["Referrer-Policy"] = "no-referrer"
        return response

    return answer


# ---- the holder's ----------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@visitor_page
def share(request: HttpRequest, visitor: Visitor, number: str, letter_id: UUID) -> HttpResponse:
    """Show a letter's links to its holder, or make one. :raises NotFound: for strangers, and of another case's letter."""
    if request.method == "GET":
        return _page(request, visitor, number, letter_id)
    try:
        throttle.take("letter-shared", number.upper(), limit=rules.MADE, per=rules.MADE_PER, now=visitor.now)
        made, secret = actions.make(
            command_id=command_id(request), actor=visitor.actor, now=visitor.now, number=number, letter_id=letter_id,
            days=whole(request.POST.get("days", ""), 0), track_code=_code(request, number),
        )  # fmt: skip
    except NotFound:
        raise
    except BalaiError as refused:
        return _page(request, visitor, number, letter_id, refused)
    if secret:
        keep_secret(request, SHARED, str(made), secret)
        messages.success(request, say("room_sharing.made"), extra_tags="ok")
    return HttpResponseRedirect(_here(number, letter_id))


@require_POST
@visitor_page
def withdraw(request: HttpRequest, visitor: Visitor, number: str, letter_id: UUID, share_id: UUID) -> HttpResponse:
    """Withdraw a link. :raises NotFound: for strangers, and of another letter's link."""
    return do_and_return(
        request, _here(number, letter_id), "room_sharing.withdrawn",
        lambda: actions.withdraw(
            command_id=command_id(request), actor=visitor.actor, now=visitor.now, number=number, letter_id=letter_id,
            share_id=share_id, track_code=_code(request, number),
        ),
    )  # fmt: skip


def _page(
    request: HttpRequest, visitor: Visitor, number: str, letter_id: UUID, refused: BalaiError | None = None
) -> HttpResponse:
    view = queries.open_case(visitor.actor, number, now=visitor.now, track_code=_code(request, number))
    letter = queries.get_letter(view, letter_id)
    context = {
        "letter": letter,
        "number": view.row.number,
        "lines": [_line(request, one, visitor) for one in queries.list_shares(letter.id)],
        "choices": [(days, say("room_sharing.days", count=days)) for days in rules.DAYS],
        "picked": whole(request.POST.get("days", ""), 0) or rules.DAYS[1],
        "refused": say_refusal(refused) if refused else "",
        "command": request.POST.get("command") or uuid4(),
        "again": uuid4(),
        "readings": links.path("citizen.case-readings", view.row.number),
        "crumbs": (
            Link(say("room_sharing.home"), "/"), Link(view.row.number, links.path("citizen.case", view.row.number)),
            Link(say("room_sharing.title")),
        ),
    }  # fmt: skip
    return render(request, "sharing/share.html", context, status=refused.status if refused else 200)


def _line(request: HttpRequest, one: Share, visitor: Visitor) -> dict[str, object]:
    state, secret = rules.state_of(one.until, one.withdrawn_at, visitor.now), secret_of(request, SHARED, str(one.id))
    return {
        "id": one.id, "state": state, "word": say(f"room_sharing.state.{state}"), "tone": STATES[state],
        "made": moment(one.made_at, visitor.lang), "until": moment(one.until, visitor.lang),
        "opened": say("room_sharing.opened", count=one.opened) if one.opened else say("room_sharing.never"),
        "last": moment(one.opened_at, visitor.lang) if one.opened_at else "",
        "address": _address(secret) if secret and state == "open" else "",
    }  # fmt: skip


def _address(secret: str) -> str:
    return f"{settings.BALAI_URL}/bagikan/{quote(secret)}"


def _here(number: str, letter_id: UUID) -> str:
    return reverse("sharing:share", args=[number, letter_id])


def _code(request: HttpRequest, number: str) -> str:
    return secret_of(request, TRACKS, number.upper())


# ---- whoever has a link ----------------------------------------------------------------------------------------------


@unseen
@never_cache
@require_GET
@visitor_page
def open_link(request: HttpRequest, visitor: Visitor, secret: str) -> HttpResponse:
    """Show the letter of a link, or say that it holds no longer, without a word of whose it was."""
    opened = _open(request, visitor, secret)
    if isinstance(opened, str):
        return _over(request, opened)
    actions.count_opening(command_id=uuid4(), actor=queries.BY_LINK, now=visitor.now, share_id=opened.share_id)
    letter = opened.letter
    context = {
        "letter": letter,
        "title": say(f"portal.verify.{letter.verdict}"),
        "tone": VERDICTS.get(letter.verdict, "warn"),
        "sentences": _sentences(letter, visitor.lang),
        "facts": _facts(letter, visitor.lang),
        "size": f"PDF, {max(1, round(len(opened.file) / 1000))} KB",
        "file": reverse("sharing:file", args=[secret]),
        "check": links.path("letter.check", letter.code),
    }
    return render(request, "sharing/opened.html", context)


@unseen
@never_cache
@require_GET
@visitor_page
def send_file(request: HttpRequest, visitor: Visitor, secret: str) -> HttpResponse:
    """Send the letter's file to whoever has a link that holds."""
    opened = _open(request, visitor, secret)
    if isinstance(opened, str):
        return _over(request, opened)
    response = HttpResponse(opened.file, content_type="application/pdf")
    name_file(response, issuing_rules.file_name(opened.letter.title, opened.letter.number))
    return response


def _open(request: HttpRequest, visitor: Visitor, secret: str) -> queries.SharedLetter | str:
    """Open a link, or tell why it shows nothing. What was forgotten, or is protected by now, is withdrawn to whoever asks."""
    throttle.take("letter-share", throttle.address_of(request), limit=rules.LOOKS, per=rules.LOOKS_PER, now=visitor.now)
    found, state = queries.find_state(secret, visitor.now)
    if found is None or state != "open":
        return state
    try:
        return queries.open_share(found, visitor.now)
    except NotFound:
        return "withdrawn"


def _over(request: HttpRequest, state: str) -> HttpResponse:
    context = {"title": say(f"room_sharing.over.{state}"), "text": say(f"room_sharing.over.{state}_text")}
    return render(request, "sharing/over.html", context, status=404 if state == "unknown" else 410)


def _sentences(letter: PublicLetter, lang: str) -> list[str]:
    key = letter.verdict
    told = [] if key == "sample" else [say(f"portal.verify.{key}_text", lang)]
    if letter.status == "revoked" and letter.revoked_on:
        day = format_date(letter.revoked_on, lang)
        told.append(say("portal.verify.since", lang, at=day, reason=letter.revoked_reason))
    if letter.demo or not letter.in_force:
        told.append(say("portal.verify.sample_text" if letter.demo else "portal.service.not_in_force_text", lang))
    return told


def _facts(letter: PublicLetter, lang: str) -> list[Fact]:
    rows = [
        Fact(say("portal.verify.issuer", lang), letter.issuer),
        Fact(say("portal.verify.number", lang), letter.number),
        Fact(say("portal.verify.date", lang), format_date(letter.date, lang)),
        Fact(say("portal.verify.holder", lang), letter.holder_masked, note=say("room_sharing.holder_note", lang)),
        Fact(say("portal.verify.signer", lang), letter.signer_title or say("portal.verify.seal", lang)),
    ]
    if letter.valid_until:
        rows.append(Fact(say("portal.verify.until", lang), format_date(letter.valid_until, lang)))
    return rows
