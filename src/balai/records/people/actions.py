"""Every write of people: accounts, persons, identity, mandates, the first administrator; one deed each."""

import hashlib
import json
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5
from zoneinfo import ZoneInfo

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.urls import reverse

from balai.base import codes, crypto, journal, post
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotAllowed, NotFound
from balai.records.errors import wrong
from balai.records.people import events, policy, queries, rules
from balai.records.people.models import (
    Account,
    Binding,
    CounterCode,
    Level,
    Mandate,
    Person,
    Recovery,
    SetupToken,
)

SETUP_TOKEN_LIFE = timedelta(hours=24)
COUNTER_CODE_LIFE = timedelta(minutes=15)
COPYING = timedelta(minutes=15)  # how long an officer who has typed a code may take over the card


# -- persons ----------------------------------------------------------------------------------------------------------


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
    digest = journal.digest_of(kind, account_id, level, _fingerprint(identity))
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
        name_masked=_masked(kind, identity.name),
        nik_hash=crypto.lookup_hash("nik", identity.nik) if bound and identity.nik else None,
        identity_level=level,
        registered_at=now,
        changed_at=now,
    )


def change_details(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, **changes: Any) -> None:
    """Change what a person says of themselves (address, village, phone, email, language, and a name not yet bound).

    :raises NotAllowed: for whoever is neither the person nor an officer.
    :raises Conflict: `identity-bound` for name, NIK, birth and sex once an officer has seen the card.
    """
    if actor.person_id != person_id:
        policy.require_officer(actor)
    digest = journal.digest_of(person_id, _fingerprint(changes))
    with journal.deed(command_id, actor=actor, now=now, name="people.change_details", digest=digest) as deed:
        if deed.repeated:
            return
        person = _lock_person(person_id)
        settled = {"name", "nik", "birth_date", "birth_place", "sex"} & set(changes)
        if settled and rules.reaches(person.identity_level, Level.SEEN):
            raise Conflict("identity-bound")
        _reseal(person, replace(_open(person), **_normal(changes)), now)
        deed.record(f"person:{person_id}", events.DETAILS_CHANGED, {"fields": sorted(changes)})


def note_contact_verified(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, means: str) -> None:
    """Note that a person was reached at an e-mail address or phone they control; raises them to `contact`."""
    digest = journal.digest_of(person_id, means)
    with journal.deed(command_id, actor=actor, now=now, name="people.note_contact_verified", digest=digest) as deed:
        if deed.repeated:
            return
        person = _lock_person(person_id)
        Person.objects.filter(id=person_id).update(identity_level=rules.higher(person.identity_level, Level.CONTACT))
        deed.record(f"person:{person_id}", events.CONTACT_VERIFIED, {"means": means})


def bind_identity(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    person_id: UUID,
    nik: str,
    name: str,
    birth_date: date | None,
    birth_place: str = "",
    sex: str = "",
    address: str = "",
    village: str = "",
    evidence: str = "ktp-el",
    reason: str,
) -> None:
    """Bind a person, for good, to the identity card an officer holds in hand while the person stands at the counter.

    :raises Invalid: `nik-format`, or when no reason is given.
    :raises Conflict: `identity-bound` for another NIK than before; `identity-elsewhere` when the NIK is someone else's,
        which is told without a hint whose, and written to the security log.
    """
    policy.require_officer(actor)
    if actor.person_id == person_id:
        raise NotAllowed("four-eyes")
    if rules.read_nik(nik) is None:
        raise wrong("nik-format", "nik")
    if not reason.strip():
        raise wrong("invalid", "reason")
    known = {"name": name, "nik": nik, "birth_date": birth_date, "birth_place": birth_place, "sex": sex}
    known |= {key: value for key, value in (("address", address), ("village", village)) if value}
    _bind(command_id, actor, now, person_id, Level.SEEN, known, evidence, reason)


def bind_national_identity(
    *, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, nik: str, name: str, birth_date: date | None,
    provider: str,
) -> None:  # fmt: skip
    """Bind the person of an account to the identity that the national provider vouched for at sign-in.

    Whoever came to a counter before, without an account, is the same person: all that is theirs becomes this person's, as
    when an officer binds the account. Nobody's account is taken.
    :raises Invalid: `nik-format`.
    :raises Conflict: `other-account` when the NIK opens another account; `identity-elsewhere`, `identity-bound`; each of
        these is written to the security log.
    """
    if rules.read_nik(nik) is None:
        raise wrong("nik-format", "nik")
    known = {"nik": nik} | {key: value for key, value in (("name", name), ("birth_date", birth_date)) if value}
    evidence = f"oidc:{provider}"[:40]
    digest = journal.digest_of(person_id, _fingerprint((nik, name, birth_date)), evidence)
    try:
        with journal.deed(command_id, actor=actor, now=now, name="people.bind_national", digest=digest) as deed:
            if not deed.repeated:
                _lock_person(person_id)
                _bind_joining(deed, person_id, Level.NATIONAL, known, evidence, "vouched by the provider", agreed=True)
    except Conflict as refusal:
        _alarm(refusal, actor, now, person=str(person_id))
        raise Conflict("other-account") if refusal.code == "has-account" else refusal from None


