"""A service's application as a form on paper: for whoever has no screen, and for the day on which there is none."""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings

from balai.base.pages.texts import say
from balai.casework.catalogue import queries as catalogue
from balai.doors.portal import standard
from balai.engine import forms, letters, manifest
from balai.engine.forms.feel import Condition
from balai.records.entrance.visitors import Visitor

BOXES = {
    "nik": (16,),
    "kk": (16,),
    "nip": (18,),
    "npwp": (16,),
    "date": (2, 2, 4),
    "time": (2, 2),
}  # a box for each digit
LINES = {"text": 3}  # lines to write on; of every other kind one
MOST_OPTIONS = 12  # so many options are printed to be ticked; of more the answer is written
ROWS = 4  # of a table, where the form takes any number; whoever needs more adds a sheet
DOCUMENT = (
    "document",
    "document_number",
    "nationality",
)  # in place of the NIK, where a service takes other documents too
KNOWN = ("name", "nik", "birth_place", "birth_date", "address", "village", "phone", "email")  # asked of every applicant
_ATOM = re.compile(r'(\w+)(?: (=|!=|in) (?:"(\w+)"|(true|false)|\(((?:"\w+"(?:, )?)+)\)))?')


@dataclass(frozen=True, slots=True)
class Blank:
    """One question on paper: its words, when it is to be answered, and the room for the answer."""

    label: str
    help: str = ""
    when: str = ""
    optional: bool = False
    options: tuple[str, ...] = ()
    several: bool = False
    boxes: tuple[range, ...] = ()
    lines: range = range(1)
    prefix: str = ""
    columns: tuple[str, ...] = ()
    rows: range = range(0)


