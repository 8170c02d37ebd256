"""Marked rows: whatever is written to certain columns of certain tables leaves a mark, so that a change by plain SQL is found.

An app names model and columns (`keep`, in its `checks.py`; a room `marked:` in its `room.yaml`). Its model takes `Marked` as its
manager, which marks what goes through it, also what Django saves by itself; another's model is given it by `watch`. Rows that are written by
plain statements are marked by `write`. A mark is a row of `base_mark`: table, row, a keyed digest of the columns as they are now;
the newest one counts. Marks are linked into the journal within a second as readings are (`base/linking.py`), so that none can be taken
away, put in or exchanged. Drafts are not marked: they bind nobody and go by themselves.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, TypeVar
from uuid import uuid4

from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models.signals import post_delete
from django.utils.module_loading import autodiscover_modules

from balai.base import crypto, linking, outbox, rooms, sql
from balai.base.actors import CLOCK
from balai.base.proofs import Heads, Misfit, proves

_Adoption = tuple[datetime | None, dict[str, Any]]  # when, and what its entry says
WHOLE = ""  # the row of the mark that says that all rows of a table are marked, by which columns
_AT_ONCE, _SIZE, _EACH = 500, 16, 2


@dataclass(frozen=True, slots=True)
class MarkedTable:
    """A table whose rows are marked: its model, and the columns that a mark covers, by their names in the database."""

    model: type[models.Model]
    columns: tuple[str, ...]

    @property
    def table(self) -> str:
        """Name the table."""
        return self.model._meta.db_table

    @property
    def shape(self) -> bytes:
        """Tell by which columns rows are marked: 16 bytes."""
        return hashlib.sha256("\x00".join((self.table, *self.columns)).encode()).digest()[:_SIZE]

    def read(self, **which: Any) -> Iterator[tuple[str, list[Any]]]:
        """Read rows: each one's id as text, and what its columns say."""
        found: Any = models.QuerySet(self.model).filter(**which).order_by("pk").values_list("pk", *self.columns)
        for key, *values in found.iterator(2000):
            yield str(key), values

    def digest(self, row: str, values: Sequence[Any]) -> bytes:
        """Digest a row under the town's key: 16 bytes over all, then 2 for each column, by which a changed one is named."""
        each = [
            linking.canonical([self.table, row, name, value]) for name, value in zip(self.columns, values, strict=True)
        ]
        whole = crypto.mac("marked-row", "\x00".join(each).encode())[:_SIZE]
        return whole + b"".join(crypto.mac("marked-column", one.encode())[:_EACH] for one in each)

    def list_changed(self, row: str, values: Sequence[Any], kept: bytes) -> list[str]:
        """Name the columns that are not as they were marked."""
        now = self.digest(row, values)
        if now == kept:
            return []
        places = range(_SIZE, len(now), _EACH)
        pairs = zip(self.columns, places, strict=True)
        return [name for name, at in pairs if now[at : at + _EACH] != kept[at : at + _EACH]] or list(self.columns)


_Row = TypeVar("_Row", bound=models.Model)
_NAMED: dict[str, tuple[str, ...]] = {}


def keep(model: str, *columns: str) -> None:
    """Have the rows of a model ("people.Account") marked by some of their columns, by their names in the database."""
    _NAMED[model] = columns


@lru_cache(maxsize=1)
def list_kept() -> dict[type[models.Model], MarkedTable]:
    """List the tables whose rows are marked, by their models."""
    autodiscover_modules("checks")
    named = dict(_NAMED)
    for room in rooms.list_rooms():
        named |= {f"{room.label}.{name}": tuple(columns) for name, columns in (room.told.get("marked") or {}).items()}
    found = (MarkedTable(apps.get_model(name), columns) for name, columns in sorted(named.items()))
    return {kept.model: kept for kept in found}


# ---- writing -------------------------------------------------------------------------------------------------------------


