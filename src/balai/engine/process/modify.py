"""An operator's hand: tokens moved, ended or added, across scopes where need be."""

from balai.engine.process import state as s
from balai.engine.process.activities import arm, watch_handlers
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
    run.effects.append(s.Log(command.reason or "Changed by an operator."))
    for id in command.end:
        token = run.get(id)
        run.cancel(token, "ended")
        run.emptied.append(_after_end(run, token))
    for id, to in command.moves:
        token = run.get(id)
        parent = _scope_for(run, token, to)
        run.cancel(token, "moved")
        run.arrive(to, parent)
        if token.parent != parent:
            run.emptied.append(_after_end(run, token))
    for node in command.add:
        run.arrive(node, _scope_for(run, None, node))


def _after_end(run: Run, token: s.Token) -> str:
    """Return the scope to look at after a token is gone: an instance's loop goes with its last instance."""
    holder = run.tokens.get(token.parent)
    while holder is not None and run.nodes[holder.node].kind not in ("subProcess", "callActivity"):
        if run.children(holder.id):
            return token.parent
        run.cancel(holder, "ended")
        token, holder = holder, run.tokens.get(holder.parent)
    return token.parent


def _scope_for(run: Run, token: s.Token | None, to: str) -> str:
    """Find the live scope a node belongs in, nearest to the token; open the sub-processes that are missing."""
    wanted = run.graph.scope(to)
    parent = ""
    chain = _chain(run, token)
    for scope in wanted:
        live = next((t for t in chain if t.node == scope and run.around(t) is None), None)
        live = next((t for t in chain if t.node == scope and run.around(t) is not None), live)
        if live is None:
            live = next((t for t in run.children(parent) if t.node == scope), None)
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
