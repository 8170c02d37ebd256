"""How allauth fits into this house: phones and mails through our ports, secrets sealed, persons beside accounts."""

import base64
import logging
import secrets
import time
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.signals import social_account_added
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from balai.base import crypto, post
from balai.base.actors import Actor
from balai.base.errors import Conflict, Invalid
from balai.base.pages.frames import Frame
from balai.base.pages.texts import has, language, say, table
from balai.records.people import actions, limits, listeners, policy, queries, rules, waits
from balai.records.people.models import Account, Level

log = logging.getLogger("balai.people")


class Errors(Mapping[str, str]):
    """What the accounts library says when it refuses, in our words and the language of the page."""

    def __getitem__(self, code: str) -> str:
        """Give the words of a refusal."""
        if not has(f"people.error.{code}"):
            raise KeyError(code)
        return say(f"people.error.{code}")

    def __iter__(self) -> Iterator[str]:
        """List the refusals that have words."""
        head = "people.error."
        return (key.removeprefix(head) for key in table(language()) if key.startswith(head))

    def __len__(self) -> int:
        """Count them."""
        return sum(1 for _ in self)


SIGN_IN = Actor("system", "portal", name="sign-in")
MESSAGE_TAGS = settings.MESSAGE_TAGS
LINK_LIFE = timedelta(days=3)  # as long as allauth's and Django's links open

_LINKS = {  # what somebody waits for at the page they are on; everything else only informs
    "email_confirmation", "email_confirmation_signup", "password_reset_key", "unknown_account", "account_already_exists",
}  # fmt: skip


def _lang() -> str:
    return "en" if (get_language() or "id").startswith("en") else "id"


def _owe(to: str, subject: str, body: str, *, kind: str, life: timedelta) -> None:
    """Owe a message to its address: the worker carries it within a second or, when the carrier is down, once it is back."""
    actions.owe_message(
        actor=SIGN_IN, now=timezone.now(), to=to, subject=subject, body=body, language=_lang(), kind=kind, life=life
    )


def _say_on_its_way(request: HttpRequest | None, to: str) -> None:
    """Tell whoever waits for a message that it comes, and where there is help; the same for every address."""
    if request is not None:
        held_up = post.is_held_up(post.port_of(to))
        key, tell = ("held_up", messages.warning) if held_up else ("on_its_way", messages.info)
        tell(request, say(f"people.message.{key}"), fail_silently=True)


