"""The operations a service may bind: what kind of task does them, what they need, what they give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from balai.engine.manifest.connections import PENDUDUK, RESIDENT, Connection, RecordShape
from balai.engine.rules.nodes import Literal

if TYPE_CHECKING:
    from balai.engine.manifest.service import Step

SIGN = "document.sign"
SEAL = "document.seal"
LOOK_UP = "registry.look_up"
PAY = "payment.request"
COSIGN = "cosign.request"  # a room does it and tells its shape; what a folder says of it: `cosigners.py`
TYPES = ("text", "boolean", "record", "file", "any")


@dataclass(frozen=True, slots=True)
class Operation:
    """One kind of work: done by a person at a user task (`by_person`) or by the house at a service task.

    `inputs` and `outputs` name the type of each value (text, boolean, record, file, any); `needs_letter` and
    `needs_event` say which other key the step must have; `alone` tells that a rehearsal may take its success for
    granted; `fails` names the codes it can fail with for good, empty where that is not known beforehand.
    """

    name: str
    by_person: bool = False
    inputs: Mapping[str, str] = field(default_factory=dict)
    optional: frozenset[str] = frozenset()
    outputs: Mapping[str, str] = field(default_factory=dict)
    needs_letter: bool = False
    needs_event: bool = False
    alone: bool = True
    fails: frozenset[str] = frozenset()


OPERATIONS: dict[str, Operation] = {
    one.name: one
    for one in (
        Operation(SIGN, by_person=True, outputs={"number": "text", "letter": "text"}, needs_letter=True),
        Operation(SEAL, outputs={"number": "text", "letter": "text"}, needs_letter=True),
        Operation("document.store_returned", inputs={"file": "file"}, outputs={"document": "text"}),
        Operation(
            LOOK_UP,
            inputs={"registry": "text", "key": "text"},
            outputs={"found": "boolean", "available": "boolean", "record": "record"},
            alone=False,
            fails=frozenset({"unavailable"}),
        ),
        Operation("notice.send", needs_event=True),
        Operation(
            "message.send", inputs={"case": "text", "message": "text", "data": "any"}, optional=frozenset({"data"}),
            outputs={"case": "text"}, fails=frozenset({"case-unknown", "not-waiting", "not-taken"}),
        ),
        Operation(PAY, fails=frozenset()),  # expanded before a case meets it, until a payments room does it (`payments.py`)
        Operation(
            "case.hand_over", inputs={"system": "text", "reference": "text"}, optional=frozenset({"reference"}),
            outputs={"reference": "text"}, fails=frozenset({"external-id-taken"}),
        ),
    )
}  # fmt: skip

_OWN = frozenset(OPERATIONS)


def offer(name: str, told: Mapping[str, Any]) -> Operation:
    """Add an operation that an app outside casework offers, as its `room.yaml` tells its shape, so that checks know it.

    :raises ValueError: for a name that casework itself bears, or a type that no value has.
    """
    if name in _OWN:
        raise ValueError(f"{name} is an operation of every hall; choose another name")
    kinds = {**told.get("inputs", {}), **told.get("outputs", {})}
    if strange := sorted(str(kind) for kind in kinds.values() if kind not in TYPES):
        raise ValueError(f"{name}: {', '.join(strange)} is no type; there are {', '.join(TYPES)}")
    made = Operation(
        name, inputs=dict(told.get("inputs", {})), optional=frozenset(told.get("optional", ())),
        outputs=dict(told.get("outputs", {})), alone=bool(told.get("alone", True)), fails=frozenset(told.get("fails", ())),
    )  # fmt: skip
    OPERATIONS[name] = made
    return made


def shapes_of(steps: Mapping[str, "Step"], connections: Mapping[str, Connection]) -> dict[str, tuple[str, RecordShape]]:
    """Answer by step that looks something up: under which name the record is kept, and its shape, where it is known."""
    found = {}
    for step in steps.values():
        registry = step.inputs.get("registry")
        id = registry.node.value if registry is not None and isinstance(registry.node, Literal) else None
        name = step.name_of("record")
        if step.operation != LOOK_UP or not name or not isinstance(id, str):
            continue
        if id == PENDUDUK:
            found[step.id] = (name, RESIDENT)
        elif id in connections:
            found[step.id] = (name, connections[id].record)
    return found


def answer_alone(operation: str) -> bool:
    """Tell whether a rehearsal may take the operation's success for granted."""
    known = OPERATIONS.get(operation)
    return known is None or known.alone
