"""Devices on which an account was signed in before: a stranger's wrong passwords do not count against them.

The cookie holds a random name of the device, and for each account a keyed digest of device, account and the password of that day. It
names nobody, opens nothing, and means nothing more once the password changed.
"""

import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from balai.records.people.models import Account

AGE = 365 * 24 * 3600
MOST = 5  # accounts of one household on one device; the oldest gives way
_MARK = "_balai_device_of"


def remember(request: HttpRequest, account: Account) -> None:
    """Note that an account was signed in here; the answer to this request carries the cookie."""
    setattr(request, _MARK, account)


def knows(request: HttpRequest, account: Account) -> str:
    """Give the name of this device when the account was signed in on it under its present password, else ""."""
    device, digests = _read(request)
    own = _digest(device, account)
    return device if any(constant_time_compare(own, each) for each in digests) else ""


def write(request: HttpRequest, response: HttpResponse) -> None:
    """Set the cookie after a sign-in."""
    account = getattr(request, _MARK, None)
    if not isinstance(account, Account):
        return
    device, digests = _read(request)
    device = device or secrets.token_hex(12)
    own = _digest(device, account)
    kept = [own, *(each for each in digests if each != own)][:MOST]
    response.set_cookie(
        _name(), ".".join([device, *kept]), max_age=AGE, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def _name() -> str:
    return "__Host-balai-device" if settings.SESSION_COOKIE_SECURE else "balai-device"


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    device, *digests = request.COOKIES.get(_name(), "").split(".")
    return device[:24], digests[:MOST]


def _digest(device: str, account: Account) -> str:
    return salted_hmac("people.device", f"{device}:{account.pk}:{account.password}", algorithm="sha256").hexdigest()[
        :32
    ]