def _bind_joining(
    deed: journal.Deed, person_id: UUID, level: str, known: dict[str, Any], evidence: str, reason: str, *, agreed: bool
) -> None:  # fmt: skip
    """Bind a person as part of a deed, and make one of them and of whoever bears the NIK already, without an account."""
    other = Person.objects.filter(nik_hash=crypto.lookup_hash("nik", known["nik"])).exclude(id=person_id).first()
    vouched = level == Level.NATIONAL
    joined = (
        _join(deed, person_id, other.id, known.get("birth_date"), agreed=agreed, vouched=vouched) if other else None
    )
    _bind(uuid5(deed.id, "bind"), deed.actor, deed.now, person_id, level, known, evidence, reason)
    if joined:  # after the inner deed, which wrote to the same stream
        for stream in joined["kept"], joined["gone"]:
            deed.record(f"person:{stream}", events.PERSONS_JOINED, joined)
        deed.send(events.TOPIC_PERSONS_JOINED, {"kept": joined["kept"], "gone": joined["gone"]})


def _alarm(refusal: Conflict, actor: Actor, now: datetime, **body: str) -> None:
    """Write down that a number was claimed that is another's, once the whole deed has rolled back."""
    if refusal.code in ("has-account", "identity-elsewhere", "identity-bound"):
        journal.record_security(refusal.code, actor=actor.reference, now=now, **body)


def _bind(
    command_id: UUID, actor: Actor, now: datetime, person_id: UUID, level: str, known: dict[str, Any], evidence: str,
    reason: str,
) -> None:  # fmt: skip
    mark = crypto.lookup_hash("nik", known["nik"])
    digest = journal.digest_of(person_id, level, mark.hex(), evidence, reason)
    try:
        with journal.deed(command_id, actor=actor, now=now, name="people.bind_identity", digest=digest) as deed:
            if deed.repeated:
                return
            person = _lock_person(person_id)
            if person.nik_hash is not None and bytes(person.nik_hash) != mark:
                raise Conflict("identity-bound")
            if Person.objects.filter(nik_hash=mark).exclude(id=person_id).exists():
                raise Conflict("identity-elsewhere")
            raised = not rules.reaches(person.identity_level, level)
            person.nik_hash, person.identity_level = mark, rules.higher(person.identity_level, level)
            _reseal(person, replace(_open(person), **known), now)
            binding = Binding.objects.create(
                person=person, level=level, bound_at=now, officer_id=actor.person_id, evidence=evidence, reason=reason
            )
            body = {"level": level, "evidence": evidence, "binding": str(binding.id)}
            deed.record(f"person:{person_id}", events.IDENTITY_BOUND, body)
            if raised:  # a card that is shown again at each visit is no news
                deed.send(events.TOPIC_IDENTITY_BOUND, {"binding": str(binding.id)})
    except Conflict as refusal:
        # After the deed has rolled back: the alarm must stay when the attempt does not.
        journal.record_security(refusal.code, actor=actor.reference, now=now, person=str(person_id))
        raise


def erase_person(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, reason: str) -> None:
    """Destroy what identifies a person: their vault's key, masked name and look-up hash, their account and mandates."""
    policy.require_administrator(actor)
    digest = journal.digest_of(person_id, reason)
    with journal.deed(command_id, actor=actor, now=now, name="people.erase_person", digest=digest) as deed:
        if deed.repeated:
            return
        person = _lock_person(person_id)
        Person.objects.filter(id=person_id).update(
            nik_hash=None, name_masked="", sealed=b"", account=None, erased_at=now, changed_at=now
        )
        if person.account_id:
            Account.objects.filter(id=person.account_id).delete()
        ended = queries.living_mandates(person_id).update(
            state=Mandate.State.REVOKED, ended_at=now, ended_by=actor.person_id
        )
        for vault_id in (
            person.vault_id,
            *Person.objects.filter(joined_into=person).values_list("vault_id", flat=True),
        ):
            crypto.shred(vault_id, now)
        deed.record(f"person:{person_id}", events.PERSON_ERASED, {"person": str(person_id), "mandates": ended})
        deed.send(events.TOPIC_PERSON_ERASED, {"person": str(person_id)})


def _fingerprint(value: Any) -> str:
    """Digest personal data under the town's key, so that the deed's digest tells nothing of it."""
    return crypto.lookup_hash("command", repr(value)).hex()


def _masked(kind: str, name: str) -> str:
    return name[:120] if kind == Person.Kind.ORGANISATION else rules.mask_name(name)[:120]


