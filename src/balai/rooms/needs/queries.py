"""Every read of needs."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from balai.base import access_log, crypto
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.casework.cases import queries as cases
from balai.casework.cases.models import Draft
from balai.records.people import queries as people
from balai.rooms.needs import policy, rules
from balai.rooms.needs.models import Need

CONTEXT = "need"


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose need is meant: the vault it is sealed under, and the person where there is a record of them."""

    vault_id: UUID
    person_id: UUID | None


@dataclass(frozen=True, slots=True)
class StatedNeed:
    """What somebody said they need, opened."""

    kinds: tuple[str, ...]
    words: str
    at: datetime
    at_counter: bool


def own(person_id: UUID) -> Whose:
    """Name a person's own need. :raises NotFound: for a person who was forgotten."""
    return Whose(people.get_vault_id(person_id), person_id)


def of_draft(actor: Actor, draft_id: UUID, secret: str = "") -> Whose:
    """Name the need that belongs to an application being written, to whoever may open it. :raises NotFound:

    At a counter it is that of whom the officer writes for, where there is a record of them.
    """
    draft = cases.access_draft(actor, draft_id, secret=secret).draft
    if actor.channel == "counter" and draft.on_behalf_of_id is not None:
        return own(draft.on_behalf_of_id)
    return Whose(draft.vault_id, None)


def of_case(actor: Actor, number: str, *, now: datetime, track_code: str) -> Whose:
    """Name the need that belongs to the case of somebody without an account. :raises NotFound: for strangers."""
    view = cases.open_case(actor, number, now=now, purpose="own case", track_code=track_code)
    if not view.standing.holder:
        raise NotFound
    return Whose(view.row.vault_id, None)


def find(whose: Whose) -> StatedNeed | None:
    """Open what somebody said they need, for themselves or after the reading was written down. One query, and one for its key."""
    row = Need.objects.filter(vault_id=whose.vault_id).first()
    return open_row(row) if row else None


def list_of(person_ids: Collection[UUID]) -> list[StatedNeed]:
    """Open what a person said, under whichever of their records. One query, and one for its key."""
    return [open_row(row) for row in Need.objects.filter(person_id__in=person_ids)]


def read_for_case(actor: Actor, number: str, *, now: datetime) -> tuple[cases.CaseView, list[StatedNeed]]:
    """Open what the applicant of a case needs for one of its officers; the reading is written down first. :raises NotFound:"""
    view = cases.open_case(actor, number, now=now, purpose="needs")
    policy.require_reader(view)
    return view, [open_row(row) for row in _of_view(view)]


def read_for_counter(actor: Actor, whose: Whose, *, now: datetime) -> StatedNeed | None:
    """Open the need of whoever stands at a counter; the reading is written down first."""
    access_log.record_access(
        actor, purpose="needs", object=f"person:{whose.person_id or ''}", person_id=whose.person_id, now=now
    )
    return find(whose)


def is_marked(view: cases.CaseView) -> bool:
    """Tell whether the applicant of a case said they need something. One query; nothing is opened."""
    return _of_view(view).exists()


def is_marked_draft(draft: Draft) -> bool:
    """Tell whether whoever an officer writes for at a counter said they need something. One query; nothing is opened."""
    known = draft.on_behalf_of_id
    return (Need.objects.filter(person_id=known) if known else Need.objects.filter(vault_id=draft.vault_id)).exists()


def is_stated(whose: Whose) -> bool:
    """Tell whether something is said. One query; nothing is opened."""
    return Need.objects.filter(vault_id=whose.vault_id).exists()


def wants_large(account_id: UUID) -> bool:
    """Tell whether the person of an account asked for large type."""
    row = Need.objects.filter(person__account_id=account_id).first()
    return row is not None and rules.LARGE in open_row(row).kinds


def open_row(row: Need) -> StatedNeed:
    """Open a row."""
    told = json.loads(crypto.open_sealed(row.vault_id, bytes(row.sealed), CONTEXT))
    return StatedNeed(tuple(told["kinds"]), told["words"], row.consented_at, row.heard_by is not None)


def _of_view(view: cases.CaseView) -> QuerySet[Need]:
    row = view.row
    mine = Q(vault_id=row.vault_id)
    return Need.objects.filter(mine | Q(person_id=row.applicant_id) if row.applicant_id else mine).order_by("id")
