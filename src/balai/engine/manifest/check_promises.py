"""Periods by rule: each must be one that a case can be promised, and hang on what is known when it is submitted."""

from collections import Counter

from balai.engine.forms.branch import Branch
from balai.engine.manifest.check_paths import ExpressionSite, check_expression, type_of
from balai.engine.manifest.datatypes import ANY, Type, reserved_types, type_of_form
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.service import Promise
from balai.engine.rules import Expression, nodes


def check_promises(folder: Folder) -> None:
    """Tell periods whose rule names what is not there, is no yes or no, or comes too late to be reached."""
    promises = folder.sheet.time.promises
    seen: set[str] = set()
    ids = Counter(one.id for one in promises)
    for at, promise in enumerate(promises):
        if promise.id and ids[promise.id] > 1:
            folder.sheet.at("time", "due", at, "id").wrong(f'"{promise.id}" is here twice.', "Give each its own id.")
        if promise.when is not None:
            branch = folder.sheet.at("time", "due", at, "when")
            _check_rule(folder, branch, promise, promise.when)
            _check_reached(branch, promise.when, seen)


def _check_rule(folder: Folder, branch: Branch, promise: Promise, when: Expression) -> None:
    form = folder.forms.get("apply")
    types: dict[str, Type] = reserved_types(folder.sheet.town_values, folder.sheet.about) | (
        {"apply": type_of_form(form)} if form else {}
    )
    types.pop("unit")  # the applicant reads what is promised before a unit is chosen
    options = {("apply", *one.key.split(".")): one.options for one in (form.walk() if form else ()) if one.options}
    place = ExpressionSite(types, options, branch.file, branch.line, f"time.due.{promise.id}")
    folder.problems.extend(check_expression(when, place))
    kind = type_of(when, types)
    kind = when.gives if kind == ANY else kind
    if kind not in (ANY, "Any", "boolean"):
        branch.wrong(f"The rule gives a {kind}, not yes or no.", 'Compare it, as in apply.kind = "x".')


def _check_reached(branch: Branch, when: Expression, seen: set[str]) -> None:
    plain = " ".join(when.text.split())
    if isinstance(when.node, nodes.Literal) and isinstance(when.node.value, bool):
        branch.wrong("The rule hangs on nothing.", "Leave when out and put the period last, or remove it.")
    elif plain in seen:
        branch.wrong("A period before has the same rule, so this one is never reached.", "Remove it, or correct it.")
    seen.add(plain)
