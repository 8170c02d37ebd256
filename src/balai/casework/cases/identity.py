"""Who an application is from, as far as its letters print it: what lacks, how it is asked, and how it is judged.

A letter names its holder; one that leaves the place empty is about nobody. What a letter prints is read from its source
(`engine/letters/identity.py`); whoever lacks some of it is asked before they send, and an older case before its letter is made.
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from balai.base.errors import Invalid, NotFound
from balai.base.pages import texts
from balai.casework.cases.rows import CaseRow
from balai.engine import forms, letters, manifest
from balai.records.people import queries as people

ABOUT = "$about"  # beside a draft's answers; no field can be called so
PREFIX = "applicant_"  # in a form's names, where the questions of a service stand on the same page
_KINDS = {"birth_date": "date", "address": "text", "nik": "nik"}
_LONGEST = {"name": 120, "birth_place": 80, "address": 300, "nib": 40}
_FORM = "identity"


def list_missing(
    service: manifest.Service, known: Mapping[str, object], *, letter_id: str = "", firm: bool | None = None
) -> tuple[str, ...]:
    """List what a service's letters, or one of them, print of this applicant and is not known of them."""
    printed = service.prints.get(letter_id, frozenset()) if letter_id else service.printed
    return letters.list_missing(printed, known, firm=firm)


def list_lacking(case: CaseRow, service: manifest.Service, letter_id: str = "") -> tuple[str, ...]:
    """List what the letters of a case, or one of them, print of its applicant and the case does not know."""
    known = case.data.get("applicant", {})
    firm = None
    if case.applicant_id is not None and not known.get("nik") and not known.get("nib"):
        with suppress(NotFound):  # forgotten: what the case itself knows is all there is
            firm = people.get_person(case.applicant_id).kind != "natural"
    return list_missing(service, known, letter_id=letter_id, firm=firm)


def list_printed(service: manifest.Service, known: Mapping[str, object], firm: bool | None = None) -> tuple[str, ...]:
    """List what a service's letters print of this applicant, in the order in which people are asked, known or not."""
    return tuple(sorted({*_all(service, known), *list_missing(service, known, firm=firm)}, key=letters.FIELDS.index))


def _all(service: manifest.Service, known: Mapping[str, object]) -> set[str]:
    return {name for name in service.printed if known.get(name)}


def form_of(names: Iterable[str], *, prefix: str = "") -> forms.Form:
    """Make the form that asks for some facts of an identity, each needed."""
    fields = {
        prefix + name: forms.Field(
            prefix + name, _KINDS.get(name, "string"), form=_FORM, key=name, required=True,
            latest="today" if name == "birth_date" else "", max_length=_LONGEST.get(name, 0), printed=True,
        )
        for name in names
    }  # fmt: skip
    return forms.Form(_FORM, (forms.FormPage(_FORM, tuple(fields)),), fields, order=tuple(fields))


def words(lang: str) -> Mapping[str, Mapping[str, object]]:
    """Give the words of the form in the shape of a service's texts."""
    fields = {
        name: {part: said for part in ("label", "help") if (said := texts.say(f"cases.identity.{name}.{part}", lang))}
        for name in letters.FIELDS
    }
    return {lang: {"forms": {_FORM: {"fields": fields}}}}


def name_fact(name: str, lang: str) -> str:
    """Name a fact of an identity in words."""
    return texts.say(f"cases.identity.{name}.label", lang)


def judge(names: Collection[str], told: Mapping[str, Any], now: datetime, lang: str) -> dict[str, str]:
    """Judge what was told of an identity and give it as canonical text. :raises Invalid: `identity-missing`, by `PREFIX` and name."""
    form = form_of(names)
    checked = forms.validate(
        form, {name: told[name] for name in names if name in told}, forms.JudgingScope(now=now, lang=lang)
    )
    if checked.errors:
        raise _refusal({error.path: forms.message(error, words(lang), lang) for error in checked.errors})
    return {name: str(value).strip() for name, value in forms.to_json(form, checked.answers).items()}


def require_whole(service: manifest.Service, known: Mapping[str, object], lang: str, firm: bool | None = None) -> None:
    """Refuse an application whose letters would leave out who it is from. :raises Invalid: `identity-missing`."""
    missing = list_missing(service, known, firm=firm)
    if missing:
        told = {name: texts.say("cases.identity.needed", lang, what=name_fact(name, lang)) for name in missing}
        raise _refusal(told)


def _refusal(told: Mapping[str, str]) -> Invalid:
    return Invalid("identity-missing", fields={PREFIX + name: said for name, said in told.items()}, what=name_all(told))


def name_all(names: Iterable[str]) -> dict[str, str]:
    """Name several facts of an identity in words, by language."""
    return {lang: ", ".join(name_fact(name, lang) for name in names) for lang in ("id", "en")}
