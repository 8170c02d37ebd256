"""A BPMN 2.0 file read into plain objects, whole: what can be drawn is more than what can be executed.

Reading is entity-safe: a file with a DOCTYPE is refused, nothing is fetched, nothing is expanded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from balai.engine.problems import Problem, Problems, Unreadable

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
BPMNDI = "http://www.omg.org/spec/BPMN/20100524/DI"
DC = "http://www.omg.org/spec/DD/20100524/DC"
DI = "http://www.omg.org/spec/DD/20100524/DI"
MAX_BYTES = 5_000_000


@dataclass(slots=True)
class Element:
    """One semantic element of the file: its tag without namespace, its id, attributes, text, line and children.

    `foreign` keeps elements of other namespaces (what an editor or engine added) as XML text, so that nothing is lost.
    """

    tag: str
    id: str
    attributes: Mapping[str, str]
    text: str
    line: int
    parent: "Element | None" = field(repr=False, default=None)
    children: list["Element"] = field(repr=False, default_factory=list)
    foreign: list[str] = field(repr=False, default_factory=list)

    @property
    def name(self) -> str:
        return self.attributes.get("name", "")

    def get(self, name: str, default: str = "") -> str:
        return self.attributes.get(name, default)

    def all(self, *tags: str) -> list["Element"]:
        """List the direct children with one of these tags."""
        return [child for child in self.children if child.tag in tags]

    def first(self, tag: str) -> "Element | None":
        """Find the first direct child with this tag."""
        return next((child for child in self.children if child.tag == tag), None)

    def walk(self) -> Iterator["Element"]:
        """Yield this element and everything below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Bounds:
    """A rectangle in the units of the drawing."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Shape:
    """Where an element is drawn; `expanded` and `horizontal` are None where the file does not say."""

    element: str
    bounds: Bounds
    label: Bounds | None = None
    expanded: bool | None = None
    horizontal: bool | None = None
    marker: bool | None = None
    choreography: str = ""
    fill: str = ""
    stroke: str = ""


@dataclass(frozen=True, slots=True)
class Edge:
    """How a connection is drawn: its waypoints from source to target."""

    element: str
    points: tuple[tuple[float, float], ...]
    label: Bounds | None = None
    message_visible: str = ""
    stroke: str = ""


@dataclass(frozen=True, slots=True)
class Diagram:
    """One drawing of the file: the element its plane shows, its shapes and its edges, in drawing order."""

    id: str
    name: str
    element: str
    shapes: tuple[Shape, ...]
    edges: tuple[Edge, ...]


@dataclass(frozen=True, slots=True)
class BpmnModel:
    """A whole BPMN file: the tree of its semantic elements, an index by id, and its drawings."""

    root: Element
    by_id: Mapping[str, Element]
    diagrams: tuple[Diagram, ...]
    file: str

    @property
    def processes(self) -> tuple[Element, ...]:
        return tuple(self.root.all("process"))

    def find(self, reference: str) -> Element | None:
        """Find the element an id or a qualified reference (`prefix:id`) names."""
        return self.by_id.get(reference) or self.by_id.get(reference.rpartition(":")[2])


def read_model(xml: bytes, *, file: str = "process.bpmn") -> BpmnModel:
    """Read a BPMN file without losing a semantic element.

    :raises Problems: the file is not well-formed, has a DOCTYPE, is too large, or is not BPMN 2.0
    """
    root = _parse(xml, file)
    tree = _import(root, None)
    by_id: dict[str, Element] = {}
    doubles: list[Problem] = []
    for element in tree.walk():
        if not element.id:
            continue
        if element.id in by_id:
            doubles.append(
                Problem(
                    f"The id is used twice (first in line {by_id[element.id].line}).",
                    "Give each element its own id.",
                    file,
                    element.line,
                    element.id,
                )
            )
        else:
            by_id[element.id] = element
    if doubles:
        raise Problems(doubles)
    diagrams = tuple(_diagram(node) for node in root.iterchildren(f"{{{BPMNDI}}}BPMNDiagram"))
    return BpmnModel(tree, by_id, diagrams, file)


def list_elements(model: BpmnModel) -> list[tuple[str, str]]:
    """List every semantic element as (tag, id), in document order; the proof that nothing was lost."""
    return [(element.tag, element.id) for element in model.root.walk()]


def _parse(xml: bytes, file: str) -> etree._Element:
    if len(xml) > MAX_BYTES:
        raise Problems([Unreadable(f"The file is larger than {MAX_BYTES:,} bytes.", "Remove embedded pictures.", file)])
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", 0) or 0
        fix = "Open it in a BPMN editor and save it again."
        raise Problems([Unreadable(f"The file is not well-formed XML: {error}.", fix, file, line)]) from error
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise Problems([Unreadable("The file has a DOCTYPE.", "Remove the DOCTYPE; BPMN needs none.", file, 1)])
    if root.tag != f"{{{BPMN}}}definitions":
        fix = "Save the drawing as BPMN 2.0 XML."
        raise Problems([Unreadable(f"The file is not BPMN 2.0: its root is {root.tag!r}.", fix, file, _line(root))])
    return root


def _line(node: etree._Element) -> int:
    line = node.sourceline
    return line if isinstance(line, int) else 0


def _import(node: etree._Element, parent: Element | None) -> Element:
    name = etree.QName(node)
    attributes = {str(key): str(value) for key, value in node.attrib.items()}
    text = (node.text or "").strip()
    element = Element(name.localname, attributes.get("id", ""), attributes, text, _line(node), parent)
    for child in node.iterchildren(etree.Element):
        namespace = etree.QName(child).namespace
        if namespace == BPMN:
            element.children.append(_import(child, element))
        elif namespace != BPMNDI:
            element.foreign.append(etree.tostring(child, encoding="unicode", with_tail=False))
    return element


def _number(node: etree._Element, name: str) -> float:
    try:
        value = float(node.get(name, "0"))
    except ValueError:
        return 0.0
    return value if abs(value) < 1e7 else 0.0


def _bounds(node: etree._Element | None) -> Bounds | None:
    found = None if node is None else node.find(f"{{{DC}}}Bounds")
    if found is None:
        return None
    return Bounds(*(_number(found, name) for name in ("x", "y", "width", "height")))


def _flag(node: etree._Element, name: str) -> bool | None:
    value = node.get(name)
    return None if value is None else value in ("true", "1")


def _colour(node: etree._Element, *names: str) -> str:
    """Find a colour by the BPMN colour extension or its forerunner."""
    return next(
        (str(v) for k, v in node.attrib.items() if str(k).startswith("{") and etree.QName(k).localname in names), ""
    )


def _diagram(node: etree._Element) -> Diagram:
    plane = node.find(f"{{{BPMNDI}}}BPMNPlane")
    shapes: list[Shape] = []
    edges: list[Edge] = []
    for child in plane.iterchildren(etree.Element) if plane is not None else ():
        target = str(child.get("bpmnElement", ""))
        label = _bounds(child.find(f"{{{BPMNDI}}}BPMNLabel"))
        visible = str(child.get("messageVisibleKind", ""))
        bounds = _bounds(child)
        if child.tag == f"{{{BPMNDI}}}BPMNShape" and bounds is not None:
            expanded, horizontal, marker = (
                _flag(child, f"is{name}") for name in ("Expanded", "Horizontal", "MarkerVisible")
            )
            band = str(child.get("participantBandKind", ""))
            fill, stroke = _colour(child, "background-color", "fill"), _colour(child, "border-color", "stroke")
            shapes.append(Shape(target, bounds, label, expanded, horizontal, marker, band, fill, stroke))
        elif child.tag == f"{{{BPMNDI}}}BPMNEdge":
            points = tuple((_number(p, "x"), _number(p, "y")) for p in child.iterchildren(f"{{{DI}}}waypoint"))
            edges.append(Edge(target, points, label, visible, _colour(child, "border-color", "stroke")))
    element = "" if plane is None else str(plane.get("bpmnElement", ""))
    return Diagram(str(node.get("id", "")), str(node.get("name", "")), element, tuple(shapes), tuple(edges))
