"""The walk through a list of work: where a case stands in it, what comes next, and the way back to it.

The list goes along in each address as `daftar`, so two windows may walk two lists and nothing is kept for them.
"""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from balai.base.pages import texts
from balai.casework.cases import queries
from balai.doors.desk import tally
from balai.doors.desk.shown.filters import Chosen
from balai.records.entrance.officers import Desk

LIST = "daftar"


@dataclass(frozen=True, slots=True)
class Walk:
    """Where a case stands in the list it was opened from; addresses are "" where there is nothing to go to."""

    position: int  # from 1; 0 when the case is not in the list (any more)
    total: int
    before: str
    after: str
    back: str
    query: str  # what an address of this case bears so that the list goes along, "" for one's own whole desk
    words: str


def read(request: HttpRequest, desk: Desk) -> Chosen:
    """Read the list a page was opened from; one's own desk where it was opened otherwise."""
    return Chosen.parse(request.GET.get(LIST, "")).allowed(desk.heads)


def query(chosen: Chosen) -> str:
    """Write what the address of a case bears for its list."""
    kept = chosen.address()[1:]
    return f"?{urlencode({LIST: kept})}" if kept else ""


def case_url(number: str, chosen: Chosen) -> str:
    """Write the address of a case within a list."""
    return reverse("desk:case", args=[number]) + query(chosen)


def find(request: HttpRequest, desk: Desk, case_id: UUID) -> Walk:
    """Find where a case stands in the list that the request names."""
    chosen = read(request, desk)
    place = queries.find_place(tally.scope(desk, chosen.which), chosen.filter(), chosen.sort, case_id)
    return Walk(
        place.position,
        place.total,
        case_url(place.before, chosen) if place.before else "",
        case_url(place.after, chosen) if place.after else "",
        reverse("desk:inbox") + chosen.address().removesuffix("?"),
        query(chosen),
        texts.say("desk.walk.place", position=place.position, total=place.total)
        if place.position
        else texts.say("desk.walk.left", count=place.total),
    )


def onward(request: HttpRequest, desk: Desk, case_id: UUID, number: str) -> str:
    """Lead on after a deed: to the next case of the same list, from its end to its beginning, else back to what was done."""
    walk, chosen = find(request, desk, case_id), read(request, desk)
    if walk.after:
        return walk.after
    rows = queries.list_work(tally.scope(desk, chosen.which), chosen.filter(), chosen.sort, limit=3)
    first = next((row.number for row in rows if row.case_id != case_id), "")
    if first:
        return case_url(first, chosen)
    return f"{reverse('desk:case', args=[number])}{walk.query}{'&' if walk.query else '?'}selesai=1"
