"""What a person's row holds sealed: opened, changed and sealed again under its lock; for the other actions here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from balai.base import crypto
from balai.base.errors import NotFound
from balai.records.people import queries, rules
from balai.records.people.models import Person


def lock_person(person_id: UUID) -> Person:
    """Fetch a person under their row's lock. :raises NotFound: unknown, forgotten, or joined into another."""
    person = Person.objects.select_for_update().filter(id=person_id, erased_at__isnull=True).first()
    if person is None:
        raise NotFound
    return person


def open_details(person: Person) -> rules.Identity:
    """Open what a person's row holds sealed."""
    sealed = crypto.open_sealed(person.vault_id, bytes(person.sealed), queries.SEALED_CONTEXT)
    return rules.Identity.from_bytes(sealed)


def reseal(person: Person, identity: rules.Identity, now: datetime) -> None:
    """Seal a person's changed details, and save them with what was set on the row beside them."""
    person.sealed = crypto.seal(person.vault_id, identity.to_bytes(), queries.SEALED_CONTEXT)
    person.name_masked = masked(person.kind, identity.name)
    person.changed_at = now
    person.save(update_fields=["sealed", "name_masked", "changed_at", "nik_hash", "identity_level"])


def masked(kind: str, name: str) -> str:
    """Give the name as lists show it: a firm's whole, a natural person's masked."""
    return name[:120] if kind == Person.Kind.ORGANISATION else rules.mask_name(name)[:120]


def fingerprint(value: Any) -> str:
    """Digest personal data under the town's key, so that the deed's digest tells nothing of it."""
    return crypto.lookup_hash("command", repr(value)).hex()
