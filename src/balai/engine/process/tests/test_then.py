"""The second subset: call activity, loops, conditional, signal, escalation, link, compensation, event sub-process."""

from html import escape

import pytest

from balai.engine import process
from balai.engine.problems import Problems
from balai.engine.process.tests.drawing import NOW, Case, compiled, drawing, elements, flows

SIGNAL = '<signal id="sig" name="storm"/>'
ON_SIGNAL = '<signalEventDefinition signalRef="sig"/>'
ESCALATION = '<escalation id="esc" name="late" escalationCode="late"/>'
ON_ESCALATION = '<escalationEventDefinition escalationRef="esc"/>'
MESSAGE = '<message id="m" name="withdraw"/>'
ON_MESSAGE = '<messageEventDefinition messageRef="m"/>'


def boundary(id: str, host: str, inner: str, interrupting: bool = True) -> str:
    flag = "true" if interrupting else "false"
    return f'<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{flag}">{inner}</boundaryEvent>'


def sub(inner: str, *lines: str, id: str = "sub", event: bool = False) -> str:
    flag = ' triggeredByEvent="true"' if event else ""
    return f'<subProcess id="{id}"{flag}>{inner}{flows(*lines)}</subProcess>'


def many(kind: str, id: str, inner: str, sequential: bool = False, children: str = "") -> str:
    flag = "true" if sequential else "false"
    loop = f'<multiInstanceLoopCharacteristics isSequential="{flag}">{inner}</multiInstanceLoopCharacteristics>'
    return f'<{kind} id="{id}">{loop}{children}</{kind}>'


def condition(text: str) -> str:
    return f"<conditionalEventDefinition><condition>{escape(text)}</condition></conditionalEventDefinition>"


# ---- many instances


def test_parallel_instances_answer_into_one_list() -> None:
    task = many("userTask", "review", "<loopDataInputRef>experts</loopDataInputRef><inputDataItem name='expert'/>")
    case = Case(
        drawing(elements(s="startEvent", e="endEvent") + task, "s -> review -> e"), {"experts": ["a", "b", "c"]}
    )
    assert case.seen(process.OpenTask) == ["review"] * 3
    tokens = [e.token for e in case.effects if isinstance(e, process.OpenTask)]
    seen = process.view(case.graph, case.state, tokens[1], case.data, NOW)
    assert seen["expert"] == "b" and seen["loopCounter"] == 2
    case.do(process.Complete(tokens[2], {"review": {"ok": True}}))
    case.do(process.Complete(tokens[0], {"review": {"ok": False}, "note": "x"}))
    assert not case.state.done
    case.do(process.Complete(tokens[1], {"review": {"ok": None}}))
    assert case.state.done and case.data["note"] == "x"
    assert case.data["review"] == [{"ok": False}, {"ok": None}, {"ok": True}]


def test_sequential_instances_come_one_after_the_other() -> None:
    task = many("userTask", "review", "<loopCardinality>n</loopCardinality>", sequential=True)
    case = Case(drawing(elements(s="startEvent", e="endEvent") + task, "s -> review -> e"), {"n": 3})
    for index in range(3):
        assert case.seen(process.OpenTask) == ["review"] * (index + 1)
        case.complete("review", {"review": index})
    assert case.state.done and case.data["review"] == [0, 1, 2]


def test_a_completion_condition_ends_the_rest() -> None:
    until = "<completionCondition>numberOfCompletedInstances &gt;= 2</completionCondition>"
    task = many("userTask", "review", f"<loopCardinality>4</loopCardinality>{until}")
    case = Case(drawing(elements(s="startEvent", e="endEvent") + task, "s -> review -> e"))
    case.complete("review")
    move = case.complete("review")
    assert case.state.done
    assert [e.why for e in move.effects if isinstance(e, process.CloseTask)] == [
        "completed",
        "not needed",
        "not needed",
    ]


