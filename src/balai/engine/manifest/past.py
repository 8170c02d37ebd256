"""How a past case would end under a version of its service: its own answers through that version's form, process and rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from balai.engine import forms, process
from balai.engine.manifest.rehearsal import Rehearsal, RehearsalCalendar, WrongStepError
from balai.engine.manifest.service import Service

MOST_STEPS = 200
_UNASKED = frozenset({"required", "must_accept", "too_few"})


@dataclass(frozen=True, slots=True)
class PastCase:
    """What is known of a case that is over: its data as it is stored, by step, and what the host knew of it."""

    submitted_at: datetime
    channel: str
    applicant: Mapping[str, object]
    unit: Mapping[str, object]
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PastEnding:
    """Where a case comes to: an end, a step that waits for somebody, an answer that is refused, or one that is lacking."""

    kind: Literal["end", "waits", "refused", "lacks"]
    name: str = ""  # of the end, the step or the field
    outcome: str = ""


def takes_effect(service: Service, today: date) -> date:
    """Tell from which day all of a version's town values hold: today, or when the last of them begins."""
    return max([today, *(one.valid_from for ones in service.town_values.values() for one in ones)])


def end_again(
    service: Service, past: PastCase, *, calendar: RehearsalCalendar, judged: bool, town_on: date | None = None
) -> PastEnding:
    """Play a past case again and tell where it comes to. Pure.

    `judged` answers are taken as they are, as under the case's own version; else the version's form judges them first. `town_on`
    decides by the town values of another day than that of the application.
    """
    rehearsal = Rehearsal(
        service, calendar, past.submitted_at, past.applicant, past.unit, past.channel, town_on=town_on,
        objected=past.data.get("objected", {}),
    )  # fmt: skip
    form = service.forms["apply"]
    stored = past.data.get("apply", {})
    answers = forms.from_json(form, {name: value for name, value in stored.items() if name in form.fields})
    if not judged:
        checked = forms.validate(form, answers, rehearsal.scope("apply"))
        if told := _told(form, checked.errors):
            return told
        answers = {**answers, **checked.answers}
    rehearsal.raw = dict(stored)
    rehearsal.begin(answers)
    return _walk(service, rehearsal, past)


def _told(form: forms.Form, errors: tuple[forms.FieldError, ...]) -> PastEnding | None:
    """Tell the answer that keeps a case out; of files nothing is judged again but that they are there."""
    for error in errors:
        name = error.path.partition(".")[0]
        if error.code in _UNASKED:
            return PastEnding("lacks", name)
        field = form.fields.get(name)
        if error.code.startswith("check.") or (field is not None and field.kind not in ("file", "group")):
            return PastEnding("refused", name)
    return None


def _walk(service: Service, rehearsal: Rehearsal, past: PastCase) -> PastEnding:
    seen: dict[str, int] = {}
    for _ in range(MOST_STEPS):
        try:
            rehearsal.let_the_world_answer()
        except (WrongStepError, process.Impossible):
            return PastEnding("lacks", "process")
        if rehearsal.outcome:
            return PastEnding("end", rehearsal.end, rehearsal.outcome)
        if rehearsal.stuck:
            return PastEnding("lacks", next(iter(rehearsal.stuck)))
        if (waits := _go_on(service, rehearsal, past, seen)) is not None:
            return waits
    return PastEnding("lacks", "process")


def _go_on(service: Service, rehearsal: Rehearsal, past: PastCase, seen: dict[str, int]) -> PastEnding | None:
    """Give the next step that has an answer of the case; tell what it waits for where none has."""
    waiting = ""
    for node in rehearsal.open_steps:
        given = _given(service, node, past, seen.get(node, 0))
        if given is not None:
            seen[node] = seen.get(node, 0) + 1
            rehearsal.complete(node, given)
            return None
        waiting = waiting or node
    for node in list(rehearsal.operations.values()):
        given = past.data.get(node)
        if isinstance(given, Mapping) and node not in seen:
            seen[node] = 1
            rehearsal.take_outputs(node, given)
            return None
        waiting = waiting or node
    return PastEnding("waits", waiting)


def _given(service: Service, node: str, past: PastCase, before: int) -> Mapping[str, Any] | None:
    """Give what the case answered at a step, once for each time it was asked; what the applicant mended stands in the application."""
    step, stored = service.steps[node], past.data.get(node)
    if step.is_correction:
        return None
    if isinstance(stored, list):
        stored = stored[before] if before < len(stored) else None
    elif before:
        return None
    if not isinstance(stored, Mapping):
        return None
    form = service.forms.get(step.form) if step.form else None
    if form is None:
        return stored
    return forms.from_json(form, {name: value for name, value in stored.items() if name in form.fields})
