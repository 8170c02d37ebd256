"""Every write of notices: queue what an event owes, settle what a carrier said, mark as read, try again."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.utils.timezone import localdate, localtime

from balai.base import crypto, journal, outbox, sql
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.base.pages import texts
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import queries as catalogue
from balai.casework.notices import events, queries, rules
from balai.casework.notices.models import Alert, Notice
from balai.casework.notices.queries import ADDRESS, CONTENT
from balai.engine import forms, manifest
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.people import queries as people

QUIET = timedelta(hours=1)  # between two mails to the administrators: what happens meanwhile is gathered
AGAIN = timedelta(hours=24)  # what is said again this long after it was last said is told again

_COLUMNS = (
    "id", "case_id", "event", "audience", "channel", "person_id", "address_sealed", "address_masked", "content_sealed",
    "language", "state", "attempts", "created_at", "receipt", "last_error",
)  # fmt: skip


def queue(*, message_id: UUID, actor: Actor, now: datetime, case_id: UUID, event: str, node: str) -> int:
    """Queue every notice that a service owes for an event of a case; tell how many."""
    with journal.deed(message_id, actor=actor, now=now, name="notices.queue") as deed:
        if deed.repeated:
            return 0
        case = cases.read_case(case_id=case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        made = [
            row
            for notify in service.notify
            if notify.when == event
            for person, contact, lang in _addressees(case, service, notify, now)
            for row in _rows(case, service, notify, event, node, person, contact, lang, now)
        ]
        return _send(deed, made)


def _send(deed: journal.Deed, rows: Sequence[tuple[Any, ...]]) -> int:
    """Keep some notices and owe those that wait to their carriers; tell how many notices."""
    sql.insert("notices_notice", _COLUMNS, rows)
    for row in rows:
        if row[10] == "queued":
            deed.send(events.QUEUED, {"notice": str(row[0])}, key=f"notice:{row[0]}")
    return len(rows)


def _addressees(
    case: CaseRow, service: manifest.Service, notify: manifest.Notify, now: datetime
) -> list[tuple[UUID | None, Mapping[str, str], str]]:
    if notify.to == "applicant":
        return [_holder(case)]
    officers: list[UUID] = []
    if notify.to == "assignee":
        officers = [task.assignee_id for task in case.open_tasks if task.assignee_id and task.role != "applicant"]
    else:
        for role in (*sorted(roles.heads()), *service.roles):
            found = offices.find_holders(case.unit_path, role, localdate(now))
            if found is not None:
                officers = list(found.person_ids)
                break
    made: list[tuple[UUID | None, Mapping[str, str], str]] = []
    for officer in dict.fromkeys(officers):
        person = people.get_person(officer)
        made.append((officer, {"email": person.email, "phone": person.phone}, person.language))
    return made


def _holder(case: CaseRow) -> tuple[UUID | None, Mapping[str, str], str]:
    """Give whom a case's holder is told by: on whose pages, by which contacts, in which language."""
    return _reader(case), case.data.get("contact", {}), case.language


def _reader(case: CaseRow) -> UUID | None:
    """Tell on whose pages the applicant's notices stand: a firm has none, so whoever applied for it reads them.

    They are held, so that a joining of records that is under way finds what this deed keeps for them.
    """
    reader, agent = case.applicant_id, case.submitted_by_id
    if reader and agent and agent != reader and people.is_organisation(reader):
        reader = agent
    return people.hold_stayed(reader) if reader else None


def _rows(
    case: CaseRow,
    service: manifest.Service,
    notify: manifest.Notify,
    event: str,
    node: str,
    person: UUID | None,
    contact: Mapping[str, str],
    lang: str,
    now: datetime,
) -> list[tuple[Any, ...]]:
    facts = _facts(case, service, node, lang, notify.to)
    subject = rules.one_line(
        rules.fill(service.text(f"notices.{event}.subject", lang, service.text("title", lang)), facts)
    )
    body = rules.fill(service.text(f"notices.{event}.body", lang, subject), facts)
    short = rules.fill(service.text(f"notices.{event}.sms", lang, subject), facts)
    words = {"subject": subject, "body": body, "sms": short}
    return _about_case(case, event, notify.to, notify.by, person, contact, lang, words, now)


