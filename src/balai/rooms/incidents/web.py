"""The incident book's pages for administrators, and the heads' page for the time an outage took from their office."""

from collections.abc import Mapping
from datetime import datetime
from typing import TypedDict
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from balai.base import intake
from balai.base.actors import Actor
from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed, NotFound
from balai.base.numbers import whole
from balai.base.pages import rendering, texts
from balai.base.pages.moments import moment
from balai.base.pages.parts import FormFault
from balai.casework.cases import actions as cases
from balai.casework.cases import queries as case_queries
from balai.casework.catalogue import queries as catalogue
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, administrator_page, role_page
from balai.records.entrance.posting import command_id, posted_id
from balai.records.offices import roles
from balai.records.outages import queries as outages
from balai.records.people import queries as people
from balai.rooms.incidents import actions, queries, rules

REFUSED = (Conflict, Invalid, NotAllowed)


class _Who(TypedDict):
    """What every deed on an incident is told."""

    command_id: UUID
    actor: Actor
    now: datetime
    incident_id: UUID


# ---- the book ---------------------------------------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@administrator_page
def list_all(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the book, and open an incident."""
    if request.method == "GET":
        return _list(request, desk)
    typed = request.POST
    try:
        made = actions.open_incident(
            command_id=command_id(request), actor=desk.actor, now=desk.now, kind=typed.get("kind", ""),
            title=typed.get("title", ""), description=typed.get("description", ""), systems=typed.get("systems", ""),
            detected_at=_moment(request, "detected_at") or desk.now, drill=bool(typed.get("drill")),
        )  # fmt: skip
    except REFUSED as refused:
        return _list(request, desk, refused)
    return HttpResponseRedirect(reverse("incidents:one", args=[made]))


def _list(request: HttpRequest, desk: Desk, refused: BalaiError | None = None) -> HttpResponse:
    rows = [
        {
            "row": row, "title": title, "kind": texts.say(f"room_incidents.kind.{row.kind}"),
            "state": texts.say(f"room_incidents.state.{row.state}"), "at": moment(row.detected_at, desk.lang),
        }
        for row, title in queries.list_incidents()
    ]  # fmt: skip
    kinds = [(kind, texts.say(f"room_incidents.kind.{kind}")) for kind in rules.KINDS]
    return _page(request, desk, "incidents/list.html", refused, {"rows": rows, "kinds": kinds, "now": _local(desk.now)})


@never_cache
@require_http_methods(["GET", "POST"])
@administrator_page
def show_one(request: HttpRequest, desk: Desk, incident_id: UUID) -> HttpResponse:
    """Show an incident, or do what one of its forms asks."""
    if request.method == "GET":
        return _one(request, desk, incident_id)
    what = request.POST.get("do", "")
    if what not in _DEEDS:
        raise NotFound
    try:
        _DEEDS[what](request, desk, incident_id)
    except REFUSED as refused:
        return _one(request, desk, incident_id, refused)
    messages.success(request, texts.say("room_incidents.done"), extra_tags="ok")
    return HttpResponseRedirect(f"{reverse('incidents:one', args=[incident_id])}#{what}")


def _one(request: HttpRequest, desk: Desk, incident_id: UUID, refused: BalaiError | None = None) -> HttpResponse:
    view, running = queries.open_incident(incident_id), outages.find_read_only()
    following = [one for one in rules.STATES if rules.may_follow(view.row.state, one)]
    context = {
        **_told(view, desk),
        "frozen": [
            {"id": person, "address": address, "since": moment(at, desk.lang), "reason": reason, "mine": by == desk.person_id}
            for person, address, at, reason, by in people.list_frozen()
        ],
        "read_only": moment(running.since, desk.lang) if running else "",
        "next": following[0] if following else "",
        "next_words": texts.say(f"room_incidents.move.{following[0]}") if following else "",
        "now": _local(desk.now),
        "do": request.POST.get("do", ""),
    }  # fmt: skip
    if refused is not None and context["do"] == "assess":
        context["assessed"] = [
            (name, texts.say(f"room_incidents.told.{name}"), request.POST.get(name, "")) for name in rules.TOLD
        ]
    return _page(request, desk, "incidents/one.html", refused, context)


@never_cache
@require_GET
@administrator_page
def show_report(request: HttpRequest, desk: Desk, incident_id: UUID) -> HttpResponse:
    """Show the report of an incident, to be printed: contact, description, chronology, impact."""
    view = queries.open_incident(incident_id)
    return render(
        request, "incidents/report.html", {"desk": desk, **_told(view, desk), "made": moment(desk.now, desk.lang)}
    )


def _told(view: queries.OpenedIncident, desk: Desk) -> dict[str, object]:
    row, lang = view.row, desk.lang
    authors = names.list_names({line.author_id for line in view.lines if line.author_id})
    return {
        "view": view,
        "row": row,
        "told": view.told,
        "kind": texts.say(f"room_incidents.kind.{row.kind}", lang),
        "state": texts.say(f"room_incidents.state.{row.state}", lang),
        "detected": moment(row.detected_at, lang),
        "lines": [
            {
                "at": moment(line.at, lang), "text": line.text,
                "by": authors.get(line.author_id, "") if line.author_id else texts.say("room_incidents.console", lang),
                "late": moment(line.written_at, lang) if (line.written_at - line.at).total_seconds() > 60 else "",
            }
            for line in view.lines
        ],
        "clocks": [_clock(one, desk) for one in view.clocks],
        "assessed": [(name, texts.say(f"room_incidents.told.{name}", lang), view.told[name]) for name in rules.TOLD],
    }  # fmt: skip


def _clock(one: queries.Running, desk: Desk) -> dict[str, object]:
    clock, left = one.clock, one.ends_at - desk.now
    hours = int(abs(left.total_seconds()) // 3600)
    late = one.answered_at is None and left.total_seconds() < 0
    return {
        "id": clock.id, "to": clock.to[desk.lang], "says": clock.says[desk.lang], "ends": moment(one.ends_at, desk.lang),
        "left": texts.say(f"room_incidents.clock.{'late' if late else 'left'}", desk.lang, hours=hours),
        "tone": "bad" if late else "warn", "answered": moment(one.answered_at, desk.lang) if one.answered_at else "",
        "basis": f"{clock.ref}; {clock.source}", "confirmed": clock.status == "confirmed",
    }  # fmt: skip


# ---- what its forms ask --------------------------------------------------------------------------------------------


def _do_note(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    actions.note(
        **_who(request, desk, incident_id), at=_moment(request, "at") or desk.now, text=request.POST.get("text", "")
    )


def _do_assess(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    typed = request.POST.get("affected", "").strip()
    affected = whole(typed, -1, most=999_999_999) if typed else None
    if affected == -1:
        raise Invalid(fields={"affected": texts.say("room_incidents.fault.affected")})
    told = {name: request.POST[name] for name in rules.TOLD if name in request.POST}
    actions.assess(**_who(request, desk, incident_id), affected=affected, told=told)


def _do_freeze(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    person = people.find_person_by_email(request.POST.get("email", ""))
    if person is None:
        raise Invalid("incident-nobody", fields={"email": "incident-nobody"})
    actions.freeze(**_who(request, desk, incident_id), person_id=person, reason=request.POST.get("reason", ""))


def _do_thaw(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    person, reason = posted_id(request, "person"), request.POST.get("thaw_reason", "")
    actions.thaw(**_who(request, desk, incident_id), person_id=person, reason=reason)


def _do_shut(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    why = {name: request.POST.get(name, "") for name in ("why_id", "why_en")}
    actions.shut(**_who(request, desk, incident_id), **why, until=_moment(request, "until"))


def _do_reopen(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    actions.reopen(**_who(request, desk, incident_id))


def _do_outage(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    span = {name: _moment(request, name) or desk.now for name in ("began_at", "ended_at")}
    actions.record_outage(**_who(request, desk, incident_id), **span)


def _do_announce(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    said = {name: request.POST.get(name, "") for name in ("text_id", "text_en")}
    actions.announce(**_who(request, desk, incident_id), **said)


def _do_take_down(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    actions.take_down(**_who(request, desk, incident_id))


def _do_clock(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    at = _moment(request, "told_at") or desk.now
    actions.answer_clock(**_who(request, desk, incident_id), clock=request.POST.get("clock", ""), at=at)


def _do_move(request: HttpRequest, desk: Desk, incident_id: UUID) -> None:
    to, lessons = request.POST.get("to", ""), request.POST.get("lessons", "")
    actions.move(**_who(request, desk, incident_id), to=to, lessons=lessons)


_DEEDS = {
    "note": _do_note, "assess": _do_assess, "freeze": _do_freeze, "thaw": _do_thaw, "shut": _do_shut, "reopen": _do_reopen,
    "outage": _do_outage, "announce": _do_announce, "take-down": _do_take_down, "clock": _do_clock, "move": _do_move,
}  # fmt: skip


def _who(request: HttpRequest, desk: Desk, incident_id: UUID) -> _Who:
    return {"command_id": command_id(request), "actor": desk.actor, "now": desk.now, "incident_id": incident_id}


# ---- an outage and the office's own time -----------------------------------------------------------------------------


@never_cache
@require_http_methods(["GET", "POST"])
@role_page(*sorted(roles.heads()))
def show_outages(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show a head the outages of late, and the cases of their units whose time ran meanwhile; extend those that are chosen."""
    if request.method == "GET":
        return _outages(request, desk)
    try:
        count = cases.extend_office(
            command_id=command_id(request), actor=desk.actor, now=desk.now, outage_id=posted_id(request, "outage"),
            numbers=request.POST.getlist("number"), reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except REFUSED as refused:
        return _outages(request, desk, refused)
    messages.success(request, texts.say("room_incidents.extend.done", count=count), extra_tags="ok")
    return HttpResponseRedirect(reverse("incidents:outages"))


def _outages(request: HttpRequest, desk: Desk, refused: BalaiError | None = None) -> HttpResponse:
    paths = sorted({held.unit_path for held in desk.held if held.role in roles.heads()})
    recent = [
        (one, case_queries.list_extendable(desk.person_id, paths, one)) for one in outages.list_recent(desk.now)[:10]
    ]
    listed = ((case.case_id, case.applicant_id) for _, cases_of in recent for case in cases_of)
    case_queries.record_list(desk.actor, "outages", listed, now=desk.now)
    found = [
        {
            "id": one.id, "began": moment(one.began_at, desk.lang), "ended": moment(one.ended_at, desk.lang),
            "how": texts.say(f"room_incidents.how.{one.how}"),
            "cases": [
                {
                    "number": case.number, "title": catalogue.get_service(case.service_id, case.service_key).text("title", desk.lang),
                    "holder": case.holder_masked, "due": moment(case.due_at, desk.lang) if case.due_at else "",
                }
                for case in cases_of
            ],
        }
        for one, cases_of in recent
    ]  # fmt: skip
    chosen = request.POST.getlist("number") if refused else []
    return _page(
        request, desk, "incidents/outages.html", refused,
        {"outages": found, "chosen": chosen, "of": request.POST.get("outage", "") if refused else ""},
    )  # fmt: skip


# ---- shared -----------------------------------------------------------------------------------------------------------


def _page(
    request: HttpRequest, desk: Desk, template: str, refused: BalaiError | None, context: Mapping[str, object]
) -> HttpResponse:
    """Draw a page; what was refused is said beside what was typed, which stays."""
    errors = {
        name: said if " " in said else refused.message(desk.lang) for name, said in refused.fields.items()
    } if refused else {}  # fmt: skip
    shown = {
        "desk": desk, "errors": errors, "faults": [FormFault(name, said) for name, said in errors.items()],
        "refused_text": refused.message(desk.lang) if refused and not errors else "",
        "typed": request.POST if refused else {}, "command": request.POST.get("command") if refused else uuid4(),
    }  # fmt: skip
    return render(request, template, {**shown, **context}, status=refused.status if refused else 200)


def _local(at: datetime) -> str:
    return rendering.plain_moment(timezone.localtime(at).replace(second=0))


def _moment(request: HttpRequest, name: str) -> datetime | None:
    """Read a moment in the office's own time; None when it was left empty. :raises Invalid: when it is none."""
    typed = request.POST.get(name, "").strip()
    if not typed:
        return None
    try:
        return intake.moment(typed, timezone.get_current_timezone())
    except ValueError:
        raise Invalid(fields={name: texts.say("room_incidents.fault.moment")}) from None
