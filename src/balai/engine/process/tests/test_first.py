"""The first subset, element by element."""

from datetime import UTC, datetime, timedelta

import pytest

from balai.engine import process
from balai.engine.process.tests.drawing import NOW, Case, drawing, elements

TIMER = "<timerEventDefinition><timeDuration>{}</timeDuration></timerEventDefinition>"
CYCLE = "<timerEventDefinition><timeCycle>{}</timeCycle></timerEventDefinition>"
MESSAGE = '<message id="m" name="paid"/>'
WAIT = '<messageEventDefinition messageRef="m"/>'


def boundary(id: str, host: str, inner: str, interrupting: bool = True) -> str:
    flag = "true" if interrupting else "false"
    return f'<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{flag}">{inner}</boundaryEvent>'


# ---- tasks


@pytest.mark.parametrize("kind", ["userTask", "manualTask", "task"])
def test_a_task_for_people_is_opened_and_completed(kind: str) -> None:
    case = Case(drawing(elements(s="startEvent", a=kind, e="endEvent"), "s -> a -> e"))
    assert case.seen(process.OpenTask) == ["a"] and case.at == ["a"]
    move = case.complete("a", {"a": {"x": 1}})
    assert move.data == {"a": {"x": 1}}
    assert move.state.done and move.state.ended == ("e",)
    assert move.effects[-1] == process.Done("e")
    assert process.CloseTask("1", "a", "completed") in move.effects


@pytest.mark.parametrize("kind", ["serviceTask", "sendTask"])
def test_an_operation_is_outbox_work(kind: str) -> None:
    case = Case(drawing(elements(s="startEvent", a=kind, e="endEvent"), "s -> a -> e"))
    assert process.RunOperation("1", "a") in case.effects and not case.state.done
    assert case.complete("a").state.ended == ("e",)


def test_a_receive_task_waits_for_its_message() -> None:
    body = elements(s="startEvent", e="endEvent") + '<receiveTask id="a" messageRef="m"/>'
    case = Case(drawing(body, "s -> a -> e", before=MESSAGE))
    assert process.Subscribe("1", "a", "paid") in case.effects
    with pytest.raises(process.Stale):
        case.do(process.Message("lost"))
    assert process.Unsubscribe("1", "a", "paid") in case.do(process.Message("paid", {"sum": 7})).effects
    assert case.state.done and case.data == {"sum": 7}


def test_a_script_writes_the_entries_of_its_context() -> None:
    body = (
        elements(s="startEvent", e="endEvent")
        + '<scriptTask id="a"><script>{total: fee + 1, old: fee}</script></scriptTask>'
    )
    case = Case(drawing(body, "s -> a -> e"), {"fee": 4})
    assert case.state.done and case.data == {"fee": 4, "total": 5, "old": 4}


def test_a_script_that_gives_no_context_is_an_incident_and_can_be_retried() -> None:
    body = (
        elements(s="startEvent", e="endEvent")
        + '<scriptTask id="a"><script>if ok then {b: 1} else 2</script></scriptTask>'
    )
    case = Case(drawing(body, "s -> a -> e"), {"ok": False})
    assert case.seen(process.TokenStuck) == ["a"] and case.state.tokens[0].stuck == "script"
    old = case.state.tokens[0].id
    case.do(process.Update({"ok": True}))
    case.do(process.Retry(old))
    assert case.state.done and case.data["b"] == 1


def test_a_business_rule_task_is_decided_inline() -> None:
    asked = []

    def decide(node, data, now):  # type: ignore[no-untyped-def]
        asked.append((node, dict(data), now))
        return {"risk": {"level": "low"}}

    case = Case(
        drawing(elements(s="startEvent", risk="businessRuleTask", e="endEvent"), "s -> risk -> e"),
        {"a": 1},
        decide=decide,
    )
    assert case.state.done and case.data == {"a": 1, "risk": {"level": "low"}}
    assert asked == [("risk", {"a": 1}, NOW)]


def test_a_rule_that_cannot_answer_is_taken_by_an_error_event() -> None:
    def decide(node, data, now):  # type: ignore[no-untyped-def]
        raise process.DecisionFailure("no-rule")

    body = elements(s="startEvent", risk="businessRuleTask", e="endEvent", u="userTask") + boundary(
        "b", "risk", "<errorEventDefinition/>"
    )
    case = Case(drawing(body, "s -> risk -> e", "b -> u -> e"), decide=decide)
    assert case.at == ["u"]


# ---- gateways


