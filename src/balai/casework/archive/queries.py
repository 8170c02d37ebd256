"""Every read of the archive."""

from datetime import date
from uuid import UUID

from django.db.models import Count, Exists, OuterRef

from balai.casework.archive.models import Hold, Record


def find_record(case_id: UUID) -> Record | None:
    """Find how a case is kept, once it is filed."""
    return Record.objects.filter(case_id=case_id).first()


def list_due(on: date, *, limit: int = 200) -> list[Record]:
    """List what falls due by a date and is under no hold, oldest first."""
    held = Hold.objects.filter(case_id=OuterRef("case_id"), lifted_at__isnull=True)
    found = Record.objects.filter(~Exists(held), falls_due_on__lte=on).select_related("case")
    return list(found.order_by("falls_due_on")[:limit])


def list_holds(case_id: UUID) -> list[Hold]:
    """List the holds on a case, lifted ones too."""
    return list(Hold.objects.filter(case_id=case_id).order_by("placed_at"))


def count_by_class() -> list[tuple[str, str, int]]:
    """Count what is kept by class and fate."""
    found = Record.objects.values_list("class_code", "fate").annotate(n=Count("case_id")).order_by("class_code")
    return [(code, fate, n) for code, fate, n in found]