def _about_case(
    case: CaseRow, event: str, audience: str, channels: Iterable[str], person: UUID | None, contact: Mapping[str, str],
    lang: str, words: Mapping[str, str], now: datetime,
) -> list[tuple[Any, ...]]:  # fmt: skip
    """Make one sealed row for each channel by which a person is told something about a case."""
    made = []
    for channel in channels:
        address = {"email": contact.get("email", ""), "sms": contact.get("phone", "")}.get(channel, "")
        reachable = channel in ("portal", "desk") or bool(address)
        if channel == "portal" and person is None:
            continue  # without an account the case page behind the tracking link is the portal
        made.append((
            uuid4(), case.id, event, audience, channel, person,
            crypto.seal_with(case.key, address.encode(), ADDRESS), rules.mask_address(address),
            crypto.seal_with(case.key, _content(words, channel), CONTENT), lang,
            ("sent" if channel in ("portal", "desk") else "queued") if reachable else "no-way", 0, now, "",
            "" if reachable else "no address is known for this channel",
        ))  # fmt: skip
    return made


def _facts(case: CaseRow, service: manifest.Service, node: str, lang: str, audience: str) -> dict[str, Any]:
    zone = ZoneInfo(service.zone)
    due = forms.format_date(case.due_at.astimezone(zone).date(), lang) if case.due_at else ""
    step = service.steps.get(node)
    answers = case.data.get(node if step is None or not step.is_applicants else "check", {})
    return {
        "case": {
            "number": case.number,
            "due": due,
            "submitted": forms.format_date(case.submitted_at.astimezone(zone).date(), lang),
        },
        "applicant": case.data.get("applicant", {}) if audience == "applicant" else {"name": case.holder_masked},
        "service": {"title": service.text("title", lang)},
        "unit": {"name": case.unit_name},
        "step": {"title": service.text(f"steps.{node}.title", lang, "")},
        "reason": service.text(f"steps.{node}.reason", lang, ""),
        "data": case.data,
        "answer": answers if isinstance(answers, Mapping) else {},
        "link": link(case, audience),
    }


def link(case: CaseRow, audience: str) -> str:
    """Give the address at which the addressee finds the case; without an account it holds the tracking secret."""
    if audience != "applicant":
        return f"{settings.BALAI_URL}/meja/berkas/{case.number}/"
    if case.applicant_id is not None:
        return f"{settings.BALAI_URL}/berkas/{case.number}/"
    return f"{settings.BALAI_URL}/lacak/{case.number}/{case.data['contact']['track_code']}/"


# ---- about a letter of a case ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Revocation:
    """What a holder must know of a letter that was taken out of force; as anybody may read it who checks the letter."""

    title: str
    number: str
    issued_on: date
    revoked_on: date
    reason: str


def tell_of_revocation(*, message_id: UUID, actor: Actor, now: datetime, case_id: UUID, letter: Revocation) -> int:
    """Tell a case's holder that a letter of theirs was revoked, why, and what they can do; tell how many notices."""
    with journal.deed(message_id, actor=actor, now=now, name="notices.revocation") as deed:
        if deed.repeated:
            return 0
        try:
            case = cases.read_case(case_id=case_id)
        except NotFound:
            return 0  # forgotten meanwhile
        person, contact, lang = _holder(case)
        service = catalogue.get_service(case.service_id, case.service_key)
        facts = {
            "title": letter.title, "number": letter.number, "reason": letter.reason, "case": case.number,
            "issued": forms.format_date(letter.issued_on, lang), "at": forms.format_date(letter.revoked_on, lang),
            "unit": case.unit_name, "link": link(case, "applicant"),
        }  # fmt: skip
        facts["objection"] = _may_object(service, lang)
        words = {
            part: texts.say(f"notices.letter-revoked.{part}", lang, **facts) for part in ("subject", "body", "sms")
        }
        by = ("portal", *(channel for channel, name in (("email", "email"), ("sms", "phone")) if contact.get(name)))
        return _send(deed, _about_case(case, "letter-revoked", "applicant", by, person, contact, lang, words, now))


