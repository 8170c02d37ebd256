"""Every write of readings: a person's wish, what law keeps back, what a rule finds, who is told and alarmed, and what a head settles."""

from collections.abc import Collection, Iterator
from datetime import datetime, time
from uuid import NAMESPACE_OID, UUID, uuid5

from django.conf import settings
from django.utils.timezone import localdate, localtime

from balai.base import intake, journal, readings
from balai.base.actors import Actor
from balai.base.errors import Conflict, NotAllowed, NotFound
from balai.base.models import Access
from balai.base.pages.moments import moment
from balai.base.pages.texts import say
from balai.casework.cases import queries as cases
from balai.casework.issuing import queries as issuing
from balai.casework.notices import actions as notices
from balai.casework.notices import kinds
from balai.casework.readings import events, policy, queries, rules
from balai.casework.readings.models import Delay, Finding, Place, Wish
from balai.records.documents import queries as documents
from balai.records.errors import wrong
from balai.records.offices import queries as offices
from balai.records.offices import roles
from balai.records.offices.queries import Sat
from balai.records.people import queries as people
from balai.records.protection import policy as protection
from balai.records.protection import queries as protections

HOUSE = Actor("system", "clock", name="readings")
LOOKED, ALARMED = "readings.looked", "readings.alarmed"

kinds.kind(LOOKED, page="citizen.readings")
kinds.kind(ALARMED, page="officer.readings", audience="officer")


def set_wish(*, command_id: UUID, actor: Actor, now: datetime, wanted: bool) -> None:
    """Note whether a person wants to be told of the first look from outside their cases. :raises NotAllowed: for whoever is unknown."""
    if actor.person_id is None:
        raise NotAllowed
    with journal.deed(command_id, actor=actor, now=now, name="readings.wish", digest=journal.digest_of(wanted)) as deed:
        if deed.repeated:
            return
        person_id = people.hold_stayed(actor.person_id)
        Wish.objects.update_or_create(person_id=person_id, defaults={"wanted": wanted, "at": now})
        deed.record(f"person:{person_id}", f"readings-{events.WISHED}", {"wanted": wanted})


def delay(
    *, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, reader_id: UUID, kind: str, reference: str,
    until: datetime | None,
) -> UUID:  # fmt: skip
    """Keep one reader's readings of one person back, as a law in force lets a head do, from now until a moment. Gives its id.

    :raises NotAllowed: for whoever heads no unit, and for readings of one's own (`four-eyes`).
    :raises Invalid: `readings-delay` names what is missing, or longer than the law lets it be.
    """
    protection.require_head(actor, now)
    if reader_id == actor.person_id:
        raise NotAllowed("four-eyes")
    ground = next((one for one in rules.list_grounds(localdate(now)) if one.id == kind), None)
    longest = ground.longest_days if ground else 0
    faults = {
        "kind": ground is None,
        "reference": not reference.strip(),
        "until": until is None or not 0 < (until - now).total_seconds() <= longest * 86_400,
    }
    if any(faults.values()):
        raise wrong("readings-delay", *(name for name, fault in faults.items() if fault))
    digest = journal.digest_of(str(person_id), str(reader_id), kind, reference, until)
    with journal.deed(command_id, actor=actor, now=now, name="readings.delay", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer["delay"])
        people.lock_person(person_id)
        assert until is not None and actor.person_id is not None
        row = Delay.objects.create(
            id=uuid5(deed.id, "delay"), person_id=person_id, reader_id=reader_id, kind=kind,
            reference=intake.line(reference, 120, "reference"), since=now, until=until, set_by=actor.person_id,
        )  # fmt: skip
        deed.record(f"readings-delay:{row.id}", events.DELAYED, {"kind": kind, "until": until.isoformat()})
        deed.answer = {"delay": str(row.id)}
        return row.id


