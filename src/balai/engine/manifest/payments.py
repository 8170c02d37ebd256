"""Fees collected in the process: a step `payment.request`, until a payments room stands.

The drawing has one service task. It is expanded into what people do: the applicant pays and shows a proof, a treasurer says whether
the money came, and the applicant is told; a term that runs out takes the error event the drawing has for it. The room will do the
operation by itself, and no folder changes.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from balai.engine.forms import Form, form_of
from balai.engine.forms.branch import Branch, suggestion
from balai.engine.manifest.folder_parts import Folder
from balai.engine.manifest.operations import PAY
from balai.engine.manifest.payment_words import PAYMENT_WORDS
from balai.engine.manifest.service import Step
from balai.engine.process import Expansion, Graph, Node, expand
from balai.engine.rules import compile_expression

TREASURER = "treasurer"
PAID = "paid"  # the event by which the applicant is told that the money came
RECEIVED, REJECTED = "received", "rejected"
KEYS = ("operation", "amount", "account", "due", "expired", "role")
_NEEDED = ("amount", "account", "due", "expired")
_PROOFS = ["image/jpeg", "image/png", "application/pdf"]


def expand_payments(folder: Folder) -> Folder:
    """Expand the payments of a folder; of one that does not fit, what is wrong is told, and it stays as it was drawn."""
    for step in [one for one in folder.sheet.steps.values() if one.operation == PAY]:
        late = _judge(folder, step)
        if late is not None and folder.graph is not None:
            folder = _expanded(folder, folder.graph, step, late)
    return folder


def _judge(folder: Folder, step: Step) -> Node | None:
    """Tell what is wrong with a payment; answer the border event for its term where all is well."""
    branch, graph = folder.sheet.at("steps", step.id), folder.graph
    before = len(folder.problems)
    for name in _NEEDED:
        if branch.child(name) is None:
            branch.wrong(f"{PAY} needs {name}.", f"Add {name}: … .")
    for entry in branch.entries():
        if entry.key not in KEYS:
            entry.wrong(f'The key "{entry.key}" does not fit {PAY}.', f"{PAY} takes {', '.join(KEYS)}.")
    role = step.role or TREASURER
    if role not in folder.sheet.roles:
        branch.wrong(f'"{role}" confirms the payment and is none of roles.', f"Add {role} to roles.")
    for name in _names(step.id)[1:]:
        if name in folder.sheet.steps or name in folder.forms or (graph is not None and name in graph.nodes):
            branch.wrong(f'"{name}" is made by the payment "{step.id}".', "Call yours otherwise.")
    if step.id in folder.forms:
        branch.wrong(f'The form "{step.id}" is made by the payment.', "Call yours otherwise.")
    if PAID not in {one.when for one in folder.sheet.notify if one.to == "applicant"}:
        fix = f"Add {{when: {PAID}, to: applicant, by: [portal, email]}} to notify, and its words to notices.{PAID}."
        branch.wrong("Nobody tells the applicant that their payment came.", fix)
    late = _late(branch, step, graph)
    return late if len(folder.problems) == before else None


def _late(branch: Branch, step: Step, graph: Graph | None) -> Node | None:
    node = graph.nodes.get(step.id) if graph else None
    if node is None or graph is None:
        return None  # told where elements are bound
    if node.kind != "serviceTask" or node.loop is not None:
        branch.wrong(f"{PAY} is drawn as a service task, done once.", "Draw it so: a gear, without a loop.")
        return None
    errors = {
        one.event.name: one for id in node.boundaries if (one := graph.nodes[id]).event and one.event_kind == "error"
    }
    if step.expired and (step.expired not in errors or len(errors) > 1):
        place = branch.child("expired") or branch
        fix = suggestion(step.expired, [name for name in errors if name])
        drawn = f'Draw one error event at the border of "{step.id}" with the code {step.expired}.'
        place.wrong(
            f'No error event of "{step.id}" alone has the code "{step.expired}".',
            fix if fix.startswith("Did") else drawn,
        )
        return None
    return errors.get(step.expired)


def _names(id: str) -> tuple[str, str, str, str]:
    """Name the parts of a payment: itself, the treasurer's step, the gateway, and the news that it came."""
    return id, f"{id}_check", f"{id}_result", f"{id}_receipt"


def _expanded(folder: Folder, graph: Graph, step: Step, late: Node) -> Folder:
    id, check, result, tell = _names(step.id)
    holds = f'{check}.result = "{RECEIVED}"'
    assert step.due is not None, "a payment without a term is told"
    one = Expansion(id, check, result, tell, compile_expression(holds), holds, late.id, step.due)
    sheet = folder.sheet
    sheet.steps = {
        **sheet.steps,
        id: replace(step, operation="", role="applicant", form=id, pauses_clock=True, expired=late.id, payment=id),
        check: Step(check, role=step.role or TREASURER, form=check, payment=id, line=step.line),
        tell: Step(tell, operation="notice.send", event=PAID, payment=id, line=step.line),
    }
    sheet.privacy = replace(sheet.privacy, sensitive=(*sheet.privacy.sensitive, f"{id}.proof"))
    branch = sheet.at("steps", id)
    forms = {**folder.forms, id: _form(branch, id, _asked(branch)), check: _form(branch, check, _looked())}
    trees = {lang: _with_words(tree, id, lang) for lang, tree in folder.text_trees.items()}
    return replace(folder, graph=expand(graph, [one]), forms=forms, text_trees=trees)


def _form(branch: Branch, name: str, schema: Mapping[str, Any]) -> Form:
    """Make a form as if it were written where the payment is."""
    return form_of(name, Branch({"schema": schema}, (), branch.file, {(): branch.line}, branch.problems))


def _asked(branch: Branch) -> dict[str, Any]:
    amount, account = (branch.child(name) for name in ("amount", "account"))
    return {
        "type": "object", "required": ["paid_on", "proof"],
        "properties": {
            "amount": {"type": "number", "format": "money", "compute": str(amount.value if amount else "0")},
            "account": {"type": "string", "compute": str(account.value if account else "null")},
            "paid_on": {"type": "string", "format": "date", "formatMaximum": "today"},
            "proof": {"type": "string", "format": "file", "accept": _PROOFS, "maxBytes": 5_000_000},
        },
    }  # fmt: skip


def _looked() -> dict[str, Any]:
    came, did_not = f'result = "{RECEIVED}"', f'result = "{REJECTED}"'
    return {
        "type": "object", "required": ["result", "receipt", "received_on", "reason"],
        "properties": {
            "result": {"type": "string", "enum": [RECEIVED, REJECTED]},
            "receipt": {"type": "string", "minLength": 1, "maxLength": 60, "show_if": came},
            "received_on": {"type": "string", "format": "date", "formatMaximum": "today", "show_if": came},
            "reason": {"type": "string", "format": "text", "minLength": 5, "maxLength": 1000, "show_if": did_not},
        },
    }  # fmt: skip


def _with_words(tree: Branch, id: str, lang: str) -> Branch:
    """Put the words of a payment under those that the folder writes itself."""
    words = PAYMENT_WORDS[lang]
    own = {
        "steps": {id: words["step"], f"{id}_check": words["check_step"]},
        "forms": {id: words["form"], f"{id}_check": words["check_form"]},
    }
    return Branch(_under(own, tree.value), tree.path, tree.file, tree.lines, tree.problems)


def _under(own: Any, theirs: Any) -> Any:
    if isinstance(own, Mapping) and isinstance(theirs, Mapping):
        return {**own, **{key: _under(own.get(key), value) for key, value in theirs.items()}}
    return theirs if theirs is not None else own
