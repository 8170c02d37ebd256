"""What lies before a case: the straight way to a wished end, all branches of a split, and what may come instead."""

import pytest

from balai.engine import process
from balai.engine.process.tests.blocks import random_block
from balai.engine.process.tests.drawing import drawing


def standard() -> process.Graph:
    return process.compile_bpmn(process.standard_process())


def test_the_straight_way_leads_to_the_wished_end() -> None:
    ahead = process.look_ahead(standard(), ["check"], ["granted"])
    assert ahead.way == ("check_result", "decide", "decision", "sign_grant", "granted")
    assert ahead.aside == {"check_result": ("correct",), "decision": ("sign_refusal", "refused")}


def test_a_correction_leads_back_to_what_was_done_before() -> None:
    ahead = process.look_ahead(standard(), ["correct"], ["granted"])
    assert ahead.way[0] == "check"
    assert "correct" not in ahead.way


def test_where_the_wished_end_is_out_of_reach_the_nearest_end_is_shown() -> None:
    ahead = process.look_ahead(standard(), ["sign_refusal"], ["granted"])
    assert ahead.way == ("refused",)
    assert ahead.aside == {}


def test_an_unknown_place_or_end_shows_nothing_false() -> None:
    assert process.look_ahead(standard(), ["gone"], ["granted"]).way == ()
    assert process.look_ahead(standard(), ["decide"], ["gone"]).way[-1] in ("granted", "refused")


def test_every_branch_of_a_split_is_on_the_way_and_a_watching_timer_is_not() -> None:
    graph = process.compile_bpmn(
        drawing(
            '<startEvent id="s"/><userTask id="a"/><parallelGateway id="split"/><userTask id="b"/><userTask id="c"/>'
            '<parallelGateway id="j"/><endEvent id="e"/><boundaryEvent id="late" attachedToRef="a">'
            "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent>"
            '<endEvent id="lapsed"/>',
            "s -> a", "a -> split", "split -> b", "split -> c", "b -> j", "c -> j", "j -> e", "late -> lapsed",
        )
    )  # fmt: skip
    ahead = process.look_ahead(graph, ["a", "late"], ["e"])
    assert set(ahead.way) == {"split", "b", "c", "j", "e"}
    assert ahead.way[0] == "split" and ahead.way[-1] == "e"
    assert ahead.aside == {"a": ("lapsed",)}


def test_the_way_leads_into_a_part_and_out_of_it() -> None:
    graph = process.compile_bpmn(
        drawing(
            '<startEvent id="s"/><subProcess id="part"><startEvent id="ps"/><userTask id="inner"/><endEvent id="pe"/>'
            '<sequenceFlow id="f1" sourceRef="ps" targetRef="inner"/><sequenceFlow id="f2" sourceRef="inner" targetRef="pe"/>'
            '</subProcess><userTask id="after"/><endEvent id="e"/>',
            "s -> part", "part -> after", "after -> e",
        )
    )  # fmt: skip
    assert process.look_ahead(graph, ["s"], ["e"]).way == ("part", "ps", "inner", "pe", "after", "e")
    assert process.look_ahead(graph, ["part", "inner"], ["e"]).way == ("pe", "after", "e")


@pytest.mark.parametrize("seed", range(60))
def test_in_any_drawing_the_way_ends_at_an_end_and_nothing_is_told_twice(seed: int) -> None:
    _, xml = random_block(seed, ("leaf", "seq", "sub", "loop", "exclusive", "inclusive", "and"))
    graph = process.compile_bpmn(xml)
    for place in (node.id for node in graph.user_tasks):
        ahead = process.look_ahead(graph, [place])
        told = [*ahead.way, *(id for ids in ahead.aside.values() for id in ids)]
        assert len(told) == len(set(told))
        assert place not in told
        assert ahead.way[-1] == "end"
