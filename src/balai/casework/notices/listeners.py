"""Hears what happened to cases and queues notices; carries each to its addressee."""

import json
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from django.db import transaction

from balai.base import crypto, outbox, plugs
from balai.base.actors import Actor
from balai.base.post import Parcel, Refused
from balai.casework.cases import events as case_events
from balai.casework.cases import operations
from balai.casework.notices import actions, digest, events, queries
from balai.records.people import queries as people

POST = Actor("system", "clock", name="notices")


@outbox.listener(case_events.HAPPENED)
def queue_notices(message: outbox.Message) -> None:
    """Queue what the service owes for this event."""
    actions.queue(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now, case_id=UUID(message.payload["case"]),
        event=message.payload["event"], node=message.payload.get("node", ""),
    )  # fmt: skip


@outbox.listener(case_events.INCIDENT)
def hear_incident(message: outbox.Message) -> None:
    """Note a step that cannot go on by itself."""
    case, node, code = (message.payload[name] for name in ("case", "node", "code"))
    actions.raise_alert(
        message_id=uuid5(message.id, "alert"), actor=POST, now=message.now, kind="incident",
        subject=f"{case}:{node}:{code}", case_id=UUID(case), node=node, detail=code,
    )  # fmt: skip


@outbox.listener(case_events.UNSTAFFED)
def hear_unstaffed(message: outbox.Message) -> None:
    """Note that a unit has nobody for a role: one alert for the vacancy, however many tasks it meets."""
    case, node, role, unit = (message.payload[name] for name in ("case", "node", "role", "unit"))
    actions.raise_alert(
        message_id=uuid5(message.id, "alert"), actor=POST, now=message.now, kind="unstaffed",
        subject=f"{unit}:{role}", case_id=UUID(case), node=node, detail=role,
    )  # fmt: skip


@outbox.every(timedelta(seconds=30))
def tell_administrators(now: datetime) -> int:
    """Write to the administrators when there is something new."""
    return actions.tell_administrators(actor=POST, now=now)


@outbox.courier(events.ALERTED)
def carry_alerts(message: outbox.Message) -> outbox.Settle | None:
    """Mail one administrator what a batch tells of; it is put into words only now, in their language."""
    alerts = queries.list_alerts_of(UUID(message.payload["batch"]))
    person = people.get_person(UUID(message.payload["person"]))
    if not person.email or not alerts:
        return None
    subject, body = digest.write(alerts, name=person.name, lang=person.language)
    try:
        plugs.get("mail").send(Parcel(message.id, person.email, subject, body, person.language))
    except Refused as refused:
        raise outbox.GiveUp(str(refused)) from refused
    return None


@outbox.courier(events.QUEUED)
def carry(message: outbox.Message) -> outbox.Settle | None:
    """Hand one notice to its carrier, outside any transaction; the receipt is settled with the acknowledgement."""
    notice = queries.get_notice(UUID(message.payload["notice"]))
    if notice.state == "sent" or notice.case.vault.wrapped_key is None:
        return None
    key = crypto.unwrap(notice.case.vault_id, notice.case.vault.wrapped_key)
    content = json.loads(crypto.open_with(key, notice.content_sealed, queries.CONTENT))
    parcel = Parcel(
        notice.id, crypto.open_with(key, notice.address_sealed, queries.ADDRESS).decode(), content["subject"],
        content["body"], notice.language,
    )  # fmt: skip
    try:
        receipt = plugs.get("mail" if notice.channel == "email" else "sms").send(parcel)
    except Refused as refused:
        with transaction.atomic():
            actions.settle_failed(notice.id, str(refused), dead=True)
        raise outbox.GiveUp(str(refused)) from refused
    except Exception as error:
        with transaction.atomic():
            actions.settle_failed(
                notice.id, f"{type(error).__name__}: {error}", dead=message.attempts >= outbox.MAX_ATTEMPTS
            )
        raise
    return lambda: actions.settle_sent(notice.id, receipt, message.now)


@operations.operation("notice.send")
def send_notice(call: operations.Call) -> dict[str, object]:
    """Tell the applicant of the event that the step names."""
    count = actions.queue(
        message_id=call.id, actor=POST, now=call.now, case_id=call.case.id, event=call.step.event, node=call.step.id
    )
    return {"queued": count}
