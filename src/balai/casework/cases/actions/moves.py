"""act(): the one way a case moves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from balai.base import crypto, intake, journal, sql
from balai.base.actors import CLOCK, Actor
from balai.base.errors import Conflict, Invalid, NotAllowed
from balai.casework.cases import policy, queries, rules, undoing
from balai.casework.cases.actions import undo
from balai.casework.cases.actions.effects import Recorder
from balai.casework.cases.actions.tasks import keep_note
from balai.casework.cases.queries import CaseRow, TaskRow
from balai.casework.catalogue import queries as catalogue
from balai.engine import forms, manifest, process
from balai.records.offices import roles

Deed = Literal[
    "complete",
    "signed",
    "fire",
    "operation-done",
    "operation-failed",
    "message",
    "withdraw",
    "move",
    "retry",
    "send-back",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What a door asks to be done to one case. The same id twice is one deed."""

    id: UUID
    actor: Actor
    now: datetime
    case_id: UUID
    action: Deed
    token: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)  # answers of the application marked wrong, with the reason
    reason: str = ""
    legal_basis: str = ""
    proven_by_link: bool = False  # the holder came by the secret of their tracking link
    lang: str = "id"
    hold: timedelta = timedelta(0)  # how long an officer may take it back, and what it tells waits


@dataclass(frozen=True, slots=True)
class Moved:
    """Where the case stands after a command."""

    case_id: UUID
    number: str
    status: str
    outcome: str
    revision: int
    next_tasks: tuple[TaskRow, ...] = ()


def act(command: Command) -> Moved:
    """Do one action to one case, or nothing at all.

    :raises NotFound: the actor is a stranger to the case.
    :raises NotAllowed: wrong role, four-eyes, or no second factor.
    :raises Conflict: someone finished this step first, the case is closed, or what is sent again was taken back (`undone`).
    :raises Invalid: the answers need mending; `fields` says where.
    """
    marks = [dict(command.marks)] if command.marks else []
    digest = journal.digest_of(
        str(command.case_id), command.action, command.token, command.data, command.reason, *marks
    )
    with journal.deed(
        command.id, actor=command.actor, now=command.now, name=f"case.{command.action}", digest=digest
    ) as deed:
        face = queries.lock_face(command.case_id)
        service = catalogue.get_service(face.service_id, face.service_key)
        standing = policy.standing_of(
            command.actor, applicant_id=face.applicant_id, submitted_by_id=face.submitted_by_id,
            service=service, unit_path=face.unit_path, now=command.now, parties=face.parties, elsewhere=face.elsewhere,
            proven_by_link=command.proven_by_link,
        )  # fmt: skip
        policy.require_known(standing)
        case = face.open()
        if deed.repeated:
            if command.hold and undoing.is_undone(case.id, deed.id):
                raise Conflict("undone")
            return _recorded(case, deed)
        if case.status == "closed":
            raise Conflict("case-closed")
        if service.time.clock.silence_review is not None and standing.officer and queries.is_awaited(case.id):
            raise Conflict("silence-waits")
        recorder = Recorder(deed, case, service)
        if command.action == "withdraw":
            _withdraw(command, case, standing, recorder)
        else:
            _step(command, case, service, standing, recorder)
        recorder.finish()
        if fail_misplaced(recorder):
            case = queries.lock_case(case.id)
    return _moved(case)


def fail_misplaced(recorder: Recorder) -> bool:
    """Let the steps fail whose unit there is not, as part of the deed that came to them; tell whether there were any.

    The drawing's error event takes it, with the code `unit-unknown`; else the step waits for an operator, who tries it again
    once the unit is there.
    """
    for token in recorder.misplaced:
        act(
            Command(
                id=uuid5(recorder.deed.id, f"misplaced {token}"), actor=CLOCK, now=recorder.now, case_id=recorder.case.id,
                action="operation-failed", token=token, data={"code": manifest.UNIT_UNKNOWN},
            )
        )  # fmt: skip
    return bool(recorder.misplaced)


def _moved(case: CaseRow) -> Moved:
    return Moved(case.id, case.number, case.status, case.outcome, case.revision, tuple(case.open_tasks))


