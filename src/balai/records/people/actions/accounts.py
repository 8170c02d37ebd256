"""Accounts: made, given to a person, what is owed to their addresses."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from balai.base import journal, post
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid, NotFound
from balai.base.pages import texts
from balai.records.errors import require_drawable, wrong
from balai.records.people import events, policy, queries, rules, tokens
from balai.records.people.actions.persons import prepare_person
from balai.records.people.actions.rows import fingerprint, lock_person
from balai.records.people.models import Account, Level, Person


def create_account(
    *, command_id: UUID, actor: Actor, now: datetime, email: str = "", phone: str = "", password: str | None,
    name: str, administrator: bool = False,
) -> UUID:  # fmt: skip
    """Make an account with its person, as an officer does at a counter or the console does for a first user.

    :raises Invalid: `contact-taken`, `phone-format`, or the password's faults under `password`.
    """
    if administrator or actor.kind != "officer":
        policy.require_administrator(actor)
    email, normal = rules.normalise_email(email), rules.take_phone(phone) if phone else ""
    if normal is None:
        raise wrong("phone-format", "phone")
    require_drawable(name=name)
    digest = journal.digest_of(fingerprint((email, normal, name)), administrator)
    with journal.deed(command_id, actor=actor, now=now, name="people.create_account", digest=digest) as deed:
        if deed.repeated:
            return UUID(deed.answer["account"])
        verified = actor.kind == "system"  # the console knows whom it makes; a counter's account proves its own address
        account = new_account(email, normal, password, now, administrator=administrator, verified=verified)
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


def new_account(
    email: str, phone: str, password: str | None, now: datetime, *, administrator: bool, verified: bool
) -> Account:
    """Make an account with its address or number, as part of a deed. :raises Invalid: `contact-taken`, or the password's faults."""
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
    with journal.deed(uuid4(), actor=actor, now=now, name="people.owe_message", always=True) as deed:
        return post.owe(
            deed, to=to, masked=rules.mask_contact(to), subject=subject, body=body, language=language, kind=kind,
            life=life,
        )  # fmt: skip


INVITED = timedelta(days=3)  # as long as the link in it holds


def invite_again(*, command_id: UUID, actor: Actor, now: datetime, person_id: UUID, link: str) -> None:
    """Send an officer who cannot work yet a link to choose their password, to the address of their account alone.

    :raises NotAllowed: for whoever does not administer. :raises Invalid: `no-address` for an account without one.
    """
    policy.require_administrator(actor)
    account_id = queries.find_account_of_person(person_id)
    if account_id is None:
        raise NotFound
    account = queries.get_account(account_id)
    if not account.email:
        raise Invalid("no-address")
    with journal.deed(
        command_id, actor=actor, now=now, name="people.invite_again", digest=journal.digest_of(person_id)
    ) as deed:
        if deed.repeated:
            return
        language = queries.get_person(person_id).language
        post.owe(
            deed, to=account.email, masked=rules.mask_contact(account.email), subject=texts.say("people.invitation.subject", language),
            body=texts.say("people.invitation.body", language, link=link), language=language, kind="invitation",
            life=INVITED,
        )  # fmt: skip
        deed.record(f"person:{person_id}", events.INVITED_AGAIN, {"account": str(account_id)})


def write_invitation(account_id: UUID, way: tokens.Way) -> str:
    """Write the address of an invitation, to be mailed or given on paper: what it proves depends on that. Nothing is kept."""
    key = f"{account_id.hex}-{tokens.invite(queries.get_account(account_id), way)}"
    return reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}).replace("UID-KEY", key)


def accept_invitation(*, actor: Actor, now: datetime, account_id: UUID, mailed: bool) -> None:
    """Note how whoever chose their password had the link: one that was mailed to it proves the account's address."""
    person_id = queries.find_person_of_account(account_id)
    if person_id is None:
        raise NotFound
    digest = journal.digest_of(account_id, mailed)
    with journal.deed(uuid4(), actor=actor, now=now, name="people.accept_invitation", digest=digest) as deed:
        person = lock_person(person_id)
        if not mailed:
            deed.record(f"person:{person_id}", events.CAME_BY_PAPER, {"account": str(account_id)})
            return
        address = queries.get_account(account_id).email
        EmailAddress.objects.filter(user_id=account_id, email__iexact=address).update(verified=True)
        Person.objects.filter(id=person_id).update(identity_level=rules.higher(person.identity_level, Level.CONTACT))
        deed.record(f"person:{person_id}", events.CONTACT_VERIFIED, {"means": "email"})


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
        person = lock_person(person_id)
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


def release_phone(*, command_id: UUID, actor: Actor, now: datetime, phone: str, reason: str) -> None:
    """Take a phone number that its operator gave to somebody else off the account it was on.

    The new holder may then make an account of their own; nothing of the old account opens to them.
    """
    policy.require_officer(actor)
    normal = rules.normalise_phone(phone)
    digest = journal.digest_of(fingerprint(normal), reason)
    with journal.deed(command_id, actor=actor, now=now, name="people.release_phone", digest=digest) as deed:
        if deed.repeated:
            return
        account = Account.objects.select_for_update().filter(phone=normal).first() if normal else None
        if account is None:
            raise NotFound
        Account.objects.filter(id=account.id).update(phone=None, phone_verified_at=None)
        deed.record(f"account:{account.id}", events.PHONE_RELEASED, {"account": str(account.id)})
