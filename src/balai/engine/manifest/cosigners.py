"""Those who must agree with an application: a step `cosign.request`, drawn as a service task that waits for them.

Its term (`due`) takes the error event that `expired` names; a refusal takes one with the code `refused`, where it is drawn. What the
case waits for lies with the room `cosigning`; here is what the folder must say, and what it must not show to others.
"""

from collections.abc import Mapping
from dataclasses import replace

from balai.engine.forms import Field, Form, NamedPeople
from balai.engine.forms.branch import Branch, suggestion
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import COSIGN, OPERATIONS, SEAL, SIGN
from balai.engine.manifest.service import Cosigners, Step
from balai.engine.process import Graph, Node, with_term

REFUSED = "refused"
KEYS = ("operation", "cosigners", "outputs", "event", "due", "expired")
_NEEDED = ("cosigners", "due", "expired")
_KINDS = {"name": ("string",), "phone": ("phone",), "email": ("email",), "nik": ("nik",)}
_HIDDEN = ("nik", "kk", "npwp", "nip", "phone", "email", "file", "files", "info")  # never shown to a co-signer
_PEOPLE = ("userTask", "manualTask", "task")
_REASON = {"id": "Menunggu persetujuan orang yang Anda sebut", "en": "Waiting for the people you named to agree"}


def bind_cosigners(folder: Folder) -> Folder:
    """Give each request to agree its term; of one that does not fit, what is wrong is told, and it stays as it was drawn."""
    for step in [one for one in folder.sheet.steps.values() if one.operation == COSIGN or one.cosigners]:
        late = _judge(folder, step)
        if late is not None and folder.graph is not None and step.due is not None:
            reason = {lang: _with_reason(tree, step.id, lang) for lang, tree in folder.text_trees.items()}
            bound = replace(step, expired=late.id, pauses_clock=True)
            folder.sheet.steps = {**folder.sheet.steps, step.id: bound}
            folder = replace(
                folder, graph=with_term(folder.graph, late.id, step.due), text_trees=reason, forms=_apart(folder, step)
            )
    return folder


def _apart(folder: Folder, step: Step) -> Mapping[str, Form]:
    """Let the form refuse a person who is named twice, and the applicant, where it asks for a NIK."""
    one, form = step.cosigners, folder.forms.get("apply")
    if one is None or not one.nik or form is None:
        return folder.forms
    return {**folder.forms, "apply": replace(form, people=NamedPeople(one.source, one.nik))}


def _judge(folder: Folder, step: Step) -> Node | None:
    """Tell what is wrong with a request to agree; answer the border event for its term where all is well."""
    branch, graph = folder.sheet.at("steps", step.id), folder.graph
    before = len(folder.problems)
    if step.operation != COSIGN:
        branch.wrong(
            "Co-signers are asked by a step of their own.", f"Add operation: {COSIGN}, drawn as a service task."
        )
        return None
    if COSIGN not in OPERATIONS:
        (branch.child("operation") or branch).wrong(f"No room of this hall does {COSIGN}.", "The room cosigning does.")
    for name in _NEEDED:
        if branch.child(name) is None:
            branch.wrong(f"{COSIGN} needs {name}.", f"Add {name}: … .")
    for entry in branch.entries():
        if entry.key not in KEYS:
            entry.wrong(f'The key "{entry.key}" does not fit {COSIGN}.', f"{COSIGN} takes {', '.join(KEYS)}.")
    place = branch.child("cosigners")
    if step.cosigners is not None and place is not None and "apply" in folder.forms:
        _people_fit(folder, place, step.cosigners)
        _shown_fit(folder, place, step.cosigners)
    late = _late(branch, step, graph)
    if graph is not None and step.id in graph.nodes:
        _asked_anew(folder, branch, step, graph)
    return late if len(folder.problems) == before else None


def _people_fit(folder: Folder, place: Branch, one: Cosigners) -> None:
    fields = folder.forms["apply"].fields
    rows = fields.get(one.source)
    if one.source and (rows is None or rows.kind != "group"):
        groups = [name for name, field in fields.items() if field.kind == "group"]
        (place.child("from") or place).wrong(
            f'The form apply has no rows "{one.source}".',
            suggestion(one.source, groups) or "Write from: apply, for one person.",
        )
        return
    known = rows.fields if rows is not None else fields
    for key, name in one.columns.items():
        field, at = known.get(name), place.child(key) or place
        fits = [each.name for each in known.values() if each.kind in _KINDS[key]]
        if name and field is None:
            at.wrong(
                f'There is no field "{name}" there.', suggestion(name, fits) or f"Ask for it: {', '.join(_KINDS[key])}."
            )
        elif field is not None and field.kind not in _KINDS[key]:
            at.wrong(
                f'"{name}" is {field.kind}, not {_KINDS[key][0]}.', f"Here fit {', '.join(fits) or 'none of them'}."
            )
    if not one.phone and not one.email:
        place.wrong("Nobody could send them a link.", "Add phone: … or email: …, a field of theirs.")
    if rows is not None and rows.max_items and one.at_least > rows.max_items:
        at = place.child("at_least") or place
        at.wrong(f"There are never {one.at_least} of them.", f"Write all, or {rows.max_items} at most.")