def test_an_exclusive_gateway_takes_the_first_true_way_or_the_default() -> None:
    body = (
        elements(s="startEvent", a="userTask", b="userTask", c="userTask") + '<exclusiveGateway id="g" default="g_c"/>'
    )
    xml = drawing(body, "s -> g", "g -> a : x > 1", "g -> b : x > 0", "g -> c")
    assert [Case(xml, {"x": x}).at for x in (2, 1, 0)] == [["a"], ["b"], ["c"]]
    assert Case(xml).at == ["c"]  # null is not true


def test_no_way_out_is_an_incident_that_keeps_the_work() -> None:
    body = elements(s="startEvent", t="userTask", g="exclusiveGateway", a="userTask", b="userTask")
    case = Case(drawing(body, "s -> t -> g", "g -> a : x = 1", "g -> b : x = 2"))
    case.complete("t", {"x": 3})
    assert case.data["x"] == 3 and case.at == ["g"]
    assert case.seen(process.TokenStuck) == ["g"]
    case.do(process.Update({"x": 2}))
    case.do(process.Retry(case.token("g")))
    assert case.at == ["b"]


def test_a_parallel_gateway_splits_and_joins() -> None:
    body = elements(s="startEvent", f="parallelGateway", a="userTask", b="userTask", j="parallelGateway", e="endEvent")
    case = Case(drawing(body, "s -> f -> a -> j -> e", "f -> b -> j"))
    assert case.at == ["a", "b"]
    case.complete("b")
    assert case.at == ["a", "j"]
    case.complete("a")
    assert case.state.done and case.state.ended == ("e",)


def test_a_join_inside_a_loop_waits_for_every_branch_each_round() -> None:
    """SpiffWorkflow fires it after one branch on the second pass: send back for correction around parallel reviews."""
    body = elements(
        s="startEvent", m="exclusiveGateway", f="parallelGateway", a="userTask", b="userTask", j="parallelGateway",
        g="exclusiveGateway", e="endEvent",
    )  # fmt: skip
    case = Case(drawing(body, "s -> m -> f -> a -> j -> g", "f -> b -> j", "g -> m : again", "g -> e : not(again)"))
    for round in range(20):
        case.complete("a" if round % 2 else "b", {"again": round < 19})
        assert len(case.state.tokens) == 2 and "j" in case.at
        case.complete("b" if round % 2 else "a")
    assert case.state.done and case.state.ended == ("e",)


def test_two_tokens_on_one_branch_wait_for_two_rounds() -> None:
    body = elements(
        s="startEvent", f="parallelGateway", x="exclusiveGateway", a="userTask", b="userTask", c="userTask",
        j="parallelGateway", e="endEvent",
    )  # fmt: skip
    case = Case(drawing(body, "s -> f -> a -> x -> j -> e", "f -> c -> x", "f -> b -> j"))
    case.complete("a")
    case.complete("c")
    assert case.at == ["b", "j", "j"]
    case.complete("b")
    assert case.at == ["j"] and case.state.ended == ("e",)


def test_an_inclusive_gateway_joins_what_was_taken() -> None:
    body = elements(s="startEvent", a="userTask", b="userTask", c="userTask", j="inclusiveGateway", e="endEvent")
    body += '<inclusiveGateway id="f" default="f_c"/>'
    xml = drawing(body, "s -> f", "f -> a : x", "f -> b : y", "f -> c", "a -> j", "b -> j", "c -> j", "j -> e")
    both = Case(xml, {"x": True, "y": True})
    assert both.at == ["a", "b"]
    both.complete("a")
    assert both.at == ["b", "j"]
    both.complete("b")
    assert both.state.ended == ("e",) and both.state.done
    one = Case(xml, {"y": True})
    one.complete("b")
    assert one.state.done
    none = Case(xml)
    assert none.at == ["c"]


def test_an_inclusive_join_opens_when_a_branch_ends_elsewhere() -> None:
    body = elements(
        s="startEvent", f="inclusiveGateway", a="userTask", b="userTask", j="inclusiveGateway", e="endEvent"
    )
    body += elements(x="exclusiveGateway", e2="endEvent")
    xml = drawing(
        body,
        "s -> f",
        "f -> a : true",
        "f -> b : true",
        "a -> j",
        "b -> x",
        "x -> j : ok",
        "x -> e2 : not(ok)",
        "j -> e",
    )
    case = Case(xml, {"ok": False})
    case.complete("a")
    assert case.at == ["b", "j"]
    case.complete("b")
    assert case.state.done and sorted(case.state.ended) == ["e", "e2"]


