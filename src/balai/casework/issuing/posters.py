"""Posters for the wall of an office: one service on one A4, typeset by the press as letters are.

What it says is the service's published standard, the unit's own hours and address, and where the QR leads; nothing of a case.
"""

import io
from collections.abc import Iterator
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.timezone import localdate

from balai.base import clock, later
from balai.base.errors import Invalid
from balai.base.pages import links
from balai.base.pages.texts import say
from balai.casework.catalogue import queries as published
from balai.casework.catalogue import rules as catalogue
from balai.casework.issuing import press, rules
from balai.engine import forms, letters, manifest
from balai.engine.problems import Problems
from balai.records.offices import queries as offices
from balai.records.offices.models import Unit

pypdfium2 = later.module("pypdfium2")

_SOURCE = Path(__file__).with_name("poster.typ")
_NAME = "balai-poster"  # no letter of a service is called so: its names are identifiers
_WORDS = ("bring", "time", "fee", "scan", "or_type", "hours", "at", "none", "none_text", "demo", "emblem")
_SIZES = (14, 12.5, 11, 9.5)  # points


def make_poster(service: manifest.Service, unit: Unit, lang: str, *, now: datetime) -> bytes:
    """Typeset the poster of a service for one unit on one page, as PDF/A and PDF/UA, in the largest print that fits.

    :raises Invalid: `letter-broken`, `letter-too-slow`.
    """
    data = forms.spell(poster_data(service, unit, lang, now=now))
    sources = {**service.letter_sources, f"letters/{_NAME}.typ": _SOURCE.read_bytes()}
    code = letters.qr_svg(str(data["url"]))
    pdf = b""
    for size in _SIZES:
        try:
            pdf = press.render(sources, _NAME, {**data, "size": size}, qr_svg=code, created_at=now)
        except Problems as problems:
            press.log.error("poster of %s: %s", service.id, problems)
            raise Invalid("letter-broken") from problems
        if _pages(pdf) == 1:
            break
    return pdf


def _pages(pdf: bytes) -> int:
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        return len(document)


def poster_data(service: manifest.Service, unit: Unit, lang: str, *, now: datetime) -> dict[str, Any]:
    """Put together everything a poster says."""
    today, law = localdate(now), published.get_law(service, now)
    url, path = links.address("citizen.service", service.id), links.path("citizen.service", service.id)
    bring = list(service.text_list("standard.requirements", lang)) or _documents(service, lang)
    title = service.text("title", lang)
    above = [*reversed(offices.list_parents(unit)), unit]
    words = {name: say(f"issuing.poster.{name}", lang) for name in _WORDS}
    words["qr"] = say("issuing.poster.qr", lang, url=url)
    words["made"] = say("issuing.poster.made", lang, at=forms.format_date(today, lang), version=service.version)
    return {
        "lang": lang,
        "title": title,
        "title_size": 34 if len(title) <= 40 else 27,
        "summary": service.text("summary", lang, ""),
        "in_force": service.in_force,
        "bring": bring,
        "times": [_time(service, promise, law, lang) for promise in service.time.promises],
        "fee": _fee(service, now, law, lang),
        "url": url,
        "address_lines": [settings.BALAI_URL.partition("//")[2], path],
        "letterhead": list(rules.letterhead([(each.kind, each.name) for each in above])),
        "unit": unit.name,
        "place": [line for line in (unit.address, say("issuing.poster.phone", lang, phone=unit.phone) if unit.phone else "") if line],
        "hours": list(_hours(offices.get_calendar(unit), lang)),
        "words": words,
    }  # fmt: skip


def _documents(service: manifest.Service, lang: str) -> list[str]:
    """Name the documents the application asks for."""
    fields = service.forms["apply"].fields.values()
    return [service.text(f"{one.text_key}.label", lang, one.name) for one in fields if one.holds_files]


def _time(service: manifest.Service, promise: manifest.Promise, law: published.ServiceLaw, lang: str) -> dict[str, str]:
    of = service.text(f"time.{promise.id}", lang, "") if promise.id else ""
    text, place = promise.due.text(lang), published.place_of(service, promise)
    return {"text": f"{of}: {text}" if of else text, "basis": _basis(law.at(place), lang)}


def _fee(service: manifest.Service, now: datetime, law: published.ServiceLaw, lang: str) -> dict[str, str]:
    amount = catalogue.fee_of(service, now)
    if amount is None:
        text = say("issuing.poster.fee_depends", lang)
    else:
        text = f"Rp{forms.format_number(amount, lang)}" if amount else say("issuing.poster.free", lang)
    values = [value for values in service.town_values.values() for value in values if value.type == "money"]
    return {"text": text, "basis": _basis(law.at(f"town_values.{values[0].name}"), lang) if values else ""}


def _basis(one: published.LawStanding, lang: str) -> str:
    if not one.value.basis:
        return ""
    mark = "" if one.confirmed else f" ({say('issuing.poster.unconfirmed', lang)})"
    return say("issuing.poster.basis", lang, basis=one.value.basis) + mark


def _hours(calendar: clock.Calendar, lang: str) -> Iterator[dict[str, str]]:
    """Say the hours of an ordinary week, days that are alike together."""
    runs: list[tuple[int, int, clock.DayHours]] = []
    for day in sorted(calendar.hours):
        hours = clock.DayHours(*calendar.hours[day])
        if runs and runs[-1][1] == day - 1 and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], day, hours)
        else:
            runs.append((day, day, hours))
    for first, last, hours in runs:
        names = [say(f"issuing.poster.days.{day}", lang) for day in (first, last)]
        rest = ""
        if hours.break_from and hours.break_to:
            rest = say("issuing.poster.break", lang, first=_clock(hours.break_from), last=_clock(hours.break_to))
        yield {
            "days": names[0] if first == last else say("issuing.poster.through", lang, first=names[0], last=names[1]),
            "hours": f"{_clock(hours.opens)}–{_clock(hours.closes)}",
            "rest": rest,
        }


def _clock(at: time) -> str:
    return f"{at:%H.%M}"
