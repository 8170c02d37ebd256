"""Does the operations of service tasks and reports back with a new command."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from balai.base import outbox
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotFound, Unavailable
from balai.casework.cases import events, operations, queries, rules
from balai.casework.cases.actions import Command, act, follow_person, pass_on_errand
from balai.casework.catalogue import queries as catalogue
from balai.records.people import events as people_events
from balai.records.registries import queries as registries

HOUSE = Actor("system", "clock", name="operations")


@outbox.listener(events.OPERATION)
def run_operation(message: outbox.Message) -> None:
    """Do one service task's operation and complete or fail its token; a stale token means it is not wanted any more.

    An errand is passed on to its courier, so that a registry or seal that hangs holds up no other operation.
    """
    call = _call(message, queries.lock_case(UUID(message.payload["case"])))
    if call is None:
        return
    if operations.find_errand(call.step.operation) is None:
        _report(message, call, lambda: operations.get(call.step.operation)(call))
        return
    pass_on_errand(message_id=uuid5(message.id, "errand"), actor=HOUSE, now=message.now, payload=message.payload)


@outbox.courier(events.ERRAND)
def run_errand(message: outbox.Message) -> outbox.Settle | None:
    """Do one service task's errand where no transaction holds up other writers; it is finished with the acknowledgement."""
    call = _call(message, queries.read_case(case_id=UUID(message.payload["case"])))
    if call is None:
        return None
    errand = operations.find_errand(call.step.operation)
    if errand is None:
        return partial(run_operation, message)  # migrated to a version where the step asks for something else
    return partial(_settle, message, call, _go(errand, call))


def _call(message: outbox.Message, case: queries.CaseRow) -> operations.OperationCall | None:
    """Put together what the operation is told, from the case as it is now; None when it moved on."""
    token = message.payload["token"]
    live = case.state.find(token)
    if case.status == "closed" or live is None:
        return None
    service = catalogue.get_service(case.service_id, case.service_key)
    step = service.steps[live.node]  # the message may bear the name a step had before the case was migrated
    scope = queries.scope(case, service, message.now)
    inputs = {name: expression.evaluate(scope, now=message.now) for name, expression in step.inputs.items()}
    return operations.OperationCall(
        uuid5(message.id, "operation"), case, service, step, token, inputs, message.now, message.attempts
    )


def _go(errand: operations.Errand, call: operations.OperationCall) -> operations.Finish:
    """Run an errand; that it failed for good is told in the transaction that acknowledges, like every other outcome."""
    try:
        return errand(call)
    except operations.Failed as failed:
        return partial(_fail, failed)


def _fail(failed: operations.Failed) -> Mapping[str, Any]:
    raise failed


def _settle(message: outbox.Message, before: operations.OperationCall, finish: operations.Finish) -> None:
    """Finish an errand under the case's lock."""
    call = _call(message, queries.lock_case(before.case.id))
    if call is None:
        return  # the case moved on while the errand ran; its answer is not wanted any more
    if (call.service.key, call.step.id) != (before.service.key, before.step.id):
        raise Conflict  # migrated meanwhile: what was done outside belongs to another version, so it is done again
    _report(message, call, finish)


def _report(message: outbox.Message, call: operations.OperationCall, finish: operations.Finish) -> None:
    """Finish what a step asked for and tell the process with a new command."""
    try:
        command = Command(
            id=uuid5(message.id, "done"), actor=HOUSE, now=message.now, case_id=call.case.id, action="operation-done",
            token=call.token, data=rules.plain(call.step.pick(finish())),
        )  # fmt: skip
    except operations.Waits:
        return
    except operations.Failed as failed:
        command = Command(
            id=uuid5(message.id, "failed"), actor=HOUSE, now=message.now, case_id=call.case.id,
            action="operation-failed", token=call.token, data={"code": failed.code}, reason=str(failed),
        )  # fmt: skip
    act(command)


@operations.errand(rules.LOOK_UP)
def look_up(call: operations.OperationCall) -> operations.Finish:
    """Ask a registry about a key; `found` and `record` are written under the step.

    One that does not answer is asked again, as often as its connection says; then the step fails with `unavailable`.
    """
    registry, purpose = str(call.inputs.get("registry", "penduduk")), f"{call.service.id}:{call.step.id}"
    _, shape = call.service.records.get(call.step.id, ("", None))
    key = str(call.inputs["key"] if call.inputs["key"] is not None else "")
    answer = registries.ask(registry, key, purpose=purpose, actor=HOUSE, now=call.now, shape=shape)
    if answer["available"]:
        return lambda: answer
    if call.attempts >= registries.attempts_of(registry):  # the drawing says what then, or an operator must look
        raise operations.Failed("unavailable", registry)
    raise Unavailable(port=registry)  # silence is not absence: the message waits and asks again


@operations.operation("case.hand_over")
def hand_over(call: operations.OperationCall) -> dict[str, object]:
    """Store the number under which another system took the case over."""
    from balai.casework.cases.actions import file_external_id

    system, reference = str(call.inputs["system"]), str(call.inputs["reference"])
    try:
        file_external_id(
            command_id=call.id, actor=HOUSE, now=call.now, case_id=call.case.id, system=system, value=reference
        )
    except Conflict as taken:  # typed wrong, or typed twice: trying again cannot help, a person must look
        raise operations.Failed(taken.code, taken.message("id")) from taken
    return {"system": system, "reference": reference}


@operations.operation("message.send")
def send_message(call: operations.OperationCall) -> dict[str, object]:
    """Send a message into another case of the same applicant, whose service takes it from cases of this one."""
    number, name = str(call.inputs["case"]), str(call.inputs["message"])
    try:
        other = queries.lock_case(queries.find_case_id(number))
    except NotFound as gone:
        raise operations.Failed("case-unknown", number) from gone
    message = catalogue.get_service(other.service_id, other.service_key).messages.get(name)
    whose = call.case.applicant_id is not None and call.case.applicant_id == other.applicant_id
    if not whose or message is None or "case" not in message.from_ or call.service.id not in message.services:
        raise operations.Failed("case-unknown", number)
    try:
        act(
            Command(
                id=uuid5(call.id, "message"), actor=HOUSE, now=call.now, case_id=other.id, action="message",
                data={"name": name, "data": rules.plain(call.inputs.get("data") or {})},
            )
        )  # fmt: skip
    except (Conflict, Invalid) as refused:
        raise operations.Failed(
            "not-waiting" if isinstance(refused, Conflict) else "not-taken", refused.code
        ) from refused
    return {"case": other.number}


@operations.operation("document.store_returned")
def store_returned(call: operations.OperationCall) -> dict[str, object]:
    """Acknowledge that the other system's document is filed; the file itself was bound when the officer gave it in."""
    return {"stored": bool(call.inputs.get("file"))}


@outbox.listener(people_events.TOPIC_PERSONS_JOINED)
def follow_joined(message: outbox.Message) -> None:
    """Let the cases of a record that was joined into another follow."""
    follow_person(
        command_id=uuid5(message.id, "cases"), actor=HOUSE, now=message.now, kept_id=UUID(message.payload["kept"]),
        gone_id=UUID(message.payload["gone"]),
    )  # fmt: skip
