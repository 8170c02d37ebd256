"""The picture: accessible, safe under a strict content policy, light, and telling where the case stands."""

import re

import pytest
from lxml import etree

from balai.engine import process
from balai.engine.process.lettering import width_of, wrap
from balai.engine.process.tests.drawing import drawing, elements, flows

SVG = "{http://www.w3.org/2000/svg}"


def standard(**options: object) -> etree._Element:
    svg = process.draw_svg(process.compile_bpmn(process.standard_process()), **options)  # type: ignore[arg-type]
    return etree.fromstring(svg.encode())


def test_it_has_a_role_a_title_and_a_description() -> None:
    root = standard(live=["decide"], done=["check"], lang="en")
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.get("role") == "img" and root.get("lang") == "en"
    assert title is not None and description is not None
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert title.text == "Periksa, putuskan, terbitkan"
    assert "Now at: Putuskan." in (description.text or "") and "Done: Periksa berkas." in (description.text or "")
    assert standard(title="Izin", description="Langkah izin.", lang="id").findtext(f"{SVG}title") == "Izin"


def test_it_speaks_in_a_readers_words() -> None:
    labels = {"check": "Look at it", "incomplete": "<no>", "unknown": "x"}
    graph = process.compile_bpmn(process.standard_process())
    svg = process.draw_svg(graph, live=["check"], labels=labels, lang="en")
    assert "Look at it" in svg and "Now at: Look at it." in svg and "&lt;no&gt;" in svg
    assert "Periksa berkas" not in svg
    model = process.read_model(process.standard_process())
    process.draw_svg(model, labels=labels)
    assert model.by_id["check"].name == "Periksa berkas", "the caller's model stays as it was"
    told = process.list_steps(graph, "en", labels=labels)
    assert any("Look at it" in line for line in told) and not any("Periksa berkas" in line for line in told)


def test_it_stands_under_the_strictest_policy() -> None:
    for element in standard(live=["decide"]).iter():
        assert element.tag not in (f"{SVG}script", f"{SVG}style", f"{SVG}foreignObject", f"{SVG}image")
        for name, value in element.attrib.items():
            assert (
                name != "style" and not str(name).startswith("on") and "url(" not in value and "href" not in str(name)
            )


def test_live_and_done_steps_are_marked_by_class_and_outline() -> None:
    root = standard(live=["decide"], done=["check"])
    assert len(root.findall(f".//{SVG}g[@class='live']")) == 1 and len(root.findall(f".//{SVG}g[@class='done']")) == 1
    plain = etree.tostring(standard())
    assert len(etree.tostring(root)) > len(plain) and b'stroke-width="3"' in etree.tostring(root)


def test_names_and_colours_cannot_break_out() -> None:
    xml = drawing(
        '<startEvent id="s" name="&lt;script&gt;alert(1)&lt;/script&gt;"/><userTask id="a" name="&quot;&gt;&lt;b"/>',
        "s -> a",
    )
    svg = process.draw_svg(xml)
    assert "<script" not in svg and "&lt;script" in svg
    evil = process.standard_process().replace(
        b'id="check_di"', b'id="check_di" xmlns:c="x" c:fill="red&quot; onload=&quot;alert(1)"'
    )
    assert "onload" not in process.draw_svg(evil)


def test_a_step_inside_a_folded_part_marks_the_part() -> None:
    inner = elements(s1="startEvent", a="userTask") + flows("s1 -> a")
    inner = f'<subProcess id="sub" name="Bagian">{inner}</subProcess>'
    xml = drawing(elements(s="startEvent") + inner, "s -> sub")
    di = (
        '<bpmndi:BPMNDiagram xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
        'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC">'
        '<bpmndi:BPMNPlane bpmnElement="p"><bpmndi:BPMNShape bpmnElement="sub" isExpanded="false">'
        '<dc:Bounds x="0" y="0" width="100" height="80"/></bpmndi:BPMNShape>'
        "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram></definitions>"
    )
    svg = process.draw_svg(xml.replace(b"</definitions>", di.encode()), live=["a"], lang="en")
    assert 'class="live"' in svg and "Now at: Bagian." in svg


def test_it_is_light() -> None:
    assert len(process.draw_svg(process.standard_process())) < 4500


def test_a_drawing_without_layout_is_laid_out_without_overlaps() -> None:
    bare = re.sub(rb"<bpmndi:BPMNDiagram.*</bpmndi:BPMNDiagram>", b"", process.standard_process(), flags=re.S)
    from balai.engine.process.layout import lay_out

    diagram = lay_out(process.read_model(bare))
    boxes = [shape.bounds for shape in diagram.shapes]
    assert len(boxes) == 10 and len(diagram.edges) == 10
    for one in boxes:
        for other in boxes:
            apart = one.x + one.width <= other.x or other.x + other.width <= one.x
            assert one is other or apart or one.y + one.height <= other.y or other.y + other.height <= one.y


@pytest.mark.parametrize("text", ["Surat keterangan usaha", "Bundeskriminalamtsverordnungsverweis", "a/b-c"])
def test_words_are_wrapped_to_the_width_and_none_is_lost(text: str) -> None:
    lines = wrap(text, 60, 11)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(width_of(line, 11) <= 60 * 1.15 for line in lines)


def test_the_steps_are_told_in_words_in_both_languages() -> None:
    graph = process.compile_bpmn(process.standard_process())
    steps = process.list_steps(graph, "id", live=["decide"])
    assert steps[0] == "Mulai: Permohonan masuk, lalu Periksa berkas."
    assert "Pilihan: Lengkap? – tidak → Perbaiki permohonan; ya → Putuskan." in steps
    assert "Tugas: Putuskan [sedang berjalan], lalu Dikabulkan?" in steps
    assert len(steps) == len(graph.nodes)
    assert process.list_steps(graph, "en")[-1] == "End: Ditolak."


def test_watching_events_and_open_parts_are_not_marked_as_the_place() -> None:
    """Whoever hands in all nodes with tokens gets the same picture as with the position alone."""
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    inner = elements(s1="startEvent", a="userTask") + flows("s1 -> a")
    body = elements(s="startEvent") + f'<subProcess id="sub">{inner}</subProcess>'
    body += f'<boundaryEvent id="b" attachedToRef="sub">{timer}</boundaryEvent>' + elements(e="endEvent")
    xml = drawing(body, "s -> sub -> e", "b -> e")
    assert process.draw_svg(xml, live=["a", "sub", "b"]) == process.draw_svg(xml, live=["a"])
