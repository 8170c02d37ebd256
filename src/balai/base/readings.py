"""Who read what of a person: the access log asked from the side of whom it is about, folded by reader and day.

Rows of lists count as readings of everybody who stood in them: their members are kept as keyed hashes (`access_log.record_access`).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate

from balai.base import access_log
from balai.base.models import Access, AccessMember


@dataclass(frozen=True, slots=True)
class About:
    """Whose readings are asked for: a person with their joined records, or the one thing (a case, its papers) named by objects."""

    person_ids: tuple[UUID, ...] = ()
    objects: tuple[str, ...] = ()
    case_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class DayOf:
    """What one reader did on one day: opened, saw in lists, was refused; the latest of it."""

    day: date
    actor: str
    opened: int
    listed: int
    refused: int
    last_at: datetime


def _rows(about: About, without: Collection[UUID]) -> QuerySet[Access]:
    hashes = [access_log.member_hash(one) for one in (*about.person_ids, *about.case_ids)]
    lists = AccessMember.objects.filter(person_hash__in=hashes).values("list_id")
    found = Access.objects.filter(
        Q(person_id__in=about.person_ids) | Q(object__in=about.objects) | Q(list_id__in=lists)
    )
    own = [f"{kind}:{one}" for kind in ("person", "machine") for one in without]
    return found.exclude(actor__in=own)


def list_days(
    about: About, zone: ZoneInfo, *, without: Collection[UUID] = (), hidden: Sequence[tuple[UUID, datetime, datetime]] = ()
) -> list[DayOf]:  # fmt: skip
    """List who read and on which day, newest first, one line for each reader and day. One query.

    `without` are the persons whose own looks are left out; `hidden` are (reader, from, until) that law keeps back for now.
    """
    found = _rows(about, without)
    for reader, since, until in hidden:
        found = found.exclude(reader_id=reader, at__gte=since, at__lt=until)
    listed, refused = Q(object__startswith="list:"), Q(refused=True)
    days = (
        found.annotate(day=TruncDate("at", tzinfo=zone))
        .values("day", "actor")
        .annotate(
            opened=Count("id", filter=~listed & ~refused), listed=Count("id", filter=listed & ~refused),
            refused_count=Count("id", filter=refused), last=Max("at"),
        )
        .order_by("-day", "-last", "actor")
    )  # fmt: skip
    return [
        DayOf(one["day"], one["actor"], one["opened"], one["listed"], one["refused_count"], one["last"]) for one in days
    ]


def list_purposes(
    about: About, since: datetime, until: datetime, actors: Collection[str]
) -> list[tuple[datetime, str, str, str, bool]]:
    """List each reading of some readers within a stretch, newest first: (at, actor, purpose, object, refused). One query."""
    found = _rows(about, ()).filter(at__gte=since, at__lt=until, actor__in=actors).order_by("-id")
    return list(found.values_list("at", "actor", "purpose", "object", "refused"))


def list_after(last: int, until: datetime, limit: int) -> list[Access]:
    """List the readings after a row of the log that were written down before a moment, oldest first. One query."""
    return list(Access.objects.filter(id__gt=last, at__lt=until).order_by("id")[:limit])


def find_last() -> int:
    """Give the id of the newest row of the log, 0 of an empty one."""
    return int(Access.objects.aggregate(last=Max("id"))["last"] or 0)


def list_broken_lists() -> list[str]:
    """List the ids, in hex, of member lists that are not what was shown: a member was added, changed or taken away."""
    kept: dict[bytes, list[bytes]] = {}
    rows: Any = AccessMember.objects.order_by("list_id").values_list("list_id", "person_hash")
    for list_id, one in rows.iterator(2000):
        kept.setdefault(bytes(list_id), []).append(bytes(one))
    used = {
        bytes(one)
        for one in Access.objects.filter(list_id__isnull=False).values_list("list_id", flat=True).distinct()
        if one is not None
    }
    wrong = {one for one, hashes in kept.items() if access_log.list_id_of(hashes) != one}
    return sorted(one.hex() for one in wrong | (used - set(kept)))
