"""Gateways: one way, all ways, the ways that are due, or the way of what happens first."""

from balai.engine.process import state as s
from balai.engine.process.event_nodes import watch
from balai.engine.process.process_graph import Node
from balai.engine.process.run import Run


def arrive_exclusive(run: Run, node: Node, parent: str) -> None:
    """Take the first flow whose condition is true, else the default flow."""
    run.effects.append(s.Enter(node.id))
    if node.onward is not None or not node.outgoing:
        run.leave(node, parent)
        return
    way = None
    for flow in node.outgoing:
        if flow.id != node.default and (flow.condition is None or run.ask(node, flow.condition, parent)):
            way = flow
            break
    else:
        way = next((flow for flow in node.outgoing if flow.id == node.default), None)
    if way is None:
        run.stick(node, parent, "!no-way", f"No way leads on from {node.title!r}: no condition is true.")
        return
    run.effects.append(s.Leave(node.id))
    run.arrive(way.target, parent, way.id)


def arrive_parallel(run: Run, node: Node, parent: str, flow: str) -> None:
    """Go on by all flows, once a token has come by each incoming flow in the same scope.

    A second token on a flow waits for the next round, so a join inside a loop never opens after one branch.
    A token put here by an operator (without a flow) passes.
    """
    if len(node.incoming) > 1 and flow:
        run.new(node.id, parent, flow)
        waiting: dict[str, str] = {}
        for token in run.tokens.values():
            if token.node == node.id and token.parent == parent:
                waiting.setdefault(token.mark, token.id)
        if len(waiting) < len(node.incoming):
            return
        for id in waiting.values():
            del run.tokens[id]
    run.effects.append(s.Enter(node.id))
    run.leave(node, parent)


def arrive_inclusive(run: Run, node: Node, parent: str, flow: str) -> None:
    """Wait for all tokens that can still come; `release_inclusive` opens it."""
    if len(node.incoming) > 1 and flow:
        run.new(node.id, parent, flow)
        return
    run.effects.append(s.Enter(node.id))
    run.leave(node, parent)


def release_inclusive(run: Run) -> bool:
    """Open the first inclusive join that has nothing more to wait for; called when all else rests.

    By the standard: a token elsewhere in the scope holds it back if it can reach an incoming flow that is still empty,
    unless it can as well reach one that is filled.
    """
    for token in list(run.tokens.values()):
        node = run.nodes[token.node]
        if node.kind != "inclusiveGateway" or token.stuck:
            continue
        waiting = [t for t in run.tokens.values() if t.node == node.id and t.parent == token.parent and not t.stuck]
        if _nothing_comes(run, node, token.parent, {t.mark for t in waiting}):
            first: dict[str, str] = {}
            for other in waiting:
                first.setdefault(other.mark, other.id)
            for id in first.values():
                del run.tokens[id]
            run.effects.append(s.Enter(node.id))
            run.leave(node, token.parent)
            return True
    return False


def _nothing_comes(run: Run, node: Node, parent: str, filled: set[str]) -> bool:
    others = {t.node for t in run.tokens.values() if t.parent == parent and t.node != node.id}
    coming: set[str] = set()
    for flow, sources in node.joins.items():
        if flow not in filled:
            coming |= others & sources
    for flow in filled:
        coming -= node.joins.get(flow, frozenset())
    return not coming


def arrive_event_gateway(run: Run, node: Node, parent: str) -> None:
    """Wait for several events; the first that happens wins."""
    token = run.new(node.id, parent)
    run.effects.append(s.Enter(node.id, token.id))
    for flow in node.outgoing:
        target = run.nodes[flow.target]
        watch(run, target, token.id)
