"""Every read of people: a person in the clear, who a NIK or an account belongs to, masked names, mandates."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from balai.base import access_log, codes, crypto, sql
from balai.base.actors import Actor
from balai.base.errors import NotFound
from balai.base.holdings import Subject
from balai.records.people import events, ranks, rules
from balai.records.people.models import Account, Binding, CounterCode, Freeze, Invitation, Mandate, Person, Recovery

SEALED_CONTEXT = "person:identity"
# An authenticator app or a passkey; recovery codes alone are no second factor.
STRONG = Authenticator.objects.filter(user_id=OuterRef("pk"), type__in=("totp", "webauthn"))
_UNPROVEN = EmailAddress.objects.filter(user_id=OuterRef("pk"), email__iexact=OuterRef("email"), verified=False)
RECOVERY_CONTEXT = "person:recovery"


@dataclass(frozen=True, slots=True)
class PersonView:
    """A person in the clear; made only for the person themselves or after the access was written down."""

    id: UUID
    kind: str
    account_id: UUID | None
    identity_level: str
    identity: rules.Identity

    @property
    def name(self) -> str:
        """Give the full name."""
        return self.identity.name

    @property
    def nik(self) -> str:
        """Give the NIK, or an organisation's number; "" when not known."""
        return self.identity.nik

    @property
    def nip(self) -> str:
        """Give an officer's civil service number, 18 digits; "" when there is none, or it is not known."""
        return self.identity.nip

    @property
    def nip_printed(self) -> str:
        """Write the number as letters do, its parts apart; "" when there is none."""
        return ranks.print_nip(self.identity.nip)

    def rank_printed(self, on_date: date) -> str:
        """Write the rank as letters do, "Penata Muda Tingkat I (III/b)"; "" when there is none."""
        found = ranks.find(self.identity.rank, on_date) if self.identity.rank else None
        return found.printed if found else ""

    @property
    def rank(self) -> str:
        """Give the code of an officer's rank ("III/b"); "" when there is none, or it is not known."""
        return self.identity.rank

    @property
    def birth_date(self) -> date | None:
        """Give the birth date, if known."""
        return self.identity.birth_date

    @property
    def birth_place(self) -> str:
        """Give the birth place, "" when not known."""
        return self.identity.birth_place

    @property
    def address(self) -> str:
        """Give the address, "" when not known."""
        return self.identity.address

    @property
    def village(self) -> str:
        """Give the 10-digit code of the village they live in, "" when not known."""
        return self.identity.village

    @property
    def phone(self) -> str:
        """Give the phone number as E.164, "" when not known."""
        return self.identity.phone

    @property
    def email(self) -> str:
        """Give the e-mail address, "" when not known."""
        return self.identity.email

    @property
    def language(self) -> str:
        """Give the language they want to be written to in: "id" or "en"."""
        return self.identity.language

    @property
    def name_masked(self) -> str:
        """Give the name as lists show it."""
        return self.identity.name if self.kind == Person.Kind.ORGANISATION else rules.mask_name(self.identity.name)


def get_person(person_id: UUID, *, hold: bool = False) -> PersonView:
    """Open a person's sealed details, for the system's own work or the person themselves.

    Whoever shows them to somebody else calls `read_person` instead. With `hold` the person is neither joined into another
    nor forgotten before the deed ends, while others may still read and hold them. :raises NotFound: unknown or erased.
    """
    kept = " FOR KEY SHARE OF p" if hold and sql.for_update() else ""
    row = sql.row(  # every submission asks this; through the ORM it took 3 ms
        "SELECT p.kind, p.account_id, p.identity_level, p.vault_id, p.sealed, v.wrapped_key FROM people_person p"
        f" JOIN base_vault v ON v.id = p.vault_id WHERE p.id = %s AND p.erased_at IS NULL{kept}",
        [person_id],
    )
    if row is None:
        raise NotFound
    kind, account_id, level, vault_id, sealed, wrapped = row
    vault = sql.as_uuid(vault_id)
    assert vault is not None, "a person has a vault"
    identity = rules.Identity.from_bytes(crypto.open_with(crypto.unwrap(vault, wrapped), sealed, SEALED_CONTEXT))
    return PersonView(person_id, kind, sql.as_uuid(account_id), level, identity)


def read_person(actor: Actor, person_id: UUID, *, purpose: str, now: datetime) -> PersonView:
    """Open a person's details for somebody: an access row is written first, unless it is their own data."""
    if actor.person_id != person_id:
        if not Person.objects.filter(id=person_id, erased_at__isnull=True).exists():
            raise NotFound
        access_log.record_access(actor, purpose=purpose, object=f"person:{person_id}", person_id=person_id, now=now)
    return get_person(person_id)


