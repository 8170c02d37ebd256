"""Figures of my units: what came in, how long it took, what was late, by service, unit and month, and by which channel it came."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from balai.base import intake
from balai.base.errors import NotFound
from balai.base.pages import sheets, texts
from balai.casework.cases import policy
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.casework.figures import queries
from balai.doors.desk import words
from balai.doors.desk.shown import figures as shown
from balai.records.entrance.officers import Desk, officer_page
from balai.records.people import queries as people

TABLES = {"layanan": "service", "unit": "unit", "bulan": "month"}
MOST = 200  # cases on one page
SPANS = {"30": timedelta(days=30), "90": timedelta(days=90), "365": timedelta(days=365)}


@dataclass(frozen=True, slots=True)
class FiguresQuestion:
    """What a page of figures was asked about: whose units, which services, since when."""

    desk: Desk
    span: str
    service_id: str
    unit: str
    path: str
    since: datetime

    @property
    def until(self) -> datetime:
        """Give the end of the span: what came in this very moment counts."""
        return self.desk.now + timedelta(seconds=1)

    def tables(self, *groupings: str) -> dict[str, list[queries.Figure]]:
        """Count by several groupings at once."""
        return queries.list_tables(
            groupings, now=self.desk.now, since=self.since, until=self.until, unit_path=self.path,
            service_id=self.service_id,
        )  # fmt: skip

    def count(self, by: str) -> list[queries.Figure]:
        """Count by service, unit or month."""
        return queries.list_figures(
            by, now=self.desk.now, since=self.since, until=self.until, unit_path=self.path, service_id=self.service_id
        )

    def backlog(self) -> queries.Backlog:
        """Count what is open now, whenever it came in."""
        return queries.count_backlog(now=self.desk.now, unit_path=self.path, service_id=self.service_id)

    def take_up(self, by: str = "unit") -> list[queries.TakeUp]:
        """Count by unit or service, and channel."""
        return queries.list_take_up(
            since=self.since, until=self.until, unit_path=self.path, service_id=self.service_id, by=by
        )


def _read(request: HttpRequest, desk: Desk) -> FiguresQuestion:
    span = request.GET.get("rentang", "90") if request.GET.get("rentang", "90") in SPANS else "90"
    paths = {held.unit_code: held.unit_path for held in desk.held}
    home = desk.main.unit_code if desk.main else ""
    code = request.GET.get("unit", home) if request.GET.get("unit", home) in paths else home
    since = _from(desk.now, SPANS[span])
    return FiguresQuestion(desk, span, request.GET.get("layanan", ""), code, paths.get(code, "/-/"), since)


@require_GET
@officer_page
def show_figures(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the figures of all units this officer's posts reach, over a span and perhaps for one service."""
    asked = _read(request, desk)
    titles, take_up, backlog = _titles(desk), asked.take_up(), asked.backlog()
    query = urlencode({"rentang": asked.span, "unit": asked.unit, "layanan": asked.service_id})
    behind = f"{reverse('desk:figures-cases')}?{query}"
    tables = asked.tables("month", "service", "unit")
    months, services, units = tables["month"], tables["service"], tables["unit"]
    context = {
        "desk": desk,
        "spans": [(key, texts.say(f"desk.figures.span.d{key}"), key == asked.span) for key in SPANS],
        "services": [(key, title, key == asked.service_id) for key, title in titles.items()],
        "sums": shown.sums(months, backlog, desk.lang, url=f"{behind}&apa="),
        "backlog": backlog,
        "ages": shown.ages(backlog, desk.lang, url=f"{behind}&apa="),
        "oldest": words.day(timezone.localdate(backlog.oldest), desk.lang) if backlog.oldest else "",
        "loads": _loads(desk, asked.path),
        "months": months,
        "received": shown.received_by_month(months, desk.lang),
        "on_time": shown.on_time_by_month(months, desk.lang),
        "slowest": shown.slowest(services, desk.lang, name=lambda key: titles.get(key, key)),
        "by_service": shown.table(
            texts.say("desk.figures.service"),
            services,
            desk.lang,
            name=lambda key: titles.get(key, key),
            url=f"{behind}&menurut=layanan",
        ),
        "by_unit": shown.table(
            texts.say("desk.figures.unit"), units, desk.lang, name=str, url=f"{behind}&menurut=unit"
        ),
        "by_month": shown.table(
            texts.say("desk.figures.month"),
            months,
            desk.lang,
            name=lambda key: shown.month(key, desk.lang),
            url=f"{behind}&menurut=bulan",
        ),
        "channels": shown.take_up_bars(take_up, desk.lang),
        "from_afar": shown.from_afar_bars(take_up),
        "by_channel": shown.take_up_table(take_up, desk.lang),
        "by_service_channel": shown.take_up_table(asked.take_up("service"), desk.lang, titles),
        "scope": dict(desk.units).get(asked.unit, ""),
        "query": query,
        "unit": asked.unit,
        "units": [(key, name, key == asked.unit) for key, name in desk.units],
    }
    return render(request, "desk/figures.html", context)


