"""BPMN to a frozen graph: everything that cannot be executed is told at once, with its line and a way out."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from balai.engine.problems import Problem, Problems
from balai.engine.process import process_graph as g
from balai.engine.process.bpmn_model import BpmnModel, Element, read_model
from balai.engine.process.compile_calls import called_task, prefixed
from balai.engine.process.compile_checks import Checks, Draft
from balai.engine.process.compile_events import read_event
from balai.engine.process.compile_loops import read_loop
from balai.engine.process.compile_text import ExpressionCompiler, Texts
from balai.engine.process.process_graph import Flow, Graph, Node
from balai.engine.process.reach import joins_of, onward_of

EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
REFUSED = {
    "complexGateway": "Use exclusive, parallel and inclusive gateways.",
    "transaction": "Use a sub-process with an error event at its border, and compensation for what must be undone.",
    "adHocSubProcess": "Draw the order, or a parallel gateway with one task each.",
    "subChoreography": "Draw a process, not a choreography.",
    "choreographyTask": "Draw a process, not a choreography.",
    "callChoreography": "Draw a process, not a choreography.",
    "implicitThrowEvent": "Draw the event.",
}
# Elements that say something to readers or to data modelling, and nothing to the stepper.
SILENT = frozenset(
    {
        "association",
        "auditing",
        "category",
        "correlationSubscription",
        "dataInputAssociation",
        "dataObject",
        "dataObjectReference",
        "dataOutputAssociation",
        "dataStoreReference",
        "documentation",
        "extensionElements",
        "group",
        "humanPerformer",
        "incoming",
        "ioBinding",
        "ioSpecification",
        "laneSet",
        "monitoring",
        "multiInstanceLoopCharacteristics",
        "outgoing",
        "performer",
        "potentialOwner",
        "property",
        "rendering",
        "resourceRole",
        "script",
        "standardLoopCharacteristics",
        "supports",
        "textAnnotation",
    }
)


def compile_bpmn(
    xml: bytes,
    *,
    file: str = "process.bpmn",
    process_id: str | None = None,
    called: Mapping[str, Graph] | None = None,
    compile_expression: ExpressionCompiler | None = None,
) -> Graph:
    """Compile one process of a BPMN file into a graph that can be stepped.

    `called` holds the compiled processes that call activities name, by process id. `compile_expression` is
    `balai.engine.rules.compile_expression` unless given.

    :raises Problems: every element that cannot be executed, with line and a way out, all at once
    """
    model = read_model(xml, file=file)
    process = _choose(model, process_id)
    source = _Source(xml, model, called or {}, compile_expression)
    named = bool(process_id) and len(model.processes) > 1
    return _compile(source, process, (), named)


@dataclass(frozen=True, slots=True)
class _Source:
    """What a compilation works from; a file may hold several processes that call each other."""

    xml: bytes
    model: BpmnModel
    called: Mapping[str, Graph]
    compile_expression: ExpressionCompiler | None


def _compile(source: _Source, process: Element, callers: tuple[str, ...], named: bool) -> Graph:
    texts = Texts(source.model.file, source.compile_expression)
    compiler = _Compiler(source, texts, (*callers, process.id))
    compiler.read_scope(process, "")
    compiler.link()
    if texts.problems:
        raise Problems(sorted(dict.fromkeys(texts.problems), key=lambda problem: problem.line))
    return Graph(
        key=_key(source.xml, compiler.used, process.id if named else ""),
        id=process.id,
        name=process.name,
        file=source.model.file,
        nodes=MappingProxyType(compiler.freeze()),
        starts=tuple(compiler.starts.get("", ())),
        handlers=tuple(compiler.handlers.get("", ())),
        xml=source.xml,
    )


def _key(xml: bytes, used: Mapping[str, Graph], process: str) -> str:
    """Hash the file, and what beside it makes the graph: other files called, the process that was named."""
    key = hashlib.sha256(xml)
    own = key.hexdigest()
    for other in sorted({graph.key for graph in used.values()} - {own}):
        key.update(other.encode())
    key.update(process.encode())
    return key.hexdigest()


def _choose(model: BpmnModel, process_id: str | None) -> Element:
    processes = [p for p in model.processes if any(child.tag == "startEvent" for child in p.children)]
    if process_id is not None:
        chosen = [p for p in model.processes if p.id == process_id]
        fix = f"Processes in the file: {', '.join(p.id for p in model.processes) or 'none'}."
        if not chosen:
            raise Problems([Problem(f"There is no process {process_id!r}.", fix, model.file, 1)])
        return chosen[0]
    if len(processes) > 1:
        processes = [p for p in processes if p.get("isExecutable") == "true"] or processes
    if not processes:
        fix = "Draw a process that begins with a start event."
        raise Problems([Problem("The file holds no process with a start event.", fix, model.file, 1)])
    if len(processes) > 1:
        names = ", ".join(p.id for p in processes)
        fix = f"Mark one of them as executable: {names}."
        raise Problems([Problem("The file holds several processes.", fix, model.file, processes[1].line)])
    return processes[0]


class _Compiler:
    """Collects the drafts of all nodes, then links and freezes them."""

    def __init__(self, source: _Source, texts: Texts, callers: tuple[str, ...]) -> None:
        self.source = source
        self.model = source.model
        self.texts = texts
        self.callers = callers
        self.used: dict[str, Graph] = {}
        self.drafts: dict[str, Draft] = {}
        self.flows: list[Flow] = []
        self.starts: dict[str, list[str]] = {}
        self.handlers: dict[str, list[str]] = {}
        self.inlined: dict[str, Node] = {}

    # ---- reading

    def read_scope(self, container: Element, parent: str) -> None:
        """Read the nodes and flows of a process or sub-process."""
        lanes = _lanes(container, self.model)
        for element in container.children:
            self._read_element(element, parent, lanes)
        for element in container.all("sequenceFlow"):
            self._read_flow(element)
        for element in container.all("association"):
            self._read_association(element)
        if parent and len(self.starts.get(parent, ())) != 1:
            self.texts.problem(container, "A sub-process needs exactly one start event.", "Draw one inside it.")

    def _read_element(self, element: Element, parent: str, lanes: Mapping[str, str]) -> None:
        tag = element.tag
        if tag in REFUSED:
            self.texts.problem(element, f"A {tag} cannot be executed.", REFUSED[tag])
        elif tag in EVENTS or tag in g.ACTIVITIES or tag in g.GATEWAYS:
            self._read_node(element, parent, lanes)
        elif tag not in SILENT and tag != "sequenceFlow":
            self.texts.problem(element, f"A {tag} is not known here.", "Remove it, or use a plain task.")

    def _read_node(self, element: Element, parent: str, lanes: Mapping[str, str]) -> None:
        if not element.id:
            self.texts.problem(element, f"The {element.tag} has no id.", "Give it one in the editor.")
            return
        draft: Draft = {
            "id": element.id,
            "kind": element.tag,
            "name": element.name,
            "documentation": "\n".join(child.text for child in element.all("documentation") if child.text),
            "lane": lanes.get(element.id, ""),
            "line": element.line,
            "parent": parent,
            "default": element.get("default"),
            "element": element,
            "for_compensation": element.get("isForCompensation") == "true",
        }
        self.drafts[element.id] = draft
        if element.tag in EVENTS:
            self._read_event(element, draft)
        elif element.tag in g.ACTIVITIES:
            self._read_activity(element, draft)
        elif element.tag == "eventBasedGateway" and element.get("instantiate") == "true":
            self.texts.problem(
                element, "A gateway cannot start a process here.", "Draw one start event for each event."
            )

    def _read_event(self, element: Element, draft: Draft) -> None:
        draft["event"] = read_event(element, self.model, self.texts)
        kind = draft["event"].kind if draft["event"] else ""
        if element.tag == "startEvent":
            self.starts.setdefault(draft["parent"], []).append(element.id)
            draft["interrupting"] = element.get("isInterrupting", "true") == "true"
        elif element.tag == "boundaryEvent":
            draft["attached_to"] = element.get("attachedToRef").rpartition(":")[2]
            draft["interrupting"] = element.get("cancelActivity", "true") == "true"
            if kind == "error" and not draft["interrupting"]:
                self.texts.problem(
                    element, "An error always interrupts.", "Make the event interrupting, or use escalation."
                )

    def _read_activity(self, element: Element, draft: Draft) -> None:
        draft["loop"] = read_loop(element, self.model, self.texts)
        if element.tag == "subProcess":
            draft["event_subprocess"] = element.get("triggeredByEvent") == "true"
            self.read_scope(element, element.id)
            if draft["event_subprocess"]:
                self._read_handler(element, draft)
        elif element.tag == "callActivity":
            self._read_call(element, draft)
        elif element.tag == "scriptTask":
            script = element.first("script")
            draft["script"] = self.texts.expression(
                element, script.text if script else "", element.get("scriptFormat"), "The script task has no script."
            )
        elif element.tag == "receiveTask":
            if element.get("instantiate") == "true":
                self.texts.problem(element, "A receive task cannot start a process here.", "Use a message start event.")
            reference = element.get("messageRef")
            message = self.model.find(reference) if reference else None
            draft["event"] = g.Event("message", message.name or message.id if message else element.name or element.id)

    def _read_handler(self, element: Element, draft: Draft) -> None:
        starts = self.starts.get(element.id, [])
        if len(starts) != 1:
            return
        start = self.drafts[starts[0]]
        event = start.get("event")
        if event is None or event.kind not in g.AWAITED | {"error", "escalation"}:
            fix = "Give its start event a timer, message, signal, condition, error or escalation."
            self.texts.problem(element, "Nothing can start this event sub-process.", fix)
        if event is not None and event.kind == "error" and not start["interrupting"]:
            self.texts.problem(element, "An error always interrupts.", "Make the start event interrupting.")
        self.handlers.setdefault(draft["parent"], []).append(element.id)

    def _read_call(self, element: Element, draft: Draft) -> None:
        """Copy in the called process; a called global task is a task of its kind."""
        kind = called_task(element, self.model)
        if kind:
            draft["kind"] = kind if kind in g.WORK else "task"
            return
        name = element.get("calledElement").rpartition(":")[2]
        graph = self._called(element, name)
        if graph is None:
            return
        self.used[name] = graph
        prefix = f"{element.id}:"
        self.starts[element.id] = [prefix + id for id in graph.starts if not graph.nodes[id].event]
        self.handlers[element.id] = [prefix + id for id in graph.handlers]
        if len(self.starts[element.id]) != 1:
            fix = "Give the called process one start event without a symbol."
            self.texts.problem(element, f"The called process {name!r} cannot be called.", fix)
        for node in graph.nodes.values():
            self.inlined[prefix + node.id] = prefixed(node, prefix, element.id)

    def _called(self, element: Element, name: str) -> Graph | None:
        """Find a called process among those given, else in the same file."""
        if name in self.source.called:
            return self.source.called[name]
        own = self.model.by_id.get(name)
        if name in self.callers:
            self.texts.problem(element, f"The process {name!r} calls itself.", "Use a loop instead.")
        elif own is not None and own.tag == "process":
            try:
                return _compile(self.source, own, self.callers, False)
            except Problems as problems:
                self.texts.problems.extend(problems.problems)
        else:
            known = ", ".join((*self.source.called, *(p.id for p in self.model.processes if p.id not in self.callers)))
            fix = f"Known: {known}." if known else "Draw it here as a sub-process, or use a task."
            self.texts.problem(element, f"The called process {name!r} is not there.", fix)
        return None

    def _read_flow(self, element: Element) -> None:
        source, target = (element.get(name).rpartition(":")[2] for name in ("sourceRef", "targetRef"))
        condition = element.first("conditionExpression")
        text = condition.text if condition else ""
        compiled = None
        if condition is not None and text:
            language = condition.get("language")
            compiled = self.texts.expression(element, text, language, "The flow has no condition.")
        flow = Flow(element.id, source, target, element.name, compiled, text.removeprefix("=").strip(), element.line)
        self.flows.append(flow)

    def _read_association(self, element: Element) -> None:
        source, target = (element.get(name).rpartition(":")[2] for name in ("sourceRef", "targetRef"))
        for one, other in ((source, target), (target, source)):
            event = self.drafts.get(one, {}).get("event")
            if event is not None and event.kind == "compensation" and other in self.drafts:
                activity = self.drafts[one].get("attached_to")
                if activity in self.drafts:
                    self.drafts[activity]["compensation"] = other

    # ---- linking

    def link(self) -> None:
        """Connect flows, boundaries and links, and tell what does not fit together."""
        for draft in self.drafts.values():
            draft["incoming"], draft["outgoing"], draft["boundaries"] = [], [], []
        for flow in self.flows:
            self._link_flow(flow)
        self._link_links()
        for draft in self.drafts.values():
            if draft["kind"] == "boundaryEvent":
                self._link_boundary(draft)
        if not self.texts.problems:
            checks = Checks(self.model, self.texts, self.drafts)
            for draft in self.drafts.values():
                checks.look(draft)

    def _link_flow(self, flow: Flow) -> None:
        ends = (self.drafts.get(flow.source), self.drafts.get(flow.target))
        element = self.model.by_id.get(flow.id) or self.model.root
        for id, draft in zip((flow.source, flow.target), ends, strict=True):
            if draft is None:
                self.texts.problem(element, f"The flow touches {id!r}, which is not a step here.", "Draw it again.")
        if ends[0] is None or ends[1] is None:
            return
        if ends[0]["parent"] != ends[1]["parent"]:
            fix = "Begin and end it on the same side of the border."
            self.texts.problem(element, "The flow crosses the border of a sub-process.", fix)
        ends[0]["outgoing"].append(flow)
        ends[1]["incoming"].append(flow.id)

    def _link_links(self) -> None:
        """Turn each pair of link events into a flow."""
        links = [d for d in self.drafts.values() if d.get("event") is not None and d["event"].kind == "link"]
        catches = {(d["parent"], d["event"].name): d for d in links if d["kind"] == "intermediateCatchEvent"}
        for draft in links:
            if draft["kind"] != "intermediateThrowEvent":
                continue
            catch = catches.get((draft["parent"], draft["event"].name))
            if catch is None:
                fix = "Draw the other end of the link with the same name, in the same (sub-)process."
                self.texts.problem(draft["element"], f"The link {draft['event'].name!r} leads nowhere.", fix)
                continue
            flow = Flow(f"{draft['id']}>", draft["id"], catch["id"], draft["event"].name)
            draft["outgoing"].append(flow)
            catch["incoming"].append(flow.id)

    def _link_boundary(self, draft: Draft) -> None:
        host = self.drafts.get(draft["attached_to"])
        if host is None or host["kind"] not in g.ACTIVITIES:
            self.texts.problem(
                draft["element"], "The event is attached to nothing.", "Drop it onto the border of a task."
            )
            return
        event = draft.get("event")
        if event is None or event.kind not in g.AWAITED | {"error", "escalation", "compensation"}:
            fix = "Give it a timer, message, signal, condition, error or escalation."
            self.texts.problem(draft["element"], "Nothing can bring about this event.", fix)
        elif event.kind != "compensation":
            host["boundaries"].append(draft["id"])
        elif not host.get("compensation"):
            fix = "Draw an association from the event to the task that undoes it (marked as compensation)."
            self.texts.problem(draft["element"], "The compensation event names no task.", fix)

    # ---- freezing

    def freeze(self) -> dict[str, Node]:
        """Build the frozen nodes."""
        nodes: dict[str, Node] = {}
        sources = self.sources()
        for draft in self.drafts.values():
            fields = {key: value for key, value in draft.items() if key != "element"}
            for name in ("incoming", "outgoing", "boundaries"):
                fields[name] = tuple(fields[name])
            fields["starts"] = tuple(self.starts.get(draft["id"], ()))
            fields["handlers"] = tuple(self.handlers.get(draft["id"], ()))
            fields["onward"] = onward_of(fields["kind"], fields["outgoing"])
            if fields["kind"] == "inclusiveGateway" and len(fields["incoming"]) > 1:
                fields["joins"] = joins_of(draft["id"], self.flows_by_target(draft["id"]), sources)
            nodes[draft["id"]] = Node(**fields)
        return nodes | self.inlined

    def flows_by_target(self, target: str) -> dict[str, str]:
        """Map each incoming flow of a node to the node it comes from."""
        return {
            flow.id: draft["id"]
            for draft in self.drafts.values()
            for flow in draft["outgoing"]
            if flow.target == target
        }

    def sources(self) -> dict[str, list[str]]:
        """Map each node to those that lead to it in one step; an activity also leads where its boundary events do."""
        sources: dict[str, list[str]] = {id: [] for id in self.drafts}
        for draft in self.drafts.values():
            for flow in draft["outgoing"]:
                sources[flow.target].extend(filter(None, (draft["id"], draft.get("attached_to"))))
        return sources


def _lanes(container: Element, model: BpmnModel) -> dict[str, str]:
    """Map each node to the name of its innermost lane."""
    lanes: dict[str, str] = {}

    def walk(lane_set: Element) -> None:
        for lane in lane_set.all("lane"):
            for reference in lane.all("flowNodeRef"):
                lanes[reference.text.rpartition(":")[2]] = lane.name or lane.id
            for child in lane.all("childLaneSet"):
                walk(child)

    for lane_set in container.all("laneSet"):
        walk(lane_set)
    return lanes
