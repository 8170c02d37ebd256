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
from balai.engine.forms.feel import compile_condition
from balai.records.people import queries as people

ABOUT = "$about"  # beside a draft's answers; no field can be called so
PREFIX = "applicant_"  # in a form's names, where the questions of a service stand on the same page
_KINDS = {"birth_date": "date", "address": "text", "nik": "nik"}
_LONGEST = {
    "name": 120, "birth_place": 80, "address": 300, "nib": 40, "document_number": 40, "nationality": 60, "guardian": 120,
}  # fmt: skip
_OF_DOCUMENT = ("nik", "document_number")
_NUMBER = "^[A-Za-z0-9][A-Za-z0-9 ./-]{3,39}$"
_BY_DOCUMENT = ("nik", "document", "document_number", "nationality")
_OF_CHILD = ("name", "birth_place", "birth_date")
_FORM = "identity"


def list_missing(
    service: manifest.Service, known: Mapping[str, object], *, letter_id: str = "", firm: bool | None = None
) -> tuple[str, ...]:
    """List what a service's letters, or one of them, print of this applicant and is not known of them."""
    printed = service.prints.get(letter_id, frozenset()) if letter_id else service.printed
    return letters.list_missing(printed, known, firm=firm)


def list_asked(service: manifest.Service, known: Mapping[str, object], *, firm: bool) -> tuple[str, ...]:
    """List what somebody with a record is asked about themselves: what the service asks or prints and the record does not know."""
    return letters.list_missing(service.asked - {"phone", "email"}, known, firm=firm)


def asks_document(service: manifest.Service, known: Mapping[str, object], *, firm: bool = False) -> bool:
    """Tell whether an applicant with a record is asked by which document they apply: theirs is none of those taken, or a child's is."""
    if firm or not service.documents:
        return False
    return bool(set(letters.OF_CHILDREN) & set(service.documents)) or not takes_own(service, known)


def takes_own(service: manifest.Service, known: Mapping[str, object]) -> bool:
    """Tell whether a service takes the document by which somebody is known already."""
    return letters.has_document(known) and letters.document_of(known) in service.documents


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
    known = {**known, "document_number": letters.has_document(known)}
    return {name for name in service.printed if known.get(name)}


def list_facts(
    service: manifest.Service, known: Mapping[str, object], lang: str, firm: bool | None = None
) -> list[tuple[str, str, str]]:
    """List what a service's letters print of this applicant: (fact, what it is called, its value), a document's by the document's name."""
    shown = letters.print_document(known, lang)
    return [
        (name, shown.get("document_name", name_fact(name, lang)), shown.get("document_number", ""))
        if name == "document_number"
        else (name, name_fact(name, lang), str(known.get(name) or ""))
        for name in list_printed(service, known, firm)
    ]


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


def lacking_form(case: CaseRow, service: manifest.Service, *, prefix: str = "") -> forms.Form:
    """Make the form that completes who a case is from: what its letters lack, with a document's kind where its number does."""
    names = list_lacking(case, service)
    if "document_number" not in names or not service.documents:
        return form_of(names, prefix=prefix)
    rest = [name for name in names if name not in _OF_DOCUMENT]
    fields = _with_document(service, None, ["name", *rest] if "name" in names else rest, prefix)
    return forms.Form(_FORM, (forms.FormPage(_FORM, tuple(fields)),), fields, order=tuple(fields))


def judge_lacking(
    case: CaseRow, service: manifest.Service, told: Mapping[str, Any], now: datetime, lang: str
) -> dict[str, Any]:
    """Judge what was told of a case's applicant and give them whole. :raises Invalid: `identity-missing`, by `PREFIX` and name."""
    known = case.data.get("applicant", {})
    given = _judged(lacking_form(case, service), told, now, lang)
    return settle(service, known, given) if "document" in given else {**known, **given}


def about_form(
    service: manifest.Service, known: Mapping[str, object] | None, *, firm: bool = False, prefix: str = "",
    more: Iterable[forms.Field] = (),
) -> forms.Form:  # fmt: skip
    """Make the form that asks who applies: all of it (`known` None), or what the record of somebody does not know.

    Where a service takes several documents, the first question is which; what follows depends on it. A child's brings the
    adult along, who stays the holder. `more` stands behind.
    """
    names = list(_names(service, known, firm))
    if (known is None and service.documents) or (known is not None and asks_document(service, known, firm=firm)):
        names = [name for name in names if name not in _OF_DOCUMENT]
        fields = _with_document(service, known, names, prefix)
    else:
        fields = dict(form_of(names, prefix=prefix).fields)
    fields |= {one.name: one for one in more}
    return forms.Form(_FORM, (forms.FormPage(_FORM, tuple(fields)),), fields, order=tuple(fields))


