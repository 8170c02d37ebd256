"""Events: waiting, being triggered, and the search for who catches an error or an escalation."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from balai.engine.process import state as s
from balai.engine.process import timers
from balai.engine.process.process_graph import ACTIVITIES, AWAITED, Node
from balai.engine.process.run import Run

MONTHLY = ("months", "years")
MAX_BEATS = 10_000


def watch(run: Run, node: Node, parent: str, index: int = 0, mark: str = "") -> s.Token:
    """Put a token on an event and ask the host for what it waits for; an index counts a repeating timer's firings."""
    event = node.event
    assert event is not None
    token = run.new(node.id, parent, mark, index)
    if event.kind == "timer":
        _set_timer(run, node, token)
    elif event.kind in ("message", "signal"):
        run.effects.append(s.Subscribe(token.id, node.id, event.name, event.kind))
    return token


def _set_timer(run: Run, node: Node, token: s.Token) -> None:
    timer = node.event.timer if node.event else None
    assert timer is not None
    due, why = (token.mark, "") if token.mark else _ask_due(run, node, token, timer)
    if due == timers.UNSET:
        run.stick(node, token.parent, "!timer", f"The timer {node.title!r} cannot be set{why}.", token)
        return
    if timer.kind == "cycle":
        run.tokens[token.id] = replace(token, mark=due)
    run.effects.append(s.SetTimer(token.id, node.id, timers.unpack_beat(due)[0]))


def _ask_due(run: Run, node: Node, token: s.Token, timer: timers.TimerDefinition) -> tuple[str, str]:
    """Reckon the due moment of a timer that is set now; `timers.UNSET` and why where there is none."""

    def reckon() -> str:
        if timer.span is not None:
            due = _count(run, node, timer.span, run.now)
            monthly = timer.kind == "cycle" and timer.span.unit in MONTHLY
            return timers.pack_beat(due, run.now if monthly else None)
        value = timers.resolve(timer, run.view(scope_of(run, token)), run.now)
        if isinstance(value, timers.Cycle):
            began = run.now if value.every.months and value.start is None else None
            return timers.pack_beat(timers.first_due(value, run.now), began)
        return value.isoformat()

    return _asked(run, "due", node, timer, reckon)


def _asked(
    run: Run, kind: str, node: Node, timer: timers.TimerDefinition, reckon: Callable[[], str]
) -> tuple[str, str]:
    """Reckon; what hangs on data or calendar is asked, so that a journal replays it without either."""
    why: list[str] = []

    def safely() -> str:
        try:
            return reckon()
        except s.Impossible:
            raise
        except ValueError as error:
            why.append(f": {error}")
            return timers.UNSET

    plain = timer.expression is None and timer.span is None
    return safely() if plain else str(run.ask_value(kind, node, safely)), "".join(why)


def _count(run: Run, node: Node, span: timers.CountedSpan, start: datetime) -> datetime:
    """Count a span by the calendar that was handed in."""
    if run.reckon is None:
        raise s.Impossible(f"The timer {node.id!r} counts {span.unit} and needs `reckon`.")
    return run.reckon(start, span)


def arrive_catch(run: Run, node: Node, parent: str) -> None:
    """Wait at an intermediate event."""
    event = node.event
    if event is not None and event.kind in AWAITED:
        token = watch(run, node, parent)
        run.effects.append(s.Enter(node.id, token.id))
        return
    run.effects.append(s.Enter(node.id))
    run.leave(node, parent)


def scope_of(run: Run, token: s.Token) -> str:
    """Return the scope in which what an event brings belongs: that of the activity it watches, or its own."""
    holder = run.tokens.get(token.parent)
    if holder is None:
        return ""
    node = run.nodes[token.node]
    apart = node.kind == "boundaryEvent" or run.nodes[holder.node].kind == "eventBasedGateway"
    return holder.parent if apart else holder.id


def trigger(run: Run, token: s.Token) -> None:
    """Let what the token waited for have happened; the wait is taken back, so that a host has no row left over."""
    node = run.nodes[token.node]
    run.take_back(token, "completed")
    if node.kind == "boundaryEvent":
        _trigger_boundary(run, node, token)
    elif node.kind == "startEvent":
        _trigger_handler(run, node, token)
    else:
        holder = run.tokens.get(token.parent)
        del run.tokens[token.id]
        parent = token.parent
        if holder is not None and run.nodes[holder.node].kind == "eventBasedGateway":
            parent = holder.parent
            run.cancel(holder, "not needed")
        run.leave(node, parent, token.id)


def _trigger_boundary(run: Run, node: Node, token: s.Token) -> None:
    activity = run.tokens[token.parent]
    del run.tokens[token.id]
    run.effects.append(s.Enter(node.id, token.id))
    if node.interrupting:
        run.cancel(activity, "interrupted")
    else:
        _again(run, node, token)
    run.leave(node, activity.parent, token.id)


def _trigger_handler(run: Run, start: Node, token: s.Token) -> None:
    del run.tokens[token.id]
    if not start.interrupting:
        _again(run, start, token)
    begin_handler(run, start, token.parent)


