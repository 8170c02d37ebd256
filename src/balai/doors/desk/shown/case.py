"""A case as its page shows it: answers, evidence, clock, steps, timeline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from balai.base.pages import texts
from balai.base.pages.parts import Fact, Moment, State, Tone
from balai.casework.cases import identity, rules
from balai.casework.cases.queries import CaseView, Happening, Listed
from balai.casework.catalogue import queries as catalogue
from balai.doors.desk import words
from balai.doors.desk.shown import evidence
from balai.doors.desk.shown.inbox import OUTCOME_TONES
from balai.engine import forms, manifest
from balai.engine import rules as engine_rules
from balai.engine.letters import mask_document_number
from balai.engine.process.picture import draw_svg
from balai.records.entrance import names
from balai.records.outages import queries as outages
from balai.records.people import rules as people_rules


@dataclass(frozen=True, slots=True)
class AnswerSection:
    """Some answers under one heading."""

    title: str
    facts: tuple[Fact, ...]
    note: str = ""
    form: str = ""  # of an officer's step: what it asked, the same where several offices give their opinion


@dataclass(frozen=True, slots=True)
class LegalClock:
    """The legal clock of a case: how far it has run and why it stood still."""

    due: words.Due
    share: int  # percent of the time that has passed; 100 when it has run out
    submitted: str
    entered: str  # of what was received on paper: why, and when an officer entered it; else ""
    closed: str
    pauses: tuple[tuple[str, str], ...]  # (public reason, from when to when)
    running: bool
    basis: str
    confirmed: bool


@dataclass(frozen=True, slots=True)
class ShownReason:
    """Why a rule answered as it did."""

    title: str
    text: str
    version: str
    inputs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Passed:
    """One step of the process in words."""

    title: str
    state: State
    who: str = ""


def status(view: CaseView, lang: str) -> tuple[str, Tone]:
    """Say where the case stands, with the tone of its tag."""
    row = view.row
    if row.outcome:
        return texts.say(f"desk.outcome.{row.outcome}", lang), OUTCOME_TONES.get(row.outcome, "")
    return texts.say(f"desk.status.{row.status}", lang), "warn" if row.status == "waiting" else "info"


def listed_status(row: Listed, lang: str) -> tuple[str, Tone]:
    """Say the same of a line of a list."""
    if row.outcome:
        return texts.say(f"desk.outcome.{row.outcome}", lang), OUTCOME_TONES.get(row.outcome, "")
    return texts.say(f"desk.status.{row.status}", lang), "warn" if row.status == "waiting" else "info"


# ---- answers --------------------------------------------------------------------------------------------------------


def applicant(view: CaseView, lang: str, *, nik_shown: bool) -> AnswerSection:
    """Show who applies, as they were known when they did; the NIK is masked until somebody asks to see it."""
    known: Mapping[str, Any] = view.row.data.get("applicant", {})
    made = []
    for name in (
        "name",
        "document",
        "nik",
        "document_number",
        "nationality",
        "guardian",
        "nip",
        "rank",
        "post",
        "unit_name",
        "birth_place",
        "birth_date",
        "address",
        "village",
        "phone",
        "email",
        "identity",
    ):
        value = known.get(name)
        if value in (None, ""):
            continue
        made.append(
            Fact(texts.say(f"desk.person.{name}", lang), _person_value(name, value, view.service, lang, nik_shown))
        )
    if view.hidden and not made:
        made.append(Fact(texts.say("desk.person.name", lang), texts.say("desk.protected.hidden", lang)))
    if known.get("on_behalf"):
        made.append(
            Fact(texts.say("desk.person.on_behalf", lang), texts.say("desk.person.by_agent", lang), marked=True)
        )
    return AnswerSection(texts.say("desk.case.applicant", lang), tuple(made))


def _person_value(name: str, value: Any, service: manifest.Service, lang: str, nik_shown: bool) -> str:
    if name == "nik":
        return str(value) if nik_shown else people_rules.mask_nik(str(value))
    if name == "document_number":
        return str(value) if nik_shown else mask_document_number(str(value))
    if name == "document":
        return identity.name_document(str(value), lang)
    if name == "identity":
        return texts.say(f"desk.identity.{value}", lang)
    if name == "birth_date":
        return forms.format_date(datetime.fromisoformat(str(value)).date(), lang)
    table = service.tables.get("village") if name == "village" else None
    return table.by_code[str(value)].name(lang) if table and str(value) in table.by_code else str(value)


def has_numbers(view: CaseView) -> bool:
    """Tell whether the case holds a number of identity that its page masks: the applicant's, or anybody's whom an answer names."""
    known: Mapping[str, Any] = view.row.data.get("applicant", {})
    return any(known.get(name) for name in ("nik", "document_number")) or any(
        forms.holds_numbers(field) and view.data[key].get(name) is not None
        for key, form in evidence.answered_forms(view.service, view.data)
        for name, field in form.fields.items()
    )


def sections(view: CaseView, lang: str, *, nik_shown: bool = False) -> tuple[AnswerSection, ...]:
    """Show the application page by page, numbers of identity masked, files left out: they stand beside as evidence."""
    given = view.data.get("apply", {})
    made = [(title, _facts(view.service, fields, given, lang, nik_shown)) for title, fields in _pages(view, lang)]
    return tuple(AnswerSection(title, facts) for title, facts in made if facts)


def _pages(view: CaseView, lang: str) -> list[tuple[str, list[forms.Field]]]:
    """List the pages of the application with their questions; what stands on none of them comes last."""
    form = view.service.forms["apply"]
    made = [
        (view.service.text(f"forms.apply.pages.{page.id}.title", lang, ""), [form.fields[name] for name in page.fields])
        for page in form.pages
    ]
    paged = {name for page in form.pages for name in page.fields}
    rest = [field for name, field in form.fields.items() if name not in paged]
    return [*made, (texts.say("desk.case.worked_out", lang), rest)]


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """One answer of the application beside which an officer may write what is wrong with it; `mark` is what they wrote."""

    name: str
    label: str
    value: str
    mark: str = ""


def answers(
    view: CaseView, lang: str, marks: Mapping[str, str], *, nik_shown: bool
) -> tuple[tuple[str, tuple[ShownAnswer, ...]], ...]:
    """Show the application page by page, each answer by its name: (heading, answers)."""
    given, made = view.data.get("apply", {}), []
    for title, fields in _pages(view, lang):
        shown = tuple(
            ShownAnswer(field.name, fact.label, fact.value, marks.get(field.name, ""))
            for field in fields
            for fact in _facts(view.service, [field], given, lang, nik_shown)
        )
        if shown:
            made.append((title, shown))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Correction:
    """One answer as it was and as it is after a correction, with what was asked; documents bring their cards."""

    label: str
    old: str
    new: str
    asked: str = ""
    old_card: evidence.EvidenceCard | None = None
    new_card: evidence.EvidenceCard | None = None


def changes(
    view: CaseView,
    lang: str,
    former: Sequence[evidence.EvidenceCard],
    cards: Sequence[evidence.EvidenceCard],
    *,
    nik_shown: bool,
) -> tuple[tuple[Correction, ...], bool]:
    """Show what the last correction changed, in the order of the form, what was marked and stayed as it was last; tell whether there was one."""
    before, form = view.row.data.get(rules.BEFORE), view.service.forms["apply"]
    if not isinstance(before, Mapping):
        return (), False
    old, new = forms.from_json(form, before), view.data.get("apply", {})
    marks: Mapping[str, str] = view.row.data.get(rules.MARKS, {})
    was, is_ = ({one.field: one for one in some if one.field} for some in (former, cards))
    made: list[Correction] = []
    stayed: list[Correction] = []
    for name, field in form.fields.items():
        differs = old.get(name) != new.get(name)
        if not differs and name not in marks:
            continue
        label = view.service.text(f"{field.text_key}.label", lang, name)
        if field.kind == "file":
            change = Correction(label, "", "", marks.get(name, ""), was.get(name), is_.get(name))
        else:
            words = [_shown(view.service, field, given.get(name), lang, nik_shown) for given in (old, new)]
            change = Correction(label, words[0], words[1], marks.get(name, ""))
        (made if differs else stayed).append(change)
    return (*made, *stayed), True


def _shown(service: manifest.Service, field: forms.Field, value: Any, lang: str, nik_shown: bool) -> str:
    zone = ZoneInfo(service.zone)
    return forms.show(field, value, service.texts, lang, tables=service.tables, zone=zone, masked=not nik_shown)


@dataclass(frozen=True, slots=True)
class Lead:
    """What whoever decides reads first: what is asked for, in its first answers, and what was found by whom."""

    facts: tuple[Fact, ...]
    findings: tuple[AnswerSection, ...]


LED = 3  # so many of the first answers say what is asked for


def lead(view: CaseView, lang: str, *, nik_shown: bool) -> Lead | None:
    """Lead with what is asked for and what the last officer found; nothing while nobody found anything."""
    found = [one for one in earlier_steps(view, lang, nik_shown=nik_shown) if one.facts]
    if not found or view.row.status == "closed":
        return None
    asked = [fact for section in sections(view, lang, nik_shown=nik_shown) for fact in section.facts][:LED]
    return Lead(tuple(asked), tuple(one for one in found if one.form == found[-1].form))  # opinions of several offices


def earlier_steps(view: CaseView, lang: str, *, nik_shown: bool = False) -> tuple[AnswerSection, ...]:
    """Show what officers answered in the steps before, with who did it last and when."""
    done = {task.node: task for task in view.row.tasks if task.state == "done"}
    made = []
    for key, form in evidence.answered_forms(view.service, view.data):
        if key == "apply":
            continue
        task = done.get(key)
        by = names.find_name(task.done_by_id) if task is not None and task.done_by_id else ""
        facts = _facts(view.service, list(form.fields.values()), view.data[key], lang, nik_shown)
        step = view.service.steps.get(key)
        title = view.service.text(f"steps.{key}.title", lang, key)
        made.append(AnswerSection(title, facts, by, form=step.form if step else key))
    return tuple(made)


def _facts(
    service: manifest.Service, fields: list[forms.Field], answers: Mapping[str, Any], lang: str, nik_shown: bool
) -> tuple[Fact, ...]:
    return tuple(
        Fact(
            service.text(f"{field.text_key}.label", lang, field.name),
            _shown(service, field, answers[field.name], lang, nik_shown),
        )
        for field in fields
        if not field.holds_files and answers.get(field.name) is not None
    )


def reasons(view: CaseView, lang: str) -> tuple[ShownReason, ...]:
    """Show why each rule answered as it did."""
    kept: Mapping[str, Any] = view.row.data.get("_reasons", {})
    return tuple(
        ShownReason(
            title=view.service.text(f"steps.{node}.title", lang, node),
            text="\n".join(reason_lines(reason, lang)),
            version=f"{view.service.version} · {reason.get('version', '')}",
            inputs=tuple(
                (str(name), engine_rules.kept_in_words(value, "en" if lang == "en" else "id"))
                for name, value in reason.get("inputs", {}).items()
            ),
        )
        for node, reason in kept.items()
    )


def reason_lines(reason: Mapping[str, Any], lang: str) -> list[str]:
    """Read what a rule gave as its reason, sentence by sentence."""
    said = reason.get("text", {})
    found = said.get(lang) or said.get("id") or ""
    return [str(line) for line in found] if isinstance(found, list) else [str(found)]


# ---- time -----------------------------------------------------------------------------------------------------------


def clock(view: CaseView, now: datetime, lang: str) -> LegalClock:
    """Show the legal clock: when it is due, how far it has run, and the public reason of each pause."""
    row, service = view.row, view.service
    until = row.closed_at or row.paused_at or now
    whole = (row.due_at - row.submitted_at) if row.due_at else timedelta(0)
    promise = rules.promised(service, row.data)
    law = catalogue.get_law(service, row.submitted_at)  # what was true when it was promised
    share = min(100, max(0, round(100 * (until - row.submitted_at) / whole))) if whole else 0
    return LegalClock(
        due=words.due(row.due_at, now, lang, paused=row.paused_at is not None),
        share=share,
        submitted=words.moment(row.submitted_at, lang),
        entered=_entered(view, lang),
        closed=words.moment(row.closed_at, lang) if row.closed_at else "",
        pauses=tuple(_pause(service, pause.node, pause.started_at, pause.ended_at, lang) for pause in view.pauses),
        running=row.closed_at is None and row.paused_at is None,
        basis=texts.say("desk.clock.basis", lang, period=service.promised(promise, lang), basis=promise.basis or "—"),
        confirmed=law.at(catalogue.place_of(service, promise)).confirmed,
    )


def _entered(view: CaseView, lang: str) -> str:
    entry = next((one for one in view.timeline if one.action == "submit"), None)
    if entry is None or "received" not in entry.body:
        return ""
    why = texts.say(f"desk.counter.paper.{entry.body['received']}", lang)
    if named := entry.body.get("outage"):
        outage = outages.get_outage(UUID(named))
        why = f"{why} ({words.moment(outage.began_at, lang)} – {words.moment(outage.ended_at, lang)})"
    return texts.say(
        "desk.clock.entered",
        lang,
        received=words.moment(view.row.submitted_at, lang),
        at=words.moment(entry.at, lang),
        why=why,
    )


def _pause(service: manifest.Service, node: str, start: datetime, end: datetime | None, lang: str) -> tuple[str, str]:
    """Give the public reason of a pause, else the step's name, and from when to when it lasted."""
    reason = service.text(f"steps.{node}.reason", lang, service.text(f"steps.{node}.title", lang, node))
    last = words.moment(end, lang) if end else texts.say("desk.clock.still", lang)
    return reason, f"{words.moment(start, lang)} – {last}"


