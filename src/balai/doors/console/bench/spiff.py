"""The same case lived by our engine and by SpiffWorkflow with its default JSON blob, saved in SQLite after every step.

Both sides run the same statements and do the same steps in the same order; what differs is the engine, and what it keeps.
SpiffWorkflow is a development dependency: where it is absent nothing is measured.
"""

import importlib.util
import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from balai.engine import process

# Sent back once, then two reviews side by side, a decision and a signature: what an ordinary permit goes through.
STEPS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("check", {"result": "incomplete"}), ("correct", {}), ("check", {"result": "complete"}), ("survey", {"seen": "yes"}),
    ("legal", {"opinion": "in order"}), ("decide", {"outcome": "grant"}), ("sign", {}),
)  # fmt: skip
ANSWERS = {"name": "Warung", "village": "64.72.05.1003", "address": "Jalan Contoh Nomor 1", "reason": "Mengukur" * 20}
_DRAWING = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="bench">
<process id="permit" isExecutable="true">
<startEvent id="start"/><exclusiveGateway id="again"/><userTask id="check"/><exclusiveGateway id="complete" default="f5"/>
<userTask id="correct"/><parallelGateway id="fork"/><userTask id="survey"/><userTask id="legal"/>
<parallelGateway id="join"/><userTask id="decide"/><exclusiveGateway id="granted" default="f13"/><userTask id="sign"/>
<userTask id="refuse"/><endEvent id="issued"/><endEvent id="refused"/>
<sequenceFlow id="f1" sourceRef="start" targetRef="again"/><sequenceFlow id="f2" sourceRef="again" targetRef="check"/>
<sequenceFlow id="f3" sourceRef="check" targetRef="complete"/>
<sequenceFlow id="f4" sourceRef="complete" targetRef="fork"><conditionExpression>result {equals} "complete"</conditionExpression></sequenceFlow>
<sequenceFlow id="f5" sourceRef="complete" targetRef="correct"/><sequenceFlow id="f6" sourceRef="correct" targetRef="again"/>
<sequenceFlow id="f7" sourceRef="fork" targetRef="survey"/><sequenceFlow id="f8" sourceRef="fork" targetRef="legal"/>
<sequenceFlow id="f9" sourceRef="survey" targetRef="join"/><sequenceFlow id="f10" sourceRef="legal" targetRef="join"/>
<sequenceFlow id="f11" sourceRef="join" targetRef="decide"/><sequenceFlow id="f12" sourceRef="decide" targetRef="granted"/>
<sequenceFlow id="f13" sourceRef="granted" targetRef="refuse"/>
<sequenceFlow id="f14" sourceRef="granted" targetRef="sign"><conditionExpression>outcome {equals} "grant"</conditionExpression></sequenceFlow>
<sequenceFlow id="f15" sourceRef="sign" targetRef="issued"/><sequenceFlow id="f16" sourceRef="refuse" targetRef="refused"/>
</process></definitions>"""
_TABLES = """
PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
CREATE TABLE cases (id INTEGER PRIMARY KEY, position TEXT NOT NULL, revision INTEGER NOT NULL, done INTEGER NOT NULL);
CREATE TABLE tasks (case_id INTEGER NOT NULL, name TEXT NOT NULL, opened INTEGER NOT NULL, closed INTEGER);
CREATE INDEX open_tasks ON tasks (case_id) WHERE closed IS NULL;
CREATE TABLE journal (case_id INTEGER NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (case_id, seq));
"""


class Engine(Protocol):
    """What both engines are asked: begin or go on from what was kept, and give what to keep and the tasks now open."""

    def begin(self, answers: Mapping[str, Any]) -> tuple[str, list[str]]: ...

    def complete(self, kept: str, name: str, data: Mapping[str, Any]) -> tuple[str, list[str]]: ...


class Ours:
    """The compiled graph and a handful of tokens."""

    def __init__(self) -> None:
        self.graph = process.compile_bpmn(_DRAWING.format(equals="=").encode())

    def begin(self, answers: Mapping[str, Any]) -> tuple[str, list[str]]:
        return self._keep(process.start(self.graph, dict(answers), datetime.now(UTC)))

    def complete(self, kept: str, name: str, data: Mapping[str, Any]) -> tuple[str, list[str]]:
        held = json.loads(kept)
        state = process.State.from_json(held["state"])
        token = next(token.id for token in state.tokens if token.node == name)
        command = process.Complete(token, data)
        return self._keep(process.step(self.graph, state, command, held["data"], datetime.now(UTC)))

    def _keep(self, move: process.Move) -> tuple[str, list[str]]:
        kept = json.dumps({"state": move.state.to_json(), "data": move.data})
        return kept, [
            token.node for token in move.state.tokens if self.graph.nodes[token.node].kind == "userTask"
        ]  # fmt: skip


class Theirs:
    """SpiffWorkflow as its documentation shows it: the drawing parsed once, the whole workflow serialised after each step."""

    def __init__(self) -> None:
        from lxml import etree
        from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
        from SpiffWorkflow.bpmn.serializer.workflow import BpmnWorkflowSerializer
        from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
        from SpiffWorkflow.util.task import TaskState

        parser = BpmnParser()
        parser.add_bpmn_xml(etree.fromstring(_DRAWING.format(equals="==").encode()))
        self.spec, self.workflow, self.ready = parser.get_spec("permit"), BpmnWorkflow, TaskState.READY
        self.serializer = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure())

    def begin(self, answers: Mapping[str, Any]) -> tuple[str, list[str]]:
        workflow = self.workflow(self.spec)
        for task in workflow.get_tasks(state=self.ready):
            task.data.update(answers)
        return self._keep(workflow)

    def complete(self, kept: str, name: str, data: Mapping[str, Any]) -> tuple[str, list[str]]:
        workflow = self.serializer.deserialize_json(kept)
        task = next(task for task in self._open(workflow) if task.task_spec.name == name)
        task.data.update(data)
        task.run()
        return self._keep(workflow)

    def _open(self, workflow: Any) -> list[Any]:
        return [task for task in workflow.get_tasks(state=self.ready) if task.task_spec.manual]

    def _keep(self, workflow: Any) -> tuple[str, list[str]]:
        workflow.do_engine_steps()
        return self.serializer.serialize_json(workflow), [task.task_spec.name for task in self._open(workflow)]


def compare(home: Path, rounds: int) -> dict[str, float]:
    """Measure both in this process; CPU ms of one whole persisted case, their ratio, and the bytes kept of it.

    :raises RuntimeError: the two did not do the same steps
    """
    if importlib.util.find_spec("SpiffWorkflow") is None:
        return {}
    ours, one = _measure(home / "bench-ours.sqlite3", Ours(), rounds)
    theirs, other = _measure(home / "bench-spiff.sqlite3", Theirs(), rounds)
    if one.seen != other.seen:
        raise RuntimeError(f"the engines did different steps: {one.seen} and {other.seen}")
    return {
        "process_vs_spiff": theirs / ours, "process_case_ms": ours, "spiff_case_ms": theirs,
        "process_kept_bytes": one.largest, "spiff_kept_bytes": other.largest,
    }  # fmt: skip


def _measure(file: Path, engine: Engine, rounds: int) -> tuple[float, "Store"]:
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.executescript(_TABLES)
        store = Store(connection)
        for number in range(3):  # the first cases fill caches
            live(engine, store, -number - 1)
        begun = time.process_time()
        for number in range(rounds):
            live(engine, store, number + 1)
        return (time.process_time() - begun) / rounds * 1000, store


def live(engine: Engine, store: "Store", case_id: int) -> None:
    """Live one case, each step in a transaction of its own: read, go on, write."""
    store.seen = []
    with store.transaction():
        kept, opened = engine.begin(ANSWERS)
        store.insert(case_id, kept, opened)
    for name, data in STEPS:
        with store.transaction():
            held, revision = store.read(case_id)
            kept, opened = engine.complete(held, name, data)
            store.update(case_id, revision, name, kept, opened)


class Store:
    """The rows of a case: position, open tasks, journal; the same statements for both engines."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.seen: list[list[str]] = []
        self.largest = 0

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open one transaction, as the step path does."""
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise
        self.connection.execute("COMMIT")

    def read(self, case_id: int) -> tuple[str, int]:
        found = self.connection.execute("SELECT position, revision FROM cases WHERE id = ?", [case_id]).fetchone()
        return found[0], found[1]

    def insert(self, case_id: int, kept: str, opened: list[str]) -> None:
        self.connection.execute("INSERT INTO cases VALUES (?, ?, 0, 0)", [case_id, kept])
        self._note(case_id, 0, "start", kept, opened)

    def update(self, case_id: int, revision: int, name: str, kept: str, opened: list[str]) -> None:
        changed = self.connection.execute(
            "UPDATE cases SET position = ?, revision = revision + 1, done = ? WHERE id = ? AND revision = ?",
            [kept, not opened, case_id, revision],
        )
        if changed.rowcount != 1:
            raise RuntimeError("a step was lost")
        self._note(case_id, revision + 1, name, kept, opened)

    def _note(self, case_id: int, seq: int, name: str, kept: str, opened: list[str]) -> None:
        """Close the task that was done, open those that are new, and write the journal's line."""
        self.seen.append(sorted(opened))
        self.largest = max(self.largest, len(kept))
        run = self.connection.execute
        run("UPDATE tasks SET closed = ? WHERE case_id = ? AND name = ? AND closed IS NULL", [seq, case_id, name])
        held = {row[0] for row in run("SELECT name FROM tasks WHERE case_id = ? AND closed IS NULL", [case_id])}
        for each in opened:
            if each not in held:
                run("INSERT INTO tasks VALUES (?, ?, ?, NULL)", [case_id, each, seq])
        run("INSERT INTO journal VALUES (?, ?, ?)", [case_id, seq, name])
