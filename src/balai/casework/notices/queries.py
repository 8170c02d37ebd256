"""Every read of notices: a person's own, a case's, and the operator's view of what is stuck."""

import json
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Count, F

from balai.base import codes, crypto, journal, sql
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.base.models import Vault
from balai.base.pages import links
from balai.casework.cases import queries as cases
from balai.casework.catalogue import queries as catalogue
from balai.casework.notices import kinds, rules
from balai.casework.notices.models import Alert, Notice

CONTENT = "notice:content"
ADDRESS = "notice:address"


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice, opened for its addressee."""

    id: UUID
    case_number: str  # "" when it is about the person alone
    event: str
    subject: str
    body: str
    created_at: datetime
    read_at: datetime | None
    url: str = ""  # where it leads within this hall; "" when the page is no more


def find_asked_number(text: str) -> str:
    """Find the number of the case that a text asks for with its own code; "" for every other text. One query at most."""
    number, code = rules.read_asked(text) or ("", "")
    return number if codes.is_code(code, rules.SECRET) and cases.is_pair(number, code) else ""


def list_notices_of(person_id: UUID, *, limit: int = 50) -> list[NoticeView]:
    """List the portal notices of a person, newest first."""
    return _list_views(person_id, "portal", "-created_at", limit)


def list_bell(person_id: UUID, *, limit: int = 50) -> list[NoticeView]:
    """List what an officer was told at their desk: what is new to them first, then newest first. One query."""
    return _list_views(person_id, "desk", F("read_at").desc(nulls_first=True), limit)


def _list_views(person_id: UUID, channel: str, order: Any, limit: int) -> list[NoticeView]:
    rows = Notice.objects.filter(person_id=person_id, channel=channel).select_related("case__vault", "person__vault")
    found = rows.order_by(order, "-created_at")[:limit]
    return [_view(row) for row in found if vault_of(row).wrapped_key is not None]


def _view(row: Notice) -> NoticeView:
    content = open_content(row)
    number = row.case.number if row.case else ""
    return NoticeView(
        row.id, number, row.event, content["subject"], content["body"], row.created_at, row.read_at,
        _url(row, number, content),
    )  # fmt: skip


def _url(row: Notice, number: str, content: Mapping[str, Any]) -> str:
    """Say where a notice leads: its page by name; of before pages had names, its case or the page of its kind."""
    page, args = content.get("page", ""), content.get("args", [])
    if not page and number:
        page, args = ("officer.case" if row.channel == "desk" else "citizen.case"), [number]
    elif not page:
        kind = kinds.find(row.event)
        page = kind.page if kind is not None else ""
    if page == "citizen.tracking":
        page, args = "citizen.case", args[:1]  # whoever reads it on their pages needs no secret
    return links.path(page, *args) if links.leads(page) else ""


def open_content(row: Notice) -> Mapping[str, Any]:
    """Open what a notice says: its words and the page it leads to."""
    content: Mapping[str, Any] = json.loads(crypto.open_with(key_of(row), row.content_sealed, CONTENT))
    return content


def open_address(row: Notice) -> str:
    """Open where a notice goes."""
    return crypto.open_with(key_of(row), row.address_sealed, ADDRESS).decode()


def key_of(row: Notice) -> bytes:
    """Unwrap the key a notice is sealed under."""
    vault = vault_of(row)
    return crypto.unwrap(vault.id, vault.wrapped_key)


def vault_of(row: Notice) -> Vault:
    """Give the vault a notice is sealed under: its case's, or its person's when it is about no case."""
    if row.case is not None:
        return row.case.vault
    assert row.person is not None, "a notice is about a case or a person"
    return row.person.vault


def count_bell(person_id: UUID) -> int:
    """Count what an officer was told at their desk and has not read. One query by a small index: every page of the desk asks."""
    found = sql.row(
        "SELECT count(*) FROM notices_notice WHERE person_id = %s AND channel = 'desk' AND read_at IS NULL", [person_id]
    )
    return int(found[0]) if found else 0


def list_gathered_for(before: datetime, limit: int) -> list[UUID]:
    """List the persons for whom something was gathered and to whom no such mail was owed since a moment. One query."""
    found = sql.rows(
        "SELECT DISTINCT g.person_id FROM notices_notice g WHERE g.state = 'gathered' AND NOT EXISTS ("
        "SELECT 1 FROM notices_notice b WHERE b.person_id = g.person_id AND b.batch IS NOT NULL AND b.batched_at > %s)"
        " LIMIT %s",
        [before, limit],
    )
    return [person for row in found if (person := sql.as_uuid(row[0])) is not None]


def list_batch(batch: UUID) -> list[Notice]:
    """List what one mail tells of and has not told yet, in the order in which it was told; what was forgotten is left out."""
    found = Notice.objects.select_related("case__vault", "person__vault").filter(batch=batch).exclude(state="sent")
    return [row for row in found.order_by("created_at", "id") if vault_of(row).wrapped_key is not None]


def list_of_case(case_id: UUID) -> list[Notice]:
    """List what was sent about a case, oldest first; the content stays sealed."""
    return list(Notice.objects.filter(case_id=case_id).order_by("created_at"))


def list_by_state(state: str, *, limit: int = 100) -> list[Notice]:
    """List notices in a state for the operator, newest first: masked addresses, no content."""
    found = Notice.objects.filter(state=state) if state else Notice.objects.all()
    return list(found.select_related("case").order_by("-created_at")[:limit])


def count_by_state() -> dict[str, int]:
    """Count notices by what became of them."""
    counted = dict.fromkeys(("queued", "gathered", "sent", "failed", "dead", "no-way"), 0)
    found = Notice.objects.order_by().values_list("state").annotate(count=Count("id"))
    return counted | {state: count for state, count in found if state in counted}


def get_notice(notice_id: UUID) -> Notice:
    """Fetch one notice with the vault it is sealed under. :raises NotFound:"""
    found = Notice.objects.select_related("case__vault", "person__vault").filter(id=notice_id).first()
    if found is None:
        raise NotFound
    return found


# ---- what administrators are told -----------------------------------------------------------------------------------


def list_untold(limit: int = 100) -> list[Alert]:
    """List what administrators were not told of yet, oldest first."""
    found = Alert.objects.filter(told_at__isnull=True).select_related("case", "case__unit")
    return list(found.order_by("raised_at")[:limit])


def last_told() -> datetime | None:
    """Tell when administrators were last written to."""
    found = sql.row("SELECT max(told_at) FROM notices_alert WHERE batch IS NOT NULL")
    return sql.as_datetime(found[0]) if found else None


def list_subjects(kind: str, subjects: Collection[str]) -> set[str]:
    """List those of the subjects that an alert of this kind was raised for."""
    return set(Alert.objects.filter(kind=kind, subject__in=subjects).values_list("subject", flat=True))


def list_all_subjects(kind: str) -> set[str]:
    """List every subject that an alert of this kind stands for."""
    return set(Alert.objects.filter(kind=kind).values_list("subject", flat=True))


@dataclass(frozen=True, slots=True)
class Lately:
    """What became of a channel's messages: taken, not taken, and the last reason."""

    sent: int
    refused: int
    why: str


