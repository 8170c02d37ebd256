"""Numbers drawn beforehand, by the lot they were drawn in."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count

from balai.casework.cases.models import DrawnNumber


def count_drawn(lots: Collection[UUID], state: str) -> dict[UUID, int]:
    """Count the numbers of some lots that are in a state (out | used | unused), by lot. One query."""
    return dict(DrawnNumber.objects.filter(lot__in=lots, state=state).values_list("lot").annotate(Count("code")))


def list_used(codes: Collection[str]) -> frozenset[str]:
    """List which of some drawn numbers, by their eight letters, opened a case. One query, none for none."""
    if not codes:
        return frozenset()
    return frozenset(DrawnNumber.objects.filter(code__in=codes, state="used").values_list("code", flat=True))