def _recorded(case: CaseRow, deed: journal.Deed) -> Moved:
    """Give what the same command was answered before, as its entry tells; the case may have gone on since.

    Entries of release 0.1.0 do not tell: then it is where the case stands now.
    """
    body = journal.find_body(f"case:{case.id}", deed.id)
    if "stands" not in body:
        return _moved(case)
    status, outcome, revision = body["stands"]
    tokens = {token.id for token in process.State.from_json(body["state"]).tokens}
    tasks = tuple(replace(task, state="open", done_by_id=None) for task in case.tasks if task.token in tokens)
    return Moved(case.id, case.number, status, outcome, revision, tasks)


def _step(
    command: Command, case: CaseRow, service: manifest.Service, standing: policy.Standing, recorder: Recorder
) -> None:
    held = command.hold and standing.officer and command.action in ("complete", "send-back")
    stood = undo.stand(case) if held else None
    reasons = rules.Reasons(case.data.setdefault("_reasons", {}))
    fixed = queries.reserved(case, service, command.now)
    known = {**rules.typed(service, case.data), **fixed}
    engine_command, body = _translate(command, case, service, standing, known)
    try:
        move = process.step(
            service.graph, case.state, engine_command, known, command.now,
            decide=rules.decider(service, fixed, reasons), reckon=recorder.calendar.add,
        )  # fmt: skip
    except process.Stale as error:
        raise Conflict from error
    except process.Impossible as error:
        raise Invalid("step-impossible", why=str(error)) from error
    if command.action == "move" and process.Done("") in move.effects:
        # Nothing would be left, and no end event says what became of the application: no outcome, no letter.
        ends = ", ".join(node.id for node in service.graph.end_events)
        raise Invalid("step-impossible", why=f"the case would end without an outcome; move the token to one of {ends}")
    before = case.data.get("apply")
    returns = command.action == "complete" and rules.returns(service, move)
    if returns:
        _require_return(case, service, standing)
    if stood is not None:
        undo.hold(recorder, move, command.hold)
    timers = undo.list_timers(recorder, move)
    recorder.keep(move, known, fixed, reasons)
    if returns:
        case.data.pop(rules.RETURN_ALLOWED, None)
    if command.action == "complete":
        rules.keep_round(service, service.steps[body["node"]], case.data, before, command.marks)
        _file_documents(case, service, body["node"])
    if command.legal_basis:
        body["legal_basis"] = command.legal_basis
    if command.action == "send-back":
        _keep_reason(command, case, body)
    recorder.apply(engine_command, move, clock=command.action != "send-back")
    if command.action == "send-back":
        recorder.tell_sent_back(body["to"])
    recorder.record(command.action, **body)
    if stood is not None and recorder.hold:
        undo.keep(recorder, stood, timers, command, body["node"])


def _require_return(case: CaseRow, service: manifest.Service, standing: policy.Standing) -> None:
    """Refuse a second return that nobody allowed: the first names every defect. :raises Invalid: `second-return`."""
    law = service.time.clock.second_return
    if law is None or not case.sent_back or rules.RETURN_ALLOWED in case.data or law.by in standing.roles:
        return
    raise Invalid("second-return", by={lang: roles.say(law.by, lang) for lang in ("id", "en")})


def _translate(
    command: Command, case: CaseRow, service: manifest.Service, standing: policy.Standing, known: Mapping[str, Any]
) -> tuple[process.Command, dict[str, Any]]:
    """Check the command against the task it speaks of and put it in the engine's words."""
    match command.action:
        case "complete" | "signed":
            task = _open_task(case, command)
            step = service.steps[task.node]
            policy.require_task(
                command.actor, standing, step, assignee_id=task.assignee_id, done=case.done, unit_id=task.unit_id
            )
            data = _task_data(command, case, service, step, known)
            _require_marks(command, service, step, data)
            body = {"node": task.node, "token": task.token, "role": task.role}
            return process.Complete(task.token, data), body | (
                {"marked": sorted(command.marks)} if command.marks else {}
            )
        case "send-back":
            return _translate_back(command, case, service, standing)
        case "operation-done":
            _require_house(standing)
            node = _node(case, command.token)
            return process.Complete(command.token, {node: dict(command.data)}), {"node": node, "token": command.token}
        case "operation-failed":
            _require_house(standing)
            failed = process.Fail(command.token, str(command.data.get("code", "failed")), command.reason)
            return failed, {"node": _node(case, command.token), "token": command.token}
        case "fire":
            _require_house(standing)
            return process.Fire(command.token), {"node": _node(case, command.token), "token": command.token}
        case "message":
            return _translate_message(command, case, service, standing, known)
        case "retry":
            _require_house(standing)
            body = {"node": _node(case, command.token), "token": command.token, "reason": _reason(command)}
            return process.Retry(command.token), body
        case "move":
            _require_house(standing)
            moves = tuple((str(token), str(node)) for token, node in command.data.get("moves", ()))
            end = tuple(str(token) for token in command.data.get("end", ()))
            add = tuple(str(node) for node in command.data.get("add", ()))
            return process.Modify(moves, end, add, command.reason), {"reason": _reason(command)}
    raise AssertionError(command.action)