def settle(*, command_id: UUID, actor: Actor, now: datetime, finding_id: UUID, state: str, note: str) -> None:
    """Say what came of an unusual reading: it was explained, or acted upon; by a head of the reader's unit, never the reader.

    :raises NotFound: unknown, or another unit's. :raises NotAllowed: :raises Conflict: `readings-settled`.
    :raises Invalid: `readings-note`.
    """
    note = intake.words(note, 400, "note")
    if state not in rules.STATES or len(note) < rules.LEAST_NOTE:
        raise wrong("readings-note", *(["state"] if state not in rules.STATES else ["note"]))
    digest = journal.digest_of(str(finding_id), state, note)
    with journal.deed(command_id, actor=actor, now=now, name="readings.settle", digest=digest) as deed:
        if deed.repeated:
            return
        row = policy.require_settler(actor, queries.find_finding(finding_id), now)
        settled = Finding.objects.filter(id=row.id, state="open").update(
            state=state, settled_at=now, settled_by=actor.person_id, note=note
        )
        if not settled:
            raise Conflict("readings-settled")
        deed.record(f"reading:{row.access_id}", events.SETTLED, {"state": state, "rule": row.rule})


# ---- what the house judges by itself ----------------------------------------------------------------------------------


def begin(now: datetime) -> None:
    """Begin to judge at the end of the log as it stands: what was read before the rules came is not judged."""
    with journal.deed(uuid5(NAMESPACE_OID, "readings.begin"), actor=HOUSE, now=now, name="readings.begin") as deed:
        if not deed.repeated:
            Place.objects.get_or_create(id=1, defaults={"last": readings.find_last()})


def move_on(last: int, now: datetime) -> None:
    """Note how far the log was judged."""
    with journal.deed(uuid5(NAMESPACE_OID, f"readings.place {last}"), actor=HOUSE, now=now, name="readings.place"):
        Place.objects.filter(id=1, last__lt=last).update(last=last)


def judge(row: Access, *, now: datetime) -> int:
    """Judge one reading by an officer: find what is unusual in it, tell the person, alarm the head. Tells how many findings."""
    reader_id = queries.person_of(row.actor)
    if reader_id is None or not row.actor.startswith("officer:") or row.object.startswith("list:"):
        return 0
    case_id = _case_of(row)
    work = cases.get_work(case_id) if case_id else None
    person_id = row.person_id or (work.applicant_id if work else None)
    day = localdate(row.at)
    sat = tuple(
        one for one in offices.list_sat([reader_id]).get(reader_id, ()) if one.from_date <= day <= (one.to_date or day)
    )
    found = list(_unusual(row, reader_id, person_id, case_id, work, sat)) if person_id != reader_id else []
    command = uuid5(NAMESPACE_OID, f"readings.judge {row.id}")
    with journal.deed(command, actor=HOUSE, now=now, name="readings.judge") as deed:
        if deed.repeated:
            return 0
        for rule in found:
            Finding.objects.create(
                id=uuid5(deed.id, rule), access_id=row.id, rule=rule, at=row.at, person_id=person_id,
                reader_id=reader_id, case_id=case_id if work else None, unit_path=sat[0].unit_path if sat else "/",
            )  # fmt: skip
            deed.record(f"reading:{row.id}", events.FOUND, {"rule": rule})
        whose = [one for one in (person_id, work.vault_id if work else None) if one]
        if whose:
            _alarm(deed, row, whose)
    if person_id is not None and person_id != reader_id and not row.refused:
        _tell(row, person_id, reader_id, sat, now)
    return len(found)


def _case_of(row: Access) -> UUID | None:
    kind, _, rest = row.object.partition(":")
    try:
        found = UUID(rest)
    except ValueError:
        return None
    if kind == "case":
        return found
    if kind == "document":
        vault_id = documents.find_vault(found)
        return cases.find_case_of_vault(vault_id) if vault_id else None
    return issuing.find_case_of(found) if kind == "letter" else None


