"""The working position of one step: tokens in motion, answers asked for, effects collected.

A `Run` lives for one call of `start` or `step` and is the only thing here that changes; what goes in and out is frozen.
Arrivals wait in a queue, so elements never call each other and no drawing can exhaust the stack.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeAlias

from balai.engine.process import state as s
from balai.engine.process.process_graph import ACTIVITIES, OPERATIONS, WORK, Graph, Node
from balai.engine.process.timers import Reckon, TimerExpression

Decide: TypeAlias = Callable[[str, Mapping[str, Any], datetime], Mapping[str, Any]]
# Answers a question (its kind and the node it is asked at) from a journal, or tries every answer (soundness check).
Oracle: TypeAlias = Callable[[str, Node], s.Choice]
Arrival: TypeAlias = tuple[str, str, str, int]
MAX_ARRIVALS = 20_000


class Run:
    """One step in progress."""

    __slots__ = (
        "arrivals",
        "choices",
        "data",
        "decide",
        "effects",
        "emptied",
        "ended",
        "graph",
        "nodes",
        "now",
        "oracle",
        "owned",
        "queue",
        "reckon",
        "serial",
        "tokens",
        "undoable",
    )

    def __init__(
        self,
        graph: Graph,
        state: s.State,
        data: Mapping[str, Any],
        now: datetime,
        decide: Decide | None,
        oracle: Oracle | None,
        reckon: Reckon | None = None,
    ) -> None:
        if now.tzinfo is None:
            raise ValueError("`now` needs a time zone.")
        self.graph = graph
        self.nodes = graph.nodes
        self.tokens = {token.id: token for token in state.tokens}
        self.serial = state.serial
        self.ended = list(state.ended)
        self.undoable = list(state.undoable)
        self.data: Any = data
        self.owned = False
        self.now = now
        self.decide = decide
        self.oracle = oracle
        self.reckon = reckon
        self.queue: deque[Arrival] = deque()
        self.emptied: list[str] = []
        self.effects: list[s.Effect] = []
        self.choices: list[s.Choice] = []
        self.arrivals = 0

    def move(self) -> s.Move:
        """Freeze what came of the step."""
        state = s.State(tuple(self.tokens.values()), self.serial, tuple(self.ended), tuple(self.undoable))
        data = self.data if self.owned else dict(self.data)
        return s.Move(state, tuple(self.effects), data, tuple(self.choices))

    # ---- tokens

    def new(self, node: str, parent: str, mark: str = "", index: int = 0) -> s.Token:
        """Put a fresh token on a node; ids count up and are never used again in the case."""
        self.serial += 1
        token = s.Token(str(self.serial), node, parent, mark, index)
        self.tokens[token.id] = token
        return token

    def children(self, id: str) -> list[s.Token]:
        """List the tokens that live directly under a token ("" for the process itself)."""
        return [token for token in self.tokens.values() if token.parent == id]

    def around(self, token: s.Token) -> s.Token | None:
        """Find the token around all instances that this token is an instance of."""
        parent = self.tokens.get(token.parent)
        return parent if parent is not None and parent.node == token.node else None

    def get(self, id: str) -> s.Token:
        """Get a live token. :raises Stale: it is gone"""
        token = self.tokens.get(id)
        if token is None:
            raise s.Stale(id)
        return token

    def cancel(self, token: s.Token, why: str) -> None:
        """Remove a token with everything that lives under it, and take back what was opened for it."""
        self.queue = deque(item for item in self.queue if item[1] != token.id) if self.queue else self.queue
        outer = False
        for child in self.children(token.id):
            outer = outer or child.node == token.node
            self.cancel(child, why)
        del self.tokens[token.id]
        if self.undoable:
            self.undoable = [entry for entry in self.undoable if entry[1] != token.id]
        if not outer:
            self.take_back(token, why)

    def take_back(self, token: s.Token, why: str) -> None:
        """Tell the host to undo what was opened for a token."""
        node = self.nodes[token.node]
        if node.kind in WORK:
            self.effects.append(s.CloseTask(token.id, node.id, why))
        elif node.kind in OPERATIONS:
            if not token.stuck:
                self.effects.append(s.CancelOperation(token.id, node.id))
        elif node.event is not None and node.kind != "intermediateThrowEvent" and node.kind != "endEvent":
            if node.event.kind == "timer" and not token.stuck:
                self.effects.append(s.ClearTimer(token.id, node.id))
            elif node.event.kind in ("message", "signal"):
                self.effects.append(s.Unsubscribe(token.id, node.id, node.event.name, node.event.kind))

    def empty(self, parent: str, why: str) -> None:
        """Remove everything from a scope."""
        self.queue = deque(item for item in self.queue if item[1] != parent)
        for child in self.children(parent):
            self.cancel(child, why)

    def stick(self, node: Node, parent: str, code: str, message: str, token: s.Token | None = None) -> None:
        """Leave a token stuck where it is, or put one there, for an operator; our own codes begin with `!`."""
        if token is None:
            token = self.new(node.id, parent, f"!{code}")
        else:
            token = replace(token, mark=f"!{code}")
            self.tokens[token.id] = token
        self.effects.append(s.TokenStuck(token.id, node.id, token.stuck, message))

    # ---- ways on

    def arrive(self, node: str, parent: str, flow: str = "", index: int = 0) -> None:
        """Queue a token's arrival at a node in the scope of `parent`; an index makes it an instance of a loop."""
        self.queue.append((node, parent, flow, index))

    def leave(self, node: Node, parent: str, token: str = "") -> None:
        """Go on from a node by all flows that are due."""
        self.effects.append(s.Leave(node.id, token))
        if node.onward is not None:
            self.queue.append((node.onward.target, parent, node.onward.id, 0))
        elif not node.outgoing:
            self.emptied.append(parent)
        else:
            self._leave_by_choice(node, parent)

    def _leave_by_choice(self, node: Node, parent: str) -> None:
        taken = []
        default = None
        asked = False
        for flow in node.outgoing:
            if flow.id == node.default:
                default = flow
            elif flow.condition is None:
                taken.append(flow)
            elif self.ask(node, flow.condition, parent):
                taken.append(flow)
                asked = True
        if default is not None and not asked and (not taken or node.kind in ACTIVITIES):
            taken.append(default)
        if not taken:
            self.stick(node, parent, "!no-way", f"No way leads on from {node.title!r}: no condition is true.")
        for flow in taken:
            self.queue.append((flow.target, parent, flow.id, 0))

    # ---- questions to the data

    def ask(self, node: Node, condition: TimerExpression, parent: str, extra: Mapping[str, Any] | None = None) -> bool:
        """Evaluate a condition in the view of a scope; only FEEL's true is true, null is not."""
        if self.oracle is not None:
            answer = bool(self.oracle("true", node))
        else:
            scope = self.view(parent) if parent else self.data
            answer = condition.evaluate({**scope, **extra} if extra else scope, now=self.now) is True
        self.choices.append(answer)
        return answer

    def ask_value(self, kind: str, node: Node, evaluate: Callable[[], s.Choice]) -> s.Choice:
        """Ask for a count, a due moment or an outcome; written down like every answer a replay needs."""
        answer = self.oracle(kind, node) if self.oracle is not None else evaluate()
        self.choices.append(answer)
        return answer

    # ---- data, by scope

    def view(self, id: str) -> Mapping[str, Any]:
        """Return the data as seen from a scope: inner names hide outer ones.

        Each instance of a multi-instance activity and each call activity has a drawer of its own; within it the item
        and `loopCounter` are visible.
        """
        chain = self._drawers(id)
        return look(self.data, chain, self.now) if chain else self.data

    def _drawers(self, id: str) -> list[tuple[Node, int]]:
        chain: list[tuple[Node, int]] = []
        while id:
            token = self.tokens[id]
            node = self.nodes[token.node]
            around = self.around(token)
            if around is not None:
                chain.append((node, token.index))
            elif node.kind == "callActivity" and node.loop is None:
                chain.append((node, 0))
            id = token.parent
        chain.reverse()
        return chain

    def write(self, id: str, values: Mapping[str, Any]) -> None:
        """Merge values into the data of a scope, key by key; the caller's data is never touched."""
        if self.oracle is not None or not values:
            return
        if not self.owned:
            self.data = dict(self.data)
            self.owned = True
        put(self.data, [(node, index) for node, index in self._drawers(id) if has_drawer(node)], values)


