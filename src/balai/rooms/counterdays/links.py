"""Where counter days show themselves: among the counter's pages, and on the page of a case that came from one."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from balai.base.pages import cards, frames
from balai.base.pages.moments import moment
from balai.casework.cases.queries import CaseView
from balai.records.entrance.officers import desk_of
from balai.rooms.counterdays import queries


def draw_for_officer(request: HttpRequest, view: CaseView) -> SafeString | str:
    """Draw on a case that a counter took without a line when it was taken and when it came, and whether the clock had jumped."""
    desk = desk_of(request)
    found = (
        queries.find_of_case(view.row.id, view.row.number)
        if desk is not None and view.row.channel == "counter"
        else None
    )
    if desk is None or found is None:
        return ""
    context = {
        "one": found, "taken": moment(found.taken_at, desk.lang), "arrived": moment(found.arrived_at, desk.lang),
        "minutes": abs(found.drift_s) // 60,
    }  # fmt: skip
    return render_to_string("counterdays/card.html", context, request)


cards.lay("case.officer", "counterdays", draw_for_officer, order=5)
frames.place("counter", "room_counterdays.nav", "counterdays:supplies", order=15)
