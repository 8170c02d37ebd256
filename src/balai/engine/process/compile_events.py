"""The event definitions of a drawing: timers, messages, signals, errors and their kin."""

from balai.engine.process.bpmn_model import BpmnModel, Element
from balai.engine.process.compile_text import Texts
from balai.engine.process.process_graph import Event
from balai.engine.process.timers import TimerDefinition, parse_timer

SUFFIX = "EventDefinition"
# Which event may carry which definition; what is missing here is refused.
CATCHING = ("timer", "message", "signal", "conditional")
ALLOWED: dict[str, tuple[str, ...]] = {
    "startEvent": (*CATCHING, "error", "escalation", "compensate"),
    "endEvent": ("terminate", "error", "escalation", "signal", "message", "compensate"),
    "intermediateCatchEvent": (*CATCHING, "link"),
    "intermediateThrowEvent": ("message", "signal", "escalation", "link", "compensate"),
    "boundaryEvent": (*CATCHING, "error", "escalation", "compensate"),
}
NAMED = {"message": "messageRef", "signal": "signalRef", "error": "errorRef", "escalation": "escalationRef"}


def read_event(element: Element, model: BpmnModel, texts: Texts) -> Event | None:
    """Read what an event waits for or throws; None for a plain event."""
    definitions = [child for child in element.children if child.tag.endswith(SUFFIX)]
    for reference in element.all("eventDefinitionRef"):
        found = model.find(reference.text)
        if found is not None:
            definitions.append(found)
    if not definitions:
        return None
    if len(definitions) > 1:
        texts.problem(
            element, "The event waits for several things.", "Draw one event for each, after an event gateway."
        )
        return None
    definition = definitions[0]
    kind = definition.tag.removesuffix(SUFFIX)
    if kind not in ALLOWED[element.tag]:
        texts.problem(
            element, f"A {element.tag} of the kind {kind!r} cannot be executed.", "Use a plain task or event."
        )
        return None
    if kind == "timer":
        return Event("timer", timer=_timer(element, definition, texts))
    if kind == "conditional":
        return _conditional(element, definition, texts)
    if kind == "link":
        return Event("link", definition.name or element.name or element.id)
    if kind == "compensate":
        return Event("compensation", definition.get("activityRef").rpartition(":")[2])
    return Event(kind, _name(element, definition, kind, model)) if kind in NAMED else Event(kind)


def _name(element: Element, definition: Element, kind: str, model: BpmnModel) -> str:
    """Return the name of the message or signal, or the code of the error or escalation."""
    reference = definition.get(NAMED[kind])
    target = model.find(reference) if reference else None
    if kind in ("error", "escalation"):
        catches = element.tag in ("boundaryEvent", "startEvent")
        nameless = "" if catches else element.name or element.id
        return (target.get(f"{kind}Code") or target.name or target.id) if target else nameless
    return (target.name or target.id) if target else element.name or element.id


def _timer(element: Element, definition: Element, texts: Texts) -> TimerDefinition | None:
    parts = definition.all("timeDate", "timeDuration", "timeCycle")
    part = parts[0] if parts else None
    text = part.text.strip() if part else ""
    if part is None or not text:
        texts.problem(
            element, "The timer does not say when.", "Give it a duration such as P10D, a date or an expression."
        )
        return None
    kind = part.tag.removeprefix("time").lower()
    if text.startswith(("=", "${", "#{")):
        expression = texts.expression(element, text, part.get("language"), "The timer does not say when.")
        return TimerDefinition(kind, text.removeprefix("=").strip(), expression=expression)
    try:
        return parse_timer(kind, text)
    except ValueError as error:
        fix = {
            "duration": "Write for example P10D (ten days), PT2H (two hours), or an expression after =.",
            "date": "Write for example 2026-12-31T08:00:00+08:00, or an expression after = such as = booking.date.",
            "cycle": "Write for example R3/P1D (three times, a day apart).",
        }[kind]
        texts.problem(element, f"The timer cannot be read: {error}.", fix)
        return None


def _conditional(element: Element, definition: Element, texts: Texts) -> Event:
    condition = definition.first("condition")
    text = condition.text if condition else ""
    language = condition.get("language") if condition else ""
    return Event("conditional", condition=texts.expression(element, text, language, "The event has no condition."))
