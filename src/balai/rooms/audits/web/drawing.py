"""How the room's pages are drawn: what was refused beside what was typed, days read from forms, states in words."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate

from balai.base import intake
from balai.base.errors import BalaiError, Conflict, Invalid, NotAllowed
from balai.base.pages import texts
from balai.base.pages.parts import FormFault, Tone
from balai.engine import forms
from balai.records.entrance.officers import Desk
from balai.rooms.audits import rules
from balai.rooms.audits.models import Recommendation

REFUSED = (Conflict, Invalid, NotAllowed)
TONES: dict[str, Tone] = {"open": "warn", "late": "bad", "answered": "info", "accepted": "ok", "impossible": ""}


def draw(
    request: HttpRequest, desk: Desk, template: str, refused: BalaiError | None, context: Mapping[str, object]
) -> HttpResponse:
    """Draw a page; what was refused is said beside what was typed, which stays."""
    errors = {name: _fault(refused, name, said, desk.lang) for name, said in refused.fields.items()} if refused else {}
    shown = {
        "desk": desk, "errors": errors, "faults": [FormFault(name, said) for name, said in errors.items()],
        "refused_text": refused.message(desk.lang) if refused and not errors else "",
        "typed": request.POST if refused else {}, "command": request.POST.get("command") if refused else uuid4(),
    }  # fmt: skip
    return render(request, template, {**shown, **context}, status=refused.status if refused else 200)


def _fault(refused: BalaiError, name: str, said: str, lang: str) -> str:
    """Say what is wrong with one field; of several that are empty each is named, so that the summary tells them apart."""
    if refused.code == "audit-words":
        return texts.say("room_audits.fault.empty", lang, name=texts.say(f"room_audits.field.{name}", lang))
    return said if " " in said else refused.message(lang)


def read_day(typed: str, name: str) -> date:
    """Read a day from a form. :raises Invalid: when it is none."""
    try:
        return intake.day(typed)
    except ValueError:
        raise Invalid(fields={name: texts.say("room_audits.fault.day")}) from None


def standing(one: Recommendation, now: datetime, lang: str) -> dict[str, object]:
    """Say where a recommendation stands: its state, its tone, and what its clock says."""
    today = localdate(now)
    late = one.state == rules.OPEN and today > one.due_on
    days = abs((one.due_on - today).days)
    clock = (
        ""
        if one.state != rules.OPEN
        else texts.say("room_audits.clock.late" if late else "room_audits.clock.left", lang, count=days)
    )
    return {
        "state": texts.say(f"room_audits.state.{'late' if late else one.state}", lang), "tone": TONES["late" if late else one.state],
        "due": forms.format_date(one.due_on, lang), "clock": clock, "late": late,
    }  # fmt: skip
