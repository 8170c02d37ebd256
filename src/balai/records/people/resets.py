"""A new password by phone: a code by text to whoever holds the number, and a question when the record knows more of its owner.

A number gets a new holder when its old one lets it go. So an officer's account is not opened by one, whoever's date of birth is on
record is asked for it, an account without one is opened only while it is in use, and the address of the account is told. What is answered is the same for every number: the code goes to its
holder alone, and so does the word that there is no account.
"""

import secrets
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.http import HttpRequest
from django.urls import reverse

from balai.base import crypto, throttle
from balai.base.errors import TooMany
from balai.records.people import limits, queries
from balai.records.people.models import Account

LIFE = timedelta(minutes=10)  # of a code
TRIES = 5  # of a code, from however many windows at once; then it is worth nothing
RESENDS = 2
QUIET = timedelta(days=60)  # without a sign-in; ours, so that a number that rested at its operator opens nothing
_KEY = "balai_reset"


def begin(request: HttpRequest, phone: str, now: datetime) -> None:
    """Send a code to a number, or the word that none would help, and remember in the session what is waited for."""
    request.session[_KEY] = {"phone": phone, "sent": 0}
    _send(request, now)


def resend(request: HttpRequest, now: datetime) -> None:
    """Send a new code; the one before is worth nothing from now on. :raises TooMany: when the number had enough texts."""
    limits.count_text(request, phone_of(request), now)
    _send(request, now)


def _send(request: HttpRequest, now: datetime) -> None:
    state = request.session[_KEY]
    account = queries.find_account_by_phone(state["phone"])
    code, opens = f"{secrets.randbelow(1_000_000):06}", account is not None and _opens(account, now)
    state |= {
        "digest": _digest(state["phone"], code),
        "until": (now + LIFE).timestamp(),
        "sent": state["sent"] + 1,
        "proved": False,
    }
    state["account"] = str(account.pk) if account is not None and opens else ""
    request.session[_KEY] = state
    adapter = get_adapter(request)
    if opens:
        adapter.text(state["phone"], "reset", LIFE, code=code)
    else:
        adapter.text(state["phone"], "unknown" if account is None else "elsewhere", LIFE)


def _opens(account: Account, now: datetime) -> bool:
    """Tell whether a number may open its account: proved, a citizen's that nobody froze, and known to be theirs still."""
    if not account.is_active or account.phone_verified_at is None or account.second_factor_required:
        return False
    return now - (account.last_login or account.joined_at) <= QUIET or _born(account.pk) is not None


def _digest(phone: str, code: str) -> str:
    return crypto.lookup_hash("reset-code", f"{phone}:{code}").hex()


def phone_of(request: HttpRequest) -> str:
    """Give the number that waits for its code, "" when none does."""
    return str(request.session.get(_KEY, {}).get("phone", ""))


def may_resend(request: HttpRequest) -> bool:
    """Tell whether another code may be sent in this round."""
    return int(request.session[_KEY]["sent"]) <= RESENDS


def is_proved(request: HttpRequest, now: datetime) -> bool:
    """Tell whether the right code was entered just now, so that only the question is left."""
    state = request.session[_KEY]
    return bool(state["proved"]) and now.timestamp() < state["until"] + LIFE.total_seconds()


def enter(request: HttpRequest, typed: str, now: datetime) -> str:
    """Take a code: "" when it is right, else which fault it is: `incorrect_code`, `reset_spent`, `reset_late`."""
    state: dict[str, Any] = request.session[_KEY]
    try:
        throttle.take("reset-code", state["digest"], limit=TRIES, per=2 * LIFE, now=now)
    except TooMany:
        return "reset_spent"
    if now.timestamp() > state["until"]:
        return "reset_late"
    digits = "".join(sign for sign in typed if sign.isdecimal())
    right = secrets.compare_digest(state["digest"], _digest(state["phone"], digits))
    if not right or not state["account"]:
        return "incorrect_code"
    state["proved"] = True
    request.session[_KEY] = state
    return ""


def born(request: HttpRequest) -> date | None:
    """Give the date of birth that is to be asked for once the code was right, None when the record has none."""
    return _born(UUID(request.session[_KEY]["account"]))


def _born(account_id: UUID) -> date | None:
    person_id = queries.find_person_of_account(account_id)
    return queries.get_person(person_id).birth_date if person_id else None


def finish(request: HttpRequest) -> str:
    """End the round and give the address where the new password is chosen, once."""
    account = queries.get_account(UUID(request.session.pop(_KEY)["account"]))
    key = f"{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}"
    return reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}).replace("UID-KEY", key)