def list_ranks(on_date: date) -> tuple[ranks.Rank, ...]:
    """List the ranks of officers on a day, with their marks: dated data."""
    return ranks.in_force(on_date)


def document_mark(seen: rules.SeenDocument) -> bytes:
    """Give the keyed hash by which the holder of an identity document is found, apart for each kind."""
    return crypto.lookup_hash(*seen.looked_up)


def find_person_by_document(seen: rules.SeenDocument) -> UUID | None:
    """Find who an identity document belongs to."""
    return Person.objects.filter(nik_hash=document_mark(seen)).values_list("id", flat=True).first()


def find_person_by_nik(nik: str) -> UUID | None:
    """Find who a NIK belongs to."""
    return Person.objects.filter(nik_hash=crypto.lookup_hash("nik", nik)).values_list("id", flat=True).first()


def find_joined(person_id: UUID) -> UUID | None:
    """Find the person that a record of before was joined into; None when it was not."""
    return Person.objects.filter(id=person_id).values_list("joined_into_id", flat=True).first()


def hold_stayed(person_id: UUID) -> UUID:
    """Give the record that stayed of a person, and let it be joined into no other before the deed ends. One query."""
    kept = " FOR KEY SHARE" if sql.for_update() else ""
    found = sql.row(f"SELECT joined_into_id FROM people_person WHERE id = %s{kept}", [person_id])
    return (found and sql.as_uuid(found[0])) or person_id


def find_person_of_account(account_id: UUID) -> UUID | None:
    """Find the person behind an account."""
    return Person.objects.filter(account_id=account_id).values_list("id", flat=True).first()


def find_account_of_person(person_id: UUID) -> UUID | None:
    """Find the account a person signs in with."""
    return Person.objects.filter(id=person_id).values_list("account_id", flat=True).first()


def get_account(account_id: UUID) -> Account:
    """Fetch an account. :raises NotFound:"""
    found = Account.objects.filter(id=account_id).first()
    if found is None:
        raise NotFound
    return found


def find_account_by_email(email: str) -> Account | None:
    """Find the account that signs in with an e-mail address, whatever its case."""
    return Account.objects.filter(email__iexact=rules.normalise_email(email)).first()


def find_account_by_phone(phone: str) -> Account | None:
    """Find the account that signs in with a phone number, in any way of writing it."""
    normal = rules.normalise_phone(phone)
    return Account.objects.filter(phone=normal).first() if normal else None


def find_account_by_login(login: str) -> Account | None:
    """Find the account that signs in with an address or number."""
    if "@" in login:
        return Account.objects.filter(email__iexact=login).first()
    return find_account_by_phone(login)


class JoinedRecord(NamedTuple):
    """A record that was joined into another of the same person."""

    gone_id: UUID
    kept_id: UUID


def list_joinings() -> list[JoinedRecord]:
    """List the records that were joined into others."""
    found = Person.objects.filter(joined_into__isnull=False).values_list("id", "joined_into_id")
    return [JoinedRecord(gone, kept) for gone, kept in found if kept is not None]


def get_vault_id(person_id: UUID, *, erased: bool = False) -> UUID:
    """Give the vault that everything about a person is sealed under. :raises NotFound: unknown, or erased if not asked for."""
    living = {} if erased else {"erased_at__isnull": True}
    found = Person.objects.filter(id=person_id, **living).values_list("vault_id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def get_subject(person_id: UUID, lang: str) -> Subject:
    """Give whom an access request is about: the person, their account, the records joined into theirs. :raises NotFound:"""
    person = get_person(person_id)
    return Subject(person_id, person.account_id, tuple(list_joined(person_id)), lang)


def list_contacts(person_id: UUID) -> tuple[tuple[str, str], ...]:
    """List how a person is reached, (email | sms, address): their account's addresses, else what they told of themselves.

    An address of an account that nobody has proved to be theirs is left out.
    """
    person = get_person(person_id)
    account = (
        Account.objects.filter(id=person.account_id).annotate(unproven=Exists(_UNPROVEN)).first()
        if person.account_id
        else None
    )
    email, phone = (account.email, account.phone) if account else (person.email, person.phone)
    if account is not None and account.unproven:
        email = ""
    return tuple((means, address) for means, address in (("email", email), ("sms", phone)) if address)


def list_addresses(account_id: UUID) -> list[str]:
    """List the e-mail addresses of an account, proved or not."""
    return list(EmailAddress.objects.filter(user_id=account_id).values_list("email", flat=True))


def count_passkeys(account_id: UUID) -> int:
    """Count an account's passkeys."""
    return int(Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.WEBAUTHN).count())


