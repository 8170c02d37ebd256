"""What the reader did just now and may still take back, as their pages show it."""

from dataclasses import dataclass

from django.utils import timezone

from balai.casework.cases import queries
from balai.casework.catalogue import queries as catalogue
from balai.records.entrance.officers import Desk


@dataclass(frozen=True, slots=True)
class Offer:
    """One step that may be taken back: of which case, and until when (15.04.05)."""

    number: str
    step: str
    until: str


def offers(desk: Desk) -> tuple[Offer, ...]:
    """List what this officer may take back now, the last first. One query."""
    found = queries.list_undoable(desk.person_id, now=desk.now)
    return tuple(Offer(one.number, _step(one, desk.lang), f"{timezone.localtime(one.until):%H.%M.%S}") for one in found)


def _step(one: queries.Undoable, lang: str) -> str:
    return catalogue.get_service(one.service_id, one.service_key).text(f"steps.{one.node}.title", lang, one.node)
