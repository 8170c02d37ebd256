"""A plain layout for files that do not say how they are drawn: columns by distance from the start, rows by branch."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from balai.engine.process.bpmn_model import Bounds, BpmnModel, Diagram, Edge, Element, Shape

Point: TypeAlias = tuple[float, float]
GAP_X, GAP_Y, PAD, STRIP = 50.0, 44.0, 30.0, 30.0
CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess"})
DATA = frozenset({"dataObjectReference", "dataStoreReference", "textAnnotation"})


@dataclass(slots=True)
class DrawnArea:
    """A part of the drawing in its own coordinates, from (0, 0) to (width, height)."""

    width: float = 0.0
    height: float = 0.0
    shapes: list[Shape] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def box(self, id: str) -> Bounds | None:
        return next((shape.bounds for shape in self.shapes if shape.element == id), None)

    def take(self, other: "DrawnArea", dx: float, dy: float) -> None:
        """Copy another area into this one, moved."""
        for shape in other.shapes:
            b = shape.bounds
            label = shape.label
            if label is not None:
                label = Bounds(label.x + dx, label.y + dy, label.width, label.height)
            self.shapes.append(replace(shape, bounds=Bounds(b.x + dx, b.y + dy, b.width, b.height), label=label))
        for edge in other.edges:
            self.edges.append(replace(edge, points=tuple((x + dx, y + dy) for x, y in edge.points)))


def lay_out(model: BpmnModel, process: str = "") -> Diagram:
    """Lay out a process, or all participants of the file below each other."""
    area = DrawnArea()
    collaboration = next(iter(model.root.all("collaboration", "choreography")), None)
    participants = collaboration.all("participant") if collaboration is not None else []
    if process and not any(p.get("processRef").rpartition(":")[2] == process for p in participants):
        participants = []
    for participant in participants:
        _add_pool(
            area, participant, model.find(participant.get("processRef")) if participant.get("processRef") else None
        )
    pooled = {participant.get("processRef").rpartition(":")[2] for participant in participants}
    for element in model.processes:
        if element.id not in pooled and (not process or element.id == process):
            inner = lay_out_scope(element)
            area.take(inner, 0, area.height)
            area.height += inner.height + PAD
    for flow in collaboration.all("messageFlow") if collaboration is not None else ():
        _connect(area, flow)
    return Diagram("laid_out", "", process, tuple(area.shapes), tuple(area.edges))


def _add_pool(area: DrawnArea, participant: Element, process: Element | None) -> None:
    inner = lay_out_scope(process) if process is not None else DrawnArea(500, 30)
    height = inner.height + 2 * PAD
    bounds = Bounds(0, area.height, max(inner.width + STRIP + 2 * PAD, 600), height)
    area.shapes.append(Shape(participant.id, bounds, horizontal=True))
    area.take(inner, STRIP + PAD, area.height + PAD)
    area.height += height + PAD


def lay_out_scope(container: Element) -> DrawnArea:
    """Lay out what lies directly in a process or sub-process, with its sub-processes inside."""
    apart = [e for e in container.children if e.get("triggeredByEvent") == "true"]
    nodes = [e for e in container.children if _is_node(e) and e.tag != "boundaryEvent" and e not in apart]
    inner = {e.id: lay_out_scope(e) for e in nodes if e.tag in CONTAINERS and any(_is_node(c) for c in e.children)}
    boundaries = [e for e in container.children if e.tag == "boundaryEvent"]
    hosts = {e.id: e.get("attachedToRef").rpartition(":")[2] for e in boundaries}
    flows = [(f, _end(f, "sourceRef"), _end(f, "targetRef")) for f in container.all("sequenceFlow")]
    links = [(hosts.get(source, source), target) for _, source, target in flows]
    columns, back = _columns([e.id for e in nodes], links)
    aside = {target for _, source, target in flows if source in hosts}
    aside -= {target for _, source, target in flows if source not in hosts}
    rows = _rows([e.id for e in nodes], columns, [link for link in links if link not in back], aside)
    area = _place(nodes, inner, columns, rows)
    for host in dict.fromkeys(hosts.values()):
        _attach(area, host, [b for b in boundaries if hosts[b.id] == host])
    for element, source, target in flows:
        _route(area, element, source, target, (hosts.get(source, source), target) in back)
    for element in apart:
        _add_apart(area, element)
    _add_data(area, container)
    return area


def _end(flow: Element, name: str) -> str:
    return flow.get(name).rpartition(":")[2]


def _is_node(element: Element) -> bool:
    return element.tag == "task" or element.tag.endswith(
        ("Task", "Event", "Gateway", "Process", "Activity", "transaction")
    )


def _columns(ids: list[str], links: list[tuple[str, str]]) -> tuple[dict[str, int], set[tuple[str, str]]]:
    """Return each node's column (longest way from a start) and the links that lead back."""
    after: dict[str, list[str]] = {id: [] for id in ids}
    for source, target in links:
        if source in after and target in after and target not in after[source]:
            after[source].append(target)
    back: set[tuple[str, str]] = set()
    order: list[str] = []
    state: dict[str, int] = {}
    entered = {target for _, target in links}
    for root in [id for id in ids if id not in entered] + ids:
        _visit(root, after, state, order, back)
    columns = dict.fromkeys(ids, 0)
    for id in reversed(order):
        for target in after[id]:
            if (id, target) not in back:
                columns[target] = max(columns[target], columns[id] + 1)
    return columns, back


