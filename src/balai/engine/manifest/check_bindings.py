"""Binding the drawing: each element that needs a meaning has one that fits its kind, and nothing else is bound."""

from balai.engine.forms.branch import Branch, suggestion
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import COSIGN, OPERATIONS, PAY, SIGN, Operation
from balai.engine.manifest.service import WHENS, Step, TimerRule
from balai.engine.problems import Problem
from balai.engine.process import Graph, Node, countable, reached_without

PERSON = ("userTask", "manualTask", "task")
HOUSE = ("serviceTask", "sendTask")
RULE = ("businessRuleTask",)
_ALLOWED = {
    **dict.fromkeys(
        PERSON,
        ("role", "unit", "form", "operation", "letter", "due", "due_on", "not_same_person_as", "countersigns", "pauses_clock", "aside", "event"),
    ),
    **dict.fromkeys(HOUSE, ("operation", "letter", "inputs", "outputs", "event")),
    **dict.fromkeys(RULE, ("decision", "inputs")),
}  # fmt: skip


def check_bindings(folder: Folder) -> None:
    """Tell unbound elements, bindings without element, and bindings that do not fit the element's kind."""
    if folder.graph is None:
        return
    _elements_are_bound(folder, folder.graph)
    _errors_can_happen(folder, folder.graph)
    for name, step in folder.bound_steps().items():
        branch = folder.sheet.at("steps", name)
        if step.payment or (step.operation in (PAY, COSIGN) and step.kind):
            continue  # judged where it was expanded
        if step.kind not in _ALLOWED:
            _wrong_element(folder, folder.graph, branch, step)
        else:
            _keys_fit(folder, folder.graph, branch, step)
            _names_exist(folder, branch, step)
    for timer in folder.sheet.timers.values():
        _timer_fits(folder, folder.graph, timer)
    for name in folder.sheet.ends:
        if name not in {node.id for node in folder.graph.end_events}:
            ends = [node.id for node in folder.graph.end_events]
            folder.sheet.at("ends", name).wrong(f'The process has no end event "{name}".', suggestion(name, ends))


def _elements_are_bound(folder: Folder, graph: Graph) -> None:
    tasks = [node for node in graph.nodes.values() if node.kind in _ALLOWED]
    for node in tasks:
        if node.id not in folder.sheet.steps:
            where = f"(line {node.line} of {graph.file})"
            message = f'The {node.kind} "{node.id}" {where} has no meaning.'
            folder.sheet.at("steps").wrong(message, f"Add {node.id}: {{{_example_of(node)}}} to steps.")
    for node in graph.end_events:
        if node.id not in folder.sheet.ends:
            message = f'The end event "{node.id}" (line {node.line} of {graph.file}) has no outcome.'
            folder.sheet.at("ends").wrong(message, f"Add {node.id}: {{outcome: …}} to ends.")


def _timer_fits(folder: Folder, graph: Graph, timer: TimerRule) -> None:
    """Tell a timer's binding that names no timer, or one that counts otherwise."""
    branch = folder.sheet.at("timers", timer.id)
    node = graph.nodes.get(timer.id)
    timers = [one.id for one in graph.nodes.values() if one.event_kind == "timer"]
    if node is None:
        branch.wrong(f'The process has no element "{timer.id}".', suggestion(timer.id, timers))
    elif node.event_kind != "timer":
        branch.wrong(f'The element "{timer.id}" is a {node.kind} without a timer.', suggestion(timer.id, timers))
    elif not countable(node):
        branch.wrong(
            "This timer waits for a date or works its time out, so nothing is counted.",
            "Draw it with a plain duration (P10D) or cycle (R3/P7D), or remove it here.",
        )
    elif timer.repeats != (countable(node) == "cycle"):
        key, fix = ("every", "after") if timer.repeats else ("after", "every")
        drawn = "repeats" if fix == "every" else "fires once"
        (branch.child(key) or branch).wrong(f"The timer is drawn so that it {drawn}.", f"Write {fix}: {timer.period}.")