def _unusual(
    row: Access, reader_id: UUID, person_id: UUID | None, case_id: UUID | None, work: cases.Work | None,
    sat: tuple[Sat, ...],
) -> Iterator[str]:  # fmt: skip
    """Name the rules by which a reading is unusual, each once a day for the same reader and the same data."""
    held = {one.role for one in sat}
    since = datetime.combine(localdate(row.at), time(), localtime(row.at).tzinfo)
    for rule in rules.list_rules():
        if held & set(rule.spares) or queries.is_found(rule.id, reader_id, person_id, case_id, since):
            continue
        if rule.id == "no-task":
            hit = work is not None and not _has_business(row, reader_id, held, work)
        else:
            hit = person_id is not None and _are_close(rule, reader_id, person_id, case_id)
        if hit:
            yield rule.id


def _has_business(row: Access, reader_id: UUID, held: set[str], work: cases.Work) -> bool:
    """Tell whether a reader had work on a case: a task of theirs, one to take, or the stated purpose of an auditor."""
    return reader_id in work.tasked or bool(held & work.open_roles) or row.purpose.startswith("audit:")


def _are_close(rule: rules.ReadingRule, reader_id: UUID, person_id: UUID, case_id: UUID | None) -> bool:
    """Tell whether reader and person are neighbours or namesakes; the house opens both records for that, and keeps nothing."""
    try:
        one, other = people.get_person(reader_id), people.get_person(person_id)
    except NotFound:
        return False
    if rule.id == "namesake":
        return other.kind == "natural" and rules.is_namesake(one.name, other.name, rule.common)
    if rule.id != "neighbour":
        return False
    lives = [rules.NamesAndHome(each.name, each.village, each.address) for each in (one, other)]
    return rules.is_neighbour(*lives) or (case_id is not None and cases.share_household(reader_id, case_id))


def _alarm(deed: journal.Deed, row: Access, whose: Collection[UUID]) -> None:
    """Tell the heads who answer for a protected person or case of every reading."""
    paths = set(protections.find_unit_paths(whose).values())
    if not paths:
        return
    today = localdate(row.at)
    heads = {one for path in paths for role in roles.heads() for one in offices.list_holders(path, role, today)}
    for head in sorted(heads):
        notices.tell(
            deed, head, ALARMED,
            lambda lang: {"at": moment(row.at, lang), "refused": say(f"readings.refused.{'yes' if row.refused else 'no'}", lang)},
        )  # fmt: skip
    deed.record(f"reading:{row.id}", events.ALARMED, {"heads": len(heads)})


def _tell(row: Access, person_id: UUID, reader_id: UUID, sat: tuple[Sat, ...], now: datetime) -> None:
    """Tell a person who wants it of the first look of a day from an office that handles no case of theirs."""
    if not queries.list_wanting([person_id]) or queries.is_delayed(person_id, reader_id, row.at, now):
        return
    paths = cases.list_units_of(person_id)
    if any(path.startswith(one.unit_path) for path in paths for one in sat):
        return
    office, day = (sat[0].unit_path if sat else ""), localdate(row.at)
    command = uuid5(NAMESPACE_OID, f"{LOOKED} {person_id} {office} {day.isoformat()}")
    with journal.deed(command, actor=HOUSE, now=now, name=LOOKED) as deed:
        if deed.repeated:
            return
        name = sat[0].unit_name if sat else str(settings.BALAI_URL)
        notices.tell(deed, person_id, LOOKED, lambda lang: {"office": name, "at": moment(row.at, lang)})
        deed.record(f"person:{person_id}", f"readings-{events.TOLD}", {"day": day.isoformat()})


# ---- forgetting -------------------------------------------------------------------------------------------------------


def forget(deed: journal.Deed, person_id: UUID, reason: str) -> None:
    """Take away what a forgotten person wished and what was kept back about them; of a finding goes whose data it was."""
    Wish.objects.filter(person_id=person_id).delete()
    Delay.objects.filter(person_id=person_id).delete()
    Finding.objects.filter(person_id=person_id).update(person=None)