def _may_object(service: manifest.Service, lang: str) -> str:
    found = service.objection
    if found is None:
        return texts.say("notices.letter-revoked.complain", lang)
    to = texts.say(f"notices.letter-revoked.to.{'parent' if found.unit == 'parent' else 'same'}", lang)
    return texts.say("notices.letter-revoked.object", lang, within=found.within.text(lang), to=to)


# ---- about a person, not a case --------------------------------------------------------------------------------------

PAGES = {
    "mandate-offered": "/kuasa/",
    "mandate-recorded": "/kuasa/",
    "account-recovered": "/akun/email/",
    "identity-bound": "/akun-saya/",
}  # where the person goes on


def tell_of_mandate(*, message_id: UUID, actor: Actor, now: datetime, mandate_id: UUID) -> int:
    """Tell those who may accept an offered mandate, on their pages and by their contacts; tell how many notices.

    Who offers is named masked: a name anybody may give themselves must not travel into a stranger's mailbox.
    """
    with journal.deed(message_id, actor=actor, now=now, name="notices.mandate") as deed:
        if deed.repeated:
            return 0
        mandate = people.get_mandate(mandate_id)
        if mandate.state != "offered":
            return 0  # it was answered or taken back before the worker came
        by = people.list_masked_names([mandate.offered_by]).get(mandate.offered_by, "")
        return sum(
            _tell(deed, "mandate-offered", person, people.list_contacts(person), {"name": by})
            for person in people.list_deciders(mandate, localdate(now))
        )


def tell_of_recorded_mandate(*, message_id: UUID, actor: Actor, now: datetime, mandate_id: UUID) -> int:
    """Tell the agent, and whoever else manages the firm's mandates, that a counter recorded one."""
    with journal.deed(message_id, actor=actor, now=now, name="notices.mandate-recorded") as deed:
        if deed.repeated:
            return 0
        mandate = people.get_mandate(mandate_id)
        firm = people.list_masked_names([mandate.principal_id]).get(mandate.principal_id, "")
        readers = {mandate.agent_id, *people.list_managers(mandate.principal_id, localdate(now))}
        return sum(
            _tell(deed, "mandate-recorded", person, people.list_contacts(person), {"firm": firm})
            for person in sorted(readers)
        )


def tell_of_recovery(*, message_id: UUID, actor: Actor, now: datetime, recovery_id: UUID) -> int:
    """Tell the contacts an account had before it was recovered, so that its owner hears of it if it was not them."""
    with journal.deed(message_id, actor=actor, now=now, name="notices.recovery") as deed:
        if deed.repeated:
            return 0
        try:
            person_id, at, contacts = people.get_recovery(recovery_id)
            lang = people.get_person(person_id).language
        except NotFound:
            return 0  # forgotten meanwhile
        moment = localtime(at)
        facts = {"at": f"{forms.format_date(moment.date(), lang)}, {moment:%H.%M}", "link": settings.BALAI_URL}
        return _tell(deed, "account-recovered", person_id, contacts, facts)


def tell_of_binding(*, message_id: UUID, actor: Actor, now: datetime, binding_id: UUID) -> int:
    """Tell a person with an account that it was bound to an identity, so that they hear of it if it was not them."""
    with journal.deed(message_id, actor=actor, now=now, name="notices.binding") as deed:
        binding = None if deed.repeated else people.find_binding(binding_id)
        if binding is None or binding.person.account_id is None or binding.person.erased_at is not None:
            return 0  # without an account the person stood at the counter and needs no letter about it
        person_id = binding.person_id
        lang, moment = people.get_person(person_id).language, localtime(binding.bound_at)
        facts = {
            "at": f"{forms.format_date(moment.date(), lang)}, {moment:%H.%M}",
            "how": texts.say(f"notices.identity-bound.how.{binding.level}", lang),
        }
        return _tell(deed, "identity-bound", person_id, people.list_contacts(person_id), facts)


