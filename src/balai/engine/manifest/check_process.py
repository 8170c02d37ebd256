"""Proving the process of a folder: every path ends, no step is dead, no token is left or doubled, no answer overwritten."""

from collections.abc import Iterator, Mapping

from balai.engine.forms import Field
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import OPERATIONS
from balai.engine.manifest.service import Step
from balai.engine.problems import Problem
from balai.engine.process import Graph, check
from balai.engine.rules import Expression, nodes

# Ten branches at once are 1,024 positions and take half a second; the processes of a city hall need a few dozen.
MAX_POSITIONS = 1200


def check_process(folder: Folder) -> tuple[Problem, ...]:
    """Tell what is unsound in the drawing, and answer as warnings what cannot be proven within the limits."""
    if folder.graph is None:
        return ()
    steps = folder.bound_steps()
    findings = check(
        folder.graph,
        writes=_writes(folder.graph, steps),
        answers=dict(_answers(folder, steps)),
        max_positions=MAX_POSITIONS,
    )
    folder.problems.extend(found for found in findings if found.severity == "error")
    return tuple(found for found in findings if found.severity != "error")


def _writes(graph: Graph, steps: Mapping[str, Step]) -> dict[str, set[str]]:
    """Map each step to the names it writes in the case's data; a correction writes the application itself."""
    writes = {name: {"apply" if step.form == "apply" else name} for name, step in steps.items()}
    for node in graph.nodes.values():
        script = node.script
        if isinstance(script, Expression) and isinstance(script.node, nodes.ContextNode):
            writes[node.id] = {key for key, _ in script.node.entries}
    return writes


def _answers(folder: Folder, steps: Mapping[str, Step]) -> Iterator[tuple[str, list[object]]]:
    """Map each path to the values it can have, where they can be counted: choices, and yes or no."""
    forms = {"apply": "apply"} | {name: step.form for name, step in steps.items() if step.form != "apply"}
    for key, form in forms.items():
        for field in folder.forms[form].fields.values() if form in folder.forms else ():
            if values := _values(field):
                yield f"{key}.{field.key}", values
    for name, step in steps.items():
        if known := OPERATIONS.get(step.operation):
            outputs = step.outputs or {output: output for output in known.outputs}
            for output, source in outputs.items():
                if known.outputs.get(source) == "boolean":
                    yield f"{name}.{output}", [True, False]


def _values(field: Field) -> list[object]:
    """List what a field can be answered with; what need not be answered may also be nothing."""
    values: list[object] = [True, False] if field.kind == "boolean" else list(field.options)
    if field.kind not in ("choice", "boolean") or not values:
        return []
    return values if field.required and field.show_if is None else [*values, None]
