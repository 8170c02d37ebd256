"""Every read of protections."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from balai.base import crypto, sql
from balai.base.errors import NotFound
from balai.records.people import queries as people
from balai.records.protection.models import Protection
from balai.records.protection.rules import HIDDEN

REASON = "protection:reason"
_RUNNING = """
    SELECT p.person_id, i.joined_into_id, p.vault_id, p.first_post_id, p.second_post_id
    FROM protection_protection p LEFT JOIN people_person i ON i.id = p.person_id WHERE p.lifted_at IS NULL
    AND ({})
"""


@dataclass(frozen=True, slots=True)
class RunningProtection:
    """One protection that runs, masked, with the two posts that see what it hides."""

    id: UUID
    person_id: UUID | None
    name_masked: str
    number: str  # of the case whose applicant has no record
    kind: str
    unit_path: str
    posts: tuple[str, str]
    since: datetime
    review_on: date


def find_posts(ids: Collection[UUID]) -> dict[UUID, frozenset[UUID]]:
    """Find what is protected of some persons, and of cases by their vaults, with the posts that see. One query.

    A record joined into another protects both.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    marks = ", ".join(["%s"] * len(wanted))
    found = sql.rows(
        _RUNNING.format(f"p.person_id IN ({marks}) OR i.joined_into_id IN ({marks}) OR p.vault_id IN ({marks})"),
        wanted * 3,
    )
    made: dict[UUID, frozenset[UUID]] = {}
    for person, joined, vault, *posts in found:
        seeing = frozenset(one for one in map(sql.as_uuid, posts) if one)
        for one in map(sql.as_uuid, (person, joined, vault)):
            if one in wanted:
                made[one] = seeing & made.get(one, seeing)
    return made


def list_running(paths: Collection[str]) -> list[RunningProtection]:
    """List the protections that heads of the units under some paths answer for, those to be looked at first first. One query."""
    found = Protection.objects.filter(lifted_at__isnull=True).select_related(
        "person", "unit", "first_post__unit", "second_post__unit"
    )
    rows = [
        row for row in found.order_by("review_on", "since") if any(row.unit.path.startswith(path) for path in paths)
    ]
    return [
        RunningProtection(
            row.id, row.person_id, row.person.name_masked if row.person else "", row.number, row.kind, row.unit.path,
            (f"{row.first_post.title}, {row.first_post.unit.name}", f"{row.second_post.title}, {row.second_post.unit.name}"),
            row.since, row.review_on,
        )
        for row in rows
    ]  # fmt: skip


def get_running(protection_id: UUID) -> Protection:
    """Fetch a protection that runs, with its unit. :raises NotFound: unknown, or lifted."""
    found = Protection.objects.select_related("unit").filter(id=protection_id, lifted_at__isnull=True).first()
    if found is None:
        raise NotFound
    return found


def list_guarded_vaults() -> dict[UUID, frozenset[UUID]]:
    """List the vaults of all cases under protection, with the posts that see. One query."""
    found = Protection.objects.filter(lifted_at__isnull=True, vault__isnull=False)
    return {
        vault: frozenset(posts)
        for vault, *posts in found.values_list("vault_id", "first_post_id", "second_post_id")
        if vault
    }


def find_unit_paths(ids: Collection[UUID]) -> dict[UUID, str]:
    """Find for protected persons, joined records too, and vaults of cases the path of the unit whose head is alarmed. One query."""
    asked = Q(person_id__in=ids) | Q(person__joined_into_id__in=ids) | Q(vault_id__in=ids)
    found = Protection.objects.filter(asked, lifted_at__isnull=True)
    paths: dict[UUID, str] = {}
    for *whose, path in found.values_list("person_id", "person__joined_into_id", "vault_id", "unit__path"):
        paths |= {one: path for one in whose if one is not None and one in ids}
    return paths


def list_about(person_ids: Collection[UUID]) -> list[Protection]:
    """List the protections of a person, the newest first."""
    return list(Protection.objects.filter(person_id__in=person_ids).order_by("-since"))


def open_reason(row: Protection) -> str:
    """Open why somebody is protected."""
    return crypto.open_sealed(get_vault_id(row), bytes(row.reason_sealed), REASON).decode()


def get_vault_id(row: Protection) -> UUID:
    """Give the vault under which a protection's reasons are sealed."""
    found = row.vault_id if row.person_id is None else people.get_vault_id(row.person_id)
    assert found is not None, "a protection is of a person or of a case"
    return found


def veil(person: people.PersonView) -> people.PersonView:
    """Take off a person's view what a protection hides."""
    bare: dict[str, Any] = dict.fromkeys(HIDDEN, "")
    return replace(person, identity=replace(person.identity, **bare))