def _normal(changes: dict[str, Any]) -> dict[str, Any]:
    """Bring contacts into the form they are compared in. :raises Invalid: `phone-format`."""
    if changes.get("phone"):
        phone = rules.normalise_phone(changes["phone"])
        if phone is None:
            raise wrong("phone-format", "phone")
        changes = changes | {"phone": phone}
    if changes.get("email"):
        changes = changes | {"email": rules.normalise_email(changes["email"])}
    return changes


def _lock_person(person_id: UUID) -> Person:
    person = Person.objects.select_for_update().filter(id=person_id, erased_at__isnull=True).first()
    if person is None:
        raise NotFound
    return person


def _open(person: Person) -> rules.Identity:
    sealed = crypto.open_sealed(person.vault_id, bytes(person.sealed), queries.SEALED_CONTEXT)
    return rules.Identity.from_bytes(sealed)


def _reseal(person: Person, identity: rules.Identity, now: datetime) -> None:
    person.sealed = crypto.seal(person.vault_id, identity.to_bytes(), queries.SEALED_CONTEXT)
    person.name_masked = _masked(person.kind, identity.name)
    person.changed_at = now
    person.save(update_fields=["sealed", "name_masked", "changed_at", "nik_hash", "identity_level"])


# -- accounts ---------------------------------------------------------------------------------------------------------


def create_account(
    *, command_id: UUID, actor: Actor, now: datetime, email: str = "", phone: str = "", password: str | None,
    name: str, administrator: bool = False,
) -> UUID:  # fmt: skip
    """Make an account with its person, as an officer does at a counter or the console does for a first user.

    :raises Invalid: `contact-taken`, `phone-format`, or the password's faults under `password`.
    """
    if administrator or actor.kind != "officer":
        policy.require_administrator(actor)
    email, normal = rules.normalise_email(email), rules.normalise_phone(phone) if phone else ""
    if normal is None:
        raise wrong("phone-format", "phone")
    digest = journal.digest_of(_fingerprint((email, normal, name)), administrator)
    with journal.deed(command_id, actor=actor, now=now, name="people.create_account", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer["account"])
        verified = actor.kind == "system"  # the console knows whom it makes; a counter's account proves its own address
        account = _new_account(email, normal, password, now, administrator=administrator, verified=verified)
        person = prepare_person(
            identity=rules.Identity(name, email=email, phone=normal), now=now, account_id=account.id,
            level=Level.CONTACT if verified else Level.NONE,
        )  # fmt: skip
        person.vault.save(force_insert=True)
        person.save(force_insert=True)
        event = events.ADMINISTRATOR_MADE if administrator else events.ACCOUNT_MADE
        deed.record(f"person:{person.id}", event, {"account": str(account.id), "person": str(person.id)})
        deed.answer = {"account": str(account.id), "person": str(person.id)}
        return account.id


def _new_account(
    email: str, phone: str, password: str | None, now: datetime, *, administrator: bool, verified: bool
) -> Account:
    if not email and not phone:
        raise wrong("contact-taken", "email")
    if email and Account.objects.filter(email__iexact=email).exists():
        raise wrong("contact-taken", "email")
    if phone and Account.objects.filter(phone=phone).exists():
        raise wrong("contact-taken", "phone")
    account = Account(
        email=email or None, phone=phone or None, joined_at=now, is_administrator=administrator,
        second_factor_required=administrator, phone_verified_at=now if phone and verified else None,
    )  # fmt: skip
    if password is not None:
        try:
            validate_password(password, account)
        except ValidationError as error:
            raise Invalid(fields={"password": " ".join(error.messages)}) from error
    account.set_password(password)
    account.save(force_insert=True)
    if email:
        EmailAddress.objects.create(user=account, email=email, primary=True, verified=verified)
    return account


def owe_message(
    *, actor: Actor, now: datetime, to: str, subject: str, body: str, language: str, kind: str, life: timedelta
) -> UUID:
    """Owe a link, a code or a word about an account to an address; sealed until it left, dropped after `life`."""
    with journal.deed(uuid4(), actor=actor, now=now, name="people.owe_message") as deed:
        return post.owe(
            deed, to=to, masked=rules.mask_contact(to), subject=subject, body=body, language=language, kind=kind,
            life=life,
        )  # fmt: skip


def attach_account(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, account_id: UUID) -> None:
    """Give a person who was registered at a counter the account they now sign in with.

    Only for whoever vouches for both: the national provider, or an officer before whom the person stands.
    :raises Conflict: `identity-elsewhere` when either has another already.
    """
    if actor.kind != "system":
        policy.require_officer(actor)
    digest = journal.digest_of(person_id, account_id)
    with journal.deed(command_id, actor=actor, now=now, name="people.attach_account", digest=digest) as deed:
        if deed.repeated:
            return
        person = _lock_person(person_id)
        if person.account_id not in (None, account_id) or Person.objects.filter(account_id=account_id).exists():
            raise Conflict("identity-elsewhere")
        Person.objects.filter(id=person_id).update(account_id=account_id)
        deed.record(f"person:{person_id}", events.ACCOUNT_MADE, {"account": str(account_id), "person": str(person_id)})


