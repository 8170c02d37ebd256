"""Where needs show themselves: a mark on a case and at the counter for officers, a way to say them for whoever applies."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from balai.base.pages import cards, frames, links
from balai.casework.cases.models import Draft
from balai.casework.cases.queries import CaseView
from balai.records.entrance.officers import desk_of
from balai.rooms.needs import queries


def draw_for_officer(request: HttpRequest, view: CaseView) -> SafeString | str:
    """Mark that the applicant needs something; the words stand a click away, so that their reading is one of its own."""
    desk = desk_of(request)
    if desk is None or not view.standing.roles:
        return ""
    marked = queries.is_marked(view)
    if not marked and not desk.at_counter:
        return ""
    return _card(request, reverse("needs:desk", args=[view.row.number]), "officer", marked=marked)


def draw_at_counter(request: HttpRequest, draft: Draft) -> SafeString:
    """Mark it where an officer writes for somebody who stands before them."""
    return _card(request, reverse("needs:counter", args=[draft.id]), "officer", marked=queries.is_marked_draft(draft))


def draw_for_applicant(request: HttpRequest, draft: Draft) -> SafeString:
    """Ask on the last page of an application, whoever writes it; whoever is signed in says it once for all."""
    known = request.user.is_authenticated
    to = reverse("needs:own") if known else reverse("needs:draft", args=[draft.id])
    return _card(request, to, "citizen", marked=False)


def draw_for_holder(request: HttpRequest, view: CaseView) -> SafeString | str:
    """Ask the holder of a case, who may have no account."""
    known = request.user.is_authenticated
    to = reverse("needs:own") if known else reverse("needs:case", args=[view.row.number])
    return "" if view.row.status == "closed" else _card(request, to, "citizen", marked=False)


def _card(request: HttpRequest, to: str, who: str, *, marked: bool) -> SafeString:
    return render_to_string("needs/card.html", {"to": to, "who": who, "marked": marked}, request)


links.lead("citizen.needs", "/kebutuhan/", "needs:own")
cards.lay("case.officer", "needs", draw_for_officer, order=5)
cards.lay("case.citizen", "needs", draw_for_holder, order=60)
cards.lay("draft.citizen", "needs", draw_for_applicant)
cards.lay("draft.officer", "needs", draw_at_counter)


def _is_known(request: HttpRequest) -> bool:
    """Tell whether somebody signed in; a request that was refused before that was asked has nobody."""
    return hasattr(request, "user") and request.user.is_authenticated


frames.place("foot", "room_needs.title", "needs:own", order=45, shows=_is_known)
