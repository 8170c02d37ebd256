"""Acting for others: who may act for me, for whom I may act, and the offers that wait for a yes or no."""

from datetime import date, timedelta
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base import throttle
from balai.base.errors import BalaiError, NotFound
from balai.base.pages.parts import Link
from balai.base.pages.texts import say
from balai.doors.portal.visitors import Visitor, visitor_of
from balai.engine.forms import format_date
from balai.records.people import actions
from balai.records.people import queries as people
from balai.records.people.models import Mandate

DECISIONS = {
    "accept": actions.accept_mandate,
    "refuse": actions.refuse_mandate,
    "revoke": actions.revoke_mandate,
}
KINDS = ("family", "power-of-attorney")  # for a firm, a counter confirms the evidence


def _known(request: HttpRequest) -> tuple[Visitor, UUID]:
    visitor = visitor_of(request)
    if visitor.person_id is None:
        raise NotFound
    return visitor, visitor.person_id


@never_cache
@login_required
@require_GET
def show_mandates(request: HttpRequest) -> HttpResponse:
    """Show a person's offers and mandates, and the form that offers one."""
    visitor, person_id = _known(request)
    found = people.list_mandates(person_id)
    names = people.list_names({one.principal_id for one in found} | {one.agent_id for one in found})
    lines = [_line(one, person_id, names, visitor) for one in found]
    context = {
        "waiting": [line for line in lines if line["state"] == "offered" and not line["mine"]],
        "offered": [line for line in lines if line["state"] == "offered" and line["mine"]],
        "given": [line for line in lines if line["state"] == "active" and line["given"]],
        "held": [line for line in lines if line["state"] == "active" and not line["given"]],
        "kinds": [(kind, say(f"portal.mandate.kind.{kind}")) for kind in KINDS],
        "command": uuid4(),
        "crumbs": (Link(say("portal.nav.home"), "/"), Link(say("portal.mandate.title"))),
    }
    return render(request, "portal/mandates.html", context)


def _line(one: Mandate, person_id: UUID, names: dict[UUID, str], visitor: Visitor) -> dict[str, object]:
    given = one.principal_id == person_id
    return {
        "id": one.id,
        "state": one.state,
        "given": given,
        "mine": one.offered_by == person_id,
        "name": names.get(one.agent_id if given else one.principal_id, ""),
        "kind": say(f"portal.mandate.kind.{one.kind}"),
        "until": format_date(one.to_date, visitor.lang) if one.to_date else say("portal.mandate.open_end"),
        "command": uuid4(),
    }


@login_required
@require_POST
def offer(request: HttpRequest) -> HttpResponse:
    """Offer that somebody acts for the visitor; whether such a person is known here is told to nobody."""
    visitor, person_id = _known(request)
    throttle.take("mandate", str(person_id), limit=10, per=timedelta(hours=1), now=visitor.now)
    contact = request.POST.get("contact", "").strip()[:120]
    account = people.find_account_by_email(contact) if "@" in contact else people.find_account_by_phone(contact)
    agent = people.find_person_of_account(account.id) if account is not None else None
    kind = request.POST.get("kind", "")
    try:
        if agent is not None and kind in KINDS:
            actions.offer_mandate(
                command_id=_id(request, "command"), actor=visitor.actor, now=visitor.now, principal_id=person_id,
                agent_id=agent, kind=kind, services=[], from_date=timezone.localdate(visitor.now),
                to_date=_date(request.POST.get("until", "")),
            )  # fmt: skip
    except BalaiError as refused:
        messages.error(request, refused.message(visitor.lang), extra_tags="bad")
    else:
        messages.success(request, say("portal.mandate.offered_text"), extra_tags="ok")
    return HttpResponseRedirect(reverse("portal:mandates"))


@login_required
@require_POST
def decide(request: HttpRequest, mandate_id: UUID) -> HttpResponse:
    """Accept or refuse an offer, or end a mandate."""
    visitor, _ = _known(request)
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
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