def follow_person(*, message_id: UUID, actor: Actor, now: datetime, kept_id: UUID, gone_id: UUID) -> int:
    """Give the notices of a joined record to the person it was joined into; those about no case are sealed anew for them."""
    with journal.deed(message_id, actor=actor, now=now, name="notices.follow-person") as deed:
        if deed.repeated:
            return 0
        rows = list(Notice.objects.filter(person_id=gone_id, case__isnull=True))
        if rows:
            old, new = (crypto.data_key(people.get_vault_id(one, erased=True)) for one in (gone_id, kept_id))
            for row in rows:
                row.address_sealed = crypto.seal_with(new, crypto.open_with(old, row.address_sealed, ADDRESS), ADDRESS)
                row.content_sealed = crypto.seal_with(new, crypto.open_with(old, row.content_sealed, CONTENT), CONTENT)
            Notice.objects.bulk_update(rows, ["address_sealed", "content_sealed"])
        return Notice.objects.filter(person_id=gone_id).update(person_id=kept_id)


def _tell(
    deed: journal.Deed, event: str, person_id: UUID, contacts: Sequence[tuple[str, str]], facts: Mapping[str, str]
) -> int:
    """Queue what one person must know: on their pages, and by each contact (channel, address)."""
    person_id = people.hold_stayed(person_id)
    try:
        person = people.get_person(person_id)
    except NotFound:
        return 0  # forgotten meanwhile
    key, lang = crypto.data_key(people.get_vault_id(person_id)), person.language
    words = {"link": f"{settings.BALAI_URL}{PAGES[event]}", **facts}
    text = {part: texts.say(f"notices.{event}.{part}", lang, **words) for part in ("subject", "body", "sms")}
    rows = [
        (
            uuid4(), None, event, "person", channel, person_id, crypto.seal_with(key, address.encode(), ADDRESS),
            rules.mask_address(address), crypto.seal_with(key, _content(text, channel), CONTENT), lang,
            "sent" if channel == "portal" else "queued", 0, deed.now, "", "",
        )
        for channel, address in (("portal", ""), *contacts)
    ]  # fmt: skip
    return _send(deed, rows)


def _content(text: Mapping[str, str], channel: str) -> bytes:
    content = {"subject": rules.one_line(text["subject"]), "body": text["sms" if channel == "sms" else "body"]}
    return json.dumps(content, ensure_ascii=False).encode()


def forget_person_notices(*, person_id: UUID | None = None, vault_ids: Collection[UUID] = ()) -> int:
    """Take away what was said to persons who were forgotten, about no case; part of the caller's transaction."""
    found = Notice.objects.filter(case__isnull=True)
    return found.filter(Q(person_id=person_id) | Q(person__vault_id__in=vault_ids)).delete()[0]


# ---- what became of them ---------------------------------------------------------------------------------------------


def settle_sent(notice_id: UUID, receipt: str, now: datetime) -> None:
    """Note that a carrier took a notice."""
    sql.execute(
        "UPDATE notices_notice SET state = 'sent', sent_at = %s, receipt = %s, attempts = attempts + 1, last_error = ''"
        " WHERE id = %s",
        [now, receipt[:200], notice_id],
    )


def settle_failed(notice_id: UUID, error: str, *, dead: bool) -> None:
    """Note that a carrier did not take a notice; dead when trying again cannot help."""
    sql.execute(
        "UPDATE notices_notice SET state = %s, attempts = attempts + 1, last_error = %s WHERE id = %s",
        ["dead" if dead else "failed", outbox.black_out(error)[:400], notice_id],
    )


def mark_read(*, actor: Actor, now: datetime, notice_ids: list[UUID]) -> int:
    """Mark a person's own portal notices as read."""
    with journal.deed(uuid4(), actor=actor, now=now, name="notices.read"):
        assert actor.person_id is not None, "the portal marks notices of somebody who is signed in"
        return Notice.objects.filter(id__in=notice_ids, person_id=actor.person_id, read_at__isnull=True).update(
            read_at=now
        )


def try_again(*, command_id: UUID, actor: Actor, now: datetime, notice_id: UUID) -> None:
    """Queue a failed or dead notice once more, at an operator's word."""
    with journal.deed(command_id, actor=actor, now=now, name="notices.try-again") as deed:
        if deed.repeated:
            return
        changed = sql.execute(
            "UPDATE notices_notice SET state = 'queued' WHERE id = %s AND state IN ('failed', 'dead')", [notice_id]
        )
        if changed:
            deed.record("notices", "try-again", {"notice": str(notice_id)})
            deed.send(events.QUEUED, {"notice": str(notice_id)}, key=f"notice:{notice_id}:{command_id}")


