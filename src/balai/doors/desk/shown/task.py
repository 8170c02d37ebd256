"""The task of a case as its officer meets it: do it, take it, wait for it, or read why somebody else must."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils import timezone

from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.base.pages import rendering, texts
from balai.base.pages.parts import FormFault
from balai.casework.cases import policy, queries, rules
from balai.casework.cases.queries import CaseView, TaskRow
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import words
from balai.doors.desk.shown.case import reason_lines
from balai.engine import forms, manifest
from balai.records.entrance import names
from balai.records.offices import roles

Kind = Literal["do", "sign", "claim", "other", "barred", "role", "applicant", "operation", "closed"]


@dataclass(frozen=True, slots=True)
class Tick:
    """A sentence to tick in place of typing it: `name` and `value` as the form sends them, `law` it rests on."""

    name: str
    value: str
    text: str
    law: str = ""
    chosen: bool = False


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
    faults: tuple[FormFault, ...] = ()
    asks: bool = False  # some questions depend on others
    asked: tuple[
        tuple[rendering.Question, tuple[Tick, ...]], ...
    ] = ()  # the questions, each with its sentences to tick
    may_mark: bool = False  # whoever does it may send the case back
    began: tuple[tuple[str, str], ...] = ()  # who else began it and has not sent it: (name, since when)
    button: str = ""  # what the form calls the button that sends it
    public: str = ""
    waits: str = ""  # the public reason why the legal clock stands still at this step
    why: str = ""  # what failed, so that this step is here (again)
    back_to: tuple[str, str] = ("", "")  # to which step, and whom, whoever decides may send it back
    sent_back: tuple[str, str, str] = ("", "", "")  # who sent it back here, when, and why


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
    if made.kind == "do" and policy.is_decision(step):
        before = rules.step_before(view.service, view.row.state, task.token, view.row.done)
        if before is not None:
            node, person = before
            back_to = view.service.text(f"steps.{node}.title", lang, node), names.find_name(person)
            made = replace(made, back_to=back_to)
    told = view.row.data.get(rules.SENT_BACK)
    if isinstance(told, Mapping) and told.get("step") == task.node:
        by, at = names.find_name(UUID(told["by"])), words.near(datetime.fromisoformat(told["at"]), now, lang)
        made = replace(made, sent_back=(by, at, told["reason"]))
    if made.kind == "barred":
        mine = {node for node, person in view.row.done if person == actor.person_id and node in step.not_same_person_as}
        titles = tuple(view.service.text(f"steps.{node}.title", lang, node) for node in sorted(mine))
        made = replace(made, barred_by=titles)
    heads = bool(view.standing.roles_in(task.unit_id) & roles.heads()) and made.kind != "applicant"
    hands = heads or made.kind in ("do", "sign", "claim")
    return replace(made, may_hand_over=hands)


def _kind(view: CaseView, task: TaskRow, step: manifest.Step, actor: Actor) -> Kind:
    if step.role == "applicant":
        return "applicant"
    if step.role not in view.standing.roles_in(task.unit_id):
        return "role"
    try:
        policy.require_task(
            actor, view.standing, step, assignee_id=task.assignee_id, done=view.row.done, unit_id=task.unit_id
        )
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
    ticked: Collection[str] | None = None,
    added: str = "",
) -> Panel:
    """Put the questions of the task's form into its panel, with what was typed and ticked, and what is wrong with it.

    With nothing `ticked` so far (None), what a rule gave as its reason is ticked already: nobody types that.
    """
    if panel.kind != "do" or panel.step is None or not panel.step.form:
        return panel
    form, service = view.service.forms[panel.step.form], view.service
    answers = answers or (_answered_before(form, view.row.data.get(panel.step.id)) if panel.why else {})
    scope = task_scope(view, now, lang)
    drawing = rendering.Drawing(
        form, scope, service.texts, lang, errors=errors, stored=stored, searches=searches, added=added
    )
    typed = forms.from_json(form, answers)
    fields = [
        field
        for page in forms.visible_pages(form, typed, scope)
        for field in forms.visible_fields(form, page, typed, scope)
    ]
    drawn = tuple(_with_place(one) for one in rendering.draw(drawing, fields, answers))
    return replace(
        panel,
        questions=drawn,
        faults=rendering.list_faults(drawing, drawn),
        asks=any(one.asks for one in drawn),
        button=service.text(f"forms.{form.name}.submit", lang, ""),
        asked=tuple((one, _ticks(view, form, one.name, answers, ticked)) for one in drawn),
        may_mark=rules.may_mark(service, panel.step),
    )


PLACES = "_location"  # a text whose name ends so says where an officer was; their device may say it


def _with_place(one: rendering.Question) -> rendering.Question:
    place = one.widget == "input" and one.name.endswith(PLACES)
    return replace(one, attrs={**one.attrs, "data-place": ""}) if place else one


def _ticks(
    view: CaseView, form: forms.Form, name: str, answers: Mapping[str, Any], ticked: Collection[str] | None
) -> tuple[Tick, ...]:
    """List the sentences that fit one question: what a rule gave as its reason, then those of the service's folder."""
    service, lang = view.service, view.row.language
    found = [
        Tick(
            "phrase",
            one.id,
            service.text(f"phrases.{one.id}", lang),
            law_of(service, one, lang),
            one.id in (ticked or ()),
        )
        for one in service.phrases.values()
        if (one.form, one.into) == (form.name, name)
        and all(answers.get(key) == value for key, value in one.fits.items())
    ]
    return (*(_given_by_rules(view, lang, ticked) if name == REASON else ()), *found)


