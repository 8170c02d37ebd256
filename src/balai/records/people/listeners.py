"""What people hear: who was invited to act for somebody, and allauth's own word that an e-mail address was verified or a second factor added."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, password_reset
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from balai.base import outbox
from balai.base.actors import Actor
from balai.records.people import actions, devices, events, queries
from balai.records.people.models import Account


@receiver(email_confirmed)
def note_verified_email(sender: Any, email_address: EmailAddress, **_: Any) -> None:
    """Raise a person to `contact` when they opened the link that was mailed to them."""
    note_contact(email_address.user_id, "email", timezone.now())


@receiver(authenticator_added)
def note_second_factor(
    sender: Any, request: HttpRequest, user: Account, authenticator: Authenticator, **_: Any
) -> None:
    """Take the proof that setting up a second factor gave as this session's own: nobody is asked for a second code at once."""
    if authenticator.type in (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN):
        record_authentication(request, user, method="mfa", type=authenticator.type, id=authenticator.pk)


@receiver(user_logged_in)
@receiver(password_reset)
def remember_device(sender: Any, request: HttpRequest | None, user: Account, **_: Any) -> None:
    """Know the device from now on: somebody signed in on it, or chose a new password by the link in their mail."""
    if request is not None:
        devices.remember(request, user)


@outbox.listener(events.TOPIC_MANDATE_INVITED)
def pass_on_invitation(message: outbox.Message) -> None:
    """Offer a mandate to whoever has the contact that was typed; nobody waits for it, so nobody can measure it."""
    actions.pass_on_invitation(
        message_id=uuid5(message.id, "offer"), now=message.now, invitation_id=UUID(message.payload["invitation"])
    )


def note_contact(account_id: Any, means: str, now: datetime) -> None:
    """Note that an account's person was reached; an account that has no person yet gets the note when it has one."""
    person_id = queries.find_person_of_account(account_id)
    if person_id is not None:
        actor = Actor("person", "portal", person_id=person_id)
        actions.note_contact_verified(command_id=uuid4(), actor=actor, now=now, person_id=person_id, means=means)
