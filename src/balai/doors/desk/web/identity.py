"""Completing who a case is from, before its letter: what the letter prints and nobody knows is copied from the card."""

from collections.abc import Mapping
from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from balai.base.errors import Invalid
from balai.base.pages import rendering, texts
from balai.casework.cases import actions, identity, queries
from balai.engine import forms
from balai.records.entrance.officers import Desk, officer_page
from balai.records.entrance.posting import command_id, posted


@require_http_methods(["GET", "POST"])
@officer_page
def complete_identity(request: HttpRequest, desk: Desk, number: str) -> HttpResponse:
    """Ask what the letters of a case print of its applicant and nobody knows, and fill it in; nothing known is shown or changed."""
    view = queries.open_case(desk.actor, number, now=desk.now, purpose="casework")
    lacking = identity.list_lacking(view.row, view.service)
    form = identity.lacking_form(view.row, view.service, prefix=identity.PREFIX)
    typed: Mapping[str, object] = {}
    errors: Mapping[str, str] = {}
    if request.method == "POST" and not lacking:  # done by another, or by a click before this one
        return HttpResponseRedirect(reverse("desk:case", args=[view.row.number]))
    if request.method == "POST":
        typed = forms.from_post(form, form.fields.values(), posted(request), {})
        errors = {} if request.POST.get("seen") else {"seen": texts.say("desk.counter.fault.seen")}
        try:
            if not errors:
                told = {name.removeprefix(identity.PREFIX): value for name, value in typed.items()}
                actions.complete_identity(
                    command_id=command_id(request), actor=desk.actor, now=desk.now, case_id=view.row.id, told=told,
                    lang=desk.lang,
                )  # fmt: skip
                messages.success(request, texts.say("desk.lacking.done"), extra_tags="ok")
                return HttpResponseRedirect(reverse("desk:case", args=[view.row.number]))
        except Invalid as refused:
            errors = refused.fields
    drawing = rendering.Drawing(
        form, forms.JudgingScope(now=desk.now, lang=desk.lang), identity.words(desk.lang), desk.lang, errors=errors
    )
    scope = forms.JudgingScope(now=desk.now, lang=desk.lang)
    questions = (
        rendering.draw(drawing, forms.visible_fields(form, form.pages[0], typed, scope), typed) if lacking else ()
    )
    context = {
        "desk": desk, "number": view.row.number, "questions": questions, "unseen": errors.get("seen", ""),
        "faults": rendering.list_faults(drawing, questions), "command": request.POST.get("command") or uuid4(),
    }  # fmt: skip
    return render(request, "desk/identity.html", context, status=422 if errors else 200)
