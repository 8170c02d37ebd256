"""What the pages of the preview show of a folder: rows and words, made of the look that stands."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.urls import reverse

from balai.base.pages import texts
from balai.base.pages.parts import Cell, Column, Fact, Moment
from balai.doors.console.preview.hall import is_lived
from balai.doors.console.preview.look import FolderLook
from balai.engine import manifest, process, rules

PAGES = {"service": "portal:service", "counter": "portal:service", "page": "hallpages:page"}
MORE = {"service": ("portal:start", "portal:paper", "portal:process")}


class StepRow(NamedTuple):
    """One step that a person does: its title, who does it, and the stories that lead there, with the number of their event."""

    id: str
    title: str
    role: str
    stories: tuple[tuple[str, int], ...]


class StoryRow(NamedTuple):
    """One golden example and what came of it."""

    name: str
    story: str
    end: str
    letters: str
    due: str
    faults: tuple[Any, ...]


class NoticeRow(NamedTuple):
    """One notice of a story as it would be read: by mail and as a text."""

    event: str
    at: str
    subject: str
    body: str
    text: str


class RuleRow(NamedTuple):
    """One decision that a step asks: its rules as they are written."""

    step: str
    title: str
    decision: str
    rules: tuple[tuple[str, str], ...]


def list_pages(look: FolderLook) -> list[tuple[str, str]]:
    """List the hall's own pages of a folder: words and address."""
    name, thing = look.kind.name, look.judged.thing if look.judged else None
    if thing is None or name not in PAGES:
        return []
    return [
        (texts.say(f"console.preview.page.{view.replace(':', '_')}"), reverse(view, args=[thing.id]))
        for view in (PAGES[name], *MORE.get(name, ()))
    ]


def list_form_pages(service: manifest.Service, lang: str) -> list[tuple[str, str]]:
    """List the pages of the application: id and title."""
    pages = service.forms["apply"].pages
    return [(one.id, service.text(f"forms.apply.pages.{one.id}.title", lang, one.id)) for one in pages]


def list_steps(service: manifest.Service, lang: str) -> list[StepRow]:
    """List the steps that people do, each with the stories that a hall can live so far."""
    rows = []
    for step in service.steps.values():
        if step.role:
            title = service.text(f"steps.{step.id}.title", lang, step.id)
            rows.append(StepRow(step.id, title, step.role, tuple(_leading_to(service, step.id))))
    return rows


def _leading_to(service: manifest.Service, step_id: str) -> Iterator[tuple[str, int]]:
    for example in service.examples:
        if example.refused_because:
            continue
        for number, event in enumerate(example.then):
            if step_id in (event.step, event.payment, event.payment and f"{event.payment}_check"):
                yield example.name, number
                break
            if not is_lived(event):
                break


def list_ways(service: manifest.Service, example: manifest.Example, lang: str) -> list[tuple[int, str]]:
    """List how far a story can be lived: after so many of its events, the last of them in words."""
    found = [(0, texts.say("console.preview.way.sent"))]
    for number, event in enumerate(example.then, 1):
        if not is_lived(event):
            break
        found.append((number, _way(service, event, lang)))
    return found


