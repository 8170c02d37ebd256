"""Samples: drawn, shown with what is needed to draw them again, and proved by drawing them again."""

from decimal import Decimal
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balai.base import access_log, journal_check
from balai.base.errors import BalaiError
from balai.base.numbers import whole
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.base.pages.parts import Fact
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, auditing_page, auditor_page
from balai.records.entrance.posting import command_id
from balai.records.offices import queries as offices
from balai.rooms.audits import actions, queries, rules
from balai.rooms.audits.models import Sample
from balai.rooms.audits.web.drawing import REFUSED, draw, read_day

OUTCOMES = ("granted", "refused", "withdrawn", "lapsed", "handed_over", "deemed_granted")


@never_cache
@require_http_methods(["GET", "POST"])
@auditing_page
def list_samples(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the samples that were drawn, or draw one."""
    if request.method == "GET":
        return _list(request, desk)
    typed = request.POST
    try:
        made = actions.draw_sample(
            command_id=command_id(request), actor=desk.actor, now=desk.now, purpose=typed.get("purpose", ""),
            since=read_day(typed.get("since", ""), "since"), until=read_day(typed.get("until", ""), "until"),
            size=whole(typed.get("size", ""), 0), seed=typed.get("seed", ""), service_id=typed.get("service", ""),
            unit_code=typed.get("unit", ""), outcome=typed.get("outcome", ""),
        )  # fmt: skip
    except REFUSED as refused:
        return _list(request, desk, refused)
    return HttpResponseRedirect(reverse("audits:sample", args=[made]))


def _list(request: HttpRequest, desk: Desk, refused: BalaiError | None = None) -> HttpResponse:
    position, head = journal_check.read_global_head()
    today = localdate(desk.now)
    context = {
        "samples": [
            {"row": one, "at": moment(one.at, desk.lang), "period": _period(one, desk.lang)} for one in queries.list_samples()
        ],
        "services": [(one.id, one.text("title", desk.lang)) for one in catalogue.list_services()],
        "units": [(one.code, one.name) for one in offices.list_units()],
        "outcomes": [(one, texts.say(f"room_audits.outcome.{one}")) for one in OUTCOMES],
        "position": position, "head": head, "first": today.replace(day=1).isoformat(), "last": today.isoformat(),
    }  # fmt: skip
    return draw(request, desk, "audits/samples.html", refused, context)


@never_cache
@require_GET
@auditor_page
def show_sample(request: HttpRequest, desk: Desk, sample_id: UUID) -> HttpResponse:
    """Show one sample, drawn again while one looks; each case leads to its opening."""
    row = queries.get_sample(sample_id)
    cases.record_list(desk.actor, "sample", cases.list_holders(numbers=row.drawn), now=desk.now)
    lang = desk.lang
    origin = (
        texts.say("room_audits.sample.from_journal", position=row.seed_position)
        if row.seed_position is not None
        else texts.say("room_audits.sample.typed")
    )
    context = {
        "row": row, "same": queries.redraw(row), "recipe": rules.recipe(row.seed, row.size),
        "drawn": [(number, f"{reverse('audits:dossiers')}?nomor={number}") for number in row.drawn],
        "facts": [
            Fact(texts.say("room_audits.sample.at"), moment(row.at, lang), note=names.find_name(row.author_id)), Fact(texts.say("room_audits.sample.purpose"), row.purpose),
            Fact(texts.say("room_audits.sample.period"), _period(row, lang)),
            Fact(texts.say("room_audits.sample.service"), _service(row.service_id, lang) if row.service_id else texts.say("room_audits.sample.all")),
            Fact(texts.say("room_audits.sample.unit"), row.unit_code or texts.say("room_audits.sample.all")),
            Fact(texts.say("room_audits.sample.outcome"), texts.say(f"room_audits.outcome.{row.outcome}") if row.outcome else texts.say("room_audits.sample.all")),
            Fact(texts.say("room_audits.sample.population"), forms.format_number(Decimal(row.population_count), lang)),
            Fact(texts.say("room_audits.sample.digest"), row.population_sha256), Fact(texts.say("room_audits.sample.seed"), row.seed, note=origin),
            Fact(texts.say("room_audits.sample.algorithm"), row.algorithm, note=texts.say("room_audits.sample.rule")),
        ],
    }  # fmt: skip
    return draw(request, desk, "audits/sample.html", None, context)


def _service(service_id: str, lang: str) -> str:
    return next((one.text("title", lang) for one in catalogue.list_services() if one.id == service_id), service_id)


@never_cache
@require_GET
@auditor_page
def fetch_population(request: HttpRequest, desk: Desk, sample_id: UUID) -> HttpResponse:
    """Give the population of a sample as the file its digest was taken of."""
    row = queries.get_sample(sample_id)
    population = queries.population_of(row)
    access_log.record_access(
        desk.actor,
        purpose=f"audit: {row.purpose}",
        object=f"export:population {row.number}",
        person_id=None,
        now=desk.now,
        members={one for pair in cases.list_holders(numbers=population.split()) for one in pair if one is not None},
    )
    return HttpResponse(
        population, content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="populasi-{row.number}.txt"'},
    )  # fmt: skip


def _period(row: Sample, lang: str) -> str:
    return f"{forms.format_date(row.since, lang)} – {forms.format_date(row.until, lang)}"


def as_number(typed: str) -> str:
    """Read a case's number that leads here from a list; "" when it is none."""
    return case_rules.read_number(typed) if case_rules.is_number(typed) else ""
