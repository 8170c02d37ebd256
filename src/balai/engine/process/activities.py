"""Activities: tasks, operations, inline rules and scripts, sub-processes and calls, done once or in a loop."""

from collections.abc import Mapping
from typing import Any

from balai.engine.process import state as s
from balai.engine.process.event_nodes import take_error, watch
from balai.engine.process.process_graph import AWAITED, OPERATIONS, SCOPES, WORK, Node
from balai.engine.process.run import Run, local

MAX_INSTANCES = 1000


def arrive_activity(run: Run, node: Node, parent: str, flow: str, index: int) -> None:
    """Begin an activity, or its loop."""
    if node.loop is not None and index == 0:
        _begin_loop(run, node, parent)
        return
    token = run.new(node.id, parent, index=index)
    run.effects.append(s.Enter(node.id, token.id))
    if index == 0:
        arm(run, node, token.id)
    _open(run, node, token)


def arm(run: Run, node: Node, token: str) -> None:
    """Set the timers and subscriptions of the events attached to an activity."""
    for id in node.boundaries:
        boundary = run.nodes[id]
        if boundary.event is not None and boundary.event.kind in AWAITED:
            watch(run, boundary, token)


def _open(run: Run, node: Node, token: s.Token) -> None:
    if node.kind in WORK:
        run.effects.append(s.OpenTask(token.id, node.id))
    elif node.kind in OPERATIONS:
        run.effects.append(s.RunOperation(token.id, node.id))
    elif node.kind in SCOPES:
        open_scope(run, node, token)
    elif node.kind == "receiveTask":
        name = node.event.name if node.event else node.id
        run.effects.append(s.Subscribe(token.id, node.id, name))
    else:
        perform(run, node, token)


def open_scope(run: Run, node: Node, token: s.Token) -> None:
    """Begin what lies inside a sub-process, with its event sub-processes on watch."""
    watch_handlers(run, node.handlers, token.id)
    for start in node.starts:
        run.arrive(start, token.id)


def watch_handlers(run: Run, handlers: tuple[str, ...], parent: str) -> None:
    """Set the timers and subscriptions of the event sub-processes of a scope."""
    for id in handlers:
        start = run.nodes[run.nodes[id].starts[0]]
        if start.event is not None and start.event.kind in AWAITED:
            watch(run, start, parent)


def perform(run: Run, node: Node, token: s.Token) -> None:
    """Do a script or business rule task at once, for both are pure; a failure is taken like a failed operation."""
    outcome: dict[str, Any] = {}

    def evaluate() -> str:
        try:
            outcome.update(_outputs(run, node, token))
        except s.DecisionFailure as failure:
            outcome["message"] = str(failure)
            return failure.code or "failed"
        return ""

    code = str(run.ask_value("outcome", node, evaluate))
    if code:
        take_error(run, token, code, str(outcome.get("message", "")))
        return
    run.write(token.id, outcome)
    complete(run, node, token)


def _outputs(run: Run, node: Node, token: s.Token) -> Mapping[str, Any]:
    scope = run.view(token.id)
    if node.kind == "businessRuleTask":
        if run.decide is None:
            raise s.Impossible(f"The business rule task {node.id!r} needs `decide`.")
        return run.decide(node.id, scope, run.now)
    value = node.script.evaluate(scope, now=run.now) if node.script is not None else None
    if not isinstance(value, Mapping):
        raise s.DecisionFailure("script", f"The script of {node.title!r} gives no context such as {{name: value}}.")
    return value


def complete(run: Run, node: Node, token: s.Token) -> None:
    """Finish an activity: its watchers go, its loop or the flow goes on."""
    around = run.around(token)
    if node.boundaries or node.kind in SCOPES:
        for child in run.children(token.id):
            run.cancel(child, "completed")
    del run.tokens[token.id]
    if node.kind in WORK:
        run.effects.append(s.CloseTask(token.id, node.id, "completed"))
    elif node.kind == "receiveTask":
        run.take_back(token, "completed")
    if around is not None:
        _keep_undoable(run, token, around.id)
        _after_instance(run, node, around, token)
    else:
        _finish(run, node, token)


def _finish(run: Run, node: Node, token: s.Token) -> None:
    holder = run.tokens.get(token.parent)
    gateway = holder is not None and run.nodes[holder.node].kind == "eventBasedGateway"
    _keep_undoable(run, token, token.parent)
    if node.for_compensation:
        run.effects.append(s.Leave(node.id, token.id))
        if holder is not None and run.nodes[holder.node].event_kind == "compensation":
            undo_next(run, holder)
        else:  # begun by an operator
            run.emptied.append(token.parent)
        return
    if node.compensation:
        # What was done inside is undone by this handler as a whole.
        inner = {id for id in run.nodes if node.id in run.graph.scope(id)}
        run.undoable = [e for e in run.undoable if not (e[1] == token.parent and e[0] in inner)]
        run.undoable.append((node.id, token.parent))
    parent = token.parent
    if gateway and holder is not None:
        parent = holder.parent
        run.cancel(holder, "not needed")
    run.leave(node, parent, token.id)


