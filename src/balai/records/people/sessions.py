"""Officers' sessions: locked after a while without use, over after a working day; what was being written is kept.

A locked session opens again by password, code or passkey of the same account, on the page where one was. What was sent to a locked or
ended session is done by nobody: it is kept (`base.pages.kept`) and stands in its form again, to be looked at and sent.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from allauth.account.signals import authentication_step_completed
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from balai.base import access_log
from balai.base.pages import kept
from balai.base.pages.texts import say
from balai.records.people.models import Account

BEGAN, SEEN, LOCKED = "officer_began", "officer_seen", "officer_locked"
NOTED = 60  # seconds between two notes of use, so that not every page writes


class OfficerSessions:
    """Middleware: an officer who went away finds the session locked, and ended after a working day."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_free()) or not _is_officer(request):
            return self.get_response(request)
        now = time.time()
        if BEGAN not in request.session:
            begin(request, now)
        if now - request.session[BEGAN] > settings.BALAI_OFFICER_HOURS * 3600:
            return _end(request, now)
        if now - request.session[SEEN] > settings.BALAI_OFFICER_IDLE_MINUTES * 60:
            return self.get_response(request) if request.path in _keys() else _lock(request, now)
        if now - request.session[SEEN] > NOTED or request.path == reverse("people:stay"):
            request.session[SEEN] = now
        setattr(request, "idle_seconds", settings.BALAI_OFFICER_IDLE_MINUTES * 60)  # noqa: B010 (officer.js warns by it)
        return self.get_response(request)


@lru_cache(maxsize=1)
def _free() -> tuple[str, ...]:
    """List what is no use of a session: what pages are dressed in."""
    return ("/-/", "/static/", "/bahasa/", "/health/")


@lru_cache(maxsize=1)
def _keys() -> tuple[str, ...]:
    """List the pages that open a locked session, or leave it."""
    names = ("account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account_logout")
    return tuple(reverse(name) for name in names)


def _is_officer(request: HttpRequest) -> bool:
    return isinstance(request.user, Account) and request.user.second_factor_required


def begin(request: HttpRequest, now: float) -> None:
    """Begin to count a session."""
    request.session[BEGAN] = request.session[SEEN] = now


@receiver(user_logged_in)
def begin_at_sign_in(sender: Any, request: HttpRequest | None, user: Account, **_: Any) -> None:
    """Begin to count with the sign-in, whatever the session held before."""
    if request is not None and user.second_factor_required:
        begin(request, time.time())
        request.session.pop(LOCKED, None)


@receiver(authentication_step_completed)
def unlock(sender: Any, request: HttpRequest, user: Account, **extra: Any) -> None:
    """Open a locked session to whoever proved once more who they are."""
    if extra.get("reauthenticated") and SEEN in request.session:
        request.session[SEEN] = time.time()
        request.session.pop(LOCKED, None)


def _lock(request: HttpRequest, now: float) -> HttpResponse:
    """Lead to the page that opens the session again, and keep what was sent."""
    account_id, page = request.user.pk, _page_of(request)
    kept.keep(request, account_id, page)
    if LOCKED not in request.session:
        request.session[LOCKED] = now
        access_log.record_security("session-locked", actor=f"account:{account_id}", now=_moment(now))
    _tell(request, "locked")
    return redirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': page})}")


def _end(request: HttpRequest, now: float) -> HttpResponse:
    """Sign out, keep what was sent for whoever signs in here with the same account, and lead to the sign-in."""
    account_id, page = request.user.pk, _page_of(request)
    logout(request)
    kept.keep(request, account_id, page)
    access_log.record_security("session-ended", actor=f"account:{account_id}", now=_moment(now))
    _tell(request, "ended")
    return redirect(f"{reverse('account_login')}?{urlencode({'next': page})}")


def _tell(request: HttpRequest, what: str) -> None:
    words = say(
        f"people.session.{what}", minutes=settings.BALAI_OFFICER_IDLE_MINUTES, hours=settings.BALAI_OFFICER_HOURS
    )
    kept = say("people.session.kept") if request.method == "POST" else ""
    messages.warning(request, f"{words} {kept}".strip(), fail_silently=True)


def _moment(now: float) -> datetime:
    return datetime.fromtimestamp(now, UTC)


def _page_of(request: HttpRequest) -> str:
    """Give the page somebody is on: what they asked for, or where the form they sent stands."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came = urlsplit(request.headers.get("Referer", ""))
    path = came.path + (f"?{came.query}" if came.query else "")
    return path if path.startswith("/") and not path.startswith("//") else request.path