def _write(kind: str, town: str, email: str, context: Mapping[str, Any]) -> tuple[str, str]:
    """Write a mail of accounts: who writes, what it is for, what to do, and what to do if it was somebody else.

    No name stands in it: whoever signs up types one, and it would reach a stranger's mailbox. Where one may ask whether it is
    from here stands under every mail (`base/post.py`).
    """
    what = f"people.mail.{kind}"
    told = {
        name: str(getattr(value, "name", value)) for name, value in context.items() if name not in ("request", "user")
    }
    if has(f"{what}.body"):
        link = next((told[name] for name in ("activate_url", "password_reset_url", "signup_url") if name in told), "")
        body = say(f"{what}.body", email=email, link=link)
    else:
        at = timezone.localtime(context.get("timestamp") or timezone.now())
        body = say(
            "people.mail.happened", what=say(f"{what}.what", **told), at=f"{at:%d/%m/%Y %H.%M}",
            with_what=f"{told.get('user_agent', '')[:120]} ({told.get('ip', '')})",
            reset=settings.BALAI_URL.rstrip("/") + reverse("account_reset_password"),
        )  # fmt: skip
    official = say("people.mail.official", home=settings.BALAI_URL)
    return say(f"{what}.subject", town=town), say("people.mail.frame", town=town, body=body, official=official)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts with an e-mail address, a phone, or both; each with a person behind it."""

    error_messages = Errors()

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None,
        message_context: dict[str, Any] | None = None, extra_tags: str = "", message: str | None = None,
    ) -> None:  # fmt: skip
        """Say what was done, in our words; what needs no words, such as having signed in, is not said."""
        key = f"people.told.{(message_template or '').rsplit('/', 1)[-1].removesuffix('.txt')}"
        if message is None and has(key):
            told = {name: value for name, value in (message_context or {}).items() if isinstance(value, str)}
            message = say(key, **told)
        if message:
            messages.add_message(request, level, message, extra_tags=extra_tags or MESSAGE_TAGS.get(level, ""))

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask for the password again, unless this very person signed in within the last minutes."""
        if not super().is_reauthentication_required(app=app):
            return False
        since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT  # allauth keeps its own records by this clock
        records = get_authentication_records(self.request, self.request.user)
        return not any(record.get("at", 0) > since for record in records)

    def get_login_stages(self) -> list[str]:
        """Put our rule for e-mail addresses in the place of allauth's."""
        own = "balai.records.people.stages.VerifyGivenEmail"
        return [own if path.endswith(".EmailVerificationStage") else path for path in super().get_login_stages()]

    def new_user(self, request: HttpRequest) -> Account:
        """Make an unsaved account."""
        return Account(joined_at=timezone.now())

    def save_user(self, request: HttpRequest, user: Account, form: Any, commit: bool = True) -> Account:
        """Save a new account together with its person, or neither."""
        with transaction.atomic():
            super().save_user(request, user, form, commit=commit)
            if commit:
                given = form.cleaned_data
                identity = rules.Identity(
                    name=given.get("name", ""), email=user.email or "", phone=user.phone or "", language=_lang()
                )
                register(user, identity)
        return user

    # -- guesses ------------------------------------------------------------------------------------------------------

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count one try of a password before it is looked at, so that many at once are counted too. :raises TooMany:"""
        self._counted, self._counted_at = limits.of_guess(request, limits.login_of(credentials)), timezone.now()
        for count in self._counted:
            count.take(self._counted_at)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Find whose password this is; one that is right was no guess."""
        account = super().authenticate(request, **credentials)
        if account is not None:
            for count in self._counted:
                count.give_back(self._counted_at)
        return account

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """Forget nothing: whoever opened the link in their mail has a device that is known from then on."""

    # -- phones -------------------------------------------------------------------------------------------------------

    def phone_form_field(self, **kwargs: Any) -> Any:
        """Give a field that takes a number as people write it."""
        from balai.records.people.forms import PhoneField

        return PhoneField(**kwargs)

    def get_phone(self, user: Account) -> tuple[str, bool] | None:
        """Give an account's phone and whether it was verified."""
        return (user.phone, user.phone_verified_at is not None) if user.phone else None

    def set_phone(self, user: Account, phone: str, verified: bool) -> None:
        """Set an account's phone."""
        user.phone, user.phone_verified_at = phone, timezone.now() if verified else None
        user.save(update_fields=["phone", "phone_verified_at"])

    def set_phone_verified(self, user: Account, phone: str) -> None:
        """Mark a phone as verified and raise its person to `contact`."""
        self.set_phone(user, phone, True)
        listeners.note_contact(user.pk, "phone", timezone.now())

    def get_user_by_phone(self, phone: str) -> Account | None:
        """Find the account of a phone number."""
        return queries.find_account_by_phone(phone)

    def send_verification_code_sms(self, user: Account, phone: str, code: str, **kwargs: Any) -> None:
        """Send a code by SMS."""
        limits.count_text(self.request, phone, timezone.now())
        life = timedelta(seconds=settings.ACCOUNT_PHONE_VERIFICATION_TIMEOUT)
        self.text(phone, "code", life, code=code)

    def send_account_already_exists_sms(self, phone: str) -> None:
        """Tell the holder of a number, and nobody else, that it has an account."""
        limits.count_text(self.request, phone, timezone.now())
        self.text(phone, "exists", LINK_LIFE)

    def send_unknown_account_sms(self, phone: str, **kwargs: Any) -> None:
        """Tell the holder of a number, and nobody else, that it has none."""
        limits.count_text(self.request, phone, timezone.now())
        self.text(phone, "unknown", LINK_LIFE)

    def generate_phone_verification_code(self, *, user: Account, phone: str) -> str:
        """Make a code of six digits."""
        return f"{secrets.randbelow(1_000_000):06}"

    def text(self, phone: str, key: str, life: timedelta, **params: str) -> None:
        """Owe a text message; whoever waits for it is told that it comes."""
        _owe(phone, "", say(f"people.sms.{key}", town=Frame(self.request).town, **params), kind=key, life=life)
        waits.note(self.request, timezone.now())
        _say_on_its_way(self.request, phone)

    # -- mail ---------------------------------------------------------------------------------------------------------

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Owe a mail; the page that asked for it answers at once.

        To the address of an officer who came by a link on paper goes nothing but what proves it.
        """
        kind, proves = template_prefix.rsplit("/", 1)[-1], ("email_confirmation", "email_confirmation_signup")
        account = None if kind in proves else queries.find_account_by_email(email)
        if account is not None and queries.owes_address(account.id):
            if kind in _LINKS:
                _say_on_its_way(self.request, email)
            return
        subject, body = _write(kind, Frame(self.request).town, email, context)
        _owe(email, subject, body, kind=kind, life=LINK_LIFE)
        if kind in _LINKS:
            waits.note(self.request, timezone.now())
            _say_on_its_way(self.request, email)

    def send_notification_mail(
        self, template_prefix: str, user: Account, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell of a change to an account: by mail, or by text where there is no address and the password changed."""
        if not email and not user.email and user.phone and user.phone_verified_at:
            if template_prefix.rsplit("/", 1)[-1] in ("password_changed", "password_reset", "password_set"):
                words = say("people.sms.changed", town=Frame(self.request).town)
                _owe(user.phone, "", words, kind="changed", life=LINK_LIFE)
            return
        super().send_notification_mail(template_prefix, user, context, email)

    def is_safe_url(self, url: str) -> bool:
        """Allow redirects inside this installation only."""
        return bool(super().is_safe_url(url))


def display(account: Account) -> str:
    """Name an account to its owner: the address or number it signs in with."""
    return account.email or account.phone or "Balai"


