"""Findings: written, recommended, answered, judged, and whoever must answer reminded."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from django.utils.timezone import localdate

from balai.base import codes, crypto, intake, journal, sql
from balai.base.actors import Actor
from balai.base.commands import command, id_of, once
from balai.base.errors import Conflict, NotFound
from balai.casework.cases import rules as case_rules
from balai.casework.notices import actions as notices
from balai.engine import forms
from balai.records.errors import wrong
from balai.records.offices import queries as offices
from balai.rooms.audits import policy, queries, rules
from balai.rooms.audits.models import Finding, Recommendation, Reply
from balai.rooms.audits.queries.findings import CONTEXT, key_of

ROOM = Actor("system", "clock", name="audits")
FOUND, DUE, ANSWERED, SETTLED = (f"room_audits.{name}" for name in ("found", "due", "answered", "settled"))


@command("audits.find", answer=id_of("finding"))
def open_finding(
    *, command_id: UUID, actor: Actor, now: datetime, source: str, unit_code: str, received_on: date, told: Mapping[str, str],
    recommendation: str, cases: Sequence[str] = (), sample_id: UUID | None = None,
) -> UUID:  # fmt: skip
    """Write down a finding with its first recommendation, and tell the head of the unit. Gives its id.

    Its clock runs from the day the office received the report.
    :raises NotFound: for whoever is no auditor, and for an unknown unit. :raises Invalid: `audit-words`, `audit-date`,
        `audit-no-clock`.
    """
    author = policy.require_auditor(actor, now)
    words = {name: intake.words(told.get(name, ""), rules.LONGEST, name) for name in rules.TOLD}
    text = intake.words(recommendation, rules.LONGEST, "recommendation")
    missing = [name for name in rules.NEEDED if not words[name]] + ([] if text else ["recommendation"])
    missing += ([] if source in rules.SOURCES else ["source"]) + ([] if unit_code else ["unit"])
    if missing:
        raise wrong("audit-words", *missing)
    if received_on > localdate(now):
        raise wrong("audit-date", "received_on")
    clock = rules.clock_for(source, received_on)
    if clock is None:
        raise wrong("audit-no-clock", "received_on")
    unit = offices.get_unit(unit_code)
    numbers = sorted({case_rules.read_number(one) for one in cases if case_rules.is_number(one)})
    with once() as deed:
        vault_id, key = crypto.new_vault()
        row = Finding.objects.create(
            id=uuid5(deed.id, "finding"), number=f"TEM-{codes.draw(6)}", source=source, unit_id=unit.id, author_id=author, at=now,
            received_on=received_on, sample_id=sample_id, cases=numbers, vault_id=vault_id,
            told_sealed=crypto.seal_with(key, json.dumps(words).encode(), CONTEXT),
        )  # fmt: skip
        deed.record(
            _stream(row.id), "find",
            {"source": source, "unit": unit.code, "received_on": received_on.isoformat(), "mac": _mac(key, json.dumps(words))},
        )  # fmt: skip
        made = _recommend(deed, row, key, text, 1, clock.ends(received_on))
        _tell_heads(deed, FOUND, row, unit.path, made)
        deed.answer = {"finding": str(row.id)}
        return row.id


@command("audits.recommend")
def recommend(*, command_id: UUID, actor: Actor, now: datetime, finding_id: UUID, text: str) -> None:
    """Add a recommendation to a finding; it has the finding's clock. :raises NotFound: :raises Invalid: `audit-words`."""
    policy.require_auditor(actor, now)
    text = intake.words(text, rules.LONGEST, "text")
    if not text:
        raise wrong("audit-words", "text")
    with once() as deed:
        row = _lock(finding_id)
        clock = rules.clock_for(row.source, row.received_on)
        assert clock is not None, "a finding has a clock, or was not taken"
        seq = Recommendation.objects.filter(finding_id=row.id).count() + 1
        made = _recommend(deed, row, key_of(row), text, seq, clock.ends(row.received_on))
        _tell_heads(deed, FOUND, row, row.unit.path, made)


@command("audits.answer")
def answer(
    *, command_id: UUID, actor: Actor, now: datetime, finding_id: UUID, recommendation_id: UUID, kind: str, text: str
) -> None:
    """Answer a recommendation for the unit one heads: it was done, or it cannot be, and why.

    :raises NotFound: for whoever does not head the unit. :raises Invalid: `audit-words`. :raises Conflict: `audit-state`.
    """
    text = intake.words(text, rules.LONGEST, "text")
    if not text or kind not in rules.REPLIES:
        raise wrong("audit-words", *([] if text else ["text"]), *([] if kind in rules.REPLIES else ["kind"]))
    with once() as deed:
        one, row = _lock_recommendation(recommendation_id, finding_id)
        author = policy.require_head(actor, row.unit.path, now)
        if one.state != rules.OPEN:
            raise Conflict("audit-state")
        _say(deed, row, one, author, kind, text, verdict=False, state=rules.ANSWERED)
        notices.tell(deed, row.author_id, ANSWERED, _facts(row, one), args=(row.id,))


