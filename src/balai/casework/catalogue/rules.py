"""What a service costs, and how it is said that it takes no applications."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate

from balai.engine import forms, manifest


def say_pause(reason: str, until: date | None, lang: str, *, closed: bool = False) -> str:
    """Say why a service takes no applications, and until when where that is known, or that it was closed."""
    told = reason if reason.endswith((".", "!", "?")) else f"{reason}."
    if closed:
        return f"This service was closed. {told}" if lang == "en" else f"Layanan ini sudah ditutup. {told}"
    if until is None:
        return told
    day = forms.format_date(until, lang)
    return f"{told} It opens again after {day}." if lang == "en" else f"{told} Dibuka lagi sesudah {day}."


def fee_of(service: manifest.Service, now: datetime) -> Decimal | None:
    """Tell what a service costs today; None where it depends on the answers."""
    values = service.town_at(localdate(now))
    amount = service.fee.evaluate({"town": values}, now=now) if service.fee is not None else Decimal(0)
    return Decimal(amount) if isinstance(amount, Decimal | int) else None
