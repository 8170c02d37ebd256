"""Timers that a calendar counts: bound by id, the calendar handed in, the drawing plain; replay needs no calendar."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from balai.engine import process
from balai.engine.process import Graph, State
from balai.engine.process.tests.drawing import compiled, drawing, elements
from balai.engine.process.timers import Duration

FRIDAY = datetime(2026, 3, 6, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Days:
    """A number of working days."""

    amount: int
    unit: str = "working-days"


def count(start: datetime, span: Any) -> datetime:
    """Count Monday to Friday; a day ends at 08:00 UTC, and what comes later is received the next working day."""
    day = start + timedelta(days=1) if start.hour >= 8 and (start.hour, start.minute) != (8, 0) else start
    for _ in range(span.amount):
        day += timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
    return day.replace(hour=8, minute=0)


def timer(text: str, kind: str = "timeDuration") -> str:
    return f'<timerEventDefinition><{kind} xsi:type="tFormalExpression">{text}</{kind}></timerEventDefinition>'


BPMN = f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="https://contoh.example">
  <process id="p" isExecutable="true">
    <startEvent id="start"/><userTask id="work"/>
    <boundaryEvent id="nudge" attachedToRef="work" cancelActivity="false">{timer("P14D")}</boundaryEvent>
    <boundaryEvent id="beat" attachedToRef="work" cancelActivity="false">{timer("R3/P7D", "timeCycle")}</boundaryEvent>
    <boundaryEvent id="gone" attachedToRef="work">{timer("P30D")}</boundaryEvent>
    <sendTask id="remind"/><sendTask id="again"/><endEvent id="lapsed"/>
    <intermediateCatchEvent id="pause">{timer("P1D")}</intermediateCatchEvent>
    <eventBasedGateway id="first"/>
    <intermediateCatchEvent id="late">{timer("P2D")}</intermediateCatchEvent>
    <intermediateCatchEvent id="day">{timer("2026-12-31", "timeDate")}</intermediateCatchEvent>
    <endEvent id="end"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="work"/><sequenceFlow id="f2" sourceRef="work" targetRef="pause"/>
    <sequenceFlow id="f3" sourceRef="nudge" targetRef="remind"/><sequenceFlow id="f4" sourceRef="beat" targetRef="again"/>
    <sequenceFlow id="f5" sourceRef="gone" targetRef="lapsed"/><sequenceFlow id="f6" sourceRef="pause" targetRef="first"/>
    <sequenceFlow id="f7" sourceRef="first" targetRef="late"/><sequenceFlow id="f8" sourceRef="first" targetRef="day"/>
    <sequenceFlow id="f9" sourceRef="late" targetRef="end"/><sequenceFlow id="f10" sourceRef="day" targetRef="end"/>
  </process></definitions>"""
PLAIN = process.compile_bpmn(BPMN.encode(), file="p.bpmn")
SPANS = {"nudge": Days(10), "beat": Days(5), "pause": Days(1), "late": Days(2)}
BOUND = process.bind_timers(PLAIN, SPANS)


class Case:
    """One case, its timers by node, and the journal it would leave."""

    def __init__(self, graph: Graph = BOUND, now: datetime = FRIDAY) -> None:
        self.graph, self.state, self.journal = graph, State(), list[process.ReplayEntry]()
        self.timers: dict[str, tuple[str, datetime]] = {}
        self._take(process.start(graph, {}, now, reckon=count), process.Start(), now)

    def _take(self, move: process.Move, command: process.Start | process.Command, now: datetime) -> None:
        self.state = move.state
        entry = process.ReplayEntry(command, now, move.choices).to_json()
        self.journal.append(process.ReplayEntry.from_json(entry, {NEXT.key: NEXT}))
        for effect in move.effects:
            if isinstance(effect, process.SetTimer):
                self.timers[effect.node] = (effect.token, effect.due_at)
            if isinstance(effect, process.ClearTimer):
                self.timers.pop(effect.node, None)

    def do(self, command: process.Command, now: datetime) -> None:
        self._take(process.step(self.graph, self.state, command, {}, now, reckon=count), command, now)

    def fire(self, node: str, now: datetime | None = None) -> None:
        token, due = self.timers[node]
        self.do(process.Fire(token), now or due)

    def complete(self, node: str, now: datetime) -> None:
        token = next(token.id for token in self.state.tokens if token.node == node)
        self.do(process.Complete(token), now)

    def due(self, node: str) -> str:
        return self.timers[node][1].isoformat(timespec="minutes")[:16]

    def replayed(self) -> State:
        """Tell the case again without data and without a calendar."""
        return process.replay(BOUND if self.graph is NEXT else self.graph, self.journal)


NEXT = process.bind_timers(PLAIN, {**SPANS, "nudge": Days(3)})


def test_a_bound_timer_counts_working_days_and_the_others_calendar_days() -> None:
    case = Case()
    assert (case.due("nudge"), case.due("beat"), case.due("gone")) == (
        "2026-03-20T08:00", "2026-03-13T08:00", "2026-04-05T02:00",
    )  # fmt: skip
    assert case.replayed() == case.state


def test_an_unbound_timer_stays_what_the_drawing_says() -> None:
    case = Case(PLAIN)
    assert (case.due("nudge"), case.due("beat")) == ("2026-03-20T02:00", "2026-03-13T02:00")
    assert process.start(PLAIN, {}, FRIDAY).choices == (), "and needs no calendar"


def test_a_cycle_keeps_its_beat_and_its_number() -> None:
    case = Case()
    case.fire("beat", FRIDAY + timedelta(days=10))  # Monday 16 March: a worker looked three days late
    assert case.due("beat") == "2026-03-20T08:00"
    case.fire("beat", FRIDAY + timedelta(days=40))  # beats nobody looked at are skipped, not made up for
    assert case.due("beat") == "2026-04-17T08:00"
    case.fire("beat")
    assert "beat" not in case.timers, "three times, as drawn"
    assert case.replayed() == case.state