def test_no_instance_is_no_work_and_no_number_is_an_incident() -> None:
    task = many("userTask", "review", "<loopDataInputRef>experts</loopDataInputRef>")
    xml = drawing(elements(s="startEvent", e="endEvent") + task, "s -> review -> e")
    assert Case(xml, {"experts": []}).state.done
    stuck = Case(xml, {"experts": "nobody"})
    assert stuck.seen(process.TokenStuck) == ["review"]
    stuck.do(process.Update({"experts": ["a"]}))
    stuck.do(process.Retry(stuck.token("review")))
    assert stuck.complete("review").state.done


def test_each_instance_of_a_part_has_its_own_drawer() -> None:
    inner = elements(s1="startEvent", ask="userTask", g="exclusiveGateway", more="userTask", e1="endEvent")
    inner += flows("s1 -> ask -> g", "g -> more : ask.yes", "g -> e1 : not(ask.yes)", "more -> e1")
    part = many("subProcess", "part", "<loopCardinality>2</loopCardinality>", children=inner)
    case = Case(drawing(elements(s="startEvent", e="endEvent") + part, "s -> part -> e"), {"ask": {"yes": None}})
    case.complete("ask", {"ask": {"yes": True}}, 0)
    assert case.at.count("more") == 1 and case.at.count("ask") == 1
    case.complete("ask", {"ask": {"yes": False}})
    case.complete("more", {"more": {"x": 1}})
    assert case.state.done and case.data["ask"] == {"yes": None}
    assert case.data["part"] == [{"ask": {"yes": True}, "more": {"x": 1}}, {"ask": {"yes": False}}]


def test_a_boundary_event_ends_all_instances_at_once() -> None:
    task = many("userTask", "review", "<loopCardinality>3</loopCardinality>")
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    body = elements(s="startEvent", e="endEvent", x="userTask") + task + boundary("b", "review", timer)
    case = Case(drawing(body, "s -> review -> e", "b -> x -> e"))
    assert case.seen(process.SetTimer) == ["b"]
    case.complete("review")
    move = case.fire("b")
    assert case.at == ["x"] and sum(isinstance(e, process.CloseTask) for e in move.effects) == 2


def test_an_error_of_one_instance_is_caught_for_all() -> None:
    task = many("serviceTask", "call", "<loopCardinality>2</loopCardinality>")
    body = (
        elements(s="startEvent", e="endEvent", x="userTask") + task + boundary("b", "call", "<errorEventDefinition/>")
    )
    case = Case(drawing(body, "s -> call -> e", "b -> x -> e"))
    first = next(e.token for e in case.effects if isinstance(e, process.RunOperation))
    case.do(process.Fail(first, "down"))
    assert case.at == ["x"]


def test_many_scripts_run_at_once() -> None:
    script = "<script>{double: {value: item * 2}}</script>"
    task = many("scriptTask", "double", "<loopDataInputRef>numbers</loopDataInputRef>", children=script)
    case = Case(drawing(elements(s="startEvent", e="endEvent") + task, "s -> double -> e"), {"numbers": [1, 2, 3]})
    assert case.state.done and [int(d["value"]) for d in case.data["double"]] == [2, 4, 6]


def test_a_while_loop_goes_on_while_its_condition_is_true() -> None:
    loop = "<loopCondition>again</loopCondition>"
    loop = f'<standardLoopCharacteristics loopMaximum="4">{loop}</standardLoopCharacteristics>'
    body = elements(s="startEvent", e="endEvent") + f'<userTask id="a">{loop}</userTask>'
    case = Case(drawing(body, "s -> a -> e"))
    case.complete("a", {"again": True})
    case.complete("a", {"again": False})
    assert case.state.done
    case = Case(drawing(body, "s -> a -> e"))
    for _ in range(4):
        assert not case.state.done
        case.complete("a", {"again": True})
    assert case.state.done
    before = body.replace('loopMaximum="4"', 'loopMaximum="4" testBefore="true"')
    assert Case(drawing(before, "s -> a -> e")).state.done


