"""Acting for others: who may act for me, for whom I may act, and the offers that wait for a yes or no."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base import intake, throttle
from balai.base.errors import BalaiError, Invalid, NotFound
from balai.base.pages.parts import Link
from balai.base.pages.texts import say
from balai.engine.forms import format_date
from balai.records.entrance.visitors import Visitor, account_page
from balai.records.errors import wrong
from balai.records.people import actions
from balai.records.people import queries as people
from balai.records.people.models import Mandate

DECISIONS = {
    "accept": actions.accept_mandate,
    "refuse": actions.refuse_mandate,
    "revoke": actions.revoke_mandate,
    "take-back": actions.take_back_invitation,
}
KINDS = ("family", "power-of-attorney")  # for a firm, a counter confirms the evidence


@never_cache
@require_GET
@account_page
def show_mandates(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show a person's offers and mandates, and the form that offers one."""
    person_id = visitor.known
    managed = people.list_managed(person_id, timezone.localdate(visitor.now))
    every = {one.id: one for side in (person_id, *managed) for one in people.list_mandates(side)}
    found = list(every.values())
    names = people.list_names({one.principal_id for one in found} | {one.agent_id for one in found} | set(managed))
    lines = [_line(one, person_id, set(managed), names, visitor) for one in found]
    context = {
        "waiting": [line for line in lines if line["state"] == "offered" and not line["mine"]],
        "asked": [
            {
                "id": one.id,
                "contact": contact,
                "kind": say(f"portal.mandate.kind.{one.kind}"),
                "command": uuid4(),
                "firm": names.get(one.principal_id, "") if one.principal_id != person_id else "",
                "until": _until(one.to_date, visitor),
            }
            for one, contact in people.list_invitations({person_id, *managed}, visitor.now)
        ],
        "given": [line for line in lines if line["state"] == "active" and line["given"]],
        "held": [line for line in lines if line["state"] == "active" and not line["given"]],
        "firms": [(str(firm), names[firm]) for firm in managed if firm in names],
        "kinds": [(kind, say(f"portal.mandate.kind.{kind}")) for kind in KINDS],
        "command": uuid4(),
        "crumbs": (Link(say("portal.nav.home"), "/"), Link(say("portal.mandate.title"))),
    }
    return render(request, "portal/mandates.html", context)


def _line(
    one: Mandate, person_id: UUID, managed: set[UUID], names: dict[UUID, str], visitor: Visitor
) -> dict[str, object]:
    firm = one.principal_id in managed and one.agent_id != person_id
    given = one.principal_id == person_id or firm
    return {
        "id": one.id,
        "state": one.state,
        "given": given,
        "mine": one.offered_by in ({person_id, one.principal_id} if firm else {person_id}),
        "firm": names.get(one.principal_id, "") if firm else "",
        "name": names.get(one.agent_id if given else one.principal_id, ""),
        "kind": say(f"portal.mandate.kind.{one.kind}"),
        "until": _until(one.to_date, visitor),
        "command": uuid4(),
    }


def _until(day: date | None, visitor: Visitor) -> str:
    return format_date(day, visitor.lang) if day else say("portal.mandate.open_end")


@require_POST
@account_page
def offer(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Offer that somebody acts for the visitor; whether such a person is known here is told to nobody."""
    person_id = visitor.known
    throttle.take("mandate", str(person_id), limit=10, per=timedelta(hours=1), now=visitor.now)
    contact = intake.plain(request.POST.get("contact", ""), 254, "contact")
    principal, kind = _principal(request, visitor, person_id)
    try:
        if not kind:
            raise Invalid
        actions.invite_agent(
            command_id=_id(request, "command"), actor=visitor.actor, now=visitor.now, principal_id=principal,
            contact=contact, kind=kind, from_date=timezone.localdate(visitor.now),
            to_date=_date(request.POST.get("until", "").strip()),
        )  # fmt: skip
    except BalaiError as refused:
        messages.error(request, refused.message(visitor.lang), extra_tags="bad")
    else:
        messages.success(request, say("portal.mandate.offered_text"), extra_tags="ok")
    return HttpResponseRedirect(reverse("portal:mandates"))


def _principal(request: HttpRequest, visitor: Visitor, person_id: UUID) -> tuple[UUID, str]:
    """Read in whose name the offer is made, and of what kind: a firm the visitor manages gives none but its own kind.

    :raises NotFound: for a firm they do not manage.
    """
    firm, kind = request.POST.get("for", ""), request.POST.get("kind", "")
    if not firm:
        return person_id, kind if kind in KINDS else ""
    managed = {str(one): one for one in people.list_managed(person_id, timezone.localdate(visitor.now))}
    if firm not in managed:
        raise NotFound
    return managed[firm], Mandate.Kind.BUSINESS


@require_POST
@account_page
def decide(request: HttpRequest, visitor: Visitor, mandate_id: UUID) -> HttpResponse:
    """Accept or refuse an offer, or end a mandate."""
    deed = DECISIONS.get(request.POST.get("decision", ""))
    if deed is None:
        raise NotFound
    try:
        deed(command_id=_id(request, "command"), actor=visitor.actor, now=visitor.now, mandate_id=mandate_id)
    except NotFound:
        raise
    except BalaiError as refused:
        messages.error(request, refused.message(visitor.lang), extra_tags="bad")
    else:
        messages.success(request, say("portal.mandate.done"), extra_tags="ok")
    return HttpResponseRedirect(reverse("portal:mandates"))


def _id(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError:
        return uuid4()


def _date(text: str) -> date | None:
    """Read the last day; None when it was left open. :raises Invalid: when it cannot be read, which is no open end."""
    try:
        return intake.day(text) if text else None
    except ValueError:
        raise wrong("mandate-dates", "until") from None
