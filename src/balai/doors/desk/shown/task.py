"""The task of a case as its officer meets it: do it, take it, wait for it, or read why somebody else must."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.base.pages import rendering
from balai.base.pages.parts import Fault
from balai.casework.cases import policy, queries
from balai.casework.cases.queries import CaseView, TaskRow
from balai.doors.desk import words
from balai.engine import forms, manifest
from balai.records.entrance import names
from balai.records.offices import roles

Kind = Literal["do", "sign", "claim", "other", "barred", "role", "applicant", "operation", "closed"]


@dataclass(frozen=True, slots=True)
class Panel:
    """What there is to do now, and by whom; `kind` says which of its faces is shown."""

    kind: Kind
    title: str = ""
    task: TaskRow | None = None
    step: manifest.Step | None = None
    due: words.Due | None = None
    taker: str = ""
    barred_by: tuple[str, ...] = ()  # the steps this officer did, which bar them here
    may_hand_over: bool = False
    others: tuple[str, ...] = ()  # further open steps, in words
    questions: tuple[rendering.Question, ...] = ()
    faults: tuple[Fault, ...] = ()
    asks: bool = False  # some questions depend on others
    public: str = ""
    waits: str = ""  # the public reason why the legal clock stands still at this step
    why: str = ""  # what failed, so that this step is here (again)


def choose(view: CaseView, actor: Actor, now: datetime, lang: str) -> Panel:
    """Pick the one task to show: mine before those I may take before those that wait for others.

    What lies on the desk of somebody who cannot do it is there for the taking.
    """
    if view.row.status == "closed":
        return Panel("closed")
    idle = queries.find_idle([task.id for task in view.row.open_tasks], now)
    tasks = [
        replace(task, assignee_id=None) if task.id in idle and task.assignee_id != actor.person_id else task
        for task in view.row.open_tasks
    ]
    ranked = sorted((_panel(view, task, actor, now, lang) for task in tasks), key=lambda panel: _RANK[panel.kind])
    if not ranked:
        return Panel("operation")
    first, rest = ranked[0], ranked[1:]
    return replace(first, others=tuple(panel.title for panel in rest))


_RANK: Mapping[Kind, int] = {
    "do": 0,
    "sign": 0,
    "claim": 1,
    "other": 2,
    "barred": 3,
    "role": 4,
    "applicant": 5,
    "operation": 6,
    "closed": 7,
}


def _panel(view: CaseView, task: TaskRow, actor: Actor, now: datetime, lang: str) -> Panel:
    step = view.service.steps[task.node]
    made = Panel(
        _kind(view, task, step, actor),
        view.service.text(f"steps.{task.node}.title", lang, task.node),
        task,
        step,
        words.due(task.due_at, now, lang),
        names.find_name(task.assignee_id) if task.assignee_id and step.role != "applicant" else "",
        public=view.service.text(f"steps.{task.node}.public", lang, ""),
        waits=view.service.text(f"steps.{task.node}.reason", lang, "") if view.row.paused_at else "",
        why=view.why_open(task, lang),
    )
    if made.kind == "barred":
        mine = {node for node, person in view.row.done if person == actor.person_id and node in step.not_same_person_as}
        titles = tuple(view.service.text(f"steps.{node}.title", lang, node) for node in sorted(mine))
        made = replace(made, barred_by=titles)
    heads = bool(view.standing.roles & roles.heads()) and made.kind != "applicant"
    hands = heads or made.kind in ("do", "sign", "claim")
    return replace(made, may_hand_over=hands)


def _kind(view: CaseView, task: TaskRow, step: manifest.Step, actor: Actor) -> Kind:
    if step.role == "applicant":
        return "applicant"
    if step.role not in view.standing.roles:
        return "role"
    try:
        policy.require_task(actor, view.standing, step, assignee_id=task.assignee_id, done=view.row.done)
    except NotAllowed:
        return "barred"
    if task.assignee_id not in (None, actor.person_id):
        return "other"
    if task.assignee_id is None:
        return "claim"
    return "sign" if step.operation == "document.sign" else "do"


def with_form(
    panel: Panel,
    view: CaseView,
    now: datetime,
    lang: str,
    *,
    answers: Mapping[str, Any],
    errors: Mapping[str, str],
    stored: Mapping[str, rendering.Stored],
    searches: Mapping[str, str],
) -> Panel:
    """Put the questions of the task's form into its panel, with what was typed and what is wrong with it."""
    if panel.kind != "do" or panel.step is None or not panel.step.form:
        return panel
    form, service = view.service.forms[panel.step.form], view.service
    answers = answers or (_answered_before(form, view.row.data.get(panel.step.id)) if panel.why else {})
    scope = task_scope(view, now, lang)
    drawing = rendering.Drawing(form, scope, service.texts, lang, errors=errors, stored=stored, searches=searches)
    typed = forms.from_json(form, answers)
    fields = [
        field
        for page in forms.visible_pages(form, typed, scope)
        for field in forms.visible_fields(form, page, typed, scope)
    ]
    drawn = rendering.draw(drawing, fields, answers)
    return replace(
        panel, questions=drawn, faults=rendering.list_faults(drawing, drawn), asks=any(one.asks for one in drawn)
    )


def _answered_before(form: forms.Form, kept: Any) -> dict[str, Any]:
    """Give what was answered when the step was done before, so that only what was wrong is typed anew; no files."""
    answers = kept if isinstance(kept, Mapping) else {}
    return {name: answers[name] for name, one in form.fields.items() if one.kind != "file" and name in answers}


def task_scope(view: CaseView, now: datetime, lang: str) -> forms.Scope:
    """Build what a task's answers are judged against, the same that casework will judge by."""
    return forms.Scope(
        now=now,
        reserved=queries.scope(view.row, view.service, now),
        tables=view.service.tables,
        lang=lang,
        zone=ZoneInfo(view.service.zone),
    )


def shown_before(
    form: forms.Form, answers: Mapping[str, Any], service: manifest.Service, lang: str
) -> list[tuple[str, str]]:
    """Put what was typed into words, so that an officer who lost a race keeps it."""
    return [
        (
            service.text(f"{form.fields[name].text_key}.label", lang, name),
            forms.show(form.fields[name], value, service.texts, lang, tables=service.tables),
        )
        for name, value in answers.items()
        if name in form.fields and value not in (None, "", [])
    ]
