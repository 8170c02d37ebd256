"""Proving letters: each letter of a golden example is typeset for real and read back, before anyone receives one."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from balai.engine import letters
from balai.engine.manifest.letter_words import letter_parts, letter_texts, shown_answers
from balai.engine.manifest.notice_words import plain
from balai.engine.manifest.periods import Period
from balai.engine.manifest.rehearsal import RehearsalCalendar
from balai.engine.manifest.service import LANGS, Example, Service, Step, find_text
from balai.engine.problems import Problem, Problems

LETTERHEAD = "town/letter.typ"
_OFFICER = "Ratna"
_SIGNER = letters.PrintedSigner(_OFFICER, "Kepala", nip="19800101 200501 2 001", rank="Penata Tingkat I (III/d)")


def prove_letters(
    service: Service,
    example: Example,
    made: Mapping[str, datetime],
    data: Mapping[str, Any],
    reasons: tuple[letters.PrintedReason, ...],
) -> Iterator[Problem]:
    """Typeset the letters that a story led to (id to moment), in each language, and tell what is wrong with them.

    Without the town's letterhead nothing can be typeset, and nothing is told.
    """
    if LETTERHEAD not in service.letter_sources:
        return
    says = example.expect.get("letter_says")
    wanted = says if isinstance(says, Mapping) else {}
    for letter, at in made.items():
        for lang in LANGS:
            try:
                content = letter_data(service, letter, data, lang=lang, at=at, reasons=reasons)
                pdf = _set(service, letter, content, at)
            except Problems as wrong:
                yield from wrong.problems
                break
            if lang == "id" and (words := wanted.get(letter)):
                yield from _unsaid(example, letter, words, _text_of(pdf))


def typeset(
    service: Service,
    letter: str,
    data: Mapping[str, Any],
    *,
    lang: str,
    at: datetime,
    reasons: tuple[letters.PrintedReason, ...] = (),
    calendar: RehearsalCalendar | None = None,
) -> bytes:
    """Typeset a letter of a played case as PDF. :raises Problems: what is wrong with its source."""
    if LETTERHEAD not in service.letter_sources:
        raise Problems(
            [Problem("There is no letterhead to set a letter with.", f"Name the town's folder, with {LETTERHEAD}.")]
        )
    content = letter_data(service, letter, data, lang=lang, at=at, reasons=reasons, calendar=calendar)
    return _set(service, letter, content, at)


def _unsaid(example: Example, letter: str, words: object, text: str) -> Iterator[Problem]:
    said = _folded(text)
    for word in words if isinstance(words, list) else [words]:
        if _folded(str(word)) not in said:
            line = example.lines.get("letter_says", 0)
            yield Problem(f'The letter "{letter}" does not say "{word}".', "", example.file, line, example.name)


def _folded(text: str) -> str:
    return " ".join(text.replace("\u00ad", "").split()).casefold()


def letter_data(
    service: Service,
    letter: str,
    data: Mapping[str, Any],
    *,
    lang: str,
    at: datetime,
    reasons: tuple[letters.PrintedReason, ...] = (),
    calendar: RehearsalCalendar | None = None,
) -> dict[str, Any]:
    """Answer what a letter of a played case would be made of: the same shape as in office, signed by nobody."""
    kind, zone = service.letters[letter], ZoneInfo(service.zone)

    def until(period: Period) -> date:
        return (calendar.add(at, period) if calendar else at).astimezone(zone).date()

    own = find_text(service.texts.get(lang, {}), f"letters.{letter}")
    unit = data.get("unit", {})
    composed = letters.compose(
        plain(data),
        kind=kind.kind,
        title=service.text(f"letters.{letter}.title", lang),
        number=letters.number(kind.number, class_=kind.class_, seq=1, unit="CONTOH", at=at.date()),
        at=at.astimezone(zone),
        lang=lang,
        place="Contoh",
        demo=True,
        in_force=service.in_force,
        letterhead=["Pemerintah Kota Contoh", str(unit.get("name", "Kantor contoh"))],
        address="",
        signer=letters.PrintedSigner(_OFFICER, "Kepala", kind="seal") if kind.signature == "seal" else _SIGNER,
        texts=letter_texts(service, letter, own if isinstance(own, Mapping) else {}, data, lang, at),
        valid_until=kind.last_day(data, at.astimezone(zone), until),
        reasons=reasons,
        objection=letters.PrintedObjection(
            "atasan",
            letters.date_text(until(service.objection.within) if service.objection else at, lang),
            "tertulis",
            appeal=service.objection is not None and service.objection.appeal,
        )
        if kind.kind == "refusal" or kind.overturns == "annuls"
        else None,
        automatic=kind.signature == "seal" and not kind.parts.parties,
    )
    others = [
        {"title": "Kepala", "unit": _unit_of(step, unit)}
        for step in service.signing_order(letter)
    ]  # fmt: skip
    more = {"countersigners": others} if others else {}
    parts = letter_parts(service, letter, data, lang, at)
    return {**composed, "shown": shown_answers(service, data, lang), **parts, **more}


def _set(service: Service, letter: str, content: Mapping[str, Any], at: datetime) -> bytes:
    return letters.render(service.letter_sources, letter, content, qr_svg=_sample_qr(), created_at=at)


def _unit_of(step: Step, unit: Mapping[str, Any]) -> str:
    """Say of which unit another signer is: of one that is worked out there, only that it is another."""
    if step.unit is None:
        return str(unit.get("name", ""))
    return step.unit.code if step.unit.code and step.unit.code != "parent" else "Kantor lain"


def _text_of(pdf: bytes) -> str:
    import pypdfium2  # only authors' checks read letters back

    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


@lru_cache(maxsize=1)
def _sample_qr() -> bytes:
    return letters.qr_svg("https://contoh.example/v/CONTOH")