@command("audits.settle")
def settle(
    *, command_id: UUID, actor: Actor, now: datetime, finding_id: UUID, recommendation_id: UUID, verdict: str, text: str
) -> None:
    """Judge an answer: it does, it does not do yet, or it cannot be done for the reasons given; nobody judges their own unit's.

    :raises NotFound: for whoever is no auditor. :raises NotAllowed: `audit-own-unit`. :raises Invalid: `audit-words`.
    :raises Conflict: `audit-state`.
    """
    text = intake.words(text, rules.LONGEST, "text")
    if not text or verdict not in rules.VERDICTS:
        raise wrong("audit-words", *([] if text else ["text"]), *([] if verdict in rules.VERDICTS else ["verdict"]))
    with once() as deed:
        one, row = _lock_recommendation(recommendation_id, finding_id)
        author = policy.require_judge(actor, row.unit.path, now)
        if not rules.may_settle(one.state, verdict):
            raise Conflict("audit-state")
        state = rules.OPEN if verdict == rules.RETURNED else verdict
        _say(deed, row, one, author, verdict, text, verdict=True, state=state)
        _tell_heads(deed, SETTLED, row, row.unit.path, one)


@command("audits.remind", answer=lambda told: 0)
def remind(*, command_id: UUID, actor: Actor, now: datetime, recommendation_id: UUID, how: str) -> int:
    """Tell the head of a unit that a recommendation is to be answered soon, or is overdue; once each. Tells how many were told."""
    with once() as deed:
        one, row = _lock_recommendation(recommendation_id)
        if one.state != rules.OPEN or rules.pressing(one.due_on, localdate(now)) != how or one.reminded == how:
            return 0
        Recommendation.objects.filter(id=one.id).update(reminded=how)
        deed.record(_stream(row.id), "remind", {"recommendation": one.seq, "how": how})
        return _tell_heads(deed, DUE, row, row.unit.path, one)


# ---- shared ----------------------------------------------------------------------------------------------------------


def _recommend(deed: journal.Deed, row: Finding, key: bytes, text: str, seq: int, due_on: date) -> Recommendation:
    made = Recommendation.objects.create(
        id=uuid5(deed.id, "recommendation"), finding_id=row.id, seq=seq, due_on=due_on, moved_at=deed.now,
        text_sealed=crypto.seal_with(key, text.encode(), CONTEXT),
    )  # fmt: skip
    deed.record(
        _stream(row.id), "recommend", {"recommendation": seq, "due_on": due_on.isoformat(), "mac": _mac(key, text)}
    )
    return made


def _say(
    deed: journal.Deed,
    row: Finding,
    one: Recommendation,
    author: UUID,
    kind: str,
    text: str,
    *,
    verdict: bool,
    state: str,
) -> None:
    key = key_of(row)
    Reply.objects.create(
        recommendation_id=one.id, at=deed.now, author_id=author, kind=kind, verdict=verdict,
        text_sealed=crypto.seal_with(key, text.encode(), CONTEXT),
    )  # fmt: skip
    Recommendation.objects.filter(id=one.id).update(state=state, moved_at=deed.now)
    body = {"recommendation": one.seq, "kind": kind, "state": state, "mac": _mac(key, text)}
    deed.record(_stream(row.id), "settle" if verdict else "answer", body)


def _lock(finding_id: UUID) -> Finding:
    sql.row(f"SELECT id FROM room_audits_finding WHERE id = %s{sql.for_update()}", [finding_id])
    found = Finding.objects.select_related("vault", "unit").filter(id=finding_id).first()
    if found is None:
        raise NotFound
    return found


def _lock_recommendation(recommendation_id: UUID, of: UUID | None = None) -> tuple[Recommendation, Finding]:
    above = Recommendation.objects.filter(id=recommendation_id).values_list("finding_id", flat=True).first()
    if above is None or of not in (None, above):
        raise NotFound
    row = _lock(above)
    return Recommendation.objects.get(id=recommendation_id), row


def _tell_heads(deed: journal.Deed, kind: str, row: Finding, unit_path: str, one: Recommendation) -> int:
    heads = queries.list_heads_of(unit_path, localdate(deed.now))
    return sum(bool(notices.tell(deed, head, kind, _facts(row, one), args=(row.id,))) for head in heads)


def _facts(row: Finding, one: Recommendation) -> Callable[[str], Mapping[str, object]]:
    """Give the words of a message their facts: numbers and days, never what was found."""
    number, seq, unit, due = row.number, str(one.seq), row.unit.name, one.due_on
    return lambda lang: {"number": number, "seq": seq, "unit": unit, "due": forms.format_date(due, lang)}


def _mac(key: bytes, text: str) -> str:
    return crypto.mac_with(key, "audit", text.encode()).hex()


def _stream(finding_id: UUID) -> str:
    return f"audit-finding:{finding_id}"
