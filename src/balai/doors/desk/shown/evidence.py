"""Documents of a case as cards: where they stand in the answers, what they are, how to look at them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from uuid import UUID

from django.core import signing
from django.urls import reverse

from balai.base.errors import NotFound
from balai.base.pages.rendering import TYPE_NAMES, size_text
from balai.casework.cases import rules
from balai.casework.cases.queries import CaseView
from balai.engine import forms, manifest
from balai.records.documents.models import Document

SALT = "desk.preview"
WIDE = 1400
LEAVES = 20  # so many pages are shown beside the answers; the rest on the page of all
PREVIEW_SECONDS = 3600  # as long as an officer may have the page open; the opening itself is recorded with the page


@dataclass(frozen=True, slots=True)
class EvidenceCard:
    """One piece of evidence: `picture` and `large` show it, `url` opens the original and records that.

    `pages` counts them; where there are several, `all_pages` shows each.
    """

    document_id: UUID
    label: str
    name: str
    facts: str
    url: str
    picture: str
    large: str
    missing: bool = False
    pages: int = 1
    all_pages: str = ""
    field: str = ""  # the answer of the application it stands under; "" for what a step brought
    turn: int = 0  # degrees clockwise it is shown turned by
    leaves: tuple[str, ...] = ()  # the address of each page, drawn large


@dataclass(frozen=True, slots=True)
class DocumentPlace:
    """Where a document stands: key of the data, dotted place in its answers, the field, the name it came with."""

    key: str
    path: str
    field: forms.Field
    document_id: UUID
    name: str


def find_place(view: CaseView, document_id: UUID) -> DocumentPlace:
    """Find where a case names a document. :raises NotFound: for a document of another case."""
    named = chain(find_documents(view.service, view.data), find_former(view.service, view.data))
    place = next((one for one in named if one.document_id == document_id), None)
    if place is None:
        raise NotFound
    return place


def find_documents(service: manifest.Service, data: Mapping[str, Any]) -> Iterator[DocumentPlace]:
    """Find every document that the application or a step's answers name, in the order of the forms."""
    for key, form in answered_forms(service, data):
        yield from _places(key, form, data[key])


def find_former(service: manifest.Service, data: Mapping[str, Any]) -> Iterator[DocumentPlace]:
    """Find every document that the application named before it was last corrected."""
    if isinstance(data.get(rules.BEFORE), Mapping):
        yield from _places(rules.BEFORE, service.forms["apply"], data[rules.BEFORE])


def _places(key: str, form: forms.Form, answers: Mapping[str, Any]) -> Iterator[DocumentPlace]:
    for one in forms.list_files(form, answers):
        with suppress(ValueError):
            document = UUID(str(one.held.get("document")))
            yield DocumentPlace(key, one.path, one.field, document, str(one.held.get("name") or one.path))


def answered_forms(service: manifest.Service, data: Mapping[str, Any]) -> Iterator[tuple[str, forms.Form]]:
    """Give each key of the data that holds a form's answers, with its form: the application first, then the steps."""
    if isinstance(data.get("apply"), Mapping):
        yield "apply", service.forms["apply"]
    for step in service.steps.values():
        if step.form and step.form != "apply" and isinstance(data.get(step.id), Mapping):
            yield step.id, service.forms[step.form]


def cards(
    service: manifest.Service,
    data: Mapping[str, Any],
    kept: Iterable[Document],
    *,
    address: Callable[[UUID], str],
    reader: UUID,
    lang: str,
    turns: Mapping[UUID, int] | None = None,
    former: bool = False,
) -> tuple[EvidenceCard, ...]:
    """Make the cards of a case's documents, each with its `address`; one that the store no longer has says so.

    `turns` tells by how much each is turned; with `former` they are those from before the last correction.
    """
    rows, find = {row.id: row for row in kept}, find_former if former else find_documents
    return tuple(
        replace(
            _card(service, place, rows.get(place.document_id), address(place.document_id), reader, lang),
            field=_marked_at(place),
            turn=(turns or {}).get(place.document_id, 0),
        )
        for place in find(service, data)
    )


def _marked_at(place: DocumentPlace) -> str:
    """Name the answer that is marked wrong beside this document: once for several files; a row is marked among the answers."""
    alone = place.path in (place.field.name, f"{place.field.name}.0")
    return place.field.name if alone and place.key in ("apply", rules.BEFORE) else ""


def _card(
    service: manifest.Service, place: DocumentPlace, row: Document | None, url: str, reader: UUID, lang: str
) -> EvidenceCard:
    label = service.text(f"{place.field.text_key}.label", lang, place.path)
    if row is None:
        return EvidenceCard(place.document_id, label, place.name, "", "", "", "", missing=True)
    facts = f"{TYPE_NAMES.get(row.media_type, row.media_type)}, {size_text(row.size)}"
    token = sign_preview(place.document_id, reader)
    picture = reverse("desk:preview", args=[token])
    return EvidenceCard(
        place.document_id,
        label,
        place.name,
        facts,
        url,
        f"{picture}?lebar=480",
        f"{picture}?lebar={WIDE}",
        pages=row.pages or 1,
        all_pages=reverse("desk:pages", args=[token]) if (row.pages or 1) > 1 else "",
        leaves=tuple(list_pages(token, min(row.pages or 1, LEAVES))),
    )


def list_pages(token: str, count: int) -> list[str]:
    """List the addresses of a document's pages, drawn large, by the right to see its preview."""
    picture = reverse("desk:preview", args=[token])
    return [f"{picture}?halaman={page}&lebar={WIDE}" for page in range(1, count + 1)]


def sign_preview(document_id: UUID, reader: UUID) -> str:
    """Make the right of one officer to see one preview for an hour."""
    return signing.dumps([str(document_id), str(reader)], salt=SALT)


def read_preview(token: str, reader: UUID) -> UUID | None:
    """Read whose right a preview's address is; None when it is another's, late, or made up."""
    try:
        document_id, person_id = signing.loads(token, salt=SALT, max_age=PREVIEW_SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return UUID(document_id) if person_id == str(reader) else None
