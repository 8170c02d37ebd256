"""What of a service is law: each value that some regulation sets, with the basis as the folder writes it."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from balai.engine.forms import format_number
from balai.engine.manifest.periods import Period

if TYPE_CHECKING:
    from balai.engine.manifest.service import Objection, Promise, Service, TimerRule
    from balai.engine.manifest.town import TownValue


@dataclass(frozen=True, slots=True)
class LegalValue:
    """One value with its legal basis; `place` is where its file says it, `words` the value as people read it, by language."""

    place: str
    name: str  # what it is: due, archive, basis, objection, silence, timer.nudge, phrase.not_shown, value.fee_sku
    value: str
    basis: str
    status: str
    valid_from: date | None = None
    valid_to: date | None = None
    file: str = ""
    line: int = 0
    words: Mapping[str, str] = field(default_factory=dict, compare=False)

    @property
    def digest(self) -> str:
        """Name this very value: SHA-256 over what it is, what it says, from when to when, and its basis."""
        told = [self.name, self.value, *(day.isoformat() if day else "" for day in (self.valid_from, self.valid_to))]
        return hashlib.sha256(json.dumps([*told, self.basis], ensure_ascii=False).encode()).hexdigest()

    def text(self, lang: str) -> str:
        """Say the value in words."""
        return self.words.get(lang, self.value)


def list_law(service: "Service") -> Iterator[LegalValue]:
    """List what of a service is law, in the order of its file, confirmed or not."""
    file = f"services/{service.id}/service.yaml"
    for place, name, value, basis, status, words in _told(service):
        line = service.lines.get(place, 0)
        yield LegalValue(place, name, value, basis, status, file=file, line=line, words=words)
    for name, values in service.town_values.items():
        for one in values:
            yield LegalValue(
                f"town_values.{name}", f"value.{name}", str(one.value), one.legal_basis, one.status, one.valid_from,
                one.valid_to, one.file if one.file.startswith("town/") else file, one.line, words=_amount(one),
            )  # fmt: skip


def _amount(one: "TownValue") -> dict[str, str]:
    if one.type == "money" and isinstance(one.value, Decimal):
        return {lang: f"Rp{format_number(one.value, lang)}" for lang in ("id", "en")}
    if isinstance(one.value, bool):
        return {"id": "ya" if one.value else "tidak", "en": "yes" if one.value else "no"}
    return {lang: one.text(lang) for lang in ("id", "en")}


_Told = tuple[str, str, str, str, str, Mapping[str, str]]


def _told(service: "Service") -> Iterator[_Told]:
    for at, basis in enumerate(service.legal_basis):
        yield f"legal_basis.{at}", "basis", basis.note, basis.ref, basis.status, {}
    yield from _times(service)
    for timer in service.timers.values():
        yield f"timers.{timer.id}", f"timer.{timer.id}", *_period(timer, timer.period)
    for phrase in service.phrases.values():
        if phrase.ref:
            words = {lang: service.text(f"phrases.{phrase.id}", lang, phrase.id) for lang in ("id", "en")}
            # What is law of a sentence is its words in both languages, not the id by which a form offers it.
            said = json.dumps(words, ensure_ascii=False, sort_keys=True)
            yield f"phrases.{phrase.id}", f"phrase.{phrase.id}", said, phrase.ref, phrase.status, words
    archive = service.archive
    kept = f"{archive.class_}: {archive.keep or 'for ever'} from {archive.from_}, then {archive.then}"
    spans = {lang: f"{archive.class_}: {archive.keep.text(lang) if archive.keep else '∞'}" for lang in ("id", "en")}
    yield "archive", "archive", kept, archive.basis, archive.status, spans
    if (objection := service.objection) is not None:
        told = f"{objection.within} to {objection.role} of {objection.unit}"
        yield "objection", "objection", told, *_period(objection, objection.within)[1:]


def _times(service: "Service") -> Iterator[_Told]:
    for at, promise in enumerate(service.time.promises):
        place = f"time.due.{at}" if promise.id else "time"
        yield place, f"due.{promise.id}" if promise.id else "due", *_period(promise, promise.due)
    if (silence := service.time.silence_basis) is not None:
        yield "time.silence_basis", "silence", service.time.silence, silence.ref, silence.status, {}


def _period(one: "Promise | TimerRule | Objection", period: Period) -> tuple[str, str, str, Mapping[str, str]]:
    return str(period), one.basis, one.status, {lang: period.text(lang) for lang in ("id", "en")}