def demand_second_factor(deed: journal.Deed, person_id: UUID) -> None:
    """Require a second factor of a person's account from now on, as part of the deed that gave them an office."""
    account_id = queries.find_account_of_person(person_id)
    if account_id and Account.objects.filter(id=account_id, second_factor_required=False).update(
        second_factor_required=True
    ):
        deed.record(f"person:{person_id}", events.SECOND_FACTOR_REQUIRED, {"account": str(account_id)})


def recover_account(
    *, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, reason: str, drop_second_factors: bool = False,
    lost: Collection[str] = (), email: str = "", phone: str = "",
) -> str:  # fmt: skip
    """Give a person who stands at the counter with their card a one-time address to set a new password.

    Only for whoever was bound to that card before: a phone or a mailbox that changed hands recovers nothing. The old
    password and every open session end at once; contacts that are `lost` ("email", "phone") go, and a new address must
    be proved at the next sign-in. An officer's second factors and contacts are an administrator's to drop, who vouches for
    the officer; nobody recovers themselves. The old contacts are told. The address is not kept; a repeat makes a new one.
    :raises NotAllowed: `identity-too-low`, `four-eyes`. :raises NotFound: without an account.
    :raises Invalid: without a reason; `recovery-contact` when no way to sign in would be left; `contact-taken`.
    """
    policy.require_officer(actor)
    if actor.person_id == person_id:
        raise NotAllowed("four-eyes")
    if not reason.strip():
        raise wrong("invalid", "reason")
    account_id = queries.find_account_of_person(person_id)
    if account_id is None:
        raise NotFound
    _require_recovery(actor, person_id, queries.get_account(account_id), changes=bool(drop_second_factors or lost))
    dropped = [*(["second-factors"] if drop_second_factors else []), *sorted(set(lost) & {"email", "phone"})]
    digest = journal.digest_of(person_id, reason, dropped, _fingerprint((email, phone)))
    with journal.deed(command_id, actor=actor, now=now, name="people.recover_account", digest=digest) as deed:
        if not deed.repeated:
            recovery = _note_recovery(actor, now, person_id, reason, dropped)
            _renew(account_id, dropped, rules.normalise_email(email), phone)
            body = {"account": str(account_id), "recovery": str(recovery.id), "dropped": dropped}
            deed.record(f"person:{person_id}", events.ACCOUNT_RECOVERED, body)
            deed.send(events.TOPIC_ACCOUNT_RECOVERED, {"recovery": str(recovery.id)})
    key = f"{account_id.hex}-{default_token_generator.make_token(queries.get_account(account_id))}"
    return reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}).replace("UID-KEY", key)


def _require_recovery(actor: Actor, person_id: UUID, account: Account, *, changes: bool) -> None:
    if account.second_factor_required and policy.is_administrator(actor):
        return  # the administrator who invited an officer knows who they are
    if account.second_factor_required and changes:
        raise NotAllowed
    policy.require_identity(person_id, Level.SEEN)


def _note_recovery(actor: Actor, now: datetime, person_id: UUID, reason: str, dropped: list[str]) -> Recovery:
    """Keep where the person was reached until now, sealed, so that those addresses can be told."""
    contacts = json.dumps(queries.list_contacts(person_id)).encode()
    return Recovery.objects.create(
        person_id=person_id, officer_id=actor.person_id, at=now, reason=reason.strip()[:400], dropped=dropped,
        contacts_sealed=crypto.seal(queries.get_vault_id(person_id), contacts, queries.RECOVERY_CONTEXT),
    )  # fmt: skip


def _renew(account_id: UUID, dropped: list[str], email: str, phone: str) -> None:
    """End the old password with its sessions, drop what was lost, and put new contacts in its place."""
    account = Account.objects.select_for_update().get(id=account_id)
    normal = rules.normalise_phone(phone) if phone else ""
    if normal is None:
        raise wrong("phone-format", "phone")
    if email and Account.objects.filter(email__iexact=email).exclude(id=account_id).exists():
        raise wrong("contact-taken", "email")
    if normal and Account.objects.filter(phone=normal).exclude(id=account_id).exists():
        raise wrong("contact-taken", "phone")
    if "email" in dropped:
        EmailAddress.objects.filter(user=account).delete()
        account.email = email or None
        if email:
            EmailAddress.objects.create(user=account, email=email, primary=True, verified=False)
    if "phone" in dropped:
        account.phone, account.phone_verified_at = normal or None, None
    if not account.email and not account.phone:
        raise wrong("recovery-contact", "email")
    if "second-factors" in dropped:
        Authenticator.objects.filter(user=account).delete()
    account.set_unusable_password()
    account.save(update_fields=["email", "phone", "phone_verified_at", "password"])


