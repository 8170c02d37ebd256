"""A called process becomes part of the caller: its nodes are copied under the call activity, as `call:node`."""

from collections.abc import Iterable
from dataclasses import replace

from balai.engine.process.bpmn_model import BpmnModel, Element
from balai.engine.process.process_graph import Event, Flow, Node


def called_task(element: Element, model: BpmnModel) -> str:
    """Name the kind of task a call activity calls, "" if it calls a process or one outside this file."""
    called = model.find(element.get("calledElement")) if element.tag == "callActivity" else None
    if called is None or not called.tag.startswith("global"):
        return ""
    name = called.tag.removeprefix("global")
    return name[0].lower() + name[1:]


def prefixed(node: Node, prefix: str, call: str) -> Node:
    """Copy a node of a called process under the call activity that calls it."""

    def rename(flow: Flow) -> Flow:
        return replace(flow, id=prefix + flow.id, source=prefix + flow.source, target=prefix + flow.target)

    def ids(values: Iterable[str]) -> tuple[str, ...]:
        return tuple(prefix + value for value in values)

    return replace(
        node,
        id=prefix + node.id,
        parent=prefix + node.parent if node.parent else call,
        incoming=ids(node.incoming),
        outgoing=tuple(rename(flow) for flow in node.outgoing),
        default=prefix + node.default if node.default else "",
        attached_to=prefix + node.attached_to if node.attached_to else "",
        boundaries=ids(node.boundaries),
        starts=ids(node.starts),
        handlers=ids(node.handlers),
        compensation=prefix + node.compensation if node.compensation else "",
        event=_prefixed_event(node.event, prefix),
        joins={prefix + flow: frozenset(ids(sources)) for flow, sources in node.joins.items()},
        onward=rename(node.onward) if node.onward else None,
    )


def _prefixed_event(event: Event | None, prefix: str) -> Event | None:
    if event is not None and event.kind == "compensation" and event.name:
        return replace(event, name=prefix + event.name)
    return event