def begin_handler(run: Run, start: Node, parent: str) -> None:
    """Begin an event sub-process; an interrupting one first ends everything else in its scope."""
    if start.interrupting:
        run.empty(parent, "interrupted")
    token = run.new(start.parent, parent)
    run.effects.append(s.Enter(start.parent, token.id))
    for handler in run.nodes[start.parent].handlers:
        inner = run.nodes[run.nodes[handler].starts[0]]
        if inner.event is not None and inner.event.kind in AWAITED:
            watch(run, inner, token.id)
    run.arrive(start.id, token.id)


def _again(run: Run, node: Node, token: s.Token) -> None:
    """Wait on: messages and signals can come again, a repeating timer has a next time, a plain one has fired."""
    event = node.event
    assert event is not None
    if event.kind in ("message", "signal"):
        watch(run, node, token.parent)
    elif event.kind == "conditional":
        # It fires again only after it has been false in between.
        run.new(node.id, token.parent, "1")
    elif event.timer is not None and event.timer.kind == "cycle":
        _repeat(run, node, event.timer, token)


def _repeat(run: Run, node: Node, timer: timers.TimerDefinition, token: s.Token) -> None:
    cycle = timer.value
    fired = token.index + 1

    def reckon() -> str:
        value = (
            cycle if isinstance(cycle, timers.Cycle) else timers.resolve(timer, run.view(scope_of(run, token)), run.now)
        )
        if not isinstance(value, timers.Cycle) or (value.times != timers.UNLIMITED and fired >= value.times):
            return ""
        beat, began = timers.unpack_beat(token.mark)
        if timer.span is not None:
            return timers.pack_beat(_next_counted(run, node, timer.span, beat, began), began)
        return timers.pack_beat(timers.next_due(value, beat, run.now, began), began)

    due, _ = _asked(run, "again", node, timer, reckon)
    if due:
        watch(run, node, token.parent, fired, due)


def _next_counted(run: Run, node: Node, span: Any, beat: datetime, began: datetime | None) -> datetime:
    """Count on from a beat, not from now, past the beats that nobody looked at; months from where they began."""
    if began is not None:
        number = 1
        while (following := _count(run, node, replace(span, amount=span.amount * number), began)) <= max(beat, run.now):
            number += 1
            if number > MAX_BEATS:
                raise s.Impossible(f"The calendar does not go on for the timer {node.id!r}.")
        return following
    following = _count(run, node, span, beat)
    while following <= run.now:
        following, before = _count(run, node, span, following), following
        if following <= before:
            raise s.Impossible(f"The calendar does not go on for the timer {node.id!r}.")
    return following


# ---- thrown inside, caught around


def take_error(run: Run, token: s.Token, code: str, message: str) -> None:
    """Take an activity's failure to who catches it; else the token is stuck."""
    if not catch(run, "error", code, token):
        run.stick(run.nodes[token.node], token.parent, code, message or f"Failed with {code!r}.", token)


def catch(run: Run, kind: str, code: str, token: s.Token) -> bool:
    """Find the nearest event that catches an error or escalation of a token, and let it happen."""
    at: s.Token | None = token
    while at is not None:
        node = run.nodes[at.node]
        if run.around(at) is None:  # an instance is caught where its loop is
            if node.kind in ACTIVITIES and _catch_at_border(run, kind, code, at, node):
                return True
            if not node.event_subprocess and catch_inside(run, kind, code, at.parent):
                return True
        at = run.tokens.get(at.parent)
    return False


def _catch_at_border(run: Run, kind: str, code: str, at: s.Token, node: Node) -> bool:
    boundary = _match(run, kind, code, node.boundaries)
    if boundary is None:
        return False
    run.effects.append(s.Enter(boundary.id))
    if boundary.interrupting:
        run.cancel(at, "failed" if kind == "error" else "interrupted")
    run.leave(boundary, at.parent)
    return True


def catch_inside(run: Run, kind: str, code: str, scope: str) -> bool:
    """Let an event sub-process of a scope catch it."""
    holder = run.tokens.get(scope)
    handlers = run.nodes[holder.node].handlers if holder is not None else run.graph.handlers if not scope else ()
    start = _match(run, kind, code, tuple(run.nodes[id].starts[0] for id in handlers))
    if start is None:
        return False
    begin_handler(run, start, scope)
    return True


def _match(run: Run, kind: str, code: str, ids: tuple[str, ...]) -> Node | None:
    """Choose the event for this code; one without a code catches the rest."""
    events = [run.nodes[id] for id in ids if run.nodes[id].event_kind == kind]
    exact = [node for node in events if node.event is not None and node.event.name == code]
    return next(iter(exact or [node for node in events if node.event is not None and not node.event.name]), None)


def catch_in_scope(run: Run, kind: str, code: str, scope: str) -> bool:
    """Find who catches what an event inside a scope throws: the scope's handlers first, then the border around."""
    holder = run.tokens.get(scope)
    # Within an event sub-process the handlers beside it are not asked: it stands for the scope itself.
    return catch_inside(run, kind, code, scope) or (holder is not None and catch(run, kind, code, holder))


def deliver_signal(run: Run, name: str) -> int:
    """Give a signal to everyone in the case who waits for it; return how many did."""
    waiting = [
        token
        for token in run.tokens.values()
        if (event := run.nodes[token.node].event) is not None and event.kind == "signal" and event.name == name
    ]
    count = 0
    for token in waiting:
        if token.id in run.tokens and run.nodes[token.node].kind not in ("endEvent", "intermediateThrowEvent"):
            trigger(run, token)
            count += 1
    return count