# ---- call activity


def called() -> process.Graph:
    inner = elements(cs="startEvent", check="userTask", g="exclusiveGateway", ce="endEvent")
    bad = '<endEvent id="bad"><errorEventDefinition errorRef="er"/></endEvent>'
    error = '<error id="er" errorCode="refused"/>'
    xml = drawing(
        inner + bad, "cs -> check -> g", "g -> ce : check.ok", "g -> bad : not(check.ok)", before=error, id="inner"
    )
    return compiled(xml)


def test_a_called_process_has_its_own_drawer_and_its_errors_come_out() -> None:
    body = elements(s="startEvent", e="endEvent", x="userTask") + '<callActivity id="call" calledElement="inner"/>'
    body += boundary("b", "call", "<errorEventDefinition/>")
    xml = drawing(body, "s -> call -> e", "b -> x -> e")
    case = Case(xml, called={"inner": called()})
    assert case.at == ["call", "call:check"]
    case.complete("call:check", {"check": {"ok": True}})
    assert case.state.done and case.data == {"call": {"check": {"ok": True}}} and case.state.ended == ("e",)
    case = Case(xml, called={"inner": called()})
    case.complete("call:check", {"check": {"ok": False}})
    assert case.at == ["x"]


def test_a_graph_with_calls_has_a_key_of_all_its_files() -> None:
    xml = drawing(
        elements(s="startEvent", e="endEvent") + '<callActivity id="call" calledElement="inner"/>', "s -> call -> e"
    )
    other = compiled(drawing(elements(s="startEvent", e="endEvent"), "s -> e", id="inner"))
    assert compiled(xml, called={"inner": called()}).key != compiled(xml, called={"inner": other}).key


def test_a_call_can_call_and_repeat() -> None:
    middle = drawing(
        elements(s="startEvent", e="endEvent") + '<callActivity id="c2" calledElement="inner"/>',
        "s -> c2 -> e",
        id="mid",
    )
    graph = compiled(middle, called={"inner": called()})
    task = many("callActivity", "c1", "<loopCardinality>2</loopCardinality>")
    task = task.replace('id="c1"', 'id="c1" calledElement="mid"')
    case = Case(drawing(elements(s="startEvent", e="endEvent") + task, "s -> c1 -> e"), called={"mid": graph})
    for _ in range(2):
        case.complete("c1:c2:check", {"check": {"ok": True}})
    assert case.state.done and case.data == {"c1": [{"c2": {"check": {"ok": True}}}] * 2}


# ---- conditional, signal, escalation, link


def test_a_conditional_event_looks_at_every_change() -> None:
    body = (
        elements(s="startEvent", e="endEvent")
        + f'<intermediateCatchEvent id="c">{condition("paid")}</intermediateCatchEvent>'
    )
    case = Case(drawing(body, "s -> c -> e"))
    case.do(process.Update({"other": 1}))
    assert case.at == ["c"]
    case.do(process.Update({"paid": True}))
    assert case.state.done
    assert Case(drawing(body, "s -> c -> e"), {"paid": True}).state.done


def test_a_conditional_boundary_event_fires_each_time_it_becomes_true() -> None:
    body = elements(s="startEvent", e="endEvent", a="userTask", x="userTask") + boundary(
        "b", "a", condition("high"), False
    )
    case = Case(drawing(body, "s -> a -> e", "b -> x -> e"))
    for high, opened in ((True, 1), (True, 1), (False, 1), (True, 2)):
        case.do(process.Update({"high": high}))
        assert case.at.count("x") == opened


