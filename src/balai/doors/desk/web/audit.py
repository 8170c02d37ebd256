"""The auditor's pages, all of them reading: a case by number for a stated purpose, journal, access log, chains, archive, outbox."""

import json
from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from balai.base import access_log, intake, journal, journal_check, owed, throttle
from balai.base.errors import NotFound
from balai.base.models import Access
from balai.base.numbers import whole
from balai.base.pages import texts
from balai.base.pages.parts import Cell, Column, FormFault
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.casework.issuing import queries as issuing
from balai.casework.notices import queries as notices
from balai.casework.readings import queries as readings
from balai.doors.desk import words
from balai.doors.desk.shown import archive as shown_archive
from balai.doors.desk.shown import case as shown
from balai.doors.desk.shown import evidence, issued
from balai.doors.desk.web.admin import message_line, security_table
from balai.doors.desk.web.archive import archive_context
from balai.doors.desk.web.case import send_document
from balai.doors.desk.web.sign import send_letter
from balai.records.documents import queries as documents
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, auditor_page
from balai.records.filing import queries as filing
from balai.records.protection import policy as protection

PURPOSE_LEAST = 8  # letters: enough for the number of an assignment, too many for a full stop
ROWS = 50


@never_cache
@require_GET
@auditor_page
def show_home(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Ask for a case's number and what it is opened for, and lead to the other logs."""
    number, purpose = (
        intake.plain(request.GET.get("nomor", ""), 40, "nomor"),
        intake.line(request.GET.get("tujuan", ""), 100, "tujuan"),
    )
    faults = {}
    if "nomor" in request.GET and not case_rules.is_number(number):
        faults["nomor"] = texts.say("desk.archive.no_number")
    asked = "tujuan" in request.GET
    if asked and len(purpose) < PURPOSE_LEAST:
        faults["tujuan"] = texts.say("desk.audit.purpose_missing")
    if asked and number and not faults:
        address = reverse("desk:audit-case", args=[case_rules.read_number(number)])
        return HttpResponseRedirect(f"{address}?{urlencode({'tujuan': purpose})}")
    context = {
        "desk": desk,
        "number": number,
        "purpose": purpose,
        "errors": faults,
        "faults": [FormFault(name, said) for name, said in faults.items()],
        "outbox": owed.count_owed(),
    }
    return render(request, "desk/audit/home.html", context, status=422 if faults else 200)


@never_cache
@require_GET
@auditor_page
def show_case(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Open a case to read; without a purpose it is asked for first, and nothing is opened."""
    purpose = _purpose(request)
    if not purpose:
        return _ask(number)
    view = cases.audit_case(desk.actor, number, now=desk.now, purpose=purpose)
    lang, row = desk.lang, view.row
    status, tone = shown.status(view, lang)
    entries = journal.read_stream(f"case:{row.id}")
    whole = all(line.holds for line in entries) and len(entries) == row.head.seq
    context = {
        "desk": desk,
        "row": row,
        "title": view.service.text("title", lang),
        "purpose": purpose,
        "status": status,
        "tone": tone,
        "hidden": view.hidden,
        "applicant": shown.applicant(view, lang, nik_shown=False),
        "sections": shown.sections(view, lang),
        "earlier": shown.earlier_steps(view, lang),
        "reasons": shown.reasons(view, lang),
        "steps": shown.steps(view, lang),
        "clock": shown.clock(view, desk.now, lang),
        "notes": [(at, names.find_name(author), body) for at, author, body in view.notes],
        "said": urlencode({"tujuan": purpose}),
        "cards": evidence.cards(
            view.service,
            view.data,
            documents.list_documents(row.vault_id),
            address=lambda document_id: reverse("desk:audit-document", args=[row.number, document_id]),
            reader=desk.person_id,
            lang=lang,
        ),
        "letters": issued.sheets(view, issuing.list_letters_of(row.id), lang),
        "told": issued.told(notices.list_of_case(row.id), desk.now, lang),
        "keeping": shown_archive.keeping(row.id, desk.now, lang, desk.person_id, may=False),
        "accesses": _accesses(access_log.list_accesses(object=f"case:{row.id}", limit=200), desk, numbers=False),
        "access_columns": _access_columns(numbers=False),
        "journal": _journal((*entries, *journal.read_stream(f"archive:{row.id}")), desk, row.applicant_id),
        "journal_columns": _columns("journal", "seq", "at", "who", "action", "body"),
        "whole": whole,
    }
    return render(request, "desk/audit/case.html", context)


def _purpose(request: HttpRequest) -> str:
    """Read what something is opened for; "" when too little was said."""
    purpose = intake.line(request.GET.get("tujuan", ""), 100, "tujuan")
    return purpose if len(purpose) >= PURPOSE_LEAST else ""


def _ask(number: str) -> HttpResponseRedirect:
    """Lead to where the purpose is asked for."""
    return HttpResponseRedirect(f"{reverse('desk:audit')}?{urlencode({'nomor': number})}")


@never_cache
@require_GET
@auditor_page
def open_document(request: HttpRequest, desk: Desk, number: str, document_id: UUID) -> HttpResponseBase:
    """Open a document of a case to read, for the stated purpose; case and document are recorded first."""
    purpose = _purpose(request)
    if not purpose:
        return _ask(number)
    view = cases.audit_case(desk.actor, number, now=desk.now, purpose=purpose)
    place = evidence.find_place(view, document_id)
    return send_document(request, desk, view, place, purpose=f"audit: {purpose}")


@never_cache
@require_GET
@auditor_page
def open_letter(request: HttpRequest, desk: Desk, number: str, letter_id: UUID) -> HttpResponse:
    """Open a signed letter of a case to read, for the stated purpose; case and letter are recorded first."""
    purpose = _purpose(request)
    if not purpose:
        return _ask(number)
    return send_letter(*issuing.audit_letter(desk.actor, number, letter_id, now=desk.now, purpose=purpose))


def _columns(of: str, *columns: str) -> tuple[Column, ...]:
    return tuple(Column(texts.say(f"desk.audit.{of}.{name}")) for name in columns)


def _journal(lines: tuple[journal.StreamEntry, ...], desk: Desk, applicant_id: UUID | None) -> list[list[Cell]]:
    return [
        [
            Cell(str(line.seq), note="" if line.holds else texts.say("desk.audit.broken")),
            Cell(words.moment(line.at, desk.lang)),
            Cell(
                names.say_actor(line.actor, applicant_id=applicant_id, reader=desk.person_id),
                note=texts.say(f"desk.channel.{line.channel}"),
            ),
            Cell(line.action, tone="" if line.holds else "bad"),
            Cell(json.dumps(line.body, ensure_ascii=False, sort_keys=True), note=line.hash[:16]),
        ]
        for line in lines
    ]


@never_cache
@require_GET
@auditor_page
def show_accesses(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show who read whose data and what for, newest first; of one case when its number is given."""
    number, before = intake.plain(request.GET.get("nomor", ""), 40, "nomor"), request.GET.get("sebelum", "")
    case_id, unknown = _case_of(number)
    last = whole(before, 0) or None
    rows = (
        []
        if unknown
        else access_log.list_accesses(object=f"case:{case_id}" if case_id else "", before=last, limit=ROWS + 1)
    )
    cases.record_list(desk.actor, "accesses", [(_case_in(row), row.person_id) for row in rows[:ROWS]], now=desk.now)
    context = {
        "desk": desk,
        "number": number,
        "unknown": unknown,
        "columns": _access_columns(numbers=True),
        "rows": _accesses(rows[:ROWS], desk, numbers=True),
        "next": f"?{urlencode({'nomor': number, 'sebelum': str(rows[ROWS - 1].id)})}" if len(rows) > ROWS else "",
        "first": f"?{urlencode({'nomor': number})}" if last else "",
    }
    return render(request, "desk/audit/accesses.html", context)


def _case_in(row: Access) -> UUID | None:
    return UUID(row.object.partition(":")[2]) if row.object.startswith("case:") else None


def _case_of(number: str) -> tuple[UUID | None, bool]:
    """Find the case of a number that was asked for; tell also whether there is none."""
    if not number:
        return None, False
    try:
        return cases.find_case_id(number), False
    except NotFound:
        return None, True


def _access_columns(*, numbers: bool) -> tuple[Column, ...]:
    return _columns("access", "at", "who", "why", *(("what",) if numbers else ()))


def _accesses(rows: list[Access], desk: Desk, *, numbers: bool) -> list[list[Cell]]:
    """Make the table of readings: officers by name, a case by its number, everything else by its kind."""
    ids = {UUID(row.object.partition(":")[2]) for row in rows if row.object.startswith("case:")}
    known = cases.list_numbers(ids) if numbers else {}
    guarded = protection.list_hidden(desk.person_id, {row.person_id for row in rows if row.person_id}, desk.now)
    veiled = readings.list_guarded(desk.person_id, desk.now)
    return [
        [
            Cell(words.moment(row.at, desk.lang)),
            Cell(
                names.say_actor(row.actor, applicant_id=row.person_id, reader=desk.person_id),
                note=texts.say(f"desk.channel.{row.channel}"),
            ),
            Cell(protection.WORDS)
            if row.person_id in guarded or row.object in veiled
            else Cell(issued.purpose_words(row.purpose, desk.lang), note=row.purpose if ":" in row.purpose else ""),
            *([_object(row.object, known)] if numbers else []),
        ]
        for row in rows
    ]


def _object(text: str, numbers: dict[UUID, str]) -> Cell:
    kind, _, rest = text.partition(":")
    if kind == "case":
        return Cell(numbers.get(UUID(rest), "—"))
    key = f"desk.audit.object.{kind}"
    return Cell(texts.say(key) if texts.has(key) else kind)


@never_cache
@require_GET
@auditor_page
def check_journal(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show where the journal stands, to be kept outside the house, and recompute every chain when asked."""
    report = None
    if request.GET.get("periksa"):
        throttle.take("audit-journal", str(desk.person_id), limit=12, per=timedelta(hours=1), now=desk.now)
        report = journal_check.verify_journal()
        if report.faults:
            access_log.record_security(
                "journal-broken", actor=desk.actor.reference, now=desk.now, faults=len(report.faults)
            )
    count, head = journal_check.read_global_head()
    return render(request, "desk/audit/journal.html", {"desk": desk, "report": report, "count": count, "head": head})


@never_cache
@require_GET
@auditor_page
def show_security(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the newest refusals and alarms; never what was refused, only that it was."""
    columns, rows = security_table(desk)
    return render(request, "desk/audit/security.html", {"desk": desk, "columns": columns, "rows": rows})


@never_cache
@require_GET
@auditor_page
def show_archive(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show what is kept, what fell due and what is held in the whole town, masked; a number leads to its case."""
    number = intake.plain(request.GET.get("nomor", ""), 40, "nomor")
    context = archive_context(request, desk, number, audit=True)
    return render(request, "desk/audit/archive.html", context | {"by_class": filing.count_by_class()})


@never_cache
@require_GET
@auditor_page
def show_outbox(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the work that is owed and what failed."""
    context = {
        "desk": desk,
        "counted": owed.count_owed(),
        "sent": [
            (texts.say(f"desk.notice.state.{state}"), count, issued.notice_tone(state))
            for state, count in notices.count_by_state().items()
        ],
        "columns": _columns("outbox", "what", "due", "attempts", "error"),
        "dead": [_owed(one, desk) for one in owed.list_owed("dead")],
        "waiting": [_owed(one, desk) for one in owed.list_owed("waiting")],
    }
    return render(request, "desk/audit/outbox.html", context)


def _owed(one: owed.Owed, desk: Desk) -> list[Cell]:
    line = message_line(one, desk)
    return [
        Cell(str(line["topic"])),
        Cell(str(line["due"])),
        Cell(str(line["attempts"])),
        Cell(one.last_error or "—"),
    ]
