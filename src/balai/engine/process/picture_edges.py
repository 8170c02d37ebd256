"""The connections of a drawing: sequence and message flows, associations and data flows."""

import math
from itertools import pairwise
from typing import TypeAlias

from balai.engine.process.bpmn_model import Bounds, BpmnModel, Edge, Element
from balai.engine.process.lettering import LINE, lines_of_text, number, width_of, wrap
from balai.engine.process.picture_shapes import stroke_of

Point: TypeAlias = tuple[float, float]
SIZE = 11.0


def draw_edge(edge: Edge, element: Element, model: BpmnModel) -> str:
    """Draw one connection without its text."""
    points = list(edge.points)
    drawn = _drawn(points, edge, element, model)
    colour = stroke_of(edge)
    return f"<g{colour}>{drawn}</g>" if colour else drawn


def _drawn(points: list[Point], edge: Edge, element: Element, model: BpmnModel) -> str:
    tag = element.tag
    if tag == "sequenceFlow":
        return _sequence(points, element, model)
    if tag == "messageFlow":
        return _message(points, edge)
    if tag == "conversationLink":
        return _line(points, ' stroke-width="4"') + _line(points, ' stroke="#fff" stroke-width="1.5"')
    return _dotted(points, element)


def _line(points: list[Point], more: str = "") -> str:
    path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
    return f'<path d="{path}" fill="none"{more}/>'


def _direction(start: Point, end: Point) -> tuple[float, float]:
    length = math.hypot(end[0] - start[0], end[1] - start[1]) or 1.0
    return (end[0] - start[0]) / length, (end[1] - start[1]) / length


def _last(points: list[Point]) -> tuple[Point, Point]:
    """Return the last leg of a way that has a length."""
    end = points[-1]
    return next(((p, end) for p in reversed(points[:-1]) if math.dist(p, end) > 0.5), (points[0], end))


def _head(points: list[Point], length: float, width: float, style: str) -> str:
    """Draw a triangle at the end of a way."""
    start, (x, y) = _last(points)
    dx, dy = _direction(start, (x, y))
    back = (x - dx * length, y - dy * length)
    corners = [(back[0] - dy * width, back[1] + dx * width), (x, y), (back[0] + dy * width, back[1] - dx * width)]
    path = "L".join(f"{number(px)} {number(py)}" for px, py in corners)
    return f'<path d="M{path}{"" if "none" in style else "z"}"{style}/>'


def _shortened(points: list[Point], by: float) -> list[Point]:
    start, (x, y) = _last(points)
    dx, dy = _direction(start, (x, y))
    return [*points[:-1], (x - dx * by, y - dy * by)]


def _sequence(points: list[Point], element: Element, model: BpmnModel) -> str:
    source = model.find(element.get("sourceRef"))
    drawn = _line(_shortened(points, 4)) + _head(points, 9, 3.5, ' fill="#222" stroke-width="1"')
    dx, dy = _direction(points[0], points[1])
    x, y = points[0]
    if source is not None and source.get("default") == element.id:
        cx, cy = x + dx * 10, y + dy * 10
        # A slash across the line, leaning forward.
        sx, sy = (dx * 3 - dy * 5, dy * 3 + dx * 5)
        drawn += _line([(cx - sx, cy - sy), (cx + sx, cy + sy)])
    elif element.first("conditionExpression") is not None and source is not None and not source.tag.endswith("Gateway"):
        drawn += _diamond(x, y, dx, dy)
    return drawn


def _diamond(x: float, y: float, dx: float, dy: float) -> str:
    corners = [
        (x, y),
        (x + dx * 7 - dy * 4, y + dy * 7 + dx * 4),
        (x + dx * 14, y + dy * 14),
        (x + dx * 7 + dy * 4, y + dy * 7 - dx * 4),
    ]
    return '<path d="M' + "L".join(f"{number(px)} {number(py)}" for px, py in corners) + 'z"/>'


def _message(points: list[Point], edge: Edge) -> str:
    drawn = _line(_shortened(points, 8), ' stroke-dasharray="7 4"')
    drawn += f'<circle cx="{number(points[0][0])}" cy="{number(points[0][1])}" r="3.5"/>'
    drawn += _head(points, 9, 5, ' stroke-width="1.2"')
    if edge.message_visible:
        x, y = _middle(points)
        fill = "" if edge.message_visible == "initiating" else ' fill="#ccc"'
        drawn += f'<path d="M{number(x - 10)} {number(y - 7)}h20v14h-20zl10 8l10-8"{fill}/>'
    return drawn


def _dotted(points: list[Point], element: Element) -> str:
    drawn = _line(points, ' stroke-dasharray="1 4" stroke-linecap="round"')
    arrow = ' fill="none"'
    direction = element.get("associationDirection")
    if element.tag in ("dataInputAssociation", "dataOutputAssociation") or direction in ("One", "Both"):
        drawn += _head(points, 7, 5, arrow)
    if direction == "Both":
        drawn += _head(points[::-1], 7, 5, arrow)
    return drawn


def _middle(points: list[Point]) -> Point:
    """Return the point half way along."""
    legs = [math.dist(a, b) for a, b in pairwise(points)]
    half = sum(legs) / 2
    for (ax, ay), (bx, by), leg in zip(points, points[1:], legs, strict=False):
        if half <= leg and leg:
            return ax + (bx - ax) * half / leg, ay + (by - ay) * half / leg
        half -= leg
    return points[-1]


def edge_label(edge: Edge, element: Element) -> str:
    """Write the text of a connection on a pale ground, for it often lies across a line."""
    lines, x, box = _placed(edge, element)
    if not lines:
        return ""
    place = f'x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}" height="{number(box.height)}"'
    return f'<rect {place} fill="#fff" fill-opacity=".8"/>' + lines_of_text(lines, x, box.y, SIZE)


def edge_box(edge: Edge, element: Element) -> Bounds:
    """Return what the text of a connection covers."""
    return _placed(edge, element)[2]


def _placed(edge: Edge, element: Element) -> tuple[list[str], float, Bounds]:
    """Place the text where the file says, else at the middle of the connection: its lines, centre and box."""
    text = element.name
    given = edge.label if edge.label is not None and edge.label.width > 0 else None
    lines = wrap(text, max(given.width + 2, 40.0) if given else 90, SIZE)
    width = max((width_of(line, SIZE) for line in lines), default=0) + 2
    height = len(lines) * SIZE * LINE
    if given:
        x, top = given.x + given.width / 2, given.y + (given.height - height) / 2
    else:
        x, y = _middle(list(edge.points))
        top = y - 2 - height
    return lines, x, Bounds(x - width / 2, top, width, height)
