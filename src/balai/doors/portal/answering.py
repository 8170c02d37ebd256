"""What a running case asks of its applicant, and what they typed of the answer so far."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import HttpRequest

from balai.base.errors import Conflict
from balai.base.pages import rendering
from balai.base.pages.rendering import Drawing, Question
from balai.base.pages.texts import say
from balai.casework.cases.actions.moves import form_scope
from balai.casework.cases.queries import CaseView, TaskRow
from balai.casework.cases.rules import MARKS
from balai.doors.portal import progress
from balai.doors.portal.filling import FilledPage, stored_files
from balai.engine import forms
from balai.engine.forms import Form, JudgingScope
from balai.records.entrance.visitors import Visitor

KEPT = "answering"  # session key: raw answers of a correction under way, by task token


@dataclass(frozen=True, slots=True)
class Asked:
    """One open task of a case's applicant: its form, and what its answers are judged against."""

    view: CaseView
    task: TaskRow
    form: Form
    scope: JudgingScope
    lang: str

    @property
    def title(self) -> str:
        """Name the step."""
        return self.view.service.text(f"steps.{self.task.node}.title", self.lang, self.task.node)

    @property
    def wanted(self) -> str:
        """Say what the office asks for."""
        return progress.request_of(self.view, self.task, self.lang)

    @property
    def key(self) -> str:
        """Name the place in a session where what was typed so far is kept."""
        return f"{KEPT}:{self.view.row.number}:{self.task.token}"


def list_asked(view: CaseView, visitor: Visitor) -> list[Asked]:
    """List what a case waits for its applicant to answer."""
    found = []
    for task in view.row.open_tasks:
        if task.role == "applicant":
            form = view.service.forms[view.service.steps[task.node].form or "apply"]
            scope = form_scope(view.row, view.service, visitor.now, visitor.lang)
            found.append(Asked(view, task, form, scope, visitor.lang))
    return found


def get_asked(view: CaseView, token: str, visitor: Visitor) -> Asked:
    """Get what one open task asks. :raises Conflict: it is not open any more, or not the applicant's."""
    found = next((one for one in list_asked(view, visitor) if one.task.token == token), None)
    if found is None:
        raise Conflict
    return found


def read_answers(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """Give what was typed in this correction so far, else what was answered before."""
    held = request.session.get(asked.key)
    if isinstance(held, dict):
        return held
    given = asked.view.data.get("apply" if asked.form.name == "apply" else asked.task.node)
    return dict(given) if isinstance(given, Mapping) else {}


def remember(request: HttpRequest, asked: Asked, answers: Mapping[str, Any]) -> None:
    """Keep what was typed so far for the next page of the same visit."""
    request.session[asked.key] = forms.to_json(asked.form, answers)


def forget(request: HttpRequest, asked: Asked) -> None:
    """Throw away what was typed: it was sent."""
    request.session.pop(asked.key, None)


def draw(
    asked: Asked, answers: Mapping[str, Any], errors: Mapping[str, str] | None = None, taken: FilledPage | None = None
) -> tuple[Drawing, tuple[Question, ...]]:
    """Draw the questions that apply, with what the office marked wrong and why."""
    view, form = asked.view, asked.form
    marks: Mapping[str, str] = view.row.data.get(MARKS, {}) if form.name == "apply" else {}
    drawing = Drawing(
        form,
        asked.scope,
        view.service.texts,
        asked.lang,
        errors or {},
        stored_files(form, answers, lambda document: f"/berkas/{view.row.number}/bukti/{document}/"),
        taken.searches if taken else {},
        frozenset(marks) or marked(form, asked.wanted, view.service.texts, asked.lang),
        taken.added if taken else "",
    )
    shown = [
        one
        for page in forms.visible_pages(form, answers, asked.scope)
        for one in forms.visible_fields(form, page, answers, asked.scope)
    ]
    questions = tuple(
        replace(one, help=f"{say('portal.answer.wrong', why=marks[one.name])} {one.help}".strip())
        if one.name in marks
        else one
        for one in rendering.draw(drawing, shown, answers)
    )
    return drawing, questions


def marked(form: Form, wanted: str, texts: rendering.Texts, lang: str) -> frozenset[str]:
    """Name the questions the officer's sentence speaks of: by their whole label, else by a first word no other has."""
    drawing = Drawing(form, JudgingScope(), texts, lang)
    labels = {name: drawing.words(f"{one.text_key}.label", name).lower() for name, one in form.fields.items()}
    whole = frozenset(name for name, label in labels.items() if label in wanted.lower())
    if whole:
        return whole
    said = set(re.findall(r"\w{4,}", wanted.lower()))
    heads = {name: next(iter(re.findall(r"\w{4,}", label)), "") for name, label in labels.items()}
    return frozenset(name for name, head in heads.items() if head in said and list(heads.values()).count(head) == 1)
