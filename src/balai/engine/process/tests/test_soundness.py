"""What `check` proves: sound processes pass, each kind of fault is told at its element."""

import re

import pytest

from balai.engine import process
from balai.engine.process.soundness import SoundnessProblem
from balai.engine.process.tests.drawing import compiled, drawing, elements, flows


def errors(xml: bytes, **options: object) -> list[tuple[str, str]]:
    found = process.check(compiled(xml), **options)  # type: ignore[arg-type]
    return [(f.element, re.sub("'.*?' ?", "", f.message)) for f in found if f.severity == "error"]


@pytest.mark.parametrize("sealed", [True, False])
def test_the_standard_process_is_sound(sealed: bool) -> None:
    found = process.check(compiled(process.standard_process(sealed=sealed)))
    assert {(f.element, f.severity) for f in found} == {("check_result", "warning"), ("decision", "warning")}
    assert all(isinstance(f, SoundnessProblem) and f.fix and f.line for f in found)


def test_a_join_that_waits_for_a_branch_not_taken_is_told() -> None:
    body = elements(s="startEvent", a="userTask", b="userTask", j="parallelGateway", e="endEvent")
    body += '<exclusiveGateway id="x" default="x_b"/>'
    found = errors(drawing(body, "s -> x", "x -> a : y", "x -> b", "a -> j", "b -> j", "j -> e"))
    assert ("j", "can wait for ever: a token it waits for may never come.") in found
    assert ("e", "can never be reached.") in found


def test_a_task_reached_twice_at_once_is_told() -> None:
    body = elements(
        s="startEvent",
        f="parallelGateway",
        a="userTask",
        b="userTask",
        m="exclusiveGateway",
        t="userTask",
        e="endEvent",
    )
    found = errors(drawing(body, "s -> f -> a -> m -> t -> e", "f -> b -> m"))
    assert found == [("t", "can be reached twice at the same time.")]


def test_a_reminder_beside_the_work_is_no_doubling() -> None:
    cycle = "<timerEventDefinition><timeCycle>R/P1D</timeCycle></timerEventDefinition>"
    body = elements(s="startEvent", a="userTask", tell="serviceTask", e="endEvent", e2="endEvent")
    body += f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{cycle}</boundaryEvent>'
    assert errors(drawing(body, "s -> a -> e", "b -> tell -> e2")) == []


def test_a_loop_without_a_way_out_is_told() -> None:
    body = elements(s="startEvent", m="exclusiveGateway", a="userTask", b="userTask")
    found = errors(drawing(body, "s -> m -> a -> b -> m"))
    assert [message for _, message in found] == ["From the end can never be reached."]


def test_going_round_without_waiting_is_told() -> None:
    body = elements(s="startEvent", m="exclusiveGateway", e="endEvent") + '<exclusiveGateway id="g" default="g_m"/>'
    found = errors(drawing(body, "s -> m -> g", "g -> m", "g -> e : done"))
    assert ("s", "After the process can go round without ever waiting.") in found


def test_branches_that_write_the_same_answer_are_told() -> None:
    body = elements(s="startEvent", f="parallelGateway", a="userTask", b="userTask", j="parallelGateway", e="endEvent")
    xml = drawing(body, "s -> f -> a -> j -> e", "f -> b -> j")
    assert errors(xml) == []
    found = errors(xml, writes={"a": {"apply", "x"}, "b": {"apply"}})
    assert found == [("a", "and may be open together and write apply.")]
    one_after_the_other = drawing(
        elements(s="startEvent", a="userTask", b="userTask", e="endEvent"), "s -> a -> b -> e"
    )
    assert errors(one_after_the_other, writes={"a": {"apply"}, "b": {"apply"}}) == []


def test_a_rule_in_one_branch_and_a_task_in_the_other_are_told() -> None:
    body = elements(
        s="startEvent",
        f="parallelGateway",
        a="userTask",
        c="userTask",
        r="businessRuleTask",
        j="parallelGateway",
        e="endEvent",
    )
    xml = drawing(body, "s -> f -> a -> j -> e", "f -> c -> r -> j")
    assert errors(xml, writes={"a": {"fee"}, "r": {"fee"}}) == [("a", "and may be open together and write fee.")]


def test_inclusive_many_calls_compensation_and_handlers_are_sound() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>"
    handler = (
        '<startEvent id="w"><messageEventDefinition messageRef="m"/></startEvent>'
        + elements(we="endEvent")
        + flows("w -> we")
    )
    body = (
        elements(s="startEvent", a="userTask", j="inclusiveGateway", e="endEvent")
        + f'<userTask id="b">{loop}</userTask>'
    )
    body += (
        '<inclusiveGateway id="f" default="f_b"/>'
        + f'<subProcess id="h" triggeredByEvent="true">{handler}</subProcess>'
    )
    xml = drawing(
        body, "s -> f", "f -> a : x", "f -> b", "a -> j", "b -> j", "j -> e", before='<message id="m" name="m"/>'
    )
    assert errors(xml) == []


def test_an_error_no_one_can_raise_leaves_no_false_alarm_and_a_dead_part_is_told() -> None:
    body = elements(
        s="startEvent", a="serviceTask", fix="userTask", e="endEvent", never="userTask", m="exclusiveGateway"
    )
    body += '<boundaryEvent id="b" attachedToRef="a"><errorEventDefinition/></boundaryEvent>'
    xml = drawing(body, "s -> a -> e", "b -> fix -> a", "never -> m -> never")
    found = errors(xml)
    assert found == [("never", "can never be reached."), ("m", "can never be reached.")] or set(found) == {
        ("never", "can never be reached."),
        ("m", "can never be reached."),
    }


def test_a_process_too_large_is_said_to_be_so() -> None:
    body = elements(s="startEvent", f="parallelGateway", j="parallelGateway", e="endEvent")
    body += elements(**{f"t{i}": "userTask" for i in range(12)})
    lines = [f"f -> t{i} -> j" for i in range(12)]
    found = process.check(compiled(drawing(body, "s -> f", "j -> e", *lines)), max_positions=500)
    assert [f.severity for f in found] == ["warning"] and "too large" in found[0].message


def test_closed_answers_tell_whether_a_gateway_needs_a_default() -> None:
    graph = compiled(process.standard_process())
    answers = {"check.result": ["complete", "incomplete"], "decide.outcome": ["grant", "refuse", "later"]}
    (found,) = process.check(graph, answers=answers)
    assert found.element == "decision" and "decide.outcome = 'later'" in found.message
    assert process.check(graph, answers=answers | {"decide.outcome": ["grant", "refuse"]}) == ()
    assert len(process.check(graph, answers={"check.result": ["complete", "incomplete"]})) == 1


def test_two_answers_are_tried_together() -> None:
    body = elements(s="startEvent", t="userTask", g="exclusiveGateway", a="endEvent", b="endEvent")
    xml = drawing(body, "s -> t -> g", "g -> a : t.x and t.y", "g -> b : not(t.x)")
    (found,) = process.check(compiled(xml), answers={"t.x": [True, False], "t.y": [True, False]})
    assert "t.x = True, t.y = False" in found.message


def test_a_reminder_that_ends_beside_is_no_loose_end() -> None:
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    body = elements(s="startEvent", a="userTask", tell="serviceTask", e="endEvent")
    body += f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{timer}</boundaryEvent>'
    assert process.check(compiled(drawing(body, "s -> a -> e", "b -> tell"))) == ()
