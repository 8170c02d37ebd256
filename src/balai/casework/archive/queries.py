"""Every read of the archive."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from balai.base import holdings
from balai.base.errors import NotFound
from balai.casework.archive.models import Forgetting, Hold, Record
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import Listed
from balai.records.offices import queries as offices
from balai.records.people import queries as people


def find_record(case_id: UUID) -> Record | None:
    """Find how a case is kept, once it is filed."""
    return Record.objects.filter(case_id=case_id).first()


Which = Literal["due", "soon", "held", "all"]
SOON = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of the archive list: a case, masked, with its schedule if it is filed, and whether it is held."""

    number: str
    service_id: str
    service_key: str
    unit_name: str
    record: Record | None
    held: bool


def list_kept(
    paths: Collection[str], which: Which, on: date, *, class_code: str = "", start: int = 0, limit: int = 40
) -> tuple[list[Kept], int]:
    """List what is kept in the units under some paths, what falls due first, and count it all. Two queries.

    `due` has run out by the date and is not held; `soon` runs out within a year; `held` is under a hold, filed or not.
    """
    if which == "held":
        return _list_held(paths, start, limit)
    found = Record.objects.filter(_within(paths), **({"class_code": class_code} if class_code else {}))
    found = found.annotate(held=Exists(_holds()))
    if which == "due":
        found = found.filter(falls_due_on__lte=on, held=False)
    elif which == "soon":
        found = found.filter(falls_due_on__gt=on, falls_due_on__lte=on + SOON)
    rows = found.select_related("case__unit").order_by("falls_due_on", "case__number")[start : start + limit]
    return [_kept(row, held=row.held) for row in rows], found.count()


def _list_held(paths: Collection[str], start: int, limit: int) -> tuple[list[Kept], int]:
    """List each held case once, however many holds are on it."""
    first = _holds().filter(id__lt=OuterRef("id"))
    found = Hold.objects.filter(_within(paths), ~Exists(first), lifted_at__isnull=True)
    rows = found.select_related("case__unit", "case__record").order_by("placed_at")[start : start + limit]
    return [
        Kept(row.case.number, row.case.service_id, row.case.service_key, row.case.unit.name,
             getattr(row.case, "record", None), True)
        for row in rows
    ], found.count()  # fmt: skip


def _kept(row: Record, *, held: bool) -> Kept:
    return Kept(row.case.number, row.case.service_id, row.case.service_key, row.case.unit.name, row, held)


def _within(paths: Collection[str]) -> Q:
    below = Q(pk__in=())
    for path in paths:
        below |= Q(case__unit__path__startswith=path)
    return below


def _holds() -> QuerySet[Hold]:
    return Hold.objects.filter(case_id=OuterRef("case_id"), lifted_at__isnull=True)


def list_classes(paths: Collection[str]) -> list[str]:
    """List the classes under which something is kept in the units under some paths."""
    found = Record.objects.filter(_within(paths)).order_by("class_code")
    return list(found.values_list("class_code", flat=True).distinct())


def list_held_ids(case_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of some cases are under a hold."""
    return set(Hold.objects.filter(case_id__in=case_ids, lifted_at__isnull=True).values_list("case_id", flat=True))


def list_records(case_ids: Collection[UUID]) -> dict[UUID, Record]:
    """Read how some cases are kept, those that are filed."""
    return {row.case_id: row for row in Record.objects.filter(case_id__in=case_ids)}


def list_holds(case_id: UUID) -> list[Hold]:
    """List the holds on a case, lifted ones too."""
    return list(Hold.objects.filter(case_id=case_id).order_by("placed_at"))


def count_by_class() -> list[tuple[str, str, int]]:
    """Count what is kept by class and fate."""
    found = Record.objects.values_list("class_code", "fate").annotate(n=Count("case_id")).order_by("class_code")
    return [(code, fate, n) for code, fate, n in found]


# ---- forgetting a person ---------------------------------------------------------------------------------------------

# Why a case stays. An open or held one also keeps its applicant, who must be reached and known.
OPEN, HELD, UNFILED, RETENTION, PERMANENT, PROCEDURE = (
    "open", "held", "unfiled", "retention", "permanent", "procedure",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StayingCase:
    """A case that stays when its applicant is forgotten, why, and until when if a date says so."""

    number: str
    service_id: str
    service_key: str
    why: str
    until: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What forgetting a person destroys and what it leaves; `barred` says why it cannot be done now."""

    person_id: UUID
    destroyed: dict[str, int]
    staying: tuple[StayingCase, ...]
    barred: tuple[str, ...]

    @property
    def kept(self) -> dict[str, int]:
        """Count what stays by its reason."""
        return dict(Counter(one.why for one in self.staying))


def plan_forgetting(person_id: UUID, on: date) -> Plan:
    """Work out what forgetting a person would destroy, what must stay and why. :raises NotFound: unknown or forgotten."""
    account_id = people.get_person(person_id).account_id
    found = cases.list_applied(person_id)
    ids = [one.case_id for one in found if one.case_id]
    records, held = list_records(ids), list_held_ids(ids)
    staying = tuple(_staying(one, records, held, on) for one in found)
    officer = offices.is_officer(person_id, on) or bool(account_id and people.get_account(account_id).is_administrator)
    barred = [why for why in (OPEN, HELD) if any(one.why == why for one in staying)]
    return Plan(person_id, holdings.count(person_id), staying, tuple(barred + (["officer"] if officer else [])))


def _staying(one: Listed, records: Mapping[UUID, Record], held: set[UUID], on: date) -> StayingCase:
    assert one.case_id is not None, "a listed case has an id"
    record = records.get(one.case_id)
    if one.case_id in held:
        why = HELD
    elif one.status != "closed":
        why = OPEN
    elif record is None:
        why = UNFILED
    elif record.falls_due_on is None:
        why = PERMANENT
    else:
        # Archives are destroyed by a procedure of their own (panel, approval, record), never by this deed.
        why = RETENTION if record.falls_due_on > on or record.fate != "destroy" else PROCEDURE
    until = record.falls_due_on if record is not None and why == RETENTION else None
    return StayingCase(one.number, one.service_id, one.service_key, why, until)


def find_open_wish(person_id: UUID) -> Forgetting | None:
    """Find the wish to be forgotten that a person has open."""
    return Forgetting.objects.filter(person_id=person_id, state="open").first()


def find_last_wish(person_id: UUID) -> Forgetting | None:
    """Find the newest wish of a person, whatever came of it."""
    return Forgetting.objects.filter(person_id=person_id).order_by("-asked_at").first()


def list_wishes(state: str, *, limit: int = 100) -> list[Forgetting]:
    """List the wishes to be forgotten in a state: open ones oldest first, others newest first."""
    found = Forgetting.objects.filter(state=state).select_related("person")
    return list(found.order_by("asked_at" if state == "open" else "-decided_at")[:limit])


def count_open_wishes() -> int:
    """Count the wishes to be forgotten that wait for an administrator."""
    return Forgetting.objects.filter(state="open").count()


def get_wish(wish_id: UUID) -> Forgetting:
    """Fetch a wish. :raises NotFound:"""
    found = Forgetting.objects.select_related("person").filter(id=wish_id).first()
    if found is None:
        raise NotFound
    return found
