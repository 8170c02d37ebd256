"""Where elements meet: what a careless engine gets wrong."""

from datetime import datetime

import pytest

from balai.engine import process
from balai.engine.process.tests.drawing import NOW, Case, compiled, drawing, elements, flows

ESCALATION = '<escalation id="esc" name="late" escalationCode="late"/>'
ON_ESCALATION = '<escalationEventDefinition escalationRef="esc"/>'
TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"
MANY = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"


def boundary(id: str, host: str, inner: str, interrupting: bool = True) -> str:
    flag = "true" if interrupting else "false"
    return f'<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{flag}">{inner}</boundaryEvent>'


def sub(inner: str, *lines: str, id: str = "sub", event: bool = False, loop: str = "") -> str:
    flag = ' triggeredByEvent="true"' if event else ""
    return f'<subProcess id="{id}"{flag}>{loop}{inner}{flows(*lines)}</subProcess>'


def test_who_throws_is_gone_when_an_interrupting_handler_catches() -> None:
    """At the top level too: the thrower must not walk on beside the handler that ended it."""
    handler = sub(f'<startEvent id="h">{ON_ESCALATION}</startEvent>' + elements(fix="userTask", he="endEvent"),
                  "h -> fix -> he", id="handler", event=True)  # fmt: skip
    body = elements(s="startEvent", a="userTask", after="userTask", e="endEvent") + handler
    body += f'<intermediateThrowEvent id="t">{ON_ESCALATION}</intermediateThrowEvent>'
    case = Case(drawing(body, "s -> a -> t -> after -> e", before=ESCALATION))
    case.complete("a")
    assert case.at == ["fix", "handler"]


def test_a_signal_that_ends_its_own_thrower() -> None:
    signal = '<signalEventDefinition signalRef="g"/>'
    inner = (
        elements(s1="startEvent", e1="endEvent") + f'<intermediateThrowEvent id="t">{signal}</intermediateThrowEvent>'
    )
    body = elements(s="startEvent", n="userTask", e="endEvent", x="userTask") + sub(inner, "s1 -> t -> e1")
    body += boundary("b", "sub", signal)
    case = Case(drawing(body, "s -> n -> sub -> e", "b -> x -> e", before='<signal id="g" name="g"/>'))
    case.complete("n")
    assert case.at == ["x"]


def test_an_error_in_an_instance_goes_to_its_own_handler_and_from_there_out() -> None:
    again = '<endEvent id="bad"><errorEventDefinition errorRef="x"/></endEvent>'
    handler = sub(
        '<startEvent id="h"><errorEventDefinition/></startEvent>' + again, "h -> bad", id="handler", event=True
    )
    part = sub(elements(s1="startEvent", a="serviceTask", e1="endEvent") + handler, "s1 -> a -> e1", loop=MANY)
    body = (
        elements(s="startEvent", e="endEvent", out="userTask") + part + boundary("b", "sub", "<errorEventDefinition/>")
    )
    case = Case(drawing(body, "s -> sub -> e", "b -> out -> e", before='<error id="x" errorCode="x"/>'))
    case.do(process.Fail(case.token("a"), "boom"))
    assert case.at == ["out"]


def test_the_data_a_watching_event_reads_is_that_of_the_scope_around() -> None:
    inner = compiled(drawing(elements(s="startEvent", a="userTask", e="endEvent"), "s -> a -> e", id="inner"))
    event = TIMER.format("= limit")
    body = (
        elements(s="startEvent", e="endEvent")
        + '<callActivity id="call" calledElement="inner"/>'
        + boundary("b", "call", event)
    )
    case = Case(
        drawing(body, "s -> call -> e", "b -> e"), {"limit": "P3D", "call": {"limit": "P9D"}}, called={"inner": inner}
    )
    due = next(e.due_at for e in case.effects if isinstance(e, process.SetTimer))
    assert (due - NOW).days == 3


@pytest.mark.parametrize("code", ["timer", "no-way", "count", "script", ""])
def test_an_operations_own_codes_are_not_mistaken_for_ours(code: str) -> None:
    case = Case(drawing(elements(s="startEvent", a="serviceTask", e="endEvent"), "s -> a -> e"))
    case.do(process.Fail(case.token("a"), code))
    assert case.state.tokens[0].stuck == (code or "failed")
    case.do(process.Retry(case.token("a")))
    assert case.at == ["a"] and not case.state.tokens[0].stuck
    assert case.complete("a").state.done


