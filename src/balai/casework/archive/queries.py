"""Every read of the archive."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from balai.casework.archive.models import Hold, Record


def find_record(case_id: UUID) -> Record | None:
    """Find how a case is kept, once it is filed."""
    return Record.objects.filter(case_id=case_id).first()


def list_due(on: date, *, limit: int = 200) -> list[Record]:
    """List what falls due by a date and is under no hold, oldest first."""
    found = Record.objects.filter(~Exists(_holds()), falls_due_on__lte=on).select_related("case")
    return list(found.order_by("falls_due_on")[:limit])


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