def _translate_message(
    command: Command, case: CaseRow, service: manifest.Service, standing: policy.Standing, known: Mapping[str, Any]
) -> tuple[process.Command, dict[str, Any]]:
    """Let a message come that the case waits for, with its form's answers under its name.

    It says that something happened outside, so a party to the case cannot send one.
    """
    name, given = str(command.data["name"]), command.data.get("data", {})
    message = service.messages.get(name)
    policy.require_sender(command.actor, standing, message)
    if message is None:  # of a version that was published before messages were typed
        return process.Message(name, dict(given)), {"message": name}
    if name not in process.awaited_messages(service.graph, case.state):
        raise Conflict("message-unawaited")
    answers: Mapping[str, Any] = {}
    if message.form:
        checked = forms.validate(
            service.forms[message.form], given, _scope(case, service, known, command.now, command.lang)
        )
        if checked.errors:
            raise Invalid(fields={one.path: forms.message(one, service.texts, command.lang) for one in checked.errors})
        answers = checked.answers
    return process.Message(name, {name: dict(answers)}), {"message": name}


def _translate_back(
    command: Command, case: CaseRow, service: manifest.Service, standing: policy.Standing
) -> tuple[process.Command, dict[str, Any]]:
    """Send a case from a head's decision back to the officer before: a move of its own kind, whose words stay sealed.

    :raises NotAllowed: for whoever may not decide there. :raises Invalid: `no-step-before`, or no reason.
    """
    task = _open_task(case, command)
    step = service.steps[task.node]
    if standing.house or not policy.is_decision(step):
        raise NotAllowed
    policy.require_task(
        command.actor, standing, step, assignee_id=task.assignee_id, done=case.done, unit_id=task.unit_id
    )
    before = rules.step_before(service, case.state, task.token, case.done)
    if before is None:
        raise Invalid("no-step-before")
    said = crypto.mac_with(case.key, "note", _reason(command).encode()).hex()[:32]
    moved = process.Modify(((task.token, before[0]),), reason="Sent back from the decision.")
    return moved, {"node": task.node, "token": task.token, "to": before[0], "said": said}


def _keep_reason(command: Command, case: CaseRow, body: Mapping[str, Any]) -> None:
    """Keep why a case was sent back: with the task, until it is done again, and among the notes for good."""
    reason = _reason(command)
    case.data[rules.SENT_BACK] = {
        "step": body["to"], "reason": reason, "by": str(command.actor.person_id), "at": command.now.isoformat()
    }  # fmt: skip
    keep_note(case, command.actor, command.now, reason)


def _reason(command: Command) -> str:
    """Give the reason of a move: an operator's, which the journal keeps, or a head's. :raises Invalid: there is none"""
    if not command.reason.strip():
        raise Invalid(fields={"reason": "Tulis alasannya. / Write the reason."})
    return intake.words(command.reason, 400, "reason")


def _require_house(standing: policy.Standing) -> None:
    if not standing.house:
        raise NotAllowed


def _node(case: CaseRow, token: str) -> str:
    found = case.state.find(token)
    if found is None:
        raise Conflict
    return found.node


