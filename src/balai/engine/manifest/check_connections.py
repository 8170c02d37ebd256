"""Look-ups: each names a registry that the town reaches, so that what it tells is known by name and type."""

from collections.abc import Callable

from balai.engine.forms import Field, Form, Offered
from balai.engine.forms.branch import suggestion
from balai.engine.manifest.connections import HOUSEHOLD, PENDUDUK, RecordShape
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import LOOK_UP
from balai.engine.problems import Problem
from balai.engine.rules import nodes


def check_connections(folder: Folder) -> None:
    """Tell every look-up, and every list that a form offers, of a registry that is not named or that this town does not reach."""
    _check_offers(folder)
    for step in folder.sheet.steps.values():
        registry = step.inputs.get("registry")
        if step.operation != LOOK_UP or registry is None:
            continue
        place = folder.sheet.at("steps", step.id, "inputs", "registry")
        name = registry.node.value if isinstance(registry.node, nodes.Literal) else None
        if not isinstance(name, str):
            place.wrong("It must be known beforehand which registry is asked.", "Name it: registry: '\"penduduk\"'.")
        else:
            _is_reached(folder, name, place.wrong)


def _is_reached(folder: Folder, name: str, wrong: Callable[[str, str], None]) -> bool:
    if folder.town is None or name in (known := {PENDUDUK, *folder.town.connections}):
        return True
    near = suggestion(name, known)
    other = f"Write town/connections/{name}.yaml, or name one of {', '.join(sorted(known))}."
    wrong(f'This town reaches no registry "{name}".', near if near.startswith("Did") else other)
    return False


def _check_offers(folder: Folder) -> None:
    """Tell every list that cannot be offered: by another form, to others than residents, of what no registry tells."""
    for form in folder.forms.values():
        for one in form.fields.values():
            if one.offered is not None:
                _check_offer(folder, form, one, one.offered)


def _check_offer(folder: Folder, form: Form, group: Field, offered: Offered) -> None:
    def wrong(message: str, fix: str) -> None:
        folder.problems.append(Problem(message, fix, form.file, group.line, f"{form.name}.{group.name}"))

    if form.name != "apply":
        fix = f"Move {group.name} to the form apply, or let the process ask by registry.look_up."
        wrong("Only while they apply may people choose from what a registry tells of them.", fix)
    elif folder.sheet.who not in ("resident", "anyone"):
        wrong("A firm or a post stands on no such list.", "Take offered out, or write who: resident.")
    elif _is_reached(folder, offered.registry, wrong) and folder.town is not None:
        known = {name: one.record for name, one in folder.town.connections.items()} | {PENDUDUK: HOUSEHOLD}
        _check_rows(known[offered.registry], group, offered, wrong)


def _check_rows(record: RecordShape, group: Field, offered: Offered, wrong: Callable[[str, str], None]) -> None:
    """Tell a list that the registry does not hold, and what a ticked row would lack: nobody is asked for the rest of it."""
    lists = {name: one.items for name, one in record.fields.items() if one.kind == "array" and one.items}
    row = lists.get(offered.rows)
    if row is None or row.kind != "object":
        near = suggestion(offered.rows, [*lists]) or "Add it to the schema beside the connection: an array of objects."
        wrong(f'"{offered.registry}" tells no list "{offered.rows}" of rows.', near)
        return
    for one in group.fields.values():
        if one.required and one.name not in row.fields:
            told = ", ".join(sorted(row.fields))
            fix = f"Ask for {one.name} apart from the rows, or do not require it; told are {told}."
            wrong(f'A row that is ticked would have no "{one.name}", which is required.', fix)
