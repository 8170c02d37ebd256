"""Writing down what the engine decided: tasks, timers, pauses, the clock, messages. Only called inside a deed."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from balai.base import crypto, journal, sql
from balai.base.clock import Calendar
from balai.casework.cases import events, queries, rules
from balai.casework.cases.queries import CaseRow, TaskRow
from balai.engine import manifest, process
from balai.records.offices import queries as offices

_TASK_COLUMNS = (
    "id", "case_id", "token", "node", "role", "unit_id", "assignee_id", "operation", "state", "opened_at", "due_at",
    "unstaffed", "apart_from", "service_id", "returned",
)  # fmt: skip


class Assignment(NamedTuple):
    """Whose desk a task lies on; `unstaffed` when nobody in the case's own unit could take it."""

    unit_id: UUID | None
    person_id: UUID | None
    unstaffed: bool = False


class StepPlace(NamedTuple):
    """The unit in which a step is done: where it stands in the tree, and by which calendar it works."""

    unit_id: UUID
    path: str
    calendar: Calendar


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


class Recorder:
    """Carries one move's effects into the tables; `finish` writes the case row last."""

    def __init__(self, deed: journal.Deed, case: CaseRow, service: manifest.Service) -> None:
        self.deed, self.case, self.service, self.now = deed, case, service, deed.now
        self.calendar = offices.get_built_calendar(*case.unit_calendar)
        self.trace: list[list[str]] = []
        self.passed: list[str] = []
        self.choices: list[bool | int | str] = []
        self.done: process.Start | process.Command | None = None
        self.hold = timedelta(0)  # how long what this move tells waits, so that it can be taken back
        self.sent: list[UUID] = []  # the messages it owes
        self.dues: dict[str, datetime | None] = {}  # of the tasks whose due date this move set, for the journal
        self.misplaced: list[str] = []  # tokens of steps whose unit there is not; whoever recorded them lets them fail
        self._opened: list[tuple[Any, ...]] = []
        self._data: bytes | None = None  # as the last entry's mac speaks of it, and as it is kept

    def apply(self, command: process.Start | process.Command, move: process.Move, *, clock: bool = True) -> None:
        """Record every effect in the order the engine gave them, and what lets a journal replay the case.

        Without `clock` the legal clock stays as it is, running or paused, whatever tasks are open now.
        """
        self.carry(command, move)
        for effect in move.effects:
            self._one(effect)
        sql.insert("cases_task", _TASK_COLUMNS, self._opened)
        self._opened = []
        if clock:
            self._mind_the_clock()

    def carry(self, command: process.Start | process.Command, move: process.Move) -> None:
        """Take over a move's position, and keep its command and choices for the journal."""
        self.done, self.choices, self.case.state = command, list(move.choices), move.state

    def keep(
        self, move: process.Move, known: Mapping[str, Any], fixed: Mapping[str, Any], reasons: rules.Reasons
    ) -> None:
        """Take over the data the engine left, without the reserved names; who applied stays as it was then.

        `known` is what the engine was given: it changes nothing in place, so what it gave back as it was is kept as it was,
        but for answers that the service asks no more.
        """
        before, kept, told = self.case.data, dict[str, Any](), list[str]()
        for key, value in move.data.items():
            if key not in fixed:
                same = key in before and known.get(key) is value and rules.is_asked(self.service, key, value)
                kept[key] = before[key] if same else rules.untyped(self.service, key, value)
                told += [] if same else [key]
        kept["applicant"], kept["_reasons"] = before.get("applicant", {}), reasons.by_node
        self.case.data = kept
        self.bar_household(told)

    def _one(self, effect: process.Effect) -> None:
        match effect:
            case process.OpenTask(token=token, node=node):
                self._open_task(token, node)
            case process.CloseTask(token=token, node=node, why=why):
                self._close_task(token, node, why)
            case process.SetTimer(token=token, due_at=due_at):
                sql.execute("DELETE FROM cases_timer WHERE case_id = %s AND token = %s", [self.case.id, token])
                sql.insert("cases_timer", ("case_id", "token", "due_at"), [(self.case.id, token, due_at)])
            case process.ClearTimer(token=token):
                sql.execute("DELETE FROM cases_timer WHERE case_id = %s AND token = %s", [self.case.id, token])
            case process.RunOperation(token=token, node=node):
                self._send(events.OPERATION, {"token": token, "node": node}, key=f"op:{self.case.id}:{token}")
            case process.TokenStuck(node=node, code=code):
                self.trace.append(["incident", node, code])
                self._send(events.INCIDENT, {"node": node, "code": code})
            case process.Enter(node=node):
                self.passed.append(node)
            case process.Done(end_event=end_event):
                self._end(end_event)
            case process.Throw(kind=kind, name=name, node=node):
                self.trace.append(["throw", kind, name])
            case process.Rebind(token=token, node_from=node_from, node_to=node_to):
                self.trace.append(["rebind", token, node_from, node_to])
            case _:
                pass  # traces (Leave, Log) and waiting for messages are in the state itself

    # -- tasks

    def _open_task(self, token: str, node: str) -> None:
        step = self.service.steps[node]
        place = self.place(step, token)
        if place is None:  # it lies on nobody's desk meanwhile: another unit must not do it in its place
            self.misplaced.append(token)
            self.trace.append(["misplaced", node, token])
            return
        due = self.dues[token] = self._due(step, place)
        desk = self.staff(step, place)
        if step.role == "applicant" and step.is_correction:
            self._happened("returned", node)
            self.case.sent_back += 1
        elif step.is_applicants and any(one.when == "asked" for one in self.service.notify):
            self._happened("asked", node)
        again = step.role != "applicant" and any(one.node == node and one.state == "done" for one in self.case.tasks)
        row = TaskRow(
            id=uuid4(), token=token, node=node, role=step.role, unit_id=desk.unit_id, assignee_id=desk.person_id, state="open",
            done_by_id=None, opened_at=self.now, due_at=due, operation=step.operation or "", unit_path=place.path,
        )  # fmt: skip
        self.case.tasks.append(row)
        self._opened.append(
            (
                row.id,
                self.case.id,
                token,
                node,
                step.role,
                desk.unit_id,
                desk.person_id,
                row.operation,
                "open",
                self.now,
                due,
                desk.unstaffed,
                rules.apart_from(step),
                self.case.service_id,
                again,
            )
        )
        self.trace.append(["open", node, token])
        if place.unit_id != self.case.unit_id:
            self.trace.append(["in", token, str(place.unit_id)])

    def place(self, step: manifest.Step, token: str) -> StepPlace | None:
        """Tell in which unit a step is done that opens now: the case's own, or the one it names; None where there is none."""
        case = self.case
        if step.unit is None or step.is_applicants:
            return StepPlace(case.unit_id, case.unit_path, self.calendar)
        found = queries.find_step_unit(case, self.service, step, self.now, token)
        if found is None:
            return None
        return StepPlace(found.id, found.path, offices.get_built_calendar(*found.calendar))

    def _due(self, step: manifest.Step, place: StepPlace) -> datetime | None:
        """Tell when a step is due that opens now, by its unit's calendar: on the date it names while that is to come, else by its own period."""
        if step.due_on is not None:
            day = step.due_on.evaluate(queries.scope(self.case, self.service, self.now), now=self.now)
            if isinstance(day, date) and (end := place.calendar.end_of(day)) > self.now:
                return end
        return place.calendar.add(self.now, step.due) if step.due else self.case.due_at

    def staff(self, step: manifest.Step, place: StepPlace) -> Assignment:
        """Tell whose desk a step is for that is done in a unit.

        Whoever did it in a round before, while they can; else chosen at random among the unit's officers who can work. If that,
        four-eyes or the case being their own leaves nobody, the parent unit is asked, and the task stays the unit's own.
        """
        if step.role == "applicant":
            return Assignment(self.case.unit_id, self.case.applicant_id)
        first = place.unit_id
        found = offices.find_holders(
            place.path,
            step.role,
            place.calendar.local_date(self.now),
            without=self.case.barred(step),
            rather=self.case.last_doer(step),
        )
        unstaffed = found is None or found.unit_id != first
        if unstaffed:
            self._send(events.UNSTAFFED, {"node": step.id, "role": step.role, "unit": str(first)})
        return Assignment(first, rules.pick(found.person_ids, seed=self.deed.id) if found else None, unstaffed)

    def bar_household(self, keys: Collection[str]) -> None:
        """Keep a keyed hash of each family card that stands under some keys of the data: its household handles none of it."""
        cards = rules.family_cards(self.service, self.case.data, keys)
        for card in sorted(cards):
            sql.execute(
                "INSERT INTO cases_household (case_id, hash) VALUES (%s, %s) ON CONFLICT DO NOTHING",
                [self.case.id, crypto.lookup_hash("kk", card)],
            )
        if cards:
            self.case.parties = queries.list_parties(self.case.id)

    def _close_task(self, token: str, node: str, why: str) -> None:
        done = why == "completed"
        by = self.deed.actor.person_id if done else None
        sql.execute(
            "UPDATE cases_task SET state = %s, closed_at = %s, done_by_id = %s"
            " WHERE case_id = %s AND token = %s AND state = 'open'",
            ["done" if done else "cancelled", self.now, by, self.case.id, token],
        )
        for task in self.case.tasks:
            if task.token == token and task.state == "open":
                task.state, task.done_by_id = ("done" if done else "cancelled"), by
        self.trace.append(["close", node, why])
        step = self.service.steps.get(node)
        if done and step is not None and step.event:
            self._happened(step.event, node)

    # -- the legal clock

    def _mind_the_clock(self) -> None:
        """Pause while only the applicant can act or come, resume when they did; never reset."""
        case = self.case
        if case.status == "closed":
            return
        steps = self.service.steps
        agreeing = [token.node for token in case.state.tokens if (step := steps.get(token.node)) and step.cosigners]
        nodes = (*(task.node for task in case.open_tasks), *agreeing)
        if nodes and all(steps[node].pauses_clock for node in nodes):
            waiting = [node for node in nodes if node not in agreeing]
            self._stand_still((*waiting, *agreeing)[0])
        elif case.paused_at is not None:
            self._resume()

    def _stand_still(self, node: str) -> None:
        """Pause, or go on standing still for another public reason."""
        case = self.case
        if case.paused_at is None:
            case.paused_at, case.status = self.now, "waiting"
        elif not sql.execute(
            "UPDATE cases_pause SET ended_at = %s WHERE case_id = %s AND ended_at IS NULL AND node <> %s",
            [self.now, case.id, node],
        ):
            return
        sql.insert("cases_pause", ("case_id", "node", "started_at"), [(case.id, node, self.now)])
        self.trace.append(["pause", node])

    def _resume(self) -> None:
        case = self.case
        self._end_pause()
        at = reminder(self.service, self.calendar, case, self.now)
        owed = case.remind_at is not None and case.due_at is not None and case.due_at > self.now
        case.remind_at = at or (self.now if owed else None)  # its moment came while nobody could act: remind now
        case.status = "open"
        self.trace.append(["resume"])

    def _end_pause(self) -> None:
        """Give the office the time that was left when the clock stood still."""
        case = self.case
        assert case.paused_at is not None
        sql.execute("UPDATE cases_pause SET ended_at = %s WHERE case_id = %s AND ended_at IS NULL", [self.now, case.id])
        if case.due_at is not None:
            promise = rules.promised(self.service, case.data)
            case.due_at = self.calendar.after_pause(
                case.due_at, case.paused_at, self.now, promise.due.unit, to_working_day=promise.rolls
            )
        case.paused_at = None

    # -- the end

    def _end(self, end_event: str) -> None:
        end = self.service.ends.get(end_event)
        self.close(end.outcome if end is not None else "", end_event)

    def close(self, outcome: str, end_event: str = "") -> None:
        """Close the case with an outcome; whatever still ran is over."""
        case = self.case
        if case.paused_at is not None:
            self._end_pause()  # or what was done in time would count as late
        case.status, case.outcome, case.end_event, case.closed_at = "closed", outcome, end_event, self.now
        self.trace.append(["end", end_event or outcome])
        self._happened(outcome, end_event)
        self._send(events.CLOSED, {"outcome": outcome})

    # -- messages and the row

    def _happened(self, event: str, node: str) -> None:
        self._send(events.HAPPENED, {"event": event, "node": node})

    def _send(self, topic: str, payload: dict[str, Any], *, key: str | None = None) -> None:
        self.sent += self.deed.send(topic, {"case": str(self.case.id), **payload}, key=key, after=self.hold)

    def happened(self, event: str, node: str = "") -> None:
        """Publish a fact about the case to whoever listens."""
        self._happened(event, node)

    def tell_sent_back(self, node: str) -> None:
        """Publish that a case lies again on the desk of whoever does a step, where somebody can."""
        for task in self.case.open_tasks:
            if task.node == node and task.assignee_id is not None:
                self._send(events.SENT_BACK, {"node": node, "person": str(task.assignee_id)})

    def record(self, action: str, **body: Any) -> None:
        """Chain one entry to the case's stream: moves, tokens and a salted digest, nothing personal."""
        case = self.case
        self._data = rules.to_bytes(case.data)
        entry = {
            **body,
            **({"command": rules.journaled(self.done)} if self.done is not None else {}),
            "moves": self.trace,
            "passed": self.passed,
            "choices": self.choices,
            "state": case.state.to_json(),
            **case.stands,
            "due": {token: at and _utc(at) for token, at in {"": case.due_at, **self.dues}.items()},
            "mac": crypto.mac_with(case.key, "journal", self._data).hex()[:32],
        }
        case.head = self.deed.record(f"case:{case.id}", action, entry, head=case.head)

    def finish(self) -> None:
        """Write the case row: one statement, the last of the step."""
        case = self.case
        case.revision += 1
        data = self._data if self._data is not None else rules.to_bytes(case.data)
        stuck = case.status != "closed" and any(token.stuck for token in case.state.tokens)
        case.stuck_at = (case.stuck_at or self.now) if stuck else None
        sql.execute(
            "UPDATE cases_case SET state = %s, revision = %s, data_sealed = %s, status = %s, outcome = %s,"
            " end_event = %s, due_at = %s, remind_at = %s, paused_at = %s, overdue_told_at = %s, closed_at = %s,"
            " stuck_at = %s, sent_back = %s, journal_seq = %s, journal_hash = %s, mac = %s WHERE id = %s",
            [
                case.state.to_json(), case.revision,
                crypto.seal_with(case.key, data, queries.ANSWERS), case.status, case.outcome,
                case.end_event, case.due_at, case.remind_at, case.paused_at, case.overdue_told_at, case.closed_at,
                case.stuck_at, case.sent_back, case.head.seq, case.head.hash, case.mark, case.id,
            ],
        )  # fmt: skip


def reminder(service: manifest.Service, calendar: Calendar, case: CaseRow, now: datetime) -> datetime | None:
    """Tell when somebody is next reminded or warned of a case's deadline; None when all these moments have passed."""
    moments = rules.moments_of(service, case.data, calendar, case.submitted_at, case.due_at)
    return min((at for at in moments.values() if at > now), default=None)