_LATELY = """
    SELECT coalesce(sum(CASE WHEN state = 'sent' THEN 1 ELSE 0 END), 0),
           coalesce(sum(CASE WHEN state IN ('failed', 'dead') THEN 1 ELSE 0 END), 0), max(last_error)
"""


def count_lately(channel: str, since: datetime) -> Lately:
    """Count what became of a channel's notices and sign-in messages since a moment: taken by a carrier, or not. Two queries."""
    port = "mail" if channel == "email" else channel
    told = sql.row(f"{_LATELY} FROM notices_notice WHERE channel = %s AND created_at >= %s", [channel, since])
    post = sql.row(f"{_LATELY} FROM base_dispatch WHERE port = %s AND created_at >= %s", [port, since])
    assert told is not None and post is not None
    why = str(told[2] or "") or str(post[2] or "")
    return Lately(int(told[0]) + int(post[0]), int(told[1]) + int(post[1]), why[:160])


# ---- whether what was to be told was told, once ----------------------------------------------------------------------

POST = Actor("system", "clock", name="notices")  # who queues what services owe
_HAPPENED, _OPERATION = "cases.happened", "cases.operation"


@dataclass(frozen=True, slots=True)
class NoticeReview:
    """What going through all notices of services found: how many there are, and what does not fit."""

    count: int
    faults: list[str]


