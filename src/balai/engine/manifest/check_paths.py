"""Every FEEL path must exist in the case's data, and be compared with what it can be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from balai.engine.forms import Form
from balai.engine.forms.branch import suggestion
from balai.engine.forms.feel import Condition
from balai.engine.manifest.connections import type_of_shape
from balai.engine.manifest.datatypes import (
    ANY,
    CASE,
    FILE,
    Type,
    data_types,
    find_type,
    known_at,
    reserved_types,
    type_of_form,
)
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import OPERATIONS, shapes_of
from balai.engine.manifest.service import Step
from balai.engine.problems import Problem
from balai.engine.process import Node
from balai.engine.rules import Expression, nodes
from balai.engine.rules.temporal import DateTime, Time

_COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_DMN_TYPES: Mapping[str, Type] = {
    "number": "number", "string": "text", "boolean": "boolean", "date": "date", "time": "time",
    "dateTime": "date-time", "date and time": "date-time",
}  # fmt: skip
_NOT_IN_PROCESS = "The data of a case: apply, the ids of steps, case, applicant, unit, town."


@dataclass(frozen=True)
class ExpressionSite:
    """Where an expression stands, what it may read, and which names may appear that nobody can know beforehand."""

    types: Mapping[str, Type]
    options: Mapping[tuple[str, ...], tuple[str, ...]]
    file: str
    line: int
    element: str
    open: bool = False  # unknown first names are allowed (data that signals bring)


def check_paths(folder: Folder) -> None:
    """Tell every path that leads nowhere, comparisons that can never hold, and inputs of another type than needed."""
    for place, expression in list_expressions(folder):
        folder.problems.extend(check_expression(expression, place))
    types = all_types(folder)
    for step in folder.sheet.steps.values():
        needed = _needed_types(folder, step)
        for name, expression in step.inputs.items():
            branch = folder.sheet.at("steps", step.id, "inputs", name)
            given, wanted = type_of(expression, types), needed.get(name, ANY)
            if ANY not in (given, wanted) and given != wanted:
                branch.wrong(
                    f'"{name}" is given as {_named(given)}, but a {_named(wanted)} is needed.', "Give another answer."
                )
        if step.due_on and (given := type_of(step.due_on, types)) not in (ANY, "date"):
            folder.sheet.at("steps", step.id, "due_on").wrong(
                f"A step is due on a date, and this is a {_named(given)}.", "Name an answer of format date."
            )


def all_types(folder: Folder) -> dict[str, Type]:
    """Answer the type of everything that a case of this folder can hold."""
    sheet, steps = folder.sheet, folder.bound_steps()
    types = data_types(folder.forms, steps, sheet.town_values, folder.rules, sheet.messages, sheet.about)
    shapes = shapes_of(steps, folder.town.connections if folder.town else {})
    return types | {
        id: {**known, name: type_of_shape(shape)}
        for id, (name, shape) in shapes.items() if isinstance(known := types.get(id), Mapping)
    }  # fmt: skip


def _needed_types(folder: Folder, step: Step) -> Mapping[str, Type]:
    """Answer the type that each input of a step's operation or decision must have, as far as it is said."""
    if step.operation in OPERATIONS:
        kinds = OPERATIONS[step.operation].inputs
        return {name: FILE if kind == "file" else kind for name, kind in kinds.items()}
    if step.decision and folder.rules:
        infos = {name: info for info in folder.rules.decisions for name in (info.name, info.id)}
        info = infos.get(step.decision)
        return {one.name: _DMN_TYPES.get(one.type, ANY) for one in info.inputs} if info else {}
    return {}


def type_of(expression: Expression, types: Mapping[str, Type]) -> Type:
    """Answer the type of a plain path or constant; of anything else nobody knows before it is worked out."""
    if isinstance(expression.node, nodes.Literal):
        return _kind_of(expression.node.value) or ANY
    path = path_of(expression.node)
    return (find_type(types, path) or ANY) if path else ANY


def _named(type_: Type) -> str:
    if type_ == FILE:
        return "file"
    return type_ if isinstance(type_, str) else "list" if isinstance(type_, list) else "group of answers"


