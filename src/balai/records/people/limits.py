"""How often what, at the pages of accounts: counted by address, by device and by account, so that whoever guesses is stopped.

The accounts library's own limits are switched off (`ACCOUNT_RATE_LIMITS`): they locked out an owner by a stranger's guesses, and told
nobody when to come back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.internal.stagekit import unstash_login
from django.http import HttpRequest

from balai.base import throttle
from balai.base.errors import TooMany
from balai.records.people import devices, queries, rules
from balai.records.people.models import Account

MINUTES = timedelta(minutes=5)
HOUR = timedelta(hours=1)
GUESSED = "password-account"
_TEXTED = "_balai_text_counted"


@dataclass(frozen=True, slots=True)
class Count:
    """One thing that is counted for one party: so many times within so long."""

    what: str
    who: str
    limit: int
    per: timedelta

    def take(self, now: datetime) -> None:
        """Count one use. :raises TooMany: when they are spent; `too-many-passwords` when an account is guessed at from everywhere."""
        try:
            throttle.take(self.what, self.who, limit=self.limit, per=self.per, now=now)
        except TooMany as refusal:
            if self.what != GUESSED:
                raise
            # The owner on a device that nobody knows is told the ways in that no stranger's guess can close.
            seconds = int(str(refusal.params.get("seconds", 60)))
            raise TooMany("too-many-passwords", seconds=seconds, minutes=-(-seconds // 60)) from None

    def give_back(self, now: datetime) -> None:
        """Take one use back."""
        throttle.give_back(self.what, self.who, per=self.per, now=now)


def of_guess(request: HttpRequest, login: str) -> list[Count]:
    """List what one try of a password counts against.

    A device the account was signed in on, and a session that is signed in, answer for themselves alone. Whoever else tries is counted
    by address, by address and account, and by account as a whole; that last bound is far higher, since it keeps the owner out of
    devices that nobody knows.
    """
    if request.user.is_authenticated:
        return [Count("password-session", str(request.session.session_key), 10, MINUTES)]
    account = queries.find_account_by_login(login)
    device = devices.knows(request, account) if account else ""
    return _of(request, "password", login.lower(), device, around=60, whole=100)


def of_code(request: HttpRequest, account: Account) -> list[Count]:
    """List what one try of a second factor counts against; there are few codes, so the bound of the account is lower."""
    if request.user.is_authenticated:
        return [Count("code-session", str(request.session.session_key), 6, MINUTES)]
    return _of(request, "code", str(account.pk), devices.knows(request, account), around=300, whole=30)


def _of(request: HttpRequest, what: str, whose: str, device: str, *, around: int, whole: int) -> list[Count]:
    if device:
        return [Count(f"{what}-device", f"{device}:{whose}", 10, MINUTES)]
    address = throttle.address_of(request)
    return [
        Count(f"{what}-here", f"{address}:{whose}", 5, MINUTES),
        Count(f"{what}-address", address, around, MINUTES),
        Count(f"{what}-account", whose, whole, HOUR),
    ]


def of_text(request: HttpRequest, phone: str) -> list[Count]:
    """List what one text message counts against: who asks, and the number that gets it. Texts cost money and annoy."""
    return [Count("text", _asker(request), 30, 2 * MINUTES), Count("text-to", phone, 6, HOUR)]


def count_text(request: HttpRequest | None, phone: str, now: datetime) -> None:
    """Count one text message, once in a request, however many places ask. :raises TooMany: when they are spent."""
    if request is None or getattr(request, _TEXTED, False):
        return
    for each in of_text(request, phone):
        each.take(now)
    setattr(request, _TEXTED, True)


def _asker(request: HttpRequest) -> str:
    return str(request.user.pk) if request.user.is_authenticated else throttle.address_of(request)


def _by_asker(limit: int, per: timedelta = MINUTES) -> Callable[[HttpRequest, str], list[Count]]:
    return lambda request, name: [Count(f"page:{name}", _asker(request), limit, per)]


def _reset(request: HttpRequest, name: str) -> list[Count]:
    whose = str(request.POST.get("email", "")).strip().lower()
    return [Count("reset", _asker(request), 30, MINUTES), *([Count("reset-to", whose, 5, HOUR)] if whose else [])]


def _code(request: HttpRequest, name: str) -> list[Count]:
    """Count a code for whoever is asked for it: who is signed in, or who gave the right password just now."""
    if isinstance(request.user, Account):
        return of_code(request, request.user)
    login = unstash_login(request, peek=True)
    return of_code(request, login.user) if login and isinstance(login.user, Account) else []


# What may be sent to the pages of accounts, by name. A village comes through one address: what costs little is bounded widely.
PAGES: dict[str, Callable[[HttpRequest, str], list[Count]]] = {
    "account_login": _by_asker(300),  # what is wrong is counted by `of_guess`
    "account_signup": _by_asker(60),
    "account_reset_password": _reset,
    "account_reset_password_from_key": _by_asker(60),
    "reset_code": _by_asker(60),  # a code has tries of its own; so has the number
    "resend_mail": _by_asker(30),
    "account_confirm_email": _by_asker(60),
    "account_email_verification_sent": _by_asker(60),
    "account_change_password": _by_asker(10),
    "account_set_password": _by_asker(10),
    "account_email": _by_asker(15),
    "account_change_phone": _by_asker(10),
    "account_verify_phone": _by_asker(30),
    "account_reauthenticate": _by_asker(15),
    "mfa_authenticate": _code,
    "mfa_reauthenticate": _code,
    "mfa_reauthenticate_webauthn": _by_asker(15),
    "mfa_login_webauthn": _by_asker(60),
    "mfa_activate_totp": _code,
    "mfa_deactivate_totp": _by_asker(15),
    "mfa_generate_recovery_codes": _by_asker(15),
    "mfa_add_webauthn": _by_asker(15),
    "mfa_remove_webauthn": _by_asker(15),
    "mfa_edit_webauthn": _by_asker(30),
    "socialaccount_signup": _by_asker(60),
    "socialaccount_connections": _by_asker(15),
    "setup": _by_asker(15),
}


def count_page(request: HttpRequest, name: str, now: datetime) -> None:
    """Count one thing sent to a page of accounts. :raises TooMany: when they are spent."""
    if request.method == "POST" and name in PAGES:
        for each in PAGES[name](request, name):
            each.take(now)


def login_of(credentials: dict[str, object]) -> str:
    """Name the account that a password is tried on, as it was typed."""
    typed = str(credentials.get("email") or credentials.get("phone") or credentials.get("username") or "")
    return typed if "@" in typed else rules.normalise_phone(typed) or typed
