"""A BPMN drawing as an accessible SVG: no script, no style, so it stands under the strictest content policy.

Where the file says how it is drawn (BPMN DI) it is drawn so; where not, it is laid out. Live and done steps are marked
by class, outline and sign, not by colour alone, and told in the description.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from copy import deepcopy
from html import escape

from balai.engine.process.bpmn_model import BpmnModel, Diagram, Element, Shape, read_model
from balai.engine.process.layout import lay_out
from balai.engine.process.lettering import number
from balai.engine.process.picture_edges import draw_edge, edge_box, edge_label
from balai.engine.process.picture_shapes import PictureMarks, draw_shape, halo, is_expanded, label_box, shape_label
from balai.engine.process.process_graph import Graph

MARGIN = 10.0
_AS_DRAWN: Mapping[str, str] = {}
WORDS = {
    "id": {"process": "Bagan proses", "live": "Sedang berjalan", "done": "Sudah dilalui", "steps": "langkah"},
    "en": {"process": "Process diagram", "live": "Now at", "done": "Done", "steps": "steps"},
}


def draw_svg(
    graph_or_xml: Graph | BpmnModel | bytes,
    *,
    live: Collection[str] = (),
    done: Collection[str] = (),
    title: str = "",
    description: str = "",
    lang: str = "id",
    diagram: int | str = 0,
    labels: Mapping[str, str] = _AS_DRAWN,
) -> str:
    """Draw a process; `live` and `done` are node ids to mark, `diagram` the number or id of one of several drawings.

    `labels` are other words for elements and flows, by id: a reader's instead of the author's.

    :raises Problems: the bytes are not a BPMN file
    """
    model = _relabel(_model(graph_or_xml), labels)
    process = graph_or_xml.id if isinstance(graph_or_xml, Graph) else ""
    picture = _Picture(model, _diagram(model, diagram, process), lang)
    picture.mark(live, done)
    return picture.svg(title, description)


def _model(source: Graph | BpmnModel | bytes) -> BpmnModel:
    if isinstance(source, BpmnModel):
        return source
    return read_model(source.xml, file=source.file) if isinstance(source, Graph) else read_model(source)


def _relabel(model: BpmnModel, labels: Mapping[str, str]) -> BpmnModel:
    """Give elements other names; a model that the caller keeps is left as it is."""
    if not labels:
        return model
    made = deepcopy(model)
    for id, words in labels.items():
        if id in made.by_id:
            element = made.by_id[id]
            element.attributes = {**element.attributes, "name": words}
    return made


def _diagram(model: BpmnModel, wanted: int | str, process: str) -> Diagram:
    drawn = [diagram for diagram in model.diagrams if diagram.shapes]
    if not drawn:
        return lay_out(model, process)
    if isinstance(wanted, str):
        return next((diagram for diagram in drawn if wanted in (diagram.id, diagram.name, diagram.element)), drawn[0])
    own = [diagram for diagram in drawn if process and any(shows(model, shape, process) for shape in diagram.shapes)]
    return (own or drawn)[min(wanted, len(own or drawn) - 1)]


def shows(model: BpmnModel, shape: Shape, process: str) -> bool:
    """Tell whether a shape draws a step of a process."""
    element = model.find(shape.element)
    while element is not None:
        if element.id == process:
            return True
        element = element.parent
    return False


class _Picture:
    """One drawing on its way to SVG."""

    def __init__(self, model: BpmnModel, diagram: Diagram, lang: str) -> None:
        self.model = model
        self.lang = lang if lang in WORDS else "id"
        known = [(shape, model.find(shape.element)) for shape in diagram.shapes]
        expanded = {
            element.id for shape, element in known if element is not None and is_expanded(shape, element, diagram)
        }
        folded = {element.id for _, element in known if element is not None and element.tag in _FOLDING} - expanded
        self.expanded = expanded
        self.shapes = [(s, e) for s, e in known if e is not None and not _inside(e, folded)]
        edges = [(edge, model.find(edge.element) or _NAMELESS) for edge in diagram.edges]
        self.edges = [(d, e) for d, e in edges if not _inside(e, folded) and len(d.points) > 1]
        self.diagram = diagram
        self.live: set[str] = set()
        self.done: set[str] = set()

    def mark(self, live: Collection[str], done: Collection[str]) -> None:
        """Mark steps; what lies in a folded sub-process or called process marks that."""
        drawn = {element.id for _, element in self.shapes}
        # A host may hand in every node a token stands on; events that merely watch and parts drawn open are no place.
        live = [id for id in live if not self._watches(id) and id not in self.expanded]
        self.live = set(filter(None, (self._drawn(id, drawn) for id in live)))
        self.done = set(filter(None, (self._drawn(id, drawn) for id in done))) - self.live

    def _watches(self, id: str) -> bool:
        element = self.model.by_id.get(id.rpartition(":")[2])
        return element is not None and element.tag in ("boundaryEvent", "startEvent")

    def _drawn(self, id: str, drawn: set[str]) -> str:
        element = self.model.by_id.get(id.partition(":")[0])
        while element is not None and element.id not in drawn:
            element = element.parent
        return element.id if element is not None else ""

    def svg(self, title: str, description: str) -> str:
        body = "".join(self._body())
        words = WORDS[self.lang]
        title = title or self._name() or words["process"]
        description = description or self._describe()
        key = hashlib.sha256((title + description + body).encode()).hexdigest()[:8]
        x, y, width, height = self._frame()
        box = " ".join(number(value) for value in (x, y, width, height))
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="bpmn" role="img" lang="{self.lang}" '
            f'aria-labelledby="t{key} d{key}" viewBox="{box}" width="{number(width)}" height="{number(height)}" '
            f'font-family="Helvetica,Arial,sans-serif" font-size="11" text-anchor="middle" stroke-linejoin="round">'
            f'<title id="t{key}">{escape(title)}</title><desc id="d{key}">{escape(description)}</desc>'
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}" fill="#fff"/>'
            f"{body}</svg>"
        )

    def _body(self) -> Iterable[str]:
        marks = PictureMarks(self.live, self.done, self.expanded)
        ordered = sorted(self.shapes, key=lambda pair: _depth(pair[0], pair[1], self.expanded))
        behind = [pair for pair in ordered if _layer(pair[1], self.expanded) < 2]
        before = [pair for pair in ordered if _layer(pair[1], self.expanded) >= 2]
        yield '<g fill="#fff" stroke="#222" stroke-width="1.5">'
        for shape, element in behind:
            yield draw_shape(shape, element, self.model, marks)
        for shape, element in self.shapes:
            if element.id in self.live:
                yield halo(shape, element)
        # A message flow may begin with its circle on the border of a task, so it lies above.
        for above in (False, True):
            for edge, element in self.edges:
                if (element.tag == "messageFlow") is above:
                    yield draw_edge(edge, element, self.model)
            for shape, element in () if above else before:
                yield draw_shape(shape, element, self.model, marks)
        yield '</g><g fill="#222">'
        for shape, element in self.shapes:
            yield shape_label(shape, element, self.model, marks)
        for edge, element in self.edges:
            yield edge_label(edge, element)
        yield "</g>"

    def _frame(self) -> tuple[float, float, float, float]:
        boxes = [
            (s.bounds.x, s.bounds.y, s.bounds.x + s.bounds.width, s.bounds.y + s.bounds.height) for s, _ in self.shapes
        ]
        boxes += [label_box(shape, element, self.model) for shape, element in self.shapes]
        for edge, element in self.edges:
            boxes += [(x, y, x, y) for x, y in edge.points]
            box = edge_box(edge, element)
            boxes.append((box.x, box.y, box.x + box.width, box.y + box.height))
        if not boxes:
            return 0, 0, 100, 50
        left, top = min(box[0] for box in boxes) - MARGIN, min(box[1] for box in boxes) - MARGIN
        right, bottom = max(box[2] for box in boxes) + MARGIN, max(box[3] for box in boxes) + MARGIN
        return left, top, right - left, bottom - top

    def _name(self) -> str:
        element = self.model.find(self.diagram.element)
        if element is not None and element.name:
            return element.name
        return self.diagram.name or next((process.name for process in self.model.processes if process.name), "")

    def _describe(self) -> str:
        words = WORDS[self.lang]
        steps = [element for _, element in self.shapes if element.tag.endswith(("Task", "task", "Process", "Activity"))]
        parts = [f"{words['process']}, {len(steps)} {words['steps']}."]
        for key, ids in (("live", self.live), ("done", self.done)):
            names = [_title(element) for _, element in self.shapes if element.id in ids]
            if names:
                parts.append(f"{words[key]}: {', '.join(names)}.")
        return " ".join(parts)


# Some editors draw a line without saying what it stands for; a reader shall see it all the same.
_NAMELESS = Element("association", "", {}, "", 0)
_FOLDING = frozenset({"subProcess", "transaction", "adHocSubProcess", "callActivity", "subChoreography"})


def _title(element: Element) -> str:
    return " ".join(element.name.split()) or element.id


def _inside(element: Element, folded: set[str]) -> bool:
    # A data flow belongs to its activity but is drawn outside of it.
    parent = element.parent.parent if element.tag.startswith("data") and element.parent else element.parent
    while parent is not None:
        if parent.id in folded:
            return True
        parent = parent.parent
    return False


def _layer(element: Element, expanded: set[str]) -> int:
    if element.tag in ("participant", "lane"):
        return 0
    if element.tag == "group" or element.id in expanded:
        return 1
    return 3 if element.tag == "boundaryEvent" else 2


def _depth(shape: Shape, element: Element, expanded: set[str]) -> tuple[int, float]:
    layer = _layer(element, expanded)
    lane = 0.5 if element.tag == "lane" else 0.0
    return layer, lane if layer == 0 else -shape.bounds.width * shape.bounds.height if layer == 1 else 0.0
