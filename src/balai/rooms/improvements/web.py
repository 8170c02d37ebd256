"""The log's pages: everybody reports and reads what became of it, administrators answer."""

from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balai.base import throttle
from balai.base.errors import BalaiError, Conflict, Invalid
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.base.pages.parts import FormFault, Link, Tone
from balai.records.entrance.officers import Desk, administrator_page
from balai.records.entrance.posting import command_id
from balai.records.entrance.visitors import Visitor, visitor_page
from balai.rooms.improvements import actions, queries, rules
from balai.rooms.improvements.models import Report

TONES: dict[str, Tone] = {"new": "info", "accepted": "warn", "done": "ok", "declined": ""}


@require_GET
@visitor_page
def show_public(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show what became of what people found wrong."""
    context = {
        "rows": [_line(row, visitor.lang) for row in queries.list_public()],
        "waiting": queries.count_new(),
        "crumbs": (Link(texts.say("room_improvements.home"), "/"), Link(texts.say("room_improvements.title"))),
    }
    return render(request, "improvements/public.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@visitor_page
def take_report(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Take what somebody found wrong; the page they came from is kept by its pattern alone."""
    typed, refused = request.POST, None
    page = _pattern(typed.get("page", "") or request.headers.get("Referer", ""))
    if request.method == "POST":
        throttle.take("improvements", visitor.address, limit=rules.EACH, per=rules.PER, now=visitor.now)
        try:
            actions.report(
                command_id=command_id(request), actor=visitor.actor, now=visitor.now, page=page,
                text=typed.get("text", ""), contact=typed.get("contact", ""),
            )  # fmt: skip
        except Invalid as error:
            refused = error
        else:
            messages.success(request, texts.say("room_improvements.thanks"), extra_tags="ok")
            return HttpResponseRedirect(reverse("improvements:public"))
    context = {
        "typed": typed,
        "page": typed.get("page", "") or _path(request.headers.get("Referer", "")),
        "pattern": page,
        "crumbs": (
            Link(texts.say("room_improvements.home"), "/"),
            Link(texts.say("room_improvements.title"), reverse("improvements:public")),
            Link(texts.say("room_improvements.ask")),
        ),
        **_told(typed.get("command"), refused, visitor.lang),
    }
    return render(request, "improvements/report.html", context, status=refused.status if refused else 200)


@never_cache
@require_GET
@administrator_page
def list_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the log to whoever keeps it, what waits first; what somebody wrote is opened one by one."""
    context = {"desk": desk, "rows": [_line(row, desk.lang) for row in queries.list_all()]}
    return render(request, "improvements/list.html", context)


@never_cache
@require_http_methods(["GET", "POST"])
@administrator_page
def answer(request: HttpRequest, desk: Desk, report_id: UUID) -> HttpResponse:
    """Show one report as it was written, and put it into public words."""
    typed, refused = request.POST, None
    if request.method == "POST":
        try:
            actions.answer(
                command_id=command_id(request), actor=desk.actor, now=desk.now, report_id=report_id,
                state=typed.get("state", ""), subject=typed.get("subject", ""), answer=typed.get("answer", ""),
            )  # fmt: skip
        except (Invalid, Conflict) as error:
            refused = error
        else:
            return HttpResponseRedirect(reverse("improvements:list"))
    row, told = queries.open_report(desk.actor, report_id, now=desk.now)
    context = {
        "desk": desk,
        "one": _line(row, desk.lang),
        "told": told,
        "typed": typed or {"subject": row.subject, "answer": row.answer},
        "steps": [(state, texts.say(f"room_improvements.state.{state}")) for state in rules.STEPS[row.state]],
        **_told(typed.get("command"), refused, desk.lang),
    }
    return render(request, "improvements/one.html", context, status=refused.status if refused else 200)


def _told(command: str | None, refused: BalaiError | None, lang: str) -> dict[str, object]:
    """Say what was refused: at its fields, else as a whole."""
    fields = dict(refused.fields) if refused else {}
    return {
        "command": command or str(uuid4()),
        "faults": tuple(FormFault(name, words) for name, words in fields.items()),
        "errors": fields,
        "refused": refused.message(lang) if refused and not fields else "",
    }


def _line(row: Report, lang: str) -> dict[str, object]:
    return {
        "id": row.id, "page": row.page, "state": texts.say(f"room_improvements.state.{row.state}", lang),
        "tone": TONES[row.state], "at": moment(row.moved_at, lang), "came": moment(row.at, lang),
        "subject": row.subject, "answer": row.answer,
    }  # fmt: skip


def _path(address: str) -> str:
    try:
        path = urlsplit(address).path
    except ValueError:
        return ""
    return path if len(path) <= 300 else ""


def _pattern(address: str) -> str:
    """Give the pattern of a page of ours, which holds no number and no secret; "" of whatever else."""
    try:
        return f"/{resolve(_path(address)).route}"
    except Resolver404:
        return ""