def judge_told() -> NoticeReview:
    """Hold every notice that services owe against the events that were announced: there once for each event, reader and channel.

    An event is announced by a message, whose deed queued the notices of that moment; nothing of either is ever taken away. How a
    reader was to be told stands in the version of the service under which the case is now.
    """
    cases = {
        sql.as_uuid(row[0]): row[1:]
        for row in sql.rows("SELECT id, number, service_id, service_key, applicant_id FROM cases_case")
    }
    announced, faults = _announced(cases)
    kept = _kept_at()
    for key, times in announced.items():
        faults += _judge(cases, key, times, kept.get(key, {}))
    strays = [key for key in kept if key not in announced and (key[0], "", key[2]) not in announced]
    faults += [
        f"{cases[key[0]][0]}: told of {key[1]!r} at {key[2]:%Y-%m-%d %H:%M}, which nobody announced" for key in strays
    ]
    return NoticeReview(sum(sum(one.values()) for one in kept.values()), faults)


Announced = tuple[UUID | None, str, datetime]  # the case, the event ("": not known any more), the moment


def _announced(cases: Mapping[UUID | None, tuple[Any, ...]]) -> tuple[dict[Announced, int], list[str]]:
    """Count what was announced by case, event and moment; what was, and nobody queued, is a fault."""
    deeds = {
        sql.as_uuid(row[0]): sql.as_datetime(row[1])
        for row in sql.rows("SELECT id, at FROM base_deed WHERE name = 'notices.queue'")
    }
    found: Counter[Announced] = Counter()
    faults = []
    for raw, topic, payload in sql.rows(
        "SELECT id, topic, payload FROM base_message WHERE state = 'done' AND (topic = %s"
        " OR (topic = %s AND listener LIKE '%%.notices.listeners.queue_notices'))",
        [_OPERATION, _HAPPENED],
    ):
        message, told = sql.as_uuid(raw), sql.as_json(payload)
        assert message is not None
        case = UUID(told["case"])
        command = uuid5(message, "notices" if topic == _HAPPENED else "operation")
        at = deeds.get(journal.bound(command, POST)) or deeds.get(command)  # 0.1.0 bound no deed to who acts
        if case not in cases:
            continue
        if at is not None:
            found[case, told["event"] if topic == _HAPPENED else _event_of(cases[case], told["node"]), at] += 1
        elif topic == _HAPPENED:
            faults.append(f"{cases[case][0]}: {told['event']!r} was heard, and nothing was queued")
    return dict(found), faults


def _event_of(case: tuple[Any, ...], node: str) -> str:
    step = catalogue.get_service(case[1], case[2]).steps.get(node)
    return step.event if step is not None else ""


def _kept_at() -> dict[Announced, Counter[tuple[str, UUID | None, str]]]:
    """Count the notices of services by what they tell of, then by audience, person and channel."""
    kept: dict[Announced, Counter[tuple[str, UUID | None, str]]] = {}
    for row in sql.rows(
        "SELECT case_id, event, created_at, audience, person_id, channel FROM notices_notice"
        " WHERE case_id IS NOT NULL AND audience IN ('applicant', 'assignee', 'superior')"
    ):
        at = sql.as_datetime(row[2])
        assert at is not None
        if kinds.find(row[1]) is None:  # what apps tell of cases is told inside their own deeds
            kept.setdefault((sql.as_uuid(row[0]), row[1], at), Counter())[row[3], sql.as_uuid(row[4]), row[5]] += 1
    return kept


def _judge(
    cases: Mapping[UUID | None, tuple[Any, ...]],
    key: Announced,
    times: int,
    kept: Mapping[tuple[str, UUID | None, str], int],
) -> list[str]:
    number, service_id, service_key, applicant = cases[key[0]]
    where = f"{number}: {key[1]!r} at {key[2]:%Y-%m-%d %H:%M}"
    faults = [
        f"{where} was told {count} times to the {reader} by {channel}"
        for (reader, _, channel), count in kept.items()
        if count > times
    ]
    for notify in catalogue.get_service(service_id, service_key).notify:
        if notify.when == key[1] and notify.to == "applicant":
            there = {channel for reader, _, channel in kept if reader == "applicant"}
            lost = [by for by in notify.by if by not in there and (by != "portal" or applicant is not None)]
            faults += [f"{where} was not told to the applicant by {by}" for by in lost]
    return faults
