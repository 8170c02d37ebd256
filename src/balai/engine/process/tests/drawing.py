"""Small BPMN files for tests, written as lines of text instead of XML, and cases played through."""

from datetime import UTC, datetime
from html import escape
from itertools import pairwise
from typing import Any

from balai.engine import process

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="definitions" targetNamespace="t">'
)


def flow(id: str, source: str, target: str, condition: str = "") -> str:
    inner = f"<conditionExpression>{escape(condition)}</conditionExpression>" if condition else ""
    return f'<sequenceFlow id="{id}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'


def flows(*lines: str) -> str:
    """Write flows: "a -> b -> c", or "a -> b : condition"; ids are a_b."""
    out = []
    for line in lines:
        way, _, condition = line.partition(" : ")
        nodes = [part.strip() for part in way.split("->")]
        for source, target in pairwise(nodes):
            out.append(flow(f"{source}_{target}", source, target, condition.strip()))
    return "".join(out)


def drawing(body: str, *lines: str, before: str = "", id: str = "p") -> bytes:
    """Wrap elements and flows into a BPMN file with one process."""
    return (
        f'{HEAD}{before}<process id="{id}" isExecutable="true">{body}{flows(*lines)}</process></definitions>'.encode()
    )


def elements(**kinds: str) -> str:
    """Write plain elements: start="startEvent", a="userTask" …"""
    return "".join(f'<{kind} id="{id}"/>' for id, kind in kinds.items())


def compiled(xml: bytes, **options: Any) -> process.Graph:
    """Compile with the real rules."""
    return process.compile_bpmn(xml, **options)


class Case:
    """A case that is played through in a test: it keeps the position, the data, all effects and the journal."""

    def __init__(self, xml: bytes | process.Graph, data: dict[str, Any] | None = None, **options: Any) -> None:
        start_event = options.pop("start_event", None)
        begin = options.pop("begin", NOW)
        self.decide = options.pop("decide", None)
        self.graph = xml if isinstance(xml, process.Graph) else compiled(xml, **options)
        self.now = begin
        self.effects: list[process.Effect] = []
        self.journal: list[process.ReplayEntry] = []
        move = process.start(self.graph, data or {}, self.now, start_event=start_event, decide=self.decide)
        self._take(process.Start(start_event or ""), move)

    def _take(self, command: Any, move: process.Move) -> process.Move:
        self.move, self.state, self.data = move, move.state, move.data
        self.effects += move.effects
        self.journal.append(process.ReplayEntry(command, self.now, move.choices))
        return move

    def do(self, command: process.Command) -> process.Move:
        move = process.step(self.graph, self.state, command, self.data, self.now, decide=self.decide)
        return self._take(command, move)

    def token(self, node: str, nth: int = 0) -> str:
        return [t.id for t in self.state.tokens if t.node == node][nth]

    def complete(self, node: str, data: dict[str, Any] | None = None, nth: int = 0) -> process.Move:
        """Complete a node's task; of a loop the nth innermost instance."""
        outer = {t.parent for t in self.state.tokens if t.node == node}
        ids = [t.id for t in self.state.tokens if t.node == node and t.id not in outer]
        return self.do(process.Complete(ids[nth], data or {}))

    def fire(self, node: str) -> process.Move:
        return self.do(process.Fire(self.token(node)))

    @property
    def at(self) -> list[str]:
        """Where the tokens stand, sorted."""
        return sorted(token.node for token in self.state.tokens)

    def seen(self, kind: type) -> list[str]:
        """The nodes of all effects of a kind so far."""
        return [getattr(effect, "node", "") for effect in self.effects if isinstance(effect, kind)]
