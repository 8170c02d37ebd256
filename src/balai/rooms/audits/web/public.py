"""What everybody may read: how many recommendations there are, in which state, by year; and the seeds of the samples."""

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET

from balai.base.pages import texts
from balai.base.pages.parts import Cell, Column
from balai.engine import forms
from balai.records.entrance.visitors import Visitor, visitor_page
from balai.rooms.audits import queries, rules


@require_GET
@visitor_page
def show_public(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show numbers only: never a unit, a case or a word of what was found."""
    lang, today = visitor.lang, localdate(visitor.now)
    late = queries.list_years_late(today)
    years = rules.heads(queries.count_by_year())
    rows = [
        [Cell(str(year)), *(Cell(str(counts[state])) for state in rules.STATES), Cell(str(late.get(year, 0)))]
        for year, counts in years.items()
    ]
    columns = [
        Column(texts.say("room_audits.public.year")),
        *(Column(texts.say(f"room_audits.state.{state}"), numeric=True) for state in rules.STATES),
    ]
    samples = [
        [
            Cell(one.number, note=forms.format_date(localdate(one.at), lang)),
            Cell(forms.format_number(Decimal(one.population_count), lang)), Cell(str(one.size)),
            Cell(one.seed, note=_origin(one.seed_position)), Cell(one.population_sha256, note=one.algorithm),
        ]
        for one in queries.list_samples(20)
    ]  # fmt: skip
    context = {
        "columns": [*columns, Column(texts.say("room_audits.public.late"), numeric=True)], "rows": rows, "samples": samples,
        "sample_columns": [
            Column(texts.say("room_audits.sample.number")), Column(texts.say("room_audits.sample.population"), numeric=True), Column(texts.say("room_audits.sample.size"), numeric=True),
            Column(texts.say("room_audits.sample.seed")), Column(texts.say("room_audits.sample.digest")),
        ],
        "at": forms.format_date(today, lang),
    }  # fmt: skip
    return render(request, "audits/public.html", context)


def _origin(position: int | None) -> str:
    return (
        texts.say("room_audits.sample.from_journal", position=position)
        if position is not None
        else texts.say("room_audits.sample.typed")
    )