def _visit(
    root: str, after: dict[str, list[str]], state: dict[str, int], order: list[str], back: set[tuple[str, str]]
) -> None:
    """Go through the graph in depth, without recursion; a link to a node still open leads back."""
    if root in state:
        return
    state[root] = 1
    stack = [(root, iter(after[root]))]
    while stack:
        id, targets = stack[-1]
        target = next(targets, None)
        if target is None:
            state[id] = 2
            order.append(id)
            stack.pop()
        elif target not in state:
            state[target] = 1
            stack.append((target, iter(after[target])))
        elif state[target] == 1:
            back.add((id, target))


def _rows(ids: list[str], columns: dict[str, int], links: list[tuple[str, str]], aside: set[str]) -> dict[str, int]:
    """Give each node a row: its first predecessor's where free, else the next below; what events lead to lies below."""
    rows: dict[str, int] = {}
    taken: set[tuple[int, int]] = set()
    for id in sorted(ids, key=lambda node: (columns[node], node in aside)):
        sources = [source for source, target in links if target == id and source in rows]
        row = min((rows[source] for source in sources), default=0) + (id in aside)
        while (columns[id], row) in taken:
            row += 1
        rows[id] = row
        taken.add((columns[id], row))
    return rows


def _size(element: Element, inner: dict[str, DrawnArea]) -> tuple[float, float]:
    if element.id in inner:
        return inner[element.id].width + 2 * PAD, inner[element.id].height + 2 * PAD
    if element.tag.endswith("Event"):
        return 36, 36
    return (50, 50) if element.tag.endswith("Gateway") else (110, 80)


def _starts(sizes: dict[int, float], gap: float) -> tuple[dict[int, float], float]:
    """Return where each column or row begins, and where the last ends."""
    at, position = {}, 0.0
    for index in range(max(sizes, default=-1) + 1):
        at[index] = position
        position += sizes.get(index, 0.0) + gap
    return at, max(position - gap, 0.0)


