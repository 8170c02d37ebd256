"""Golden examples name fields, steps, operations, letters and ends: each must exist, and no real person may."""

from collections.abc import Iterator, Mapping

from balai.engine.forms.branch import suggestion
from balai.engine.manifest.check_about import about_faults
from balai.engine.manifest.datatypes import APPLICANT, UNIT
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import OPERATIONS
from balai.engine.manifest.service import OUTCOMES, Example, ExampleEvent
from balai.engine.problems import Problem


def check_examples(folder: Folder) -> None:
    """Tell what an example names that the folder does not have."""
    if not folder.examples:
        fix = "Write one for each end of the process: a version is published only when they pass."
        folder.problems.append(Problem("The folder has no golden example.", fix, folder.prefix + "examples"))
    for example in folder.examples:
        folder.problems.extend(_faults(folder, example))


def _faults(folder: Folder, example: Example) -> Iterator[Problem]:
    def fault(message: str, fix: str, line: int) -> Problem:
        return Problem(message, fix, example.file, line, example.name)

    at = example.lines
    nik = "".join(ch for ch in str(example.applicant.get("nik", "")) if ch.isdigit())
    if nik and not nik.startswith("99"):
        yield fault(
            "An example must not hold a real NIK.",
            'Use one that begins with 99, as in "9901014101900001".',
            at.get("applicant", 0),
        )
    for key, known, given in (("applicant", APPLICANT, example.applicant), ("unit", UNIT, example.unit)):
        for name in given:
            if name not in known:
                yield fault(f'There is no "{key}.{name}".', suggestion(name, known), at.get(key, 0))
    for fix in about_faults(folder, example.objected):
        yield fault(*fix, at.get("objected", 0))
    fields = folder.forms["apply"].fields if "apply" in folder.forms else {}
    for name in example.apply:
        if (
            fields
            and name not in fields
            and not any(path.startswith(f"apply.{name}") for path in example.refused_because)
        ):
            yield fault(f'The form apply has no field "{name}".', suggestion(name, fields), at.get("apply", 0))
    for name, rows in example.offered.items():
        if name not in (offering := [key for key, one in fields.items() if one.offered]):
            way_out = suggestion(name, offering) or "Write offered: {registry, rows, shows} at the field."
            yield fault(f'No registry offers rows for "{name}".', way_out, at.get("offered", 0))
        elif any(not str(row.get("nik", "99")).startswith("99") for row in rows):
            yield fault("An example must not hold a real NIK.", "Use one that begins with 99.", at.get("offered", 0))
    for event in example.then:
        yield from (fault(message, fix, event.line) for message, fix in _event_faults(folder, event))
    yield from (fault(message, fix, at.get(key, 0)) for key, message, fix in _expectation_faults(folder, example))


def _event_faults(folder: Folder, event: ExampleEvent) -> Iterator[tuple[str, str]]:
    steps = folder.bound_steps()
    people = {name: step for name, step in steps.items() if step.role}
    work = {name: step for name, step in steps.items() if step.operation and not step.role}
    if event.step and event.step not in people:
        yield f'There is no step "{event.step}" that a person does.', suggestion(event.step, people)
    elif event.step:
        form = folder.forms.get(people[event.step].form)
        for name in event.data:
            if form is None or name not in form.fields:
                known = form.fields if form else ()
                yield (
                    f'The form of "{event.step}" has no field "{name}".',
                    suggestion(name, known) or "It asks nothing.",
                )
    payments = {step.payment for step in steps.values() if step.payment}
    if event.payment and event.payment not in payments:
        yield f'There is no payment "{event.payment}".', suggestion(event.payment, payments) or "No step asks for one."
    asked = {name for name, step in steps.items() if step.cosigners}
    if event.cosigners and event.cosigners not in asked:
        fix = suggestion(event.cosigners, asked) or "No step asks anybody to agree."
        yield f'There is no step "{event.cosigners}" that asks co-signers.', fix
    if event.message:
        yield from _message_faults(folder, event)
    if event.operation and event.operation not in work:
        yield f'There is no step "{event.operation}" with an operation.', suggestion(event.operation, work)
    elif event.operation:
        known_outputs = (
            OPERATIONS[work[event.operation].operation].outputs if work[event.operation].operation in OPERATIONS else {}
        )
        for name in event.gives:
            if name not in known_outputs:
                yield f'{work[event.operation].operation} gives no "{name}".', suggestion(name, known_outputs)
        yield from _failure_faults(event, work[event.operation].operation)


def _message_faults(folder: Folder, event: ExampleEvent) -> Iterator[tuple[str, str]]:
    known = folder.sheet.messages.get(event.message)
    if known is None:
        yield f'There is no message "{event.message}".', suggestion(event.message, folder.sheet.messages)
        return
    form = folder.forms.get(known.form)
    for name in event.data:
        if form is None or name not in form.fields:
            fix = suggestion(name, form.fields if form else ()) or "It brings nothing."
            yield f'The message "{event.message}" brings no "{name}".', fix


def _failure_faults(event: ExampleEvent, operation: str) -> Iterator[tuple[str, str]]:
    codes = OPERATIONS[operation].fails if operation in OPERATIONS else frozenset()
    if event.fails and codes and event.fails not in codes:
        yield f'{operation} never fails with "{event.fails}".', suggestion(event.fails, codes)


def _expectation_faults(folder: Folder, example: Example) -> Iterator[tuple[str, str, str]]:
    sheet, expect = folder.sheet, example.expect
    ends = (*sheet.ends, *OUTCOMES)
    promises = tuple(one.id for one in sheet.time.promises if one.id)
    if "promise" in expect and expect["promise"] not in promises:
        yield "promise", f'No period is called "{expect["promise"]}".', suggestion(str(expect["promise"]), promises)
    if "end" in expect and expect["end"] not in ends:
        yield "end", f'There is no end "{expect["end"]}".', suggestion(str(expect["end"]), sheet.ends)
    for key, known in (
        ("path", tuple(sheet.steps)),
        ("letters", tuple(sheet.letters)),
        ("notices", tuple({one.when for one in sheet.notify})),
    ):
        value = expect.get(key, [])
        if not isinstance(value, list):
            yield key, f'"{key}" is a list.', "Write [a, b]."
            continue
        for name in value:
            if name not in known:
                yield key, f'"{name}" cannot be in {key}.', suggestion(str(name), known)
    for key in ("units", "deadlines", "aside"):
        told = expect.get(key)
        for name in told if isinstance(told, Mapping) else ():
            if name not in sheet.steps:
                yield key, f'There is no step "{name}".', suggestion(name, sheet.steps)
    for key in ("data", "letter_says", "notice_says", "units", "deadlines", "aside"):
        if key in expect and not isinstance(expect[key], Mapping):
            yield key, f'"{key}" is a mapping.', 'Write {"a.b": value}.'