REASON = "reason"  # the answer that says why it is decided so; letters and notices read it


def _given_by_rules(view: CaseView, lang: str, ticked: Collection[str] | None) -> Iterator[Tick]:
    kept: Mapping[str, Any] = view.row.data.get("_reasons", {})
    for why in kept.values():
        if text := " ".join(reason_lines(why, lang)).strip():
            yield Tick(f"said-{REASON}", text, text, chosen=ticked is None or text in ticked)


def law_of(service: manifest.Service, phrase: manifest.Phrase, lang: str) -> str:
    """Name the law that a sentence rests on; one that no official has confirmed says so."""
    standing = catalogue.get_law(service, timezone.now()).find(f"phrases.{phrase.id}")
    unsure = f"; {texts.say('desk.law.unconfirmed', lang)}" if standing and not standing.confirmed else ""
    return f"{phrase.ref}{unsure}" if phrase.ref else ""


def compose(
    service: manifest.Service,
    step: manifest.Step,
    typed: Mapping[str, Any],
    ticked: Mapping[str, Collection[str]],
    marks: Mapping[str, str],
    lang: str,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Put what was ticked and marked behind what was typed: the answers of a step, and the marks that go with them.

    `ticked` holds the ids of phrases under "" and, under a field's name, sentences taken as they are. A phrase about an answer
    marks it; a mark's reason stands in the sentence that says what to mend, after the label of its answer.
    """  # fmt: skip
    form = service.forms[step.form]
    phrases = [one for id in ticked.get("", ()) if (one := service.phrases.get(id)) and one.form == form.name]
    said: dict[str, list[str]] = {name: list(some) for name, some in ticked.items() if name in form.fields}
    for one in phrases:
        law = law_of(service, one, lang)
        said.setdefault(one.into, []).append(service.text(f"phrases.{one.id}", lang) + (f" ({law})" if law else ""))
    labels = {name: service.text(f"forms.apply.fields.{name}.label", lang, name) for name in marks}
    if rules.may_mark(service, step):
        said.setdefault(rules.MISSING, []).extend(f"{labels[name]}: {why}" for name, why in marks.items())
    answers = dict(typed)
    for name, some in said.items():
        before = [str(answers[name]).strip()] if answers.get(name) else []
        if some or before:
            answers[name] = "\n".join([*before, *(text for text in some if text not in before)])
    about = {one.about: service.text(f"phrases.{one.id}", lang) for one in phrases if one.about}
    return answers, {**about, **marks}


def _answered_before(form: forms.Form, kept: Any) -> dict[str, Any]:
    """Give what was answered when the step was done before, so that only what was wrong is typed anew; no files."""
    answers = kept if isinstance(kept, Mapping) else {}
    return {name: answers[name] for name, one in form.fields.items() if not one.holds_files and name in answers}


def task_scope(view: CaseView, now: datetime, lang: str) -> forms.JudgingScope:
    """Build what a task's answers are judged against, the same that casework will judge by."""
    return forms.JudgingScope(
        now=now,
        reserved=queries.scope(view.row, view.service, now),
        tables=view.service.tables,
        lang=lang,
        calendar=queries.calendar_of(view.row),
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