def register(account: Account, identity: rules.Identity) -> UUID:
    """Register the person behind a new account."""
    actor = Actor("system", "portal", name="sign-up")
    return actions.register_person(
        command_id=uuid4(), actor=actor, now=account.joined_at, identity=identity, account_id=account.pk
    )


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: secrets sealed under the town's key, and the last one of an officer stays."""

    error_messages = Errors()

    def _get_user_identifier(self, user: Account) -> str:
        return display(user)

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:
        """Name a new passkey, until its owner calls it otherwise."""
        return say("people.passkey_default", number=queries.count_passkeys(user.pk) + 1)

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return base64.b64encode(crypto.seal_with(crypto.derive("people:mfa"), text.encode(), "mfa")).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open a sealed secret. :raises Tampered:"""
        return crypto.open_with(crypto.derive("people:mfa"), base64.b64decode(encrypted_text), "mfa").decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last strong factor of whoever must have one."""
        account = authenticator.user
        if not account.second_factor_required or authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        return policy.count_second_factors(account.pk) > 1


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-in by an identity provider; the national one also tells the NIK, and thereby who somebody is."""

    error_messages = Errors()

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Join a first sign-in to the account whose person bears the NIK the national provider vouches for.

        Whoever is signed in and connects the provider keeps to their own account: when the NIK opens another, nothing is
        connected and they are told what to do.
        """
        claims = _national_claims(sociallogin)
        if claims is None:
            return
        if sociallogin.is_existing:
            _bind(request, sociallogin.user, claims)
            return
        person_id = queries.find_person_by_nik(claims["nik"])
        account_id = queries.find_account_of_person(person_id) if person_id else None
        if account_id is None:
            return
        if sociallogin.state.get("process") != AuthProcess.CONNECT:
            sociallogin.connect(request, queries.get_account(account_id))
        elif account_id != request.user.pk:
            _refuse(request, Conflict("other-account"))
            raise ImmediateHttpResponse(redirect(self.get_connect_redirect_url(request, sociallogin.account)))

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> Account:
        """Save the account of a first sign-in with its person: the one that bears the NIK, or a new one."""
        claims = _national_claims(sociallogin)
        with transaction.atomic():
            account: Account = super().save_user(request, sociallogin, form)
            person_id = queries.find_person_by_nik(claims["nik"]) if claims else None
            if claims and person_id is not None:
                actions.attach_account(
                    command_id=uuid4(), actor=_provider(claims), now=timezone.now(), person_id=person_id,
                    account_id=account.pk,
                )  # fmt: skip
            elif queries.find_person_of_account(account.pk) is None:
                register(account, rules.Identity(name=_name(sociallogin), email=account.email or "", language=_lang()))
        if claims:
            _bind(request, account, claims)
        return account


def _national_claims(sociallogin: Any) -> dict[str, str] | None:
    """Take what the national provider vouches for, and nothing from any other."""
    if sociallogin.account.provider != getattr(settings, "BALAI_OIDC_NATIONAL", ""):
        return None
    extra = sociallogin.account.extra_data
    told = (
        extra.get("userinfo", {}) | extra.get("id_token", {}) if "id_token" in extra or "userinfo" in extra else extra
    )
    nik = str(told.get("nik", ""))
    if rules.read_nik(nik) is None:
        return None
    return {"nik": nik, "name": str(told.get("name", "")), "birth_date": str(told.get("birthdate", "")),
            "provider": sociallogin.account.provider}  # fmt: skip


def _name(sociallogin: Any) -> str:
    return str(sociallogin.account.get_provider_account().to_str())[:120]


def _provider(claims: dict[str, str]) -> Actor:
    return Actor("system", "portal", name=f"oidc:{claims['provider']}"[:40])


@receiver(social_account_added)
def bind_connected(sender: Any, request: HttpRequest, sociallogin: Any, **_: Any) -> None:
    """Bind an account's person once the national provider was connected to the account."""
    claims = _national_claims(sociallogin)
    if claims is not None:
        _bind(request, sociallogin.user, claims)


def _bind(request: HttpRequest, account: Account, claims: dict[str, str]) -> None:
    """Bind the account's person to the vouched identity once; a refusal is told and logged, and hinders no sign-in."""
    person_id = queries.find_person_of_account(account.pk)
    if person_id is None or queries.get_identity_level(person_id) == Level.NATIONAL:
        return
    try:
        born = date.fromisoformat(claims["birth_date"]) if claims["birth_date"] else None
        actions.bind_national_identity(
            command_id=uuid4(), actor=_provider(claims), now=timezone.now(), person_id=person_id, nik=claims["nik"],
            name=claims["name"], birth_date=born, provider=claims["provider"],
        )  # fmt: skip
    except Conflict as refusal:
        _refuse(request, refusal)
    except (Invalid, ValueError):
        log.warning("an identity was not bound: the provider told no possible NIK or date of birth")


def _refuse(request: HttpRequest, refusal: Conflict) -> None:
    log.warning("an identity was not bound: %s", refusal.code)
    messages.error(request, refusal.message(_lang()), extra_tags="bad", fail_silently=True)
