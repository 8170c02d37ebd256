"""To be printed: the register book of letters, and the report of a month."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from balai.base import intake
from balai.base.errors import Invalid
from balai.base.pages import sheets, texts
from balai.casework.cases import policy
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.casework.figures import queries as figures
from balai.casework.issuing import queries as issuing
from balai.casework.issuing import reports
from balai.casework.issuing.models import Letter
from balai.doors.desk import words
from balai.doors.desk.shown import figures as shown
from balai.records.entrance.officers import Desk, officer_page
from balai.records.offices import queries as offices
from balai.records.protection import queries as protections


def _asked(request: HttpRequest, desk: Desk) -> tuple[str, str, datetime, datetime]:
    """Read which unit and month are meant: (code, path, the month's first moment, the next one's); this officer's own, and this month.

    A month that cannot be read is this month too, and `_context` says so.
    """
    paths = {held.unit_code: held.unit_path for held in desk.held}
    home = desk.main.unit_code if desk.main else ""
    code = request.GET.get("unit", home) if request.GET.get("unit", home) in paths else home
    local = timezone.localtime(desk.now)
    try:
        first = datetime.combine(intake.month(request.GET.get("bulan", "")), time(), local.tzinfo)
    except ValueError:
        first = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return code, paths.get(code, "/-/"), first, after


def _context(request: HttpRequest, desk: Desk, code: str, first: datetime) -> dict[str, object]:
    typed = request.GET.get("bulan", "").strip()
    shown_month = shown.month(f"{first:%Y-%m}", desk.lang)
    fault = bool(typed) and not _is_month(typed)
    return {
        "desk": desk,
        "units": [(key, name, key == code) for key, name in desk.units],
        "unit": code,
        "unit_name": dict(desk.units).get(code, ""),
        "month": f"{first:%Y-%m}",
        "month_words": shown_month,
        "typed_month": typed if fault else shown_month,
        "month_fault": fault,
        "printed": words.moment(desk.now, desk.lang),
    }


def _is_month(typed: str) -> bool:
    try:
        return bool(intake.month(typed))
    except ValueError:
        return False


@require_GET
@officer_page
def show_register(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show a month's letters of a unit in the order of their numbers, voided ones too; `csv=1` or `pdf=1` gives them to take along.

    Who holds a letter is masked, and told at all only to whom the case is open.
    """
    code, path, first, after = _asked(request, desk)
    found = issuing.list_register(since=first, until=after, unit_path=path)
    held = [(one.role, one.unit_path) for one in desk.held]
    mine = {row.id for row in found if _is_open(row, held)}
    shown_of = ((row.case_id, row.case.applicant_id) for row in found if row.id in mine)
    cases.record_list(desk.actor, "register", shown_of, now=desk.now)
    guarded = protections.find_posts({row.case.vault_id for row in found})
    rows = [_line(row, desk.lang, named=row.id in mine and row.case.vault_id not in guarded) for row in found]
    heading = [
        texts.say(f"desk.register.{name}") for name in ("number", "date", "service", "holder", "signer", "state")
    ]
    if request.GET.get("pdf") and rows:
        sections = [reports.ReportSection("", heading, rows, words=len(heading))]
        foot = texts.say("desk.register.printed", at=words.moment(desk.now, desk.lang))
        return _paper(request, desk, "register", code, first, sections, foot, wide=True)
    if request.GET.get("csv"):
        return sheets.respond(f"register-{code}-{first:%Y-%m}", heading, rows)
    return render(request, "desk/register.html", {**_context(request, desk, code, first), "rows": rows})


def _is_open(row: Letter, held: list[tuple[str, str]]) -> bool:
    service = catalogue.get_service(row.case.service_id, row.case.service_key)
    return bool(policy.working_roles(held, service, row.unit.path))


