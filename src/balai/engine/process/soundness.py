"""What can be proven of a process before it is published: every position it can come to is looked at.

The same stepper runs that will run the cases; an oracle tries every answer to every question. So what is proven holds
for the engine as it is, within the limit on positions.
"""

import itertools
import math
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from balai.engine.problems import Problem
from balai.engine.process import state as s
from balai.engine.process.process_graph import INLINE, OPERATIONS, WORK, Graph, Node
from balai.engine.process.run import has_drawer
from balai.engine.process.step import start, step

MAX_POSITIONS = 4000
MAX_CHOICES = 60
MAX_ANSWERS = 256
NOW = datetime(2030, 1, 1, tzinfo=UTC)
LATER = "2030-01-02T00:00:00+00:00"
Shape: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class SoundnessProblem(Problem):
    """A problem found by looking at every position; `severity` is error or warning."""

    severity: str = "error"


class _TooMany(Exception):
    """One step asks more questions than can be tried."""


@dataclass(slots=True)
class Space:
    """The positions a process can come to, how they follow each other, and what was seen on the way."""

    states: dict[Shape, s.State] = field(default_factory=dict)
    before: dict[Shape, set[Shape]] = field(default_factory=dict)
    ends: set[Shape] = field(default_factory=set)
    entered: set[str] = field(default_factory=set)
    together: set[tuple[str, str]] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    restless: set[str] = field(default_factory=set)
    whole: bool = True


def check(
    graph: Graph,
    *,
    writes: Mapping[str, Collection[str]] | None = None,
    answers: Mapping[str, Collection[object]] | None = None,
    max_positions: int = MAX_POSITIONS,
) -> tuple[SoundnessProblem, ...]:
    """Prove, within a limit on positions, that every path ends, no step is dead, and no token is left or doubled.

    `writes` says which answers each step writes (by default its own id), so that parallel branches that overwrite each
    other are told. `answers` says what an answer can be (`{"check.result": ["complete", "incomplete"]}`); with it, a
    gateway without a default is only warned of where some answers leave no way.
    """
    space = _explore(graph, max_positions)
    findings = [
        *_gateways(graph, answers or {}),
        *_doubled(graph, space),
        *_restless(graph, space),
        *_clashes(graph, space, writes or {}),
    ]
    findings += _stuck(graph, space)
    findings += _loose_ends(graph)
    if space.whole:
        findings += _dead(graph, space)
    else:
        text = f"The process is too large to be proven: {len(space.states)} positions were looked at."
        findings.append(SoundnessProblem(text, "Divide it with call activities.", graph.file, 0, graph.id, "warning"))
    return tuple(sorted(findings, key=lambda finding: (finding.severity, finding.line)))


# ---- going everywhere


def _explore(graph: Graph, limit: int) -> Space:
    space = Space()
    many = _may_be_many(graph)
    queue: deque[Shape] = deque()
    for id in graph.starts:
        for move in _answers(
            graph, space, id, lambda oracle, id=id: start(graph, {}, NOW, start_event=id, oracle=oracle)
        ):
            _note(graph, space, move, (), many, queue)
    while queue:
        if len(space.states) >= limit:
            space.whole = False
            # What was not looked at is not accused.
            space.ends.update(queue)
            break
        shape = queue.popleft()
        state = space.states[shape]
        for command in _commands(graph, state):
            id = getattr(command, "token", None) or ""
            node = next((t.node for t in state.tokens if t.id == id), "")
            for move in _answers(
                graph, space, node, lambda o, c=command, st=state: step(graph, st, c, {}, NOW, oracle=o)
            ):
                after = _note(graph, space, move, state.tokens, many, queue)
                space.before.setdefault(after, set()).add(shape)
    return space


def _answers(graph: Graph, space: Space, at: str, run: Any) -> Iterator[s.Move]:
    """Yield the moves for every combination of answers."""
    scripts: list[tuple[s.Choice, ...]] = [()]
    tried = 0
    while scripts:
        script = scripts.pop()
        tried += 1
        if tried > MAX_ANSWERS:
            space.whole = False
            return
        asked: list[s.Choice] = []

        def answer(
            kind: str, node: Node, script: tuple[s.Choice, ...] = script, asked: list[s.Choice] = asked
        ) -> s.Choice:
            place = len(asked)
            if place >= MAX_CHOICES:
                raise _TooMany(node.id)
            options = _options(graph, kind, node)
            choice = script[place] if place < len(script) else options[0]
            if place >= len(script):
                scripts.extend((*asked, other) for other in options[1:])
            asked.append(choice)
            return choice

        try:
            yield run(answer)
        except (_TooMany, s.Impossible):
            space.restless.add(at)
        except s.Stale:
            continue