def test_an_event_gateway_lets_the_first_event_win() -> None:
    body = elements(s="startEvent", g="eventBasedGateway", a="userTask", b="userTask")
    body += f'<intermediateCatchEvent id="t">{TIMER.format("P3D")}</intermediateCatchEvent>'
    body += f'<intermediateCatchEvent id="w">{WAIT}</intermediateCatchEvent>'
    xml = drawing(body, "s -> g -> t -> a", "g -> w -> b", before=MESSAGE)
    case = Case(xml)
    late = case.token("t")
    move = case.do(process.Message("paid"))
    assert case.at == ["b"] and process.ClearTimer(late, "t") in move.effects
    with pytest.raises(process.Stale):
        case.do(process.Fire(late))
    case = Case(xml)
    move = case.fire("t")
    assert case.at == ["a"] and [e.node for e in move.effects if isinstance(e, process.Unsubscribe)] == ["w"]


# ---- events


def test_a_timer_event_waits_until_it_is_fired() -> None:
    body = (
        elements(s="startEvent", e="endEvent")
        + f'<intermediateCatchEvent id="t">{TIMER.format("P1M")}</intermediateCatchEvent>'
    )
    case = Case(drawing(body, "s -> t -> e"))
    assert process.SetTimer("1", "t", NOW.replace(month=12)) in case.effects
    assert process.ClearTimer("1", "t") in case.fire("t").effects
    assert case.state.done


def test_a_timer_reads_its_moment_from_the_data() -> None:
    date = "<timerEventDefinition><timeDate>= booking.date</timeDate></timerEventDefinition>"
    body = elements(s="startEvent", e="endEvent") + f'<intermediateCatchEvent id="t">{date}</intermediateCatchEvent>'
    xml = drawing(body, "s -> t -> e")
    case = Case(xml, {"booking": {"date": "2026-12-01T09:00:00+08:00"}})
    assert [e.due_at.isoformat() for e in case.effects if isinstance(e, process.SetTimer)] == [
        "2026-12-01T09:00:00+08:00"
    ]
    stuck = Case(xml)
    assert stuck.seen(process.TokenStuck) == ["t"] and not stuck.seen(process.SetTimer)
    stuck.do(process.Update({"booking": {"date": "2026-12-01"}}))
    stuck.do(process.Retry(stuck.token("t")))
    assert stuck.seen(process.SetTimer) == ["t"]


def test_a_boundary_timer_interrupts_the_task() -> None:
    body = elements(s="startEvent", a="userTask", late="userTask", e="endEvent") + boundary(
        "b", "a", TIMER.format("P10D")
    )
    xml = drawing(body, "s -> a -> e", "b -> late -> e")
    case = Case(xml)
    task = case.token("a")
    move = case.fire("b")
    assert case.at == ["late"] and process.CloseTask(task, "a", "interrupted") in move.effects
    with pytest.raises(process.Stale):
        case.do(process.Complete(task))
    case = Case(xml)
    timer = case.token("b")
    assert process.ClearTimer(timer, "b") in case.complete("a").effects
    assert case.state.done


def test_a_boundary_timer_can_go_beside_the_task() -> None:
    body = elements(s="startEvent", a="userTask", e="endEvent", e2="endEvent", tell="serviceTask")
    case = Case(drawing(body + boundary("b", "a", TIMER.format("P3D"), False), "s -> a -> e", "b -> tell -> e2"))
    case.fire("b")
    assert case.at == ["a", "tell"]
    case.complete("a")
    case.complete("tell")
    assert case.state.ended == ("e", "e2") and case.state.done


def test_a_repeating_timer_keeps_its_beat_however_late_it_is_fired() -> None:
    body = elements(s="startEvent", a="userTask", e="endEvent", e2="endEvent")
    case = Case(drawing(body + boundary("b", "a", CYCLE.format("R3/P2D"), False), "s -> a -> e", "b -> e2"))
    due = []
    for late in (timedelta(hours=5), timedelta(days=5), timedelta(0)):
        due.append(next(e.due_at for e in reversed(case.effects) if isinstance(e, process.SetTimer)))
        case.now = due[-1] + late
        case.fire("b")
    assert [moment - NOW for moment in due] == [timedelta(days=2), timedelta(days=4), timedelta(days=10)]
    assert case.at == ["a"]  # three times, then never again


@pytest.mark.parametrize("text", ["R4/P1M", '= "R4/P1M"'])
def test_a_monthly_beat_comes_back_to_its_day_after_a_short_month(text: str) -> None:
    body = elements(s="startEvent", a="userTask", e="endEvent", e2="endEvent")
    case = Case(
        drawing(body + boundary("b", "a", CYCLE.format(text), False), "s -> a -> e", "b -> e2"),
        begin=datetime(2026, 1, 31, 1, tzinfo=UTC),
    )
    due = []
    while "b" in case.at:
        due.append(next(e.due_at for e in reversed(case.effects) if isinstance(e, process.SetTimer)))
        case.now = due[-1]
        case.fire("b")
    assert [str(moment.date()) for moment in due] == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
    assert process.replay(case.graph, case.journal) == case.state