@dataclass(frozen=True, slots=True)
class PaperSection:
    """Some questions under one heading."""

    title: str
    intro: str
    when: str
    blanks: tuple[Blank, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The whole form on paper."""

    title: str
    summary: str
    version: str
    in_force: bool
    facts: tuple[tuple[str, str], ...]
    applicant: tuple[Blank, ...]
    parts: tuple[PaperSection, ...]
    evidence: tuple[Blank, ...]
    brought: tuple[str, ...]  # what the published standard asks for, in its own words
    statements: tuple[str, ...]
    basis: tuple[str, ...]
    address: str  # where one goes on without paper
    qr: str  # a picture of it, within the page


def lay_out(service: manifest.Service, visitor: Visitor) -> Paper:
    """Lay a service's application out for printing, in the visitor's language."""
    lang, form = visitor.lang, service.forms["apply"]
    law = catalogue.get_law(service, visitor.now)
    asked = [
        one for one in form.fields.values() if (one.is_asked or one.kind == "info") and one.name not in _told(service)
    ]
    return Paper(
        title=service.text("title", lang),
        summary=service.text("summary", lang, ""),
        version=service.version,
        in_force=service.in_force,
        facts=_facts(service, law, visitor),
        applicant=tuple(_known(name, lang) for name in _asked_of(service)),
        parts=tuple(_parts(service, lang, {one.name for one in asked if not one.holds_files and not one.must_be_true})),
        evidence=tuple(_blank(service, one, lang) for one in asked if one.holds_files),
        brought=service.text_list("standard.requirements", lang),
        statements=tuple(_label(service, one, lang) for one in asked if one.must_be_true),
        basis=tuple(
            f"{one.ref} ({standard.mark(law.at(f'legal_basis.{at}'), lang)})"
            for at, one in enumerate(service.legal_basis)
        ),
        address=(address := f"{settings.BALAI_URL}/layanan/{service.id}/ajukan/"),
        qr="data:image/svg+xml;base64," + b64encode(letters.qr_svg(address)).decode(),
    )


def _told(service: manifest.Service) -> set[str]:
    """Name the questions that the applicant's own lines answer already."""
    return {name for name, path in service.prefill.items() if path.removeprefix("applicant.") in KNOWN}


def _facts(service: manifest.Service, law: catalogue.ServiceLaw, visitor: Visitor) -> tuple[tuple[str, str], ...]:
    lang = visitor.lang
    periods = "; ".join(service.promised(one, lang) for one in service.time.promises)
    standings = [law.at(catalogue.place_of(service, one)) for one in service.time.promises]
    told = next((one for one in standings if not one.confirmed), standings[0])
    time = f"{periods} ({standard.mark(told, lang)})"
    product = service.text("standard.products", lang, service.text("title", lang))
    return (
        (say("portal.standard.time", lang), time),
        (say("portal.standard.fee", lang), standard.fee_text(service, visitor)),
        (say("portal.standard.product", lang), product),
        (say("portal.standard.who", lang), say(f"portal.who.{service.who}", lang)),
    )


def _asked_of(service: manifest.Service) -> tuple[str, ...]:
    """Name the applicant's own lines: with which document they apply where there is a choice."""
    if not service.documents:
        return KNOWN
    return tuple(line for name in KNOWN for line in (DOCUMENT if name == "nik" else (name,)))


def _known(name: str, lang: str) -> Blank:
    return Blank(
        say(f"portal.paper.person.{name}", lang),
        boxes=_boxes({"nik": "nik", "birth_date": "date"}.get(name, "")),
        optional=name == "email",
    )


def _parts(service: manifest.Service, lang: str, asked: set[str]) -> Iterator[PaperSection]:
    form = service.forms["apply"]
    for page in form.pages:
        blanks = tuple(_blank(service, form.fields[name], lang) for name in page.fields if name in asked)
        if blanks:
            words = f"forms.apply.pages.{page.id}"
            title, intro = (service.text(f"{words}.{part}", lang, "") for part in ("title", "intro"))
            yield PaperSection(title, intro, when_in_words(service, page.show_if, lang), blanks)


def _blank(service: manifest.Service, one: forms.Field, lang: str) -> Blank:
    if one.kind == "info":  # words that ask for nothing
        told = service.text(f"{one.text_key}.text", lang)
        return Blank(told, when=when_in_words(service, one.show_if, lang), lines=range(0))
    columns = tuple(_label(service, each, lang) for each in one.fields.values() if each.is_asked)
    return Blank(
        label=_label(service, one, lang),
        help=service.text(f"{one.text_key}.help", lang, ""),
        when=when_in_words(service, one.show_if, lang),
        optional=not one.required,
        options=_options(service, one, lang),
        several=one.kind == "choices",
        boxes=_boxes(one.kind),
        lines=range(LINES.get(one.kind, 1)),
        prefix="Rp" if one.kind == "money" else service.text(f"{one.text_key}.unit", lang, ""),
        columns=columns,
        rows=range(min(one.max_items or ROWS, max(ROWS, one.min_items))) if columns else range(0),
    )


def _label(service: manifest.Service, one: forms.Field, lang: str) -> str:
    return service.text(f"{one.text_key}.label", lang, one.name)


def _boxes(kind: str) -> tuple[range, ...]:
    return tuple(range(count) for count in BOXES.get(kind, ()))


def _options(service: manifest.Service, one: forms.Field, lang: str) -> tuple[str, ...]:
    """List the options to tick; none where the answer is written because there are too many, or no choice."""
    if one.kind == "boolean":
        return say("portal.paper.yes", lang), say("portal.paper.no", lang)
    codes = one.options or tuple(row.code for row in _rows(service, one))
    if len(codes) > MOST_OPTIONS:
        return ()
    return tuple(forms.option_name(one, code, service.texts, lang, tables=service.tables) for code in codes)


def _rows(service: manifest.Service, one: forms.Field) -> tuple[forms.CodeRow, ...]:
    table = service.tables.get("village" if one.kind == "village" else one.source)
    return table.rows if table is not None else ()


# ---- when a question is to be answered ------------------------------------------------------------------------------


def when_in_words(service: manifest.Service, condition: Condition | None, lang: str) -> str:
    """Say when a question is to be answered, by the answers it depends on; "" for always, or for what only a record tells."""
    if condition is None:
        return ""
    fields = service.forms["apply"].fields
    either = [
        say("portal.paper.and", lang).join(said)
        for one in condition.source.split(" or ")
        if (said := [words for atom in one.split(" and ") if (words := _atom(service, fields, atom.strip(), lang))])
    ]
    return say("portal.paper.when", lang, what=say("portal.paper.or", lang).join(either)) if either else ""


def _atom(service: manifest.Service, fields: Mapping[str, forms.Field], atom: str, lang: str) -> str:
    found = _ATOM.fullmatch(atom)
    if found is None or found[1] not in fields:
        return ""
    name, sign, code, truth, codes = found.groups()
    one = fields[name]
    if sign is None or truth:
        answer = say("portal.paper.no" if truth == "false" else "portal.paper.yes", lang)
    else:
        wanted = re.findall(r"\w+", codes) if codes else [code]
        answer = say("portal.paper.or", lang).join(
            forms.option_name(one, each, service.texts, lang, tables=service.tables) for each in wanted
        )
    key = "portal.paper.is_not" if sign == "!=" else "portal.paper.is"
    return say(key, lang, question=_label(service, one, lang), answer=answer)
