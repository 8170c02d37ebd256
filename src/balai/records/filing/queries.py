"""Every read of filing: how one object is kept, what is kept, due and held over some units, what the numbers came to."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from balai.records.filing import kinds, sequences
from balai.records.filing.models import Hold, NumberSequence, Record

Which = Literal["due", "soon", "held", "all"]
SOON = timedelta(days=365)


# ---- one object, or some of a kind -----------------------------------------------------------------------------------


def find_record(kind: str, object_id: UUID) -> Record | None:
    """Find how an object is kept, once it is filed."""
    return Record.objects.filter(kind=kind, object_id=object_id).first()


def lock_record(kind: str, object_id: UUID) -> Record | None:
    """Find how an object is kept, its row locked until the deed ends."""
    return Record.objects.select_for_update().filter(kind=kind, object_id=object_id).first()


def list_records(kind: str, object_ids: Collection[UUID]) -> dict[UUID, Record]:
    """Read how some objects are kept, those that are filed, what was filed last first."""
    found = Record.objects.filter(kind=kind, object_id__in=object_ids).order_by("-filed_at")
    return {row.object_id: row for row in found}


def list_holds(kind: str, object_id: UUID) -> list[Hold]:
    """List the holds on an object, lifted ones too."""
    return list(Hold.objects.filter(kind=kind, object_id=object_id).order_by("placed_at"))


def list_standing(kind: str, object_ids: Collection[UUID]) -> list[Hold]:
    """List the holds that stand on some objects, the newest first."""
    return list(_standing().filter(kind=kind, object_id__in=object_ids).order_by("-placed_at"))


def list_held_ids(kind: str, object_ids: Collection[UUID]) -> set[UUID]:
    """Tell which of some objects are under a hold."""
    return set(_standing().filter(kind=kind, object_id__in=object_ids).values_list("object_id", flat=True))


def is_held_about(person_ids: Collection[UUID], *, but: str = "") -> bool:
    """Tell whether anything about some persons is under a hold, of all kinds `but` one."""
    told = {kind.name: kind.about(person_ids) for kind in kinds.list_kinds() if kind.name != but}
    about = Q(pk__in=())
    for name, object_ids in told.items():
        about |= Q(kind=name, object_id__in=object_ids)
    return any(told.values()) and _standing().filter(about).exists()


# ---- what units keep -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One line of the archive list: an object, with its schedule if it is filed, and whether it is held."""

    kind: str
    object_id: UUID
    reference: str
    unit_name: str
    record: Record | None
    held: bool


def list_kept(
    paths: Collection[str], which: Which, on: date, *, class_code: str = "", reference: str = "", start: int = 0,
    limit: int = 40,
) -> tuple[list[KeptLine], int]:  # fmt: skip
    """List what is kept in the units under some paths, of every kind, what falls due first, and count it all.

    `due` has run out by the date and is not held; `soon` runs out within a year; `held` is under a hold, filed or not.
    Two queries, three for what is held.
    """
    if which == "held":
        return _list_held(paths, start, limit)
    found = Record.objects.filter(_within(paths)).annotate(held=Exists(_on_the_same()))
    if class_code:
        found = found.filter(class_code=class_code)
    if reference:
        found = found.filter(reference=reference)
    first = F("falls_due_on").asc(nulls_last=True) if which == "all" else "falls_due_on"
    if which == "due":
        found = found.filter(falls_due_on__lte=on, held=False)
    elif which == "soon":
        found = found.filter(falls_due_on__gt=on, falls_due_on__lte=on + SOON)
    rows = found.select_related("unit").order_by(first, "reference", "id")[start : start + limit]
    return [_line(row, row, held=row.held) for row in rows], found.count()


def _list_held(paths: Collection[str], start: int, limit: int) -> tuple[list[KeptLine], int]:
    """List each object that is held once, however many holds are on it."""
    found = _standing().filter(_within(paths), ~Exists(_on_the_same().filter(id__lt=OuterRef("id"))))
    rows = list(found.select_related("unit").order_by("placed_at", "id")[start : start + limit])
    named = {row.kind for row in rows}  # with it the index answers
    filed = Record.objects.filter(kind__in=named, object_id__in=[row.object_id for row in rows])
    records = {(row.kind, row.object_id): row for row in filed}
    return [_line(row, records.get((row.kind, row.object_id)), held=True) for row in rows], found.count()


def _line(row: Record | Hold, record: Record | None, *, held: bool) -> KeptLine:
    return KeptLine(row.kind, row.object_id, row.reference, row.unit.name, record, held)


def _standing() -> QuerySet[Hold]:
    return Hold.objects.filter(lifted_at__isnull=True)


def _on_the_same() -> QuerySet[Hold]:
    """Choose the holds that stand on the object of the row around."""
    return _standing().filter(kind=OuterRef("kind"), object_id=OuterRef("object_id"))


def _within(paths: Collection[str]) -> Q:
    if "/" in paths:
        return Q()  # the whole hall: to ask for each row's unit would cost most of the query
    below = Q(pk__in=())
    for path in paths:
        below |= Q(unit__path__startswith=path)
    return below


def describe(lines: Collection[KeptLine], lang: str) -> Mapping[tuple[str, UUID], str]:
    """Say what the objects of a list are, in a language. One query for each kind among them."""
    found: dict[tuple[str, UUID], str] = {}
    for name in {line.kind for line in lines}:
        kind = kinds.find(name)
        ids = [line.object_id for line in lines if line.kind == name]
        found |= {(name, each): words for each, words in kind.describe(ids, lang).items()} if kind else {}
    return found


def list_classes(paths: Collection[str]) -> list[str]:
    """List the classes under which something is kept in the units under some paths."""
    found = Record.objects.filter(_within(paths)).order_by("class_code")
    return list(found.values_list("class_code", flat=True).distinct())


class ClassCount(NamedTuple):
    """How much of a class is kept that comes to one end."""

    class_code: str
    fate: str
    number: int


def count_by_class() -> list[ClassCount]:
    """Count what is kept by class and fate."""
    found = Record.objects.values_list("class_code", "fate").annotate(n=Count("*")).order_by("class_code", "fate")
    return [ClassCount(code, fate, n) for code, fate, n in found]


# ---- the deep look ---------------------------------------------------------------------------------------------------


def list_names() -> list[str]:
    """Name every kind of which something is filed or held, those whose app is gone too, and those that are registered."""
    rows = {name for model in (Record, Hold) for name in model.objects.values_list("kind", flat=True).distinct()}
    return sorted(rows | {kind.name for kind in kinds.list_kinds()})


def iterate_records(kind: str) -> Iterator[Record]:
    """Go through the rows of all that is filed of a kind."""
    return Record.objects.filter(kind=kind).iterator(2000)


def iterate_holds(kind: str) -> Iterator[Hold]:
    """Go through the rows of all holds on a kind, lifted ones too."""
    return Hold.objects.filter(kind=kind).iterator(2000)


def list_gaps() -> list[str]:
    """List the sequences whose numbers nobody knows all of, or somebody knows twice."""
    given = {
        sequences.NumberScope(row.unit_code, row.class_code, row.year): row.last for row in NumberSequence.objects.all()
    }
    known, told = sequences.list_taken(), []
    for scope in sorted(given.keys() | known.keys()):
        last, (count, total) = given.get(scope, 0), known.get(scope, (0, 0))
        if (count, total) != (last, last * (last + 1) // 2):
            also = "" if count != last else ", one of them twice"
            told.append(f"{' '.join(map(str, scope))}: {last} numbers given, {count} known{also}")
    return told
