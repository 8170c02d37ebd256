"""Steps in other units: which unit it is must be clear to whoever reads the folder, and be one that the town has."""

from collections.abc import Iterator

from balai.engine.forms.branch import Branch, suggestion
from balai.engine.manifest.check_paths import loop_names, options_of, path_of, type_of
from balai.engine.manifest.datatypes import ANY, data_types
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import SIGN
from balai.engine.manifest.service import PARENT, Step
from balai.engine.process import reached_without
from balai.engine.rules import nodes

_WAYS = "Write a unit's code, parent, or a FEEL expression that gives one, as in apply.agency."


def check_units(folder: Folder) -> None:
    """Tell units that the town does not have, as far as the folder lets them be known before a case runs."""
    types = data_types(
        folder.forms, folder.bound_steps(), folder.sheet.town_values, folder.rules, about=folder.sheet.about
    )
    check_countersigning(folder)
    for step in folder.bound_steps().values():
        if step.unit is None:
            continue
        place = folder.sheet.at("steps", step.id, "unit")
        if step.is_applicants:
            place.wrong("The applicant does this step, and sits in no unit.", "Remove unit.")
        if step.unit.chosen is not None and (given := type_of(step.unit.chosen, types)) not in (ANY, "text"):
            kind = given if isinstance(given, str) else "list or a group"
            place.wrong(f"A unit is named by its code, and this is a {kind}.", _WAYS)
        for code in _codes(folder, step):
            _check_code(folder, place, step, code)


def check_countersigning(folder: Folder) -> None:
    """Tell second signatures that could come before the first, or not at all."""
    steps = folder.bound_steps()
    for step in steps.values():
        if not step.countersigns:
            continue
        place, first = folder.sheet.at("steps", step.id, "countersigns"), steps.get(step.countersigns)
        signing = [one.id for one in steps.values() if one.operation == SIGN and one.id != step.id]
        if step.operation != SIGN:
            place.wrong("Only a letter is countersigned.", f"Add operation: {SIGN}, and its letter.")
        elif first is None or first.id not in signing:
            place.wrong(f'"{step.countersigns}" signs no letter.', suggestion(step.countersigns, signing))
        elif first.letter != step.letter:
            place.wrong(f'"{first.id}" signs the letter {first.letter}.', f"Write letter: {first.letter}.")
        elif any(one.countersigns == first.id for one in steps.values() if one.id < step.id):
            place.wrong(f'"{first.id}" is countersigned already.', "Name the step that signs before this one.")
        elif folder.graph is not None:
            _check_order(folder, place, step, first)


def _check_order(folder: Folder, place: Branch, step: Step, first: Step) -> None:
    assert folder.graph is not None
    if step.id in reached_without(folder.graph, [first.id]):
        place.wrong(f'This step can be reached before "{first.id}".', f'Draw it behind "{first.id}" on every way.')
        return
    makers = [one.id for one in folder.sheet.steps.values() if one.letter == step.letter and one.id != first.id]
    early = reached_without(folder.graph, makers)
    for end in folder.sheet.ends.values():
        if end.letter == step.letter and end.id in early:
            place.wrong(
                f'The end "{end.id}" promises this letter, and can be reached before it is countersigned.',
                f'Draw "{step.id}" before it.',
            )


def _codes(folder: Folder, step: Step) -> Iterator[str]:
    """List the codes that a step's unit can come to, where they can be told: the code itself, constants, a choice's options."""
    assert step.unit is not None
    if step.unit.chosen is None:
        yield step.unit.code
    else:
        yield from _constants(folder, step.unit.chosen.node)


def _constants(folder: Folder, node: nodes.FeelNode) -> Iterator[str]:
    if isinstance(node, nodes.Literal):
        yield from [node.value] if isinstance(node.value, str) else []
    elif isinstance(node, nodes.If):
        yield from _constants(folder, node.yes)
        yield from _constants(folder, node.no)
    elif path := path_of(node):
        yield from options_of(folder).get(path, ())


def _check_code(folder: Folder, place: Branch, step: Step, code: str) -> None:
    node = folder.graph.nodes.get(step.id) if folder.graph else None
    if node is not None and code in loop_names(node):
        place.wrong(f'"{code}" would be a unit\'s code here.', f"For what the loop goes over, write ({code}).")
        return
    units = folder.town.units if folder.town else frozenset()
    if step.unit and code == step.unit.code == folder.sheet.handled_by.unit:
        place.wrong(f'"{code}" handles the case anyway.', "Remove unit: a step without one is done there.")
    elif code != PARENT and units and code not in units:
        message = f'The step "{step.id}" would be done in "{code}", and the town has no such unit.'
        place.wrong(message, suggestion(code, [*units, PARENT]) or f"Name it under units of town/town.yaml. {_WAYS}")
