"""How the law of services stands: what their folders say, and what the hall's legal officers confirmed of it, at any moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localdate

from balai.engine import manifest
from balai.engine.folders import LANGS, Law
from balai.records.folders import kinds
from balai.records.folders import queries as folders
from balai.records.law import queries as law
from balai.records.law.queries import LawMark

KIND = "service"


@dataclass(frozen=True, slots=True)
class LawStanding:
    """One value of law of a service: as its folder says it, and the hall's mark where an office confirmed it."""

    value: Law
    mark: LawMark | None

    @property
    def confirmed(self) -> bool:
        """Tell whether an official has confirmed it, where it was written or in this hall."""
        return self.value.status == "confirmed" or self.mark is not None


@dataclass(frozen=True, slots=True)
class ServiceLaw:
    """Everything of a service that is law, as it stood at one moment."""

    standings: tuple[LawStanding, ...]

    @property
    def is_unconfirmed(self) -> bool:
        """Tell whether any of it has not been confirmed by an official."""
        return not all(one.confirmed for one in self.standings)

    def at(self, place: str) -> LawStanding:
        """Give what stands at a place, such as `time` or `legal_basis.0`. :raises KeyError: where nothing does."""
        for one in self.standings:
            if one.value.name == place:
                return one
        raise KeyError(place)

    def find(self, place: str) -> LawStanding | None:
        """Find what stands at a place; None where nothing there is law."""
        return next((one for one in self.standings if one.value.name == place), None)


def get_law(service: manifest.Service, at: datetime) -> ServiceLaw:
    """Give the law of a service as it stood at a moment."""
    return ServiceLaw(
        tuple(LawStanding(one, law.find(KIND, service.id, one.digest, at)) for one in manifest.list_law(service))
    )


def place_of(service: manifest.Service, promise: manifest.Promise) -> str:
    """Name the place where a promise stands."""
    at = [one.id for one in service.time.promises].index(promise.id)
    return f"time.due.{at}" if promise.id else "time"


@dataclass(frozen=True, slots=True)
class LawUse:
    """One folder that says a value of law: its kind and id, what people call it, and how the value stands there."""

    kind: str
    id: str
    titles: Mapping[str, str]
    standing: LawStanding

    @property
    def key(self) -> str:
        """Name the folder among those of every kind."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class LawLine:
    """One value of law with all folders that it stands in: what a legal officer looks at as one thing."""

    value: Law
    uses: tuple[LawUse, ...]

    @property
    def unconfirmed(self) -> tuple[LawUse, ...]:
        """Tell in which folders nobody has confirmed it."""
        return tuple(one for one in self.uses if not one.standing.confirmed)

    @property
    def marks(self) -> tuple[LawMark, ...]:
        """Tell the hall's running marks of it."""
        return tuple(one.standing.mark for one in self.uses if one.standing.mark is not None)

    def is_open(self, now: datetime) -> bool:
        """Tell whether somebody has to look at it: it is not confirmed everywhere, or its day of review has come."""
        today = localdate(now)
        return bool(self.unconfirmed) or any(one.review_on <= today for one in self.marks)


def list_law(at: datetime) -> list[LawLine]:
    """List what of every folder in force is law: what says the same on the same basis is one line, in the order it is met."""
    found: dict[str, list[LawUse]] = {}
    for kind in kinds.list_kinds():
        for thing in folders.list_current(kind.name):
            for value in kind.law(thing):
                standing = LawStanding(value, law.find(kind.name, thing.id, value.digest, at))
                found.setdefault(value.digest, []).append(LawUse(kind.name, thing.id, _titles(thing), standing))
    return [LawLine(uses[0].standing.value, tuple(uses)) for uses in found.values()]


def _titles(thing: kinds.Thing) -> dict[str, str]:
    if isinstance(thing, manifest.Service):
        return {lang: thing.text("title", lang, thing.id) for lang in LANGS}
    if isinstance(thing, manifest.CounterService):
        return {lang: thing.said(thing.title, lang) or thing.id for lang in LANGS}
    return dict.fromkeys(LANGS, thing.id)
