"""On random block-structured processes: no token is lost or doubled, replay equals the case, stale commands fail."""

import json
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from balai.engine import process
from balai.engine.process.tests.blocks import Block, choices, random_block, rounds
from balai.engine.process.tests.drawing import NOW, Case, elements, flows

KINDS = ("leaf", "leaf", "wait", "parallel", "sequential", "seq", "sub", "loop", "exclusive", "inclusive", "and", "and")


def play(block: Block, xml: bytes, chance: random.Random) -> tuple[Case, Counter[str]]:
    """Play a case to its end in random order, checking at each step what must hold at each step."""
    case = Case(xml, choices(block))
    done: Counter[str] = Counter()
    asked = rounds(block)
    gone: list[str] = []
    while not case.state.done:
        outer = {token.parent for token in case.state.tokens}
        open_tokens = [token for token in case.state.tokens if _can_go(case, token) and token.id not in outer]
        assert open_tokens, f"nothing can happen: {case.at}"
        token = chance.choice(open_tokens)
        done[token.node] += 1
        if case.graph.nodes[token.node].kind == "intermediateCatchEvent":
            case.do(process.Fire(token.id))
        else:
            data = {token.node: int(done[token.node] % asked[token.node] != 0)} if token.node in asked else {}
            case.do(process.Complete(token.id, data))
        gone.append(token.id)
        _check_step(case, gone, chance)
    return case, done


def _can_go(case: Case, token: process.Token) -> bool:
    kind = case.graph.nodes[token.node].kind
    return not kind.endswith("Gateway") and kind != "subProcess"


def _check_step(case: Case, gone: list[str], chance: random.Random) -> None:
    state = case.state
    assert len({token.id for token in state.tokens}) == len(state.tokens)
    assert not {token.id for token in state.tokens} & set(gone), "a token id was used again"
    assert process.State.from_json(json.loads(json.dumps(state.to_json()))) == state
    late = chance.choice(gone)
    for command in (process.Complete(late), process.Fire(late), process.Fail(late, "x"), process.Retry(late)):
        with pytest.raises(process.Stale):
            process.step(case.graph, state, command, case.data, NOW)


@settings(max_examples=150)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_every_task_is_done_as_often_as_the_drawing_says(seed: int, order: int) -> None:
    block, xml = random_block(seed, KINDS)
    case, done = play(block, xml, random.Random(order))
    assert done == +block.expected()
    assert case.state.ended == ("end",) and case.effects[-1] == process.Done("end")


@settings(max_examples=100)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_replay_without_the_data_equals_the_case(seed: int, order: int) -> None:
    block, xml = random_block(seed, KINDS)
    case, _ = play(block, xml, random.Random(order))
    lines = [json.dumps(entry.to_json()) for entry in case.journal]
    assert not any('"data"' in line for line in lines)
    journal = [process.ReplayEntry.from_json(json.loads(line)) for line in lines]
    assert process.replay(case.graph, journal) == case.state
    middle = len(journal) // 2
    steps = list(process.replay_steps(case.graph, journal))
    assert [e for _, move in steps for e in move.effects] == case.effects
    assert process.replay(case.graph, journal[:middle]) == (steps[middle - 1][1].state if middle else process.State())


@settings(max_examples=100)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_what_is_opened_is_closed_and_nothing_else(seed: int, order: int) -> None:
    block, xml = random_block(seed, KINDS)
    case, _ = play(block, xml, random.Random(order))
    opened: Counter[str] = Counter()
    for effect in case.effects:
        if isinstance(effect, process.OpenTask | process.SetTimer):
            opened[effect.token] += 1
        elif isinstance(effect, process.CloseTask | process.ClearTimer):
            opened[effect.token] -= 1
        assert all(number in (0, 1) for number in opened.values())
    assert not any(opened.values())


@settings(max_examples=60)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_the_same_commands_always_lead_to_the_same_case(seed: int, order: int) -> None:
    block, xml = random_block(seed, KINDS)
    one, _ = play(block, xml, random.Random(order))
    two, _ = play(block, xml, random.Random(order))
    assert one.effects == two.effects and one.state == two.state and one.data == two.data


@settings(max_examples=40)
@given(st.integers(0, 10**9))
def test_block_structured_processes_are_proven_sound(seed: int) -> None:
    _, xml = random_block(seed, KINDS, depth=2)
    graph = process.compile_bpmn(xml)
    found = process.check(graph, max_positions=1500)
    assert [f for f in found if f.severity == "error" and "write" not in f.message] == []


@settings(max_examples=60)
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_an_interrupting_event_around_everything_leaves_nothing_behind(seed: int, order: int) -> None:
    """Whatever is open inside, a message at the border takes all of it back."""
    block, xml = random_block(seed, KINDS)
    inner = xml.decode().partition('isExecutable="true">')[2].partition("</process>")[0]
    head = xml.decode().partition("<process")[0]
    outer = (
        elements(s0="startEvent", e0="endEvent", e1="endEvent")
        + flows("s0 -> all -> e0", "b -> e1")
        + '<boundaryEvent id="b" attachedToRef="all"><messageEventDefinition messageRef="stop"/></boundaryEvent>'
    )
    body = f'<process id="p"><subProcess id="all">{inner}</subProcess>{outer}</process></definitions>'
    text = f'{head}<message id="stop" name="stop"/>{body}'
    case = Case(text.encode(), choices(block))
    chance = random.Random(order)
    for _ in range(chance.choice((2, 8, 500))):
        outer_ids = {token.parent for token in case.state.tokens}
        ready = [t for t in case.state.tokens if _can_go(case, t) and t.id not in outer_ids and t.node != "b"]
        if not ready:
            break
        token = chance.choice(ready)
        fire = case.graph.nodes[token.node].kind == "intermediateCatchEvent"
        case.do(process.Fire(token.id) if fire else process.Complete(token.id, {}))
    if not case.state.done:
        case.do(process.Message("stop"))
        assert case.state.ended == ("e1",)
    assert case.state.done and len(case.state.ended) == 1
    assert len(case.seen(process.Subscribe)) == len(case.seen(process.Unsubscribe)) == 1
    opened = {e.token for e in case.effects if isinstance(e, process.OpenTask)}
    assert opened == {e.token for e in case.effects if isinstance(e, process.CloseTask)}
    run = {e.token for e in case.effects if isinstance(e, process.RunOperation)}
    finished = {e.command.token for e in case.journal if isinstance(e.command, process.Complete)}
    assert run == {e.token for e in case.effects if isinstance(e, process.CancelOperation)} | (run & finished)
