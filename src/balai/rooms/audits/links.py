"""Where the room shows itself: beside the auditor's pages, to heads with what waits for an answer, at the foot of every page."""

from django.core.cache import caches
from django.http import HttpRequest

from balai.base.pages import frames, links
from balai.records.entrance.officers import desk_of
from balai.records.offices import roles
from balai.rooms.audits import queries

KEPT_SECONDS = 30  # a count beside a link may lag; the list behind it does not

links.lead("audits.answer", "/meja/tindak-lanjut/{}/", "audits:answer")
links.lead("audits.finding", "/meja/pemeriksaan/temuan/{}/", "audits:finding")


def _count(request: HttpRequest) -> int | None:
    desk = desk_of(request)
    if desk is None or not desk.heads:
        return None
    key = f"audits.unanswered.{desk.person_id}"
    found: int | None = caches["local"].get(key)
    if found is None:
        found = queries.count_unanswered(sorted({held.unit_path for held in desk.held if held.role in roles.heads()}))
        caches["local"].set(key, found, KEPT_SECONDS)
    return found or None


for _order, _name in enumerate(("search", "samples", "dossiers", "findings")):
    frames.place("audit", f"room_audits.nav.{_name}", f"audits:{_name}", order=100 + _order)
frames.place(
    "officer", "room_audits.nav.answers", "audits:answers", order=66, icon="check", counts=_count, counted="room_audits.nav.waiting",
    shows=lambda request: (desk := desk_of(request)) is not None and desk.heads,
)  # fmt: skip
frames.place("foot", "room_audits.nav.public", "audits:public", order=45)
