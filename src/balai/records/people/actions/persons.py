"""Persons: registered, what they say of themselves, how they were reached, erased."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from balai.base import crypto, journal
from balai.base.actors import Actor
from balai.base.errors import Conflict
from balai.records.errors import require_drawable, wrong
from balai.records.people import events, policy, queries, rules
from balai.records.people.actions.rows import fingerprint, lock_person, masked, open_details, reseal
from balai.records.people.models import Account, Invitation, Level, Mandate, Person


def register_person(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    identity: rules.Identity,
    account_id: UUID | None = None,
    kind: str = Person.Kind.NATURAL,
    level: str = Level.NONE,
) -> UUID:
    """Register a person with what they say of themselves; the NIK they claim is kept sealed and not yet theirs.

    A claimed NIK enters the look-up only when the identity is bound, so that nobody can occupy another's number.
    """
    if actor.kind == "officer":  # at a counter; whoever signs up is asked by the form, or vouched for elsewhere
        require_drawable(name=identity.name, birth_place=identity.birth_place, address=identity.address)
    digest = journal.digest_of(kind, account_id, level, fingerprint(identity))
    with journal.deed(command_id, actor=actor, now=now, name="people.register_person", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer["person"])
        person = prepare_person(identity=identity, now=now, kind=kind, level=level, account_id=account_id)
        person.vault.save(force_insert=True)
        person.save(force_insert=True)
        deed.record(f"person:{person.id}", events.PERSON_REGISTERED, {"person": str(person.id), "kind": kind})
        deed.answer = {"person": str(person.id)}
        return person.id


def prepare_person(
    *, identity: rules.Identity, now: datetime, kind: str = Person.Kind.NATURAL, level: str = Level.NONE,
    account_id: UUID | None = None, bound: bool = False,
) -> Person:  # fmt: skip
    """Make an unsaved person with an unsaved vault, for callers that insert many at once.

    `bound` enters the NIK into the look-up; only for persons whose identity was established or who are invented.
    """
    vault = crypto.prepare_vault()
    key = crypto.unwrap(vault.id, bytes(vault.wrapped_key or b""))
    return Person(
        kind=kind,
        vault=vault,
        account_id=account_id,
        sealed=crypto.seal_with(key, identity.to_bytes(), queries.SEALED_CONTEXT),
        name_masked=masked(kind, identity.name),
        nik_hash=_mark_of(identity) if bound else None,
        identity_level=level,
        registered_at=now,
        changed_at=now,
    )


def _mark_of(identity: rules.Identity) -> bytes | None:
    """Give the hash by which somebody is found: of their document, else of their NIK or a firm's number."""
    seen = rules.read_document(identity.document, identity.document_number, identity.nationality)
    if seen is not None:
        return queries.document_mark(seen)
    return crypto.lookup_hash("nik", identity.nik) if identity.nik else None


def change_details(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, **changes: Any) -> None:
    """Change what a person says of themselves (address, village, phone, email, language, and a name not yet bound).

    :raises NotAllowed: for whoever is neither the person nor an officer.
    :raises Conflict: `identity-bound` for name, NIK, birth and sex once an officer has seen the card.
    """
    if actor.person_id != person_id:
        policy.require_officer(actor)
    digest = journal.digest_of(person_id, fingerprint(changes))
    with journal.deed(command_id, actor=actor, now=now, name="people.change_details", digest=digest) as deed:
        if deed.repeated:
            return
        person = lock_person(person_id)
        settled = {"name", "nik", "document", "document_number", "birth_date", "birth_place", "sex"} & set(changes)
        if settled and rules.reaches(person.identity_level, Level.SEEN):
            raise Conflict("identity-bound")
        reseal(person, replace(open_details(person), **_normal(changes)), now)
        deed.record(f"person:{person_id}", events.DETAILS_CHANGED, {"fields": sorted(changes)})


def _normal(changes: dict[str, Any]) -> dict[str, Any]:
    """Bring contacts into the form they are compared in. :raises Invalid: `phone-format`, `not-drawable`."""
    require_drawable(**{field: str(changes.get(field) or "") for field in ("name", "address", "birth_place")})
    if changes.get("phone"):
        phone = rules.take_phone(changes["phone"])
        if phone is None:
            raise wrong("phone-format", "phone")
        changes = changes | {"phone": phone}
    if changes.get("email"):
        changes = changes | {"email": rules.normalise_email(changes["email"])}
    return changes


def note_contact_verified(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, means: str) -> None:
    """Note that a person was reached at an e-mail address or phone they control; raises them to `contact`."""
    digest = journal.digest_of(person_id, means)
    with journal.deed(command_id, actor=actor, now=now, name="people.note_contact_verified", digest=digest) as deed:
        if deed.repeated:
            return
        person = lock_person(person_id)
        Person.objects.filter(id=person_id).update(identity_level=rules.higher(person.identity_level, Level.CONTACT))
        deed.record(f"person:{person_id}", events.CONTACT_VERIFIED, {"means": means})


def erase_person(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, reason: str) -> None:
    """Destroy what identifies a person: their vault's key, masked name and look-up hash, their account and mandates."""
    policy.require_administrator(actor)
    digest = journal.digest_of(person_id, reason)
    with journal.deed(command_id, actor=actor, now=now, name="people.erase_person", digest=digest) as deed:
        if deed.repeated:
            return
        person = lock_person(person_id)
        Person.objects.filter(id=person_id).update(
            nik_hash=None, name_masked="", sealed=b"", account=None, erased_at=now, changed_at=now
        )
        if person.account_id:
            Account.objects.filter(id=person.account_id).delete()
        ended = queries.living_mandates(person_id).update(
            state=Mandate.State.REVOKED, ended_at=now, ended_by=actor.person_id
        )
        Invitation.objects.filter(Q(principal_id=person_id) | Q(by_person=person_id)).delete()
        for vault_id in (
            person.vault_id,
            *Person.objects.filter(joined_into=person).values_list("vault_id", flat=True),
        ):
            crypto.shred(vault_id, now)
        deed.record(f"person:{person_id}", events.PERSON_ERASED, {"person": str(person_id), "mandates": ended})
        deed.send(events.TOPIC_PERSON_ERASED, {"person": str(person_id)})


def erase_again(vault_ids: Collection[UUID], now: datetime) -> None:
    """Take off again what a restored backup still knows of erased persons; part of the transaction in which it forgets."""
    persons = Person.objects.filter(vault_id__in=vault_ids)
    accounts = [account for account in persons.values_list("account_id", flat=True) if account]
    persons.update(nik_hash=None, name_masked="", sealed=b"", account=None, erased_at=now, changed_at=now)
    Account.objects.filter(id__in=accounts).delete()