def list_expressions(folder: Folder) -> Iterator[tuple[ExpressionSite, Expression]]:
    """Give every expression of a folder, with where it stands and what it may read."""
    sheet = folder.sheet
    types = all_types(folder)
    types |= _script_types(folder)
    options = options_of(folder)
    for form in folder.forms.values():
        yield from _of_form(folder, form, types, options)
    fee_place = sheet.at("fee", "amount")
    if sheet.fee:
        yield ExpressionSite(types, options, fee_place.file, fee_place.line, "fee"), sheet.fee
    for step in sheet.steps.values():
        for name, expression in step.inputs.items():
            branch = sheet.at("steps", step.id, "inputs", name)
            yield ExpressionSite(types, options, branch.file, branch.line, branch.name), expression
        if step.unit and step.unit.chosen:
            branch = sheet.at("steps", step.id, "unit")
            node = folder.graph.nodes.get(step.id) if folder.graph else None
            names = dict.fromkeys(loop_names(node) if node else (), ANY)
            yield ExpressionSite({**types, **names}, options, branch.file, branch.line, branch.name), step.unit.chosen
        if step.due_on:
            branch = sheet.at("steps", step.id, "due_on")
            yield ExpressionSite(types, options, branch.file, branch.line, branch.name), step.due_on
    for letter in sheet.letters.values():
        if letter.until:
            branch = sheet.at("letters", letter.id, "valid", "until")
            yield ExpressionSite(types, options, branch.file, branch.line, branch.name), letter.until
    yield from _of_process(folder, types, options)


def options_of(folder: Folder) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Map each choice of the case\'s data, by its path, to its options."""
    keys = {"apply": "apply"} | {step.id: step.form for step in folder.sheet.steps.values() if step.form != "apply"}
    keys |= {name: one.form for name, one in folder.sheet.messages.items()}
    return {
        (key, *field.key.split(".")): field.options
        for key, form in keys.items() if form in folder.forms
        for field in folder.forms[form].walk() if field.options
    }  # fmt: skip


def _of_form(
    folder: Folder, form: Form, types: Mapping[str, Type], options: Mapping[tuple[str, ...], tuple[str, ...]]
) -> Iterator[tuple[ExpressionSite, Expression]]:
    around = reserved_types(folder.sheet.town_values, folder.sheet.about) if form.name == "apply" else dict(types)
    if form.name == "apply":
        around["case"] = {name: kind for name, kind in CASE.items() if name != "number"}
        around.pop("unit")  # nobody handles the case yet while the applicant writes
    own = type_of_form(form)
    known = {**around, **own}
    inner = {tuple(field.key.split(".")): field.options for field in form.walk() if field.options}
    choices = {**({} if form.name == "apply" else options), **inner}
    for condition, element, names in _conditions_of(form):
        yield ExpressionSite({**known, **names}, choices, form.file, condition.line, element), condition.expression


def _conditions_of(form: Form) -> Iterator[tuple[Condition, str, Mapping[str, Type]]]:
    for page in form.pages:
        if page.show_if:
            yield page.show_if, f"{form.name}.pages.{page.id}", {}
    for field in form.fields.values():
        rows = find_type(type_of_form(form), [field.name])
        row = rows[0] if isinstance(rows, list) and isinstance(rows[0], Mapping) else {}
        for one, names in ((field, {}), *((inner, row) for inner in field.fields.values())):
            for condition in (one.show_if, one.compute, one.required_if):
                if condition:
                    yield condition, f"{form.name}.{one.key}", names
    for check in form.checks:
        yield check.that, f"{form.name}.checks.{check.id}", {}


def _of_process(
    folder: Folder, types: Mapping[str, Type], options: Mapping[tuple[str, ...], tuple[str, ...]]
) -> Iterator[tuple[ExpressionSite, Expression]]:
    if folder.graph is None:
        return
    brings = any(node.event_kind == "signal" for node in folder.graph.nodes.values())
    for node in folder.graph.nodes.values():
        names: dict[str, Type] = dict.fromkeys(loop_names(node), ANY)
        for expression, line, element in _of_node(node):
            place = ExpressionSite(
                {**types, **names}, options, folder.graph.file, line, element, open=brings or bool(names)
            )
            if isinstance(expression, Expression):
                yield place, expression