# ---- the process ----------------------------------------------------------------------------------------------------


def picture(view: CaseView, lang: str) -> str:
    """Draw the process with the live position as SVG."""
    live = view.row.state.live
    title, labels = view.service.text("title", lang), view.service.labels(lang, public=False)
    return draw_svg(view.service.graph, live=live, done=view.done_nodes - live, title=title, lang=lang, labels=labels)


def steps(view: CaseView, lang: str) -> tuple[Passed, ...]:
    """List the steps people do, in the order of the drawing: done by whom, now, or still to come."""
    live = view.row.state.live
    done = {task.node: task.done_by_id for task in view.row.tasks if task.state == "done"}
    made = []
    for node in view.service.graph.user_tasks:
        step = view.service.steps[node.id]
        state: State = "now" if node.id in live else "done" if node.id in done else "later"
        if state == "now" and step.is_applicants:
            state = "wait"
        by = done.get(node.id)
        who = texts.say("entrance.actor.applicant", lang) if step.is_applicants else names.find_name(by) if by else ""
        made.append(Passed(view.service.text(f"steps.{node.id}.title", lang, node.title), state, who))
    return tuple(made)


def timeline(view: CaseView, now: datetime, lang: str, reader: UUID) -> tuple[Moment, ...]:
    """Tell what happened, newest first, with who did it."""
    return tuple(
        Moment(
            title=_told(happening, view.service, lang),
            at=words.near(happening.at, now, lang),
            text=names.say_actor(happening.actor, applicant_id=view.row.applicant_id, reader=reader),
            iso=happening.at.isoformat(timespec="seconds"),
        )
        for happening in reversed(view.timeline)
    )


def _told(happening: Happening, service: manifest.Service, lang: str) -> str:
    key = f"desk.action.{happening.action}"
    step = service.text(f"steps.{happening.node}.title", lang, happening.node) if happening.node else ""
    return texts.say(key, lang, step=step) if texts.has(key, lang) else happening.action