def _place(
    nodes: list[Element], inner: dict[str, DrawnArea], columns: dict[str, int], rows: dict[str, int]
) -> DrawnArea:
    widths: dict[int, float] = {}
    heights: dict[int, float] = {}
    for node in nodes:
        width, height = _size(node, inner)
        widths[columns[node.id]] = max(widths.get(columns[node.id], 0), width)
        heights[rows[node.id]] = max(heights.get(rows[node.id], 0), height)
    left, total_width = _starts(widths, GAP_X)
    top, total_height = _starts(heights, GAP_Y)
    area = DrawnArea(total_width, total_height + GAP_Y / 2)
    for node in nodes:
        width, height = _size(node, inner)
        x = left[columns[node.id]] + (widths[columns[node.id]] - width) / 2
        y = top[rows[node.id]] + (heights[rows[node.id]] - height) / 2
        expanded = True if node.id in inner else None
        # Flows leave a gateway downwards, so its text stands above.
        label = Bounds(x - 20, y - 16, 90, 14) if node.tag.endswith("Gateway") else None
        area.shapes.append(Shape(node.id, Bounds(x, y, width, height), label, expanded, marker=True))
        if node.id in inner:
            area.take(inner[node.id], x + PAD, y + PAD)
    return area


def _attach(area: DrawnArea, host_id: str, boundaries: list[Element]) -> None:
    """Spread the events of a step along its lower border, from right to left."""
    host = area.box(host_id)
    if host is None:
        return
    step = (host.width - 56) / max(1, len(boundaries) - 1)
    for nth, boundary in enumerate(boundaries):
        x, y = host.x + host.width - 46 - nth * step, host.y + host.height - 18
        label = Bounds(x - 7, y + 38, 50, 14) if len(boundaries) > 1 else None
        area.shapes.append(Shape(boundary.id, Bounds(x, y, 36, 36), label))


def _add_apart(area: DrawnArea, element: Element) -> None:
    """Put an event sub-process below what it waits beside."""
    inner = lay_out_scope(element)
    area.height += GAP_Y / 2
    box = Bounds(0, area.height, inner.width + 2 * PAD, inner.height + 2 * PAD)
    area.shapes.append(Shape(element.id, box, expanded=True))
    area.take(inner, PAD, area.height + PAD)
    area.height += box.height
    area.width = max(area.width, box.width)


def _route(area: DrawnArea, flow: Element, source: str, target: str, leads_back: bool) -> None:
    """Lead a flow in right angles: forward between the columns, backward below everything."""
    a, b = area.box(source), area.box(target)
    if a is None or b is None:
        return
    ax, ay, bx, by = a.x + a.width, a.y + a.height / 2, b.x, b.y + b.height / 2
    if leads_back or bx <= ax:
        area.height += 16
        low = area.height
        start, end = (a.x + a.width / 2, a.y + a.height), (b.x + b.width / 2, b.y + b.height)
        points = _descent(area, a, start, low) + _descent(area, b, end, low, into=True)[::-1]
    elif _is_boundary(area, a, source):
        points = [(a.x + a.width / 2, a.y + a.height), (a.x + a.width / 2, by), (bx, by)]
        if by < a.y + a.height:
            middle = bx - GAP_X / 2
            below = a.y + a.height + 10
            points = [points[0], (points[0][0], below), (middle, below), (middle, by), (bx, by)]
    elif abs(ay - by) < 1:
        points = [(ax, ay), (bx, by)]
        if _blocked(area, ax, bx, ay, (source, target)) and a.width == 50:
            under = max(a.y + a.height, b.y + b.height) + 14
            ends = (a.x + 25, b.x + b.width / 2)
            points = [(ends[0], a.y + a.height), (ends[0], under), (ends[1], under), (ends[1], b.y + b.height)]
        elif _blocked(area, ax, bx, ay, (source, target)):
            over = min(a.y, b.y) - 12
            points = [
                (a.x + a.width / 2, a.y),
                (a.x + a.width / 2, over),
                (b.x + b.width / 2, over),
                (b.x + b.width / 2, b.y),
            ]
    elif a.width == 50 and a.height == 50:
        edge = a.y + a.height if by > ay else a.y
        points = [(a.x + 25, edge), (a.x + 25, by), (bx, by)]
        if _blocked(area, a.x + 25, bx, by, (source, target)):
            points = _bent(ax, ay, bx, by, bx - GAP_X / 2)
    else:
        # Leave late when the own row is free, else early: whichever does not run through another step.
        late = not _blocked(area, ax, bx, ay, (source, target))
        points = _bent(ax, ay, bx, by, bx - GAP_X / 2 if late else ax + GAP_X / 2)
    area.edges.append(Edge(flow.id, tuple(points)))


