"""An account given back to its person."""

import json
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.urls import reverse

from balai.base import crypto, intake, journal
from balai.base.actors import Actor
from balai.base.errors import NotAllowed, NotFound
from balai.records.errors import wrong
from balai.records.people import events, policy, queries, rules
from balai.records.people.actions.rows import fingerprint
from balai.records.people.models import Account, Level, Recovery


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
    digest = journal.digest_of(person_id, reason, dropped, fingerprint((email, phone)))
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
        person_id=person_id, officer_id=actor.person_id, at=now, reason=intake.words(reason, 400, "reason"), dropped=dropped,
        contacts_sealed=crypto.seal(queries.get_vault_id(person_id), contacts, queries.RECOVERY_CONTEXT),
    )  # fmt: skip


def _renew(account_id: UUID, dropped: list[str], email: str, phone: str) -> None:
    """End the old password with its sessions, drop what was lost, and put new contacts in its place."""
    account = Account.objects.select_for_update().get(id=account_id)
    normal = rules.take_phone(phone) if phone else ""
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
