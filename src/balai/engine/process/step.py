"""Start a process and advance it by one command: pure functions from position to position."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from balai.engine.process import state as s
from balai.engine.process.activities import (
    arrive_activity,
    arrive_compensation,
    complete,
    note_end,
    watch_handlers,
)
from balai.engine.process.commands import COMMANDS
from balai.engine.process.event_nodes import arrive_catch, catch_in_scope, deliver_signal, scope_of, trigger
from balai.engine.process.gateways import (
    arrive_event_gateway,
    arrive_exclusive,
    arrive_inclusive,
    arrive_parallel,
    release_inclusive,
)
from balai.engine.process.migrate import migrate
from balai.engine.process.process_graph import Graph, Node
from balai.engine.process.run import MAX_ARRIVALS, Decide, Oracle, Run
from balai.engine.process.timers import Reckon


def start(
    graph: Graph,
    data: Mapping[str, Any],
    now: datetime,
    *,
    start_event: str | None = None,
    decide: Decide | None = None,
    oracle: Oracle | None = None,
    reckon: Reckon | None = None,
) -> s.Move:
    """Begin a case at a start event: the one given, or the plain one, or the only one.

    `now` is aware. `decide` answers business rule tasks, `reckon` counts the spans of bound timers by a calendar.
    `oracle` answers all questions instead of data and calendar (replay).

    :raises Impossible: there is no such start event, or it is not clear which one is meant
    """
    run = Run(graph, s.State(), data, now, decide, oracle, reckon)
    chosen = _start_event(graph, start_event)
    watch_handlers(run, graph.handlers, "")
    run.arrive(chosen, "")
    settle(run)
    return run.move()


def step(
    graph: Graph,
    state: s.State,
    command: s.Command,
    data: Mapping[str, Any],
    now: datetime,
    *,
    decide: Decide | None = None,
    oracle: Oracle | None = None,
    reckon: Reckon | None = None,
) -> s.Move:
    """Advance a case by one command.

    :raises Stale: the command speaks of a token that is gone; nothing has changed
    :raises Impossible: the command does not fit this process; nothing has changed
    """
    if isinstance(command, s.Migrate):
        return migrate(graph, state, command, data, now, oracle, reckon)
    if isinstance(command, s.TakeBack):
        return _take_back(graph, state, command, data)
    run = Run(graph, state, data, now, decide, oracle, reckon)
    COMMANDS[type(command)](run, command)
    settle(run)
    return run.move()


def _take_back(graph: Graph, state: s.State, command: s.TakeBack, data: Mapping[str, Any]) -> s.Move:
    then = command.position
    if any(token.node not in graph.nodes for token in then.tokens):
        raise s.Impossible("The position to go back to belongs to another version.")
    return s.Move(replace(then, serial=max(then.serial, state.serial)), (), dict(data))


def _start_event(graph: Graph, wanted: str | None) -> str:
    if wanted:
        if wanted not in graph.starts:
            raise s.Impossible(f"There is no start event {wanted!r}; there is {', '.join(graph.starts)}.")
        return wanted
    plain = [id for id in graph.starts if graph.nodes[id].event is None]
    choice = plain or list(graph.starts)
    if len(choice) != 1:
        raise s.Impossible(f"Several start events; say which: {', '.join(choice)}.")
    return choice[0]


def settle(run: Run) -> None:
    """Let everything move until all tokens wait."""
    while True:
        while run.queue:
            _arrive(run, *run.queue.popleft())
        if run.emptied:
            _finish_scope(run, run.emptied.pop())
        elif not (run.graph.inclusive and release_inclusive(run)) and not (run.graph.conditional and _look_again(run)):
            return


def _arrive(run: Run, id: str, parent: str, flow: str, index: int) -> None:
    run.arrivals += 1
    if run.arrivals > MAX_ARRIVALS:
        raise s.Impossible(f"The process goes round without ever waiting, at {id!r}.")
    node = run.nodes[id]
    kind = node.kind
    if kind == "exclusiveGateway":
        arrive_exclusive(run, node, parent)
    elif kind == "parallelGateway":
        arrive_parallel(run, node, parent, flow)
    elif kind == "startEvent":
        run.effects.append(s.Enter(id))
        run.leave(node, parent)
    elif kind == "endEvent":
        _arrive_end(run, node, parent)
    elif kind == "intermediateCatchEvent":
        arrive_catch(run, node, parent)
    elif kind == "intermediateThrowEvent":
        _arrive_throw(run, node, parent)
    elif kind == "inclusiveGateway":
        arrive_inclusive(run, node, parent, flow)
    elif kind == "eventBasedGateway":
        arrive_event_gateway(run, node, parent)
    elif kind == "boundaryEvent":
        # Only an operator's move leads here: go on as if the event had happened.
        run.effects.append(s.Enter(id))
        run.leave(node, parent)
    else:
        arrive_activity(run, node, parent, flow, index)


def _arrive_throw(run: Run, node: Node, parent: str) -> None:
    if node.event_kind == "compensation":
        arrive_compensation(run, node, parent)
        return
    run.effects.append(s.Enter(node.id))
    # A real token stands here while it throws: whoever catches may take the scope away under us.
    token = run.new(node.id, parent)
    _throw(run, node, parent)
    if run.tokens.pop(token.id, None) is not None:
        run.leave(node, parent)


def _throw(run: Run, node: Node, parent: str) -> bool:
    """Throw what an event throws; False if it is an error or escalation that nobody catches."""
    event = node.event
    if event is None or event.kind in ("link", "terminate"):
        return True
    if event.kind in ("error", "escalation"):
        caught = catch_in_scope(run, event.kind, event.name, parent)
        if not caught:
            run.effects.append(s.Throw(event.kind, event.name, node.id))
            run.effects.append(s.LogLine(f"Nobody catches the {event.kind} {event.name!r}.", node.id))
        return caught
    run.effects.append(s.Throw(event.kind, event.name, node.id))
    if event.kind == "signal":
        deliver_signal(run, event.name)
    return True


def _arrive_end(run: Run, node: Node, parent: str) -> None:
    kind = node.event_kind
    if kind == "compensation":
        arrive_compensation(run, node, parent)
        return
    run.effects.append(s.Enter(node.id))
    note_end(run, node)
    if kind == "terminate":
        run.empty(parent, "terminated")
    caught = _throw(run, node, parent) if kind else True
    if kind == "error" and not caught:
        # Nobody is left to take it: the whole case ends here, as the drawing says.
        run.empty("", "terminated")
        run.emptied.append("")
    elif not parent or parent in run.tokens:
        run.emptied.append(parent)


def _finish_scope(run: Run, parent: str) -> None:
    """End a scope in which nothing is left but watchers."""
    inside = run.children(parent)
    # Start events here are those of event sub-processes; boundary events are those on the border of this scope.
    if any(run.nodes[token.node].kind not in ("startEvent", "boundaryEvent") for token in inside):
        return
    token = run.tokens.get(parent)
    if parent and token is None:
        return
    for watcher in inside:
        run.cancel(watcher, "completed")
    if token is None:
        run.effects.append(s.Done(run.ended[-1] if run.ended else ""))
        run.emptied.clear()
        return
    node = run.nodes[token.node]
    if node.event_subprocess:
        del run.tokens[token.id]
        run.effects.append(s.Leave(node.id, token.id))
        run.emptied.append(token.parent)
    else:
        complete(run, node, token)


def _look_again(run: Run) -> bool:
    """Ask the conditional events; let the first that has become true happen."""
    for token in list(run.tokens.values()):
        node = run.nodes[token.node]
        if node.event is None or node.event.kind != "conditional" or node.event.condition is None:
            continue
        answer = run.ask(node, node.event.condition, scope_of(run, token))
        if answer and not token.mark:
            trigger(run, token)
            return True
        if not answer and token.mark:
            run.tokens[token.id] = s.Token(token.id, token.node, token.parent, "", token.index)
    return False


def position(graph: Graph, state: s.State) -> tuple[str, ...]:
    """List the nodes where a case stands, for a picture: without watching events and the scopes and loops around."""
    holders = {token.parent for token in state.tokens if graph.nodes[token.node].kind != "boundaryEvent"}
    kinds = ("boundaryEvent", "startEvent")
    nodes = (t.node for t in state.tokens if t.id not in holders and graph.nodes[t.node].kind not in kinds)
    return tuple(dict.fromkeys(nodes))


def view(graph: Graph, state: s.State, token: str, data: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """Return the data as a token sees it: with its item and `loopCounter`, its inner names over the outer ones.

    :raises Stale: the token is gone
    """
    run = Run(graph, state, data, now, None, None)
    return run.view(run.get(token).id)
