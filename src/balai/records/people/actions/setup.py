"""The first administrator."""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from balai.base import journal
from balai.base.actors import Actor
from balai.base.errors import Conflict
from balai.records.errors import wrong
from balai.records.people import events, queries, rules
from balai.records.people.actions.accounts import new_account
from balai.records.people.actions.persons import prepare_person
from balai.records.people.models import SetupToken

SETUP_TOKEN_LIFE = timedelta(hours=24)


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
    with journal.deed(command_id, actor=actor, now=now, name="people.claim_setup", always=True) as deed:
        if deed.repeated:
            return UUID(deed.answer["account"])
        open_tokens = SetupToken.objects.filter(digest=_token_digest(token), used_at__isnull=True, expires_at__gt=now)
        if queries.count_administrators() or not open_tokens.update(used_at=now):
            raise wrong("setup-token", "token")
        # Whoever holds the code vouches for the address: a fresh installation may have no mail server yet.
        email = rules.normalise_email(email)
        account = new_account(email, "", password, now, administrator=True, verified=True)
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