def release_phone(*, command_id: UUID, actor: Actor, now: datetime, phone: str, reason: str) -> None:
    """Take a phone number that its operator gave to somebody else off the account it was on.

    The new holder may then make an account of their own; nothing of the old account opens to them.
    """
    policy.require_officer(actor)
    normal = rules.normalise_phone(phone)
    digest = journal.digest_of(_fingerprint(normal), reason)
    with journal.deed(command_id, actor=actor, now=now, name="people.release_phone", digest=digest) as deed:
        if deed.repeated:
            return
        account = Account.objects.select_for_update().filter(phone=normal).first() if normal else None
        if account is None:
            raise NotFound
        Account.objects.filter(id=account.id).update(phone=None, phone_verified_at=None)
        deed.record(f"account:{account.id}", events.PHONE_RELEASED, {"account": str(account.id)})


# -- an online account bound at a counter -----------------------------------------------------------------------------


def make_counter_code(*, command_id: UUID, actor: Actor, now: datetime) -> str:
    """Make the code by which a signed-in person shows an officer at a counter which account is theirs; an older one lapses.

    The letters follow from the command under the town's key, so that a second click shows the same ones and nothing keeps them.
    :raises NotFound: for whoever is not signed in. :raises Conflict: `already-bound`; `counter-code` when it was used since.
    """
    if actor.kind != "person" or actor.person_id is None:
        raise NotFound
    letters = codes.spell(crypto.lookup_hash("counter-code-letters", f"{command_id}:{actor.person_id}"))
    letters = letters[: rules.CODE_LETTERS]
    digest = journal.digest_of(actor.person_id)
    with journal.deed(command_id, actor=actor, now=now, name="people.make_counter_code", digest=digest) as deed:
        if deed.repeated:
            if queries.find_counter_code(letters, now) is None:
                raise Conflict("counter-code")
            return letters
        person = _lock_person(actor.person_id)
        if rules.reaches(person.identity_level, Level.SEEN):
            raise Conflict("already-bound")
        CounterCode.objects.filter(person=person).delete()
        code = CounterCode.objects.create(
            person=person, digest=queries.code_digest(letters), made_at=now, expires_at=now + COUNTER_CODE_LIFE
        )
        deed.record(f"person:{person.id}", events.COUNTER_CODE_MADE, {"code": str(code.id)})
        return letters


def bind_account(
    *, command_id: UUID, actor: Actor, now: datetime, code_id: UUID, nik: str, name: str, birth_date: date | None,
    join: bool = False, reason: str,
) -> UUID:  # fmt: skip
    """Bind the person of an online account to the card an officer holds, by the code its holder showed; give the person.

    Whoever came to a counter before, without an account, is the same person: with `join` all that is theirs becomes the
    account's person's. Nobody's account is taken: a card that already opens another one is refused.
    :raises Invalid: `nik-format`, without name or reason. :raises NotAllowed: `four-eyes` for one's own account.
    :raises Conflict: `counter-code` when it was used or is too old; `known-here` without `join`; `has-account`,
        `identity-elsewhere`, `identity-bound`, each of these written to the security log.
    """
    policy.require_officer(actor)
    if rules.read_nik(nik) is None:
        raise wrong("nik-format", "nik")
    if missing := [field for field, given in (("name", name), ("reason", reason)) if not given.strip()]:
        raise wrong("invalid", *missing)
    digest = journal.digest_of(code_id, _fingerprint((nik, name, birth_date)), join, reason)
    try:
        with journal.deed(command_id, actor=actor, now=now, name="people.bind_account", digest=digest) as deed:
            if deed.repeated:
                return UUID(deed.answer["person"])
            person_id = _use_code(actor, now, code_id)
            known = {"name": name.strip(), "nik": nik, "birth_date": birth_date}
            _bind_joining(deed, person_id, Level.SEEN, known, "ktp-el", reason, agreed=join)
            deed.answer = {"person": str(person_id)}
            return person_id
    except Conflict as refusal:
        _alarm(refusal, actor, now, code=str(code_id))
        raise


def _use_code(actor: Actor, now: datetime, code_id: UUID) -> UUID:
    """Use a code up, under its person's lock, so that of two officers one comes first and a newer code waits."""
    person_id = CounterCode.objects.filter(id=code_id).values_list("person_id", flat=True).first()
    if person_id is None:
        raise Conflict("counter-code")
    if person_id == actor.person_id:
        raise NotAllowed("four-eyes")
    _lock_person(person_id)
    code = CounterCode.objects.filter(id=code_id, used_at__isnull=True).first()
    if code is None or now >= code.expires_at + COPYING:
        raise Conflict("counter-code")
    CounterCode.objects.filter(id=code_id).update(used_at=now)
    return person_id


