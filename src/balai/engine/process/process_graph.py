"""The compiled process: frozen nodes and flows, ready to be advanced, keyed by the hash of the file they came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from balai.engine.process.timers import TimerDefinition, TimerExpression

WORK = frozenset({"userTask", "manualTask", "task"})
OPERATIONS = frozenset({"serviceTask", "sendTask"})
INLINE = frozenset({"scriptTask", "businessRuleTask"})
SCOPES = frozenset({"subProcess", "callActivity"})
ACTIVITIES = WORK | OPERATIONS | INLINE | SCOPES | {"receiveTask"}
GATEWAYS = frozenset({"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway"})
# Events that somebody outside the token must bring about, so a token waits for them.
AWAITED = frozenset({"timer", "message", "signal", "conditional"})


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow; `condition` is None where it is taken without a question."""

    id: str
    source: str
    target: str
    name: str = ""
    condition: TimerExpression | None = field(default=None, compare=False, repr=False)
    condition_text: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    """What an event waits for or throws.

    `name` is the message or signal name, the error or escalation code ("" catches all), the link's name or the activity
    to compensate ("" means all of the scope).
    """

    kind: str
    name: str = ""
    timer: TimerDefinition | None = None
    condition: TimerExpression | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Loop:
    """How often an activity is done: `kind` is parallel, sequential (multi-instance) or standard (while)."""

    kind: str
    cardinality: TimerExpression | None = field(default=None, compare=False, repr=False)
    collection: TimerExpression | None = field(default=None, compare=False, repr=False)
    item: str = "item"
    until: TimerExpression | None = field(default=None, compare=False, repr=False)
    condition: TimerExpression | None = field(default=None, compare=False, repr=False)
    test_before: bool = False
    maximum: int = 0


@dataclass(frozen=True, slots=True)
class Node:
    """One step of the process, with everything the stepper asks of it.

    `parent` is the sub-process it lies in ("" for the process itself); `boundaries` the events attached to it;
    `starts` the start events inside it; `handlers` the event sub-processes inside it; `compensation` the activity
    that undoes it; `joins` the nodes from which a token can still reach each incoming flow (inclusive gateways only).
    """

    id: str
    kind: str
    name: str = ""
    documentation: str = ""
    lane: str = ""
    line: int = 0
    parent: str = ""
    incoming: tuple[str, ...] = ()
    outgoing: tuple[Flow, ...] = ()
    default: str = ""
    event: Event | None = None
    attached_to: str = ""
    interrupting: bool = True
    boundaries: tuple[str, ...] = ()
    loop: Loop | None = None
    starts: tuple[str, ...] = ()
    handlers: tuple[str, ...] = ()
    event_subprocess: bool = False
    for_compensation: bool = False
    compensation: str = ""
    script: TimerExpression | None = field(default=None, compare=False, repr=False)
    joins: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)
    # The one unconditional way out, the common case, decided once.
    onward: Flow | None = field(default=None, compare=False, repr=False)

    @property
    def event_kind(self) -> str:
        return self.event.kind if self.event else ""

    @property
    def title(self) -> str:
        """The name people gave it, on one line, or its id."""
        return " ".join(self.name.split()) or self.id


@dataclass(frozen=True, slots=True)
class Graph:
    """A compiled process; `key` is the SHA-256 of the file (and of the called processes), so equal keys step alike."""

    key: str
    id: str
    name: str
    file: str
    nodes: Mapping[str, Node]
    starts: tuple[str, ...]
    handlers: tuple[str, ...]
    xml: bytes = field(repr=False, compare=False)
    # Asked after every step, so known beforehand: where a case can end, and whether anything looks at all tokens.
    finals: frozenset[str] = field(init=False, repr=False, compare=False)
    inclusive: bool = field(init=False, repr=False, compare=False)
    conditional: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        nodes = self.nodes.values()
        object.__setattr__(self, "finals", frozenset(node.id for node in self.end_events))
        object.__setattr__(self, "inclusive", any(node.joins for node in nodes))
        object.__setattr__(self, "conditional", any(node.event_kind == "conditional" for node in nodes))

    @property
    def end_events(self) -> tuple[Node, ...]:
        """The end events of the process and of its event sub-processes, where a case can come to its end."""
        outside = {"", *(id for id in self.handlers)}
        return tuple(node for node in self.nodes.values() if node.kind == "endEvent" and node.parent in outside)

    @property
    def user_tasks(self) -> tuple[Node, ...]:
        """The tasks people do: user, manual and plain tasks, in document order."""
        return tuple(node for node in self.nodes.values() if node.kind in WORK)

    @property
    def operations(self) -> tuple[Node, ...]:
        """The service and send tasks, whose work the host does."""
        return tuple(node for node in self.nodes.values() if node.kind in OPERATIONS)

    @property
    def decisions(self) -> tuple[Node, ...]:
        """The business rule tasks, which the host binds to a decision."""
        return tuple(node for node in self.nodes.values() if node.kind == "businessRuleTask")

    def scope(self, node: str) -> tuple[str, ...]:
        """List the sub-processes a node lies in, outermost first."""
        chain: list[str] = []
        parent = self.nodes[node].parent
        while parent:
            chain.append(parent)
            parent = self.nodes[parent].parent
        return tuple(reversed(chain))
