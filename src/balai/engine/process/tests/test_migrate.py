"""Running cases under a new version: the report before the deed, fired timers stay fired, replay goes across."""

import json

import pytest

from balai.engine import process
from balai.engine.process.tests.drawing import Case, compiled, drawing, elements, flows

MANY = "<loopCardinality>2</loopCardinality>"
MANY = f"<multiInstanceLoopCharacteristics>{MANY}</multiInstanceLoopCharacteristics>"
TIMER = "<timerEventDefinition><timeDuration>P10D</timeDuration></timerEventDefinition>"


def boundary(id: str, host: str) -> str:
    return f'<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="false">{TIMER}</boundaryEvent>'


OLD = drawing(
    elements(s="startEvent", a="userTask", b="userTask", e="endEvent", t="serviceTask", e2="endEvent")
    + boundary("w", "a"),
    "s -> a -> b -> e", "w -> t -> e2",
)  # fmt: skip
NEW = drawing(
    elements(s="startEvent", z="userTask", a2="userTask", b="userTask", e="endEvent", t="serviceTask", e2="endEvent")
    + boundary("w", "a2") + boundary("extra", "a2"),
    "s -> z -> a2 -> b -> e", "w -> t -> e2", "extra -> e2",
)  # fmt: skip


def test_the_report_tells_each_token_and_the_deed_does_it() -> None:
    case, new = Case(OLD), compiled(NEW)
    blocked = process.migration_report(case.graph, new, case.state, {})
    assert not blocked.possible and "a=<id" in str(blocked)
    with pytest.raises(process.Impossible, match="no step 'a'"):
        case.do(process.Migrate(new))
    report = process.migration_report(case.graph, new, case.state, {"a": "a2"})
    assert report.possible and {(n.node_from, n.node_to) for n in report.notes} == {("a", "a2"), ("w", "w")}
    task = case.token("a")
    move = case.do(process.Migrate(new, {"a": "a2"}))
    case.graph = new
    assert case.token("a2") == task and process.Rebind(task, "a", "a2") in move.effects
    assert [e.node for e in move.effects if isinstance(e, process.SetTimer)] == ["extra"]
    case.complete("a2")
    assert case.at == ["b"]


def test_a_timer_that_has_fired_stays_fired() -> None:
    case, new = Case(OLD), compiled(NEW)
    case.fire("w")
    move = case.do(process.Migrate(new, {"a": "a2"}))
    assert case.at == ["a2", "extra", "t"]
    assert [e.node for e in move.effects if isinstance(e, process.SetTimer)] == ["extra"]


def test_a_new_timer_that_reads_the_data_is_replayed_without_it() -> None:
    late = TIMER.replace("P10D", "= limit")
    event = f'<boundaryEvent id="n" attachedToRef="a">{late}</boundaryEvent>'
    new = compiled(drawing(elements(s="startEvent", a="userTask", e="endEvent") + event, "s -> a -> e", "n -> e"))
    case = Case(drawing(elements(s="startEvent", a="userTask", e="endEvent"), "s -> a -> e"), {"limit": "P2D"})
    old = case.graph
    case.do(process.Migrate(new))
    assert case.at == ["a", "n"] and not case.seen(process.TokenStuck)
    assert process.replay(old, case.journal) == case.state


def test_an_event_the_new_version_lacks_is_taken_back() -> None:
    case = Case(OLD)
    timer = case.token("w")
    bare = compiled(drawing(elements(s="startEvent", a="userTask", e="endEvent"), "s -> a -> e"))
    move = case.do(process.Migrate(bare))
    assert case.at == ["a"] and process.ClearTimer(timer, "w") in move.effects


@pytest.mark.parametrize(
    ("body", "lines", "words"),
    [
        (elements(s="startEvent", a="serviceTask", e="endEvent"), ["s -> a -> e"], "serviceTask, not a userTask"),
        ('<subProcess id="q">' + elements(s1="startEvent", a="userTask") + flows("s1 -> a") + "</subProcess>"
         + elements(s="startEvent", e="endEvent"), ["s -> q -> e"], "another sub-process"),
        (elements(s="startEvent", e="endEvent") + f'<userTask id="a">{MANY}</userTask>', ["s -> a -> e"], "another"),
    ],
)  # fmt: skip
def test_what_cannot_go_on_is_told_with_a_way_out(body: str, lines: list[str], words: str) -> None:
    case = Case(OLD)
    report = process.migration_report(case.graph, compiled(drawing(body, *lines)), case.state, {})
    assert not report.possible and words in str(report)


def test_a_token_at_a_join_needs_its_flow() -> None:
    body = elements(s="startEvent", f="parallelGateway", a="userTask", b="userTask", j="parallelGateway", e="endEvent")
    case = Case(drawing(body, "s -> f -> a -> j -> e", "f -> b -> j"))
    case.complete("a")
    renamed = compiled(drawing(body.replace('"a"', '"a9"'), "s -> f -> a9 -> j -> e", "f -> b -> j"))
    assert "Map the flow: a_j=<id>" in str(process.migration_report(case.graph, renamed, case.state, {}))
    case.do(process.Migrate(renamed, {"a_j": "a9_j"}))
    case.graph = renamed
    assert case.complete("b").state.done


def test_a_journal_is_replayed_across_a_migration_and_an_operators_hand() -> None:
    case, new = Case(OLD), compiled(NEW)
    old = case.graph
    case.fire("w")
    case.do(process.Fail(case.token("t"), "smtp", "Siti's address bounced"))
    case.do(process.Retry(case.token("t")))
    case.do(process.Modify(moves=((case.token("t"), "b"),), reason="sent by hand"))
    case.do(process.Migrate(new, {"a": "a2"}))
    case.graph = new
    case.complete("a2", {"a2": {"name": "Siti"}})
    text = json.dumps([entry.to_json() for entry in case.journal])
    assert "Siti" not in text
    journal = [process.ReplayEntry.from_json(item, {new.key: new}) for item in json.loads(text)]
    assert process.replay(old, journal) == case.state


def test_a_journal_of_another_process_is_refused() -> None:
    body = (
        elements(s="startEvent", t="userTask", a="userTask", e="endEvent") + '<exclusiveGateway id="g" default="g_e"/>'
    )
    case = Case(drawing(body, "s -> t -> g", "g -> a : x = 1", "g -> e", "a -> e"))
    case.complete("t", {"x": 1})
    assert process.replay(case.graph, case.journal) == case.state and case.at == ["a"]
    cut = [process.ReplayEntry(entry.command, entry.now, ()) for entry in case.journal]
    with pytest.raises(process.Impossible, match="no answer"):
        process.replay(case.graph, cut)