def _names(service: manifest.Service, known: Mapping[str, object] | None, firm: bool) -> tuple[str, ...]:
    if known is not None:
        return list_asked(service, known, firm=firm)
    looked_up = {*service.once_only} if service.ask is None else set[str]()
    looked_up |= {"address"} if "registered_address" in looked_up else set()
    if service.identity == "none":
        looked_up = set()
    asked = {"name", *looked_up, *service.asked}
    nik = ("nik",) if "nik" in asked and not service.documents else ()
    return ("name", *nik, *(one for one in ("birth_place", "birth_date", "address") if one in asked))


def _with_document(
    service: manifest.Service, known: Mapping[str, object] | None, names: list[str], prefix: str
) -> dict[str, forms.Field]:
    """Make the questions that follow from which document somebody shows, each asked where it has an answer."""
    kinds = service.documents
    own = letters.document_of(known) if known is not None and takes_own(service, known) else ""
    child = [one for one in kinds if letters.DOCUMENTS[one].of_child]
    fields = {prefix + "document": _asked("document", prefix, kind="choice", options=kinds)}

    def add(name: str, only: Iterable[str], kind: str = "string") -> None:
        if shown := [one for one in kinds if one in only]:
            when = "" if len(shown) == len(kinds) else " or ".join(f'{prefix}document = "{one}"' for one in shown)
            fields[prefix + name] = _asked(name, prefix, kind=kind, show_if=when)

    holders = letters.DOCUMENTS.values()
    add("nik", [one.id for one in holders if one.holds_nik and one.id != own], "nik")
    add("document_number", [one for one in letters.NUMBERED if one != own])
    add("nationality", [one.id for one in holders if one.foreign and one.id != own])
    for name in (*_OF_CHILD, "address"):
        if (known is None and name in names) or (name in names and name not in _OF_CHILD):
            add(name, kinds, _KINDS.get(name, "string"))
        elif name in names or (name in _OF_CHILD and child and known is not None):
            add(name, kinds if name in names else child, _KINDS.get(name, "string"))
    if known is None:
        add("guardian", child)
    return fields


def _asked(name: str, prefix: str, *, kind: str, show_if: str = "", options: tuple[str, ...] = ()) -> forms.Field:
    return forms.Field(
        prefix + name, kind, form=_FORM, key=name, required=True, options=options,
        show_if=compile_condition(show_if) if show_if else None, latest="today" if name == "birth_date" else "",
        max_length=_LONGEST.get(name, 0), printed=kind in ("string", "text"),
        pattern=_NUMBER if name == "document_number" else "",
    )  # fmt: skip


def judge_about(
    service: manifest.Service, known: Mapping[str, object] | None, told: Mapping[str, Any], now: datetime, lang: str,
    *, firm: bool = False,
) -> dict[str, str]:  # fmt: skip
    """Judge what was told of an applicant and give it as canonical text. :raises Invalid: `identity-missing`, by `PREFIX` and name."""
    return _judged(about_form(service, known, firm=firm), told, now, lang)


def _judged(form: forms.Form, told: Mapping[str, Any], now: datetime, lang: str) -> dict[str, str]:
    given = {name: value for name, value in told.items() if name in form.fields}
    checked = forms.validate(form, given, forms.JudgingScope(now=now, lang=lang))
    if checked.errors:
        raise _refusal({error.path: forms.message(error, words(lang), lang) for error in checked.errors})
    return {name: str(value).strip() for name, value in forms.to_json(form, checked.answers).items() if value}


def settle(service: manifest.Service, known: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, Any]:
    """Put what was told of an applicant beside what is known: by another document they are named as it names them.

    A child is who the case is about, and the adult who applies stands beside as `guardian`; how to reach them stays theirs.
    """
    kind = told.get("document") or (letters.document_of(known) if service.documents else "")
    made = {**known, **told}
    if told.get("document") and told["document"] != letters.document_of(known):
        made = {name: value for name, value in made.items() if name in told or name not in _BY_DOCUMENT}
    if kind in letters.OF_CHILDREN:
        made["guardian"] = told.get("guardian") or str(known.get("name") or "")
    if made.get("document_number"):
        made["document_number"] = letters.read_document_number(str(made["document_number"])) or ""
    return made | ({"document": kind} if kind else {})


def words(lang: str) -> Mapping[str, Mapping[str, object]]:
    """Give the words of the form in the shape of a service's texts."""
    fields: dict[str, dict[str, Any]] = {
        name: {
            part: said for part in ("label", "help")
            if texts.has(f"cases.identity.{name}.{part}", lang) and (said := texts.say(f"cases.identity.{name}.{part}", lang))
        }
        for name in (*letters.FIELDS, "document", "nationality", "guardian", "phone", "email")
    }  # fmt: skip
    fields["document"]["options"] = {one: texts.say(f"cases.identity.kinds.{one}", lang) for one in letters.DOCUMENTS}
    return {lang: {"forms": {_FORM: {"fields": fields}}}}


def name_document(kind: str, lang: str) -> str:
    """Name an identity document in words."""
    return texts.say(f"cases.identity.names.{kind}", lang)


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
