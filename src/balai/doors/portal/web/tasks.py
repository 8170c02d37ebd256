"""What the applicant does to a running case: answer or correct, withdraw."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid5

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import intake
from balai.base.errors import Invalid
from balai.base.pages import rendering
from balai.base.pages.parts import Link
from balai.base.pages.texts import say
from balai.casework.cases import actions as cases
from balai.casework.cases.queries import CaseView
from balai.doors.portal import answering
from balai.doors.portal.filling import FilledPage, store_file, take_page
from balai.doors.portal.web.case import open_case
from balai.engine import forms
from balai.records.entrance.visitors import TRACKS, Visitor, secret_of, visitor_page

FORM = require_http_methods(["GET", "POST"])


@never_cache
@FORM
@visitor_page
def answer(request: HttpRequest, visitor: Visitor, number: str, token: str) -> HttpResponse:
    """Show an applicant's task with the earlier answers kept and what to mend marked; on the last button, send it."""
    view = open_case(request, visitor, number)
    asked = answering.get_asked(view, token, visitor)
    before = answering.read_answers(request, asked)
    if request.method == "GET":
        return _ask(request, asked, before)

    def keep(one: forms.Field, file: "UploadedFile[bytes]") -> Mapping[str, Any]:
        return store_file(view.row.vault_id, one, file, visitor)

    taken = take_page(request, asked.form, tuple(asked.form.fields), before, asked.scope, keep, visitor.lang)
    answering.remember(request, asked, taken.answers)
    if taken.pressed == "save":
        return HttpResponse(say("portal.answer.kept"), content_type="text/plain")
    if taken.pressed == "stay" or taken.file_errors:
        shown = _ask(request, asked, taken.answers, taken.file_errors, taken)
        shown.status_code = taken.status if taken.file_errors else shown.status_code
        return shown
    try:
        cases.act(
            cases.Command(
                id=uuid5(view.row.id, f"answer {token}"),
                actor=visitor.actor,
                now=visitor.now,
                case_id=view.row.id,
                action="complete",
                token=token,
                data=taken.answers,
                proven_by_link=is_proven(request, view),
                lang=visitor.lang,
            )
        )
    except Invalid as error:
        return _ask(request, asked, taken.answers, error.fields or {"": error.message(visitor.lang)})
    answering.forget(request, asked)
    messages.success(request, say("portal.answer.sent"), extra_tags="ok")
    return HttpResponseRedirect(f"/berkas/{view.row.number}/")


def is_proven(request: HttpRequest, view: CaseView) -> bool:
    """Tell whether the holder came by the tracking code; `open_case` has checked the code against the case."""
    return bool(secret_of(request, TRACKS, view.row.number)) and view.standing.holder


def _ask(
    request: HttpRequest,
    asked: answering.AskedTask,
    answers: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    taken: FilledPage | None = None,
) -> HttpResponse:
    drawing, questions = answering.draw(asked, answers, errors, taken)
    number = asked.view.row.number
    context = {
        "live_form": "isian",
        "number": number,
        "title": asked.title,
        "wanted": asked.wanted,
        "questions": questions,
        "own_button": asked.view.service.text(f"forms.{asked.form.name}.submit", asked.lang, ""),
        "faults": rendering.list_faults(drawing, questions),
        "crumbs": (
            Link(say("portal.nav.home"), "/"),
            Link(number, f"/berkas/{number}/"),
            Link(say("portal.answer.crumb")),
        ),
    }
    return render(request, "portal/answer.html", context, status=422 if errors else 200)


@never_cache
@FORM
@visitor_page
def withdraw(request: HttpRequest, visitor: Visitor, number: str) -> HttpResponse:
    """Withdraw a case, after asking once."""
    view = open_case(request, visitor, number)
    back = f"/berkas/{view.row.number}/"
    if request.method == "POST":
        cases.act(
            cases.Command(
                id=uuid5(view.row.id, "withdraw"),
                actor=visitor.actor,
                now=visitor.now,
                case_id=view.row.id,
                action="withdraw",
                reason=intake.words(request.POST.get("reason", ""), 500, "reason"),
                proven_by_link=is_proven(request, view),
                lang=visitor.lang,
            )
        )
        messages.success(request, say("portal.withdraw.done"), extra_tags="ok")
        return HttpResponseRedirect(back)
    return render(request, "portal/withdraw.html", {"number": view.row.number, "back": back})
