"""A task that is drawn as one and done as several: asked for, looked at, sent back until it holds, then told; with a term of its own."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from balai.engine.process.process_graph import Event, Flow, Graph, Node
from balai.engine.process.reach import onward_of
from balai.engine.process.timers import CountedSpan, TimerDefinition, TimerExpression, parse_duration


class Expansion(NamedTuple):
    """What one element becomes: itself asks, `check` looks at the answer, `result` asks `holds`, `tell` goes on; or `late` comes."""

    id: str
    check: str
    result: str
    tell: str
    holds: TimerExpression
    holds_text: str
    late: str  # the border event that comes when `span` is over before there is an answer
    span: CountedSpan

    @property
    def added(self) -> tuple[str, ...]:
        """The elements that are not in the drawing."""
        return (self.check, self.result, self.tell)


def expand(graph: Graph, expansions: Iterable[Expansion]) -> Graph:
    """Return the graph with elements expanded, with a key of its own; what led from one leads from its last part."""
    for one in expansions:
        graph = _expand(graph, one)
    return graph


def _expand(graph: Graph, one: Expansion) -> Graph:
    nodes = dict(graph.nodes)
    asked, late = nodes[one.id], nodes[one.late]
    answer, again = Flow(f"{one.id}_answer", one.id, one.check), Flow(f"{one.id}_again", one.result, one.id)
    looked = Flow(f"{one.id}_looked", one.check, one.result)
    taken = Flow(f"{one.id}_taken", one.result, one.tell, condition=one.holds, condition_text=one.holds_text)
    onward = tuple(replace(flow, source=one.tell) for flow in asked.outgoing)

    def part(id: str, kind: str, incoming: Flow, *outgoing: Flow, default: str = "") -> Node:
        return Node(
            id, kind, asked.name, line=asked.line, lane=asked.lane, parent=asked.parent, incoming=(incoming.id,),
            outgoing=outgoing, default=default, onward=onward_of(kind, outgoing),
        )  # fmt: skip

    incoming = (*asked.incoming, again.id)
    nodes[one.id] = replace(asked, kind="userTask", incoming=incoming, outgoing=(answer,), onward=answer)
    nodes[one.check] = part(one.check, "userTask", answer, looked)
    nodes[one.result] = part(one.result, "exclusiveGateway", looked, taken, again, default=again.id)
    nodes[one.tell] = part(one.tell, "serviceTask", taken, *onward)
    timer = TimerDefinition("duration", "P14D", parse_duration("P14D"), span=one.span)
    nodes[one.late] = replace(late, event=Event("timer", timer=timer))
    for id, node in nodes.items():
        if node.joins:
            wider = {flow: far | set(one.added) if one.id in far else far for flow, far in node.joins.items()}
            nodes[id] = replace(node, joins=wider)
    told = f"\0{one.id}>{','.join(one.added)}>{one.late}={one.span.amount} {one.span.unit}"
    key = hashlib.sha256(f"{graph.key}{told}".encode()).hexdigest()
    return replace(graph, nodes=MappingProxyType(nodes), key=key)


def with_term(graph: Graph, late: str, span: CountedSpan) -> Graph:
    """Return the graph in which a border event comes when a time is over, counted by the unit's calendar, with a key of its own."""
    timer = TimerDefinition("duration", "P14D", parse_duration("P14D"), span=span)
    nodes = {**graph.nodes, late: replace(graph.nodes[late], event=Event("timer", timer=timer))}
    key = hashlib.sha256(f"{graph.key}\0{late}={span.amount} {span.unit}".encode()).hexdigest()
    return replace(graph, nodes=MappingProxyType(nodes), key=key)