def _errors_can_happen(folder: Folder, graph: Graph) -> None:
    """Tell error events that wait at an operation for a code it never fails with."""
    for node in graph.nodes.values():
        step = folder.sheet.steps.get(node.attached_to)
        known = OPERATIONS.get(step.operation) if step else None
        if node.event is None or node.event.kind != "error" or known is None or not known.fails:
            continue
        if node.event.name and node.event.name not in known.fails:
            message = f'{known.name} never fails with "{node.event.name}".'
            fix = suggestion(node.event.name, known.fails)
            folder.problems.append(Problem(message, fix, graph.file, node.line, node.id))


def _example_of(node: Node) -> str:
    if node.kind in PERSON:
        return "role: …, form: …"
    return "operation: …" if node.kind in HOUSE else "decision: …, inputs: {…}"


def _wrong_element(folder: Folder, graph: Graph, branch: Branch, step: Step) -> None:
    bindable = [node.id for node in graph.nodes.values() if node.kind in _ALLOWED]
    if step.kind:
        branch.wrong(f'The element "{step.id}" is a {step.kind}, which needs no meaning here.', "Remove it from steps.")
    elif folder.graph is not None:
        branch.wrong(f'The process has no element "{step.id}".', suggestion(step.id, bindable))


def _keys_fit(folder: Folder, graph: Graph, branch: Branch, step: Step) -> None:
    for entry in branch.entries():
        if entry.key not in _ALLOWED[step.kind]:
            allowed = ", ".join(_ALLOWED[step.kind])
            entry.wrong(f'The key "{entry.key}" does not fit a {step.kind}.', f"A {step.kind} takes {allowed}.")
    if step.kind in PERSON:
        _person_fits(branch, step)
        _pause_fits(folder, graph, branch, step)
    elif step.kind in HOUSE and not step.operation:
        branch.wrong(
            f'Nobody does the service task "{step.id}".', f"Add operation: one of {', '.join(_house_names())}."
        )
    elif step.kind in RULE and not step.decision:
        branch.wrong(
            f'The business rule task "{step.id}" asks no decision.', "Add decision: the name of one in rules.dmn."
        )


def _person_fits(branch: Branch, step: Step) -> None:
    if not step.role:
        branch.wrong(f'It is not said who does "{step.id}".', "Add role: applicant, or one of roles.")
    if not step.form and not step.operation and step.kind == "userTask":
        branch.wrong(f'"{step.id}" asks for nothing.', "Add form: …, or operation: document.sign.")
    if step.form and step.operation:
        branch.wrong("A step has a form or an operation, not both.", "Draw two tasks.")
    if step.is_applicants and step.operation:
        branch.wrong("The applicant signs no letters of the office.", "Give the step a form.")
    if step.is_applicants and step.aside is not None:
        branch.wrong("The applicant's step lies on no officer's desk.", "Leave out aside, or write pauses_clock: true.")
    if step.due_on and step.due is None:
        branch.wrong(
            "It is not said when the step is due while there is no date, or once it has passed.",
            "Add due: …, as in due: 30 days.",
        )


def _pause_fits(folder: Folder, graph: Graph, branch: Branch, step: Step) -> None:
    """Tell an office that would stop its own clock: at its step it may only once the holder was told to come."""
    if not step.pauses_clock or step.is_applicants:
        return
    told = [name for name, one in folder.sheet.steps.items() if one.event == "ready"]
    if step.id in reached_without(graph, told):
        branch.wrong(
            "The legal clock may only stand still while the applicant must act, or after they were told that it is"
            " ready for them.",
            "Remove pauses_clock, or tell them on every way to this step: notice.send with event: ready.",
        )
    if step.due is None:
        branch.wrong(
            "While the clock stands still, the case's deadline says nothing to whoever does this step.",
            "Add due: …, as in due: 30 days.",
        )