def has_unproven_address(account_id: UUID) -> bool:
    """Tell whether nobody has proved yet that an address of an account is theirs."""
    return bool(EmailAddress.objects.filter(user_id=account_id, verified=False).exists())


def owes_address(account_id: UUID) -> bool:
    """Tell whether an officer came by a link on paper and has still to prove the address of their account."""
    if not has_unproven_address(account_id):
        return False
    person_id = find_person_of_account(account_id)
    return sql.row(
        "SELECT 1 FROM base_entry WHERE stream = %s AND action = %s LIMIT 1",
        [f"person:{person_id}", events.CAME_BY_PAPER],
    ) is not None  # fmt: skip


def find_organisation(number: str) -> UUID | None:
    """Find the organisation of a business number (NIB)."""
    return (
        Person.objects.filter(nik_hash=crypto.lookup_hash("organisation", number)).values_list("id", flat=True).first()
    )


def is_organisation(person_id: UUID) -> bool:
    """Tell whether a person is an organisation."""
    return Person.objects.filter(id=person_id, kind=Person.Kind.ORGANISATION).exists()


def find_person_exactly(text: str) -> UUID | None:
    """Find whom a whole NIK, e-mail address or phone number belongs to; parts of one find nobody."""
    if "@" in text:
        account = find_account_by_email(text)
    elif rules.read_nik(digits := "".join(text.split())):
        return find_person_by_nik(digits)
    else:
        account = find_account_by_phone(text)
    return find_person_of_account(account.id) if account else None