def _bent(ax: float, ay: float, bx: float, by: float, middle: float) -> list[Point]:
    return [(ax, ay), (middle, ay), (middle, by), (bx, by)]


def _is_boundary(area: DrawnArea, box: Bounds, id: str) -> bool:
    return box.width == 36 and any(
        s.element != id and s.bounds.height > 40 and s.bounds.y + s.bounds.height == box.y + 18 and s.bounds.x <= box.x
        for s in area.shapes
    )


def _blocked(area: DrawnArea, left: float, right: float, y: float, own: Iterable[str]) -> bool:
    """Tell whether a step lies on a level way."""
    return any(
        shape.element not in own
        and shape.bounds.x < right - 1
        and shape.bounds.x + shape.bounds.width > left + 1
        and shape.bounds.y < y < shape.bounds.y + shape.bounds.height
        for shape in area.shapes
    )


def _descent(area: DrawnArea, box: Bounds, bottom: Point, low: float, into: bool = False) -> list[Point]:
    """Lead from a step down to the level below everything: straight, or through the gap beside its column."""
    if not _blocked_below(area, bottom):
        return [bottom, (bottom[0], low)]
    side = box.x if into else box.x + box.width
    gap = side - GAP_X / 3 if into else side + GAP_X / 3
    return [(side, box.y + box.height / 2), (gap, box.y + box.height / 2), (gap, low)]


def _blocked_below(area: DrawnArea, point: Point) -> bool:
    return any(s.bounds.x < point[0] < s.bounds.x + s.bounds.width and s.bounds.y > point[1] for s in area.shapes)


def _add_data(area: DrawnArea, container: Element) -> None:
    """Put data and notes in a row below, and connect them."""
    elements = [e for e in container.children if e.tag in DATA]
    x = 0.0
    if elements:
        area.height += GAP_Y
        for element in elements:
            width, height = (120.0, 40.0) if element.tag == "textAnnotation" else (36.0, 50.0)
            area.shapes.append(Shape(element.id, Bounds(x, area.height, width, height)))
            x += width + 80
        area.height += 70
        area.width = max(area.width, x)
    for element in container.walk():
        if (
            element.tag in ("association", "dataInputAssociation", "dataOutputAssociation")
            and _owner(element) is container
        ):
            _connect(area, element)


def _owner(element: Element) -> Element | None:
    parent = element.parent
    while parent is not None and parent.tag not in CONTAINERS | {"process"}:
        parent = parent.parent
    return parent


def _connect(area: DrawnArea, element: Element) -> None:
    """Join two shapes by a line from border to border."""
    source, target = element.get("sourceRef"), element.get("targetRef")
    activity = element.parent.id if element.parent is not None else ""
    for reference in element.all("sourceRef"):
        source = reference.text
    for reference in element.all("targetRef"):
        target = reference.text
    source = activity if element.tag == "dataOutputAssociation" else source
    target = activity if element.tag == "dataInputAssociation" else target
    a, b = area.box(source.rpartition(":")[2]), area.box(target.rpartition(":")[2])
    if a is not None and b is not None:
        area.edges.append(Edge(element.id, (_border(a, b), _border(b, a))))


def _border(a: Bounds, b: Bounds) -> Point:
    """Return the middle of the border of one box that faces another."""
    middle = a.x + a.width / 2
    if b.y >= a.y + a.height:
        return middle, a.y + a.height
    if b.y + b.height <= a.y:
        return middle, a.y
    return (a.x + a.width if b.x > a.x else a.x), a.y + a.height / 2