def _options(graph: Graph, kind: str, node: Node) -> tuple[s.Choice, ...]:
    """List the answers to try: a list of none or two stands for all lengths."""
    if kind == "true":
        return (False, True)
    if kind == "count":
        return (0, 2)
    if kind == "again":
        return ("", LATER)
    # A code that is caught without one, as every error is, still needs a name of its own.
    return ("", *(code or "any" for code in _codes(graph, node, "error"))) if kind == "outcome" else (LATER,)


def _commands(graph: Graph, state: s.State) -> Iterator[s.Command]:
    """Yield everything that can happen in a position."""
    around = {token.parent: token.node for token in state.tokens}
    for token in state.tokens:
        node = graph.nodes[token.node]
        if token.stuck or (node.loop is not None and around.get(token.id) == node.id):
            continue
        if node.kind in WORK | OPERATIONS:
            yield s.Complete(token.id)
            for code in _codes(graph, node, "error"):
                yield s.Fail(token.id, code or "any")
            for code in sorted(_attached(graph, node, "escalation")):
                yield s.Escalate(token.id, code)
        elif node.kind in ("intermediateThrowEvent", "endEvent"):
            continue
        elif node.event is not None and node.event.kind == "timer":
            yield s.Fire(token.id)
        elif node.event is not None and node.event.kind == "message":
            yield s.Message(node.event.name, token=token.id)
        elif node.event is not None and node.event.kind == "signal":
            yield s.Signal(node.event.name)
        elif node.event is not None and node.event.kind == "conditional":
            yield s.Update()


def _attached(graph: Graph, node: Node, kind: str) -> set[str]:
    events = (graph.nodes[id].event for id in node.boundaries)
    return {event.name for event in events if event is not None and event.kind == kind}


def _codes(graph: Graph, node: Node, kind: str) -> list[str]:
    """List the error codes that somebody around a step catches."""
    codes = _attached(graph, node, kind)
    for scope in reversed(graph.scope(node.id)):
        outer = graph.nodes[scope]
        codes |= _attached(graph, outer, kind)
        codes |= _handled(graph, outer.handlers, kind)
    return sorted(codes | _handled(graph, graph.handlers, kind))


def _handled(graph: Graph, handlers: Iterable[str], kind: str) -> set[str]:
    events = (graph.nodes[graph.nodes[id].starts[0]].event for id in handlers)
    return {event.name for event in events if event is not None and event.kind == kind}


def _note(
    graph: Graph, space: Space, move: s.Move, before: tuple[s.Token, ...], many: set[str], queue: deque[Shape]
) -> Shape:
    """Write down a position in its plainest form, and what the move to it shows."""
    entered = {effect.node for effect in move.effects if isinstance(effect, s.Enter)}
    space.entered |= entered
    space.entered |= {token.node for token in move.state.tokens}
    _note_together(graph, space, move, before, entered)
    shape = _shape(graph, move.state)
    if shape in space.states:
        return shape
    state = _unfold(shape)
    space.states[shape] = state
    crowded = _crowded(graph, state, many, space)
    if state.done or crowded or any(token.stuck for token in state.tokens):
        space.ends.add(shape)
    else:
        queue.append(shape)
    return shape


def _note_together(graph: Graph, space: Space, move: s.Move, before: tuple[s.Token, ...], entered: set[str]) -> None:
    live = [token.node for token in move.state.tokens if graph.nodes[token.node].kind in WORK | OPERATIONS]
    space.together |= {(a, b) for place, a in enumerate(live) for b in live[place + 1 :] if a != b}
    stayed = {token.id for token in before} & {token.id for token in move.state.tokens}
    resting = [t.node for t in move.state.tokens if t.id in stayed and graph.nodes[t.node].kind in WORK | OPERATIONS]
    space.together |= {(a, b) for a in entered if graph.nodes[a].kind in INLINE for b in resting if a != b}


