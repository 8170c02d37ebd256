"""A case told again from its journal, without the data: the answers its course hung on are written down."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, TypeAlias

from balai.engine.process import state as s
from balai.engine.process.process_graph import Graph, Node
from balai.engine.process.step import start, step

Recorded: TypeAlias = s.Start | s.Command
KINDS: Mapping[str, type] = {
    kind.__name__.lower(): kind
    for kind in (
        s.Start,
        s.Complete,
        s.Fire,
        s.Message,
        s.Signal,
        s.Fail,
        s.Escalate,
        s.Update,
        s.Retry,
        s.Modify,
        s.Migrate,
        s.TakeBack,
    )
}


@dataclass(frozen=True, slots=True)
class ReplayEntry:
    """One line of a case's journal: the command (its data is not needed), when it was given, and the answers it met."""

    command: Recorded
    now: datetime
    choices: tuple[s.Choice, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the entry without the command's data; a migration names the graph it leads to by its key."""
        name = type(self.command).__name__.lower()
        values = {f.name: getattr(self.command, f.name) for f in fields(self.command)}
        for personal in ("data", "message"):
            values.pop(personal, None)
        if isinstance(self.command, s.Migrate):
            values = {"graph_to": self.command.graph_to.key, "mapping": dict(self.command.mapping)}
        if isinstance(self.command, s.TakeBack):
            values = {"position": self.command.position.to_json()}
        kept = {key: value for key, value in values.items() if value}
        return {"do": name, **kept, "now": self.now.isoformat(), "choices": list(self.choices)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any], graphs: Mapping[str, Graph] | None = None) -> "ReplayEntry":
        """Rebuild an entry; `graphs` finds the graph of a migration by its key."""
        arguments = {key: item for key, item in value.items() if key not in ("do", "now", "choices")}
        kind = KINDS[value["do"]]
        if kind is s.Migrate:
            arguments["graph_to"] = (graphs or {})[arguments["graph_to"]]
            arguments.setdefault("mapping", {})
        if kind is s.TakeBack:
            arguments["position"] = s.State.from_json(arguments["position"])
        if kind is s.Modify:
            arguments["moves"] = tuple((move[0], move[1]) for move in arguments.get("moves", ()))
            for name in ("end", "add"):
                arguments[name] = tuple(arguments.get(name, ()))
        return cls(kind(**arguments), datetime.fromisoformat(value["now"]), tuple(value["choices"]))


def replay(graph: Graph, journal: Iterable[ReplayEntry]) -> s.State:
    """Return the position a journal leads to; equal to that of the live case.

    :raises Impossible: the journal does not belong to this process
    """
    state = s.State()
    for _, move in replay_steps(graph, journal):
        state = move.state
    return state


def replay_steps(graph: Graph, journal: Iterable[ReplayEntry]) -> Iterator[tuple[ReplayEntry, s.Move]]:
    """Yield each entry with the move it caused, for looking at a case step by step."""
    state = s.State()
    for entry in journal:
        answers = iter(entry.choices)

        def answer(kind: str, node: Node, answers: Iterator[s.Choice] = answers) -> s.Choice:
            try:
                return next(answers)
            except StopIteration:
                raise s.Impossible(
                    f"The journal has no answer for {node.id!r}; it belongs to another version."
                ) from None

        if isinstance(entry.command, s.Start):
            move = start(graph, {}, entry.now, start_event=entry.command.start_event or None, oracle=answer)
        else:
            move = step(graph, state, entry.command, {}, entry.now, oracle=answer)
        if isinstance(entry.command, s.Migrate):
            graph = entry.command.graph_to
        state = move.state
        yield entry, move
