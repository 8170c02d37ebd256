"""What a person's own phone keeps to be read without a connection, and what was typed there meanwhile.

The phone asks for copies of its person's drafts and cases and seals them itself, under a key that never leaves it. What was typed
without a connection comes back with marks of the answers as they stood when they were copied: a field that changed neither here nor
there, or on one side alone, is no question; one that changed on both sides is, and both are shown.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from balai.base import crypto
from balai.base.errors import Conflict
from balai.base.pages import rendering
from balai.base.pages.texts import say
from balai.casework.cases.queries import CaseView
from balai.casework.issuing import queries as issuing
from balai.doors.portal import answering, progress
from balai.doors.portal.answering import AskedTask
from balai.doors.portal.application import Application
from balai.engine import forms
from balai.engine.manifest import Service

KEPT = timedelta(days=14)  # since the phone last heard from us
MOST = 50_000_000  # bytes on one phone
CASES, LETTERS = 20, 3  # the newest, and of each case
WORDS = (
    "mine", "as_of", "drafts", "cases", "nothing", "letters", "asked", "timeline", "edit", "page", "save", "saved", "waiting",
    "sent", "clash", "clash_text", "field", "here", "there", "use_here", "use_there", "moved_on", "gone", "refused", "discard",
    "sign_in", "full", "wiped", "answer", "send", "sent_answer", "answered", "banner", "banner_clash", "look", "on_now", "unsent",
)  # fmt: skip
MARK = "ponsel"  # the cookie of a phone that keeps something
WIPE = '"cache", "storage"'  # Clear-Site-Data: what a browser then takes away, by itself


class WipeOnSignOut:
    """Middleware: whoever signs out on a phone that they called theirs leaves nothing; the browser takes it away, whatever the script does.

    Elsewhere nothing is taken: what a counter keeps for a day without a line belongs to its office.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.COOKIES.get(MARK) or request.method != "POST" or response.status_code != 302:
            return response
        if request.path == reverse("account_logout"):
            wipe(response)
        return response


def wipe(response: HttpResponse) -> None:
    """Let the browser take away what this phone kept."""
    response["Clear-Site-Data"] = WIPE
    response.delete_cookie(MARK, samesite="Lax")


