"""Many tasks answered alike: the same step of the same service, one answer for all, one command for each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse

from balai.base.errors import BalaiError
from balai.base.pages import texts
from balai.casework.cases import actions, queries
from balai.doors.desk.shown import alike, undo, walk
from balai.doors.desk.shown.filters import Chosen
from balai.engine import forms
from balai.records.entrance.officers import Desk
from balai.records.entrance.posting import command_id, posted

MARK = "<!-- results -->"


def answer(request: HttpRequest, desk: Desk, chosen: Chosen, listed: Sequence[queries.Listed]) -> HttpResponseBase:
    """Show what can be answered alike with its form; when a group was answered do it, case by case, and tell of each."""
    back = reverse("desk:inbox") + chosen.address().removesuffix("?")
    if not listed:
        messages.info(request, texts.say("desk.many.gone"))
        return HttpResponseRedirect(back)
    found = alike.sort(desk, listed)
    asked = next((one for one in found.groups if one.key == request.POST.get("group")), None)
    if asked is None:
        return _page(request, desk, chosen, found)
    data, errors = _read(request, desk, asked)
    if errors or "refresh" in request.POST:
        return _page(request, desk, chosen, found, asked.key, data, errors)
    context = {
        "desk": desk, "mark": MARK, "count": len(asked.rows), "step": asked.title, "back": back, "query": walk.query(chosen)
    }  # fmt: skip
    page = render_to_string("desk/alike_done.html", context, request=request)
    return StreamingHttpResponse(_tell(request, desk, chosen, page, asked, found, data))


def _read(request: HttpRequest, desk: Desk, group: alike.AlikeTasks) -> tuple[dict[str, Any], Mapping[str, str]]:
    """Read one answer for all of a group, and what is wrong with it whatever the case."""
    if not group.step.form:
        return {}, {}
    form = group.service.forms[group.step.form]
    data = forms.from_post(form, form.fields.values(), posted(request), {})
    if "refresh" in request.POST:
        return data, {}
    checked = forms.validate(form, data, alike.scope_of(group, desk))
    return data, {error.path: forms.message(error, group.service.texts, desk.lang) for error in checked.errors}


def _page(
    request: HttpRequest,
    desk: Desk,
    chosen: Chosen,
    found: alike.Sorted,
    key: str = "",
    data: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
) -> HttpResponse:
    groups = []
    for one in found.groups:
        mine = one.key == key
        drawn, faults = alike.questions(one, desk, (data if mine else None) or {}, (errors if mine else None) or {})
        groups.append(replace(one, questions=drawn, faults=faults))
    context = {
        "desk": desk, "groups": groups, "left": found.left, "query": walk.query(chosen),
        "back": reverse("desk:inbox") + chosen.address().removesuffix("?"),
    }  # fmt: skip
    return render(request, "desk/alike.html", context, status=422 if errors else 200)


def _tell(
    request: HttpRequest,
    desk: Desk,
    chosen: Chosen,
    page: str,
    group: alike.AlikeTasks,
    found: alike.Sorted,
    data: Mapping[str, Any],
) -> Iterator[str]:
    """Send the page's head at once, then what became of each case as it comes, then the sum; works without script."""
    head, foot = page.split(MARK)
    yield head
    failed = 0
    for row in group.rows:
        error = _do(request, desk, row, data)
        failed += bool(error)
        line = {"row": row, "error": error, "query": walk.query(chosen)}
        yield render_to_string("desk/parts/alike_line.html", line, request=request)
    rest = [row for other in found.groups if other.key != group.key for row in other.rows]
    context = {
        "done": len(group.rows) - failed, "failed": failed, "rest": [*rest, *(row for row, _ in found.left)],
        "back": reverse("desk:inbox") + chosen.address().removesuffix("?"), "query": walk.query(chosen),
        "undoable": undo.offers(desk),
    }  # fmt: skip
    yield render_to_string("desk/parts/alike_sum.html", context, request=request)
    yield foot


def _do(request: HttpRequest, desk: Desk, row: queries.Listed, data: Mapping[str, Any]) -> str:
    """Answer one task; give what was refused, in the reader's words."""
    assert row.case_id is not None
    command = actions.Command(
        id=uuid5(command_id(request), f"alike {row.task_id}"), actor=desk.actor, now=desk.now, case_id=row.case_id,
        action="complete", token=row.token, data=data, lang=desk.lang, hold=actions.HELD,
    )  # fmt: skip
    try:
        actions.act(command)
    except BalaiError as refused:
        return " ".join([refused.message(desk.lang), *refused.fields.values()])
    return ""
