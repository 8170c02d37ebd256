"""A second opinion: SpiffWorkflow plays the same random processes, step by step.

Known faults of SpiffWorkflow, listed here and shown below: a parallel or inclusive join inside a loop opens after one
branch on the second pass; an inclusive join does not wait for a branch that holds a loop. Where the two part there,
the independent reckoning of `blocks` says who is right.
"""

import random
from typing import Any

import pytest
from lxml import etree

from balai.engine.process.tests.blocks import Block, choices, random_block, rounds
from balai.engine.process.tests.drawing import Case, drawing, elements

pytest.importorskip("SpiffWorkflow")

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser  # type: ignore[import-untyped]
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow  # type: ignore[import-untyped]
from SpiffWorkflow.util.task import TaskState  # type: ignore[import-untyped]

KINDS = ("leaf", "leaf", "seq", "sub", "loop", "exclusive", "inclusive", "and", "and")


class Spiff:
    """The other engine, with the same two questions: what is open, and do this."""

    def __init__(self, xml: bytes, data: dict[str, Any]) -> None:
        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(xml))
        self.workflow = BpmnWorkflow(parser.get_spec("p"), parser.get_subprocess_specs("p"))
        for task in self.workflow.get_tasks(state=TaskState.READY):
            task.data.update(data)
        self.workflow.do_engine_steps()

    def _open(self) -> list[Any]:
        return [task for task in self.workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]

    @property
    def at(self) -> list[str]:
        return sorted(task.task_spec.name for task in self._open())

    def complete(self, name: str, data: dict[str, Any]) -> None:
        task = next(task for task in self._open() if task.task_spec.name == name)
        task.data.update(data)
        task.run()
        self.workflow.do_engine_steps()

    @property
    def done(self) -> bool:
        return bool(self.workflow.completed)


def differs(block: Block, xml: bytes, python: bytes, order: int) -> str:
    """Play both; return "" if they always agree, else where they part."""
    ours, theirs = Case(xml, choices(block)), Spiff(python, choices(block))
    chance, asked, done = random.Random(order), rounds(block), dict[str, int]()
    difference = ""
    while not ours.state.done:
        opened = sorted(t.node for t in ours.state.tokens if ours.graph.nodes[t.node].kind == "userTask")
        if not difference and opened != theirs.at:
            difference = f"ours {opened}, theirs {theirs.at}"
        name = chance.choice(opened)
        done[name] = done.get(name, 0) + 1
        data = {name: int(done[name] % asked[name] != 0)} if name in asked else {}
        ours.complete(name, data)
        if not difference:
            theirs.complete(name, data)
    assert done == dict(block.expected()), "our own reckoning disagrees"
    return difference or ("" if theirs.done else "theirs is not done")


def compare(seeds: range) -> tuple[int, list[int]]:
    """Return how many processes agreed, and the seeds of those that parted by a known fault; fail on any other."""
    agreed, known = 0, []
    for seed in seeds:
        block, xml = random_block(seed, KINDS)
        # The same blocks, drawn with Python's equals sign, and user tasks only on both sides.
        _, python = random_block(seed, KINDS, equals="==")
        xml = python.replace(b" == 1", b" = 1")
        difference = differs(block, xml, python, seed)
        if not difference:
            agreed += 1
        else:
            assert block.join_in_loop() or block.loop_in_inclusive(), f"seed {seed}: {difference}"
            known.append(seed)
    return agreed, known


def test_both_engines_agree_but_for_the_known_faults() -> None:
    agreed, known = compare(range(60))
    assert agreed >= 40 and len(known) < 20


@pytest.mark.long
def test_both_engines_agree_on_many_more() -> None:
    agreed, known = compare(range(1000, 2600))
    assert agreed >= 1200 and len(known) < 400


def test_the_known_fault_is_still_there() -> None:
    """Send back for correction around parallel reviews: on the second pass SpiffWorkflow opens the next task early."""
    body = elements(
        s="startEvent", m="exclusiveGateway", f="parallelGateway", a="userTask", b="userTask", j="parallelGateway",
        d="userTask", e="endEvent",
    )  # fmt: skip
    body += '<exclusiveGateway id="g" default="g_e"/>'
    xml = drawing(body, "s -> m -> f -> a -> j -> d -> g", "f -> b -> j", "g -> m : again = 1", "g -> e")
    ours, theirs = Case(xml, {"again": 1}), Spiff(xml.replace(b"again = 1", b"again == 1"), {"again": 1})
    for name in ("a", "b", "d", "b"):
        ours.complete(name)
        theirs.complete(name, {})
    assert [node for node in ours.at if node != "j"] == ["a"]
    assert theirs.at == ["a", "d"], "SpiffWorkflow has mended its joins: take the exception out of this file"


def test_the_second_known_fault_is_still_there() -> None:
    """An inclusive join behind a branch with a loop: SpiffWorkflow opens it while the loop is still at work."""
    block, _ = random_block(2344, KINDS)
    _, python = random_block(2344, KINDS, equals="==")
    assert block.loop_in_inclusive() and not block.join_in_loop(), "choose another seed: the blocks have changed"
    difference = differs(block, python.replace(b" == 1", b" = 1"), python, 2344)
    assert difference == "ours ['t3'], theirs ['t10', 't3']", "mended? then take the exception out of this file"
