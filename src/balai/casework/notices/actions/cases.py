"""What the holder and the officers of a case are told: as its service says, and the link when it was lost."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from django.utils.timezone import localdate

from balai.base import journal
from balai.base.actors import Actor
from balai.base.commands import command, once
from balai.base.errors import NotFound
from balai.base.pages import links
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import CaseRow
from balai.casework.catalogue import queries as catalogue
from balai.casework.notices import kinds, rules
from balai.casework.notices.actions.telling import Facts, Recipient, holder_of, page_of_case, tell, tell_holder, write
from balai.engine import forms, manifest
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.outages.queries import get_outage
from balai.records.people import queries as people
from balai.records.people.rules import same_contact
from balai.records.protection import policy as protection

kinds.kind("link-wanted", page="citizen.tracking", audience="applicant", by=("email", "sms"))
kinds.kind("sent-back", audience="officer", by=("desk",))
kinds.kind("silence-waits", page="officer.silence", audience="officer", by=("desk", "email"))
for _kind in ("citizen", "objection", "office"):
    kinds.kind(f"time-{_kind}", audience="applicant")


@command("notices.queue", answer=lambda told: 0)
def queue(*, message_id: UUID, actor: Actor, now: datetime, case_id: UUID, event: str, node: str) -> int:
    """Queue every notice that a service owes for an event of a case; tell how many."""
    with once() as deed:
        case = cases.read_case(case_id=case_id)
        service = catalogue.get_service(case.service_id, case.service_key)
        return sum(
            _announce(deed, case, service, notify, event, node, reader)
            for notify in service.notify
            if notify.when == event
            for reader in _readers(case, service, notify, now)
        )


def _readers(case: CaseRow, service: manifest.Service, notify: manifest.Notify, now: datetime) -> list[Recipient]:
    if notify.to == "applicant":
        return [holder_of(case)]
    officers: list[UUID] = []
    if notify.to == "assignee":
        officers = [task.assignee_id for task in case.open_tasks if task.assignee_id and task.role != "applicant"]
    else:
        for role in (*sorted(roles.heads()), *service.roles):
            found = offices.find_holders(case.unit_path, role, localdate(now), without=case.parties)
            if found is not None:
                officers = list(found.person_ids)
                break
    persons = [people.get_person(officer) for officer in dict.fromkeys(officers)]
    return [Recipient(one.id, {"email": one.email, "sms": one.phone}, one.language) for one in persons]


def _announce(
    deed: journal.Deed, case: CaseRow, service: manifest.Service, notify: manifest.Notify, event: str, node: str,
    reader: Recipient,
) -> int:  # fmt: skip
    """Put one event into the service's own words for one reader and keep it by each channel that the service names."""
    lang, page = reader.language, page_of_case(case, notify.to)
    if notify.to != "applicant" and reader.person_id is not None:  # what leaves the house is as veiled as its pages
        whose = [one for one in (case.applicant_id, case.vault_id) if one]
        case = cases.veil(case, service) if protection.list_hidden(reader.person_id, whose, deed.now) else case
    said = manifest.say_notice(
        service, event, lang, _about(case, service, node, notify.to, links.address(page[0], *page[1]), deed.now)
    )
    words = {**said, "subject": rules.one_line(said["subject"])}
    return write(deed, event, reader, notify.by, words, page, case=case, audience=notify.to)


def _about(
    case: CaseRow, service: manifest.Service, node: str, audience: str, link: str, now: datetime
) -> manifest.NoticeAbout:
    """Put together what a notice may tell of a case; who applied is named whole to themself alone."""
    return manifest.NoticeAbout(
        cases.scope(case, service, now), node, case.submitted_at, case.due_at,
        case.data.get("applicant", {}) if audience == "applicant" else {"name": case.holder_masked}, link,
        case.extended.get("reason", ""),
    )  # fmt: skip