def test_a_signal_reaches_everyone_who_waits_and_is_thrown_to_others() -> None:
    body = elements(
        s="startEvent", f="parallelGateway", t="userTask", e="endEvent", e2="endEvent", a="userTask", x="userTask"
    )
    body += f'<intermediateCatchEvent id="c">{ON_SIGNAL}</intermediateCatchEvent>'
    body += f'<intermediateThrowEvent id="throw">{ON_SIGNAL}</intermediateThrowEvent>' + boundary("b", "a", ON_SIGNAL)
    xml = drawing(body, "s -> f -> c -> e", "f -> a -> e", "f -> t -> throw -> e2", "b -> x -> e", before=SIGNAL)
    case = Case(xml)
    move = case.complete("t")
    assert case.at == ["x"] and process.Throw("signal", "storm", "throw") in move.effects
    outside = Case(xml)
    outside.do(process.Signal("storm"))
    assert outside.at == ["t", "x"]
    assert isinstance(outside.do(process.Signal("storm")).effects[0], process.LogLine)


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_escalation_is_caught_around(interrupting: bool) -> None:
    inner = elements(s1="startEvent", a="userTask", b="userTask", e1="endEvent")
    inner += f'<intermediateThrowEvent id="throw">{ON_ESCALATION}</intermediateThrowEvent>'
    body = elements(s="startEvent", e="endEvent", x="userTask", e2="endEvent") + sub(
        inner, "s1 -> a -> throw -> b -> e1"
    )
    body += boundary("bd", "sub", ON_ESCALATION, interrupting)
    case = Case(drawing(body, "s -> sub -> e", "bd -> x -> e2", before=ESCALATION))
    case.complete("a")
    assert case.at == (["x"] if interrupting else ["b", "sub", "x"])


def test_an_escalation_nobody_catches_is_written_down_and_harmless() -> None:
    body = (
        elements(s="startEvent", e="endEvent")
        + f'<intermediateThrowEvent id="t">{ON_ESCALATION}</intermediateThrowEvent>'
    )
    case = Case(drawing(body, "s -> t -> e", before=ESCALATION))
    assert case.state.done and any(isinstance(effect, process.LogLine) for effect in case.effects)


def test_a_person_can_escalate_a_task_that_goes_on() -> None:
    body = elements(s="startEvent", a="userTask", e="endEvent", x="userTask") + boundary("b", "a", ON_ESCALATION, False)
    case = Case(drawing(body, "s -> a -> e", "b -> x", before=ESCALATION))
    case.do(process.Escalate(case.token("a"), "late"))
    assert case.at == ["a", "x"]


def test_links_lead_on() -> None:
    body = elements(s="startEvent", a="userTask", e="endEvent")
    body += '<intermediateThrowEvent id="out"><linkEventDefinition name="A"/></intermediateThrowEvent>'
    body += '<intermediateCatchEvent id="in"><linkEventDefinition name="A"/></intermediateCatchEvent>'
    case = Case(drawing(body, "s -> out", "in -> a -> e"))
    assert case.at == ["a"]


# ---- event sub-process


@pytest.mark.parametrize("interrupting", [True, False])
def test_an_event_sub_process_waits_beside_the_process(interrupting: bool) -> None:
    flag = "true" if interrupting else "false"
    inner = f'<startEvent id="w" isInterrupting="{flag}">{ON_MESSAGE}</startEvent>' + elements(
        ask="userTask", we="endEvent"
    )
    body = elements(s="startEvent", a="userTask", e="endEvent") + sub(inner, "w -> ask -> we", id="wd", event=True)
    case = Case(drawing(body, "s -> a -> e", before=MESSAGE))
    assert case.at == ["a", "w"]
    assert [node.id for node in case.graph.end_events] == ["e", "we"]
    case.do(process.Message("withdraw"))
    assert case.at == (["ask", "wd"] if interrupting else ["a", "ask", "w", "wd"])
    case.complete("ask")
    if not interrupting:
        case.do(process.Message("withdraw"))  # it can happen again
        case.complete("ask")
        case.complete("a")
    assert case.state.done and case.state.ended[0] == "we"
    assert case.move.effects[-1] == process.Done(case.state.ended[-1])


