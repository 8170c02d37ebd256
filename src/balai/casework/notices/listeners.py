"""Hears what happened to cases and people and queues notices; carries each to its addressee."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID, uuid5

from django.db import transaction

from balai.base import outbox, post
from balai.base.post import Parcel, Refused
from balai.casework.cases import events as case_events
from balai.casework.cases import operations
from balai.casework.notices import actions, digest, events, queries
from balai.records.offices import events as office_events
from balai.records.people import events as people_events

POST = queries.POST


@outbox.listener(case_events.HAPPENED)
def queue_notices(message: outbox.Message) -> None:
    """Queue what the service owes for this event."""
    actions.queue(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now, case_id=UUID(message.payload["case"]),
        event=message.payload["event"], node=message.payload.get("node", ""),
    )  # fmt: skip


@outbox.listener(case_events.TIME_GIVEN)
def tell_of_time(message: outbox.Message) -> None:
    """Tell a case's holder that an outage moved a deadline: theirs, or the office's."""
    case, outage = (UUID(message.payload[name]) for name in ("case", "outage"))
    actions.tell_of_time(
        message_id=uuid5(message.id, "time"), actor=POST, now=message.now, case_id=case, outage_id=outage,
        kind=message.payload["kind"],
    )  # fmt: skip


@outbox.listener(case_events.SILENCE_WAITS)
def tell_of_silence(message: outbox.Message) -> None:
    """Tell the legal desk that a case waits for it, and somebody higher up each time that it still does."""
    actions.tell_of_silence(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now, case_id=UUID(message.payload["case"]),
        rounds=int(message.payload["round"]),
    )  # fmt: skip


@outbox.listener(case_events.SENT_BACK)
def tell_of_sending_back(message: outbox.Message) -> None:
    """Tell the officer of the step before that a case came back from the decision."""
    actions.tell_of_sending_back(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now, case_id=UUID(message.payload["case"]),
        person_id=UUID(message.payload["person"]), node=message.payload["node"],
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


@outbox.every(timedelta(seconds=30), always=True)
def tell_administrators(now: datetime) -> int:
    """Tell the administrators when there is something new."""
    return actions.tell_administrators(actor=POST, now=now)


@outbox.every(timedelta(seconds=30), always=True)
def send_digests(now: datetime) -> int:
    """Send what was gathered, one mail to each person, at most once an hour: what comes first goes at once."""
    return outbox.each(
        "notices.send-digest", lambda limit: queries.list_gathered_for(now - actions.QUIET, limit),
        partial(actions.send_digest, actor=POST, now=now), now=now,
    )  # fmt: skip


@outbox.listener(people_events.TOPIC_MANDATE_OFFERED)
def tell_of_mandate(message: outbox.Message) -> None:
    """Tell whoever may accept an offered mandate that it waits for them."""
    actions.tell_of_mandate(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now,
        mandate_id=UUID(message.payload["mandate"]),
    )  # fmt: skip


@outbox.listener(people_events.TOPIC_MANDATE_RECORDED)
def tell_of_recorded_mandate(message: outbox.Message) -> None:
    """Tell the agent and the firm's managers what a counter recorded."""
    actions.tell_of_recorded_mandate(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now,
        mandate_id=UUID(message.payload["mandate"]),
    )  # fmt: skip


@outbox.listener(people_events.TOPIC_ACCOUNT_RECOVERED)
def tell_of_recovery(message: outbox.Message) -> None:
    """Tell the old contacts that an account was recovered."""
    actions.tell_of_recovery(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now,
        recovery_id=UUID(message.payload["recovery"]),
    )  # fmt: skip


@outbox.listener(people_events.TOPIC_ACCOUNT_FROZEN, always=True)
def tell_of_freeze(message: outbox.Message) -> None:
    """Tell a person that their account was frozen or thawed."""
    actions.tell_of_freeze(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now, freeze_id=UUID(message.payload["freeze"])
    )


@outbox.listener(people_events.TOPIC_IDENTITY_BOUND)
def tell_of_binding(message: outbox.Message) -> None:
    """Tell a person with an account that it is now bound to who they are."""
    actions.tell_of_binding(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now,
        binding_id=UUID(message.payload["binding"]),
    )  # fmt: skip


@outbox.listener(office_events.TOPIC_DEPUTISED)
def tell_of_deputising(message: outbox.Message) -> None:
    """Tell an officer of a post in which they stand in."""
    actions.tell_of_deputising(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now,
        appointment_id=UUID(message.payload["appointment"]),
    )  # fmt: skip


@outbox.listener(people_events.TOPIC_PERSONS_JOINED)
def follow_joined(message: outbox.Message) -> None:
    """Let the notices of a record that was joined into another follow."""
    actions.follow_person(
        message_id=uuid5(message.id, "notices"), actor=POST, now=message.now, kept_id=UUID(message.payload["kept"]),
        gone_id=UUID(message.payload["gone"]),
    )  # fmt: skip


@outbox.courier(events.QUEUED, always=True)
def carry(message: outbox.Message) -> outbox.Settle | None:
    """Hand one notice to its carrier, outside any transaction; the receipt is settled with the acknowledgement."""
    notice = queries.get_notice(UUID(message.payload["notice"]))
    if notice.state == "sent" or queries.vault_of(notice).wrapped_key is None:
        return None
    content = queries.open_content(notice)
    parcel = Parcel(notice.id, queries.open_address(notice), content["subject"], content["body"], notice.language)
    return _hand_over(message, "mail" if notice.channel == "email" else "sms", parcel, [notice.id])


@outbox.courier(events.GATHERED, always=True)
def carry_gathered(message: outbox.Message) -> outbox.Settle | None:
    """Hand one mail about several notices to its carrier, to the address the newest of them was to go to."""
    batch = UUID(message.payload["batch"])
    notices = queries.list_batch(batch)
    if not notices:
        return None
    newest = notices[-1]
    subject, body = digest.gather([queries.open_content(one) for one in notices], newest.language)
    parcel = Parcel(batch, queries.open_address(newest), subject, body, newest.language)
    return _hand_over(message, "mail", parcel, [one.id for one in notices])


def _hand_over(message: outbox.Message, port: str, parcel: Parcel, notice_ids: Sequence[UUID]) -> outbox.Settle:
    """Hand a parcel to its carrier, and give how its notices are settled; a failure is written down at once."""
    try:
        taken = post.hand(port, parcel, message.attempts)
    except Refused as refused:
        with transaction.atomic():
            actions.settle_failed(notice_ids, str(refused), dead=True)
        raise outbox.GiveUp(str(refused)) from refused
    except Exception as error:
        with transaction.atomic():
            dead = message.attempts >= outbox.MAX_ATTEMPTS
            actions.settle_failed(notice_ids, f"{type(error).__name__}: {error}", dead=dead)
        raise
    return lambda: actions.settle_sent(notice_ids, taken, message.now)


@operations.operation("notice.send")
def send_notice(call: operations.OperationCall) -> dict[str, object]:
    """Tell the applicant of the event that the step names."""
    count = actions.queue(
        message_id=call.id, actor=POST, now=call.now, case_id=call.case.id, event=call.step.event, node=call.step.id
    )
    return {"queued": count}
