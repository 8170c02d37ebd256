"""Every read of confirmed law; all marks of the hall are kept for five seconds per process, since every service page asks."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.core.cache import caches
from django.utils.timezone import localdate

from balai.records.law import rules
from balai.records.law.models import Confirmation

_MARKS = "law.marks"
_PLAIN = (
    "digest", "kind", "folder", "name", "basis", "basis_date", "link", "review_on", "office", "confirmed_at", "ended_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LawMark:
    """That one value of one folder was confirmed from a moment on, and until which."""

    digest: str
    kind: str
    folder: str
    name: str
    basis: str
    basis_date: date
    link: str
    review_on: date
    office: str
    confirmed_at: datetime
    ended_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Tell whether it held at a moment."""
        return self.confirmed_at <= at and (self.ended_at is None or at < self.ended_at)


def list_marks() -> Mapping[tuple[str, str, str], tuple[LawMark, ...]]:
    """Map (kind, folder, digest) to the marks it ever had, oldest first; kept for five seconds per process."""
    found: dict[tuple[str, str, str], tuple[LawMark, ...]] | None = caches["local"].get(_MARKS)
    if found is None:
        found = {}
        for row in Confirmation.objects.order_by("confirmed_at").values_list(*_PLAIN):
            mark = LawMark(*row)
            key = (mark.kind, mark.folder, mark.digest)
            found[key] = (*found.get(key, ()), mark)
        caches["local"].set(_MARKS, found, 5)
    return found


def find(kind: str, folder: str, digest: str, at: datetime) -> LawMark | None:
    """Find the mark that a value of a folder had at a moment; None where no office had confirmed it."""
    return next((one for one in list_marks().get((kind, folder, digest), ()) if one.holds(at)), None)


def forget_marks() -> None:
    """Make the next reader look again."""
    caches["local"].delete_many([_MARKS])


def list_open(digest: str) -> list[Confirmation]:
    """List the confirmations of a value that run, by folder. One query."""
    return list(Confirmation.objects.filter(digest=digest, ended_at__isnull=True).order_by("kind", "folder"))


def list_history(digest: str) -> list[Confirmation]:
    """List every confirmation a value had, newest first. One query."""
    return list(Confirmation.objects.filter(digest=digest).order_by("-confirmed_at", "kind", "folder"))


def list_due(now: datetime) -> list[LawMark]:
    """List what is to be reviewed by today or within thirty days, the earliest first; each value once for each folder."""
    until = localdate(now) + rules.SOON
    running = [one for marks in list_marks().values() for one in marks if one.holds(now)]
    return sorted(
        (one for one in running if one.review_on <= until), key=lambda one: (one.review_on, one.name, one.folder)
    )


def count_due(now: datetime) -> int:
    """Count the values that are to be reviewed by today."""
    return len({one.digest for one in list_due(now) if one.review_on <= localdate(now)})


def list_untold(today: date, limit: int) -> list[UUID]:
    """List the running confirmations whose day of review has come and of which nobody was alerted. One query."""
    found = Confirmation.objects.filter(ended_at__isnull=True, review_on__lte=today, told_on__isnull=True)
    return list(found.order_by("review_on", "id").values_list("id", flat=True)[:limit])


def list_by(person_ids: Collection[UUID]) -> list[Confirmation]:
    """List what some persons confirmed as officers, newest first. One query."""
    return list(Confirmation.objects.filter(confirmed_by__in=person_ids).order_by("-confirmed_at"))