def write(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Mark rows as they are now, inside the transaction that wrote them; one that is gone is marked as gone. Two statements for 500."""
    kept, wanted = list_kept().get(model), list(keys)
    if kept is None:
        return
    for low in range(0, len(wanted), _AT_ONCE):
        some = wanted[low : low + _AT_ONCE]
        found = dict(kept.read(pk__in=some))
        rows = [str(key) for key in some]
        _insert(kept.table, [(row, kept.digest(row, found[row]) if row in found else b"") for row in rows])


def _insert(table: str, marks: Iterable[tuple[str, bytes]]) -> None:
    from balai.base import journal

    at = journal.moment()
    sql.insert(
        "base_mark", linking.MARKS.columns, [linking.MARKS.marked((at, table, row, kept)) for row, kept in marks]
    )


class MarkedRows(models.QuerySet[Any]):
    """Rows that are marked as they are written, whoever writes them through Django: actions, allauth, a manager of sign-ins."""

    def update(self, **given: Any) -> int:
        """Update rows and mark them, where a column that is marked is among those given."""
        if not self._touches(given):
            return super().update(**given)
        with transaction.atomic(using=self.db):
            keys = list(self.order_by().values_list("pk", flat=True))
            count = super().update(**given)
            write(self.model, keys)
        return count

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete rows and mark them as gone; those of other tables that went with them, or that pointed to them, are marked anew."""
        with transaction.atomic(using=self.db):
            keys = list(self.order_by().values_list("pk", flat=True))
            beside = [(each, list(_pointing(each, self.model, keys))) for each in list_kept()]
            done = super().delete()
            write(self.model, keys)
            for model, others in beside:
                write(model, others)
        return done

    def _touches(self, names: Iterable[str]) -> bool:
        kept = list_kept().get(self.model)
        fields = {self.model._meta.get_field(name).attname for name in names}
        return kept is not None and not fields.isdisjoint(kept.columns)

    # How `Model.save` writes: Django has no public place between the two.

    def _update(self, values: Any) -> int:
        with transaction.atomic(using=self.db):
            keys = list(self.values_list("pk", flat=True)) if self._touches(each[0].name for each in values) else []
            count: int = super()._update(values)  # type: ignore[misc]
            write(self.model, keys)
        return count

    def _insert(self, objs: Any, fields: Any, returning_fields: Any = None, **given: Any) -> Any:
        with transaction.atomic(using=self.db):
            made = super()._insert(objs, fields, returning_fields=returning_fields, **given)  # type: ignore[misc]
            keys = [each.pk for each in objs]
            if None in keys:  # the database numbers them
                place = list(returning_fields).index(self.model._meta.pk)
                keys = [row[place] for row in made]
            write(self.model, keys)
        return made


def _pointing(model: type[models.Model], to: type[models.Model], keys: list[Any]) -> Iterator[Any]:
    for field in model._meta.concrete_fields:
        if field.remote_field and field.remote_field.model is to and model is not to:
            yield from models.QuerySet(model).filter(**{f"{field.attname}__in": keys}).values_list("pk", flat=True)


class Marking(models.Manager[_Row]):
    """What makes a manager mark: its model is saved through it, also by Django itself, without a word in its `Meta`."""

    def get_queryset(self) -> models.QuerySet[_Row]:
        """Give the rows, marked as they are written."""
        return MarkedRows(self.model, using=self._db)

    def contribute_to_class(self, cls: type[models.Model], name: str) -> None:
        """Become the manager by which the model's rows are saved."""
        super().contribute_to_class(cls, name)
        cls._meta.base_manager_name = name


class Marked(Marking[_Row]):
    """The manager of a model whose rows are marked."""


def watch(model: type[models.Model]) -> None:
    """Have another's model marked as ours are, whoever writes its rows: its managers go on with their own ways of asking."""
    own = model._meta.local_managers
    for manager in own:
        if not isinstance(manager, Marking):
            kind = type(manager)
            manager.__class__ = type(f"Marked{kind.__name__}", (Marking, kind), {"__module__": kind.__module__})
    model._meta.base_manager_name = own[0].name
    model._meta._expire_cache()  # type: ignore[attr-defined]
    post_delete.connect(_note_gone, sender=model, dispatch_uid=f"marks:{model._meta.label}")


def _note_gone(sender: type[models.Model], instance: models.Model, **_: Any) -> None:
    """Mark a row as gone that its own `delete` took away, which asks no manager."""
    write(sender, [instance.pk])


# ---- rows that are older than their marks ----------------------------------------------------------------------------------


@outbox.every(timedelta(minutes=1), always=True)
def adopt(now: datetime) -> int:
    """Mark what no mark speaks of yet, once for each table: rows from before they were marked, or by other columns; tell how many."""
    done = {
        name: bytes(mark) for name, mark in sql.rows("SELECT name, digest FROM base_mark WHERE row = '' ORDER BY id")
    }
    wanted = [kept for kept in list_kept().values() if done.get(kept.table) != kept.shape]
    before = _list_adoptions() if wanted else {}
    count = sum(_adopt(kept, before.get(kept.table, []), now) for kept in wanted)
    if wanted:
        linking.link(now)
    return count


def _adopt(kept: MarkedTable, before: Sequence[_Adoption], now: datetime) -> int:
    from balai.base import journal

    with journal.deed(uuid4(), actor=CLOCK, now=now, name="marks.adopt", always=True) as deed:
        keys = list(models.QuerySet(kept.model).select_for_update().order_by("pk").values_list("pk", flat=True))
        unfit = _list_unfit(kept, before)
        write(kept.model, keys)
        _insert(kept.table, [(WHOLE, kept.shape)])
        told: dict[str, Any] = {"table": kept.table, "rows": len(keys), "columns": list(kept.columns)}
        deed.record("marks", "adopted", told | ({"unfit": unfit[:20], "unfit_count": len(unfit)} if unfit else {}))
    return len(keys)


def _list_adoptions() -> dict[str, list[_Adoption]]:
    """List by tables when their rows were marked that had no marks, oldest first. One query."""
    found: dict[str, list[_Adoption]] = {}
    rows = sql.rows("SELECT at, body FROM base_entry WHERE stream = 'marks' AND action = 'adopted' ORDER BY seq")
    for at, body in rows:
        told = sql.as_json(body)
        found.setdefault(told["table"], []).append((sql.as_datetime(at), told))
    return found


def _list_unfit(kept: MarkedTable, before: Sequence[_Adoption]) -> list[str]:
    """List the rows that do not fit the marks they have by other columns: to mark them anew would hide that for ever."""
    columns = before[-1][1]["columns"] if before else []
    there = {field.attname for field in kept.model._meta.concrete_fields}
    if not columns or not there.issuperset(columns):
        return []
    old = MarkedTable(kept.model, tuple(columns))
    told = {
        row: bytes(mark)
        for row, mark in sql.rows("SELECT row, digest FROM base_mark WHERE name = %s ORDER BY id", [kept.table])
        if row != WHOLE
    }
    found = dict(old.read())
    unfit = [row for row, values in found.items() if not told.get(row) or old.list_changed(row, values, told[row])]
    return unfit + [row for row, mark in told.items() if mark and row not in found]


# ---- the check ---------------------------------------------------------------------------------------------------------------


@proves()
def hold(heads: Heads, deep: bool) -> Iterator[Misfit]:
    """Hold every row of each marked table against its newest mark, and tell what was changed when rows were marked anew."""
    adoptions = _list_adoptions()
    for kept in list_kept().values():
        yield from _hold(kept)
        for at, told in adoptions.get(kept.table, ()):
            for row in told.get("unfit", ()):
                yield Misfit(kept.table, row, "was changed by hand before it was marked by other columns", at)


def _hold(kept: MarkedTable) -> Iterator[Misfit]:
    told: dict[str, tuple[datetime | None, bytes]] = {}
    for row, at, mark in sql.rows("SELECT row, at, digest FROM base_mark WHERE name = %s ORDER BY id", [kept.table]):
        told[row] = sql.as_datetime(at), bytes(mark)
    whole = told.pop(WHOLE, (None, b""))[1] == kept.shape
    waiting, found = 0, kept.read()
    while True:
        try:
            row, values = next(found, ("", None))
        except DatabaseError as fault:  # SQLite keeps any bytes in any column
            yield Misfit(kept.table, "", f"its rows cannot be read, so one was changed by hand: {fault}"[:300])
            return
        if values is None:
            break
        at, mark = told.pop(row, (None, b""))
        if not whole and len(mark) != _SIZE + _EACH * len(kept.columns):
            waiting += 1
        elif not mark:
            yield Misfit(kept.table, row, "was put in by hand: no mark speaks of it", at)
        elif names := kept.list_changed(row, values, mark):
            yield Misfit(kept.table, row, f"{', '.join(names)} was changed by hand", at)
    for row, (at, mark) in told.items():
        if mark:
            yield Misfit(kept.table, row, "its row was taken away by hand", at)
    if waiting:
        yield Misfit(
            kept.table, "", f"{waiting} row(s) are not marked yet; the worker marks them within a minute", open=True
        )
