"""What can be known of the ways through a graph before it runs."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from balai.engine.process.process_graph import ACTIVITIES, Flow, Graph, Node


def onward_of(kind: str, outgoing: Sequence[Flow]) -> Flow | None:
    """Return the only way out of a node if it needs no question, else None."""
    if len(outgoing) != 1:
        return None
    flow = outgoing[0]
    # A single flow out of an activity may carry a condition (BPMN's mini diamond); out of a gateway it is asked too.
    asked = flow.condition is not None and (kind in ACTIVITIES or kind in ("exclusiveGateway", "inclusiveGateway"))
    return None if asked else flow


def joins_of(join: str, flows: Mapping[str, str], sources: Mapping[str, Sequence[str]]) -> dict[str, frozenset[str]]:
    """Map each incoming flow of a join to the nodes from which a token can still arrive by it, not passing the join.

    `flows` maps the incoming flows to the nodes they leave; `sources` maps each node to those that lead to it.
    """
    return {flow: _upstream(join, source, sources) for flow, source in flows.items()}


def _upstream(join: str, source: str, sources: Mapping[str, Sequence[str]]) -> frozenset[str]:
    seen: set[str] = set()
    open_nodes = [source]
    while open_nodes:
        node = open_nodes.pop()
        if node == join or node in seen:
            continue
        seen.add(node)
        open_nodes.extend(sources[node])
    return frozenset(seen)


def reached_without(graph: Graph, stops: Collection[str]) -> frozenset[str]:
    """Return the nodes a case can come to without having done any of `stops` before; conditions are not asked."""
    seen: set[str] = set()
    handled = [graph.nodes[handler] for handler in graph.handlers]
    open_nodes = [*graph.starts, *(start for node in handled for start in node.starts)]
    while open_nodes:
        node = graph.nodes[open_nodes.pop()]
        if node.id not in seen:
            seen.add(node.id)
            open_nodes.extend(node.boundaries if node.id in stops else _following(graph, node))
    return frozenset(seen)


def _following(graph: Graph, node: Node) -> Iterator[str]:
    yield from node.boundaries
    yield from node.starts
    yield from (start for handler in node.handlers for start in graph.nodes[handler].starts)
    if not node.starts or node.loop is not None:  # a part without rounds is passed by
        yield from (flow.target for flow in node.outgoing)
    if not node.outgoing and node.parent:
        yield from (flow.target for flow in graph.nodes[node.parent].outgoing)