def test_a_stuck_operation_can_be_done_by_hand() -> None:
    case = Case(drawing(elements(s="startEvent", a="serviceTask", e="endEvent"), "s -> a -> e"))
    case.do(process.Fail(case.token("a"), "down"))
    assert case.complete("a", {"a": {"by": "hand"}}).state.done


def test_ending_a_reminder_leaves_its_task_alone() -> None:
    body = elements(s="startEvent", a="userTask", e="endEvent") + boundary("b", "a", TIMER.format("P1D"), False)
    case = Case(drawing(body, "s -> a -> e", "b -> e"))
    case.do(process.Modify(end=(case.token("b"),)))
    assert case.at == ["a"]


def test_ending_instances_ends_the_loop_with_the_last() -> None:
    body = elements(s="startEvent", n="userTask", e="endEvent") + f'<userTask id="a">{MANY}</userTask>'
    case = Case(drawing(body + boundary("b", "a", TIMER.format("P1D")), "s -> a -> n -> e", "b -> e"))
    first, second = [e.token for e in case.effects if isinstance(e, process.OpenTask)]
    case.do(process.Modify(end=(first,)))
    assert case.at == ["a", "a", "b"]
    case.do(process.Modify(end=(second,)))
    assert case.state.done and case.seen(process.ClearTimer) == ["b"]


def test_moving_the_last_token_out_of_a_part_takes_the_part_away() -> None:
    part = sub(elements(s1="startEvent", a="userTask", e1="endEvent"), "s1 -> a -> e1")
    body = elements(s="startEvent", n="userTask", e="endEvent") + part + boundary("b", "sub", TIMER.format("P1D"))
    case = Case(drawing(body, "s -> sub -> n -> e", "b -> e"))
    case.do(process.Modify(moves=((case.token("a"), "n"),)))
    assert case.at == ["n"] and case.state.ended == () and case.seen(process.ClearTimer) == ["b"]
    ended = Case(drawing(body, "s -> sub -> n -> e", "b -> e"))
    ended.do(process.Modify(end=(ended.token("a"),)))
    assert ended.at == ["n"]  # ended is like having come to its end


def test_moving_one_of_two_instances_leaves_the_other() -> None:
    body = elements(s="startEvent", n="userTask", e="endEvent") + f'<userTask id="a">{MANY}</userTask>'
    case = Case(drawing(body, "s -> a -> e", "n -> e", "a -> n"))
    first = next(e.token for e in case.effects if isinstance(e, process.OpenTask))
    case.do(process.Modify(moves=((first, "n"),)))
    assert case.at == ["a", "a", "n"]
    case.complete("a")
    assert case.at.count("n") == 2


def test_an_operator_pushes_a_token_through_a_join() -> None:
    body = elements(s="startEvent", f="parallelGateway", a="userTask", b="userTask", j="parallelGateway", n="userTask")
    case = Case(drawing(body, "s -> f -> a -> j -> n", "f -> b -> j"))
    case.complete("a")
    case.do(process.Modify(moves=((case.token("j"), "n"),), end=(case.token("b"),)))
    assert case.at == ["n"]


def test_an_undoing_task_begun_by_an_operator_ends_by_itself() -> None:
    body = elements(s="startEvent", a="userTask", e="endEvent") + '<serviceTask id="undo" isForCompensation="true"/>'
    body += boundary("c", "a", "<compensateEventDefinition/>") + '<association id="x" sourceRef="c" targetRef="undo"/>'
    case = Case(drawing(body, "s -> a -> e"))
    case.do(process.Modify(moves=((case.token("a"), "undo"),)))
    assert case.complete("undo").state.done


def test_what_is_undone_survives_json() -> None:
    body = (
        elements(s="startEvent", a="userTask", b="userTask", e="endEvent")
        + '<task id="undo" isForCompensation="true"/>'
    )
    body += boundary("c", "a", "<compensateEventDefinition/>") + '<association id="x" sourceRef="c" targetRef="undo"/>'
    case = Case(drawing(body, "s -> a -> b -> e"))
    case.complete("a")
    assert case.state.undoable and process.State.from_json(case.state.to_json()) == case.state


