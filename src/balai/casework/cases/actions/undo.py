"""Taking a move back: what it told waits for a minute, and until then its officer may put the case where it stood.

Before a move that is held, all that it may change is kept, sealed, in one row of the case. Taking it back is a move of its own, with
its entry; it is refused once anybody acted on the case, anything left the house, or the minute is over.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from balai.base import crypto, journal, outbox, sql
from balai.base.actors import CLOCK, Actor
from balai.base.commands import digest_of
from balai.base.errors import Conflict, NotAllowed
from balai.casework.cases import policy, queries, rules, undoing
from balai.casework.cases.actions.effects import Recorder
from balai.casework.cases.queries import CaseRow
from balai.casework.cases.rows import as_moment
from balai.casework.catalogue import queries as catalogue
from balai.engine import process

if TYPE_CHECKING:
    from balai.casework.cases.actions.moves import Command

HELD = timedelta(seconds=60)  # how long what an officer's move tells waits
REASON = "Taken back by its officer."
_UNDO = "case:undo"
_STANDING = ("status", "outcome", "end_event", "sent_back")
_MOMENTS = ("due_at", "remind_at", "paused_at", "overdue_told_at", "closed_at", "stuck_at")
_STARTED = (process.RunOperation, process.TokenStuck, process.Throw)  # what begins at once, and is not called back


@dataclass(frozen=True, slots=True)
class Before:
    """How a case stood before a move."""

    data: bytes
    state: dict[str, Any]
    row: dict[str, Any]


def stand(case: CaseRow) -> Before:
    """Keep in hand how a case stands, before anything of it is changed."""
    moments = {name: at and at.isoformat() for name in _MOMENTS for at in [getattr(case, name)]}
    row = {name: getattr(case, name) for name in _STANDING} | moments
    return Before(rules.to_bytes(case.data), case.state.to_json(), row)


def hold(recorder: Recorder, move: process.Move, held: timedelta) -> None:
    """Let what a move tells wait, unless it begins something at once that nobody can call back."""
    if not any(isinstance(effect, _STARTED) for effect in move.effects):
        recorder.hold = held


def list_timers(recorder: Recorder, move: process.Move) -> list[tuple[str, str]] | None:
    """List the timers of a case as they run now; None where a move that is held leaves them alone."""
    if not recorder.hold or not any(isinstance(one, process.SetTimer | process.ClearTimer) for one in move.effects):
        return None
    found = sql.rows("SELECT token, due_at FROM cases_timer WHERE case_id = %s", [recorder.case.id])
    return [(row[0], as_moment(row[1]).isoformat()) for row in found]


def keep(
    recorder: Recorder, before: Before, timers: list[tuple[str, str]] | None, command: "Command", node: str
) -> None:
    """Keep with a case how it stood before the move that was recorded, as part of its deed: one statement."""
    case = recorder.case
    body = {
        "data": before.data.decode(), "state": before.state, "row": before.row, "timers": timers, "token": command.token,
        "messages": [str(one) for one in recorder.sent], "answered": command.action == "complete",
        "paused": any(one[0] == "pause" for one in recorder.trace),
    }  # fmt: skip
    sql.execute(
        "INSERT INTO cases_undo (case_id, person_id, node, seq, until, body_sealed) VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (case_id) DO UPDATE SET person_id = excluded.person_id, node = excluded.node, seq = excluded.seq,"
        " until = excluded.until, body_sealed = excluded.body_sealed",
        [
            case.id, command.actor.person_id, node, case.head.seq, command.now + recorder.hold,
            crypto.seal_with(case.key, json.dumps(body).encode(), _UNDO),
        ],
    )  # fmt: skip


def take_back(*, command_id: UUID, actor: Actor, now: datetime, case_id: UUID) -> str:
    """Put a case where it stood before the actor's last move, and give its number; what they answered is kept as begun.

    :raises NotFound: for strangers; :raises NotAllowed: who is no officer of it any more;
    :raises Conflict: `undo-late` when it was not theirs, somebody acted since, something left, or the time is over.
    """
    digest = digest_of({"case": case_id})  # no @command: standing is judged on the locked row, of a repetition too
    with journal.deed(command_id, actor=actor, now=now, name="case.undo", digest=digest) as deed:
        face = queries.lock_face(case_id)
        service = catalogue.get_service(face.service_id, face.service_key)
        standing = policy.standing_of(
            actor, applicant_id=face.applicant_id, submitted_by_id=face.submitted_by_id, service=service,
            unit_path=face.unit_path, now=now, parties=face.parties,
        )  # fmt: skip
        policy.require_known(standing)
        if not standing.roles:
            raise NotAllowed
        case = face.open()
        if not deed.repeated:
            recorder = Recorder(deed, case, service)
            _take_back(recorder, now, *_find(case, actor, now))
    return case.number


def _find(case: CaseRow, actor: Actor, now: datetime) -> tuple[str, Mapping[str, Any]]:
    """Give the step that may be taken back and how the case stood before. :raises Conflict: `undo-late`."""
    found = sql.row("SELECT person_id, node, seq, until, body_sealed FROM cases_undo WHERE case_id = %s", [case.id])
    if (
        found is None
        or sql.as_uuid(found[0]) != actor.person_id
        or found[2] != case.head.seq
        or now >= as_moment(found[3])
    ):
        raise Conflict("undo-late")
    body: Mapping[str, Any] = json.loads(crypto.open_with(case.key, bytes(found[4]), _UNDO))
    begun = sql.row(
        "SELECT 1 FROM cases_sketch WHERE case_id = %s AND person_id <> %s AND token IN"
        " (SELECT token FROM cases_task WHERE case_id = %s AND state = 'open')",
        [case.id, actor.person_id, case.id],
    )
    if begun is not None or undoing.is_begun(case.id, [task.token for task in case.open_tasks]):
        raise Conflict("undo-late")
    if not outbox.take_back([UUID(one) for one in body["messages"]], now):
        raise Conflict("undo-late")
    return str(found[1]), body


def _take_back(recorder: Recorder, now: datetime, node: str, body: Mapping[str, Any]) -> None:
    case = recorder.case
    answered = case.data
    command = process.TakeBack(process.State.from_json(body["state"]))
    move = process.step(recorder.service.graph, case.state, command, {}, now)
    recorder.carry(command, move)
    _put_tasks_back(recorder, {token.id for token in move.state.tokens})
    _put_time_back(case, body)
    for name in _STANDING:
        setattr(case, name, body["row"][name])
    for name in _MOMENTS:
        kept = body["row"][name]
        setattr(case, name, datetime.fromisoformat(kept) if kept else None)
    case.data = rules.from_bytes(body["data"].encode())
    recorder.record("undo", node=node, token=body["token"], reason=REASON)
    recorder.finish()
    sql.execute("DELETE FROM cases_undo WHERE case_id = %s", [case.id])
    if body["answered"]:
        _keep_begun(recorder, node, body["token"], answered)


def _keep_begun(recorder: Recorder, node: str, token: str, data: Mapping[str, Any]) -> None:
    """Keep what the officer had answered as what they began, so that only what was wrong is typed anew."""
    case, step = recorder.case, recorder.service.steps[node]
    answers = data.get(rules.form_key(step)) if step.form else None
    if not isinstance(answers, Mapping):
        return
    fields = recorder.service.forms[step.form or ""].fields
    files = {name: value for name, value in answers.items() if name in fields and fields[name].kind == "file" and value}
    body = {"answers": answers, "files": files, "ticked": {}, "marks": data.get(rules.MARKS, {})}
    sealed = crypto.seal_with(case.key, json.dumps(body, ensure_ascii=False).encode(), queries.SKETCH)
    person = recorder.deed.actor.person_id
    sql.execute(
        "DELETE FROM cases_sketch WHERE case_id = %s AND token = %s AND person_id = %s", [case.id, token, person]
    )
    sql.insert(
        "cases_sketch", ("case_id", "token", "person_id", "updated_at", "body_sealed"),
        [(case.id, token, person, recorder.now, sealed)],
    )  # fmt: skip


def _put_tasks_back(recorder: Recorder, tokens: set[str]) -> None:
    """Call off what the move opened, and open again what it closed, on the desk it lay on, due when it was."""
    case = recorder.case
    for task in case.tasks:
        live = task.token in tokens
        if task.state == "open" and not live:
            task.state = "cancelled"
            sql.execute(
                "UPDATE cases_task SET state = 'cancelled', closed_at = %s WHERE id = %s", [recorder.now, task.id]
            )
            recorder.trace.append(["close", task.node, "undone"])
        elif task.state != "open" and live:
            task.state, task.done_by_id = "open", None
            sql.execute(
                "UPDATE cases_task SET state = 'open', closed_at = NULL, done_by_id = NULL WHERE id = %s", [task.id]
            )
            recorder.trace.append(["reopen", task.node, task.token])


def _put_time_back(case: CaseRow, body: Mapping[str, Any]) -> None:
    """Let timers run to the moments they ran to, and the legal clock stand still or run as it did."""
    if body["timers"] is not None:
        sql.execute("DELETE FROM cases_timer WHERE case_id = %s", [case.id])
        kept = [(case.id, token, datetime.fromisoformat(at)) for token, at in body["timers"]]
        sql.insert("cases_timer", ("case_id", "token", "due_at"), kept)
    last = "(SELECT max(id) FROM cases_pause WHERE case_id = %s)"
    if body["paused"]:
        sql.execute(f"DELETE FROM cases_pause WHERE id = {last}", [case.id])
    if body["row"]["paused_at"] is not None:
        sql.execute(f"UPDATE cases_pause SET ended_at = NULL WHERE id = {last}", [case.id])


def forget(case_id: UUID, *, now: datetime) -> bool:
    """Throw away how a case stood before a move that can be taken back no more."""
    with journal.deed(uuid4(), actor=CLOCK, now=now, name="case.forget-undo"):
        return bool(sql.execute("DELETE FROM cases_undo WHERE case_id = %s AND until <= %s", [case_id, now]))
