"""Findings, for auditors: written, recommended, judged."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.timezone import localdate
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import intake
from balai.base.errors import BalaiError, Invalid, NotFound
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.engine import forms
from balai.records.entrance import names
from balai.records.entrance.officers import Desk, auditing_page
from balai.records.entrance.posting import command_id, posted_id
from balai.records.offices import queries as offices
from balai.rooms.audits import actions, queries, rules
from balai.rooms.audits.web.drawing import REFUSED, draw, read_day, standing


@never_cache
@require_http_methods(["GET", "POST"])
@auditing_page
def list_findings(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the findings, or write one down."""
    if request.method == "GET":
        return _list(request, desk)
    try:
        made = _open(request, desk)
    except REFUSED as refused:
        return _list(request, desk, refused)
    return HttpResponseRedirect(reverse("audits:finding", args=[made]))


def _open(request: HttpRequest, desk: Desk) -> UUID:
    typed = request.POST
    try:
        return actions.open_finding(
            command_id=command_id(request), actor=desk.actor, now=desk.now, source=typed.get("source", ""),
            unit_code=typed.get("unit", ""), received_on=read_day(typed.get("received_on", ""), "received_on"),
            told={name: typed.get(name, "") for name in rules.TOLD}, recommendation=typed.get("recommendation", ""),
            cases=typed.get("cases", "").replace(",", " ").split(), sample_id=_sample(typed.get("sample", "")),
        )  # fmt: skip
    except NotFound:
        raise Invalid(fields={"unit": texts.say("room_audits.fault.unit")}) from None


def _sample(number: str) -> UUID | None:
    """Find the sample a finding rests on. :raises Invalid: for a number of none."""
    if not number.strip():
        return None
    found = queries.find_sample(number.strip().upper())
    if found is None:
        raise Invalid(fields={"sample": texts.say("room_audits.fault.sample")})
    return found


def _list(request: HttpRequest, desk: Desk, refused: BalaiError | None = None) -> HttpResponse:
    chosen = request.GET.get("keadaan", "")
    state = chosen if chosen in (*rules.STATES, "late") else ""
    found = queries.list_findings(today=localdate(desk.now), state=state)
    context = {
        "rows": [
            {
                "row": row, "title": title, "source": texts.say(f"room_audits.source.{row.source}"),
                "parts": [{"seq": one.seq, **standing(one, desk.now, desk.lang)} for one in parts],
            }
            for row, title, parts in found
        ],
        "states": [("", texts.say("room_audits.finding.all")), ("late", texts.say("room_audits.state.late")), *((one, texts.say(f"room_audits.state.{one}")) for one in rules.STATES)],
        "sample": intake.plain(request.GET.get("sampel", ""), 24, "sampel"), "state": state, "sources": [(one, texts.say(f"room_audits.source.{one}")) for one in rules.SOURCES],
        "units": [(one.code, one.name) for one in offices.list_units()], "today": localdate(desk.now).isoformat(),
        "told": [(name, texts.say(f"room_audits.told.{name}"), name not in rules.NEEDED) for name in rules.TOLD],
        "clocks": [
            {
                "source": texts.say(f"room_audits.source.{one.source}"), "days": one.days, "since": one.since[desk.lang], "ref": one.ref,
                "confirmed": one.status == "confirmed",
            }
            for one in queries.list_sources()
        ],
    }  # fmt: skip
    return draw(request, desk, "audits/findings.html", refused, context)


@never_cache
@require_http_methods(["GET", "POST"])
@auditing_page
def show_finding(request: HttpRequest, desk: Desk, finding_id: UUID) -> HttpResponse:
    """Show one finding with all that was said, or do what one of its forms asks."""
    if request.method == "GET":
        return draw(request, desk, "audits/finding.html", None, told(finding_id, desk))
    what = request.POST.get("do", "")
    try:
        if what == "recommend":
            actions.recommend(
                command_id=command_id(request), actor=desk.actor, now=desk.now, finding_id=finding_id,
                text=request.POST.get("text", ""),
            )  # fmt: skip
        elif what == "settle":
            actions.settle(
                command_id=command_id(request), actor=desk.actor, now=desk.now, finding_id=finding_id,
                recommendation_id=posted_id(request, "recommendation"), verdict=request.POST.get("verdict", ""),
                text=request.POST.get("text", ""),
            )  # fmt: skip
        else:
            raise NotFound
    except REFUSED as refused:
        of = request.POST.get("recommendation", "") if what == "settle" else "new"
        return draw(request, desk, "audits/finding.html", refused, {**told(finding_id, desk), "of": of})
    messages.success(request, texts.say("room_audits.done"), extra_tags="ok")
    return HttpResponseRedirect(reverse("audits:finding", args=[finding_id]))


def told(finding_id: UUID, desk: Desk) -> dict[str, object]:
    """Put a finding into words, for whoever judges it and for whoever answers."""
    view, lang = queries.open_finding(finding_id), desk.lang
    authors = {view.row.author_id, *(said.author_id for one in view.recommended for said in one.said)}
    known = names.list_names(authors)
    return {
        "sample": view.row.sample.number if view.row.sample else "", "view": view, "row": view.row, "title": view.told["title"], "source": texts.say(f"room_audits.source.{view.row.source}"),
        "by": known.get(view.row.author_id, ""), "at": moment(view.row.at, lang),
        "received": forms.format_date(view.row.received_on, lang),
        "words": [(texts.say(f"room_audits.told.{name}"), view.told[name]) for name in rules.TOLD[1:] if view.told[name]],
        "clock_words": texts.say("room_audits.clock.days", lang, days=view.clock.days, since=view.clock.since[lang]) if view.clock else "",
        "clock": view.clock, "clock_confirmed": view.clock is not None and view.clock.status == "confirmed",
        "verdicts": [(one, texts.say(f"room_audits.verdict.{one}")) for one in rules.VERDICTS],
        "replies": [(one, texts.say(f"room_audits.reply.{one}")) for one in rules.REPLIES],
        "recommended": [
            {
                "row": one.row, "text": one.text, **standing(one.row, desk.now, lang),
                "said": [
                    {
                        "at": moment(said.at, lang), "by": known.get(said.author_id, ""), "text": said.text,
                        "what": texts.say(f"room_audits.{'verdict' if said.verdict else 'reply'}.{said.kind}"), "verdict": said.verdict,
                    }
                    for said in one.said
                ],
                "answerable": one.row.state == rules.OPEN,
                "verdicts": [(v, texts.say(f"room_audits.verdict.{v}")) for v in rules.VERDICTS if rules.may_settle(one.row.state, v)],
            }
            for one in view.recommended
        ],
    }  # fmt: skip
