"""The law that a service rests on: every legal value of its folder and of the town's values it uses, with where it is written."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal

from balai.engine.folders import Law
from balai.engine.forms import format_number
from balai.engine.manifest.periods import Period
from balai.engine.manifest.service import LANGS, Archive, Service
from balai.engine.manifest.town import TownValue


def list_law(service: Service) -> Iterator[Law]:
    """List the legal values by their names in service.yaml; a town value as often as it is dated."""
    file = f"services/{service.id}/service.yaml"
    for name, subject, value, basis, status, line, words in (*_periods(service), *_bases(service), *_kept(service)):
        yield Law(name, value, basis, status, file=file, line=line, subject=subject, words=words)
    for name, ones in service.town_values.items():
        for one in ones:
            yield Law(
                f"town_values.{name}", str(one.value), one.legal_basis, one.status, one.valid_from, one.valid_to,
                one.file if one.file.startswith("town/") else file, one.line, f"value.{name}", _amount(one),
            )  # fmt: skip


_Row = tuple[str, str, str, str, str, int, Mapping[str, str]]  # name, subject, value, basis, status, line, words


def _periods(service: Service) -> Iterator[_Row]:
    for at, one in enumerate(service.time.promises):
        name, subject = (f"time.due.{at}", f"due.{one.id}") if one.id else ("time", "due")
        yield name, subject, str(one.due), one.basis, one.status, one.line, _span(one.due)
    for key, law in service.time.clock.rows():
        span = getattr(law, "period", None) or getattr(law, "within", None)
        value, words = (f"{span} by {law.by}", _span(span)) if span else (f"by {law.by}", {})
        yield f"time.{key}", key, value, law.basis, law.status, law.line, words
    for timer in service.timers.values():
        subject, span = f"timer.{timer.id}", timer.period
        yield f"timers.{timer.id}", subject, str(span), timer.basis, timer.status, timer.line, _span(span)


def _bases(service: Service) -> Iterator[_Row]:
    for at, one in enumerate(service.legal_basis):
        yield f"legal_basis.{at}", "basis", one.note, one.ref, one.status, one.line, {}
    if basis := service.time.silence_basis:
        yield "time.silence_basis", "silence", service.time.silence, basis.ref, basis.status, basis.line, {}
    for phrase in service.phrases.values():
        if phrase.ref:
            words = {lang: service.text(f"phrases.{phrase.id}", lang, phrase.id) for lang in LANGS}
            # What is law of a sentence is its words in every language, not the question that it answers.
            said = json.dumps(words, ensure_ascii=False, sort_keys=True)
            yield f"phrases.{phrase.id}", f"phrase.{phrase.id}", said, phrase.ref, phrase.status, phrase.line, words


def _kept(service: Service) -> Iterator[_Row]:
    kept = service.archive
    yield "archive", "archive", _schedule(kept), kept.basis, kept.status, kept.line, _kept_words(kept)
    for letter in service.letters.values():
        if stamp := letter.parts.stamp:
            subject, amount = f"meterai.{letter.id}", stamp.amount.text if stamp.amount else ""
            yield f"letters.{letter.id}.meterai", subject, amount, stamp.basis, stamp.status, stamp.line, {}
    if way := service.objection:
        to = f"{way.within} to {way.role} of {way.unit}"
        yield "objection", "objection", to, way.basis, way.status, way.line, _span(way.within)


def _schedule(archive: Archive) -> str:
    return f"{archive.class_}: {archive.keep or 'permanent'} from {archive.from_}, {archive.then}"


def _kept_words(archive: Archive) -> Mapping[str, str]:
    return {lang: f"{archive.class_}: {archive.keep.text(lang) if archive.keep else '∞'}" for lang in LANGS}


def _span(period: Period) -> Mapping[str, str]:
    return {lang: period.text(lang) for lang in LANGS}


def _amount(one: TownValue) -> Mapping[str, str]:
    if one.type == "money" and isinstance(one.value, Decimal):
        return {lang: f"Rp{format_number(one.value, lang)}" for lang in LANGS}
    if isinstance(one.value, bool):
        return {"id": "ya" if one.value else "tidak", "en": "yes" if one.value else "no"}
    return {lang: one.text(lang) for lang in LANGS}
