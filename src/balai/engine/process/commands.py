"""What each command does to the tokens; a command that does not fit changes nothing."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from balai.engine.process import state as s
from balai.engine.process.activities import complete, perform
from balai.engine.process.event_nodes import catch, deliver_signal, scope_of, take_error, trigger, watch
from balai.engine.process.modify import modify
from balai.engine.process.process_graph import ACTIVITIES, GATEWAYS, INLINE, OPERATIONS, WORK
from balai.engine.process.run import Run


def _doer(run: Run, id: str) -> s.Token:
    """Get a live token on a task or operation, not the one around a loop."""
    token = run.get(id)
    node = run.nodes[token.node]
    if node.kind not in WORK | OPERATIONS | INLINE:
        raise s.Stale(id, f"{node.title!r} is not a task that can be completed or fail.")
    if node.loop is not None and run.around(token) is None and token.mark != "!!count":
        raise s.Stale(id, f"{node.title!r} is done in several instances; name one of them.")
    return token


def _complete(run: Run, command: s.Complete) -> None:
    token = _doer(run, command.token)
    run.write(token.id, command.data)
    complete(run, run.nodes[token.node], token)


def _fire(run: Run, command: s.Fire) -> None:
    token = run.get(command.token)
    node = run.nodes[token.node]
    if node.event_kind != "timer":
        raise s.Stale(token.id, f"{node.title!r} is not a timer.")
    trigger(run, token)


def _message(run: Run, command: s.Message) -> None:
    token = _receiver(run, command)
    run.write(scope_of(run, token), command.data)
    node = run.nodes[token.node]
    if node.kind == "receiveTask":
        complete(run, node, token)
    else:
        trigger(run, token)


def _receiver(run: Run, command: s.Message) -> s.Token:
    tokens = list(run.tokens.values()) if command.token is None else [run.get(command.token)]
    for token in tokens:
        node = run.nodes[token.node]
        waits = node.kind not in ("endEvent", "intermediateThrowEvent") and node.event_kind == "message"
        outer = node.loop is not None and run.around(token) is None
        if waits and not outer and node.event is not None and node.event.name == command.name:
            return token
    raise s.Stale(command.token or "", f"Nobody waits for the message {command.name!r}.")


def _signal(run: Run, command: s.Signal) -> None:
    run.write("", command.data)
    if not deliver_signal(run, command.name):
        run.effects.append(s.LogLine(f"Nobody waits for the signal {command.name!r}."))


def _fail(run: Run, command: s.Fail) -> None:
    take_error(run, _doer(run, command.token), command.code or "failed", command.message)


def _escalate(run: Run, command: s.Escalate) -> None:
    if not catch(run, "escalation", command.code, run.get(command.token)):
        run.effects.append(s.LogLine(f"Nobody catches the escalation {command.code!r}."))


def _update(run: Run, command: s.Update) -> None:
    run.write("", command.data)


def _retry(run: Run, command: s.Retry) -> None:
    """Try again under a new token, so that a late answer to the old one is stale."""
    token = run.get(command.token)
    node = run.nodes[token.node]
    if not token.stuck and node.kind not in OPERATIONS:
        raise s.Impossible(f"{node.title!r} is not stuck; move or end its token instead.")
    del run.tokens[token.id]
    if token.mark == "!!timer":
        watch(run, node, token.parent, token.index)
    elif token.mark == "!!no-way" and node.kind not in GATEWAYS:
        run.leave(node, token.parent)
    elif node.kind in GATEWAYS or token.mark == "!!count":
        run.arrive(node.id, token.parent)
    elif node.kind in ACTIVITIES:
        _reopen(run, token)


def _reopen(run: Run, token: s.Token) -> None:
    node = run.nodes[token.node]
    fresh = run.new(node.id, token.parent, index=token.index)
    for child in run.children(token.id):
        run.tokens[child.id] = replace(child, parent=fresh.id)
    if node.kind in OPERATIONS:
        if not token.stuck:
            run.effects.append(s.CancelOperation(token.id, node.id))
        run.effects.append(s.RunOperation(fresh.id, node.id))
    elif node.kind in WORK:
        run.effects.append(s.CloseTask(token.id, node.id, "retried"))
        run.effects.append(s.OpenTask(fresh.id, node.id))
    else:
        perform(run, node, fresh)


COMMANDS: Mapping[type, Callable[[Run, Any], None]] = {
    s.Complete: _complete,
    s.Fire: _fire,
    s.Message: _message,
    s.Signal: _signal,
    s.Fail: _fail,
    s.Escalate: _escalate,
    s.Update: _update,
    s.Retry: _retry,
    s.Modify: modify,
}
