"""What lies before a case: the straight way from where it stands to a wished end, and what may come instead.

For people who wait, not for the stepper: nothing is evaluated, so every way out of a choice is possible.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from balai.engine.process.process_graph import SCOPES, Graph, Node
from balai.engine.process.state import State


@dataclass(frozen=True, slots=True)
class Outlook:
    """`way`: the elements on the straight way, in order, without those the case stands on; `aside`: by the element where
    it leaves the way, what may come there instead."""

    way: tuple[str, ...]
    aside: Mapping[str, tuple[str, ...]]


def look_ahead(graph: Graph, live: Collection[str], wished: Collection[str] = ()) -> Outlook:
    """Tell what comes next and what may come; `wished` are the end events people hope for, none means any."""
    around = {part for id in live if id in graph.nodes for part in graph.scope(id)}  # a part one stands in is no place
    places = [id for id in graph.nodes if id in live and id not in around and not graph.nodes[id].attached_to]
    near = _distances(graph, [id for id in wished if id in graph.nodes])
    nearest_end = _distances(graph, [node.id for node in graph.end_events])
    seen: dict[str, int] = {}
    for place in places:
        table = near if place in near else nearest_end
        _follow(graph, place, table, seen)
    way = sorted((id for id in seen if id not in places), key=lambda id: -seen[id])
    return Outlook(tuple(way), dict(_asides(graph, [*places, *way])))


def _follow(graph: Graph, place: str, table: Mapping[str, int], seen: dict[str, int]) -> None:
    """Walk the shortest way to an end; where the drawing splits, every branch is on it."""
    ahead = [place]
    while ahead:
        id = ahead.pop()
        if id in seen or id not in table:
            continue
        seen[id] = table[id]
        onward = [target for target in _onward(graph, graph.nodes[id]) if target in table]
        splits = graph.nodes[id].kind == "parallelGateway"
        ahead += onward if splits else sorted(onward, key=lambda target: table[target])[:1]


def _onward(graph: Graph, node: Node) -> tuple[str, ...]:
    """List where a token goes on from an element: into a part, out of it, along a link, or along its flows."""
    if node.kind in SCOPES and node.starts:
        return node.starts
    if node.kind == "endEvent" and node.parent:
        return tuple(flow.target for flow in graph.nodes[node.parent].outgoing)
    if node.event_kind == "link" and not node.outgoing:
        name = node.event.name if node.event else ""
        return tuple(
            other.id
            for other in graph.nodes.values()
            if other.kind == "intermediateCatchEvent" and other.event_kind == "link" and other.event
            if other.event.name == name and other.parent == node.parent
        )
    return tuple(flow.target for flow in node.outgoing)


def _distances(graph: Graph, ends: Collection[str]) -> dict[str, int]:
    """Count the flows from each element to the nearest of some ends; what cannot come there is left out."""
    sources: dict[str, list[str]] = {}
    for node in graph.nodes.values():
        for target in _onward(graph, node):
            sources.setdefault(target, []).append(node.id)
    found, ahead = dict.fromkeys(ends, 0), deque(ends)
    while ahead:
        id = ahead.popleft()
        for source in sources.get(id, ()):
            if source not in found:
                found[source] = found[id] + 1
                ahead.append(source)
    return found


def _asides(graph: Graph, main: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Collect, for each element of the way in order, what lies off it; told once, where it is first met."""
    told = set(main)
    for id in main:
        ahead, found = deque(_branches(graph, id)), []
        while ahead:
            branch = ahead.popleft()
            if branch in told:
                continue
            told.add(branch)
            found.append(branch)
            ahead += _branches(graph, branch)
        if found:
            yield id, tuple(found)


def _branches(graph: Graph, id: str) -> list[str]:
    node = graph.nodes[id]
    watchers = [target for event in node.boundaries for target in _onward(graph, graph.nodes[event])]
    return [*_onward(graph, node), *watchers]


def list_awaited(graph: Graph) -> tuple[Node, ...]:
    """List the nodes at which a running case waits for a message: not those that throw one, nor the start of the process itself."""
    throwing = ("endEvent", "intermediateThrowEvent")
    return tuple(
        node for node in graph.nodes.values()
        if node.event_kind == "message" and node.kind not in throwing and node.id not in graph.starts
    )  # fmt: skip


def awaited_messages(graph: Graph, state: State) -> frozenset[str]:
    """Name the messages that a case waits for where it stands."""
    waiting = {node.id: node.event.name for node in list_awaited(graph) if node.event is not None}
    return frozenset(waiting[token.node] for token in state.tokens if token.node in waiting)