def test_its_watch_ends_with_the_process() -> None:
    inner = f'<startEvent id="w">{ON_MESSAGE}</startEvent>' + elements(we="endEvent")
    body = elements(s="startEvent", a="userTask", e="endEvent") + sub(inner, "w -> we", id="wd", event=True)
    case = Case(drawing(body, "s -> a -> e", before=MESSAGE))
    watcher = case.token("w")
    assert process.Unsubscribe(watcher, "w", "withdraw") in case.complete("a").effects
    assert case.state.done


def test_an_error_event_sub_process_catches_inside_its_scope() -> None:
    handler = sub('<startEvent id="es"><errorEventDefinition/></startEvent>' + elements(fix="userTask", ee="endEvent"),
                  "es -> fix -> ee", id="handler", event=True)  # fmt: skip
    part = sub(elements(s1="startEvent", a="serviceTask", e1="endEvent") + handler, "s1 -> a -> e1")
    case = Case(drawing(elements(s="startEvent", n="userTask") + part, "s -> sub -> n"))
    case.do(process.Fail(case.token("a"), "boom"))
    assert case.at == ["fix", "handler", "sub"]
    case.complete("fix")
    assert case.at == ["n"]


def test_an_error_thrown_in_its_handler_leaves_the_scope() -> None:
    again = '<endEvent id="again"><errorEventDefinition errorRef="x"/></endEvent>'
    inside = '<startEvent id="es"><errorEventDefinition/></startEvent>' + again
    handler = sub(inside, "es -> again", id="handler", event=True)
    part = sub(elements(s1="startEvent", a="serviceTask", e1="endEvent") + handler, "s1 -> a -> e1")
    body = (
        elements(s="startEvent", e="endEvent", out="userTask") + part + boundary("b", "sub", "<errorEventDefinition/>")
    )
    case = Case(drawing(body, "s -> sub -> e", "b -> out -> e", before='<error id="x" errorCode="x"/>'))
    case.do(process.Fail(case.token("a"), "boom"))
    assert case.at == ["out"]


# ---- compensation


def undoable(id: str) -> str:
    """Write a user task with a service task that undoes it."""
    return (
        elements(**{id: "userTask"})
        + f'<serviceTask id="undo_{id}" isForCompensation="true"/>'
        + boundary(f"c_{id}", id, "<compensateEventDefinition/>")
        + f'<association id="as_{id}" sourceRef="c_{id}" targetRef="undo_{id}"/>'
    )


def throw(reference: str = "", kind: str = "intermediateThrowEvent") -> str:
    activity = f' activityRef="{reference}"' if reference else ""
    return f'<{kind} id="undo"><compensateEventDefinition{activity}/></{kind}>'


def test_what_was_done_is_undone_last_first() -> None:
    body = elements(s="startEvent", e="endEvent") + undoable("a") + undoable("b") + throw()
    xml = drawing(body, "s -> a -> b -> undo -> e")
    case = Case(xml)
    case.complete("a")
    case.complete("b")
    assert case.at == ["undo", "undo_b"]
    case.complete("undo_b")
    assert case.at == ["undo", "undo_a"]
    case.complete("undo_a")
    assert case.state.done and case.state.ended == ("e",) and not case.state.undoable


def test_only_the_named_activity_is_undone_and_only_if_it_was_done() -> None:
    body = elements(s="startEvent") + undoable("a") + undoable("b") + throw("a", "endEvent")
    case = Case(drawing(body, "s -> a -> b -> undo"))
    case.complete("a")
    case.complete("b")
    assert case.at == ["undo", "undo_a"]
    case.complete("undo_a")
    assert case.state.done and case.state.ended == ("undo",)
    other = elements(s="startEvent", e="endEvent", x="exclusiveGateway", m="exclusiveGateway") + undoable("a") + throw()
    case = Case(drawing(other, "s -> x", "x -> a : false", "x -> m : true", "a -> m -> undo -> e"))
    assert case.state.done


