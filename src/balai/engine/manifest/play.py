"""Playing golden examples: what a story leads to, compared with what its author expects."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from balai.engine import forms, process
from balai.engine.letters import PrintedReason
from balai.engine.manifest.notice_words import say_notice
from balai.engine.manifest.proof import prove_letters, typeset
from balai.engine.manifest.rehearsal import (
    Rehearsal,
    RehearsalCalendar,
    RehearsedEvent,
    WrongStepError,
    prepare_files,
)
from balai.engine.manifest.service import Example, ExampleEvent, Service
from balai.engine.problems import Problem


@dataclass(frozen=True)
class Played:
    """What came of a story. `due` is the local date the case falls due; `refused` maps answers to error codes."""

    path: tuple[str, ...]
    end: str
    outcome: str
    letters: tuple[str, ...]
    notices: tuple[str, ...]
    due: date | None
    data: Mapping[str, object]
    promise: str = ""  # which of several periods it was promised
    refused: Mapping[str, str] = field(default_factory=dict)
    open: tuple[str, ...] = ()
    log: tuple[RehearsedEvent, ...] = ()
    problems: tuple[Problem, ...] = ()
    made: Mapping[str, datetime] = field(default_factory=dict)  # its letters, and when each was signed
    reasons: tuple[PrintedReason, ...] = ()
    units: Mapping[str, object] = field(
        default_factory=dict
    )  # of the steps that other units did: one, or several in turn
    deadlines: Mapping[str, date] = field(default_factory=dict)  # of the steps that have one of their own
    aside: Mapping[str, date] = field(default_factory=dict)  # of the steps put aside as they opened: when to look again


def play(service: Service, example: Example, *, calendar: RehearsalCalendar, prove: bool = True) -> Played:
    """Play one golden example and answer what came of it; every difference from what is expected is a problem.

    Pure: time is the example's, the working calendar is handed in, nothing is written or sent. `prove` typesets the
    letters it led to and reads them back, where the town's letterhead is there.
    """
    rehearsal = Rehearsal(
        service,
        calendar,
        example.now,
        example.applicant,
        unit=_unit_of(service, example),
        channel=example.channel,
        objected=example.objected,
    )
    refused: dict[str, str] = {}
    told: list[Problem] = []
    line = example.lines.get("apply", 0)
    try:
        scope = replace(rehearsal.scope("apply"), offers=_offers_of(service.forms["apply"], example))
        refused = {_place(error): error.code for error in rehearsal.submit(example.apply)}
        told += [] if refused else _unsent(example, service.forms["apply"], example.apply, scope, line)
        for event in () if refused else example.then:
            line = event.line
            told += _unsent_event(example, rehearsal, event)
            _happen(rehearsal, event)
        rehearsal.let_the_world_answer()
    except (WrongStepError, process.Impossible) as wrong:
        told.append(Problem(str(wrong), "Correct the story, or the folder.", example.file, line, example.name))
    played = _played(rehearsal, refused, tuple(told))
    told += _differences(service, example, played)
    if prove and not told:
        told += prove_letters(service, example, played.made, played.data, played.reasons)
    return Played(**{**_fields(played), "problems": tuple(told)})  # type: ignore[arg-type]


def _offers_of(form: forms.Form, example: Example) -> dict[str, list[dict[str, str]]]:
    """Answer what a story lets a registry offer, as answers to the questions of a row."""
    known = {name: form.fields[name] for name in example.offered if name in form.fields}
    return {name: forms.fit_offer(one, example.offered[name]) for name, one in known.items()}


def _unsent(
    example: Example, form: forms.Form, answers: Mapping[str, object], scope: forms.JudgingScope, line: int
) -> list[Problem]:
    """Tell answers that are right and that no page of the form lets anybody send."""
    found = forms.find_unsent(form, prepare_files(answers), scope)
    return [
        Problem(
            f'Nobody can send this answer: on the pages of "{form.name}" {error.path} becomes "{error.code}".',
            "Let a page ask for everything the answer needs.", example.file, line, example.name,
        )
        for error in found
    ]  # fmt: skip


def _unsent_event(example: Example, rehearsal: Rehearsal, event: ExampleEvent) -> list[Problem]:
    step = rehearsal.service.steps.get(event.step)
    if step is None or not step.form:
        return []
    answers = {**rehearsal.raw, **event.data} if step.form == "apply" else event.data
    return _unsent(example, rehearsal.service.forms[step.form], answers, rehearsal.scope(step.form), event.line)


def play_all(service: Service, *, calendar: RehearsalCalendar, prove: bool = True) -> tuple[Problem, ...]:
    """Play every example of a service; tell each difference, and each end that no example reaches."""
    problems: list[Problem] = []
    reached: set[str] = set()
    promised: set[str] = set()
    for example in service.examples:
        played = play(service, example, calendar=calendar, prove=prove)
        problems += played.problems
        reached.add(played.end)
        promised.add(played.promise)
    for end in service.graph.end_events if service.graph else ():
        if end.id not in reached:
            fix = "Add an example to examples/ whose story ends there."
            problems.append(Problem("No golden example reaches this end.", fix, service.graph.file, end.line, end.id))
    for promise in service.time.promises:
        if promise.id and promise.id not in promised:
            file = f"services/{service.id}/service.yaml"
            fix = f"Add an example to examples/ that expects promise: {promise.id}."
            message = "No golden example is promised this period."
            problems.append(Problem(message, fix, file, promise.line, f"time.due.{promise.id}"))
    return tuple(problems)


def _fields(played: Played) -> dict[str, object]:
    return {name: getattr(played, name) for name in Played.__dataclass_fields__}


def _unit_of(service: Service, example: Example) -> Mapping[str, object]:
    if example.unit:
        return example.unit
    area = example.apply.get(service.handled_by.area.removeprefix("apply."), "") if service.handled_by.area else ""
    return {"code": service.handled_by.unit or "contoh", "kind": service.handled_by.unit_kind, "area": area}


def _place(error: forms.FieldError) -> str:
    return f"apply.{error.path}" if error.path else "apply"


def _happen(rehearsal: Rehearsal, event: ExampleEvent) -> None:
    _wind(rehearsal, event)
    if event.extend:
        rehearsal.extend(by=event.as_)
    elif event.allow_return:
        rehearsal.allow_return(by=event.as_)
    elif event.confirm:
        rehearsal.confirm(by=event.as_)
    elif event.operation:
        _answer(rehearsal, event)
    elif event.payment:
        rehearsal.pay(event.payment, event.becomes)
    elif event.cosigners:
        rehearsal.cosign(event.cosigners, event.becomes)
    elif event.message:
        errors = rehearsal.receive(event.message, event.data, by=event.as_)
        if errors:
            told = ", ".join(f"{error.path}: {error.code}" for error in errors)
            raise WrongStepError(f'The answers of the message "{event.message}" are not taken ({told}).')
    elif event.step:
        errors = rehearsal.do(event.step, event.data, by=event.as_, unit=event.unit)
        if errors:
            told = ", ".join(f"{error.path}: {error.code}" for error in errors)
            raise WrongStepError(f'The answers of "{event.step}" are not taken ({told}).')


def _wind(rehearsal: Rehearsal, event: ExampleEvent) -> None:
    # What the story itself answers waits for it, though it would else succeed by itself at once.
    waiting = event.operation or event.cosigners
    if event.at:
        rehearsal.wind_to(event.at, waiting=waiting)
    for span in (event.after, event.wait):
        if span:
            rehearsal.wind_to(rehearsal.now + span, waiting=waiting)


def _answer(rehearsal: Rehearsal, event: ExampleEvent) -> None:
    if event.fails:
        rehearsal.fail(event.operation, event.fails)
    else:
        rehearsal.answer(event.operation, event.gives)


def _played(rehearsal: Rehearsal, refused: Mapping[str, str], problems: tuple[Problem, ...]) -> Played:
    return Played(
        path=tuple(rehearsal.path),
        end=rehearsal.end,
        outcome=rehearsal.outcome,
        letters=tuple(rehearsal.letters),
        notices=tuple(rehearsal.notices),
        due=rehearsal.due_at.astimezone(rehearsal.zone).date() if rehearsal.due_at else None,
        data=rehearsal.data,
        promise=rehearsal.promise.id,
        refused=refused,
        open=rehearsal.open_steps,
        log=tuple(rehearsal.log),
        problems=problems,
        made=dict(rehearsal.made),
        reasons=rehearsal.reasons(),
        units={step: ones[0] if len(ones) == 1 else ones for step, ones in rehearsal.done_in.items()},
        deadlines={step: at.astimezone(rehearsal.zone).date() for step, at in rehearsal.deadlines.items()},
        aside=dict(rehearsal.aside),
    )


def typeset_letters(service: Service, played: Played, *, lang: str, calendar: RehearsalCalendar) -> dict[str, bytes]:
    """Typeset the letters a story led to, as PDF by their ids: as in office, but a sample and signed by nobody.

    :raises Problems: what is wrong with a letter's source, or that the town has no letterhead.
    """
    return {
        letter: typeset(service, letter, played.data, lang=lang, at=at, reasons=played.reasons, calendar=calendar)
        for letter, at in played.made.items()
    }


def _differences(service: Service, example: Example, played: Played) -> list[Problem]:
    def differs(key: str, expected: object, got: object, fix: str = "") -> Problem:
        line = example.lines.get(key) or example.lines.get("apply", 0)
        message = f"Expected {key} {_shown(expected)}, got {_shown(got)}."
        return Problem(message, fix or "Correct the folder, or the expectation.", example.file, line, example.name)

    if played.problems:
        return []
    if dict(played.refused) != dict(example.refused_because):
        return [differs("refused_because", dict(example.refused_because), dict(played.refused))]
    if played.refused:
        return []
    found = {
        "end": played.end or played.outcome,
        "path": list(played.path),
        "letters": list(played.letters),
        "notices": list(played.notices),
        "due": played.due.isoformat() if played.due else "",
        "open": list(played.open),
        "promise": played.promise,
    }
    told = [
        differs(key, wanted, found[key])
        for key, wanted in example.expect.items()
        if key in found and wanted != found[key]
    ]
    wanted_data = example.expect.get("data")
    for path, wanted in wanted_data.items() if isinstance(wanted_data, Mapping) else ():
        got = value_at(played.data, path)
        if not same(got, wanted):
            told.append(differs("data", {path: wanted}, got))
    told += [
        differs(key, {step: wanted}, got.get(step, ""))
        for key, got in (
            ("units", played.units),
            ("deadlines", {step: day.isoformat() for step, day in played.deadlines.items()}),
            ("aside", {step: day.isoformat() for step, day in played.aside.items()}),
        )
        for step, wanted in _steps_of(example.expect.get(key)).items()
        if got.get(step) != wanted
    ]
    told += _unmade(example, played)
    told += _unsaid(service, example, played)
    end = service.ends.get(played.end)
    if end and end.letter and end.letter not in played.letters:
        told.append(differs("letters", [end.letter], list(played.letters), f"The end {end.id} promises this letter."))
    return told


def _steps_of(expected: object) -> Mapping[str, object]:
    return expected if isinstance(expected, Mapping) else {}


def _unmade(example: Example, played: Played) -> list[Problem]:
    """Tell letters whose words are expected and that were not made; their words are read back by the proof."""
    says, line = example.expect.get("letter_says"), example.lines.get("letter_says", 0)
    wanted = says if isinstance(says, Mapping) else {}
    return [
        Problem(f'The letter "{letter}" was not made.', "", example.file, line, example.name)
        for letter in wanted if letter not in played.letters
    ]  # fmt: skip


def _unsaid(service: Service, example: Example, played: Played) -> list[Problem]:
    """Tell words that notices were expected to say, in Indonesian, and did not: in subject, body or short text."""
    says, line = example.expect.get("notice_says"), example.lines.get("notice_says", 0)
    problems = []
    for when, words in says.items() if isinstance(says, Mapping) else ():
        told = [say_notice(service, when, "id", one.about) for one in played.log if one.about and one.name == when]
        text = " ".join(" ".join(part.split()) for one in told for part in one.values()).casefold()
        if not told:
            problems.append(Problem(f'The notice "{when}" was not sent.', "", example.file, line, example.name))
            continue
        for word in words if isinstance(words, list) else [words]:
            if " ".join(str(word).split()).casefold() not in text:
                message = f'The notice "{when}" does not say "{word}".'
                problems.append(Problem(message, "", example.file, line, example.name))
    return problems


def value_at(data: object, path: str) -> object:
    """Answer the value at a dotted path of the case's data; None where there is none."""
    for part in path.split("."):
        if isinstance(data, list) and part.isdecimal() and int(part) < len(data):
            data = data[int(part)]
        else:
            data = data.get(part) if isinstance(data, Mapping) else None
    return data


def same(got: object, wanted: object) -> bool:
    """Tell whether a typed value is what an example writes: numbers by value, dates and times as ISO text."""
    if isinstance(got, bool) or isinstance(wanted, bool) or got is None or wanted is None:
        return got is wanted
    if isinstance(got, Decimal | int) and isinstance(wanted, Decimal | int | str):
        try:
            return Decimal(got) == Decimal(wanted)
        except InvalidOperation:
            return False
    if isinstance(got, date | time):
        return got.isoformat() == wanted
    if isinstance(got, Mapping) and isinstance(wanted, Mapping):
        return set(got) == set(wanted) and all(same(got[key], wanted[key]) for key in got)
    if isinstance(got, list) and isinstance(wanted, list):
        return len(got) == len(wanted) and all(map(same, got, wanted))
    return got == wanted or str(got) == wanted


def _shown(value: object) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_shown, value)) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_shown(one)}" for key, one in value.items()) + "}"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "nothing" if value in (None, "") else str(value)
