"""Where messages show themselves: on the page of a case, in the officers' navigation, at the counter."""

from django.core.cache import caches
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from balai.base.pages import cards, frames
from balai.casework.cases.queries import CaseView
from balai.records.entrance.officers import desk_of
from balai.rooms.messages import queries

KEPT_SECONDS = 30  # a count beside a link may lag; the list behind it does not


def draw_for_citizen(request: HttpRequest, view: CaseView) -> SafeString:
    """Draw the card on a case's page for its holder."""
    context = {"summary": queries.summarise(view, None), "number": view.row.number}
    return render_to_string("messages/card_citizen.html", context, request)


def draw_for_officer(request: HttpRequest, view: CaseView) -> SafeString | str:
    """Draw the cards on a case's page for its officers; auditors read the journal and the file, not these."""
    desk = desk_of(request)
    if desk is None or not view.standing.officer:
        return ""
    context = {"summary": queries.summarise(view, desk.person_id), "number": view.row.number, "now": desk.now}
    return render_to_string("messages/card_officer.html", context, request)


def _count(request: HttpRequest) -> int | None:
    desk = desk_of(request)
    if desk is None or not desk.held:
        return None
    key = f"messages.waiting.{desk.person_id}"
    found: int | None = caches["local"].get(key)
    if found is None:
        found = queries.count_waiting(desk.person_id)
        caches["local"].set(key, found, KEPT_SECONDS)
    return found or None


cards.lay("case.citizen", "messages", draw_for_citizen, order=10)
cards.lay("case.officer", "messages", draw_for_officer, order=10, instead_of="notes")
frames.place(
    "officer", "room_messages.nav", "messages:waiting", order=25, icon="mail",
    shows=lambda request: (desk := desk_of(request)) is not None and bool(desk.held), counts=_count,
    counted="room_messages.nav_waiting",
)  # fmt: skip
frames.place("counter", "room_messages.counter.title", "messages:counter", order=90)
