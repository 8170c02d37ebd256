"""Where sharing shows itself: on the page of a case, beside its letters."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from balai.base.pages import cards
from balai.casework.cases.queries import CaseView
from balai.rooms.sharing import queries


def draw_card(request: HttpRequest, view: CaseView) -> SafeString | str:
    """Draw the card on a case's page for its holder; nothing where there is no letter to share. One query."""
    if view.row.status != "closed" or view.hidden:
        return ""
    letters = queries.list_letters(view)
    if not letters:
        return ""
    context = {"number": view.row.number, "letters": letters}
    return render_to_string("sharing/card.html", context, request)


cards.lay("case.citizen", "sharing", draw_card, order=4)
