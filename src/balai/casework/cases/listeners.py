"""Does the operations of service tasks and reports back with a new command."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid5

from balai.base import erasures, outbox, sql
from balai.base.actors import Actor
from balai.base.errors import Conflict, Unavailable
from balai.casework.cases import events, operations, queries, rules
from balai.casework.cases.actions import Command, act
from balai.casework.catalogue import queries as catalogue
from balai.records.registries import queries as registries

HOUSE = Actor("system", "clock", name="operations")


@outbox.listener(events.OPERATION)
def run_operation(message: outbox.Message) -> None:
    """Do one service task's operation and complete or fail its token; a stale token means it is not wanted any more."""
    case = queries.read_case(case_id=UUID(message.payload["case"]))
    token = message.payload["token"]
    live = case.state.find(token)
    if case.status == "closed" or live is None:
        return
    service = catalogue.get_service(case.service_id, case.service_key)
    step = service.steps[live.node]  # the message may bear the name a step had before the case was migrated
    scope = queries.scope(case, service, message.now)
    inputs = {name: expression.evaluate(scope, now=message.now) for name, expression in step.inputs.items()}
    call = operations.Call(uuid5(message.id, "operation"), case, service, step, inputs, message.now)
    try:
        outputs = operations.get(step.operation)(call)
        command = Command(
            id=uuid5(message.id, "done"), actor=HOUSE, now=message.now, case_id=case.id, action="operation-done",
            token=token, data=rules.plain(outputs),
        )  # fmt: skip
    except operations.Failed as failed:
        command = Command(
            id=uuid5(message.id, "failed"), actor=HOUSE, now=message.now, case_id=case.id, action="operation-failed",
            token=token, data={"code": failed.code}, reason=str(failed),
        )  # fmt: skip
    try:
        act(command)
    except Conflict:
        return  # the case moved on while the operation ran; its answer is not wanted any more


@operations.operation("registry.look_up")
def look_up(call: operations.Call) -> dict[str, object]:
    """Ask a registry about a key; `found` and `record` are written under the step."""
    registry, purpose = str(call.inputs.get("registry", "penduduk")), f"{call.service.id}:{call.step.id}"
    answer = registries.ask(registry, str(call.inputs["key"]), purpose=purpose, actor=HOUSE, now=call.now)
    if not answer["available"]:
        raise Unavailable(port=registry)  # silence is not absence: the message waits and asks again
    return answer


@operations.operation("case.hand_over")
def hand_over(call: operations.Call) -> dict[str, object]:
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


@operations.operation("document.store_returned")
def store_returned(call: operations.Call) -> dict[str, object]:
    """Acknowledge that the other system's document is filed; the file itself was bound when the officer gave it in."""
    return {"stored": bool(call.inputs.get("file"))}


@erasures.forgets
def forget_erased(vault_ids: Collection[UUID], now: datetime) -> None:
    """Clear what stands beside the answers of cases whose keys were destroyed: search words, masked names, drafts."""
    for vault_id in vault_ids:
        sql.execute(
            "DELETE FROM cases_searchword WHERE case_id IN (SELECT id FROM cases_case WHERE vault_id = %s)", [vault_id]
        )
        sql.execute("UPDATE cases_case SET holder_masked = '' WHERE vault_id = %s", [vault_id])
        sql.execute("DELETE FROM cases_draft WHERE vault_id = %s", [vault_id])
