"""Every read of the board."""

from collections.abc import Collection
from uuid import UUID

from balai.rooms.audits.models import Entry

SHOWN = 50


def list_entries(limit: int = SHOWN) -> list[Entry]:
    """List the newest lines. One query."""
    return list(Entry.objects.order_by("-at")[:limit])


def list_written(person_ids: Collection[UUID]) -> list[Entry]:
    """List the lines that a person wrote, newest first. One query."""
    return list(Entry.objects.filter(author_id__in=person_ids).order_by("-at"))
