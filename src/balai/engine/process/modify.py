"""An operator's hand: tokens moved, ended or added, across scopes where need be."""

from balai.engine.process import state as s
from balai.engine.process.activities import arm, undo_next, watch_handlers
from balai.engine.process.process_graph import SCOPES
from balai.engine.process.run import Run


def modify(run: Run, command: s.Modify) -> None:
    """Move, end and add tokens; all of it or nothing.

    :raises Impossible: a node is not there, or nothing is asked for
    :raises Stale: a token is gone
    """
    if not (command.moves or command.end or command.add):
        raise s.Impossible("Say which token to move, end or add.")
    unknown = [node for node in (*(to for _, to in command.moves), *command.add) if node not in run.nodes]
    if unknown:
        raise s.Impossible(f"There is no step {unknown[0]!r} in this process.")
    run.effects.append(s.LogLine(command.reason or "Changed by an operator."))
    for id in command.end:
        token = run.get(id)
        run.cancel(token, "ended")
        _after_end(run, token)
    for id, to in command.moves:
        token = run.get(id)
        parent = _scope_for(run, token, to)
        run.cancel(token, "moved")
        run.arrive(to, parent)
        _after_move(run, token)
    for node in command.add:
        run.arrive(node, _scope_for(run, None, node))


def _after_end(run: Run, token: s.Token) -> None:
    """Go on after a token was ended as if it had come to an end: its scope, loop or gateway may be over with it."""
    holder = run.tokens.get(token.parent)
    if holder is None:
        run.emptied.append(token.parent)
        return
    node = run.nodes[holder.node]
    if node.event_kind == "compensation" and node.kind != "boundaryEvent":
        undo_next(run, holder)
    elif holder.node == token.node or node.kind == "eventBasedGateway":
        gateway = node.kind == "eventBasedGateway"
        if not any(gateway or child.node == token.node for child in run.children(holder.id)):
            run.cancel(holder, "ended")
            _after_end(run, holder)
    elif node.kind in SCOPES:
        run.emptied.append(holder.id)


def _after_move(run: Run, token: s.Token) -> None:
    """Take away what a token left empty behind it: a loop without instances, a part without steps."""
    holder = run.tokens.get(token.parent)
    if holder is None or any(item[1] == holder.id for item in run.queue):
        return
    kind = run.nodes[holder.node].kind
    watchers = ("startEvent", "boundaryEvent")
    left = any(run.nodes[child.node].kind not in watchers for child in run.children(holder.id))
    if not left and (kind in SCOPES or kind == "eventBasedGateway" or holder.node == token.node):
        run.cancel(holder, "moved")
        _after_move(run, holder)


def _scope_for(run: Run, token: s.Token | None, to: str) -> str:
    """Find the live scope a node belongs in, nearest to the token; open the sub-processes that are missing."""
    wanted = run.graph.scope(to)
    parent = ""
    # A part that is itself moved cannot be the place to go to.
    chain = _chain(run, run.tokens.get(token.parent) if token is not None else None)
    for scope in wanted:
        live = next((t for t in chain if t.node == scope and run.around(t) is None), None)
        live = next((t for t in chain if t.node == scope and run.around(t) is not None), live)
        if live is None:
            live = next((t for t in run.children(parent) if t.node == scope and t is not token), None)
        if live is None:
            node = run.nodes[scope]
            live = run.new(scope, parent)
            run.effects.append(s.Enter(scope, live.id))
            arm(run, node, live.id)
            watch_handlers(run, node.handlers, live.id)
        parent = live.id
    return parent


def _chain(run: Run, token: s.Token | None) -> list[s.Token]:
    chain: list[s.Token] = []
    while token is not None:
        chain.append(token)
        token = run.tokens.get(token.parent)
    return chain
