"""The pages of needs: said by whoever has them, or written down at a counter; read by officers of the case."""

from collections.abc import Callable
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from balai.base import throttle
from balai.base.actors import Actor
from balai.base.errors import BalaiError, NotAllowed
from balai.base.pages import frames, links
from balai.base.pages.moments import moment
from balai.base.pages.parts import FormFault, Link
from balai.base.pages.texts import language, say
from balai.records.entrance.officers import Desk, counter_page, officer_page
from balai.records.entrance.posting import command_id, do_and_return
from balai.records.entrance.visitors import DRAFTS, TRACKS, Visitor, account_page, secret_of, visitor_page
from balai.rooms.needs import actions, queries, rules


@never_cache
@sensitive_post_parameters("words")
@require_http_methods(["GET", "POST"])
@account_page
def show_own(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show a person what they said they need, or keep what they say."""
    return _citizen(request, visitor, queries.own(visitor.known), reverse("needs:own"), "/akun-saya/")


@never_cache
@sensitive_post_parameters("words")
@require_http_methods(["GET", "POST"])
@visitor_page
def show_draft(request: HttpRequest, visitor: Visitor, draft_id: UUID) -> HttpResponse:
    """Let a guest say it with their application; it goes along when that is sent. :raises NotFound: for strangers."""
    if visitor.person_id is not None:
        return HttpResponseRedirect(reverse("needs:own"))
    whose = queries.of_draft(visitor.actor, draft_id, secret_of(request, DRAFTS, str(draft_id)))
    return _citizen(
        request, visitor, whose, reverse("needs:draft", args=[draft_id]), f"/permohonan/{draft_id}/periksa/"
    )


@never_cache
@sensitive_post_parameters("words")
@require_http_methods(["GET", "POST"])
@visitor_page
def show_case(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Let whoever follows their case by number and code say it. :raises NotFound: for strangers."""
    if visitor.person_id is not None:
        return HttpResponseRedirect(reverse("needs:own"))
    code = secret_of(request, TRACKS, number.upper())
    whose = queries.of_case(visitor.actor, number, now=visitor.now, track_code=code)
    return _citizen(request, visitor, whose, reverse("needs:case", args=[number]), links.path("citizen.case", number))


@never_cache
@sensitive_post_parameters("words")
@require_http_methods(["GET", "POST"])
@officer_page
def show_desk(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Show an officer of the case what its applicant needs; at a counter it can be written down. :raises NotFound: for others."""
    view, told = queries.read_for_case(desk.actor, number, now=desk.now)
    to, back = reverse("needs:desk", args=[number]), links.path("officer.case", number)
    if request.method == "GET":
        return _desk(request, desk, told, to, back)
    if not desk.at_counter:
        raise NotAllowed
    person_id = view.row.applicant_id
    whose = queries.own(person_id) if person_id else queries.Whose(view.row.vault_id, None)
    return _keep(
        request, desk.through("counter"), desk, whose, to, lambda refused: _desk(request, desk, told, to, back, refused)
    )


@never_cache
@sensitive_post_parameters("words")
@require_http_methods(["GET", "POST"])
@counter_page
def show_counter(request: HttpRequest, desk: Desk, draft_id: UUID) -> HttpResponse:
    """Show and write down what whoever stands at the counter needs. :raises NotFound: for another officer's draft."""
    actor = desk.through("counter")
    whose, to, back = (
        queries.of_draft(actor, draft_id),
        reverse("needs:counter", args=[draft_id]),
        f"/meja/loket/{draft_id}/",
    )
    told = queries.read_for_counter(actor, whose, now=desk.now)
    found = [told] if told else []
    if request.method == "POST":
        return _keep(request, actor, desk, whose, to, lambda refused: _desk(request, desk, found, to, back, refused))
    return _desk(request, desk, found, to, back)


def _citizen(request: HttpRequest, visitor: Visitor, whose: queries.Whose, to: str, back: str) -> HttpResponse:
    def page(refused: BalaiError | None = None) -> HttpResponse:
        told = queries.find(whose)
        context = _context(request, [told] if told else [], to, refused)
        context["crumbs"] = (Link(say("room_needs.back"), back), Link(say("room_needs.title")))
        return render(request, "needs/own.html", context, status=refused.status if refused else 200)

    if request.method == "GET":
        return page()
    answer = _keep(request, visitor.actor, visitor, whose, to, page)
    if answer.status_code == 302:
        frames.enlarge(request, not request.POST.get("take_back") and rules.LARGE in request.POST.getlist("kinds"))
    return answer


def _keep(
    request: HttpRequest, actor: Actor, who: Visitor | Desk, whose: queries.Whose, to: str,
    again: Callable[[BalaiError], HttpResponse],
) -> HttpResponse:  # fmt: skip
    throttle.take("needs", str(whose.vault_id), limit=rules.CHANGES, per=rules.PER, now=who.now)
    if request.POST.get("take_back"):
        return do_and_return(
            request, to, "room_needs.taken_back",
            lambda: actions.take_back(command_id=command_id(request), actor=actor, now=who.now, whose=whose),
        )  # fmt: skip
    return do_and_return(
        request, to, "room_needs.kept",
        lambda: actions.state(
            command_id=command_id(request), actor=actor, now=who.now, whose=whose, kinds=request.POST.getlist("kinds"),
            words=request.POST.get("words", ""), consent=bool(request.POST.get("consent")),
        ),
        again=again,
    )  # fmt: skip


def _desk(
    request: HttpRequest,
    desk: Desk,
    told: list[queries.StatedNeed],
    to: str,
    back: str,
    refused: BalaiError | None = None,
) -> HttpResponse:
    context = _context(request, told, to, refused) | {"desk": desk, "back": back, "may_write": desk.at_counter}
    return render(request, "needs/desk.html", context, status=refused.status if refused else 200)


def _context(
    request: HttpRequest, told: list[queries.StatedNeed], to: str, refused: BalaiError | None
) -> dict[str, object]:
    kinds = {kind for one in told for kind in one.kinds} if refused is None else set(request.POST.getlist("kinds"))
    words = told[0].words if told and refused is None else request.POST.get("words", "")
    errors = refused.fields if refused else {}
    loose = () if errors or refused is None else (FormFault("main", refused.message(language())),)
    return {
        "told": [
            {
                "kinds": [say(f"room_needs.kind.{kind}") for kind in one.kinds],
                "words": one.words,
                "at": moment(one.at, language()),
                "at_counter": one.at_counter,
            }
            for one in told
        ],
        "options": [(kind, say(f"room_needs.kind.{kind}"), kind in kinds) for kind in rules.KINDS],
        "words": words,
        "most": rules.MOST,
        "to": to,
        "errors": errors,
        "faults": loose
        or tuple(FormFault({"kinds": "kind-interpreter"}.get(name, name), text) for name, text in errors.items()),
    }