# ---- what administrators are told -----------------------------------------------------------------------------------


def raise_alert(
    *, message_id: UUID, actor: Actor, now: datetime, kind: str, subject: str, case_id: UUID | None = None,
    node: str = "", detail: str = "",
) -> None:  # fmt: skip
    """Note something administrators must be told of; said again it is the same alert, told again after a day."""
    with journal.deed(message_id, actor=actor, now=now, name="notices.alert") as deed:
        if deed.repeated:
            return
        sql.execute(
            "INSERT INTO notices_alert (id, kind, subject, case_id, node, detail, raised_at, times)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, 1) ON CONFLICT (kind, subject) DO UPDATE SET"
            " told_at = CASE WHEN notices_alert.raised_at < %s THEN NULL ELSE notices_alert.told_at END,"
            " times = notices_alert.times + 1, raised_at = excluded.raised_at",
            [uuid4(), kind, subject[:200], case_id, node, detail[:120], now, now - AGAIN],
        )


def tell_administrators(*, actor: Actor, now: datetime) -> int:
    """Write one mail to each administrator about everything they were not told of yet, at most once an hour.

    A step that was stuck and goes on again meanwhile is nobody's worry any more. Tells how many alerts were told of.
    """
    _raise_dead(actor, now)
    _mind_failing_jobs(actor, now)
    last, waiting, administrators = queries.last_told(), queries.list_untold(), people.list_administrators()
    if not waiting or not administrators or (last is not None and now - last < QUIET):
        return 0
    batch = uuid5(waiting[0].id, f"told {now.isoformat()}")
    with journal.deed(batch, actor=actor, now=now, name="notices.tell") as deed:
        told = [alert.id for alert in waiting if not _is_over(alert)]
        gone = [alert.id for alert in waiting if alert.id not in told]
        count = Alert.objects.filter(id__in=told, told_at__isnull=True).update(told_at=now, batch=batch)
        Alert.objects.filter(id__in=gone, told_at__isnull=True).update(told_at=now)
        if count:
            deed.record("notices", "tell", {"batch": str(batch), "alerts": count})
            for person_id in administrators:
                payload = {"batch": str(batch), "person": str(person_id)}
                deed.send(events.ALERTED, payload, key=f"alerts:{batch}:{person_id}")
    return count


def _is_over(alert: Alert) -> bool:
    return alert.kind == "incident" and alert.case is not None and alert.case.stuck_at is None


def _raise_dead(actor: Actor, now: datetime) -> None:
    """Raise an alert for each message that died; those that carry these very mails are left out, or one would beget the next."""
    dead = {str(message.id): message for message in outbox.list_owed("dead") if message.topic != events.ALERTED}
    for subject in dead.keys() - (queries.list_subjects("dead", dead) if dead else set()):
        topic = dead[subject].topic
        raise_alert(
            message_id=uuid5(dead[subject].id, "dead"), actor=actor, now=now, kind="dead", subject=subject, detail=topic
        )


def _mind_failing_jobs(actor: Actor, now: datetime) -> None:
    """Raise one alert for each job that keeps failing, however much it fails at, and take it away once all of it works."""
    failing, raised = outbox.list_failing_jobs(), queries.list_all_subjects("job")
    for job in failing.keys() - raised:
        times, since = failing[job]
        if times >= outbox.STUBBORN:
            raise_alert(
                message_id=uuid5(NAMESPACE_OID, f"{job} fails since {since.isoformat()}"), actor=actor, now=now,
                kind="job", subject=job, detail=job,
            )  # fmt: skip
    if over := raised - failing.keys():
        with journal.deed(uuid4(), actor=actor, now=now, name="notices.job-again") as deed:
            Alert.objects.filter(kind="job", subject__in=over).delete()
            deed.record("notices", "job-again", {"jobs": sorted(over)})