def _line(row: Letter, lang: str, *, named: bool) -> tuple[str, ...]:
    """Write a line of the register: number, date, service and letter, holder, signer, state."""
    service = catalogue.get_service(row.case.service_id, row.case.service_key)
    state = texts.say(f"desk.letter.state.{row.state}", lang)
    why = row.void_reason or row.revoked_reason
    return (
        row.number,
        words.day(timezone.localdate(row.signed_at or row.reserved_at), lang),
        f"{service.text('title', lang)}: {row.title}" if row.title != service.text("title", lang) else row.title,
        row.holder_masked if named else "",
        " ".join(part for part in (row.signer_name, row.signer_nip and f"NIP {row.signer_nip}") if part),
        f"{state}: {why}" if why else state,
    )


@require_GET
@officer_page
def show_report(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the report of a month of a unit: what came in and what became of it, what is open now, letters; `pdf=1` gives it on paper."""
    code, path, first, after = _asked(request, desk)
    by_service = figures.list_figures("service", now=desk.now, since=first, until=after, unit_path=path)
    backlog = figures.count_backlog(now=desk.now, unit_path=path)
    letters = issuing.list_register(since=first, until=after, unit_path=path)
    titles = {service.id: service.text("title", desk.lang) for service in catalogue.list_services()}
    table = shown.table(texts.say("desk.figures.service"), by_service, desk.lang, name=lambda key: titles.get(key, key))
    context = {
        **_context(request, desk, code, first),
        "table": table,
        "sums": shown.sums(by_service, backlog, desk.lang, url=""),
        "ages": shown.ages(backlog, desk.lang, url=""),
        "signed": sum(one.state in ("signed", "revoked") for one in letters),
        "void": sum(one.state == "void" for one in letters),
        "revoked": sum(one.state == "revoked" for one in letters),
    }
    if request.GET.get("pdf"):
        return _paper(
            request,
            desk,
            "report",
            code,
            first,
            _sections(context, desk),
            texts.say("desk.report.printed", at=context["printed"]),
        )
    return render(request, "desk/report.html", context)


def _sections(context: dict[str, Any], desk: Desk) -> list[reports.ReportSection]:
    """Put what the page of a report shows onto paper, in the same order and words."""
    (columns, rows), (age, ages) = context["table"], context["ages"]
    letters = {name: context[name] for name in ("signed", "void", "revoked")}
    return [
        reports.ReportSection(
            texts.say("desk.report.month", month=context["month_words"]),
            [one.label for one in columns] if rows else (),
            [[cell.text for cell in row] for row in rows],
            lines=() if rows else [texts.say("desk.figures.empty.title")],
        ),
        reports.ReportSection("", lines=[texts.say("desk.report.letters", **letters)]),
        reports.ReportSection(
            texts.say("desk.report.now", at=context["printed"]),
            [one.label for one in age],
            [[cell.text for cell in row] for row in ages],
            lines=[f"{one.value} {one.text}" for one in context["sums"][:2]],
        ),
    ]


def _paper(
    request: HttpRequest,
    desk: Desk,
    what: str,
    code: str,
    first: datetime,
    sections: Sequence[reports.ReportSection],
    foot: str,
    *,
    wide: bool = False,
) -> HttpResponse:
    """Send a month's report or register as PDF, set outside this process; where that fails the page says so."""
    month, name = f"{first:%Y-%m}", "laporan" if what == "report" else "register"
    try:
        unit = offices.get_unit(code)
        title, words_of = texts.say(f"desk.{what}.title"), shown.month(month, desk.lang)
        subtitle = f"{unit.name}, {words_of}"
        pdf = reports.make_report(unit, title, subtitle, sections, foot=foot, lang=desk.lang, now=desk.now, wide=wide)
    except Invalid as refused:
        messages.error(request, refused.message(desk.lang), extra_tags="bad")
        return HttpResponseRedirect(f"{reverse(f'desk:{what}')}?{urlencode({'unit': code, 'bulan': month})}")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}-{code}-{month}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response
