"""Every read of outages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from balai.base import readonly, sql
from balai.base.errors import NotFound
from balai.records.outages.models import Announcement, Outage

SHOWN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Stretch:
    """One outage as those who count time need it."""

    id: UUID
    began_at: datetime
    ended_at: datetime
    how: str
    drill: bool

    @property
    def length(self) -> timedelta:
        """Tell how long it lasted."""
        return self.ended_at - self.began_at


def get_outage(outage_id: UUID) -> Stretch:
    """Fetch an outage. :raises NotFound:"""
    found = Outage.objects.filter(id=outage_id).first()
    if found is None:
        raise NotFound
    return _stretch(found)


def list_owed() -> list[Stretch]:
    """List the outages whose time citizens have not all been given back, oldest first. One query."""
    return [_stretch(one) for one in Outage.objects.filter(spread_at__isnull=True, drill=False).order_by("began_at")]


def list_recent(now: datetime, *, drills: bool = False) -> list[Stretch]:
    """List the outages of the last months, newest first. One query."""
    found = Outage.objects.filter(ended_at__gte=now - SHOWN).order_by("-began_at")
    return [_stretch(one) for one in (found if drills else found.filter(drill=False))]


def _stretch(one: Outage) -> Stretch:
    return Stretch(one.id, one.began_at, one.ended_at, one.how, one.drill)


def list_announcements() -> Sequence[Announcement]:
    """List what is announced now, newest first. One query."""
    return list(Announcement.objects.filter(ended_at__isnull=True).order_by("-at"))


def find_pulse() -> datetime | None:
    """Tell when a worker last gave a sign of life."""
    row = sql.row("SELECT at FROM outages_pulse WHERE id = 1")
    return sql.as_datetime(row[0]) if row else None


def find_read_only() -> readonly.ReadOnlyState | None:
    """Find out whether the hall is read-only now."""
    return readonly.find()