def _keep_undoable(run: Run, token: s.Token, parent: str) -> None:
    """What was done inside a finished scope can now be undone from the scope around."""
    if run.undoable:
        run.undoable = [(node, parent if scope == token.id else scope) for node, scope in run.undoable]


# ---- loops


def _begin_loop(run: Run, node: Node, parent: str) -> None:
    loop = node.loop
    assert loop is not None
    if loop.kind == "standard":
        asked = loop.condition if loop.test_before else None
        if asked is not None and not run.ask(node, asked, parent, {"loopCounter": 0}):
            run.leave(node, parent)
            return
        count = 1
    else:
        count = int(run.ask_value("count", node, lambda: _count(run, node, parent)))
        if count < 0 or count > MAX_INSTANCES:
            text = (
                f"{node.title!r} asks for {count} instances" if count > 0 else f"{node.title!r} has no number or list"
            )
            run.stick(node, parent, "!count", f"{text}; 0 to {MAX_INSTANCES} are possible.")
            return
        # A second round begins with an empty list, or old answers would stand for new ones.
        run.write(parent, {local(node): [None] * count})
    if count == 0:
        run.leave(node, parent)
        return
    token = run.new(node.id, parent, index=0 if loop.kind == "standard" else count)
    arm(run, node, token.id)
    for index in range(1, count + 1 if loop.kind == "parallel" else 2):
        run.arrive(node.id, token.id, "", index)


def _count(run: Run, node: Node, parent: str) -> int:
    loop = node.loop
    assert loop is not None
    scope = run.view(parent)
    if loop.collection is not None:
        items = loop.collection.evaluate(scope, now=run.now)
        return len(items) if isinstance(items, list | tuple) else 0 if items is None else -1
    value = loop.cardinality.evaluate(scope, now=run.now) if loop.cardinality is not None else None
    try:
        return int(value) if value is not None and not isinstance(value, bool | str) else -1
    except (TypeError, ValueError, ArithmeticError):
        return -1


def _after_instance(run: Run, node: Node, around: s.Token, token: s.Token) -> None:
    """Go on with the next instance or round, or finish the loop."""
    loop = node.loop
    assert loop is not None
    run.effects.append(s.Leave(node.id, token.id))
    if loop.kind == "standard":
        more = not loop.maximum or token.index < loop.maximum
        if more and loop.condition is not None:
            more = run.ask(node, loop.condition, around.parent, {"loopCounter": token.index})
        pending = 0
    else:
        pending = sum(child.node == node.id for child in run.children(around.id))
        pending += sum(item[1] == around.id for item in run.queue)
        done = token.index if loop.kind == "sequential" else around.index - pending
        more = loop.kind == "sequential" and token.index < around.index
        if (
            (more or pending)
            and loop.until is not None
            and run.ask(node, loop.until, around.parent, _numbers(around, done))
        ):
            more, pending = False, 0
    if more:
        run.arrive(node.id, around.id, "", token.index + 1)
    elif not pending:
        _end_loop(run, node, around)


def _numbers(around: s.Token, done: int) -> dict[str, int]:
    """Return the numbers a completion condition may ask for, by the names of the standard."""
    return {
        "numberOfInstances": around.index,
        "numberOfCompletedInstances": done,
        "numberOfActiveInstances": around.index - done,
    }


def _end_loop(run: Run, node: Node, around: s.Token) -> None:
    if run.queue:
        run.queue = type(run.queue)(item for item in run.queue if item[1] != around.id)
    for child in run.children(around.id):
        run.cancel(child, "not needed" if child.node == node.id else "completed")
    del run.tokens[around.id]
    _finish(run, node, around)


# ---- compensation


def arrive_compensation(run: Run, node: Node, parent: str) -> None:
    """Undo what has been done in the scope, last first, then go on."""
    token = run.new(node.id, parent)
    run.effects.append(s.Enter(node.id, token.id))
    undo_next(run, token)


def undo_next(run: Run, token: s.Token) -> None:
    """Begin the next undoing activity, or go on when all is undone."""
    thrower = run.nodes[token.node]
    wanted = thrower.event.name if thrower.event else ""
    scopes = _undo_scopes(run, token)
    for entry in reversed(run.undoable):
        id, scope = entry
        if scope in scopes and (not wanted or id == wanted or wanted in run.graph.scope(id)):
            run.undoable.remove(entry)
            run.arrive(run.nodes[id].compensation, token.id)
            return
    del run.tokens[token.id]
    run.leave(thrower, token.parent, token.id)
    if thrower.kind == "endEvent":
        note_end(run, thrower)


def note_end(run: Run, node: Node) -> None:
    """Write down that an end event was reached where the case itself can end."""
    if node.id in run.graph.finals:
        run.ended.append(node.id)


def _undo_scopes(run: Run, token: s.Token) -> set[str]:
    """Return the scope of the event, and the one around while it lies in an event sub-process."""
    scopes = {token.parent}
    holder = run.tokens.get(token.parent)
    while holder is not None and run.nodes[holder.node].event_subprocess:
        scopes.add(holder.parent)
        holder = run.tokens.get(holder.parent)
    return scopes