def list_masked_names(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Give the masked names of several persons in one query, for lists."""
    return dict(Person.objects.filter(id__in=person_ids).values_list("id", "name_masked"))


def list_names(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Give the full names of those who act by name; whoever was forgotten has none. One query."""
    found = Person.objects.select_related("vault").filter(id__in=person_ids, erased_at__isnull=True)
    return {
        row.id: rules.Identity.from_bytes(
            crypto.open_with(crypto.unwrap(row.vault_id, row.vault.wrapped_key), row.sealed, SEALED_CONTEXT)
        ).name
        for row in found
    }


def list_nik_tails(person_ids: Collection[UUID], digits: int) -> dict[UUID, str]:
    """Give the last digits of the NIK of those who act by name and have one. One query."""
    found = Person.objects.select_related("vault").filter(id__in=person_ids, erased_at__isnull=True)
    known = {
        row.id: rules.Identity.from_bytes(
            crypto.open_with(crypto.unwrap(row.vault_id, row.vault.wrapped_key), row.sealed, SEALED_CONTEXT)
        ).nik
        for row in found
    }
    return {person_id: nik[-digits:] for person_id, nik in known.items() if nik}


def list_invited() -> list[UUID]:
    """List whoever was given an account by somebody else and has not come in yet: they have no password of their own. One query."""
    found = Account.objects.filter(
        is_active=True, last_login__isnull=True, password__startswith="!", person__isnull=False
    )
    return list(found.values_list("person__id", flat=True)[:500])


def lock_person(person_id: UUID) -> None:
    """Hold a person until the deed ends, so that nothing is begun for them meanwhile. :raises NotFound:"""
    if not Person.objects.select_for_update().filter(id=person_id, erased_at__isnull=True).values_list("id").first():
        raise NotFound


def get_identity_level(person_id: UUID) -> str:
    """Tell how surely a person is known. :raises NotFound:"""
    level = Person.objects.filter(id=person_id, erased_at__isnull=True).values_list("identity_level", flat=True).first()
    if level is None:
        raise NotFound
    return level


class RecoveredAccount(NamedTuple):
    """Whose account was given back, when, and how they were reached before: (email | sms, address)."""

    person_id: UUID
    at: datetime
    contacts: tuple[tuple[str, str], ...]


def get_recovery(recovery_id: UUID) -> RecoveredAccount:
    """Read a recovery: whose account, when, and how they were reached before. :raises NotFound: unknown or forgotten."""
    found = Recovery.objects.select_related("person").filter(id=recovery_id).first()
    if found is None:
        raise NotFound
    told = json.loads(crypto.open_sealed(found.person.vault_id, found.contacts_sealed, RECOVERY_CONTEXT))
    return RecoveredAccount(found.person_id, found.at, tuple((means, address) for means, address in told))


def find_binding(binding_id: UUID) -> Binding | None:
    """Find how an identity was established, with whose it is."""
    return Binding.objects.select_related("person").filter(id=binding_id).first()


def list_joined(person_id: UUID) -> list[UUID]:
    """List the records of a person that were found to be the same person's and joined into this one."""
    return list(Person.objects.filter(joined_into_id=person_id).values_list("id", flat=True))


def code_digest(letters: str) -> bytes:
    """Digest a counter code under the town's look-up key."""
    return crypto.lookup_hash("counter-code", letters)


class LivingCode(NamedTuple):
    """A counter code that may be used, and whose account it stands for."""

    code_id: UUID
    person_id: UUID


def find_counter_code(typed: str, now: datetime) -> LivingCode | None:
    """Find a living counter code as an officer typed it; not one that is wrong, used or late."""
    letters = codes.read(typed)
    if not codes.is_code(letters, rules.CODE_LETTERS):
        return None
    found = CounterCode.objects.filter(digest=code_digest(letters), used_at__isnull=True, expires_at__gt=now)
    row = found.values_list("id", "person_id").first()
    return LivingCode(*row) if row is not None else None


def get_code_owner(code_id: UUID) -> UUID:
    """Tell whose account a counter code stands for. :raises NotFound: used, or a newer one took its place."""
    found = CounterCode.objects.filter(id=code_id, used_at__isnull=True).values_list("person_id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def find_code_expiry(person_id: UUID, now: datetime) -> datetime | None:
    """Tell until when a person's counter code may be used, if they have one that may."""
    found = CounterCode.objects.filter(person_id=person_id, used_at__isnull=True, expires_at__gt=now)
    return found.values_list("expires_at", flat=True).first()


def count_administrators() -> int:
    """Count the accounts that administer the installation."""
    return Account.objects.filter(is_administrator=True, is_active=True).count()


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account of an officer or administrator, and whether its second factor is set."""

    person_id: UUID
    email: str
    administrator: bool
    active: bool
    second_factor: bool
    last_login: datetime | None


def list_desk_accounts(person_ids: Collection[UUID]) -> list[AccountRow]:
    """List the accounts of these persons and those that administer, by address. One query."""
    accounts = (
        Account.objects.filter(Q(person__id__in=person_ids) | Q(is_administrator=True))
        .select_related("person")
        .annotate(strong=Exists(STRONG))
        .distinct()
    )
    return [
        AccountRow(
            account.person.id, account.email or "", account.is_administrator, account.is_active, account.strong,
            account.last_login,
        )
        for account in accounts.order_by("email")
    ]  # fmt: skip


def list_sign_in_addresses(person_ids: Collection[UUID]) -> dict[UUID, str]:
    """Give by which address or number each of these persons signs in, for those who can. One query."""
    found = Account.objects.filter(person__id__in=person_ids).values_list("person__id", "email", "phone")
    return {person_id: email or phone or "" for person_id, email, phone in found}


def list_administrators() -> list[UUID]:
    """List the persons who administer the installation."""
    found = Account.objects.filter(is_administrator=True, is_active=True, person__isnull=False)
    return list(found.order_by("joined_at").values_list("person__id", flat=True))


def has_open_account(person_id: UUID) -> bool:
    """Tell whether a person can sign in: an account that is open, of a record that lives."""
    found = Person.objects.filter(
        id=person_id, account__is_active=True, erased_at__isnull=True, joined_into__isnull=True
    )
    return found.exists()


def get_freeze(freeze_id: UUID) -> Freeze:
    """Fetch a freeze. :raises NotFound:"""
    found = Freeze.objects.filter(id=freeze_id).first()
    if found is None:
        raise NotFound
    return found


class FrozenAccount(NamedTuple):
    """An account that is frozen: whose, by which address, since when, why and by whom."""

    person_id: UUID
    address: str
    at: datetime
    reason: str
    by_person: UUID | None


def list_frozen() -> list[FrozenAccount]:
    """List the accounts that are frozen, newest first. One query."""
    found = Freeze.objects.filter(ended_at__isnull=True).order_by("-at")
    rows = found.values_list(
        "person_id", "person__account__email", "person__account__phone", "at", "reason", "by_person"
    )
    return [
        FrozenAccount(person, email or phone or "", at, reason, by) for person, email, phone, at, reason, by in rows
    ]


def find_person_by_email(email: str) -> UUID | None:
    """Find the person behind an active account by its e-mail address, whatever its case."""
    found = Account.objects.filter(email__iexact=email.strip(), is_active=True, person__isnull=False)
    return found.values_list("person__id", flat=True).first()


# -- mandates ---------------------------------------------------------------------------------------------------------


def in_force(on_date: date) -> Q:
    """Select mandates that may be used on a date."""
    return Q(state=Mandate.State.ACTIVE, from_date__lte=on_date) & (Q(to_date__isnull=True) | Q(to_date__gte=on_date))


def find_mandate(
    agent_id: UUID, principal_id: UUID, service_id: str, on_date: date, *, on_behalf: Collection[str] | None = None
) -> Mandate | None:
    """Find a mandate in force by which one person may act for another in a service, of a kind the service takes."""
    found = Mandate.objects.filter(in_force(on_date), agent_id=agent_id, principal_id=principal_id).order_by(
        "offered_at"
    )
    fitting = (one for one in found if on_behalf is None or rules.fits(one.kind, on_behalf))
    return next((mandate for mandate in fitting if rules.covers(mandate.services, service_id)), None)


def get_mandate(mandate_id: UUID) -> Mandate:
    """Fetch a mandate. :raises NotFound:"""
    found = Mandate.objects.filter(id=mandate_id).first()
    if found is None:
        raise NotFound
    return found


def list_mandates(person_id: UUID) -> list[Mandate]:
    """List all mandates a person gave or holds, in every state, latest first."""
    return list(_with_names(Mandate.objects.filter(Q(principal_id=person_id) | Q(agent_id=person_id))))


def living_mandates(person_id: UUID) -> QuerySet[Mandate]:
    """Select the mandates a person gave or holds that are offered or in force."""
    living = (Mandate.State.OFFERED, Mandate.State.ACTIVE)
    return Mandate.objects.filter(Q(principal_id=person_id) | Q(agent_id=person_id), state__in=living)


INVITATION_CONTEXT = "people:invitation"
INVITED_FOR = timedelta(days=30)  # how long an invitation that nobody answered is shown to whoever made it


def open_invitation(invitation: Invitation) -> str:
    """Open the contact that was typed; "" once the principal's key is gone."""
    vault = invitation.principal.vault
    if vault.wrapped_key is None:
        return ""
    key = crypto.unwrap(vault.id, bytes(vault.wrapped_key))
    return crypto.open_with(key, bytes(invitation.contact_sealed), INVITATION_CONTEXT).decode()


def list_invitations(person_ids: Collection[UUID], now: datetime) -> list[tuple[Invitation, str]]:
    """List who was asked to act for some persons and has not accepted, with the contact as it was typed, latest first.

    One that was refused, and one that is nobody's contact, stand here like one that waits.
    """
    found = Invitation.objects.select_related("principal__vault").filter(
        principal_id__in=person_ids, ended_at__isnull=True, at__gt=now - INVITED_FOR
    )
    taken = Mandate.objects.filter(id=OuterRef("id"), state__in=(Mandate.State.ACTIVE, Mandate.State.REVOKED))
    return [(one, open_invitation(one)) for one in found.exclude(Exists(taken)).order_by("-at")]


def find_person_by_contact(contact: str) -> UUID | None:
    """Find whose account an e-mail address or phone number belongs to."""
    account = find_account_by_email(contact) if "@" in contact else find_account_by_phone(contact)
    return find_person_of_account(account.id) if account is not None else None


def list_principals(agent_id: UUID, on_date: date) -> list[Mandate]:
    """List the mandates by which a person may act for others on a date."""
    return list(_with_names(Mandate.objects.filter(in_force(on_date), agent_id=agent_id)))


def list_managed(agent_id: UUID, on_date: date) -> list[UUID]:
    """List the organisations whose mandates a person manages on a date."""
    found = Mandate.objects.filter(in_force(on_date), agent_id=agent_id, may_delegate=True)
    return list(
        found.filter(principal__kind=Person.Kind.ORGANISATION).values_list("principal_id", flat=True).distinct()
    )


def list_deciders(mandate: Mandate, on_date: date) -> tuple[UUID, ...]:
    """List who may accept an offer: the side that did not make it; for an organisation those who manage its mandates."""
    other = mandate.agent_id if mandate.offered_by == mandate.principal_id else mandate.principal_id
    if Person.objects.filter(id=other, kind=Person.Kind.NATURAL).exists():
        return (other,)
    return tuple(person for person in list_managers(other, on_date) if person != mandate.agent_id)


def list_managers(organisation_id: UUID, on_date: date) -> list[UUID]:
    """List who manages an organisation's mandates on a date."""
    found = Mandate.objects.filter(in_force(on_date), principal_id=organisation_id, may_delegate=True)
    return list(found.values_list("agent_id", flat=True).distinct())


def _with_names(mandates: QuerySet[Mandate]) -> QuerySet[Mandate]:
    return mandates.select_related("principal", "agent").order_by("-offered_at")
