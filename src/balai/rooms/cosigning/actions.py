"""Every write of co-signers: people asked, asked anew, replaced; digits tried; an answer, by link or at a counter."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.db.models import F
from django.utils.timezone import localtime

from balai.base import crypto, journal, post
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import Conflict, NotFound
from balai.base.pages import links, texts
from balai.base.pages.moments import moment
from balai.casework.cases import queries as cases
from balai.casework.cases import rules as case_rules
from balai.casework.cases.actions import Command, act
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import queries as catalogue
from balai.casework.notices import actions as notices
from balai.engine import manifest
from balai.records.errors import wrong
from balai.records.offices import queries as offices
from balai.records.people import rules as people
from balai.rooms.cosigning import policy, queries, rules
from balai.rooms.cosigning.models import Cosigner

ROOM = Actor("system", "clock", name="cosigning")
REFUSAL = "room_cosigning.refused"  # what the applicant is told; see listeners.py
Outputs = Mapping[str, Any]


# ---- asked by the process -------------------------------------------------------------------------------------------


def _untold(told: Any) -> Outputs | None:
    """Answer a repetition: its message was acknowledged with what came of it, so nobody waits for that again."""
    return None


@command("cosigning.ask", answer=_untold, actor=ROOM)
def ask(*, command_id: UUID, now: datetime, case_id: UUID, token: str) -> Outputs | None:
    """Ask everybody whom the application names; who agreed to the same before is not asked again.

    Gives what the step answers when enough agree already, None while somebody's answer is waited for.
    """
    with once() as deed:
        case = cases.lock_case(case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        step = _step(case, service, token)
        assert step.cosigners is not None and step.due is not None, "a checked step names people and a term"
        until = offices.get_built_calendar(*case.unit_calendar).add(now, step.due)
        seen, before = queries.digest(case, service, step), {one.origin: one for one in _rows(case, step)}
        named = {queries.origin_of(case, who): who for who in step.cosigners.people(case.data["apply"])}
        for origin, one in before.items():
            if origin not in named:
                _change(one, state=rules.FALLEN, link_hash=None)
        for place, (origin, who) in enumerate(named.items()):
            old = before.get(origin)
            if old is not None and old.state == rules.AGREED and old.seen == seen:
                _change(old, token=token, place=place)
                continue
            one = _place(deed, case, step, token, place, origin, who, until) if old is None else old
            _send(deed, case, service, one, token=token, place=place, until=until, tries=0, reminded=0, **_ASKED)
        deed.record(_stream(case), "ask", {"step": step.id, "asked": len(named), "seen": seen})
        return _come_of(case, service, step, token)[1]


_ASKED: Mapping[str, Any] = {"state": rules.ASKED, "at": None, "way": "", "seen": "", "officer_id": None}


def _step(case: CaseRow, service: manifest.Service, token: str) -> manifest.Step:
    step = queries.step_of(case, service, token)
    if step is None:
        raise NotFound
    return step


def _rows(case: CaseRow, step: manifest.Step) -> list[Cosigner]:
    return queries.list_rows(case.id, step.id)


def _place(
    deed: journal.Deed, case: CaseRow, step: manifest.Step, token: str, place: int, origin: str, who: Mapping[str, str],
    until: datetime,
) -> Cosigner:  # fmt: skip
    """Put somebody among those who are asked."""
    return Cosigner.objects.create(
        id=uuid5(deed.id, f"cosigner {origin} {place}"), case_id=case.id, step=step.id, token=token, place=place, origin=origin,
        state=rules.ASKED, sealed=_seal(case, who), nik_hash=crypto.lookup_hash("nik", who["nik"]) if who["nik"] else None,
        asked_at=deed.now, until=until,
    )  # fmt: skip


def _seal(case: CaseRow, who: Mapping[str, str], reason: str = "") -> bytes:
    told = {key: who[key] for key in ("name", "phone", "email", "nik")} | ({"reason": reason} if reason else {})
    return crypto.seal_with(case.key, json.dumps(told, ensure_ascii=False).encode(), queries.CONTEXT)


def _change(one: Cosigner, **values: Any) -> None:
    for name, value in values.items():
        setattr(one, name, value)
    one.save(update_fields=list(values))


def _send(deed: journal.Deed, case: CaseRow, service: manifest.Service, one: Cosigner, **values: Any) -> None:
    """Send somebody a link of their own; what they had before ends. Whoever cannot be reached comes to a counter."""
    who = queries.open_row(one, case.key)
    secret, lang = rules.make_secret(), case.language or "id"
    to = rules.name_reach(who.phone, who.email)
    _change(one, link_hash=queries.hash_of(secret) if to else None, **values)
    if not to:
        return
    facts = {
        "name": who.name, "applicant": str(case.data.get("applicant", {}).get("name", "")), "number": case.number,
        "service": service.text("title", lang), "until": moment(one.until, lang),
        "link": links.address("cosigning.link", secret),
    }  # fmt: skip
    short = "sms" if post.port_of(to) == "sms" else "body"
    post.owe(
        deed, to=to, masked=people.mask_contact(to), subject=texts.say("room_cosigning.letter.subject", lang, **facts),
        body=texts.say(f"room_cosigning.letter.{short}", lang, **facts), language=lang, kind="cosigner", life=one.until - deed.now,
        perishable=True,
    )  # fmt: skip


def _come_of(
    case: CaseRow, service: manifest.Service, step: manifest.Step, token: str
) -> tuple[str, dict[str, Any] | None]:
    """Tell what has come of it, and what the step answers when enough agreed to what the case says now."""
    assert step.cosigners is not None, "asked of a step that asks people"
    rows, seen = _rows(case, step), queries.digest(case, service, step)
    agreed = [one for one in rows if one.state == rules.AGREED and one.seen == seen]
    states = [one.state if one.state != rules.AGREED or one in agreed else rules.ASKED for one in rows]
    come = rules.come_of(states, step.cosigners.needed(len(rows)))
    return come, {"cosigned": _told(case, agreed)} if come == rules.ENOUGH else None


def _told(case: CaseRow, agreed: Iterable[Cosigner]) -> list[dict[str, str]]:
    """Say who agreed, when and by which way, as letters print it."""
    found = []
    for one in agreed:
        assert one.at is not None, "who agreed did so at a moment"
        at = localtime(one.at)
        name = queries.open_row(one, case.key).name
        found.append({"name": name, "at": at.isoformat(timespec="minutes"), "date": f"{at:%Y-%m-%d}", "way": one.way})
    return found


def _go_on(deed: journal.Deed, case: CaseRow, service: manifest.Service, step: manifest.Step, token: str) -> None:
    """Let the case go on when enough agreed; when too few are left, by the error event that is drawn for that."""
    come, outputs = _come_of(case, service, step, token)
    if outputs is not None:
        act(_command(deed, case, token, "operation-done", case_rules.plain(step.pick(outputs))))
    elif come == rules.TOO_FEW and _is_drawn(service, step):
        act(_command(deed, case, token, "operation-failed", {"code": manifest.COSIGN_REFUSED}))


def _command(deed: journal.Deed, case: CaseRow, token: str, action: Any, data: Mapping[str, Any]) -> Command:
    return Command(
        id=uuid5(deed.id, "cosigned"), actor=ROOM, now=deed.now, case_id=case.id, action=action, token=token, data=data
    )


def _is_drawn(service: manifest.Service, step: manifest.Step) -> bool:
    """Tell whether the drawing has an error event for a refusal."""
    nodes = service.graph.nodes
    events = (nodes[id].event for id in nodes[step.id].boundaries)
    return any(
        event is not None and event.kind == "error" and event.name == manifest.COSIGN_REFUSED for event in events
    )


# ---- asked anew, replaced -------------------------------------------------------------------------------------------


@command("cosigning.remind", apart=("track_code",))
def remind(
    *, command_id: UUID, actor: Actor, now: datetime, number: str, cosigner_id: UUID, track_code: str = ""
) -> None:
    """Send somebody a new link; the old one ends. The holder's word.

    :raises NotFound: :raises Conflict: `cosigning-over`, `cosigning-unreached`, `cosigning-reminded`.
    """
    view = queries.open_case(actor, number, now=now, track_code=track_code)
    with once() as deed:
        case, service, one = _held(view.row.id, cosigner_id, now)
        if one.reminded >= rules.REMINDERS:
            raise Conflict("cosigning-reminded", most=rules.REMINDERS)
        if not queries.open_row(one, case.key).reach:
            raise Conflict("cosigning-unreached")
        _send(deed, case, service, one, tries=0, reminded=one.reminded + 1)
        deed.record(_stream(case), "remind", {"cosigner": str(one.id)})


def _held(case_id: UUID, cosigner_id: UUID, now: datetime) -> tuple[CaseRow, manifest.Service, Cosigner]:
    """Hold a case and give somebody whose answer it waits for. :raises NotFound: :raises Conflict: `cosigning-over`"""
    case = cases.lock_case(case_id)
    one = queries.get_row(case_id, cosigner_id)
    if not queries.is_awaited(case, one, now):
        raise Conflict("cosigning-over")
    return case, catalogue.get_service(case.service_id, case.service_key), one


@command("cosigning.replace", apart=("track_code",))
def replace(
    *, command_id: UUID, actor: Actor, now: datetime, number: str, cosigner_id: UUID, who: Mapping[str, str],
    track_code: str = "",
) -> None:  # fmt: skip
    """Ask somebody else in the place of one who has not agreed; `who` holds name, phone, email and nik, judged by the door.

    :raises NotFound: :raises Conflict: `cosigning-over`, `cosigning-agreed`, `cosigning-twice`.
    """
    view = queries.open_case(actor, number, now=now, track_code=track_code)
    with once() as deed:
        case = cases.lock_case(view.row.id)
        old = queries.get_row(case.id, cosigner_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        step = queries.step_of(case, service, old.token)
        if old.state == rules.AGREED:
            raise Conflict("cosigning-agreed")
        if step is None or old.state in rules.GONE or old.until <= now:
            raise Conflict("cosigning-over")
        if who["nik"] and who["nik"] in _taken(case, old):
            raise Conflict("cosigning-twice")
        _change(old, state=rules.REPLACED, link_hash=None)
        one = _place(deed, case, step, old.token, old.place, old.origin, who, old.until)
        _send(deed, case, service, one)
        deed.record(_stream(case), "replace", {"cosigner": str(old.id), "by": str(one.id)})


def _taken(case: CaseRow, but: Cosigner) -> set[str]:
    """List the NIKs of the applicant and of all who are asked, but one."""
    rows = [one for one in queries.list_rows(case.id, but.step) if one.id != but.id]
    applicant = case.data.get("applicant", {}).get("nik")
    return {str(applicant or ""), *(queries.open_row(one, case.key).nik for one in rows)}


# ---- answered -------------------------------------------------------------------------------------------------------


@command("cosigning.try", answer=bool)
def try_digits(*, command_id: UUID, actor: Actor, now: datetime, secret: str, digits: str) -> bool:
    """Tell whether these are the last digits of the NIK of whoever a link was sent to; wrong ones are counted, and end it.

    :raises NotFound: the link leads nowhere.
    """
    with once() as deed:
        one = queries.find_by_secret(secret)
        case = cases.lock_case(one.case_id)
        right = queries.open_row(one, case.key).nik[-rules.DIGITS :] == digits
        if not right:
            Cosigner.objects.filter(id=one.id).update(tries=F("tries") + 1)
            one.refresh_from_db()
            if one.tries >= rules.TRIES:
                _change(one, link_hash=None)
                deed.record(_stream(case), "link-ended", {"cosigner": str(one.id)})
        deed.answer = right
        return right


def answer_link(
    *, command_id: UUID, actor: Actor, now: datetime, secret: str, agrees: bool | None, reason: str, seen: str
) -> None:
    """Answer by the link that somebody was sent; whether they may have it was asked before.

    :raises NotFound: :raises Conflict: `cosigning-over`, `cosigning-changed`. :raises Invalid: what `record_answer` does.
    """
    one = queries.find_by_secret(secret)
    record_answer(
        command_id=command_id, actor=actor, now=now, case_id=one.case_id, cosigner_id=one.id, agrees=agrees, reason=reason,
        seen=seen, way="link",
    )  # fmt: skip


def answer_counter(
    *, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, cosigner_id: UUID, agrees: bool | None, reason: str,
    seen: str, card: bool,
) -> None:  # fmt: skip
    """Record what somebody says at a counter who showed their card.

    :raises NotAllowed: the case concerns the officer. :raises Invalid: `cosigning-card`, and what `record_answer` does.
    """
    if not card:
        raise wrong("cosigning-card", "card")
    record_answer(
        command_id=command_id, actor=actor, now=now, case_id=case_id, cosigner_id=cosigner_id, agrees=agrees, reason=reason,
        seen=seen, way="counter",
    )  # fmt: skip


@command("cosigning.answer")
def record_answer(
    *, command_id: UUID, actor: Actor, now: datetime, case_id: UUID, cosigner_id: UUID, agrees: bool | None, reason: str,
    seen: str, way: str,
) -> None:  # fmt: skip
    """Write down an answer to what was seen, and let the case go on when it was the last.

    :raises Invalid: `cosigning-choice`, `cosigning-reason`.
    """
    reason = reason.strip()
    if agrees is None:
        raise wrong("cosigning-choice", "answer")
    if not agrees and not rules.SHORTEST <= len(reason) <= rules.LONGEST:
        raise wrong("cosigning-reason", "reason", least=rules.SHORTEST, most=rules.LONGEST)
    with once() as deed:
        case, service, one = _held(case_id, cosigner_id, now)
        if way == "counter":
            policy.require_no_party(case, actor.person_id)
        step = _step(case, service, one.token)
        if seen != queries.digest(case, service, step):
            raise Conflict("cosigning-changed")
        who = queries.open_row(one, case.key)
        named = {"name": who.name, "phone": who.phone, "email": who.email, "nik": who.nik}
        _change(
            one, state=rules.AGREED if agrees else rules.REFUSED, at=now, way=way, seen=seen, link_hash=None,
            officer_id=actor.person_id if way == "counter" else None, sealed=_seal(case, named, "" if agrees else reason),
        )  # fmt: skip
        deed.record(_stream(case), "agree" if agrees else "refuse", {"cosigner": str(one.id), "way": way, "seen": seen})
        if not agrees:
            notices.tell_holder(deed, case, REFUSAL, _facts(case, service, who.name), args=(case.number,))
        _go_on(deed, case, service, step, one.token)


def _facts(case: CaseRow, service: manifest.Service, name: str) -> Callable[[str], dict[str, object]]:
    def facts(lang: str) -> dict[str, object]:
        return {"number": case.number, "service": service.text("title", lang), "name": name}

    return facts


def _stream(case: CaseRow) -> str:
    return f"cosigning:{case.id}"


@command("cosigning.follow-person", actor=ROOM)
def follow_person(*, message_id: UUID, now: datetime, kept_id: UUID, gone_id: UUID) -> None:
    """Let what an officer recorded follow to the person their record was joined into."""
    with once():
        Cosigner.objects.filter(officer_id=gone_id).update(officer_id=kept_id)