def local(node: Node) -> str:
    """Return a node's id as its own file has it, without the prefix of the calls around it."""
    return node.id.rpartition(":")[2]


def has_drawer(node: Node) -> bool:
    """Tell whether what is written inside the activity is kept apart; a while loop writes where the task would."""
    return node.kind == "callActivity" or (node.loop is not None and node.loop.kind != "standard")


def look(data: Mapping[str, Any], chain: list[tuple[Node, int]], now: datetime) -> dict[str, Any]:
    """Lay the drawers of a chain of activities over the data, outermost first."""
    scope = dict(data)
    drawer: Any = data
    for node, index in chain:
        if index:
            scope["loopCounter"] = index
            if node.loop is not None and node.loop.collection is not None:
                items = node.loop.collection.evaluate(scope, now=now)
                scope[node.loop.item] = items[index - 1] if isinstance(items, list) and index <= len(items) else None
        if not has_drawer(node):
            continue
        drawer = drawer.get(local(node)) if isinstance(drawer, Mapping) else None
        if index:
            drawer = drawer[index - 1] if isinstance(drawer, list) and index <= len(drawer) else None
        if isinstance(drawer, Mapping):
            scope.update(drawer)
    return scope


def put(data: dict[str, Any], chain: list[tuple[Node, int]], values: Mapping[str, Any]) -> None:
    """Write values into the innermost drawer, copying what lies on the way; `data` itself is ours to change."""
    drawer = data
    for position, (node, index) in enumerate(chain):
        key = local(node)
        task = position == len(chain) - 1 and node.kind not in ("subProcess", "callActivity")
        if task:
            # An instance of a task: its answer is the entry itself; what it says beside goes to the scope around.
            entry = values[key] if key in values else dict(values)
            drawer.update({name: value for name, value in values.items() if key in values and name != key})
            drawer[key] = _placed(drawer.get(key), index, entry)
            return
        inner = _entry(drawer.get(key), index)
        drawer[key] = _placed(drawer.get(key), index, inner) if index else inner
        drawer = inner
    drawer.update(values)


def _entry(held: Any, index: int) -> dict[str, Any]:
    if index:
        held = held[index - 1] if isinstance(held, list) and index <= len(held) else None
    return dict(held) if isinstance(held, Mapping) else {}


def _placed(held: Any, index: int, entry: Any) -> list[Any]:
    entries = list(held) if isinstance(held, list) else []
    entries.extend([None] * (index - len(entries)))
    entries[index - 1] = entry
    return entries
