"""A case played without an office: the same forms, process and rules, with a clock that is wound by hand.

Nothing is written and nobody is told; what would have happened is collected. Golden examples and `balai simulate`
play here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from balai.engine import forms, process, rules
from balai.engine.letters import PrintedReason
from balai.engine.manifest.connections import fit
from balai.engine.manifest.notice_words import NoticeAbout
from balai.engine.manifest.objected import has_decided, read_objected
from balai.engine.manifest.operations import SIGN, answer_alone
from balai.engine.manifest.periods import Period
from balai.engine.manifest.rehearsed_answers import (
    cosigned_by,
    payment_answers,
    prefilled,
    prepare_files,
    typed_applicant,
)
from balai.engine.manifest.service import PARENT, UNIT_UNKNOWN, Promise, Service, Step

MAX_ROUNDS = 5000  # operations in a row, or timers in one stretch of time, before a story counts as endless
NO_PROMISE = Promise(Period(5, "working-days"))  # before the application is handed in
PLAIN_UNIT = {"code": "contoh", "name": "Kantor contoh"}


class RehearsalCalendar(Protocol):
    """What the rehearsal asks of a working calendar; `balai.base.clock.Calendar` is one."""

    def add(self, start: datetime, period: Any, *, to_working_day: bool = False) -> datetime: ...

    def subtract(self, end: datetime, period: Any) -> datetime: ...

    def after_pause(
        self, due_at: datetime, paused_at: datetime, resumed_at: datetime, unit: str, *, to_working_day: bool = False
    ) -> datetime: ...

    def passed(self, percent: int, start: datetime, first_due: datetime, due_at: datetime, unit: str) -> datetime: ...

    def is_working_day(self, day: date) -> bool: ...

    def working_days_between(self, start: date, end: date) -> int: ...


class WrongStepError(ValueError):
    """Something was done that could not be done then; the text says what could."""


@dataclass(frozen=True, slots=True)
class RehearsedEvent:
    """One thing that happened: a task, done, rule, message, letter, notice, timer, clock, operation, incident or end."""

    at: datetime
    kind: str
    name: str
    detail: str = ""
    about: NoticeAbout | None = field(default=None, compare=False, repr=False)  # of a notice: what it could tell then


@dataclass
class Rehearsal:
    """One case being played. `now` is aware; `unit` and `applicant` are what the host would know about them."""

    service: Service
    calendar: RehearsalCalendar
    now: datetime
    applicant: Mapping[str, object]
    unit: Mapping[str, object] = field(default_factory=dict)
    channel: str = "portal"
    objected: Mapping[str, object] = field(default_factory=dict)  # the case it is about, and `done_by` who decided that
    data: dict[str, Any] = field(default_factory=dict)
    state: process.State = field(default_factory=process.State)
    path: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    made: dict[str, datetime] = field(default_factory=dict)  # letter to the moment it was signed
    answers: dict[str, rules.Answer] = field(default_factory=dict)  # of the decisions, by step
    notices: list[str] = field(default_factory=list)
    log: list[RehearsedEvent] = field(default_factory=list)
    end: str = ""
    outcome: str = ""
    promise: Promise = NO_PROMISE
    due_at: datetime | None = None
    remind_at: datetime | None = None
    paused_at: datetime | None = None
    paused_for: str = ""  # the step it waits for
    tasks: dict[str, str] = field(default_factory=dict)  # token to node
    timers: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    operations: dict[str, str] = field(default_factory=dict)
    stuck: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)  # token to the other unit that does its step
    done_in: dict[str, list[str]] = field(default_factory=dict)  # step to the other units it came to, each in its turn
    deadlines: dict[str, datetime] = field(
        default_factory=dict
    )  # step to when it is due by a period or date of its own
    aside: dict[str, date] = field(default_factory=dict)  # step put aside as it opened to the day it is looked at again
    misplaced: list[str] = field(default_factory=list)  # tokens of steps whose unit there is not
    doers: dict[str, set[str]] = field(default_factory=dict)
    raw: dict[str, object] = field(default_factory=dict)  # the application as it was typed
    overdue_told: bool = False
    submitted_at: datetime | None = None
    first_due: datetime | None = None
    warned: list[int] = field(default_factory=list)  # percents of the time that the head was told of
    extended: bool = False
    returned: int = 0  # how often the case went back to its applicant
    return_allowed: bool = False
    awaited: bool = False  # silence decided, and somebody must confirm it
    town_on: date | None = None  # by which day's town values it is decided; the day's of the application where None

    @property
    def zone(self) -> ZoneInfo:
        """Answer the zone of the town."""
        return ZoneInfo(self.service.zone)

    @property
    def open_steps(self) -> tuple[str, ...]:
        """Answer the ids of the tasks that wait for a person."""
        return tuple(self.tasks.values())

    # -- what a person, the world and the clock can do

    def submit(self, answers: Mapping[str, object]) -> tuple[forms.FieldError, ...]:
        """Hand in the application; nothing begins when there are errors."""
        self.raw = dict(answers)
        checked = forms.validate(self.service.forms["apply"], prepare_files(answers), self.scope("apply"))
        if not checked.errors:
            self.begin(checked.answers)
        return checked.errors

    def begin(self, answers: Mapping[str, object]) -> None:
        """Begin with an application whose answers were judged before."""
        self.data = {**self.reserved(self.now), "apply": dict(answers)}
        self.promise = self.service.time.promise(self.data, self._local())
        self.due_at = self.calendar.add(self.now, self.promise.due, to_working_day=self.promise.rolls)
        self.submitted_at, self.first_due = self.now, self.due_at
        self._set_reminder()
        self._tell("received")
        reckon = self.calendar.add
        self._take(process.start(self.service.graph, self.data, self._local(), decide=self._decide, reckon=reckon))

    def complete(self, step_id: str, answers: Mapping[str, object]) -> None:
        """Complete an open task with answers that were judged before, whoever gave them.

        :raises WrongStepError: when it is not open.
        """
        token = next((token for token, node in self.tasks.items() if node == step_id), None)
        if token is None:
            raise WrongStepError(f'"{step_id}" is not open; {self._what_is_open()}.')
        self.return_allowed = True  # what was judged before may have gone back as often as it did
        self._complete(token, self.service.steps[step_id], answers)

    def do(
        self, step_id: str, answers: Mapping[str, object], *, by: str = "", unit: str = ""
    ) -> tuple[forms.FieldError, ...]:
        """Do an open task as a person, with the answers of its form; in a `unit` where one is named.

        :raises WrongStepError: when it is not open, or this person may not do it, or not there.
        """
        self.let_the_world_answer()
        token = self._token_of(step_id, unit)
        step = self.service.steps[step_id]
        if self.awaited and by:
            raise WrongStepError("The time has run out, and what silence decided waits to be confirmed.")
        self._require_person(step, by)
        checked = self.check(step, answers)
        if checked is not None and checked.errors:
            return checked.errors
        self.doers.setdefault(step_id, set()).add(by)
        self._note("done", step_id, by)
        self._complete(token, step, checked.answers if checked else {})
        return ()

    def pay(self, id: str, becomes: str) -> None:
        """Let a payment come to its end: paid and confirmed, shown and rejected, or never made until its term is over.

        :raises WrongStepError: when it is not asked for.
        """
        self.let_the_world_answer()
        if id not in self.open_steps:
            raise WrongStepError(f'The payment "{id}" is not asked for; {self._what_is_open()}.')
        if becomes == "expired":
            over = next(at for at, node in self.timers.values() if node == self.service.steps[id].expired)
            self.wind_to(max(self.now, over))
            return
        shown, looked = payment_answers(self._local().date(), becomes)
        self.do(id, shown, by="applicant")
        self.do(f"{id}_check", looked, by="Bendahara")

    def cosign(self, id: str, becomes: str) -> None:
        """Let those who must agree come to their end: they agreed, one refused, or the term is over.

        :raises WrongStepError: when nobody is asked there.
        """
        token, step = self._waiting(id), self.service.steps[id]
        if becomes == "expired":
            self.wind_to(max(self.now, next(at for at, node in self.timers.values() if node == step.expired)))
        elif becomes == "refused":
            self.fail(id, "refused")
        else:
            assert step.cosigners is not None, "the check finds one that asks nobody"
            told = cosigned_by(step.cosigners, self.data["apply"], self._local())
            self._finish_operation(token, id, {"cosigned": told})

    def receive(self, name: str, answers: Mapping[str, object], *, by: str) -> tuple[forms.FieldError, ...]:
        """Let a message come: from another `case`, a machine (`api`), or an officer by their name.

        :raises WrongStepError: when nobody waits for it, or whoever sends it may not.
        """
        self.let_the_world_answer()
        message = self.service.messages.get(name)
        sender = by if by in ("api", "case") else "officer"
        if message is None or sender not in message.from_:
            allowed = ", ".join(message.from_) if message else "nobody"
            raise WrongStepError(f'The message "{name}" is not for {by or "nobody"} to send, but for {allowed}.')
        given: Mapping[str, object] = {}
        if message.form:
            checked = forms.validate(self.service.forms[message.form], prepare_files(answers), self.scope(message.form))
            if checked.errors:
                return checked.errors
            given = checked.answers
        if name not in process.awaited_messages(self.service.graph, self.state):
            raise WrongStepError(f'Nobody waits for the message "{name}"; {self._what_is_open()}.')
        self._note("message", name, by)
        self._step(process.Message(name, {name: dict(given)}))
        return ()

    def check(self, step: Step, answers: Mapping[str, object]) -> forms.Checked | None:
        """Judge the answers of a step's form without doing it; None for a step without one."""
        if not step.form:
            return None
        merged = {**self.raw, **answers} if step.form == "apply" else answers
        return forms.validate(self.service.forms[step.form], prepare_files(merged), self.scope(step.form))

    def answer(self, step_id: str, gives: Mapping[str, object]) -> None:
        """Answer a waiting operation.

        :raises WrongStepError: when it does not wait.
        """
        token = self._waiting(step_id)
        self._finish_operation(token, step_id, gives)

    def take_outputs(self, step_id: str, outputs: Mapping[str, object]) -> None:
        """End a waiting operation with what a case already keeps of it.

        :raises WrongStepError: when it does not wait.
        """
        self._end_operation(self._waiting(step_id), step_id, outputs)

    def fail(self, step_id: str, code: str) -> None:
        """Let a waiting operation fail for good.

        :raises WrongStepError: when it does not wait.
        """
        token = self._waiting(step_id)
        del self.operations[token]
        self._note("operation", step_id, f"failed: {code}")
        self._step(process.Fail(token, code))

    def extend(self, *, by: str) -> None:
        """Take the more time that the law allows, once, before the case's is over.

        :raises WrongStepError: when the law allows none, or no more.
        """
        law = self.service.time.clock.extension
        if law is None or self.extended or self.outcome or self.due_at is None or self.due_at <= self.now:
            why = "once, and only before it has run out" if law else "only where time.extension says so"
            raise WrongStepError(f"The time of a case is extended {why}.")
        self.extended, self.due_at = True, self.calendar.add(self.due_at, law.period, to_working_day=self.promise.rolls)
        self.first_due = self.calendar.add(self.first_due, law.period) if self.first_due else None
        self._set_reminder()
        self._note("clock", "extended", f"by {by}, due {self.due_at.astimezone(self.zone):%Y-%m-%d %H:%M}")
        self._tell("extended")

    def allow_return(self, *, by: str) -> None:
        """Allow that the case goes back to its applicant once more.

        :raises WrongStepError: when nobody need allow it.
        """
        if self.service.time.clock.second_return is None or not self.returned:
            raise WrongStepError("Only a second return is allowed by somebody, where time.second_return says so.")
        self.return_allowed = True
        self._note("clock", "return allowed", f"by {by}")

    def confirm(self, *, by: str) -> None:
        """Confirm what silence decided.

        :raises WrongStepError: when nothing waits for that.
        """
        if not self.awaited:
            raise WrongStepError("Silence has decided nothing that waits to be confirmed.")
        self.awaited = False
        self._note("clock", "silence confirmed", f"by {by}")
        self._end_by_silence()

    def wind_to(self, moment: datetime, *, waiting: str = "") -> None:
        """Let time pass: timers fire, reminders go out, and the law's answer to silence comes true.

        The operation of the step `waiting` is left for the caller to answer.

        :raises WrongStepError: for a moment that has passed.
        """
        if moment < self.now:
            raise WrongStepError(f"{moment.isoformat()} lies before {self.now.isoformat()}; time only goes on.")
        self.let_the_world_answer(waiting)
        for _ in range(MAX_ROUNDS):
            next_moment = self._next_moment()
            if next_moment is None or next_moment > moment:
                self.now = moment
                return
            self.now = max(self.now, next_moment)
            self._strike()
            self.let_the_world_answer(waiting)
        raise WrongStepError(f"Timers fire more than {MAX_ROUNDS} times until {moment.isoformat()}.")

    def let_the_world_answer(self, waiting: str = "") -> None:
        """Do the operations that need no one's answer: seal a letter, send a notice, hand a case over."""
        for _ in range(MAX_ROUNDS):
            ready = [
                (token, node)
                for token, node in self.operations.items()
                if node != waiting and self._goes_alone(self.service.steps[node])
            ]
            if not ready:
                return
            named = self.service.steps[ready[0][1]].cosigners
            self._finish_operation(*ready[0], {"cosigned": []} if named else {})
        raise WrongStepError(f"The process goes round without ever waiting for anyone; {self._what_is_open()}.")

    def _goes_alone(self, step: Step) -> bool:
        """Tell whether an operation needs no one's answer; a request to agree that names nobody is one too."""
        return not step.cosigners.people(self.data["apply"]) if step.cosigners else answer_alone(step.operation)

    # -- what expressions see

    def reserved(self, submitted_at: datetime) -> dict[str, Any]:
        """Answer the names made by the host."""
        day = submitted_at.astimezone(self.zone).date()
        number = f"{self.service.short}-0000-0000"
        case = {"number": number, "submitted_at": submitted_at, "submitted_date": day, "channel": self.channel}
        unit = {**PLAIN_UNIT, "kind": self.service.handled_by.unit_kind, "area": "", **self.unit}
        return {
            "case": case,
            "applicant": typed_applicant(self.applicant),
            "unit": unit,
            "town": {
                **forms.word_functions(),
                **self.service.town_at(self.town_on or day),
                forms.WORKING_DAYS: forms.working_days_function(lambda: self.calendar),
            },
            **read_objected(self.service.about, self.objected),
        }

    def scope(self, form: str) -> forms.JudgingScope:
        """Answer what a form's answers are judged against."""
        known = self.data or {key: value for key, value in self.reserved(self.now).items() if key != "unit"}
        if not self.data:  # the case has no number yet
            known = {**known, "case": {key: value for key, value in known["case"].items() if key != "number"}}
        given = prefilled(self.service, known) if form == "apply" else {}
        return forms.JudgingScope(
            now=self.now,
            reserved=known,
            tables=self.service.tables,
            given=given,
            calendar=lambda: self.calendar,
            zone=self.zone,
        )

    def reasons(self) -> tuple[PrintedReason, ...]:
        """Answer why each rule decided as it did, as a letter prints it."""
        return tuple(
            PrintedReason(self.service.steps[node].decision, answer.model_version[:12], " ".join(answer.explain("id")))
            for node, answer in self.answers.items()
        )

    # -- inside

    def _local(self) -> datetime:
        return self.now.astimezone(self.zone)

    def _require_person(self, step: Step, by: str) -> None:
        if step.is_applicants != (by == "applicant"):
            who = "applicant" if step.is_applicants else f"an officer with the role {step.role}"
            raise WrongStepError(f'"{step.id}" is a step of {who}, not of {by or "nobody"}.')
        if has_decided(self.service.about, self.objected, by):
            raise WrongStepError(
                f'{by} decided the case that this one is about and may not do "{step.id}" (four eyes).'
            )
        if any(by in self.doers.get(other, ()) for other in step.not_same_person_as):
            raise WrongStepError(
                f'{by} did {" or ".join(step.not_same_person_as)} and may not do "{step.id}" (four eyes).'
            )

    def _token_of(self, step_id: str, unit: str) -> str:
        """Find the open task of a step, and of a unit where one is named."""
        open_ = {token: self.units.get(token, "") for token, node in self.tasks.items() if node == step_id}
        if not open_:
            raise WrongStepError(f'"{step_id}" is not open; {self._what_is_open()}.')
        own = str(self.data["unit"]["code"])
        found = next((token for token, here in open_.items() if unit in ("", here or own)), None)
        if found is None:
            places = ", ".join(here or own for here in open_.values())
            raise WrongStepError(f'"{step_id}" is a step of the unit {places}, not of {unit}.')
        return found

    def _complete(self, token: str, step: Step, answers: Mapping[str, object]) -> None:
        if step.operation == SIGN:
            answers = self._sign(step)
        if step.form == "apply":
            self.raw = {**self.raw, **forms.to_json(self.service.forms["apply"], answers)}
        key = "apply" if step.form == "apply" else step.id
        if step.event:
            self._tell(step.event, step.id, {key: answers})
        self._step(process.Complete(token, {key: dict(answers)}))

    def _sign(self, step: Step) -> dict[str, object]:
        """Sign a letter; one that another step countersigns is made by that."""
        if (other := self.service.countersigner(step.id)) is not None:
            self._note("letter", step.letter, f"signed by one, waits for {other.id}")
            return {}
        self._letter(step.letter)
        return {"letter": step.letter}

    def _finish_operation(self, token: str, step_id: str, gives: Mapping[str, object]) -> None:
        step = self.service.steps[step_id]
        if step_id in self.service.records and "record" in gives:
            try:
                gives = {**gives, "record": fit(self.service.records[step_id][1], gives["record"])}
            except ValueError as misfit:
                raise WrongStepError(f'"{step_id}" cannot be given this record: {misfit}.') from misfit
        self._end_operation(token, step_id, step.pick(gives))

    def _end_operation(self, token: str, step_id: str, outputs: Mapping[str, object]) -> None:
        step = self.service.steps[step_id]
        del self.operations[token]
        if step.operation == "document.seal":
            self._letter(step.letter)
        if step.operation == "notice.send" and step.event:
            self._tell(step.event, step_id)
        self._note("operation", step_id, step.operation)
        self._step(process.Complete(token, {step_id: dict(outputs)}))

    def _waiting(self, step_id: str) -> str:
        for token, node in self.operations.items():
            if node == step_id:
                return token
        raise WrongStepError(f'The operation "{step_id}" does not wait; {self._what_is_open()}.')

    def _what_is_open(self) -> str:
        waiting = [*self.tasks.values(), *self.operations.values()]
        if waiting:
            return f"open: {', '.join(waiting)}"
        return f"the case has ended with {self.end or self.outcome}" if self.outcome else "nothing is open"

    def _step(self, command: process.Command) -> None:
        graph, reckon = self.service.graph, self.calendar.add
        self._take(
            process.step(graph, self.state, command, self.data, self._local(), decide=self._decide, reckon=reckon)
        )

    def _require_allowed(self, move: process.Move) -> None:
        back = any(
            isinstance(one, process.OpenTask) and self.service.steps[one.node].is_correction for one in move.effects
        )
        if back and self.returned and self.service.time.clock.second_return and not self.return_allowed:
            raise WrongStepError("A case goes back once; a second time needs allow_return before it.")
        self.return_allowed = self.return_allowed and not back

    def _take(self, move: process.Move) -> None:
        self._require_allowed(move)
        self.state, self.data = move.state, dict(move.data)
        for effect in move.effects:
            self._effect(effect)
        self._mind_the_clock()
        while self.misplaced:
            self._step(process.Fail(self.misplaced.pop(), UNIT_UNKNOWN))

    def _effect(self, effect: process.Effect) -> None:
        match effect:
            case process.OpenTask(token=token, node=node):
                step = self.service.steps[node]
                self._open(token, step)
                self.returned += int(step.is_correction)
                if step.is_applicants:
                    self._tell("returned" if step.is_correction else "asked", node)
            case process.CloseTask(token=token, node=node, why=why):
                self.tasks.pop(token, None)
                self.path.extend([node] if why == "completed" and self._is_drawn(node) else [])
            case process.SetTimer(token=token, node=node, due_at=due_at):
                self.timers[token] = (due_at, node)
            case process.ClearTimer(token=token):
                self.timers.pop(token, None)
            case process.RunOperation(token=token, node=node):
                self.operations[token] = node
                self.path.extend([node] if self._is_drawn(node) else [])
            case process.CancelOperation(token=token):
                self.operations.pop(token, None)
            case process.TokenStuck(node=node, code=code, message=message):
                self.stuck[node] = code
                self._note("incident", node, message or code)
            case process.Done(end_event=end_event):
                end = self.service.ends.get(end_event)
                self._close(end.outcome if end else "", end_event)
            case _:
                pass  # traces, and waiting for messages: the state itself holds them

    def _open(self, token: str, step: Step) -> None:
        """Open a task in its unit; one whose unit there is not fails at once."""
        seen = process.view(self.service.graph, self.state, token, self.data, self._local()) if step.unit else {}
        unit = step.unit.name(seen, self._local()) if step.unit else ""
        own = self.data["applicant"].get("unit")  # of an officer: where they work there is a unit
        if step.unit and unit not in (PARENT, own) and not self.service.may_be_unit(unit):
            self._note("incident", step.id, f'there is no unit "{unit}"')
            self.misplaced.append(token)
            return
        self.tasks[token] = step.id
        if unit:
            self.units[token] = unit
            self.done_in.setdefault(step.id, []).append(unit)
        begins = self._put_aside(step) or self.now
        due = self._due(step, begins)
        self.deadlines |= {step.id: due} if due else {}
        self._note("task", step.id, f"in {unit}" if unit else "")

    def _put_aside(self, step: Step) -> datetime | None:
        """Put a step aside that waits for something outside as it opens, until the beginning of the day it is looked at again."""
        if step.aside is None:
            return None
        day = self.aside[step.id] = self.calendar.add(self.now, step.aside.look_again).astimezone(self.zone).date()
        return datetime.combine(day, time.min, self.zone)

    def _due(self, step: Step, begins: datetime) -> datetime | None:
        day = step.due_on.evaluate(self.data, now=self._local()) if step.due_on else None
        if isinstance(day, date) and day >= self._local().date():
            return datetime.combine(day, time(16), self.zone)
        return self.calendar.add(begins, step.due) if step.due else None

    def _is_drawn(self, node: str) -> bool:
        """Tell whether a step is in the drawing; of a payment, the step that asks for it stands for all."""
        step = self.service.steps[node]
        return step.payment in ("", node)

    def _decide(self, node: str, data: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        step = self.service.steps[node]
        assert self.service.rules is not None, "the check finds that a bound decision exists"
        inputs = {name: expression.evaluate(data, now=now) for name, expression in step.inputs.items()}
        answer: rules.Answer = self.service.rules.decide(step.decision, inputs, now=now)
        self.path.append(node)
        self.answers[node] = answer
        fired = "; ".join(f"{reason.decision} {reason.rule_number}" for reason in answer.reasons)
        self._note("rule", node, f"{answer.value}" + (f" ({fired})" if fired else ""))
        return {node: answer.value}

    def _letter(self, letter: str) -> None:
        self.letters.append(letter)
        self.made[letter] = self.now
        self._note("letter", letter)

    def _tell(self, when: str, node: str = "", given: Mapping[str, object] = MappingProxyType({})) -> None:
        ways = [f"{one.to} by {', '.join(one.by)}" for one in self.service.notify if one.when == when]
        if ways:
            self.notices.append(when)
            case, applicant = self.data["case"], self.data["applicant"]
            about = NoticeAbout(
                {**self.data, **given}, node, case["submitted_at"], self.due_at, applicant, "https://contoh.example"
            )
            self.log.append(RehearsedEvent(self.now, "notice", when, "; ".join(ways), about))

    def _note(self, kind: str, name: str, detail: str = "") -> None:
        self.log.append(RehearsedEvent(self.now, kind, name, detail))

    def _close(self, outcome: str, end_event: str) -> None:
        self._end_pause()
        self.end, self.outcome = end_event, outcome
        self.timers.clear()
        self._note("end", end_event or outcome, outcome)
        self._tell(outcome, end_event)

    # -- the legal clock

    def _mind_the_clock(self) -> None:
        """Pause while only the applicant can act, resume when they did; never reset."""
        if self.outcome:
            return
        nodes = (*self.open_steps, *(node for node in self.operations.values() if self.service.steps[node].cosigners))
        waiting = [node for node in nodes if self.service.steps[node].pauses_clock]
        if waiting and len(waiting) == len(nodes):
            if self.paused_for != waiting[0]:
                self._note("clock", "paused", waiting[0])
            self.paused_at, self.paused_for = self.paused_at or self.now, waiting[0]
        elif self.paused_at is not None:
            owed = self.remind_at
            self._end_pause()
            self._set_reminder()
            if self.remind_at is None and owed and self.due_at and self.due_at > self.now:
                self.remind_at = self.now  # its moment came while nobody could act
            due = f"due {self.due_at.astimezone(self.zone):%Y-%m-%d %H:%M}" if self.due_at else ""
            self._note("clock", "resumed", due)

    def _end_pause(self) -> None:
        if self.paused_at is not None and self.due_at is not None:
            self.due_at = self.calendar.after_pause(
                self.due_at, self.paused_at, self.now, self.promise.due.unit, to_working_day=self.promise.rolls
            )
        self.paused_at, self.paused_for = None, ""

    def _set_reminder(self) -> None:
        period = self.service.time.remind_before(self.promise.due)
        at = self.calendar.subtract(self.due_at, period) if period and self.due_at else None
        self.remind_at = at if at and at > self.now else None

    def _warnings(self) -> dict[int, datetime]:
        """Tell when the head is told of each part of the time that has not been told yet."""
        if self.due_at is None or self.submitted_at is None or self.first_due is None:
            return {}
        return {
            percent: self.calendar.passed(percent, self.submitted_at, self.first_due, self.due_at, self.promise.due.unit)
            for percent in self.service.time.clock.warn if percent not in self.warned
        }  # fmt: skip

    def _next_moment(self) -> datetime | None:
        if self.outcome:
            return None
        moments = [due for due, _ in self.timers.values()]
        if self.paused_at is None and not self.awaited:
            moments += self._warnings().values()
            moments += [at for at in (self.remind_at, None if self.overdue_told else self.due_at) if at]
        return min(moments, default=None)

    def _strike(self) -> None:
        due = [(at, token, node) for token, (at, node) in self.timers.items() if at <= self.now]
        if due:
            _, token, node = min(due)
            del self.timers[token]
            self._note("timer", node)
            self._step(process.Fire(token))
        elif late := [percent for percent, at in self._warnings().items() if at <= self.now]:
            self.warned.append(late[0])
            self._note("clock", "warned", f"{late[0]} % of the time has passed")
            self._tell("warning")
        elif self.remind_at and self.remind_at <= self.now:
            self.remind_at = None
            self._tell("reminder")
        else:
            self._run_out()

    def _run_out(self) -> None:
        self.overdue_told = True
        self._note("clock", "overdue")
        self._tell("overdue")
        if self.service.time.silence == "deemed-granted":
            review = self.service.time.clock.silence_review
            if review is None:
                self._end_by_silence()
            else:
                self.awaited = True
                self._note("clock", "silence waits", f"for {review.by}")

    def _end_by_silence(self) -> None:
        tokens = tuple(token.id for token in self.state.tokens)
        self.state = process.step(
            self.service.graph, self.state, process.Modify(end=tokens, reason="deemed"), self.data, self._local()
        ).state
        self.tasks.clear()
        self.operations.clear()
        self._close("deemed_granted", "")


__all__ = ["Rehearsal", "RehearsalCalendar", "RehearsedEvent", "WrongStepError", "prefilled", "prepare_files"]
