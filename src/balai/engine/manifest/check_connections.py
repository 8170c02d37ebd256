"""Look-ups: each names a registry that the town reaches, so that what it tells is known by name and type."""

from balai.engine.forms.branch import suggestion
from balai.engine.manifest.connections import PENDUDUK
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import LOOK_UP
from balai.engine.rules import nodes


def check_connections(folder: Folder) -> None:
    """Tell every look-up of a registry that is not named, or that this town does not reach."""
    for step in folder.sheet.steps.values():
        registry = step.inputs.get("registry")
        if step.operation != LOOK_UP or registry is None:
            continue
        place = folder.sheet.at("steps", step.id, "inputs", "registry")
        name = registry.node.value if isinstance(registry.node, nodes.Literal) else None
        if not isinstance(name, str):
            place.wrong("It must be known beforehand which registry is asked.", "Name it: registry: '\"penduduk\"'.")
        elif folder.town is not None and name not in (known := {PENDUDUK, *folder.town.connections}):
            near = suggestion(name, known)
            fix = (
                near
                if near.startswith("Did")
                else f"Write town/connections/{name}.yaml, or name one of {', '.join(sorted(known))}."
            )
            place.wrong(f'This town reaches no registry "{name}".', fix)
