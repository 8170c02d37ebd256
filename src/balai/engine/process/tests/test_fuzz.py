"""Broken and hostile drawings: every one is compiled or refused in place, and whatever compiles can be stepped."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from balai.engine import process
from balai.engine.problems import Problems
from balai.engine.process.tests.blocks import random_block
from balai.engine.process.tests.drawing import NOW, drawing, elements
from balai.engine.process.tests.test_corners import boundary, sub

TAGS = [
    "task",
    "userTask",
    "serviceTask",
    "sendTask",
    "receiveTask",
    "scriptTask",
    "businessRuleTask",
    "manualTask",
    "subProcess",
    "callActivity",
    "startEvent",
    "endEvent",
    "intermediateCatchEvent",
    "intermediateThrowEvent",
    "boundaryEvent",
    "exclusiveGateway",
    "parallelGateway",
    "inclusiveGateway",
    "eventBasedGateway",
    "complexGateway",
    "transaction",
    "sequenceFlow",
    "timerEventDefinition",
    "association",
    "messageEventDefinition",
    "errorEventDefinition",
    "signalEventDefinition",
    "terminateEventDefinition",
    "linkEventDefinition",
    "escalationEventDefinition",
    "conditionalEventDefinition",
    "compensateEventDefinition",
    "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics",
    "laneSet",
    "textAnnotation",
]
VALUES = ("", "true", "false", "s", "a", "nowhere", "1", "-1", "p:s", "${x}", "\u202e", "9" * 30)
NAMES = (
    "id", "sourceRef", "targetRef", "default", "attachedToRef", "cancelActivity", "triggeredByEvent", "isInterrupting",
    "calledElement", "isForCompensation", "activityRef", "messageRef", "isSequential", "loopMaximum", "instantiate",
)  # fmt: skip


def rich() -> bytes:
    """A drawing with a bit of everything."""
    timer = "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>"
    many = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    inner = sub(elements(s1="startEvent", c="userTask", e1="endEvent"), "s1 -> c -> e1", loop=many)
    handler = sub(f'<startEvent id="h" isInterrupting="false">{timer}</startEvent>' + elements(x="task", he="endEvent"),
                  "h -> x -> he", id="handler", event=True)  # fmt: skip
    body = elements(
        s="startEvent", f="parallelGateway", a="userTask", b="serviceTask", j="parallelGateway", e="endEvent"
    )
    body += inner + handler + boundary("w", "a", timer, False) + boundary("r", "b", "<errorEventDefinition/>")
    body += f'<intermediateCatchEvent id="t">{timer}</intermediateCatchEvent>'
    body += '<scriptTask id="k"><script>{y: 1}</script></scriptTask><exclusiveGateway id="g" default="g_e"/>'
    return drawing(body, "s -> f -> a -> j -> sub -> t -> k -> g -> e", "f -> b -> j", "w -> e", "r -> j", "g -> f : z")


def _drop(chance: random.Random, nodes: list[etree._Element]) -> None:
    node = chance.choice(nodes)
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


def _rename(chance: random.Random, nodes: list[etree._Element]) -> None:
    node = chance.choice(nodes)
    node.tag = f"{{{etree.QName(node).namespace}}}{chance.choice(TAGS)}"


def _set(chance: random.Random, nodes: list[etree._Element]) -> None:
    ids = [node.get("id", "") for node in nodes]
    chance.choice(nodes).set(chance.choice(NAMES), chance.choice([*VALUES[:-2], *ids]))


def _move(chance: random.Random, nodes: list[etree._Element]) -> None:
    node, target = chance.choice(nodes), chance.choice(nodes)
    if node not in list(target.iterancestors()) and node is not target:
        target.append(node)


def _say(chance: random.Random, nodes: list[etree._Element]) -> None:
    chance.choice(nodes).text = chance.choice(
        ("", "=", "= 1/0", "true", "P1D", "R/PT1M", "[", "x" * 3000, "for i in 1..9 return i")
    )


CHANGES: tuple[Callable[[random.Random, list[etree._Element]], None], ...] = (_drop, _rename, _set, _move, _say)


def broken(xml: bytes, seed: int) -> bytes:
    chance = random.Random(seed)
    root = etree.fromstring(xml)
    for _ in range(chance.randint(1, 6)):
        nodes = [node for node in root.iter() if node is not root]
        if nodes:
            chance.choice(CHANGES)(chance, nodes)
    return etree.tostring(root)


def exercise(xml: bytes, seed: int) -> str:
    """Compile, draw, prove and step a drawing; only the named refusals may be raised."""
    try:
        process.draw_svg(xml)
        graph = process.compile_bpmn(xml)
    except Problems as problems:
        assert all(p.message and p.fix and p.file for p in problems.problems)
        return "refused"
    process.check(graph, max_positions=60)
    process.list_steps(graph)
    chance = random.Random(seed)
    try:
        move = process.start(graph, {}, NOW, start_event=graph.starts[0], decide=_decide)
    except process.Impossible:
        return "restless"
    for _ in range(25):
        if not move.state.tokens:
            break
        try:
            command = _command(graph, move.state, chance)
            move = process.step(graph, move.state, command, move.data, NOW, decide=_decide)
        except (process.Stale, process.Impossible):
            continue
        _check_tree(graph, move.state)
    return "run"


def _decide(node: str, data: Any, now: Any) -> dict[str, Any]:
    return {}


def _check_tree(graph: process.Graph, state: process.State) -> None:
    """Every token has its holder, every id is one of its own, every part and loop holds something."""
    ids = [token.id for token in state.tokens]
    parents = {token.parent for token in state.tokens}
    assert len(set(ids)) == len(ids) and parents <= {"", *ids}
    assert process.State.from_json(state.to_json()) == state
    for token in state.tokens:
        assert token.id in parents or token.stuck or graph.nodes[token.node].kind not in ("subProcess", "callActivity")


def _command(graph: process.Graph, state: process.State, chance: random.Random) -> process.Command:
    token = chance.choice(state.tokens).id
    node = chance.choice(list(graph.nodes))
    commands: list[process.Command] = [
        process.Complete(token),
        process.Complete(token),
        process.Fire(token),
        process.Fail(token, "x"),
        process.Escalate(token, "x"),
        process.Signal("x"),
        process.Retry(token),
        process.Modify(moves=((token, node),)),
        process.Modify(end=(token,)),
        process.Modify(add=(node,)),
        process.Update({"z": True}),
    ]
    return chance.choice(commands)


@settings(max_examples=300)
@given(st.integers(0, 10**9))
def test_a_broken_drawing_is_refused_or_runs(seed: int) -> None:
    exercise(broken(rich(), seed), seed)


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_any_command_at_any_time_does_no_harm(seed: int) -> None:
    """An operator with shaking hands: moves, ends and adds anything anywhere; nothing crashes, ids stay unique."""
    _, xml = random_block(seed, ("leaf", "wait", "parallel", "sequential", "seq", "sub", "loop", "exclusive", "and"))
    exercise(xml, seed)
    exercise(rich(), seed)


def test_the_fuzzing_reaches_both_outcomes() -> None:
    outcomes = {exercise(broken(rich(), seed), seed) for seed in range(60)}
    assert {"refused", "run"} <= outcomes


@pytest.mark.parametrize("depth", [50, 200])
def test_nesting_is_bounded_not_fatal(depth: int) -> None:
    xml = drawing(elements(s="startEvent"), "s -> p0")
    inner = "".join(
        f'<subProcess id="p{n}"><startEvent id="s{n}"/><sequenceFlow id="f{n}" sourceRef="s{n}" targetRef="p{n + 1}"/>'
        for n in range(depth)
    )
    inner += f'<userTask id="p{depth}"/>' + "</subProcess>" * depth
    xml = xml.replace(b"</process>", inner.encode() + b"</process>")
    assert exercise(xml, 1) in ("refused", "run")