def test_a_boundary_message_interrupts_or_not() -> None:
    for interrupting, left in ((True, ["x"]), (False, ["a", "b", "x"])):
        body = elements(s="startEvent", a="userTask", x="userTask", e="endEvent")
        case = Case(
            drawing(body + boundary("b", "a", WAIT, interrupting), "s -> a -> e", "b -> x -> e", before=MESSAGE)
        )
        case.do(process.Message("paid"))
        assert case.at == left


def test_an_error_event_takes_its_code_or_all() -> None:
    errors = '<error id="e1" name="gone" errorCode="gone"/>'
    body = elements(s="startEvent", a="serviceTask", x="userTask", y="userTask", e="endEvent")
    body += boundary("b1", "a", '<errorEventDefinition errorRef="e1"/>') + boundary(
        "b2", "a", "<errorEventDefinition/>"
    )
    xml = drawing(body, "s -> a -> e", "b1 -> x -> e", "b2 -> y -> e", before=errors)
    for code, node in (("gone", "x"), ("other", "y")):
        case = Case(xml)
        case.do(process.Fail(case.token("a"), code))
        assert case.at == [node]


def test_a_failure_nobody_takes_is_stuck_and_retried_under_a_new_token() -> None:
    case = Case(drawing(elements(s="startEvent", a="serviceTask", e="endEvent"), "s -> a -> e"))
    old = case.token("a")
    move = case.do(process.Fail(old, "timeout", "no answer"))
    assert move.effects == (process.TokenStuck(old, "a", "timeout", "no answer"),)
    move = case.do(process.Retry(old))
    fresh = case.token("a")
    assert fresh != old and move.effects == (process.RunOperation(fresh, "a"),)
    with pytest.raises(process.Stale):
        case.do(process.Complete(old))
    assert case.complete("a").state.done


def test_terminate_ends_everything_in_its_scope() -> None:
    body = elements(s="startEvent", f="parallelGateway", a="userTask", b="userTask", e="endEvent")
    body += '<endEvent id="stop"><terminateEventDefinition/></endEvent>'
    case = Case(drawing(body, "s -> f -> a -> e", "f -> b -> stop"))
    task = case.token("a")
    move = case.complete("b")
    assert case.state.done and process.CloseTask(task, "a", "terminated") in move.effects
    assert case.state.ended == ("stop",)


def test_a_message_is_thrown() -> None:
    body = (
        elements(s="startEvent")
        + f'<intermediateThrowEvent id="t">{WAIT}</intermediateThrowEvent><endEvent id="e">{WAIT}</endEvent>'
    )
    case = Case(drawing(body, "s -> t -> e", before=MESSAGE))
    assert [e for e in case.effects if isinstance(e, process.Throw)] == [
        process.Throw("message", "paid", "t"),
        process.Throw("message", "paid", "e"),
    ]


def test_a_case_starts_where_it_is_told() -> None:
    body = elements(s="startEvent", a="userTask", b="userTask")
    body += f'<startEvent id="m1">{WAIT}</startEvent><startEvent id="t1">{TIMER.format("P1D")}</startEvent>'
    xml = drawing(body, "s -> a", "m1 -> b", "t1 -> b", before=MESSAGE)
    assert Case(xml).at == ["a"]
    assert Case(xml, start_event="m1").at == ["b"] and Case(xml, start_event="t1").at == ["b"]
    with pytest.raises(process.Impossible):
        Case(xml, start_event="a")


# ---- sub-process


def sub(inner: str, *lines: str, id: str = "sub", attributes: str = "") -> str:
    from balai.engine.process.tests.drawing import flows

    return f'<subProcess id="{id}" {attributes}>{inner}{flows(*lines)}</subProcess>'


def test_a_sub_process_ends_when_all_inside_has_ended() -> None:
    inner = sub(
        elements(s1="startEvent", a="userTask", f="parallelGateway", b="userTask", e1="endEvent"),
        "s1 -> f -> a -> e1",
        "f -> b",
    )
    case = Case(drawing(elements(s="startEvent", e="endEvent") + inner, "s -> sub -> e"))
    assert case.at == ["a", "b", "sub"]
    case.complete("a")
    assert case.at == ["b", "sub"]
    case.complete("b")
    assert case.state.done and case.state.ended == ("e",)


