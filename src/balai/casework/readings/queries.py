"""Every read of readings: who looked at a person's data by reader and day, and what is out of the ordinary."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate

from balai.base import readings
from balai.base.models import Access, Entry, Failure
from balai.base.readings import About
from balai.casework.cases import queries as cases
from balai.casework.issuing import queries as issuing
from balai.casework.readings import rules
from balai.casework.readings.models import Delay, Finding, Place, Wish
from balai.records.documents import queries as documents
from balai.records.offices import queries as offices
from balai.records.offices.queries import Sat
from balai.records.people import queries as people
from balai.records.protection import policy as protection
from balai.records.protection import queries as protections

PAGE = 20


@dataclass(frozen=True, slots=True)
class Purpose:
    """One thing a reader did in a day: why, to what, and how often."""

    purpose: str
    object: str
    refused: bool
    times: int


@dataclass(frozen=True, slots=True)
class ReaderDay:
    """What one reader did on one day with a person's data."""

    day: date
    actor: str
    kind: str  # officer | person | machine | system
    name: str  # "" where law does not let it be shown, or of whoever was forgotten
    offices: tuple[str, ...]  # post and unit, as held on that day
    opened: int
    listed: int
    refused: int
    worked: int
    signed: int
    purposes: tuple[Purpose, ...] = ()


@dataclass(frozen=True, slots=True)
class ReadersPage:
    """One page of who looked; `delayed` says that law keeps something back for now."""

    lines: tuple[ReaderDay, ...]
    total: int
    delayed: bool


@dataclass(frozen=True, slots=True)
class ReadingSubject:
    """Whose readings: what the log is asked for, the streams in which officers worked, and whose own looks do not count."""

    about: About
    case_ids: tuple[UUID, ...]
    letter_ids: tuple[UUID, ...]
    own: tuple[UUID, ...]
    person_ids: tuple[UUID, ...]


def of_person(person_id: UUID) -> ReadingSubject:
    """Give what is asked for a person: their records, and all their cases. Three queries."""
    ids = (person_id, *people.list_joined(person_id))
    own = tuple(cases.list_ids_of(ids))
    letters = tuple(issuing.list_letter_ids(own))
    return ReadingSubject(About(ids, case_ids=own, objects=_objects(own, letters)), own, letters, ids, ids)


def of_case(case_id: UUID, applicant_id: UUID | None, vault_id: UUID) -> ReadingSubject:
    """Give what is asked beside one case: itself, its papers and letters. Two queries."""
    letters = tuple(issuing.list_letter_ids([case_id]))
    objects = (*_objects((case_id,), letters), *(f"document:{one}" for one in documents.list_ids(vault_id)))
    own = (applicant_id,) if applicant_id else ()
    return ReadingSubject(About(objects=objects, case_ids=(case_id,)), (case_id,), letters, own, own)


def list_guarded(reader_id: UUID, now: datetime) -> frozenset[str]:
    """List what the log calls the cases under protection, their papers and letters, but those whose posts this reader holds.

    One query where no case is, four and one for each such case else.
    """
    guarded = protections.list_guarded_vaults()
    if not guarded:
        return frozenset()
    hidden = protection.list_hidden(reader_id, guarded, now)
    return frozenset(
        name for case_id, vault_id in cases.list_ids_of_vaults(hidden)
        for name in of_case(case_id, None, vault_id).about.objects
    )  # fmt: skip


def _objects(case_ids: Collection[UUID], letters: Collection[UUID]) -> tuple[str, ...]:
    return (*(f"case:{one}" for one in case_ids), *(f"letter:{one}" for one in letters))


def tell(
    subject: ReadingSubject, *, zone: ZoneInfo, now: datetime, start: int = 0, limit: int | None = PAGE
) -> ReadersPage:
    """Tell who looked, worked and signed, by reader and day, newest first. Six queries however much there is.

    `limit` None tells all of it, without the purposes of each line.
    """
    kept = [(one.reader_id, one.since, one.until) for one in _list_delays(subject, now)]
    seen = readings.list_days(subject.about, zone, without=subject.own, hidden=kept)
    merged = {(one.day, one.actor): one for one in seen}
    work = _list_work(subject, zone)
    keys = sorted(merged.keys() | work.keys(), key=lambda key: (-key[0].toordinal(), key[1]))
    shown = keys if limit is None else keys[start : start + limit]
    persons = {reader for _, actor in shown if (reader := person_of(actor))}
    names = people.list_names(persons) if persons else {}
    held = offices.list_sat(persons) if persons else {}
    purposes = _purposes(subject, shown, zone) if limit is not None and shown else {}
    lines = []
    for key in shown:
        day, actor = key
        reader, one, (worked, signed) = person_of(actor), merged.get(key), work.get(key, (0, 0))
        counted = (one.opened, one.listed, one.refused) if one else (0, 0, 0)
        lines.append(
            ReaderDay(
                day, actor, actor.partition(":")[0],
                names.get(reader, "") if reader and rules.shows_names(day) else "",
                _posts(held.get(reader, ()) if reader else (), day), *counted, worked, signed,
                purposes.get(key, ()),
            )
        )  # fmt: skip
    return ReadersPage(tuple(lines), len(keys), bool(kept))


def person_of(actor: str) -> UUID | None:
    """Read who an actor's reference in the log names; None for machines and the house itself."""
    kind, _, rest = actor.partition(":")
    try:
        return UUID(rest) if kind in ("officer", "person") else None
    except ValueError:
        return None


def _posts(held: Sequence[Sat], day: date) -> tuple[str, ...]:
    return tuple(f"{one.title}, {one.unit_name}" for one in held if one.from_date <= day <= (one.to_date or day))