def _shown_fit(folder: Folder, place: Branch, one: Cosigners) -> None:
    fields, at = folder.forms["apply"].fields, place.child("shows") or place
    for name in one.shows:
        field = fields.get(name)
        if field is None:
            at.wrong(f'The form apply has no field "{name}".', suggestion(name, fields))
        elif name != one.source and (hidden := _hidden(field)):
            at.wrong(f'"{hidden}" is not for others to see.', "Leave it out of shows: a link may be passed on.")


def _hidden(field: Field) -> str:
    """Name what of a field is not shown to others; "" where all of it may be."""
    if field.kind in _HIDDEN or field.sensitive:
        return field.name
    return next((f"{field.name}.{name}" for one in field.fields.values() if (name := _hidden(one))), "")


def _late(branch: Branch, step: Step, graph: Graph | None) -> Node | None:
    node = graph.nodes.get(step.id) if graph else None
    if node is None or graph is None:
        return None  # told where elements are bound
    if node.kind != "serviceTask" or node.loop is not None:
        branch.wrong(f"{COSIGN} is drawn as a service task, done once.", "Draw it so: a gear, without a loop.")
        return None
    events = [graph.nodes[id] for id in node.boundaries]
    errors = {one.event.name: one for one in events if one.event and one.event_kind == "error"}
    late, place = errors.get(step.expired), branch.child("expired") or branch
    if step.expired and (late is None or step.expired == REFUSED):
        near = suggestion(step.expired, [name for name in errors if name and name != REFUSED])
        drawn = f'Draw an error event at the border of "{step.id}" with a code of its own, and name it here.'
        place.wrong(
            f'No error event of "{step.id}" stands for the end of its term.', near if near.startswith("Did") else drawn
        )
        return None
    for name, one in errors.items():
        if name not in (step.expired, REFUSED):
            place.wrong(
                f'{COSIGN} never fails with "{name}" (the event "{one.id}").',
                f"Its events have the codes {step.expired or '…'} and {REFUSED}.",
            )
    return late


def _asked_anew(folder: Folder, branch: Branch, step: Step, graph: Graph) -> None:
    """Tell a correction behind which a letter could grant what nobody has agreed to."""
    grants = {name for name, letter in folder.sheet.letters.items() if letter.kind == "grant"}
    signing = {one.id for one in folder.sheet.steps.values() if one.operation in (SIGN, SEAL) and one.letter in grants}
    for one in folder.sheet.steps.values():
        node = graph.nodes.get(one.id) if one.is_correction else None
        if node is None or _leads(graph, node, {step.id}, stops=True):
            continue
        if found := _leads(graph, node, signing, around=step.id):
            branch.wrong(
                f'After "{one.id}" the application may say something else, and "{found}" comes without anybody agreeing anew.',
                f'Lead the flow from "{one.id}" back to "{step.id}": who agreed with the same answers is not asked again.',
            )


def _leads(graph: Graph, node: Node, wanted: set[str], *, stops: bool = False, around: str = "") -> str:
    """Find a node that comes after another: before any person's step (`stops`), or on a way that goes not through one."""
    seen, waiting = {around}, [flow.target for flow in node.outgoing]
    while waiting:
        id = waiting.pop()
        if id in wanted and id != around:
            return id
        if id in seen or (stops and graph.nodes[id].kind in _PEOPLE):
            continue
        seen.add(id)
        here = graph.nodes[id]
        waiting += [*(flow.target for flow in here.outgoing), *here.boundaries, *here.starts]
    return ""


def _with_reason(tree: Branch, id: str, lang: str) -> Branch:
    """Say publicly why the clock stands still, where the folder does not say it itself."""
    value = dict(tree.value) if isinstance(tree.value, dict) else {}
    steps = dict(value.get("steps") or {})
    own = steps.get(id)
    if isinstance(own, dict):
        value["steps"] = {**steps, id: {"reason": _REASON[lang], **own}}
    return Branch(value, tree.path, tree.file, tree.lines, tree.problems)
