"""An access request: everything that is held about the person who asks, to read and to take along."""

import json

from allauth.account.internal.flows.reauthentication import is_reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from balai.base import holdings, throttle
from balai.base.pages import held
from balai.base.pages.parts import Link
from balai.base.pages.texts import say
from balai.doors.portal import limits
from balai.records.entrance.visitors import Visitor, account_page
from balai.records.people import queries as people


@never_cache
@require_GET
@account_page
def show_held(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show a person everything that is held about them, why, and what becomes of it when they are forgotten."""
    context = {
        "drawers": held.drawers(_collect(visitor), visitor.lang),
        "crumbs": (
            Link(say("portal.nav.home"), "/"), Link(say("portal.account.title"), reverse("portal:account")),
            Link(say("portal.held.title")),
        ),
    }  # fmt: skip
    return render(request, "portal/held.html", context)


@never_cache
@require_POST
@account_page
def send_held(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Send it as a file, numbers unmasked: for whoever proved a moment ago that the account is theirs."""
    _require_fresh_proof(request)
    throttle.take("held", str(visitor.known), **limits.ACCESS_FILES, now=visitor.now)
    tree = {"made_at": visitor.now.isoformat(), "held": holdings.as_tree(_collect(visitor))}
    response = HttpResponse(
        json.dumps(tree, ensure_ascii=False, indent=1, default=str), content_type="application/json; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="data-saya-{visitor.now:%Y%m%d}.json"'
    return response


def _require_fresh_proof(request: HttpRequest) -> None:
    """Ask for the password or second factor once more, unless it was given a few minutes ago.

    allauth's middleware leads there and comes back to what was sent. Whoever signs in through a provider alone has nothing to give.
    """
    if is_reauthentication_required(request, app="account"):
        raise ReauthenticationRequired


def _collect(visitor: Visitor) -> tuple[holdings.Section, ...]:
    return holdings.collect(people.get_subject(visitor.known, visitor.lang))
