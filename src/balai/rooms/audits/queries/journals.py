"""Search over every journal: entries, readings, security events; newest first, paged by their key."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from balai.base.models import Access, Entry, SecurityEvent

KINDS = ("entries", "accesses", "security")
COLUMNS = {
    "entries": ("id", "at", "stream", "seq", "actor", "channel", "action", "body", "deed", "hash"),
    "accesses": ("id", "at", "actor", "channel", "purpose", "object"),
    "security": ("id", "at", "kind", "actor", "body"),
}
BATCH = 500
WINDOW = 100_000  # rows that one look goes through: a search that fits nothing answers in well under a second
_SKEW = 2_000  # rows whose order by number may differ from that by time


_TABLES: dict[str, Any] = {"entries": Entry, "accesses": Access, "security": SecurityEvent}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked of one journal; what is empty is not asked. Times are aware, `until` is left out itself."""

    kind: str = "entries"
    stream: str = ""  # of entries: the whole name, or its kind ("case"); of readings: their object, likewise
    action: str = ""  # of entries and security events; of readings: what their purpose begins with
    actor: str = ""  # the whole reference ("officer:<id>"), or its kind ("officer")
    person_id: UUID | None = None  # whoever acted, in whatever capacity
    deed: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """One row of a journal: its key, and its values in the order of the journal's columns."""

    id: int
    at: datetime
    actor: str
    values: tuple[Any, ...]
    person_id: UUID | None = None  # of a reading: whose data it was


def list_hits(asked: Filters, *, before: int | None = None, limit: int = 50) -> tuple[list[Hit], int]:
    """List what fits, newest first, before a row's key, in one window of rows; and before which key to go on, 0 at the end.

    Two to four queries, and some twenty that read one row each where it is asked until a day.
    """
    found = _found(asked)
    if _is_indexed(asked):
        rows = (found.filter(id__lt=before) if before else found)[: limit + 1]
        hits = [_hit(asked.kind, row) for row in rows]
        return hits[:limit], hits[limit - 1].id if len(hits) > limit else 0
    table = _TABLES[asked.kind].objects.order_by("-id")
    newest = table.values_list("id", flat=True).first() or 0
    top = min(before or newest + 1, newest + 1, _key_of(table, asked.until, newest) if asked.until else newest + 1)
    low = max(top - WINDOW, 0)
    hits = [_hit(asked.kind, row) for row in found.filter(id__gte=low, id__lt=top)[:limit]]
    if len(hits) == limit:
        return hits, hits[-1].id
    last = table.filter(id__lt=low).first() if low else None
    gone = last is None or (asked.since is not None and last.at < asked.since and not _near(table, low, asked.since))
    return hits, 0 if gone else low


def _near(table: QuerySet[Any], low: int, since: datetime) -> bool:
    """Tell whether a row just below a key may still be of the time that is asked for."""
    return bool(table.filter(id__lt=low, id__gte=low - _SKEW, at__gte=since).exists())


def _key_of(table: QuerySet[Any], until: datetime, newest: int) -> int:
    """Find by halves the key below which all rows from before a moment lie, with room for those that came out of order."""
    low, high = 0, newest + 1
    while high - low > _SKEW:
        middle = (low + high) // 2
        row = table.filter(id__gte=middle).order_by("id").first()
        if row is not None and row.at < until:
            low = middle
        else:
            high = middle
    return high + _SKEW


def _is_indexed(asked: Filters) -> bool:
    """Tell whether what is asked for is found by an index, so that no window is needed."""
    return asked.kind != "security" and ":" in asked.stream


def stream_hits(asked: Filters, *, most: int) -> Iterator[Hit]:
    """Give what fits one after the other, newest first, at most so many; read in batches by key."""
    before, left = 0, most
    while left > 0:
        hits, before = list_hits(asked, before=before or None, limit=min(BATCH, left))
        yield from hits
        left -= len(hits)
        if not before:
            return


def list_entries(stream: str) -> list[dict[str, Any]]:
    """List a stream of the journal, oldest first, with every column: what its hashes are recomputed from."""
    return [dict(row) for row in Entry.objects.filter(stream=stream).order_by("seq").values()]


def _found(asked: Filters) -> QuerySet[Any]:
    time = Q()
    if asked.since is not None:
        time &= Q(at__gte=asked.since)
    if asked.until is not None:
        time &= Q(at__lt=asked.until)
    if asked.kind == "entries":
        return Entry.objects.filter(
            time, _named("stream", asked.stream), _whole("action", asked.action), _actor(asked), _deed(asked)
        ).order_by("-id")
    if asked.kind == "accesses":
        purpose = Q(purpose__startswith=asked.action) if asked.action else Q()
        who = Q(reader_id=asked.person_id) if asked.person_id else _named("actor", asked.actor)
        return Access.objects.filter(time, _named("object", asked.stream), purpose, who).order_by("-id")
    return SecurityEvent.objects.filter(time, _whole("kind", asked.action), _actor(asked)).order_by("-id")


def _actor(asked: Filters) -> Q:
    if asked.person_id is not None:
        return Q(actor__in=[f"{kind}:{asked.person_id}" for kind in ("officer", "person", "system", "machine")])
    return _named("actor", asked.actor)


def _deed(asked: Filters) -> Q:
    return Q(deed_id=asked.deed) if asked.deed else Q()


def _whole(field: str, value: str) -> Q:
    return Q(**{field: value}) if value else Q()


def _named(field: str, value: str) -> Q:
    """Ask for a name as a whole, or for everything of its kind when no colon is in it."""
    if not value or ":" in value:
        return _whole(field, value)
    return Q(**{field: value}) | Q(**{f"{field}__startswith": f"{value}:"})


def _hit(kind: str, row: Any) -> Hit:
    values: tuple[Any, ...]
    if kind == "entries":
        values = (
            row.id,
            row.at,
            row.stream,
            row.seq,
            row.actor,
            row.channel,
            row.action,
            _plain(row.body),
            row.deed_id,
            bytes(row.hash).hex(),
        )
    elif kind == "accesses":
        values = (row.id, row.at, row.actor, row.channel, row.purpose, row.object)
        return Hit(row.id, row.at, row.actor, values, row.person_id)
    else:
        values = (row.id, row.at, row.kind, row.actor, _plain(row.body))
    return Hit(row.id, row.at, row.actor, values)


def _plain(body: Any) -> str:
    return json.dumps(body, ensure_ascii=False, sort_keys=True)