def _way(service: manifest.Service, event: manifest.ExampleEvent, lang: str) -> str:
    node = event.step or event.payment or event.operation or event.cosigners
    title = service.text(f"steps.{node}.title", lang, node) if node else ""
    if event.extend:
        return texts.say("console.preview.way.extend")
    if event.wait:
        return texts.say("console.preview.way.wait", days=max(event.wait.days, 0), hours=event.wait.seconds // 3600)
    came = event.becomes or event.fails or ("" if event.step else texts.say("console.preview.way.answered"))
    return f"{title}: {came}" if came else title


def list_stories(look: FolderLook, service: manifest.Service, lang: str) -> list[StoryRow]:
    """List the golden examples with what came of each; a fault found by its rehearsal stands beside it."""
    rows = []
    for example in service.examples:
        played = look.played.get(example.name)
        if played is not None:
            end = service.text(f"ends.{played.end}.title", lang, played.end or played.outcome)
            faults = tuple(one for one in look.faults if one.file == example.file and one.element == example.name)
            letters = ", ".join(service.text(f"letters.{one}.title", lang, one) for one in played.letters)
            due = played.due.isoformat() if played.due else ""
            rows.append(StoryRow(example.name, example.story, end, letters, due, faults))
    return rows


def list_moments(service: manifest.Service, played: manifest.Played, lang: str) -> list[Moment]:
    """Tell a story by its clock."""
    zone = ZoneInfo(service.zone)
    return [
        Moment(f"{texts.say(f'console.preview.event.{one.kind}')}: {_title_of(service, one, lang)}", _at(one.at, zone), one.detail)
        for one in played.log
    ]  # fmt: skip


def list_notices(service: manifest.Service, played: manifest.Played, lang: str) -> list[NoticeRow]:
    """List the notices of a story in words."""
    zone, rows = ZoneInfo(service.zone), []
    for one in played.log:
        if one.about is not None:
            said = manifest.say_notice(service, one.name, lang, one.about)
            rows.append(NoticeRow(one.name, _at(one.at, zone), said["subject"], said["body"], said["sms"]))
    return rows


def _title_of(service: manifest.Service, one: manifest.RehearsedEvent, lang: str) -> str:
    part = {"task": "steps", "done": "steps", "end": "ends", "letter": "letters"}.get(one.kind)
    return service.text(f"{part}.{one.name}.title", lang, one.name) if part else one.name


def _at(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y %H.%M}"


def list_clock(service: manifest.Service) -> list[Fact]:
    """Tell the service's periods."""
    time = service.time
    facts = [Fact(one.id or texts.say("console.preview.due"), str(one.due), note=one.basis) for one in time.promises]
    facts.append(Fact(texts.say("console.preview.silence"), time.silence))
    facts += [
        Fact(service.text(f"steps.{one.id}.title", texts.language(), one.id), str(one.due))
        for one in service.steps.values() if one.due
    ]  # fmt: skip
    return facts + [Fact(one.id, str(one.period), note=one.basis) for one in service.timers.values()]


def list_law(look: FolderLook) -> tuple[list[Column], list[list[Cell]]]:
    """List the law of a folder that nobody confirmed where it was written."""
    thing = look.judged.thing if look.judged else None
    words = [texts.say(f"console.preview.law.{name}") for name in ("name", "value", "basis", "place")]
    found = [one for one in look.kind.law(thing) if one.status != "confirmed"] if thing is not None else []
    rows = [
        [Cell(one.name), Cell(one.text(texts.language())), Cell(one.basis), Cell(f"{one.file}:{one.line}")]
        for one in found
    ]
    return [Column(one) for one in words], rows


def list_rules(service: manifest.Service, lang: str) -> list[RuleRow]:
    """List the decisions that steps ask, with the rules of the tables."""
    if service.rules is None:
        return []
    all_rules = tuple(service.rules.rows())
    return [
        RuleRow(one.id, service.text(f"steps.{one.id}.title", lang, one.id), one.decision, all_rules)
        for one in service.steps.values() if one.decision
    ]  # fmt: skip


def list_inputs(service: manifest.Service, step: manifest.Step) -> dict[str, rules.InputInfo]:
    """Name what a step's decision asks for, with its type as the author named it."""
    assert service.rules is not None
    known = {
        info.name: info
        for decision in service.rules.decisions if step.decision in (decision.id, decision.name)
        for info in decision.inputs
    }  # fmt: skip
    return {name: known.get(name, rules.InputInfo(name, "")) for name in step.inputs}


def read_input(typed: str, info: rules.InputInfo) -> object:
    """Read what was typed as a value of that type; a text needs no quotes. :raises Problems: it is no FEEL."""
    typed = typed.strip()
    if not typed:
        return None
    if info.type.rpartition(":")[2] == "string" and not typed.startswith('"'):
        return typed
    if info.type.rpartition(":")[2] == "date" and typed[:1].isdigit():
        typed = f'date("{typed}")'
    return rules.compile_expression(typed).evaluate({}, now=None)


def show_value(value: object) -> str:
    """Write a value as it is typed into the box of a rule."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def draw(service: manifest.Service, lang: str) -> str:
    """Draw the process in the author's own words."""
    return process.draw_svg(service.graph, title=service.text("title", lang), lang=lang)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of asking a decision: its answer, the rules that fired, and what went wrong on the way."""

    answer: str = ""
    fired: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def ask(service: manifest.Service, step: manifest.Step, inputs: Mapping[str, object], now: datetime) -> Tried:
    """Ask a step's decision."""
    assert service.rules is not None
    found = service.rules.decide(step.decision, inputs, now=now)
    fired = tuple(f"{one.decision} {one.rule_number}" for one in found.reasons)
    return Tried(json.dumps(rules.to_json(found.value), ensure_ascii=False, default=str), fired, tuple(found.problems))
