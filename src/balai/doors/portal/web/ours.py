"""Whether a message is from this hall: a pasted text, link or sender, held against what was sent. To whom is never told."""

import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import intake, prints, throttle
from balai.base.errors import Invalid
from balai.base.pages.contact import get_contact
from balai.base.pages.parts import FormFault, Link
from balai.base.pages.texts import say
from balai.doors.portal import limits
from balai.engine.forms import format_date
from balai.records.entrance.visitors import Visitor, visitor_page

MOST = 6000  # characters of a pasted message


@never_cache
@require_http_methods(["GET", "POST"])
@visitor_page
def ask(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for a message and say whether it was sent from here; nothing of it is kept."""
    faults: tuple[FormFault, ...] = ()
    typed, verdict = request.POST.get("pesan", ""), None
    if request.method == "POST":
        throttle.take("ours", visitor.address, **limits.OURS, now=visitor.now)
        try:
            text = intake.within(typed.strip(), MOST, "pesan")
        except Invalid as refused:
            faults = (FormFault("pesan", refused.message(visitor.lang)),)
        else:
            verdict = _judge(text, visitor.lang) if text else None
            faults = () if text else (FormFault("pesan", say("portal.ours.missing")),)
    context = {
        "faults": faults,
        "typed": typed,
        "verdict": verdict,
        "phone": next(iter(_numbers()), ""),
        "home": f"{settings.BALAI_URL}/",
        "crumbs": (Link(say("portal.nav.home"), "/"), Link(say("portal.ours.title"))),
    }
    return render(request, "portal/ours.html", context, status=422 if faults else 200)


def _judge(text: str, lang: str) -> dict[str, Any]:
    """Put what is known of a text into words."""
    found = prints.look_up(text)
    name = "sender" if found.verdict == "unknown" and _plain(text) in _senders() else found.verdict
    day = format_date(found.day, lang) if found.day else ""
    return {
        "name": name,
        "title": say(f"portal.ours.{name}.title"),
        "text": say(f"portal.ours.{name}.text", day=day),
        "tone": {"sent": "ok", "site": "ok", "sender": "info"}.get(name, "bad"),
        "foreign": say("portal.ours.foreign", hosts=", ".join(found.foreign[:3])) if found.foreign else "",
        "warns": name in ("mixed", "unknown"),
    }


def _senders() -> set[str]:
    """List the names, numbers and addresses by which this hall writes or is called."""
    mail = settings.BALAI_MAIL_FROM.rpartition("<")[2].strip("> ")
    told = (mail, settings.BALAI_SMS_SENDER, settings.BALAI_SMS_SECOND_SENDER, *_numbers())
    return {_plain(one) for one in told if one}


def _numbers() -> list[str]:
    """List the numbers by which the hall is called; none where they are made up."""
    reach = get_contact()
    return [one.shown for one in (reach.phone, reach.whatsapp) if one and not reach.example]


def _plain(text: str) -> str:
    letters = "".join(one for one in text.casefold() if one.isalnum() or one in "@.")
    return f"62{letters[1:]}" if re.fullmatch("0[0-9]+", letters) else letters