def _join(
    deed: journal.Deed, kept_id: UUID, gone_id: UUID, birth_date: date | None, *, agreed: bool, vouched: bool
) -> dict[str, Any]:  # fmt: skip
    """Make one person of two records, as part of the caller's deed, and tell it as its journal will.

    The record with the account stays, since its sessions, posts and past deeds name it; what casework holds of the other
    follows by `persons-joined`. A provider that is believed need not tell the date of birth; what it tells must fit.
    """
    rows = {row.id: row for row in Person.objects.select_for_update().filter(id__in=(kept_id, gone_id)).order_by("id")}
    kept, gone = rows[kept_id], rows[gone_id]
    if kept.erased_at is not None or gone.erased_at is not None:
        raise Conflict  # forgotten or joined a moment ago
    details = _open(gone)
    if kept.nik_hash is not None:
        raise Conflict("identity-bound")
    if details.birth_date != birth_date and not (vouched and birth_date is None):
        raise Conflict("identity-elsewhere")
    if gone.account_id is not None:
        raise Conflict("has-account")
    if not agreed:
        raise Conflict("known-here")
    gone.nik_hash = None
    gone.save(update_fields=["nik_hash"])  # first, since no two rows may bear it
    _reseal(kept, rules.join(_open(kept), details), deed.now)
    Person.objects.filter(Q(id=gone_id) | Q(joined_into_id=gone_id)).update(joined_into=kept)
    Person.objects.filter(id=gone_id).update(sealed=b"", name_masked="", erased_at=deed.now, changed_at=deed.now)
    Binding.objects.filter(person=gone).update(person=kept)
    return {"kept": str(kept_id), "gone": str(gone_id), "mandates": _move_mandates(deed, kept_id, gone_id)}


def _move_mandates(deed: journal.Deed, kept_id: UUID, gone_id: UUID) -> int:
    """Let mandates follow their person; one between the two records was a person's with themselves and ends."""
    between = Q(principal_id=kept_id, agent_id=gone_id) | Q(principal_id=gone_id, agent_id=kept_id)
    Mandate.objects.filter(between, state__in=(Mandate.State.OFFERED, Mandate.State.ACTIVE)).update(
        state=Mandate.State.REVOKED, ended_at=deed.now, ended_by=deed.actor.person_id
    )
    rest = Mandate.objects.exclude(between)
    rest.filter(offered_by=gone_id).update(offered_by=kept_id)
    return sum(rest.filter(**{side: gone_id}).update(**{side: kept_id}) for side in ("principal_id", "agent_id"))


# -- the first administrator ------------------------------------------------------------------------------------------


def issue_setup_token(*, now: datetime) -> str:
    """Make the one-time code with which somebody becomes the first administrator; earlier codes lapse.

    :raises Conflict: `setup-token` when there is an administrator already.
    """
    if queries.count_administrators():
        raise Conflict("setup-token")
    token = secrets.token_urlsafe(24)
    SetupToken.objects.filter(used_at__isnull=True).delete()
    SetupToken.objects.create(digest=_token_digest(token), made_at=now, expires_at=now + SETUP_TOKEN_LIFE)
    return token


def claim_setup(*, command_id: UUID, now: datetime, token: str, email: str, password: str, name: str) -> UUID:
    """Make the first administrator's account with the set-up code; a second factor is demanded at first sign-in.

    :raises Invalid: `setup-token` when the code is wrong, used, late, or there is an administrator already.
    """
    actor = Actor("system", "portal", name="setup")
    with journal.deed(command_id, actor=actor, now=now, name="people.claim_setup") as deed:
        if deed.repeated:
            return UUID(deed.answer["account"])
        open_tokens = SetupToken.objects.filter(digest=_token_digest(token), used_at__isnull=True, expires_at__gt=now)
        if queries.count_administrators() or not open_tokens.update(used_at=now):
            raise wrong("setup-token", "token")
        # Whoever holds the code vouches for the address: a fresh installation may have no mail server yet.
        email = rules.normalise_email(email)
        account = _new_account(email, "", password, now, administrator=True, verified=True)
        person = prepare_person(
            identity=rules.Identity(name, email=account.email or ""), now=now, account_id=account.id
        )
        person.vault.save(force_insert=True)
        person.save(force_insert=True)
        deed.record(f"person:{person.id}", events.ADMINISTRATOR_MADE, {"account": str(account.id)})
        deed.answer = {"account": str(account.id)}
        return account.id


def _token_digest(token: str) -> bytes:
    return hashlib.sha256(b"setup" + token.encode()).digest()


# -- mandates ---------------------------------------------------------------------------------------------------------


