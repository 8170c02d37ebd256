"""Sending a message into a case that waits for it: a button of the case's page, with the questions of the message's form."""

from collections.abc import Mapping
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from balai.base.errors import Invalid, NotFound
from balai.base.pages import rendering, texts
from balai.casework.cases import actions, queries
from balai.engine import forms, manifest
from balai.records.entrance.officers import Context, Desk, officer_page
from balai.records.entrance.posting import command_id, posted


@require_http_methods(["GET", "POST"])
@officer_page
def send_message(request: HttpRequest, desk: Desk, number: str, name: str) -> HttpResponse:
    """Ask what a message brings, and send it into the case."""
    view = queries.open_case(desk.actor, number, now=desk.now, purpose="casework")
    service, message = view.service, view.service.messages.get(name)
    if message is None or "officer" not in message.from_:
        raise NotFound
    form = service.forms[message.form] if message.form else None
    title = service.text(f"messages.{name}.title", desk.lang, name)
    typed: Mapping[str, object] = {}
    errors: Mapping[str, str] = {}
    if request.method == "POST":
        typed = forms.from_post(form, form.fields.values(), posted(request), {}) if form else {}
        try:
            actions.act(
                actions.Command(
                    id=command_id(request), actor=desk.actor, now=desk.now, case_id=view.row.id, action="message",
                    data={"name": name, "data": typed}, lang=desk.lang,
                )
            )  # fmt: skip
            messages.success(request, texts.say("desk.message.done", message=title), extra_tags="ok")
            return HttpResponseRedirect(reverse("desk:case", args=[view.row.number]))
        except Invalid as refused:
            errors = refused.fields
    context = {"desk": desk, "number": view.row.number, "name": name, "title": title}
    context |= _questions(request, desk, view, form, typed, errors)
    return render(request, "desk/message.html", context, status=422 if errors else 200)


def _questions(
    request: HttpRequest, desk: Desk, view: queries.CaseView, form: forms.Form | None, typed: Mapping[str, object],
    errors: Mapping[str, str],
) -> Context:  # fmt: skip
    command = request.POST.get("command") or uuid4()
    if form is None:
        return {"questions": (), "faults": (), "command": command}
    known = queries.scope(view.row, view.service, desk.now)
    scope = forms.JudgingScope(
        now=desk.now, reserved=known, tables=view.service.tables, lang=desk.lang, zone=ZoneInfo(view.service.zone)
    )
    drawing = rendering.Drawing(form, scope, view.service.texts, desk.lang, errors=errors)
    questions = rendering.draw(drawing, tuple(form.fields.values()), typed)
    return {"questions": questions, "faults": rendering.list_faults(drawing, questions), "command": command}


def list_sendable(view: queries.CaseView, desk: Desk) -> list[tuple[str, str]]:
    """List the messages that the reader may send into a case by a button: their words, and the address of each."""
    return [
        (_title(view.service, name, desk.lang), reverse("desk:message", args=[view.row.number, name]))
        for name in queries.list_sendable(view, desk.actor)
    ]


def _title(service: manifest.Service, name: str, lang: str) -> str:
    return service.text(f"messages.{name}.title", lang, name)
