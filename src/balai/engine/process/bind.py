"""Timers that a calendar counts: the drawing stays plain, and what it cannot say (working days) is bound to it by id."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from balai.engine.process.process_graph import Graph, Node
from balai.engine.process.timers import CountedSpan, Cycle


def bind_timers(graph: Graph, spans: Mapping[str, CountedSpan]) -> Graph:
    """Return the graph with spans bound to its timers, by the ids of their events; it has a key of its own.

    :raises ValueError: an id names no timer that a span can be bound to
    """
    if not spans:
        return graph
    nodes = dict(graph.nodes)
    for id, span in spans.items():
        node = nodes.get(id)
        if node is None or not countable(node) or node.event is None or node.event.timer is None:
            raise ValueError(f"{id!r} is no timer that counts a plain duration or cycle")
        nodes[id] = replace(node, event=replace(node.event, timer=replace(node.event.timer, span=span)))
    told = "".join(f"\0{id}={spans[id].amount} {spans[id].unit}" for id in sorted(spans))
    key = hashlib.sha256(f"{graph.key}{told}".encode()).hexdigest()
    return replace(graph, nodes=MappingProxyType(nodes), key=key)


def countable(node: Node) -> str:
    """Tell what a timer counts that a span can take the place of: duration or cycle, "" for anything else."""
    timer = node.event.timer if node.event else None
    if timer is None or timer.expression is not None or timer.kind == "date":
        return ""
    fixed = isinstance(timer.value, Cycle) and timer.value.start is not None
    return "" if fixed else timer.kind
