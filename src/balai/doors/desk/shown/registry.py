"""What was declared beside what a registry says, and their differences in words."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from balai.base.pages import texts
from balai.engine import forms, manifest
from balai.records.registries import rules as registries

COMPARED = ("name", "birth_place", "birth_date", "sex", "address", "village")
ASKED = (*COMPARED,)  # no more than what is compared


@dataclass(frozen=True, slots=True)
class Compared:
    """One thing known twice: as declared, as the registry has it, and whether they agree."""

    label: str
    declared: str
    registered: str
    agrees: bool
    words: str = ""  # the difference as a sentence


@dataclass(frozen=True, slots=True)
class ShownRegistry:
    """One registry's answer on a case: `state` is agrees, differs, not-found, silent or unavailable."""

    title: str
    state: str
    rows: tuple[Compared, ...] = ()
    at: str = ""
    warning: str = ""  # what the registry says of the person that an officer must not miss

    @property
    def differences(self) -> tuple[Compared, ...]:
        """List what does not agree."""
        return tuple(row for row in self.rows if not row.agrees)


def found_in_case(service: manifest.Service, data: Mapping[str, Any], lang: str) -> tuple[ShownRegistry, ...]:
    """Show what the case's own registry steps found, beside what the applicant is known as."""
    made = []
    for step in service.steps.values():
        answer = data.get(step.id)
        registry = step.inputs.get("registry")
        residents = registry is None or registry.text == '"penduduk"'  # what others tell is no person to compare with
        if step.operation == "registry.look_up" and residents and isinstance(answer, Mapping):
            title = service.text(f"steps.{step.id}.title", lang, step.id)
            record = answer.get(step.name_of("record")) if answer.get(step.name_of("found"), True) else None
            known = record if isinstance(record, Mapping) else None
            made.append(compare(title, known, data, lang, tables=service.tables))
    return tuple(made)


def answered(
    title: str, answer: object, data: Mapping[str, Any], service: manifest.Service, lang: str
) -> ShownRegistry:
    """Show what a registry answered just now: a record to compare, nobody by that number, or no answer at all."""
    if isinstance(answer, registries.RecordFound):
        made = compare(title, answer.record.as_json(), data, lang, tables=service.tables)
        gone = answer.record.status not in ("", "aktif")
        return replace(made, warning=texts.say(f"desk.registry.status.{answer.record.status}", lang)) if gone else made
    return ShownRegistry(title, "unavailable" if isinstance(answer, registries.RegistrySilent) else "not-found")


def compare(
    title: str,
    record: Mapping[str, Any] | None,
    data: Mapping[str, Any],
    lang: str,
    *,
    tables: Mapping[str, forms.CodeTable] | None = None,
) -> ShownRegistry:
    """Put a registry's record beside the applicant; without a record the registry knows nobody by that number."""
    if record is None:
        return ShownRegistry(title, "not-found")
    applicant = data.get("applicant")
    declared = applicant if isinstance(applicant, Mapping) else {}
    rows = tuple(
        _compared(name, declared.get(name), record[name], lang, tables or {})
        for name in COMPARED
        if record.get(name) not in (None, "")
    )
    return ShownRegistry(title, "agrees" if all(row.agrees for row in rows) else "differs", rows)


def _compared(
    name: str, declared: object, registered: object, lang: str, tables: Mapping[str, forms.CodeTable]
) -> Compared:
    label = texts.say(f"desk.person.{name}", lang)
    ours, theirs = (_shown(name, value, lang, tables) for value in (declared, registered))
    agrees = not ours or fold(ours) == fold(theirs)
    words = "" if agrees else texts.say("desk.registry.difference", lang, label=label, ours=ours, theirs=theirs)
    return Compared(label, ours, theirs, agrees, words)


def _shown(name: str, value: object, lang: str, tables: Mapping[str, forms.CodeTable]) -> str:
    if name == "village" and "village" in tables and str(value) in tables["village"].by_code:
        return tables["village"].by_code[str(value)].name(lang)
    if isinstance(value, date):
        return forms.format_date(value, lang)
    text = str(value) if value is not None else ""
    try:
        return forms.format_date(date.fromisoformat(text), lang)
    except ValueError:
        return text


def fold(text: str) -> str:
    """Bring a text into the form it is compared in: no case, no marks, no punctuation, single spaces."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return " ".join("".join(letter if letter.isalnum() else " " for letter in plain).split())
