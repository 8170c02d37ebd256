"""Chosen tasks sorted into what can be answered alike: one group for each step of one version of a service, and what is left out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from balai.base.pages import rendering, texts
from balai.base.pages.parts import FormFault
from balai.casework.cases import policy, queries
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, manifest
from balai.records.entrance.officers import Desk


@dataclass(frozen=True, slots=True)
class AlikeTasks:
    """Tasks that one form answers: their step, their rows, and the form as it is drawn; `key` names it among others."""

    key: str
    service: manifest.Service
    step: manifest.Step
    title: str
    rows: tuple[queries.Listed, ...]
    decides: bool
    questions: tuple[rendering.Question, ...] = ()
    faults: tuple[FormFault, ...] = ()

    @property
    def asks(self) -> bool:
        """Tell whether some questions depend on others."""
        return any(one.asks for one in self.questions)


@dataclass(frozen=True, slots=True)
class Sorted:
    """What can be answered alike, and what cannot, each with why."""

    groups: tuple[AlikeTasks, ...]
    left: tuple[tuple[queries.Listed, str], ...] = field(default=())


def sort(desk: Desk, rows: Sequence[queries.Listed]) -> Sorted:
    """Sort chosen tasks; what is not on this officer's desk, is signed, wants files or was not opened is left out. One query."""
    opened = queries.list_opened(desk.person_id, rows)
    groups: dict[tuple[str, str, str], list[queries.Listed]] = {}
    left = []
    for row in rows:
        service = catalogue.get_service(row.service_id, row.service_key)
        why = _why_not(row, service, service.steps[row.node], desk, opened)
        if why:
            left.append((row, texts.say(f"desk.many.{why}", desk.lang)))
        else:
            groups.setdefault((row.service_id, row.service_key, row.node), []).append(row)
    return Sorted(tuple(_group(key, some, desk) for key, some in groups.items()), tuple(left))


def _why_not(
    row: queries.Listed, service: manifest.Service, step: manifest.Step, desk: Desk, opened: Collection[object]
) -> str:
    if row.assignee_id != desk.person_id:
        return "not_mine"
    if step.operation == "document.sign":
        return "signed"
    if step.form and any(one.holds_files and one.required for one in service.forms[step.form].fields.values()):
        return "files"
    return "unopened" if policy.is_decision(step) and row.case_id not in opened else ""


def _group(key: tuple[str, str, str], rows: Sequence[queries.Listed], desk: Desk) -> AlikeTasks:
    service = catalogue.get_service(key[0], key[1])
    step = service.steps[key[2]]
    title = service.text(f"steps.{step.id}.title", desk.lang, step.id)
    return AlikeTasks("~".join(key), service, step, title, tuple(rows), policy.is_decision(step))


def questions(
    group: AlikeTasks, desk: Desk, answers: Mapping[str, Any], errors: Mapping[str, str]
) -> tuple[tuple[rendering.Question, ...], tuple[FormFault, ...]]:
    """Draw the questions of a group's form, which belong to no single case, with what was typed and what is wrong."""
    if not group.step.form:
        return (), ()
    form, scope = group.service.forms[group.step.form], scope_of(group, desk)
    drawing = rendering.Drawing(form, scope, group.service.texts, desk.lang, errors=errors, stored={}, searches={})
    typed = forms.from_json(form, answers)
    fields = [
        one
        for page in forms.visible_pages(form, typed, scope)
        for one in forms.visible_fields(form, page, typed, scope)
        if not one.holds_files  # a file is about one case
    ]
    drawn = rendering.draw(drawing, fields, answers)
    return drawn, tuple(rendering.list_faults(drawing, drawn))


def scope_of(group: AlikeTasks, desk: Desk) -> forms.JudgingScope:
    """Give what a group's answers are judged against before any case is looked at; each case judges them again."""
    return forms.JudgingScope(
        now=desk.now, reserved={}, tables=group.service.tables, lang=desk.lang, zone=ZoneInfo(group.service.zone)
    )