def offer_mandate(
    *,
    command_id: UUID,
    actor: Actor,
    now: datetime,
    principal_id: UUID,
    agent_id: UUID,
    kind: str,
    services: list[str],
    from_date: date,
    to_date: date | None,
    evidence_document_id: UUID | None = None,
    may_delegate: bool = False,
) -> UUID:
    """Offer that one person acts for another; the other side must accept, or an officer confirm at a counter.

    Either of the two may offer. For an organisation an agent with `may_delegate` offers and accepts in its name.
    :raises Invalid: `mandate-self`, `mandate-dates`.
    """
    if principal_id == agent_id:
        raise wrong("mandate-self", "agent")
    if to_date is not None and (to_date < from_date or to_date < _today(now)):
        raise wrong("mandate-dates", "to_date")
    digest = journal.digest_of(principal_id, agent_id, kind, services, from_date, to_date, may_delegate)
    with journal.deed(command_id, actor=actor, now=now, name="people.offer_mandate", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer["mandate"])
        side = _side(actor, principal_id, agent_id, now)
        mandate = Mandate.objects.create(
            principal_id=principal_id, agent_id=agent_id, kind=kind, services=services, may_delegate=may_delegate,
            from_date=from_date, to_date=to_date, evidence_document_id=evidence_document_id,
            state=Mandate.State.OFFERED, offered_at=now, offered_by=side,
        )  # fmt: skip
        body = {
            "mandate": str(mandate.id), "principal": str(principal_id), "agent": str(agent_id), "kind": kind,
            "services": services,
        }  # fmt: skip
        deed.record(f"person:{principal_id}", events.MANDATE_OFFERED, body)
        deed.send(events.TOPIC_MANDATE_OFFERED, {"mandate": str(mandate.id)})
        deed.answer = {"mandate": str(mandate.id)}
        return mandate.id


def accept_mandate(*, command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID) -> None:
    """Accept an offer that the other side made. :raises NotAllowed: its maker; :raises NotFound: strangers."""
    with _deciding(command_id, actor, now, mandate_id, "people.accept_mandate") as deed:
        if deed.repeated:
            return
        mandate = _lock_offer(mandate_id)
        side = _side(actor, mandate.principal_id, mandate.agent_id, now)
        if side == mandate.offered_by:
            raise NotAllowed("mandate-needs-counter" if queries.is_organisation(mandate.principal_id) else None)
        _decide(deed, mandate, Mandate.State.ACTIVE, actor, now, events.MANDATE_ACCEPTED, {"at_counter": False})


def refuse_mandate(*, command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID) -> None:
    """Refuse, or take back, an offer."""
    with _deciding(command_id, actor, now, mandate_id, "people.refuse_mandate") as deed:
        if deed.repeated:
            return
        mandate = _lock_offer(mandate_id)
        _side(actor, mandate.principal_id, mandate.agent_id, now)
        _decide(deed, mandate, Mandate.State.REFUSED, actor, now, events.MANDATE_REFUSED, {})


def confirm_mandate(
    *, command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID, evidence_document_id: UUID | None, reason: str
) -> None:
    """Confirm an offer at a counter, where an officer saw the evidence (family card, deed of incorporation, letter)."""
    policy.require_officer(actor)
    if not reason.strip():
        raise wrong("invalid", "reason")
    with _deciding(command_id, actor, now, mandate_id, "people.confirm_mandate") as deed:
        if deed.repeated:
            return
        mandate = _lock_offer(mandate_id)
        if actor.person_id in (mandate.principal_id, mandate.agent_id):
            raise NotAllowed("four-eyes")
        mandate.at_counter, mandate.reason = True, reason
        mandate.evidence_document_id = evidence_document_id or mandate.evidence_document_id
        _decide(deed, mandate, Mandate.State.ACTIVE, actor, now, events.MANDATE_ACCEPTED, {"at_counter": True})


