"""Reads of applications that are still being written: opened for their writer, and which contact of theirs is proven."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from balai.base import crypto, sql
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.casework.cases import policy
from balai.casework.cases.models import Draft
from balai.casework.catalogue import queries as catalogue
from balai.engine import manifest
from balai.records.people import queries as people
from balai.records.people.rules import normalise_email, normalise_phone

CODE_LIFE = timedelta(minutes=10)  # how long a code that proves a contact may be typed
DRAFT = "draft:answers"


@dataclass(frozen=True, slots=True)
class DraftView:
    """An application being written, opened."""

    draft: Draft
    service: manifest.Service
    answers: dict[str, Any]


def access_draft(actor: Actor, draft_id: UUID, *, secret: str = "", for_update: bool = False) -> DraftView:
    """Open a draft for the person who writes it, or who holds the secret of its resume link. :raises NotFound:

    One that an officer writes at a counter opens there alone: elsewhere neither post nor second factor is asked for.
    """
    found = Draft.objects.select_for_update() if for_update else Draft.objects
    draft = found.select_related("vault").filter(id=draft_id).first()
    if draft is None:
        raise NotFound
    here = draft.at_counter == (actor.channel == "counter")
    mine = here and draft.person_id is not None and draft.person_id == actor.person_id
    proven = bool(secret) and crypto.lookup_hash("draft", secret) == bytes(draft.key_hash)
    if not (mine or proven):
        raise NotFound
    answers = json.loads(crypto.open_sealed(draft.vault_id, draft.answers_sealed, DRAFT))
    return DraftView(draft, catalogue.get_service(draft.service_id, draft.service_key), answers)


def find_draft_by_secret(secret: str) -> UUID | None:
    """Find the draft that the secret of a resume link opens."""
    return Draft.objects.filter(key_hash=crypto.lookup_hash("draft", secret)).values_list("id", flat=True).first()


def find_draft_vault(draft_id: UUID) -> UUID | None:
    """Find the vault of a draft that has not been sent yet."""
    row = sql.row("SELECT vault_id FROM cases_draft WHERE id = %s AND case_id IS NULL", [draft_id])
    return sql.as_uuid(row[0]) if row else None


def find_draft_about(draft_id: UUID) -> UUID | None:
    """Find the case that a draft will be about."""
    row = sql.row("SELECT about_id FROM cases_draft WHERE id = %s", [draft_id])
    return sql.as_uuid(row[0]) if row else None


def lock_draft_vault(draft_id: UUID) -> UUID | None:
    """Find the vault of a draft that has not been sent yet, and keep the draft from being sent or forgotten meanwhile."""
    row = sql.row(f"SELECT vault_id FROM cases_draft WHERE id = %s AND case_id IS NULL{sql.for_update()}", [draft_id])
    return sql.as_uuid(row[0]) if row else None


def contact_hash(contact: str) -> bytes:
    """Digest an address or number under the town's key, in whatever way it is written."""
    normal = normalise_email(contact) if "@" in contact else normalise_phone(contact) or contact
    return crypto.lookup_hash("contact", normal)


def is_code_running(draft: Draft, to: str, now: datetime) -> bool:
    """Tell whether a code that may still be typed went to a contact of a draft's writer."""
    if draft.contact_code is None or draft.contact_sent_at is None or now >= draft.contact_sent_at + CODE_LIFE:
        return False
    return bytes(draft.contact_hash or b"") == contact_hash(to)


def name_proven(draft: Draft, contact: Mapping[str, str]) -> str:
    """Name which contact of a draft's writer came back with its code: email, phone, or "" for none."""
    return _name_of(bytes(draft.contact_hash or b"") if draft.contact_proven_at else b"", contact)


def find_proven(draft_id: UUID, contact: Mapping[str, str]) -> str:
    """Name which contact was proven for a draft: email, phone, or "" for none."""
    row = sql.row("SELECT contact_hash FROM cases_draft WHERE id = %s AND contact_proven_at IS NOT NULL", [draft_id])
    return _name_of(bytes(row[0]), contact) if row else ""


def _name_of(mark: bytes, contact: Mapping[str, str]) -> str:
    return next(
        (name for name in ("email", "phone") if mark and contact.get(name) and contact_hash(contact[name]) == mark), ""
    )


def must_prove(view: DraftView, actor: Actor, contacts: Mapping[str, str], *, level: str) -> bool:
    """Tell whether a code must prove the writer's contact before a draft can be sent; `submit` judges the same.

    `level` is how surely the applicant is known who has an account, or for whom somebody acts who has one.
    """
    draft, agent_level = view.draft, level
    if view.service.identity == "none":
        return False
    if draft.person_id is not None and draft.on_behalf_of_id is not None and level == "none":
        agent_level = people.get_identity_level(draft.person_id)
    proven = name_proven(draft, contacts) if draft.person_id is None else ""
    return not policy.contact_means(actor, level=level, agent_level=agent_level, proven=proven)


def name_reach(view: DraftView, contacts: Mapping[str, str]) -> tuple[str, ...]:
    """Name the contacts by which an applicant will be told of their case, as things stand."""
    known = view.draft.person_id is not None
    return policy.reaching("" if known else name_proven(view.draft, contacts), known=known)


def list_drafts(person_id: UUID) -> list[Draft]:
    """List what a citizen has begun and not sent, newest first."""
    return list(
        Draft.objects.filter(person_id=person_id, case__isnull=True, at_counter=False).order_by("-updated_at")[:20]
    )


class SealedDraft(NamedTuple):
    """An unsent application and the vault it is sealed under."""

    draft_id: UUID
    vault_id: UUID


def list_all_drafts(person_id: UUID) -> list[SealedDraft]:
    """List every unsent application that a person writes or that is for them."""
    found = Draft.objects.filter(Q(person_id=person_id) | Q(on_behalf_of_id=person_id), case__isnull=True)
    return [SealedDraft(*row) for row in found.values_list("id", "vault_id")]