def _list_work(subject: ReadingSubject, zone: ZoneInfo) -> dict[tuple[date, str], tuple[int, int]]:
    """Count by day and officer the steps they did on the cases and the letters they signed. One query."""
    streams = [*(f"case:{one}" for one in subject.case_ids), *(f"letter:{one}" for one in subject.letter_ids)]
    found = (
        Entry.objects.filter(stream__in=streams, actor__startswith="officer:", action__in=("complete", "sign", "revoke"))
        .annotate(day=TruncDate("at", tzinfo=zone))
        .values("day", "actor")
        .annotate(
            worked=Count("id", filter=Q(action__in=("complete", "revoke"))), signed=Count("id", filter=Q(action="sign")),
            last=Max("at"),
        )
    )  # fmt: skip
    return {(one["day"], one["actor"]): (one["worked"], one["signed"]) for one in found}


def _purposes(
    subject: ReadingSubject, keys: Sequence[tuple[date, str]], zone: ZoneInfo
) -> dict[tuple[date, str], tuple[Purpose, ...]]:
    """Gather what the readers of some lines did, the same purpose for the same thing counted. One query."""
    days = [day for day, _ in keys]
    since = datetime.combine(min(days), time(), zone)
    until = datetime.combine(max(days), time(), zone) + timedelta(days=1)
    counted: dict[tuple[date, str], dict[tuple[str, str, bool], int]] = {key: {} for key in keys}
    for at, actor, purpose, object, refused in readings.list_purposes(
        subject.about, since, until, {actor for _, actor in keys}
    ):
        kept = counted.get((at.astimezone(zone).date(), actor))
        if kept is not None:
            word = (purpose.partition(":")[0], object, refused)
            kept[word] = kept.get(word, 0) + 1
    return {
        key: tuple(Purpose(*word, times) for word, times in sorted(found.items())) for key, found in counted.items()
    }


# ---- what law keeps back, what a person wants -------------------------------------------------------------------------


def _list_delays(subject: ReadingSubject, now: datetime) -> list[Delay]:
    if not subject.person_ids:
        return []
    return list(Delay.objects.filter(person_id__in=subject.person_ids, since__lte=now, until__gt=now))


def wants_to_be_told(person_id: UUID) -> bool:
    """Tell whether a person wants to be told of the first look from outside their cases. One query."""
    return Wish.objects.filter(person_id=person_id, wanted=True).exists()


def list_wanting(person_ids: Collection[UUID]) -> set[UUID]:
    """List who of some persons wants to be told. One query."""
    found = Wish.objects.filter(person_id__in=person_ids, wanted=True)
    return set(found.values_list("person_id", flat=True))


def list_delays_about(person_ids: Collection[UUID]) -> list[Delay]:
    """List from when until when law kept something back about a person."""
    return list(Delay.objects.filter(person_id__in=person_ids).order_by("-since"))


# ---- what is out of the ordinary --------------------------------------------------------------------------------------


def list_findings(paths: Collection[str], *, state: str = "open", limit: int = 100) -> list[Finding]:
    """List unusual readings by officers of the units under some paths, newest first; "" is the whole town. One query."""
    within = Q(pk__in=())
    for path in paths:
        within |= Q(unit_path__startswith=path)
    found = Finding.objects.filter(within).select_related("person", "case")
    found = found.filter(state="open") if state == "open" else found.exclude(state="open")
    return list(found.order_by("-at")[:limit])


def find_finding(finding_id: UUID) -> Finding | None:
    """Find one unusual reading."""
    return Finding.objects.filter(id=finding_id).first()


def count_open(paths: Collection[str]) -> int:
    """Count the unusual readings that wait for a head. One query."""
    within = Q(pk__in=())
    for path in paths:
        within |= Q(unit_path__startswith=path)
    return Finding.objects.filter(within, state="open").count()


def list_findings_about(person_ids: Collection[UUID]) -> list[Finding]:
    """List the unusual readings of a person's data, and those by them as an officer."""
    return list(Finding.objects.filter(Q(person_id__in=person_ids) | Q(reader_id__in=person_ids)).order_by("-at"))


def get_place() -> int:
    """Tell how far the log was judged."""
    return Place.objects.filter(id=1).values_list("last", flat=True).first() or 0


def list_unjudged(job: str, until: datetime, limit: int) -> list[Access]:
    """List the readings that no rule has looked at: those it failed at before, then the new ones. Two queries."""
    place = get_place()
    failed = [int(one) for one in Failure.objects.filter(job=job).exclude(item="").values_list("item", flat=True)]
    again = list(Access.objects.filter(id__in=failed, id__lte=place).order_by("id")) if failed else []
    return [*again, *readings.list_after(place, until, limit)][:limit]


def is_found(rule: str, reader_id: UUID, person_id: UUID | None, case_id: UUID | None, since: datetime) -> bool:
    """Tell whether a rule found the same reader at the same data since a moment."""
    found = Finding.objects.filter(rule=rule, reader_id=reader_id, at__gte=since)
    same = Q(case_id=case_id) if case_id else Q(case__isnull=True)
    same &= Q(person_id=person_id) if person_id else Q(person__isnull=True)
    return found.filter(same).exists()


def is_delayed(person_id: UUID, reader_id: UUID, at: datetime, now: datetime) -> bool:
    """Tell whether law keeps back what a reader read of a person at a moment. One query."""
    found = Delay.objects.filter(person_id=person_id, reader_id=reader_id, since__lte=at, until__gt=now)
    return found.exists()
