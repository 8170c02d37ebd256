"""The reference models of the BPMN Model Interchange Working Group: imported whole, and drawn."""

import os
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from lxml import etree

from balai.engine import process
from balai.engine.problems import Problems

SHARED = Path(os.environ.get("BALAI_SHARED") or Path(__file__).parents[6] / "shared")
FILES = sorted((SHARED / "conformance/bpmn-miwg").glob("*.bpmn"))
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
pytestmark = pytest.mark.skipif(not FILES, reason="the reference models are not here")
each = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def test_all_of_them_are_here() -> None:
    assert len(FILES) == 21


def semantic(file: Path) -> Iterator[etree._Element]:
    """Yield the BPMN elements below BPMN elements; what lies inside another tool's extension belongs to that tool."""
    for node in etree.parse(file).getroot().iter(f"{BPMN}*"):
        if all(str(above.tag).startswith(BPMN) for above in node.iterancestors()):
            yield node


@each
def test_no_semantic_element_is_lost(file: Path) -> None:
    """Counted by another reader: every BPMN element, its id, its attributes, its text, its place in the tree."""
    model = process.read_model(file.read_bytes(), file=file.name)
    expected = [
        (
            node.tag.removeprefix(BPMN),
            dict(node.attrib),
            (node.text or "").strip(),
            [c.tag for c in node if isinstance(c.tag, str) and c.tag.startswith(BPMN)],
        )
        for node in semantic(file)
    ]
    got = [
        (element.tag, dict(element.attributes), element.text, [BPMN + child.tag for child in element.children])
        for element in model.root.walk()
    ]
    assert got == expected
    assert process.list_elements(model) == [(tag, attributes.get("id", "")) for tag, attributes, _, _ in expected]


@each
def test_what_other_tools_added_is_kept(file: Path) -> None:
    model = process.read_model(file.read_bytes())
    kept = Counter(etree.fromstring(text).tag for e in model.root.walk() for text in e.foreign)
    there = Counter(
        child.tag
        for node in semantic(file)
        for child in node
        if isinstance(child.tag, str) and not child.tag.startswith((BPMN, "{http://www.omg.org/spec/BPMN/20100524/DI}"))
    )
    assert kept == there


@each
def test_every_drawing_shows_every_shape_and_every_word(file: Path) -> None:
    model = process.read_model(file.read_bytes(), file=file.name)
    for number, diagram in enumerate(d for d in model.diagrams if d.shapes):
        svg = process.draw_svg(model, diagram=number)
        root = etree.fromstring(svg.encode())
        words = unescape(re.sub("<[^>]+>", " ", svg.partition("</desc>")[2]))
        said = "".join(words.split())
        for part in [*(s.element for s in diagram.shapes), *(e.element for e in diagram.edges)]:
            element = model.find(part)
            if element is not None and element.name and not _folded_away(model, diagram, element):
                assert "".join(element.name.split()) in said, (part, element.name)
        assert root.get("role") == "img" and len(svg.encode()) < len(file.read_bytes())


def _folded_away(model: process.BpmnModel, diagram, element) -> bool:  # type: ignore[no-untyped-def]
    folded = {shape.element for shape in diagram.shapes if shape.expanded is False}
    parent = element.parent.parent if element.tag.startswith("data") else element.parent
    while parent is not None:
        if parent.id in folded:
            return True
        parent = parent.parent
    return False


@each
def test_each_is_laid_out_without_its_drawing(file: Path) -> None:
    bare = re.sub(rb"<(\w+:)?BPMNDiagram[ >].*</(\w+:)?BPMNDiagram>", b"", file.read_bytes(), flags=re.S)
    assert b"BPMNShape" not in bare
    svg = process.draw_svg(bare)
    shapes = len(re.findall("<(?:rect|circle|path)", svg))
    assert shapes > len(process.read_model(bare).root.all("process")[0].children) / 2


@each
def test_each_compiles_or_says_in_place_why_not(file: Path) -> None:
    for element in process.read_model(file.read_bytes()).processes:
        try:
            graph = process.compile_bpmn(file.read_bytes(), file=file.name, process_id=element.id)
        except Problems as problems:
            for problem in problems.problems:
                assert problem.message and problem.fix and problem.file == file.name and problem.line > 0
        else:
            ids = {id for _, id in process.list_elements(process.read_model(graph.xml))}
            assert {id.rpartition(":")[2] for id in graph.nodes} <= ids


def test_those_that_can_be_executed_run_to_their_end() -> None:
    from balai.engine.process.tests.drawing import Case

    case = Case(next(f for f in FILES if f.stem == "A.1.0").read_bytes())
    while not case.state.done:
        case.do(process.Complete(case.state.tokens[0].id))
    assert [case.graph.nodes[id].name for id in case.state.ended] == ["End Event"]


def test_a_process_of_three_files_that_call_each_other_runs() -> None:
    """C.9.0 calls C.9.2, which calls C.9.1: events at the border and inside, calls in many instances."""
    from balai.engine.process.tests.drawing import Case

    by_name = {file.stem: file.read_bytes() for file in FILES}
    asked = process.compile_bpmn(by_name["C.9.1"])
    checked = process.compile_bpmn(by_name["C.9.2"], called={asked.id: asked, "requestDocument_en": asked})
    graph = process.compile_bpmn(by_name["C.9.0"], called={"ManualCheck": checked, checked.id: checked})
    assert [f for f in process.check(graph, max_positions=300) if f.severity == "error"] == []
    assert any(id.count(":") == 2 for id in graph.nodes)
    assert Case(graph, decide=lambda node, data, now: {}).state.tokens


def test_processes_of_one_file_call_each_other() -> None:
    file = next(file for file in FILES if file.stem == "B.1.0")
    with pytest.raises(Problems) as caught:
        process.compile_bpmn(file.read_bytes(), process_id=process.read_model(file.read_bytes()).processes[2].id)
    assert not any("is not there" in p.message and "global-task" in p.message for p in caught.value.problems)