def record_mandate(
    *, command_id: UUID, actor: Actor, now: datetime, firm: rules.Identity, agent_id: UUID, services: list[str],
    to_date: date | None, may_delegate: bool, evidence: str,
) -> UUID:  # fmt: skip
    """Record at a counter that a person may act for a firm, by the document an officer saw; the firm is registered if new.

    With `may_delegate` the person manages the firm's mandates: gives them to others and takes them back, without a counter.
    :raises Invalid: `nib-format`, `mandate-dates`, or without evidence or the firm's name.
    :raises Conflict: `mandate-exists` while this person may act for this firm already.
    :raises NotAllowed: `identity-too-low` for an agent nobody knows by their card; `four-eyes` for oneself.
    """
    policy.require_officer(actor)
    if actor.person_id == agent_id:
        raise NotAllowed("four-eyes")
    if rules.read_organisation_number(firm.nik) is None:
        raise wrong("nib-format", "number")
    missing = [name for name, given in (("firm", firm.name), ("evidence", evidence)) if not given.strip()]
    if missing:
        raise wrong("invalid", *missing)
    if to_date is not None and to_date < _today(now):
        raise wrong("mandate-dates", "to_date")
    policy.require_identity(agent_id, Level.SEEN)
    digest = journal.digest_of(_fingerprint(firm), agent_id, services, to_date, may_delegate, evidence)
    with journal.deed(command_id, actor=actor, now=now, name="people.record_mandate", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer["mandate"])
        principal_id = _firm(command_id, actor, now, firm)
        if Mandate.objects.filter(queries.in_force(_today(now)), principal_id=principal_id, agent_id=agent_id).exists():
            raise Conflict("mandate-exists")
        mandate = Mandate.objects.create(
            principal_id=principal_id, agent_id=agent_id, kind=Mandate.Kind.BUSINESS, services=services,
            may_delegate=may_delegate, from_date=_today(now), to_date=to_date, state=Mandate.State.ACTIVE,
            offered_at=now, offered_by=agent_id, decided_at=now, decided_by=actor.person_id, at_counter=True,
            reason=evidence.strip()[:400],
        )  # fmt: skip
        body = {
            "mandate": str(mandate.id), "principal": str(principal_id), "agent": str(agent_id),
            "kind": str(mandate.kind), "services": services, "at_counter": True,
        }  # fmt: skip
        deed.record(f"person:{principal_id}", events.MANDATE_ACCEPTED, body)
        deed.send(events.TOPIC_MANDATE_RECORDED, {"mandate": str(mandate.id)})
        deed.answer = {"mandate": str(mandate.id)}
        return mandate.id


def _firm(command_id: UUID, actor: Actor, now: datetime, firm: rules.Identity) -> UUID:
    """Find a firm by its number and bring its contacts up to date, or register it; part of the caller's deed."""
    number = str(rules.read_organisation_number(firm.nik))
    found = queries.find_organisation(number)
    known = replace(firm, nik=number)
    if found is None:
        made = uuid5(command_id, "firm")
        found = register_person(
            command_id=made, actor=actor, now=now, identity=known, kind=Person.Kind.ORGANISATION, level=Level.SEEN
        )
        Person.objects.filter(id=found).update(nik_hash=crypto.lookup_hash("organisation", number))
        return found
    contacts = {name: value for name, value in (("phone", known.phone), ("email", known.email)) if value}
    if contacts:
        change_details(command_id=uuid5(command_id, "firm"), actor=actor, now=now, person_id=found, **contacts)
    return found


def revoke_mandate(*, command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID, reason: str = "") -> None:
    """End a mandate at once; either side may, and so may an officer at a counter."""
    with _deciding(command_id, actor, now, mandate_id, "people.revoke_mandate") as deed:
        if deed.repeated:
            return
        mandate = Mandate.objects.select_for_update().filter(id=mandate_id).first()
        if mandate is None:
            raise NotFound
        if actor.kind == "officer":
            policy.require_officer(actor)
        else:
            _side(actor, mandate.principal_id, mandate.agent_id, now)
        if mandate.state != Mandate.State.ACTIVE:
            raise Conflict("mandate-decided")
        Mandate.objects.filter(id=mandate_id).update(
            state=Mandate.State.REVOKED, ended_at=now, ended_by=actor.person_id, reason=reason[:400]
        )
        deed.record(f"person:{mandate.principal_id}", events.MANDATE_REVOKED, {"mandate": str(mandate_id)})


def _deciding(command_id: UUID, actor: Actor, now: datetime, mandate_id: UUID, name: str) -> Any:
    return journal.deed(command_id, actor=actor, now=now, name=name, digest=journal.digest_of(mandate_id))


def _side(actor: Actor, principal_id: UUID, agent_id: UUID, now: datetime) -> UUID:
    """Tell on whose side an actor stands in a mandate: the agent's, or the principal's (also as its delegate).

    :raises NotFound: for strangers.
    """
    if actor.person_id == agent_id:
        return agent_id
    if actor.person_id == principal_id:
        return principal_id
    if (
        actor.person_id is not None
        and Mandate.objects.filter(
            queries.in_force(_today(now)), agent_id=actor.person_id, principal_id=principal_id, may_delegate=True
        ).exists()
    ):
        return principal_id
    raise NotFound


def _lock_offer(mandate_id: UUID) -> Mandate:
    mandate = Mandate.objects.select_for_update().filter(id=mandate_id).first()
    if mandate is None:
        raise NotFound
    if mandate.state != Mandate.State.OFFERED:
        raise Conflict("mandate-decided")
    return mandate


def _decide(
    deed: journal.Deed, mandate: Mandate, state: str, actor: Actor, now: datetime, event: str, body: dict[str, Any]
) -> None:
    mandate.state, mandate.decided_at, mandate.decided_by = state, now, actor.person_id
    mandate.save(update_fields=["state", "decided_at", "decided_by", "at_counter", "reason", "evidence_document_id"])
    deed.record(f"person:{mandate.principal_id}", event, {"mandate": str(mandate.id)} | body)


def _today(now: datetime) -> date:
    return now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
