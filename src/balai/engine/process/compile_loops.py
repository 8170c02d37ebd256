"""The loop markers of an activity: while loops, and one instance for each item of a list."""

import re

from balai.engine.process.bpmn_model import BpmnModel, Element
from balai.engine.process.compile_text import Texts
from balai.engine.process.process_graph import Loop
from balai.engine.process.timers import TimerExpression


def read_loop(element: Element, model: BpmnModel, texts: Texts) -> Loop | None:
    """Read how often an activity is done; None for once."""
    loop = element.first("standardLoopCharacteristics")
    if loop is not None:
        return _standard(element, loop, texts)
    many = element.first("multiInstanceLoopCharacteristics")
    return _many(element, many, model, texts) if many is not None else None


def _standard(element: Element, loop: Element, texts: Texts) -> Loop | None:
    maximum = loop.get("loopMaximum") or "0"
    condition = _optional(element, loop.first("loopCondition"), texts)
    if condition is None and maximum == "0":
        fix = "Give the loop a condition (go on while …) or a maximum."
        texts.problem(element, "The loop never ends.", fix)
        return None
    if not maximum.isdigit():
        texts.problem(element, f"The loop's maximum {maximum!r} is no number.", "Write a whole number.")
        return None
    before = loop.get("testBefore") == "true"
    return Loop("standard", condition=condition, test_before=before, maximum=int(maximum))


def _many(element: Element, many: Element, model: BpmnModel, texts: Texts) -> Loop | None:
    kind = "sequential" if many.get("isSequential") == "true" else "parallel"
    until = _optional(element, many.first("completionCondition"), texts)
    cardinality = _optional(element, many.first("loopCardinality"), texts)
    source, item = _collection(element, many, model)
    collection = texts.expression(element, source, "", "The list is not named.") if source else None
    if cardinality is None and collection is None:
        fix = "Give a number (loop cardinality) or a list (input collection) in the editor."
        texts.problem(element, "It does not say how many instances there are.", fix)
        return None
    return Loop(kind, cardinality, collection, item or "item", until)


def _optional(element: Element, part: Element | None, texts: Texts) -> TimerExpression | None:
    if part is None or not part.text:
        return None
    return texts.expression(element, part.text, part.get("language"), "The loop's condition is empty.")


def _collection(element: Element, many: Element, model: BpmnModel) -> tuple[str, str]:
    """Find the list's FEEL text and the name of an item: by the standard, or as common editors write it."""
    reference = many.first("loopDataInputRef")
    item = many.first("inputDataItem")
    if reference is not None and reference.text:
        found = model.find(reference.text)
        name = found.name or found.id if found is not None else reference.text
        return name, (item.name or item.id) if item is not None else ""
    for extension in many.all("extensionElements"):
        for foreign in extension.foreign:
            pairs = dict(re.findall(r'(inputCollection|inputElement)="([^"]*)"', foreign))
            if pairs.get("inputCollection"):
                return pairs["inputCollection"], pairs.get("inputElement", "")
    collection = next((v for k, v in many.attributes.items() if k.endswith("}collection")), "")
    variable = next((v for k, v in many.attributes.items() if k.endswith("}elementVariable")), "")
    return collection, variable