def test_an_inclusive_join_waits_for_a_branch_that_may_still_come_by_its_deadline() -> None:
    body = elements(
        s="startEvent",
        f="inclusiveGateway",
        a="userTask",
        b="userTask",
        late="userTask",
        j="inclusiveGateway",
        e="endEvent",
    )
    body += boundary("d", "a", TIMER.format("P1D"))
    case = Case(
        drawing(body, "s -> f", "f -> a : true", "f -> b : true", "b -> j", "d -> late -> j", "a -> e", "j -> e")
    )
    case.complete("b")
    assert case.at == ["a", "d", "j"]
    case.fire("d")
    case.complete("late")
    assert case.state.done


def test_a_terminate_end_drops_what_the_same_step_had_begun() -> None:
    body = elements(s="startEvent", f="parallelGateway", a="userTask")
    body += '<endEvent id="stop"><terminateEventDefinition/></endEvent>'
    case = Case(drawing(body, "s -> f -> stop", "f -> a"))
    assert case.state.done and not case.seen(process.OpenTask)


def test_a_moment_beyond_the_calendar_is_an_incident_not_a_crash() -> None:
    for text in ("P9999Y", "P7973YT8784H"):
        body = (
            elements(s="startEvent", e="endEvent")
            + f'<intermediateCatchEvent id="t">{TIMER.format(text)}</intermediateCatchEvent>'
        )
        assert Case(drawing(body, "s -> t -> e")).seen(process.TokenStuck) == ["t"]


def test_time_without_a_zone_is_refused() -> None:
    graph = compiled(process.standard_process())
    with pytest.raises(ValueError, match="zone"):
        process.start(graph, {}, datetime(2026, 1, 1))  # noqa: DTZ001


def test_the_position_for_a_picture_is_where_work_stands() -> None:
    part = sub(elements(s1="startEvent", e1="endEvent") + f'<userTask id="a">{MANY}</userTask>', "s1 -> a -> e1")
    body = elements(s="startEvent", e="endEvent") + part + boundary("b", "sub", TIMER.format("P1D"))
    case = Case(drawing(body, "s -> sub -> e", "b -> e"))
    assert process.position(case.graph, case.state) == ("a",)


def test_a_rule_that_fails_is_not_called_dead_behind_it() -> None:
    body = elements(s="startEvent", r="businessRuleTask", fix="userTask", e="endEvent") + boundary(
        "b", "r", "<errorEventDefinition/>"
    )
    found = process.check(compiled(drawing(body, "s -> r -> e", "b -> fix -> e")))
    assert found == ()


def test_a_loose_end_is_warned_of() -> None:
    found = process.check(compiled(drawing(elements(s="startEvent", a="userTask"), "s -> a")))
    assert [(f.element, f.severity) for f in found] == [("a", "warning")]


def test_a_join_inside_many_parts_never_mixes_their_tokens() -> None:
    inside = elements(
        s1="startEvent", f="parallelGateway", a="userTask", b="userTask", j="parallelGateway", e1="endEvent"
    )
    part = sub(inside, "s1 -> f -> a -> j -> e1", "f -> b -> j", loop=MANY)
    case = Case(drawing(elements(s="startEvent", n="userTask") + part, "s -> sub -> n"))
    case.complete("a", nth=0)
    case.complete("b", nth=1)  # of the other instance
    assert case.at.count("j") == 2
    case.complete("b")
    assert case.at.count("j") == 1 and "sub" in case.at
    case.complete("a")
    assert case.at == ["n"]


def test_what_an_interrupted_part_had_done_is_not_undone_later() -> None:
    inside = elements(s1="startEvent", a="userTask", b="userTask", e1="endEvent")
    inside += '<task id="undo" isForCompensation="true"/>' + boundary("c", "a", "<compensateEventDefinition/>")
    inside += '<association id="x" sourceRef="c" targetRef="undo"/>'
    body = (
        elements(s="startEvent", e="endEvent")
        + sub(inside, "s1 -> a -> b -> e1")
        + boundary("d", "sub", TIMER.format("P1D"))
    )
    body += '<intermediateThrowEvent id="t"><compensateEventDefinition/></intermediateThrowEvent>'
    case = Case(drawing(body, "s -> sub -> e", "d -> t -> e"))
    case.complete("a")
    assert case.state.undoable
    case.fire("d")
    assert case.state.done and case.state.undoable == () and "undo" not in case.seen(process.Enter)