def test_what_a_finished_part_did_is_undone_from_outside() -> None:
    part = sub(elements(s1="startEvent", e1="endEvent") + undoable("a"), "s1 -> a -> e1")
    body = elements(s="startEvent", e="endEvent") + part + throw("sub")
    case = Case(drawing(body, "s -> sub -> undo -> e"))
    case.complete("a")
    assert case.at == ["undo", "undo_a"]
    case.complete("undo_a")
    assert case.state.done


# ---- an operator's hand


def test_an_operator_moves_a_token_and_ends_and_adds_some() -> None:
    case = Case(drawing(elements(s="startEvent", a="userTask", b="userTask", e="endEvent"), "s -> a -> b -> e"))
    old = case.token("a")
    move = case.do(process.Modify(moves=((old, "b"),), reason="skipped by order"))
    assert case.at == ["b"] and move.effects[0] == process.LogLine("skipped by order")
    assert process.CloseTask(old, "a", "moved") in move.effects
    with pytest.raises(process.Stale):
        case.do(process.Complete(old))
    case.do(process.Modify(add=("a",)))
    assert case.at == ["a", "b"]
    case.do(process.Modify(end=(case.token("a"), case.token("b"))))
    assert case.state.done and case.state.ended == ()
    with pytest.raises(process.Impossible):
        case.do(process.Modify(add=("nowhere",)))


def test_a_token_moves_into_and_out_of_a_part() -> None:
    part = sub(elements(s1="startEvent", a="userTask", e1="endEvent"), "s1 -> a -> e1")
    xml = drawing(elements(s="startEvent", n="userTask", e="endEvent") + part, "s -> n -> sub -> e")
    case = Case(xml)
    case.do(process.Modify(moves=((case.token("n"), "a"),)))
    assert case.at == ["a", "sub"]
    case.do(process.Modify(moves=((case.token("a"), "n"),)))
    assert case.at == ["n"]
    case.complete("n")
    case.complete("a")
    assert case.state.done


def test_a_lost_operation_is_run_again_under_a_new_token() -> None:
    case = Case(drawing(elements(s="startEvent", a="serviceTask", e="endEvent"), "s -> a -> e"))
    old = case.token("a")
    move = case.do(process.Retry(old))
    assert move.effects == (process.CancelOperation(old, "a"), process.RunOperation(case.token("a"), "a"))
    task = Case(drawing(elements(s="startEvent", a="userTask", e="endEvent"), "s -> a -> e"))
    with pytest.raises(process.Impossible):
        task.do(process.Retry(task.token("a")))


# ---- calls within one file


def test_a_process_calls_another_of_its_file_or_a_global_task() -> None:
    from balai.engine.process.tests.drawing import HEAD

    body = elements(s="startEvent", e="endEvent") + '<callActivity id="c" calledElement="other"/>'
    body += '<callActivity id="g" name="Panggil" calledElement="task1"/>' + flows("s -> c -> g -> e")
    other = elements(s2="startEvent", a="userTask", e2="endEvent") + flows("s2 -> a -> e2")
    text = f'{HEAD}<process id="p" isExecutable="true">{body}</process><process id="other">{other}</process>'
    xml = f'{text}<globalUserTask id="task1" name="Panggil"/></definitions>'.encode()
    case = Case(xml)
    case.complete("c:a", {"a": 1})
    assert case.at == ["g"] and case.data == {"c": {"a": 1}} and case.graph.nodes["g"].kind == "userTask"
    assert case.complete("g").state.done
    own = xml.replace(b'calledElement="other"', b'calledElement="p"')
    with pytest.raises(Problems, match="calls itself"):
        compiled(own)
    around = xml.replace(b'<userTask id="a"/>', b'<callActivity id="a" calledElement="p"/>')
    with pytest.raises(Problems, match="calls itself"):
        compiled(around)
