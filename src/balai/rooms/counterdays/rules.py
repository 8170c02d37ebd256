"""What is drawn for a day, how a device's clock is set right, what must be looked at, and what the device is told. All pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from balai.engine import forms, manifest

MOST = 40  # numbers drawn at once
USUAL = 15
RETURNS = ("evening", "lost")
STATES = ("waiting", "tray", "opened", "form", "left")
KEPT = timedelta(days=30)  # what was left without a case
OVERDUE = timedelta(hours=24)
DRIFT = timedelta(seconds=120)  # a device's clock may be off by so much before it counts as having jumped
REASON = 300
# what a person may open all the same once they have looked
OVERRIDABLE = frozenset(
    {
        "seen-other-officer",
        "seen-clerk-left",
        "seen-version",
        "seen-open-case",
        "seen-returned",
        "seen-protected",
        "seen-other-person",
    }
)
CARD = ("nik", "name", "birth_place", "birth_date", "sex", "address", "village", "phone", "email")
NEEDED = ("nik", "name", "birth_date")


@dataclass(frozen=True, slots=True)
class Timed:
    """When something was taken by the hall's own clock, how far the device's had moved since, and whether it jumped."""

    at: datetime
    drift_s: int
    jumped: bool


def set_right(
    *, told: datetime, sent: datetime, offset: timedelta, drawn: datetime, now: datetime, back: bool
) -> Timed:
    """Set a device's time right by what its clock differed in the morning; between drawing and arrival in every case.

    `told` and `sent` are the device's own: when it took the application, and when it sent it. `back` says that it saw its clock go
    backwards. Where the clock jumped, the time is still the applicant's: it is only brought between the two moments that the hall knows.
    """
    drift = (now - sent) - offset
    at = told + offset
    jumped = back or abs(drift) > DRIFT or not drawn - DRIFT <= at <= now + DRIFT
    seconds = max(min(int(drift.total_seconds()), 2**31 - 1), -(2**31))
    return Timed(min(max(at, drawn), now), seconds, jumped)


def describe(service: manifest.Service, lang: str, printed: tuple[str, ...]) -> dict[str, Any]:
    """Describe a service for a device: its form as data, which questions the card answers already, what of it letters print."""

    def words(key: str, default: str) -> str:
        return service.text(key, lang, default)

    card = {
        name: path.removeprefix("applicant.")
        for name, path in service.prefill.items()
        if path.removeprefix("applicant.") in CARD
    }
    form = forms.as_data(service.forms["apply"], words, service.texts, lang, service.tables)
    return {
        "id": service.id, "key": service.key, "short": service.short, "title": service.text("title", lang),
        "summary": service.text("summary", lang, ""), "card": card, "printed": list(printed), **form,
    }  # fmt: skip
