"""The shapes of a drawing: pools, lanes, tasks, events, gateways, data and notes."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from balai.engine.process import symbols
from balai.engine.process.bpmn_model import Bounds, BpmnModel, Diagram, Edge, Element, Shape
from balai.engine.process.compile_calls import called_task
from balai.engine.process.lettering import LINE, lines_of_text, number, width_of, wrap

STRIP = 30.0
SIZE = 11.0
FILLED = ' fill="#222"'
EVEN = ' fill-rule="evenodd"'
LIVE, DONE = "#0b5cad", "#e3efe3"
CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess", "callActivity", "subChoreography"})
_COLOUR = re.compile(r"#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?")


@dataclass(frozen=True, slots=True)
class PictureMarks:
    """What is special about elements of this picture: where the case stands, where it has been, what is opened up."""

    live: Collection[str]
    done: Collection[str]
    expanded: Collection[str]


def is_expanded(shape: Shape, element: Element, diagram: Diagram) -> bool:
    """Tell whether a sub-process is opened up: the file says so, or draws its inside there."""
    if element.tag not in CONTAINERS:
        return False
    if shape.expanded is not None:
        return shape.expanded
    inside = {child.id for child in element.walk()} - {element.id}
    return any(other.element in inside and _within(other.bounds, shape.bounds) for other in diagram.shapes)


def _within(inner: Bounds, outer: Bounds) -> bool:
    x, y = inner.x + inner.width / 2, inner.y + inner.height / 2
    return outer.x <= x <= outer.x + outer.width and outer.y <= y <= outer.y + outer.height


def is_event(element: Element) -> bool:
    """Tell whether an element is an event."""
    return element.tag.endswith("Event")


def is_gateway(element: Element) -> bool:
    """Tell whether an element is a gateway."""
    return element.tag.endswith("Gateway")


def is_task(element: Element) -> bool:
    """Tell whether an element is drawn as a task: tasks, choreographies and whatever holds steps."""
    return element.tag == "task" or element.tag.endswith(("Task", "Choreography")) or element.tag in CONTAINERS


def draw_shape(shape: Shape, element: Element, model: BpmnModel, marks: PictureMarks) -> str:
    """Draw one shape without its text."""
    drawn = _drawn(shape, element, model, marks)
    kind = "live" if element.id in marks.live else "done" if element.id in marks.done else ""
    if not kind:
        return drawn
    return f'<g class="{kind}">{drawn}</g>'


def halo(shape: Shape, element: Element) -> str:
    """Draw the thick outline that says: the case stands here."""
    b = shape.bounds
    radius = b.width / 2 + 5 if is_event(element) else 12.0
    return _rect(
        Bounds(b.x - 5, b.y - 5, b.width + 10, b.height + 10),
        radius,
        f' fill="#dcebfb" stroke="{LIVE}" stroke-width="3"',
    )


def _drawn(shape: Shape, element: Element, model: BpmnModel, marks: PictureMarks) -> str:
    tag = element.tag
    if tag == "participant":
        return _pool(shape, element)
    if tag == "lane":
        return _rect(shape.bounds, 0, ' fill="none"' + stroke_of(shape))
    if tag == "group":
        return _rect(shape.bounds, 10, ' fill="none" stroke-dasharray="10 5 2 5"')
    if is_event(element):
        return _event(shape, element, model, marks)
    if is_gateway(element):
        return _gateway(shape, element, marks)
    if is_task(element):
        return _activity(shape, element, model, marks)
    return _artifact(shape, element, model)


def _rect(b: Bounds, radius: float, more: str = "") -> str:
    rounded = f' rx="{number(radius)}"' if radius else ""
    size = f'width="{number(b.width)}" height="{number(b.height)}"'
    return f'<rect x="{number(b.x)}" y="{number(b.y)}" {size}{rounded}{more}/>'


def _fill(shape: Shape, element: Element, marks: PictureMarks | None) -> str:
    if marks is not None and element.id in marks.done:
        return f' fill="{DONE}"'
    return f' fill="{shape.fill}"' if _COLOUR.fullmatch(shape.fill) and shape.fill.lower() != "#ffffff" else ""


def stroke_of(shape: Shape | Edge) -> str:
    """Write the colour the file gives a line, unless it is the usual black."""
    plain = shape.stroke.lower() in ("#000000", "#000", "")
    return f' stroke="{shape.stroke}"' if _COLOUR.fullmatch(shape.stroke) and not plain else ""


# ---- pools


def has_inside(element: Element) -> bool:
    """Tell whether a pool shows its process, and not only its name."""
    return bool(element.get("processRef"))


def _pool(shape: Shape, element: Element) -> str:
    b = shape.bounds
    frame = _rect(b, 0, stroke_of(shape))
    if shape.choreography or not has_inside(element):
        return frame + _many_participants(b, element)
    if shape.horizontal is False:
        line = f"M{number(b.x)} {number(b.y + STRIP)}h{number(b.width)}"
    else:
        line = f"M{number(b.x + STRIP)} {number(b.y)}v{number(b.height)}"
    return f'{frame}<path d="{line}"/>' + _many_participants(b, element)


def _many_participants(b: Bounds, element: Element) -> str:
    if element.first("participantMultiplicity") is None:
        return ""
    return _marker("parallel", b.x + b.width / 2 - 7, b.y + b.height - 18)


# ---- events


def event_kind(element: Element, model: BpmnModel) -> str:
    """Name the sign of an event; "" for a plain one."""
    kinds = [
        child.tag.removesuffix("EventDefinition") for child in element.children if child.tag.endswith("EventDefinition")
    ]
    for reference in element.all("eventDefinitionRef"):
        found = model.find(reference.text)
        if found is not None:
            kinds.append(found.tag.removesuffix("EventDefinition"))
    if len(kinds) > 1:
        return "parallelMultiple" if element.get("parallelMultiple") == "true" else "multiple"
    return kinds[0] if kinds else ""


def _event(shape: Shape, element: Element, model: BpmnModel, marks: PictureMarks) -> str:
    b = shape.bounds
    x, y, radius = b.x + b.width / 2, b.y + b.height / 2, min(b.width, b.height) / 2
    tag, kind = element.tag, event_kind(element, model)
    throws = tag in ("endEvent", "intermediateThrowEvent", "implicitThrowEvent")
    aside = element.get("cancelActivity") == "false" or element.get("isInterrupting") == "false"
    dashes = ' stroke-dasharray="5 3"' if aside else ""
    thick = ' stroke-width="3.5"' if tag == "endEvent" else ""
    place = f'cx="{number(x)}" cy="{number(y)}"'
    drawn = f'<circle {place} r="{number(radius)}"{thick}{dashes}{_fill(shape, element, marks)}{stroke_of(shape)}/>'
    if tag not in ("startEvent", "endEvent"):
        drawn += f'<circle {place} r="{number(radius - 3)}"{dashes}{_fill(shape, element, marks)}{stroke_of(shape)}/>'
    return drawn + _event_sign(kind, throws, x, y, radius / 18)


def _event_sign(kind: str, throws: bool, x: float, y: float, scale: float) -> str:
    at = f'transform="translate({number(x)} {number(y)})' + (f' scale({scale:.2f})"' if abs(scale - 1) > 0.02 else '"')
    if kind == "terminate":
        return f'<circle {at} r="10" fill="#222"/>'
    body, line = symbols.EVENT_BODY.get(kind, ""), symbols.EVENT_LINE.get(kind, "")
    if not body and not line:
        return ""
    parts = ""
    if body:
        parts += f'<path d="{body}"' + (' fill="#222"/>' if throws else "/>")
    if line:
        contrast = ' stroke="#fff"' if throws and body else ""
        parts += f'<path d="{line}" fill="none"{contrast}/>'
    return f'<g {at} stroke-width="1.2">{parts}</g>'


# ---- gateways


def _gateway(shape: Shape, element: Element, marks: PictureMarks) -> str:
    b = shape.bounds
    x, y = b.x + b.width / 2, b.y + b.height / 2
    points = f"M{number(x)} {number(b.y)}l{number(b.width / 2)} {number(b.height / 2)}"
    points += f"l{number(-b.width / 2)} {number(b.height / 2)}l{number(-b.width / 2)} {number(-b.height / 2)}z"
    drawn = f'<path d="{points}"{_fill(shape, element, marks)}{stroke_of(shape)}/>'
    if element.tag not in symbols.GATEWAY or (element.tag == "exclusiveGateway" and not shape.marker):
        return drawn
    path, width, filled = symbols.GATEWAY[element.tag]
    scale = min(b.width, b.height) / 50
    at = f'transform="translate({number(x)} {number(y)}) scale({scale:.2f})"'
    fill = "#222" if filled else "#fff" if element.tag == "eventBasedGateway" else "none"
    return drawn + f'<path {at} d="{path}" stroke-width="{number(width)}" fill="{fill}"/>'


# ---- activities


def _activity(shape: Shape, element: Element, model: BpmnModel, marks: PictureMarks) -> str:
    b = shape.bounds
    style = _fill(shape, element, marks) + stroke_of(shape)
    if element.tag == "callActivity":
        style += ' stroke-width="4"'
    if element.get("triggeredByEvent") == "true":
        style += ' stroke-dasharray="2 3"'
    radius = min(10.0, b.height / 6)
    drawn = _rect(b, radius, style)
    if element.tag == "transaction":
        drawn += _rect(Bounds(b.x + 3, b.y + 3, b.width - 6, b.height - 6), radius - 2, ' fill="none"')
    kind = called_task(element, model) or element.tag
    if kind in symbols.TASK:
        drawn += _task_sign(kind, b)
    lift = 2 if element.tag == "callActivity" else 0
    return drawn + _markers(Bounds(b.x, b.y - lift, b.width, b.height), _marker_names(element, model, marks))


def _task_sign(kind: str, b: Bounds) -> str:
    path, filled = symbols.TASK[kind]
    at = f'transform="translate({number(b.x + 4)} {number(b.y + 4)})"'
    drawn = f'<path {at} d="{path}" stroke-width="1"{FILLED if filled else EVEN}/>'
    if kind == "sendTask":
        drawn += f'<path {at} d="{symbols.SEND_FLAP}" fill="none" stroke="#fff" stroke-width="1"/>'
    return drawn


def _marker_names(element: Element, model: BpmnModel, marks: PictureMarks) -> list[str]:
    names = []
    if element.get("isForCompensation") == "true":
        names.append("compensation")
    many = element.first("multiInstanceLoopCharacteristics")
    if element.first("standardLoopCharacteristics") is not None:
        names.append("loop")
    elif many is not None:
        names.append("sequential" if many.get("isSequential") == "true" else "parallel")
    if element.tag == "adHocSubProcess":
        names.append("adhoc")
    if element.tag in CONTAINERS and element.id not in marks.expanded and not called_task(element, model):
        names.append("collapsed")
    return names


def _markers(b: Bounds, names: list[str]) -> str:
    left = b.x + b.width / 2 - (len(names) * 18 - 4) / 2
    return "".join(_marker(name, left + place * 18, b.y + b.height - 17) for place, name in enumerate(names))


def _marker(name: str, x: float, y: float) -> str:
    path, width, filled = symbols.MARKER[name]
    fill = FILLED if filled else ' fill="none"'
    return f'<path transform="translate({number(x)} {number(y)})" d="{path}" stroke-width="{number(width)}"{fill}/>'


# ---- data and notes


def _artifact(shape: Shape, element: Element, model: BpmnModel) -> str:
    b, tag = shape.bounds, element.tag
    style = _fill(shape, element, None) + stroke_of(shape)
    if tag == "textAnnotation":
        return f'<path d="M{number(b.x + 10)} {number(b.y)}h-10v{number(b.height)}h10" fill="none"/>'
    if tag in ("dataStoreReference", "dataStore"):
        return _store(b, style)
    if tag in ("dataObjectReference", "dataObject", "dataInput", "dataOutput"):
        return _page(b, element, model, style)
    if tag == "message":
        half, down = number(b.width / 2), number(b.height / 2)
        return f'{_rect(b, 0)}<path d="M{number(b.x)} {number(b.y)}l{half} {down}l{half}-{down}" fill="none"/>'
    if tag in ("conversation", "subConversation", "callConversation"):
        q, h = number(b.width / 4), number(b.height / 2)
        across = number(b.width / 2)
        return f'<path d="M{number(b.x + b.width / 4)} {number(b.y)}h{across}l{q} {h}l-{q} {h}h-{across}l-{q}-{h}z"/>'
    return _rect(b, 4, style)


def _store(b: Bounds, stroke: str) -> str:
    rim = b.height * 0.14
    w, half = number(b.width), f"{number(b.width / 2)} {number(rim)}"
    top = f"M{number(b.x)} {number(b.y + rim)}"
    side = number(b.height - 2 * rim)
    body = f"{top}v{side}a{half} 0 0 0 {w} 0v-{side}a{half} 0 0 0-{w} 0a{half} 0 0 0 {w} 0"
    bands = "".join(f"M{number(b.x)} {number(b.y + rim + band)}a{half} 0 0 0 {w} 0" for band in (rim * 0.8, rim * 1.6))
    return f'<path d="{body}{bands}"{stroke}/>'


def _page(b: Bounds, element: Element, model: BpmnModel, stroke: str) -> str:
    fold = min(b.width, b.height) * 0.3
    path = f"M{number(b.x)} {number(b.y)}h{number(b.width - fold)}l{number(fold)} {number(fold)}"
    path += f"v{number(b.height - fold)}h{number(-b.width)}zm{number(b.width - fold)} 0v{number(fold)}h{number(fold)}"
    drawn = f'<path d="{path}"{stroke}/>'
    data = model.find(element.get("dataObjectRef")) or element
    if data.get("isCollection") == "true":
        drawn += _marker("parallel", b.x + b.width / 2 - 7, b.y + b.height - 15)
    if element.tag in ("dataInput", "dataOutput"):
        fill = FILLED if element.tag == "dataOutput" else ' fill="none"'
        at = f'transform="translate({number(b.x)} {number(b.y)})"'
        drawn += f'<path {at} d="{symbols.DATA_ARROW}" stroke-width="1"{fill}/>'
    return drawn


# ---- text


def text_of(element: Element, model: BpmnModel) -> str:
    """Return what is written at a shape."""
    if element.tag == "textAnnotation":
        text = element.first("text")
        return text.text if text is not None else ""
    if element.tag == "group":
        value = model.find(element.get("categoryValueRef"))
        return value.get("value") if value is not None else element.name
    name = element.name
    if element.tag in ("dataObjectReference", "dataStoreReference") and not name:
        target = model.find(element.get("dataObjectRef") or element.get("dataStoreRef"))
        name = target.name if target is not None else ""
    state = element.first("dataState")
    return f"{name} [{state.name}]" if state is not None and state.name and f"[{state.name}]" not in name else name


def shape_label(shape: Shape, element: Element, model: BpmnModel, marks: PictureMarks) -> str:
    """Write the text of a shape: inside tasks, along pools and lanes, below or where the file says elsewhere."""
    text = text_of(element, model)
    if not text.strip():
        return ""
    b = shape.bounds
    if element.tag in ("participant", "lane"):
        return _pool_label(shape, element, text)
    if element.tag == "textAnnotation":
        return lines_of_text(wrap(text, b.width - 8, SIZE), b.x + 6, b.y + 3, SIZE, "start")
    if element.id in marks.expanded:
        return lines_of_text(wrap(text, b.width - 20, SIZE), b.x + 8, b.y + 5, SIZE, "start")
    if is_task(element) or element.tag.endswith("onversation"):
        signed = (called_task(element, model) or element.tag) in symbols.TASK
        return _inside_label(b, text, bool(_marker_names(element, model, marks)), signed)
    x, top, lines = _outside_label(shape, element, text)
    return lines_of_text(lines, x, top, SIZE)


def _inside_label(b: Bounds, text: str, markers: bool, signed: bool) -> str:
    room = b.height - (20 if markers else 4)
    size = SIZE
    lines = wrap(text, b.width - 8, size)
    while len(lines) * size * LINE > room and size > 7:
        size -= 1
        lines = wrap(text, b.width - 8, size)
    height = len(lines) * size * LINE
    top = max(b.y + (room - height) / 2 + 2, b.y + 1)
    if signed and lines and width_of(lines[0], size) > b.width - 44:
        # The first line would run into the sign in the corner: lower the text as far as there is room.
        top = max(top, min(b.y + 19, b.y + room + 3 - height))
    return lines_of_text(lines, b.x + b.width / 2, top, size)


def _pool_label(shape: Shape, element: Element, text: str) -> str:
    b = shape.bounds
    if element.tag == "participant" and not has_inside(element):
        lines = wrap(text, b.width - 10, SIZE)
        return lines_of_text(lines, b.x + b.width / 2, b.y + (b.height - len(lines) * SIZE * LINE) / 2, SIZE)
    if shape.horizontal is False:
        lines = wrap(text, b.width - 10, SIZE)
        return lines_of_text(lines, b.x + b.width / 2, b.y + (STRIP - len(lines) * SIZE * LINE) / 2, SIZE)
    lines = wrap(text, b.height - 10, SIZE)
    x, y = b.x + STRIP / 2 - len(lines) * SIZE * LINE / 2, b.y + b.height / 2
    turn = f' transform="rotate(-90 {number(x)} {number(y)})"'
    return lines_of_text(lines, x, y, SIZE, "middle", turn)


def _outside_label(shape: Shape, element: Element, text: str) -> tuple[float, float, list[str]]:
    """Return centre, upper edge and lines of a text beside its shape."""
    box, b = shape.label, shape.bounds
    if box is not None and box.width > 0:
        # Label boxes were measured with another typeface: leave some slack, and keep the centre.
        lines = wrap(text, max(box.width + 2, 40.0), SIZE)
        height = len(lines) * SIZE * LINE
        top = box.y if height <= box.height or box.y >= b.y + b.height else box.y + (box.height - height) / 2
        if box.y + box.height <= b.y + 2:
            top = box.y + box.height - height
        return box.x + box.width / 2, top, lines
    if element.tag == "group":
        return b.x + b.width / 2, b.y - 16, wrap(text, max(b.width, 80.0), SIZE)
    return b.x + b.width / 2, b.y + b.height + 4, wrap(text, 95.0, SIZE)


def label_box(shape: Shape, element: Element, model: BpmnModel) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of what a shape's text needs, for the frame of the picture."""
    b = shape.bounds
    text = text_of(element, model)
    inside = is_task(element) or element.tag in ("participant", "lane", "textAnnotation")
    if inside or not text.strip():
        return b.x, b.y, b.x + b.width, b.y + b.height
    x, top, lines = _outside_label(shape, element, text)
    half = max((width_of(line, SIZE) for line in lines), default=0) / 2
    return x - half, top, x + half, top + len(lines) * SIZE * LINE
