"""What is drawn but cannot be meant: told once all elements are read and linked."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from balai.engine.process import process_graph as g
from balai.engine.process.bpmn_model import BpmnModel
from balai.engine.process.compile_text import Texts
from balai.engine.process.process_graph import Flow

Draft: TypeAlias = dict[str, Any]


class Checks:
    """Looks at each draft of a node among all others."""

    def __init__(self, model: BpmnModel, texts: Texts, drafts: Mapping[str, Draft]) -> None:
        self.model = model
        self.texts = texts
        self.drafts = drafts

    def look(self, draft: Draft) -> None:
        """Tell what is drawn but cannot be meant."""
        kind, element, event = draft["kind"], draft["element"], draft.get("event")
        apart = draft.get("event_subprocess") or draft["for_compensation"]
        if not draft["incoming"] and kind not in ("startEvent", "boundaryEvent") and not apart:
            self.texts.problem(element, "Nothing leads to this step.", "Draw a flow to it, or delete it.")
        if apart and (draft["incoming"] or draft["outgoing"]):
            self.texts.problem(element, "No flow may lead to or from it.", "Delete the flow; its event starts it.")
        if draft["incoming"] and kind == "boundaryEvent":
            self.texts.problem(element, "A flow leads to an event on a border.", "Lead it to the step after the event.")
        if kind == "startEvent":
            self._check_start(draft)
        if kind == "endEvent" and draft["outgoing"]:
            self.texts.problem(element, "An end event leads on.", "Delete the flow, or make it an intermediate event.")
        if kind in ("exclusiveGateway", "inclusiveGateway"):
            self._check_conditions(draft)
        if kind == "eventBasedGateway":
            self._check_event_gateway(draft)
        if kind == "intermediateCatchEvent" and event is None:
            self.texts.problem(
                element, "The event waits for nothing.", "Give it a timer, message, signal or condition."
            )
        if (
            kind.endswith(("Gateway", "CatchEvent", "boundaryEvent", "startEvent"))
            and not draft["outgoing"]
            and _leads(event)
        ):
            self.texts.problem(element, "Nothing follows this step.", "Draw a flow from it to what comes next.")
        if kind in ("parallelGateway", "eventBasedGateway"):
            for flow in draft["outgoing"]:
                if flow.condition is not None:
                    fix = "Delete the condition, or use an inclusive gateway."
                    self.texts.problem(element, f"The flow {flow.id!r} has a condition that is never asked.", fix)

    def _check_start(self, draft: Draft) -> None:
        inside = self.drafts.get(draft["parent"])
        if draft["incoming"]:
            self.texts.problem(draft["element"], "A flow leads to a start event.", "Lead it to the step after it.")
        if inside is not None and not inside.get("event_subprocess") and draft.get("event") is not None:
            fix = "Use a plain start event, or mark the sub-process as an event sub-process."
            self.texts.problem(draft["element"], "A sub-process cannot start by an event.", fix)
        event = draft.get("event")
        if inside is None and event is not None and event.kind not in g.AWAITED:
            fix = "Use a plain, timer, message, signal or conditional start event."
            self.texts.problem(draft["element"], f"A process cannot start by {event.kind}.", fix)

    def _check_conditions(self, draft: Draft) -> None:
        flows: list[Flow] = draft["outgoing"]
        ids = {flow.id for flow in flows}
        if draft["default"] and draft["default"] not in ids:
            fix = "Choose one of its own flows."
            self.texts.problem(draft["element"], f"The default flow {draft['default']!r} does not leave here.", fix)
        if len(flows) < 2:
            return
        for flow in flows:
            if flow.condition is None and flow.id != draft["default"]:
                element = self.model.by_id.get(flow.id, draft["element"])
                label = f" {flow.name!r}" if flow.name else ""
                fix = 'Give it a condition such as check.result = "complete", or make it the default flow.'
                self.texts.problem(element, f"The flow{label} from {draft['id']!r} has no condition.", fix)

    def _check_event_gateway(self, draft: Draft) -> None:
        for flow in draft["outgoing"]:
            target = self.drafts[flow.target]
            event = target.get("event")
            waits = target["kind"] == "receiveTask" or (
                target["kind"] == "intermediateCatchEvent" and event is not None and event.kind in g.AWAITED
            )
            if not waits or len(target["incoming"]) > 1 or target["boundaries"]:
                fix = "Follow it with timer, message, signal or conditional events that nothing else leads to."
                self.texts.problem(target["element"], "An event-based gateway cannot wait for this.", fix)


def _leads(event: g.Event | None) -> bool:
    """Tell whether something must follow the event."""
    return event is None or event.kind not in ("link", "compensation")
