"""Every read of the archive."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from balai.base import holdings
from balai.base.errors import NotFound
from balai.casework.archive.models import Forgetting
from balai.casework.cases import queries as cases
from balai.casework.cases.queries import Listed
from balai.casework.catalogue import queries as catalogue
from balai.records.filing import queries as filing
from balai.records.filing.models import Hold, Record
from balai.records.offices import queries as offices
from balai.records.people import queries as people

CASE = "case"  # the kind as which cases are filed
CASE_STREAM = "archive"  # the journal's streams of how they are kept, named before there was filing


def find_record(case_id: UUID) -> Record | None:
    """Find how a case is kept, once it is filed."""
    return filing.find_record(CASE, case_id)


def list_records(case_ids: Collection[UUID]) -> dict[UUID, Record]:
    """Read how some cases are kept, those that are filed."""
    return filing.list_records(CASE, case_ids)


def list_held_ids(case_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of some cases are under a hold."""
    return filing.list_held_ids(CASE, case_ids)


def list_holds(case_id: UUID) -> list[Hold]:
    """List the holds on a case, lifted ones too."""
    return filing.list_holds(CASE, case_id)


def describe(case_ids: Collection[UUID], lang: str) -> dict[UUID, str]:
    """Say of some cases what was applied for. One query."""
    found = cases.list_versions_of(case_ids)
    return {each: catalogue.get_service(*version).text("title", lang) for each, version in found.items()}


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
class ForgettingPlan:
    """What forgetting a person destroys and what it leaves; `barred` says why it cannot be done now."""

    person_id: UUID
    destroyed: dict[str, int]
    staying: tuple[StayingCase, ...]
    barred: tuple[str, ...]

    @property
    def kept(self) -> dict[str, int]:
        """Count what stays by its reason."""
        return dict(Counter(one.why for one in self.staying))


def plan_forgetting(person_id: UUID, on: date) -> ForgettingPlan:
    """Work out what forgetting a person would destroy, what must stay and why. :raises NotFound: unknown or forgotten."""
    account_id = people.get_person(person_id).account_id
    found = cases.list_applied(person_id)
    ids = [one.case_id for one in found if one.case_id]
    records, held = list_records(ids), list_held_ids(ids)
    staying = tuple(_staying(one, records, held, on) for one in found)
    also = HELD not in {one.why for one in staying} and filing.is_held_about([person_id], but=CASE)
    officer = offices.is_officer(person_id, on) or bool(account_id and people.get_account(account_id).is_administrator)
    barred = [why for why in (OPEN, HELD) if any(one.why == why for one in staying)] + ([HELD] if also else [])
    return ForgettingPlan(
        person_id, holdings.count(person_id), staying, tuple(barred + (["officer"] if officer else []))
    )


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
