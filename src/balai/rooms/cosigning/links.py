"""Where co-signers show themselves: on the page of a case, at the counter, and by the links they are sent."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from balai.base.pages import cards, frames, links
from balai.casework.cases.queries import CaseView
from balai.records.entrance.officers import desk_of
from balai.rooms.cosigning import queries


def draw_for_citizen(request: HttpRequest, view: CaseView) -> SafeString | str:
    """Draw the card for a case's holder; nothing where the service asks nobody."""
    if not queries.asks(view) or not view.standing.holder:
        return ""
    context = {
        "lines": queries.list_lines(view, office=False),
        "number": view.row.number,
        "open": queries.is_open(view),
    }
    return render_to_string("cosigning/card_citizen.html", context, request) if context["lines"] else ""


def draw_for_officer(request: HttpRequest, view: CaseView) -> SafeString | str:
    """Draw the card for a case's officers, with the reasons of those who refused."""
    if not queries.asks(view) or desk_of(request) is None:
        return ""
    context = {"lines": queries.list_lines(view, office=not view.hidden)}
    return render_to_string("cosigning/card_officer.html", context, request) if context["lines"] else ""


cards.lay("case.citizen", "cosigning", draw_for_citizen, order=3)
cards.lay("case.officer", "cosigning", draw_for_officer, order=8)
frames.place("counter", "room_cosigning.counter.title", "cosigning:counter", order=92)
links.lead("cosigning.link", "/setuju/{}/", "cosigning:link")
links.lead("cosigning.list", "/berkas/{}/persetujuan/", "cosigning:list")
