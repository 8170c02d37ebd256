"""What the applicant does to a running case: answer or correct, withdraw."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import uuid5

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from balai.base import intake
from balai.base.errors import Conflict, Invalid
from balai.base.pages import rendering
from balai.base.pages.parts import Link
from balai.base.pages.texts import say
from balai.casework.cases import actions as cases
from balai.casework.cases.actions.moves import form_scope
from balai.casework.cases.queries import CaseView, TaskRow
from balai.casework.cases.rules import MARKS
from balai.doors.portal import progress
from balai.doors.portal.filling import Taken, store_file, stored_files, take_page
from balai.doors.portal.web.case import open_case
from balai.engine import forms
from balai.engine.forms import Form, JudgingScope
from balai.records.entrance.visitors import TRACKS, Visitor, secret_of, visitor_page

FORM = require_http_methods(["GET", "POST"])
KEPT = "answering"  # session key: raw answers of a correction under way, by task token


@never_cache
@FORM
@visitor_page
def answer(request: HttpRequest, visitor: Visitor, number: str, token: str) -> HttpResponse:
    """Show an applicant's task with the earlier answers kept and what to mend marked; on the last button, send it."""
    view = open_case(request, visitor, number)
    task = next((one for one in view.row.open_tasks if one.token == token and one.role == "applicant"), None)
    if task is None:
        raise Conflict
    step = view.service.steps[task.node]
    form = view.service.forms[step.form or "apply"]
    scope = form_scope(view.row, view.service, visitor.now, visitor.lang)
    before = _answers(request, view, task, form)
    if request.method == "GET":
        return _ask(request, visitor, view, task, form, scope, before)

    def keep(one: forms.Field, file: "UploadedFile[bytes]") -> Mapping[str, Any]:
        return store_file(view.row.vault_id, one, file, visitor)

    taken = take_page(request, form, tuple(form.fields), before, scope, keep, visitor.lang)
    _remember(request, view, task, taken.answers)
    if taken.pressed == "save":
        return HttpResponse(say("portal.answer.kept"), content_type="text/plain")
    if taken.pressed == "stay" or taken.file_errors:
        asked = _ask(request, visitor, view, task, form, scope, taken.answers, taken.file_errors, taken)
        asked.status_code = taken.status if taken.file_errors else asked.status_code
        return asked
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
                proven_by_link=_is_proven(request, view),
                lang=visitor.lang,
            )
        )
    except Invalid as error:
        return _ask(
            request, visitor, view, task, form, scope, taken.answers, error.fields or {"": error.message(visitor.lang)}
        )
    request.session.pop(_key(view, task), None)
    messages.success(request, say("portal.answer.sent"), extra_tags="ok")
    return HttpResponseRedirect(f"/berkas/{view.row.number}/")


def _is_proven(request: HttpRequest, view: CaseView) -> bool:
    """Tell whether the holder came by the tracking code; `open_case` has checked the code against the case."""
    return bool(secret_of(request, TRACKS, view.row.number)) and view.standing.holder


def _key(view: CaseView, task: TaskRow) -> str:
    return f"{KEPT}:{view.row.number}:{task.token}"


def _answers(request: HttpRequest, view: CaseView, task: TaskRow, form: Form) -> dict[str, Any]:
    """Give what was typed in this correction so far, else what was answered before."""
    held = request.session.get(_key(view, task))
    if isinstance(held, dict):
        return held
    place = "apply" if form.name == "apply" else task.node
    given = view.data.get(place)
    return dict(given) if isinstance(given, Mapping) else {}


def _remember(request: HttpRequest, view: CaseView, task: TaskRow, answers: Mapping[str, Any]) -> None:
    request.session[_key(view, task)] = forms.to_json(_form(view, task), answers)


def _form(view: CaseView, task: TaskRow) -> Form:
    return view.service.forms[view.service.steps[task.node].form or "apply"]


def _ask(
    request: HttpRequest,
    visitor: Visitor,
    view: CaseView,
    task: TaskRow,
    form: Form,
    scope: JudgingScope,
    answers: Mapping[str, Any],
    errors: Mapping[str, str] | None = None,
    taken: Taken | None = None,
) -> HttpResponse:
    wanted = progress.request_of(view, task, visitor.lang)
    marks: Mapping[str, str] = view.row.data.get(MARKS, {}) if form.name == "apply" else {}
    drawing = rendering.Drawing(
        form,
        scope,
        view.service.texts,
        visitor.lang,
        errors or {},
        stored_files(form, answers, lambda document: f"/berkas/{view.row.number}/bukti/{document}/"),
        taken.searches if taken else {},
        frozenset(marks) or marked(form, wanted, view.service.texts, visitor.lang),
        taken.added if taken else "",
    )
    shown = [
        one
        for page in forms.visible_pages(form, answers, scope)
        for one in forms.visible_fields(form, page, answers, scope)
    ]
    questions = tuple(
        replace(one, help=f"{say('portal.answer.wrong', why=marks[one.name])} {one.help}".strip())
        if one.name in marks
        else one
        for one in rendering.draw(drawing, shown, answers)
    )
    context = {
        "live_form": "isian",
        "number": view.row.number,
        "title": view.service.text(f"steps.{task.node}.title", visitor.lang, task.node),
        "wanted": wanted,
        "questions": questions,
        "faults": rendering.list_faults(drawing, questions),
        "crumbs": (
            Link(say("portal.nav.home"), "/"),
            Link(view.row.number, f"/berkas/{view.row.number}/"),
            Link(say("portal.answer.crumb")),
        ),
    }
    return render(request, "portal/answer.html", context, status=422 if errors else 200)


def marked(form: Form, wanted: str, texts: rendering.Texts, lang: str) -> frozenset[str]:
    """Name the questions the officer's sentence speaks of: by their whole label, else by a first word no other has."""
    drawing = rendering.Drawing(form, JudgingScope(), texts, lang)
    labels = {name: drawing.words(f"{one.text_key}.label", name).lower() for name, one in form.fields.items()}
    whole = frozenset(name for name, label in labels.items() if label in wanted.lower())
    if whole:
        return whole
    said = set(re.findall(r"\w{4,}", wanted.lower()))
    heads = {name: next(iter(re.findall(r"\w{4,}", label)), "") for name, label in labels.items()}
    return frozenset(name for name, head in heads.items() if head in said and list(heads.values()).count(head) == 1)


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
                proven_by_link=_is_proven(request, view),
                lang=visitor.lang,
            )
        )
        messages.success(request, say("portal.withdraw.done"), extra_tags="ok")
        return HttpResponseRedirect(back)
    return render(request, "portal/withdraw.html", {"number": view.row.number, "back": back})