def test_catching_events_count_too() -> None:
    case = Case()
    case.complete("work", FRIDAY)
    assert case.due("pause") == "2026-03-09T08:00"
    case.fire("pause")
    assert case.due("late") == "2026-03-11T08:00"
    case.fire("late")
    assert case.state.done
    assert case.replayed() == case.state


def test_a_clock_that_jumps_back_does_not_fire_twice() -> None:
    case = Case()
    token, _ = case.timers["beat"]
    case.fire("beat")
    with pytest.raises(process.Stale):
        case.do(process.Fire(token), FRIDAY)
    assert case.due("beat") == "2026-03-20T08:00"


def test_a_case_migrates_between_calendar_and_working_days() -> None:
    case = Case()
    command = process.Migrate(NEXT)
    case.do(command, FRIDAY)
    case.graph = NEXT
    assert case.due("nudge") == "2026-03-20T08:00", "what is set keeps its moment"
    case.fire("beat")
    assert case.due("beat") == "2026-03-20T08:00"
    assert case.replayed() == case.state


def test_a_new_event_is_armed_by_the_calendar_when_a_case_migrates() -> None:
    old = process.compile_bpmn(
        BPMN.replace('id="nudge"', 'id="other"').replace('"nudge"', '"other"').encode(), file="p"
    )
    state = process.start(old, {}, FRIDAY).state
    move = process.step(old, state, process.Migrate(BOUND), {}, FRIDAY, reckon=count)
    armed = [effect for effect in move.effects if isinstance(effect, process.SetTimer)]
    assert [(one.node, one.due_at.isoformat()[:10]) for one in armed] == [("nudge", "2026-03-20")]
    entry = process.ReplayEntry(process.Migrate(BOUND), FRIDAY, move.choices)
    begun = process.ReplayEntry(process.Start(), FRIDAY)
    assert process.replay(old, [begun, entry]) == move.state


def test_a_retried_timer_is_counted_anew() -> None:
    def closed(start: datetime, span: Any) -> datetime:
        raise ValueError("the calendar has no working day in the two years after")

    move = process.start(BOUND, {}, FRIDAY, reckon=closed)
    stuck = [token for token in move.state.tokens if token.stuck == "timer"]
    assert {token.node for token in stuck} == {"nudge", "beat"}
    (nudge,) = [token for token in stuck if token.node == "nudge"]
    again = process.step(BOUND, move.state, process.Retry(nudge.id), {}, FRIDAY, reckon=count)
    assert [one.due_at.day for one in again.effects if isinstance(one, process.SetTimer)] == [20]
    entries = [process.ReplayEntry(process.Start(), FRIDAY, move.choices)]
    assert process.replay(BOUND, entries) == move.state, "a journal knows that it could not be set"


def test_a_beat_that_the_calendar_does_not_know_is_stuck_and_not_lost() -> None:
    case = Case()
    token, due = case.timers["beat"]

    def closed(start: datetime, span: Any) -> datetime:
        raise ValueError("the calendar has no working day in the two years after")

    move = process.step(BOUND, case.state, process.Fire(token), {}, due, reckon=closed)
    (stuck,) = [one for one in move.state.tokens if one.stuck]
    assert (stuck.node, stuck.stuck, stuck.index) == ("beat", "timer", 1)
    again = process.step(BOUND, move.state, process.Retry(stuck.id), {}, due, reckon=count)
    assert [one.index for one in again.state.tokens if one.node == "beat"] == [1], "it has fired once"


def test_without_a_calendar_a_bound_timer_is_refused_and_nothing_changes() -> None:
    with pytest.raises(process.Impossible, match="needs `reckon`"):
        process.start(BOUND, {}, FRIDAY)


def test_what_is_bound_steps_under_a_key_of_its_own() -> None:
    assert process.bind_timers(PLAIN, {}).key == PLAIN.key
    assert len({PLAIN.key, BOUND.key, NEXT.key}) == 3
    assert process.bind_timers(PLAIN, dict(reversed(SPANS.items()))).key == BOUND.key


@pytest.mark.parametrize("id", ["work", "nothing", "day"])
def test_only_a_plain_duration_or_cycle_can_be_bound(id: str) -> None:
    with pytest.raises(ValueError, match="no timer"):
        process.bind_timers(PLAIN, {id: Days(1)})


@pytest.mark.parametrize("graph", [PLAIN, BOUND])
def test_what_is_proven_of_the_drawing_stays_proven(graph: Graph) -> None:
    findings: Mapping[str, str] = {one.element: one.message for one in process.check(graph)}
    assert not findings


def test_a_monthly_beat_that_is_bound_comes_back_to_its_day() -> None:
    def count(start: datetime, span: Any) -> datetime:
        return Duration(span.amount).after(start)

    body = elements(s="startEvent", a="userTask", e="endEvent", e2="endEvent")
    cycle = timer("R4/P7D", "timeCycle")
    body += f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{cycle}</boundaryEvent>'
    graph = process.bind_timers(compiled(drawing(body, "s -> a -> e", "b -> e2")), {"b": Days(1, "months")})
    move = process.start(graph, {}, datetime(2026, 1, 31, 1, tzinfo=UTC), reckon=count)
    due = []
    while found := [effect for effect in move.effects if isinstance(effect, process.SetTimer)]:
        due.append(found[-1].due_at)
        move = process.step(graph, move.state, process.Fire(found[-1].token), {}, due[-1], reckon=count)
    assert [str(moment.date()) for moment in due] == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]
