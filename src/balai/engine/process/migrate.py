"""Running cases live on under a new version: first a report of what would happen, then the deed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from balai.engine.process import state as s
from balai.engine.process.event_nodes import watch
from balai.engine.process.process_graph import AWAITED, Graph
from balai.engine.process.run import Oracle, Run
from balai.engine.process.timers import Reckon


@dataclass(frozen=True, slots=True)
class TokenNote:
    """What a migration means for one token; `node_to` is "" where it cannot go on, and `problem` says why."""

    token: str
    node_from: str
    node_to: str
    problem: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """Whether a case can go on under another version, token by token."""

    possible: bool
    notes: tuple[TokenNote, ...]

    def __str__(self) -> str:
        return "\n".join(
            f"{note.token}: {note.node_from} -> {note.node_to or '?'} {note.problem or note.note}".rstrip()
            for note in self.notes
        )


def migration_report(
    graph_from: Graph, graph_to: Graph, state: s.State, mapping: Mapping[str, str] | None = None
) -> MigrationReport:
    """Tell, without doing it, what would become of each token under another version."""
    notes = tuple(_note(graph_from, graph_to, state, token, mapping or {}) for token in state.tokens)
    return MigrationReport(not any(note.problem for note in notes), notes)


def _note(old: Graph, new: Graph, state: s.State, token: s.Token, mapping: Mapping[str, str]) -> TokenNote:
    target = mapping.get(token.node, token.node)
    before, after = old.nodes[token.node], new.nodes.get(target)
    watcher = before.kind == "boundaryEvent" or (before.kind == "startEvent" and bool(before.parent))
    if after is None:
        if watcher:
            return TokenNote(token.id, token.node, "", note="The event is no longer there; it is taken back.")
        fix = f"Map it: {token.node}=<id of the step that takes its place>."
        return TokenNote(token.id, token.node, "", f"The new version has no step {target!r}. {fix}")
    if after.kind != before.kind:
        text = (
            f"{target!r} is a {after.kind}, not a {before.kind}. Map it to a step of the same kind, or move the token."
        )
        return TokenNote(token.id, token.node, "", text)
    if after.event_kind != before.event_kind or _loop(after.loop) != _loop(before.loop):
        text = f"{target!r} waits or repeats in another way. Map it to a step like it, or move the token."
        return TokenNote(token.id, token.node, "", text)
    scopes = tuple(mapping.get(scope, scope) for scope in old.scope(token.node))
    if scopes != new.scope(target):
        return TokenNote(token.id, token.node, "", f"{target!r} lies in another sub-process. Move the token after it.")
    if watcher and mapping.get(before.attached_to, before.attached_to) != after.attached_to:
        return TokenNote(token.id, token.node, "", f"{target!r} is attached to another step.")
    joins = token.mark and not token.stuck and before.kind in ("parallelGateway", "inclusiveGateway")
    if joins and mapping.get(token.mark, token.mark) not in after.incoming:
        text = f"It waits at a join by the flow {token.mark!r}, which is gone. Map the flow: {token.mark}=<id>."
        return TokenNote(token.id, token.node, "", text)
    return TokenNote(token.id, token.node, target, note="" if target == token.node else "Its step has a new id.")


def _loop(loop: Any) -> str:
    return loop.kind if loop is not None else ""


def migrate(
    graph: Graph,
    state: s.State,
    command: s.Migrate,
    data: Mapping[str, Any],
    now: datetime,
    oracle: Oracle | None,
    reckon: Reckon | None = None,
) -> s.Move:
    """Go on under another version: tokens keep their ids, timers that have fired stay fired, new ones are set.

    A timer that is set keeps its moment; where it repeats, its next one is counted as the new version says.

    :raises Impossible: a token cannot go on; the text is the report
    """
    report = migration_report(graph, command.graph_to, state, command.mapping)
    if not report.possible:
        raise s.Impossible(str(report))
    run = Run(graph, state, data, now, None, oracle, reckon)
    _drop(run, report)
    targets = {note.token: note.node_to for note in report.notes}
    for token in list(run.tokens.values()):
        target = targets[token.id]
        mark = command.mapping.get(token.mark, token.mark)
        run.tokens[token.id] = replace(token, node=target, mark=mark)
        if target != token.node:
            run.effects.append(s.Rebind(token.id, token.node, target))
    run.undoable = [(command.mapping.get(id, id), scope) for id, scope in run.undoable]
    run.undoable = [(id, scope) for id, scope in run.undoable if id in command.graph_to.nodes]
    run.graph, run.nodes = command.graph_to, command.graph_to.nodes
    _arm_new(run, graph, command.mapping)
    return run.move()


def _drop(run: Run, report: MigrationReport) -> None:
    """Take back the events that the new version does not have."""
    for note in report.notes:
        if not note.node_to and note.token in run.tokens:
            run.cancel(run.tokens[note.token], "moved")


def _arm_new(run: Run, old: Graph, mapping: Mapping[str, str]) -> None:
    """Arm the events that the new version adds to live activities; an old one without a token has fired."""
    known = {mapping.get(id, id) for id in old.nodes}
    for token in list(run.tokens.values()):
        node = run.nodes[token.node]
        if run.around(token) is not None:
            continue
        for id in node.boundaries:
            boundary = run.nodes[id]
            if id not in known and boundary.event_kind in AWAITED:
                watch(run, boundary, token.id)