def loop_names(node: Node) -> tuple[str, ...]:
    """Name what expressions at a task that is done several times may read of the instance."""
    return (node.loop.item, "loopCounter", "item") if node.loop else ()


def _of_node(node: Node) -> Iterator[tuple[Any, int, str]]:
    for flow in node.outgoing:
        yield flow.condition, flow.line or node.line, flow.id
    if node.event:
        yield node.event.condition, node.line, node.id
        if node.event.timer:
            yield node.event.timer.expression, node.line, node.id
    if node.loop:
        for expression in (node.loop.cardinality, node.loop.collection, node.loop.until, node.loop.condition):
            yield expression, node.line, node.id
    yield node.script, node.line, node.id


def _script_types(folder: Folder) -> dict[str, Type]:
    """Answer the names that script tasks write: the keys of the context their expression makes."""
    found: dict[str, Type] = {}
    for node in folder.graph.nodes.values() if folder.graph else ():
        if isinstance(node.script, Expression) and isinstance(node.script.node, nodes.ContextNode):
            found |= dict.fromkeys((key for key, _ in node.script.node.entries), ANY)
    return found


def check_expression(expression: Expression, place: ExpressionSite) -> Iterator[Problem]:
    """Tell what one expression reads that is not there, and compares with what it never is."""
    loose = expression.maybe_names
    for path in sorted(expression.paths):
        if path[0] in loose and path[0] not in place.types:
            continue
        if place.open and path[0] not in place.types:
            continue
        if find_type(place.types, path) is None:
            names = known_at(place.types, path)
            fix = suggestion(path[-1] if len(path) > 1 else path[0], names) or _NOT_IN_PROCESS
            yield Problem(f'There is no "{".".join(path)}" here.', fix, place.file, place.line, place.element)
    for left, right in _compared(expression.node):
        yield from _fits(left, right, place)


def _compared(node: nodes.FeelNode) -> Iterator[tuple[tuple[str, ...], object]]:
    """Answer each path that is compared with a constant, and the constant."""
    if isinstance(node, nodes.Binary) and node.operator in _COMPARISONS:
        for one, other in ((node.left, node.right), (node.right, node.left)):
            path = path_of(one)
            if path and isinstance(other, nodes.Literal):
                yield path, other.value
    if isinstance(node, nodes.In) and (path := path_of(node.value)):
        yield from ((path, test.value) for test in node.tests if isinstance(test, nodes.Literal))
    for child in _children(node):
        yield from _compared(child)


def _children(node: nodes.FeelNode) -> Iterable[nodes.FeelNode]:
    return () if isinstance(node, nodes.FilterExpression | nodes.For | nodes.Quantified) else nodes.children(node)


def path_of(node: nodes.FeelNode) -> tuple[str, ...]:
    """Answer the path that an expression is, part by part; empty for anything else."""
    if isinstance(node, nodes.Name):
        return () if node.builtin else (node.name,)
    if isinstance(node, nodes.Path) and (base := path_of(node.base)):
        return (*base, node.member)
    return ()


def _fits(path: tuple[str, ...], constant: object, place: ExpressionSite) -> Iterator[Problem]:
    type_ = find_type(place.types, path)
    name = ".".join(path)
    if constant is None or type_ is None or type_ == ANY:
        return
    options = place.options.get(path)
    if options and isinstance(constant, str) and constant not in options:
        fix = suggestion(constant, options)
        yield Problem(f'"{name}" is never "{constant}".', fix, place.file, place.line, place.element)
    kind = _kind_of(constant)
    if isinstance(type_, str) and kind and kind != type_:
        message = f'"{name}" is a {type_} and is compared with a {kind}, so this never holds.'
        fix = f'Write date("{constant}").' if type_ == "date" and kind == "text" else f"Compare it with a {type_}."
        yield Problem(message, fix, place.file, place.line, place.element)


def _kind_of(constant: object) -> str:
    if isinstance(constant, bool):
        return "boolean"
    if isinstance(constant, Decimal | int):
        return "number"
    if isinstance(constant, DateTime):
        return "date-time"
    if isinstance(constant, Time):
        return "time"
    if isinstance(constant, date):
        return "date"
    return "text" if isinstance(constant, str) else ""