def _shape(graph: Graph, state: s.State) -> Shape:
    """Fold a position into nested tuples without ids, so that equal positions are equal."""
    children: dict[str, list[s.Token]] = {}
    for token in state.tokens:
        children.setdefault(token.parent, []).append(token)
    undoable: dict[str, list[str]] = {}
    for node, scope in state.undoable:
        undoable.setdefault(scope, []).append(node)

    def fold(token: s.Token) -> Shape:
        node = graph.nodes[token.node]
        mark, index = token.mark, token.index
        timer = node.event.timer if node.event is not None else None
        if timer is not None and timer.kind == "cycle" and not token.stuck:
            mark, index = LATER, min(index, 3)
        elif node.loop is not None and node.loop.kind == "standard" and node.loop.condition is not None:
            index = min(index, 1)
        inner = tuple(sorted(fold(child) for child in children.get(token.id, ())))
        return token.node, mark, index, inner, tuple(undoable.get(token.id, ()))

    return tuple(sorted(fold(token) for token in children.get("", ()))), tuple(undoable.get("", ()))


def _unfold(shape: Shape) -> s.State:
    tokens: list[s.Token] = []
    undoable: list[tuple[str, str]] = [(node, "") for node in shape[1]]

    def grow(part: Shape, parent: str) -> None:
        node, mark, index, inner, done = part
        token = s.Token(str(len(tokens) + 1), node, parent, mark, index)
        tokens.append(token)
        undoable.extend((other, token.id) for other in done)
        for child in inner:
            grow(child, token.id)

    for part in shape[0]:
        grow(part, "")
    return s.State(tuple(tokens), len(tokens), (), tuple(undoable))


# ---- tokens that meet


def _may_be_many(graph: Graph) -> set[str]:
    """Return the nodes where several tokens are meant: after events that go beside the work."""
    many: set[str] = set()
    open_nodes = [node.id for node in graph.nodes.values() if not node.interrupting]
    while open_nodes:
        id = open_nodes.pop()
        if id in many:
            continue
        many.add(id)
        node = graph.nodes[id]
        open_nodes.extend(flow.target for flow in node.outgoing)
        open_nodes.extend(
            (*node.starts, *node.boundaries, *([node.parent] if node.kind == "startEvent" and node.parent else ()))
        )
    return many


def _crowded(graph: Graph, state: s.State, many: set[str], space: Space) -> bool:
    """Note nodes that hold two tokens of one scope; tell whether there are too many to go on."""
    count: dict[tuple[str, str, str], int] = {}
    nodes = {token.id: token.node for token in state.tokens}
    for token in state.tokens:
        if nodes.get(token.parent) != token.node and not token.stuck:
            key = (token.node, token.parent, token.mark if graph.nodes[token.node].kind.endswith("Gateway") else "")
            count[key] = count.get(key, 0) + 1
    for (id, _, _), number in count.items():
        if number > 1 and id not in many and graph.nodes[id].kind != "boundaryEvent":
            space.doubled.add(id)
    return any(number > 2 for number in count.values())


# ---- findings


def _finding(graph: Graph, id: str, message: str, fix: str, severity: str = "error") -> SoundnessProblem:
    node = graph.nodes[id]
    return SoundnessProblem(message, fix, graph.file, node.line, id, severity)


def _gateways(graph: Graph, answers: Mapping[str, Collection[object]]) -> Iterator[SoundnessProblem]:
    for node in graph.nodes.values():
        if node.kind in ("exclusiveGateway", "inclusiveGateway") and len(node.outgoing) > 1 and not node.default:
            gap = _uncovered(node, answers)
            if gap == "":
                continue
            text = f"If {gap or 'no condition is true'}, the case is stuck at {node.title!r}."
            fix = "Make one of its flows the default flow" + (
                "." if gap else ", unless the conditions cover every answer."
            )
            yield _finding(graph, node.id, text, fix, "warning")


def _uncovered(node: Node, answers: Mapping[str, Collection[object]]) -> str | None:
    """Return answers for which no condition of a gateway is true, "" if all are covered, None if it cannot be told."""
    conditions = [flow.condition for flow in node.outgoing if flow.condition is not None]
    paths = sorted({".".join(path) for condition in conditions for path in getattr(condition, "paths", ())})
    ranges = [list(answers.get(path, ())) for path in paths]
    if not paths or math.prod(len(values) for values in ranges) not in range(1, MAX_ANSWERS * 4):
        return None
    for values in itertools.product(*ranges):
        scope = _scope(dict(zip(paths, values, strict=True)))
        if not any(condition.evaluate(scope, now=NOW) is True for condition in conditions):
            return ", ".join(f"{path} = {value!r}" for path, value in zip(paths, values, strict=True))
    return ""