def test_a_boundary_event_of_a_sub_process_ends_all_inside() -> None:
    inner = sub(elements(s1="startEvent", a="userTask", e1="endEvent"), "s1 -> a -> e1")
    body = elements(s="startEvent", e="endEvent", x="userTask") + inner + boundary("b", "sub", TIMER.format("P1D"))
    case = Case(drawing(body, "s -> sub -> e", "b -> x -> e"))
    move = case.fire("b")
    assert case.at == ["x"]
    assert [e.node for e in move.effects if isinstance(e, process.CloseTask)] == ["a"]


def test_a_sub_process_with_events_on_its_border_ends_by_itself() -> None:
    inner = sub(elements(s1="startEvent", a="userTask", e1="endEvent"), "s1 -> a -> e1")
    body = elements(s="startEvent", e="endEvent", x="userTask") + inner + boundary("b", "sub", TIMER.format("P1D"))
    case = Case(
        drawing(body + boundary("c", "sub", WAIT, False), "s -> sub -> e", "b -> x -> e", "c -> x", before=MESSAGE)
    )
    case.complete("a")
    assert case.state.done and case.seen(process.ClearTimer) == ["b"] and case.seen(process.Unsubscribe) == ["c"]


def test_an_error_inside_a_sub_process_is_caught_at_its_border() -> None:
    errors = '<error id="e1" name="gone" errorCode="gone"/>'
    inside = (
        elements(s1="startEvent", a="serviceTask")
        + '<endEvent id="bad"><errorEventDefinition errorRef="e1"/></endEvent>'
    )
    body = elements(s="startEvent", e="endEvent", x="userTask")
    body += sub(inside, "s1 -> a -> bad") + boundary("b", "sub", '<errorEventDefinition errorRef="e1"/>')
    xml = drawing(body, "s -> sub -> e", "b -> x -> e", before=errors)
    case = Case(xml)
    case.complete("a")
    assert case.at == ["x"]
    case = Case(xml)
    case.do(process.Fail(case.token("a"), "gone"))
    assert case.at == ["x"]


def test_terminate_inside_a_sub_process_ends_only_that() -> None:
    inside = elements(s1="startEvent", f="parallelGateway", a="userTask", b="userTask")
    inside += '<endEvent id="stop"><terminateEventDefinition/></endEvent>'
    body = elements(s="startEvent", n="userTask") + sub(inside, "s1 -> f -> a", "f -> b -> stop")
    case = Case(drawing(body, "s -> sub -> n"))
    case.complete("b")
    assert case.at == ["n"]


# ---- standard process, position, staleness


def test_the_standard_process_sends_back_and_grants() -> None:
    case = Case(process.standard_process())
    case.complete("check", {"check": {"result": "incomplete"}})
    assert case.at == ["correct"]
    case.complete("correct")
    case.complete("check", {"check": {"result": "complete"}})
    case.complete("decide", {"decide": {"outcome": "refuse"}})
    case.complete("sign_refusal")
    assert case.state.ended == ("refused",) and case.state.done
    sealed = Case(process.standard_process(sealed=True))
    sealed.complete("check", {"check": {"result": "complete"}})
    sealed.complete("decide", {"decide": {"outcome": "grant"}})
    assert process.RunOperation(sealed.token("issue_grant"), "issue_grant") in sealed.effects


def test_the_position_is_tiny_and_survives_json() -> None:
    import json

    case = Case(process.standard_process())
    text = json.dumps(case.state.to_json(), separators=(",", ":"))
    assert text == '{"n":1,"t":[["1","check"]]}'
    assert process.State.from_json(json.loads(text)) == case.state


def test_a_stale_command_changes_nothing_and_the_data_handed_in_is_never_touched() -> None:
    data = {"apply": {"name": "Siti"}}
    case = Case(process.standard_process(), data)
    before = case.state
    with pytest.raises(process.Stale):
        case.do(process.Complete("99", {"apply": None}))
    first = case.token("check")
    case.complete("check", {"check": {"result": "complete"}})
    with pytest.raises(process.Stale):
        process.step(case.graph, case.state, process.Complete(first), case.data, NOW)
    assert data == {"apply": {"name": "Siti"}} and before.tokens[0].node == "check"


def test_a_process_that_never_waits_is_stopped() -> None:
    body = elements(s="startEvent", m="exclusiveGateway", g="exclusiveGateway", a="userTask")
    with pytest.raises(process.Impossible, match="round"):
        Case(drawing(body, "s -> m -> g", "g -> m : true", "g -> a : false"))