def _open_task(case: CaseRow, command: Command) -> TaskRow:
    """Find the open task: guard first, so that a lost race is a clear message and never a second effect.

    Whoever sends again what they did themselves is told so, and nobody else is blamed.
    """
    for task in case.tasks:
        if task.token == command.token and task.state == "open":
            return task
        if task.token == command.token and task.done_by_id is not None and task.done_by_id == command.actor.person_id:
            raise Conflict("done-by-you")
    raise Conflict


def _task_data(
    command: Command, case: CaseRow, service: manifest.Service, step: manifest.Step, known: Mapping[str, Any]
) -> dict[str, Any]:
    if command.action == "signed":
        return {step.id: dict(command.data)}
    if step.operation == "document.sign":
        raise Invalid("sign-at-desk")
    if not step.form:
        return {step.id: {}}
    form = service.forms[step.form]
    scope = _scope(case, service, known, command.now, command.lang)
    checked = forms.validate(form, command.data, scope, files=queries.file_facts(case.vault_id, form, command.data))
    if checked.errors:
        raise Invalid(
            fields={error.path: forms.message(error, service.texts, command.lang) for error in checked.errors}
        )
    return {rules.form_key(step): checked.answers}


def _require_marks(command: Command, service: manifest.Service, step: manifest.Step, data: Mapping[str, Any]) -> None:
    """Refuse marks that nobody would read: on what is no answer, without a reason, or on a case that does not go back.

    :raises Invalid: `marks-not-returned`, or each field whose reason is missing or too long.
    """
    if not command.marks:
        return
    answered = data.get(rules.form_key(step), {})
    if not rules.may_mark(service, step) or not answered.get(rules.MISSING):
        raise Invalid("marks-not-returned")
    wrong = {
        f"mark-{name}": "mark-reason"
        for name, why in command.marks.items()
        if name not in service.forms["apply"].fields or not 3 <= len(why.strip()) <= rules.LONGEST_MARK
    }
    if wrong:
        raise Invalid("mark-reason", fields=wrong, most=rules.LONGEST_MARK)


def form_scope(case: CaseRow, service: manifest.Service, now: datetime, lang: str) -> forms.JudgingScope:
    """Build what a task's form may be judged against: the whole case, the tables, the moment."""
    return _scope(case, service, queries.scope(case, service, now), now, lang)


def _scope(
    case: CaseRow, service: manifest.Service, known: Mapping[str, Any], now: datetime, lang: str
) -> forms.JudgingScope:
    return forms.JudgingScope(
        now=now,
        reserved=known,
        tables=service.tables,
        lang=lang,
        calendar=queries.calendar_of(case),
        zone=ZoneInfo(service.zone),
    )


def _file_documents(case: CaseRow, service: manifest.Service, node: str) -> None:
    """Bind the documents a task's answers name to the case; what is bound already stays so."""
    step = service.steps[node]
    if not step.form:
        return
    place = rules.form_key(step)
    for inner, document in rules.document_places(service.forms[step.form], case.data.get(place, {})):
        sql.execute(
            "INSERT INTO cases_evidence (case_id, document_id, place) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [case.id, document, f"{place}.{inner}"],
        )


def _withdraw(command: Command, case: CaseRow, standing: policy.Standing, recorder: Recorder) -> None:
    """End the case at its holder's word; every open step is called off."""
    if not (standing.holder or standing.house):
        raise NotAllowed
    end_all(case, recorder)
    recorder.close("withdrawn")
    recorder.record("withdraw", reason_given=bool(command.reason))


def end_all(case: CaseRow, recorder: Recorder) -> None:
    """Take every token off: tasks called off, timers cleared."""
    # Ending a token ends what lives under it: the timers that watch its task, the steps inside its part.
    tokens = tuple(token.id for token in case.state.tokens if not token.parent)
    fixed = queries.reserved(case, recorder.service, recorder.now)
    command = process.Modify(end=tokens, reason="ended")
    known = {**rules.typed(recorder.service, case.data), **fixed}
    graph, reckon = recorder.service.graph, recorder.calendar.add
    move = process.step(graph, case.state, command, known, recorder.now, reckon=reckon)
    for effect in move.effects:
        if isinstance(effect, process.CloseTask | process.ClearTimer):
            recorder._one(effect)
    recorder.carry(command, move)
