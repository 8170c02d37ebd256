"""A kind of thing that only tests know: no table, no case, but filed, held and numbered like anything else."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from tests.cast import NOW

from balai.base import journal
from balai.base.actors import CLOCK, Actor
from balai.base.errors import NotFound
from balai.engine.manifest import Archive, Period
from balai.records.filing import actions, kinds, policy, sequences
from balai.records.offices import queries as offices

NAME = "trial.thing"
FIVE_YEARS = Archive("000.5", keep=Period(5, "years"), then="destroy", basis="contoh, bukan dasar hukum")
MADE = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing: what it is called, the code of the unit that keeps it, and whom it is about."""

    reference: str
    unit: str
    person_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


@dataclass(slots=True)
class Cupboard:
    """Every thing there is, and the numbers that were taken for them."""

    things: dict[UUID, Thing] = field(default_factory=dict)
    numbers: list[int] = field(default_factory=list)

    def put(self, reference: str, unit: str, person_id: UUID | None = None) -> Thing:
        """Bring a thing, which is not filed yet."""
        thing = Thing(reference, unit, person_id)
        self.things[thing.id] = thing
        return thing

    def file(
        self, thing: Thing, *, schedule: Archive = FIVE_YEARS, counted_from: date = MADE, now: datetime = NOW
    ) -> date | None:
        """File a thing."""
        unit = offices.get_unit(thing.unit)
        with journal.deed(uuid4(), actor=CLOCK, now=now, name="trial.file") as deed:
            return actions.file(
                deed, kind=NAME, object_id=thing.id, shelfmark=kinds.Shelfmark(thing.reference, unit.id),
                schedule=schedule, counted_from=counted_from, calendar=offices.get_calendar(unit),
            )  # fmt: skip

    def require_keeper(self, actor: Actor, thing_id: UUID, now: datetime) -> kinds.Shelfmark:
        """Refuse whoever does not keep a thing."""
        thing = self.things.get(thing_id)
        unit = offices.get_unit(thing.unit) if thing else None
        if thing is None or unit is None or not policy.may_keep(actor, unit.path, now):
            raise NotFound
        return kinds.Shelfmark(thing.reference, unit.id)

    def describe(self, ids: Collection[UUID], lang: str) -> dict[UUID, str]:
        """Say what some things are."""
        return {each: f"Thing {lang}" for each in ids if each in self.things}

    def about(self, person_ids: Collection[UUID]) -> list[UUID]:
        """List the things about some persons."""
        return [each.id for each in self.things.values() if each.person_id in person_ids]


def take(*, unit_code: str = "KEL", class_code: str = "000.5", year: int = 2026) -> int:
    """Take one number in a deed of its own, as whoever numbers a thing would."""
    with journal.deed(uuid4(), actor=CLOCK, now=NOW, name="trial.number") as deed:
        return actions.take_number(deed, unit_code=unit_code, class_code=class_code, year=year)


@contextmanager
def opened() -> Iterator[Cupboard]:
    """Let this installation know things, for as long as a test runs."""
    cupboard = Cupboard()

    def count() -> list[sequences.NumbersTaken]:
        scope = sequences.NumberScope("KEL", "000.5", 2026)
        taken = cupboard.numbers
        return [sequences.NumbersTaken(scope, len(taken), sum(taken))] if taken else []

    kinds.file_as(
        NAME, words="trial.filing", require_keeper=cupboard.require_keeper, describe=cupboard.describe,
        about=cupboard.about, page="officer.case",
    )  # fmt: skip
    sequences.takes(count)
    try:
        yield cupboard
    finally:
        del kinds._KINDS[NAME]
        del sequences._TAKERS[f"{count.__module__}.{count.__name__}"]