def _scope(answers: Mapping[str, object]) -> dict[str, Any]:
    """Build nested data from dotted names."""
    scope: dict[str, Any] = {}
    for path, value in answers.items():
        *outer, last = path.split(".")
        place = scope
        for name in outer:
            place = place.setdefault(name, {})
        place[last] = value
    return scope


def _loose_ends(graph: Graph) -> Iterator[SoundnessProblem]:
    beside = _may_be_many(graph)
    for node in graph.nodes.values():
        if node.id in beside:
            continue  # a reminder beside the work does not end the case
        if not node.outgoing and node.kind != "endEvent" and not (node.event_subprocess or node.for_compensation):
            text = f"{node.title!r} leads nowhere: a case may end there without an end event."
            yield _finding(graph, node.id, text, "Draw a flow to an end event, for letters hang on those.", "warning")


def _doubled(graph: Graph, space: Space) -> Iterator[SoundnessProblem]:
    for id in sorted(space.doubled):
        text = f"{graph.nodes[id].title!r} can be reached twice at the same time."
        yield _finding(graph, id, text, "Join the branches before it with the same kind of gateway that split them.")


def _restless(graph: Graph, space: Space) -> Iterator[SoundnessProblem]:
    for id in sorted(space.restless):
        text = f"After {graph.nodes[id].title!r} the process can go round without ever waiting."
        yield _finding(graph, id, text, "Let the loop lead through a task or a timer.")


def _clashes(graph: Graph, space: Space, writes: Mapping[str, Collection[str]]) -> Iterator[SoundnessProblem]:
    """Tell steps that may be open at the same time and write the same answer in the same drawer."""
    told: set[tuple[str, ...]] = set()
    for a, b in sorted(space.together):
        pair = tuple(sorted((a, b)))
        same = set(writes.get(a, (a,))) & set(writes.get(b, (b,)))
        if not same or pair in told or _drawer(graph, a) != _drawer(graph, b):
            continue
        told.add(pair)
        names = ", ".join(sorted(same))
        text = (
            f"{graph.nodes[pair[0]].title!r} and {graph.nodes[pair[1]].title!r} may be open together and write {names}."
        )
        yield _finding(graph, pair[0], text, "Let each write answers of its own, or draw one after the other.")


def _drawer(graph: Graph, id: str) -> tuple[str, ...]:
    return tuple(scope for scope in graph.scope(id) if has_drawer(graph.nodes[scope]))


def _stuck(graph: Graph, space: Space) -> list[SoundnessProblem]:
    """Tell positions from which the end cannot be reached."""
    can_end = set(space.ends)
    queue = deque(can_end)
    while queue:
        for before in space.before.get(queue.popleft(), ()):
            if before not in can_end:
                can_end.add(before)
                queue.append(before)
    bad = [state for shape, state in space.states.items() if shape not in can_end]
    joins = {t.node for state in bad for t in state.tokens if _only_joins(graph, state) and _is_join(graph, t)}
    text = "{} can wait for ever: a token it waits for may never come."
    fix = "Join with the kind of gateway that split, or let the missing branch lead here too."
    found = [_finding(graph, id, text.format(repr(graph.nodes[id].title)), fix) for id in sorted(joins)]
    if bad and not found:
        smallest = min(bad, key=lambda state: len(state.tokens))
        id = smallest.tokens[0].node
        text = f"From {graph.nodes[id].title!r} the end can never be reached."
        found.append(_finding(graph, id, text, "Draw a way out of the loop to an end event."))
    return found


def _is_join(graph: Graph, token: s.Token) -> bool:
    return graph.nodes[token.node].kind in ("parallelGateway", "inclusiveGateway")


def _only_joins(graph: Graph, state: s.State) -> bool:
    """Tell whether nothing but waiting joins, the scopes around them and watchers is left."""
    scopes = {token.parent for token in state.tokens}
    return all(
        _is_join(graph, token) or token.id in scopes or graph.nodes[token.node].kind in ("startEvent", "boundaryEvent")
        for token in state.tokens
    )


def _dead(graph: Graph, space: Space) -> Iterator[SoundnessProblem]:
    """Tell steps that no case can reach."""
    for node in graph.nodes.values():
        if node.id in space.entered or (node.event_kind == "compensation" and node.kind == "boundaryEvent"):
            continue
        if node.kind == "startEvent" and node.parent and node.event is not None:
            continue
        text = f"{node.title!r} can never be reached."
        yield _finding(graph, node.id, text, "Mend the conditions or flows before it, or delete it.")