def _loads(desk: Desk, path: str) -> tuple[tuple[str, int], ...]:
    """List how many open tasks lie on whose desk, the fullest first; heads alone see it."""
    if not desk.heads:
        return ()
    sums: Counter[UUID] = Counter()
    for load in cases.list_loads(path):
        sums[load.person_id] += load.count
    named = people.list_names(list(sums))
    return tuple((named.get(person_id, "—"), count) for person_id, count in sums.most_common(30))


@require_GET
@officer_page
def show_cases(request: HttpRequest, desk: Desk) -> HttpResponse:
    """List the cases behind a number of the figures, those that waited longest first; how many are not this officer's to see is said."""
    asked, what = _read(request, desk), request.GET.get("apa", "")
    by, group = request.GET.get("menurut", ""), intake.plain(request.GET.get("kelompok", ""), 160, "kelompok")
    try:
        found = queries.list_counted(
            what, now=desk.now, since=asked.since, until=asked.until, unit_path=asked.path, service_id=asked.service_id,
            by=TABLES[by] if by else "", group=group, limit=MOST + 1,
        )  # fmt: skip
    except KeyError:
        raise NotFound from None
    held = [(one.role, one.unit_path) for one in desk.held]
    seen = [
        row
        for row in found[:MOST]
        if policy.working_roles(held, catalogue.get_service(row.service_id, row.service_key), row.unit_path)
    ]
    cases.record_list(desk.actor, "figures", ((row.id, row.applicant_id) for row in seen), now=desk.now)
    context = {
        "desk": desk,
        "title": shown.name_counted(what, desk.lang),
        "scope": dict(desk.units).get(asked.unit, ""),
        "group": _name_group(desk, by, group),
        "rows": shown.counted(seen, desk.now, desk.lang),
        "hidden": min(len(found), MOST) - len(seen),
        "more": len(found) > MOST,
        "most": MOST,
        "back": f"{reverse('desk:figures')}?"
        + urlencode({"rentang": asked.span, "unit": asked.unit, "layanan": asked.service_id}),
    }
    return render(request, "desk/figures_cases.html", context)


@require_GET
@officer_page
def take_figures(request: HttpRequest, desk: Desk, table: str) -> HttpResponse:
    """Give one table of the figures to take along, for the same units, span and service as on the page."""
    asked = _read(request, desk)
    if table == "jalur":
        heading, rows = shown.take_up_sheet(asked.take_up(), desk.lang)
    elif table == "jalur-layanan":
        heading, rows = shown.take_up_sheet(asked.take_up("service"), desk.lang, _titles(desk))
    elif table in TABLES:
        titles = _titles(desk) if table == "layanan" else {}
        heading, rows = shown.sheet(texts.say(f"desk.figures.{TABLES[table]}"), asked.count(TABLES[table]), titles)
    else:
        raise NotFound
    return sheets.respond(f"angka-{table}-{timezone.localtime(asked.since):%Y-%m-%d}", heading, rows)


def _name_group(desk: Desk, by: str, group: str) -> str:
    """Say which row of which table a number stood in; "" where it stood in none."""
    return {"layanan": lambda: _titles(desk).get(group, group), "bulan": lambda: shown.month(group, desk.lang)}.get(
        by, lambda: group
    )()


def _titles(desk: Desk) -> dict[str, str]:
    return {service.id: service.text("title", desk.lang) for service in catalogue.list_services()}


def _from(now: datetime, span: timedelta) -> datetime:
    """Begin the span at the start of its first local day."""
    return timezone.localtime(now - span).replace(hour=0, minute=0, second=0, microsecond=0)
