"""Where a case stands: a handful of tokens, what can be asked of them, and what follows when they move."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from balai.engine.process.process_graph import Graph

Choice: TypeAlias = bool | int | str


class Stale(Exception):
    """The command speaks of a token that is not there any more, or never was; nothing has changed."""

    def __init__(self, token: str, message: str = "") -> None:
        self.token = token
        super().__init__(message or f"The step {token!r} is no longer open.")


class Impossible(ValueError):
    """The command cannot be carried out on this process; nothing has changed. The text says why and what to do."""


class DecisionFailure(Exception):
    """Raised by `decide` when a rule cannot answer: taken like a failed operation with this code."""

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        super().__init__(message or code)


@dataclass(frozen=True, slots=True)
class Token:
    """A mark on a node. `parent` is the token it lives under: of the sub-process around it, the activity it watches, …

    `mark` is the flow it came by (at a join), the due moment (repeating timer), or `!` and a code: it is stuck
    (`!!` where the engine itself says so).
    `index` is the number of the instance (from 1) or round; on the token around all instances it is their count.
    """

    id: str
    node: str
    parent: str = ""
    mark: str = ""
    index: int = 0

    @property
    def stuck(self) -> str:
        """The code of what went wrong here, "" if nothing did."""
        return self.mark.lstrip("!") if self.mark.startswith("!") else ""


@dataclass(frozen=True, slots=True)
class State:
    """The whole position of a case without its data: immutable, tiny, comparable."""

    tokens: tuple[Token, ...] = ()
    serial: int = 0
    ended: tuple[str, ...] = ()
    undoable: tuple[tuple[str, str], ...] = ()

    @property
    def done(self) -> bool:
        return not self.tokens

    @property
    def live(self) -> frozenset[str]:
        """The ids of the nodes a token stands on; what a picture highlights."""
        return frozenset(token.node for token in self.tokens)

    def find(self, id: str) -> Token | None:
        """Find a token by its id."""
        return next((token for token in self.tokens if token.id == id), None)

    def to_json(self) -> dict[str, Any]:
        """Return the position as a small JSON object; trailing empty fields of a token are left out."""
        out: dict[str, Any] = {"n": self.serial, "t": [_pack(token) for token in self.tokens]}
        if self.ended:
            out["e"] = list(self.ended)
        if self.undoable:
            out["u"] = [list(pair) for pair in self.undoable]
        return out

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "State":
        """Rebuild a position from what `to_json` gave."""
        tokens = tuple(Token(*packed) for packed in value["t"])
        undoable = tuple((pair[0], pair[1]) for pair in value.get("u", ()))
        return cls(tokens, value["n"], tuple(value.get("e", ())), undoable)


def _pack(token: Token) -> list[Any]:
    packed: list[Any] = [token.id, token.node, token.parent, token.mark, token.index]
    while not packed[-1]:
        packed.pop()
    return packed


# ---- commands: what can be asked of a running case


@dataclass(frozen=True, slots=True)
class Start:
    """Begin the process; written in the journal as its first command."""

    start_event: str = ""


@dataclass(frozen=True, slots=True)
class Complete:
    """A task or operation is done; `data` is merged into the case's data, key by key of its top level."""

    token: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fire:
    """A timer is due."""

    token: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message has come, for this token, or for the one that has waited longest for its name."""

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """A signal goes to everyone in the case who waits for it; that nobody does is no fault."""

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fail:
    """A task or operation has failed for good: an error event takes it, or the token is stuck until somebody acts."""

    token: str
    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Escalate:
    """A person or operation escalates while the task goes on; taken by an escalation event around it."""

    token: str
    code: str


@dataclass(frozen=True, slots=True)
class Update:
    """The case's data changed from outside; conditional events look again."""

    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retry:
    """Try a stuck token (or an operation that got lost) again, under a new token id."""

    token: str


@dataclass(frozen=True, slots=True)
class Modify:
    """An operator moves tokens to other nodes, ends some, adds some; the reason goes to the journal."""

    moves: tuple[tuple[str, str], ...] = ()
    end: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Migrate:
    """The case goes on under another version; `mapping` gives new ids of nodes and flows where they changed."""

    graph_to: "Graph" = field(repr=False)
    mapping: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakeBack:
    """What was done last is taken back: the tokens stand where they stood in `position`, under the ids they had.

    It has no effects: the host puts back the tasks, timers and data it had then. Ids given meanwhile are not given again.
    """

    position: State


Command: TypeAlias = Complete | Fire | Message | Signal | Fail | Escalate | Update | Retry | Modify | Migrate | TakeBack


# ---- effects: what the host has to do, in this order


@dataclass(frozen=True, slots=True)
class Enter:
    """A token came to a node."""

    node: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """A token left a node on its ordinary way."""

    node: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """Show a task to people."""

    token: str
    node: str


@dataclass(frozen=True, slots=True)
class CloseTask:
    """Take a task off the list: completed, interrupted, terminated, not needed, ended, moved, failed or retried."""

    token: str
    node: str
    why: str


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Send `Fire(token)` when it is due."""

    token: str
    node: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ClearTimer:
    """The timer has fired, or is not needed any more: forget it."""

    token: str
    node: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Wait for a message or signal (`kind`) of this name."""

    token: str
    node: str
    message: str
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """It has come, or is not waited for any more."""

    token: str
    node: str
    message: str
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class RunOperation:
    """Do the work of a service or send task as an outbox job, and answer with Complete or Fail."""

    token: str
    node: str


@dataclass(frozen=True, slots=True)
class CancelOperation:
    """The work is not wanted any more; its answer would be stale."""

    token: str
    node: str


@dataclass(frozen=True, slots=True)
class Throw:
    """Send a message, tell other cases a signal (this case has it already), or note an uncaught error or escalation."""

    kind: str
    name: str
    node: str


@dataclass(frozen=True, slots=True)
class TokenStuck:
    """A token is stuck: an operator must look, correct and retry, move or end it."""

    token: str
    node: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class LogLine:
    """Something worth a line in the journal."""

    text: str
    node: str = ""


@dataclass(frozen=True, slots=True)
class Rebind:
    """After a migration the token stands on another node: move what is stored for it."""

    token: str
    node_from: str
    node_to: str


@dataclass(frozen=True, slots=True)
class Done:
    """The process is over; `end_event` is the last one reached, "" if it ran out without one."""

    end_event: str


Effect: TypeAlias = (
    Enter
    | Leave
    | OpenTask
    | CloseTask
    | SetTimer
    | ClearTimer
    | Subscribe
    | Unsubscribe
    | RunOperation
    | CancelOperation
    | Throw
    | TokenStuck
    | LogLine
    | Rebind
    | Done
)


@dataclass(frozen=True, slots=True)
class Move:
    """What one command led to: the new position, what the host must do, the case's data, and the answers it hung on.

    `choices` are the answers of conditions, counts and due moments in the order they were asked, without personal data;
    with them a journal replays the case after its data has been erased.
    """

    state: State
    effects: tuple[Effect, ...]
    data: dict[str, Any]
    choices: tuple[Choice, ...] = ()
