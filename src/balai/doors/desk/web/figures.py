"""Figures of my units: what came in, how long it took, what was late, by service, unit and month, and by which channel it came."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from balai.base.pages import texts
from balai.casework.catalogue import queries as catalogue
from balai.casework.figures import queries
from balai.doors.desk.shown import figures as shown
from balai.records.entrance.officers import Desk, officer_page

SPANS = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365)}


@require_GET
@officer_page
def show_figures(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the figures of all units this officer's posts reach, over a span and perhaps for one service."""
    span = request.GET.get("rentang", "90") if request.GET.get("rentang", "90") in SPANS else "90"
    service_id = request.GET.get("layanan", "")
    titles = {service.id: service.text("title", desk.lang) for service in catalogue.list_services()}
    paths = {held.unit_code: held.unit_path for held in desk.held}
    home = desk.main.unit_code if desk.main else ""
    code = request.GET.get("unit", home) if request.GET.get("unit", home) in paths else home
    since, path = _from(desk.now, SPANS[span]), paths.get(code, "/-/")

    def count(by: str) -> list[queries.Figure]:
        return queries.list_figures(
            by, now=desk.now, since=since, until=desk.now + timedelta(seconds=1), unit_path=path, service_id=service_id
        )

    take_up = queries.list_take_up(
        since=since, until=desk.now + timedelta(seconds=1), unit_path=path, service_id=service_id
    )
    months, services, units = count("month"), count("service"), count("unit")
    context = {
        "desk": desk,
        "spans": [(key, texts.say(f"desk.figures.span.d{key}"), key == span) for key in SPANS],
        "services": [(key, title, key == service_id) for key, title in titles.items()],
        "sums": shown.sums(months, desk.lang),
        "months": months,
        "received": shown.received_by_month(months, desk.lang),
        "on_time": shown.on_time_by_month(months, desk.lang),
        "slowest": shown.slowest(services, desk.lang, name=lambda key: titles.get(key, key)),
        "by_service": shown.table(
            texts.say("desk.figures.service"), services, desk.lang, name=lambda key: titles.get(key, key)
        ),
        "by_unit": shown.table(texts.say("desk.figures.unit"), units, desk.lang, name=str),
        "by_month": shown.table(
            texts.say("desk.figures.month"), months, desk.lang, name=lambda key: shown.month(key, desk.lang)
        ),
        "channels": shown.take_up_bars(take_up, desk.lang),
        "from_afar": shown.from_afar_bars(take_up),
        "by_channel": shown.take_up_table(take_up, desk.lang),
        "scope": dict(desk.units).get(code, ""),
        "units": [(key, name, key == code) for key, name in desk.units],
    }
    return render(request, "desk/figures.html", context)


def _from(now: datetime, span: timedelta) -> datetime:
    """Begin the span at the start of its first local day."""
    return timezone.localtime(now - span).replace(hour=0, minute=0, second=0, microsecond=0)