@command("notices.sent-back", answer=lambda told: 0)
def tell_of_sending_back(
    *, message_id: UUID, actor: Actor, now: datetime, case_id: UUID, person_id: UUID, node: str
) -> int:
    """Tell an officer by their bell that a head sent a case back to them."""
    with once() as deed:
        case = cases.read_case(case_id=case_id)
        service = catalogue.get_service(case.service_id, case.service_key)

        def facts(lang: str) -> Mapping[str, object]:
            return {"number": case.number, "step": service.text(f"steps.{node}.title", lang, node)}

        return tell(deed, person_id, "sent-back", facts, case=case)


@command("notices.silence", answer=lambda told: 0)
def tell_of_silence(*, message_id: UUID, actor: Actor, now: datetime, case_id: UUID, rounds: int) -> int:
    """Tell who must confirm what silence decided, and as `rounds` go by heads ever higher up; tell how many notices."""
    with once() as deed:
        case = cases.read_case(case_id=case_id)
        if case.status == "closed":
            return 0
        service = catalogue.get_service(case.service_id, case.service_key)
        today, told = localdate(now), set[UUID]()
        told |= set(offices.list_holders(case.unit_path, roles.LEGAL, today, without=case.parties))
        for path in list(_upwards(case.unit_path))[:rounds]:
            for role in sorted(roles.heads()):
                told |= set(offices.list_holders(path, role, today, without=case.parties))

        def facts(lang: str) -> Mapping[str, object]:
            return {
                "number": case.number,
                "title": service.text("title", lang),
                "unit": case.unit_name,
                "count": rounds,
            }

        return sum(tell(deed, person, "silence-waits", facts, case=case) for person in sorted(told))


def _upwards(path: str) -> Iterator[str]:
    """Give the paths of a unit and of those above it, nearest first."""
    parts = path.strip("/").split("/")
    for count in range(len(parts), 0, -1):
        yield f"/{'/'.join(parts[:count])}/"


def send_link(*, actor: Actor, now: datetime, number: str, contact: str) -> None:
    """Send the link of a case again to its own contact; for a wrong number or contact nothing happens, and nobody is told.

    One link an hour and contact is enough, however often it is asked for.
    """
    try:
        case = cases.read_case(number=number)
    except NotFound:
        return
    kept = case.data.get("contact", {})
    means = next((name for name in ("email", "phone") if same_contact(contact, str(kept.get(name, "")))), "")
    if not means:
        return
    hourly = uuid5(case.id, f"link:{means}:{now:%Y%m%d%H}")
    with journal.deed(hourly, actor=actor, now=now, name="notices.send-link") as deed:
        if not deed.repeated:
            only, args = ("email" if means == "email" else "sms"), (case.number, kept["track_code"])
            tell_holder(deed, case, "link-wanted", {"number": case.number}, args=args, only=only)


@command("notices.time", answer=lambda told: 0)
def tell_of_time(*, message_id: UUID, actor: Actor, now: datetime, case_id: UUID, outage_id: UUID, kind: str) -> int:
    """Tell a case's holder that an outage moved a deadline (`citizen`, `objection`, `office`), and to when; tell how many notices."""
    with once() as deed:
        found = cases.find_extension(case_id, outage_id, kind)
        try:
            case = cases.read_case(case_id=case_id)
        except NotFound:
            return 0  # forgotten meanwhile
        if found is None:
            return 0
        due, reason = found
        outage = get_outage(outage_id)
        zone = ZoneInfo(catalogue.get_service(case.service_id, case.service_key).zone)

        def facts(lang: str) -> Facts:
            began, ended, until = (
                f"{forms.format_date(local.date(), lang)}, {local:%H.%M}"
                for local in (at.astimezone(zone) for at in (outage.began_at, outage.ended_at, due))
            )
            return {"case": case.number, "began_at": began, "ended_at": ended, "due": until, "reason": reason}

        return tell_holder(deed, case, f"time-{kind}", facts)
