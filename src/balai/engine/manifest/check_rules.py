"""Reviewing the tables of rules.dmn, with what the forms say of the answers that they are asked with."""

from collections.abc import Iterator, Mapping

from balai.engine.forms import Field
from balai.engine.manifest.folder_parts import Folder
from balai.engine.problems import Problem
from balai.engine.rules import InputValues, RuleRemark, nodes


def check_rules(folder: Folder) -> tuple[Problem, ...]:
    """Tell rules that meet where one only may fit and rules that are never reached; answer gaps as warnings."""
    if folder.rules is None:
        return ()
    found = folder.rules.review(_known(folder))
    folder.problems.extend(one for one in found if not isinstance(one, RuleRemark))
    return tuple(one for one in found if isinstance(one, RuleRemark))


def _known(folder: Folder) -> Mapping[str, InputValues]:
    """Map the inputs of decisions to the values their answers can have; one that several steps give differently is left out."""
    known: dict[str, InputValues] = {}
    loose: set[str] = set()
    for name, values in _given(folder):
        if values is None or known.setdefault(name, values) != values:
            loose.add(name)
    return {name: values for name, values in known.items() if name not in loose}


def _given(folder: Folder) -> Iterator[tuple[str, InputValues | None]]:
    steps = folder.sheet.steps
    for step in steps.values():
        for name, expression in step.inputs.items() if step.decision else ():
            form, _, key = ".".join(_path(expression.node)).partition(".")
            form = steps[form].form if form in steps else form
            field = (
                next((one for one in folder.forms[form].walk() if one.key == key), None)
                if form in folder.forms
                else None
            )
            yield name, _values(field) if field is not None else None


def _path(node: nodes.FeelNode) -> tuple[str, ...]:
    if isinstance(node, nodes.Path):
        return (*_path(node.base), node.member)
    return (node.name,) if isinstance(node, nodes.Name) else ()


def _values(field: Field) -> InputValues:
    texts = field.options if field.kind == "choice" and field.options else None
    return InputValues(texts, field.kind == "integer", field.minimum, field.maximum)
