"""Who may do what to people, and who may act for whom."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.mfa.models import Authenticator
from django.conf import settings

from balai.base.actors import Actor
from balai.base.errors import NotAllowed
from balai.records.people import queries, rules
from balai.records.people.models import Account, Mandate

_STRONG = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_administrator(actor: Actor) -> bool:
    """Tell whether an actor administers the installation: the console, or an administrator with a second factor."""
    if actor.kind == "system":
        return True
    if actor.person_id is None or not actor.second_factor:
        return False
    return Account.objects.filter(person__id=actor.person_id, is_administrator=True, is_active=True).exists()


def require_administrator(actor: Actor) -> None:
    """Refuse whoever does not administer the installation. :raises NotAllowed:"""
    if not is_administrator(actor):
        raise NotAllowed


def require_officer(actor: Actor) -> None:
    """Refuse whoever does not act as an officer with a second factor; which role it takes is the door's question.

    :raises NotAllowed: `not-allowed`, or `second-factor` when only that is missing.
    """
    if actor.kind == "system":
        return
    if actor.kind != "officer":
        raise NotAllowed
    require_second_factor(actor)


def require_second_factor(actor: Actor) -> None:
    """Refuse whoever's session has not proved a second factor. :raises NotAllowed: `second-factor`."""
    if not actor.second_factor:
        raise NotAllowed("second-factor")


def has_second_factor(account_id: UUID) -> bool:
    """Tell whether an account has an authenticator app or a passkey; recovery codes alone do not count."""
    return count_second_factors(account_id) > 0


def has_authenticator_app(account_id: UUID) -> bool:
    """Tell whether an account has an authenticator app whose code can be asked for."""
    return bool(Authenticator.objects.filter(user_id=account_id, type=Authenticator.Type.TOTP).exists())


def count_second_factors(account_id: UUID) -> int:
    """Count an account's authenticator apps and passkeys."""
    return int(Authenticator.objects.filter(user_id=account_id, type__in=_STRONG).count())


def must_add_second_factor(account: Account) -> bool:
    """Tell whether an account may do nothing before it has added a second factor."""
    return account.second_factor_required and not has_second_factor(account.id)


def require_identity(person_id: UUID, wanted: str) -> None:
    """Refuse a person who is not known surely enough. :raises NotAllowed: `identity-too-low`."""
    if not rules.reaches(queries.get_identity_level(person_id), wanted):
        raise NotAllowed("identity-too-low")


def may_act_for(
    actor_person: UUID, on_behalf_of: UUID | None, service_id: str, now: datetime,
    *, on_behalf: Collection[str] | None = None,
) -> Mandate | None:  # fmt: skip
    """Give the mandate by which a person may act for another in a service; None when they act for themselves.

    `on_behalf` are the words by which the service says what kinds of mandate it takes; without it any kind will do.
    :raises NotAllowed: when there is no mandate in force.
    """
    if on_behalf_of is None or on_behalf_of == actor_person:
        return None
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    mandate = queries.find_mandate(actor_person, on_behalf_of, service_id, today, on_behalf=on_behalf)
    if mandate is None:
        raise NotAllowed
    return mandate