def note(response: HttpResponse) -> None:
    """Let the browser remember that this phone keeps something, a day longer than it may."""
    response.set_cookie(
        MARK,
        "1",
        max_age=KEPT + timedelta(days=1),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def name_person(person_id: UUID) -> str:
    """Name a person to their own phone, which wipes itself when somebody else signs in: 16 hex digits that tell nothing."""
    return crypto.mac("phone-person", person_id.bytes).hex()[:16]


def words(lang: str) -> dict[str, str]:
    """Give the words the phone needs without us."""
    return {name: say(f"portal.phone.{name}", lang) for name in WORDS}


def is_stale(since: str, now: datetime) -> bool:
    """Tell whether a phone, by the moment it says it last heard from us, has kept its copies too long; no moment says nothing."""
    try:
        at = datetime.fromisoformat(since)
    except ValueError:
        return False
    return at.tzinfo is not None and now - at > KEPT


# ---- copies ----------------------------------------------------------------------------------------------------------


def copy_case(view: CaseView, lang: str, answers: Sequence[tuple[AskedTask, Mapping[str, Any]]] = ()) -> dict[str, Any]:
    """Copy a case as its holder reads it: state, way, what is asked of them, the words of its newest letters.

    :param answers: what it waits for them to answer, with what they typed of it so far.
    """
    zone = ZoneInfo(view.service.zone)
    return {
        "number": view.row.number,
        "title": view.service.text("title", lang),
        "headline": progress.headline(view, lang),
        "since": progress.since(view, lang),
        "lead": progress.outcome_text(view, lang),
        "asked": [" — ".join(filter(None, (one.title, one.text, one.due))) for one in progress.asked(view, lang)],
        "timeline": [{"title": one.title, "at": one.at, "text": one.text} for one in progress.timeline(view, lang)],
        "letters": [] if view.hidden else _letters(view, zone, lang),
        "pages": [_copy_asked(asked, typed) for asked, typed in answers],
    }


def _copy_asked(asked: AskedTask, typed: Mapping[str, Any]) -> dict[str, Any]:
    """Copy what a case asks of its holder, as its questions are drawn, with a mark of each answer."""
    _, questions = answering.draw(asked, typed)
    return {
        "id": asked.task.token,
        "title": asked.title,
        "wanted": asked.wanted,
        "html": render_to_string("portal/parts/phone_page.html", {"questions": questions}),
        "marks": {name: mark(typed.get(name)) for name in asked.form.fields},
    }


def _letters(view: CaseView, zone: ZoneInfo, lang: str) -> list[dict[str, str]]:
    signed = [one for one in issuing.list_letters_of(view.row.id) if one.signed_at is not None]
    return [
        {
            "title": one.title, "number": one.number,
            "date": forms.format_date(one.signed_at.astimezone(zone).date(), lang) if one.signed_at else "",
            "state": say(f"portal.letter.{'revoked' if one.state == 'revoked' else 'valid'}", lang),
            "text": issuing.text_of(issuing.read_file(one, view.row.key)),
        }
        for one in reversed(signed[-LETTERS:])
    ]  # fmt: skip


def copy_draft(application: Application) -> dict[str, Any]:
    """Copy an application: each page that applies, as its questions are drawn, with a mark of each answer."""
    return {
        "id": str(application.id),
        "title": application.view.service.text("title", application.visitor.lang),
        "at": progress.moment_text(
            application.view.draft.updated_at, ZoneInfo(application.view.service.zone), application.visitor.lang
        ),
        "pages": [
            {
                "id": page.id,
                "title": application.title(page.id),
                "html": _draw(application, page),
                "marks": {name: mark(application.answers.get(name)) for name in page.fields},
            }
            for page in application.pages
        ],
    }


def _draw(application: Application, page: forms.FormPage) -> str:
    drawing = application.drawing(application.answers, {}, {})
    fields = forms.visible_fields(application.form, page, application.answers, application.scope)
    drawn = rendering.draw(drawing, fields, application.answers)
    return render_to_string("portal/parts/phone_page.html", {"questions": drawn})


# ---- what was typed meanwhile ----------------------------------------------------------------------------------------


def mark(value: object) -> str:
    """Mark an answer as it was typed; a file by name and size, so that one sent twice is one."""
    value = _without_ids(value)
    if value in (None, "", []):
        return ""
    return crypto.mac("phone-answer", json.dumps(value, sort_keys=True, default=str).encode()).hex()[:16]


def _without_ids(value: object) -> object:
    """Name files by name and size alone, those of lists and rows too."""
    if isinstance(value, Mapping):
        return (
            [value.get("name"), value.get("size")]
            if "document" in value
            else {k: _without_ids(v) for k, v in value.items()}
        )
    return [_without_ids(one) for one in value] if isinstance(value, list) else value


def read_marks(sent: str) -> dict[str, str]:
    """Read the marks a phone sends along; what is none of ours is left out."""
    try:
        found = json.loads(sent or "{}")
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def merge(
    stored: Mapping[str, Any], typed: Mapping[str, Any], names: Sequence[str], base: Mapping[str, str], *, force: bool
) -> dict[str, Any]:
    """Give the answers that what was typed changes.

    :raises Conflict: `draft-changed`, when one of them changed elsewhere too, unless the person chose what they typed.
    """
    changed, clash = {}, False
    for name in names:
        mine, there = mark(typed.get(name)), mark(stored.get(name))
        if mine == there or mine == base.get(name, ""):
            continue
        clash = clash or there != base.get(name, "")
        changed[name] = typed.get(name)
    if clash and not force:
        raise Conflict("draft-changed")
    return changed


def compare(
    service: Service, form: forms.Form, scope: forms.JudgingScope, names: Sequence[str], *, typed: Mapping[str, Any],
    stored: Mapping[str, Any], lang: str,
) -> list[dict[str, str]]:  # fmt: skip
    """Show side by side what was typed on the phone and what stands here, where they differ."""
    rows = []
    for name in names:
        one, here, there = form.fields[name], typed.get(name), stored.get(name)
        if mark(here) != mark(there):
            said = {"here": _said(service, scope, one, here, lang), "there": _said(service, scope, one, there, lang)}
            rows.append({"label": service.text(f"{one.text_key}.label", lang, name), **said})
    return rows


def _said(service: Service, scope: forms.JudgingScope, one: forms.Field, value: object, lang: str) -> str:
    if isinstance(value, Mapping) and "document" in value:
        return str(value.get("name") or "")
    try:
        return forms.show(one, value, service.texts, lang, tables=scope.tables, zone=ZoneInfo(service.zone))
    except (ValueError, TypeError, KeyError, ArithmeticError):
        return str(value)