def _names_exist(folder: Folder, branch: Branch, step: Step) -> None:
    roles = ("applicant", *folder.sheet.roles)
    known = (
        ("role", step.role, roles),
        ("form", step.form, tuple(folder.forms)),
        ("letter", step.letter, tuple(folder.sheet.letters)),
        ("event", step.event, (*WHENS, *(one.when for one in folder.sheet.notify))),
    )
    for key, name, names in known:
        if name and name not in names:
            fix = suggestion(name, names)
            if key == "event" and not fix.startswith("Did"):
                fix = f"Add {{when: {name}, to: applicant, by: [portal, email]}} to notify, and its words to notices.{name}."
            (branch.child(key) or branch).wrong(f'There is no {key} "{name}".', fix)
    for other in step.not_same_person_as:
        _other_person(folder, branch, step, other)
    if step.operation:
        _operation_fits(folder, branch, step)
    if step.decision:
        _decision_fits(folder, branch, step)


def _other_person(folder: Folder, branch: Branch, step: Step, other: str) -> None:
    place = branch.child("not_same_person_as") or branch
    steps = {name for name, one in folder.bound_steps().items() if one.kind in PERSON and not one.is_applicants}
    if other == "apply" and folder.sheet.about and folder.sheet.about.by_officer:
        return  # the officer who began it
    if other == step.id:
        place.wrong("A step cannot exclude the person who does it.", "Name another step.")
    elif other not in steps:
        place.wrong(f'There is no step "{other}" that an officer does.', suggestion(other, steps - {step.id}))


def _house_names() -> list[str]:
    return [name for name, one in OPERATIONS.items() if not one.by_person]


def _operation_fits(folder: Folder, branch: Branch, step: Step) -> None:
    place = branch.child("operation") or branch
    known = OPERATIONS.get(step.operation)
    by_person = step.kind in PERSON
    if known is None:
        place.wrong(f'There is no operation "{step.operation}".', suggestion(step.operation, OPERATIONS))
        return
    if known.by_person != by_person:
        fits = f"Here fits {SIGN}." if by_person else f"Here fit {', '.join(_house_names())}."
        place.wrong(f"{known.name} cannot be done by a {step.kind}.", fits)
        return
    if known.needs_letter != bool(step.letter):
        place.wrong(f"{known.name} {'needs to know which letter' if known.needs_letter else 'makes no letter'}.",
                    "Add letter: …" if known.needs_letter else "Remove letter.")  # fmt: skip
    if known.needs_event and not step.event:
        place.wrong(f"{known.name} does not know of what to tell.", "Add event: a word that notify tells of.")
    _inputs_fit(branch, step, known)


def _inputs_fit(branch: Branch, step: Step, known: Operation) -> None:
    for name in step.inputs:
        if name not in known.inputs:
            place = (branch.child("inputs") or branch).child(name) or branch
            place.wrong(f'{known.name} takes no input "{name}".', suggestion(name, known.inputs))
    for name in known.inputs:
        if name not in step.inputs and name not in known.optional:
            branch.wrong(f'{known.name} needs the input "{name}".', f"Add inputs: {{{name}: …}}.")
    for name, source in step.outputs.items():
        if source not in known.outputs:
            place = (branch.child("outputs") or branch).child(name) or branch
            place.wrong(f'{known.name} gives no output "{source}".', suggestion(source, known.outputs))


def _decision_fits(folder: Folder, branch: Branch, step: Step) -> None:
    place = branch.child("decision") or branch
    if folder.rules is None:
        if not folder.rules_given:
            place.wrong("The folder has no rules.dmn.", "Add it, or remove the decision.")
        return
    decisions = {name: info for info in folder.rules.decisions for name in (info.name, info.id)}
    info = decisions.get(step.decision)
    if info is None:
        place.wrong(f'rules.dmn has no decision "{step.decision}".', suggestion(step.decision, decisions))
        return
    needed = [one.name for one in info.inputs]
    for name in step.inputs:
        if name not in needed:
            entry = (branch.child("inputs") or branch).child(name) or branch
            entry.wrong(f'The decision "{step.decision}" reads no input "{name}".', suggestion(name, needed))
    for name in needed:
        if name not in step.inputs:
            branch.wrong(
                f'The decision "{step.decision}" reads "{name}", which nobody gives it.', f"Add inputs: {{{name}: …}}."
            )
