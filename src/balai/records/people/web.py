"""What doors need to know of a session, the wall before officers without a second factor, and the set-up page."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import uuid4

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.email_verification import send_verification_email_at_login
from allauth.account.internal.stagekit import unstash_login
from allauth.core.exceptions import RateLimited
from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from balai.base import throttle
from balai.base.errors import BalaiError, NotFound, TooMany
from balai.base.pages import refusals
from balai.base.pages.guards import open_page
from balai.base.pages.texts import language, say
from balai.records.people import actions, devices, limits, policy, queries, resets, waits
from balai.records.people.forms import BornForm, CodeForm, SetupForm

# Methods that prove possession of something besides knowledge. A passkey with user verification is both at once.
_STRONG = {"mfa"}


def has_second_factor(request: HttpRequest, *, within: timedelta | None = None) -> bool:
    """Tell whether this session proved a second factor, at all or within a time; signing asks for a recent one."""
    proofs = [record for record in _records(request) if record.get("method") in _STRONG]
    if within is None:
        return bool(proofs)
    return any(time.time() - float(record["at"]) <= within.total_seconds() for record in proofs)


def _records(request: HttpRequest) -> list[dict[str, Any]]:
    return list(get_authentication_records(request, request.user if request.user.is_authenticated else None))


@lru_cache(maxsize=1)
def _open_paths() -> tuple[str, ...]:
    """List what is open before the second factor is added: the account's own pages, and what pages are dressed in."""
    accounts = reverse("account_login").partition("/")[2].partition("/")[0]
    return (f"/{accounts}/", "/-/", "/static/", "/bahasa/")


class AccountLimits:
    """Middleware: what is sent to the pages of accounts is counted, and a device on which somebody signed in is known again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        devices.write(request, response)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Refuse what is sent too often before its page sees it; a code that was sent only just now is not sent again."""
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        again = name == "account_verify_phone" and request.POST.get("action") == "resend"
        if again and (seconds := waits.left(request, waits.TEXT, timezone.now())):
            messages.warning(request, say("people.told.wait", seconds=seconds))
            return redirect(name)
        try:
            limits.count_page(request, name, timezone.now())
        except TooMany as refusal:
            return refusals.refuse(request, refusal)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a limit of the accounts library, should it ever have one of its own again, as ours are answered."""
        return limit_reached(request) if isinstance(exception, RateLimited) else None


def limit_reached(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer for a limit that does not say how long it lasts."""
    return refusals.refuse(request, TooMany(seconds=60))


class RequireSecondFactor:
    """Middleware: an officer without a second factor can do nothing but add one, or leave."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Give no second factor to an account with an unproven address, which would keep it from whose it is; officers by paper may."""
        name = (request.resolver_match and request.resolver_match.url_name) or ""
        if name not in ("mfa_activate_totp", "mfa_add_webauthn") or not request.user.is_authenticated:
            return None
        account_id = request.user.pk
        if not queries.has_unproven_address(account_id) or queries.owes_address(account_id):
            return None
        messages.error(request, str(get_adapter().error_messages["unverified_email"]))
        return redirect("mfa_index")

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_open_paths()) or not request.user.is_authenticated:
            return self.get_response(request)
        if not request.user.second_factor_required or has_second_factor(request):
            return self.get_response(request)
        if not policy.must_add_second_factor(request.user):
            return self.get_response(request)
        messages.warning(request, say("people.factor_needed"))
        return redirect("mfa_index")


@open_page  # it answers nothing; that it was asked is what counts, in people/sessions.py
@never_cache
@require_POST
def stay(request: HttpRequest) -> HttpResponse:
    """Take it that an officer is still there, who reads or writes on one page for long."""
    return HttpResponse(status=204)


@open_page  # the code that was sent to the number is what lets in
@never_cache
@sensitive_post_parameters("code", "born")
@require_http_methods(["GET", "POST"])
def reset_code(request: HttpRequest) -> HttpResponse:
    """Take the code of a text message, then the date of birth where the record knows it, and lead to the new password."""
    now, to = timezone.now(), resets.phone_of(request)
    if not to:
        return redirect("account_reset_password")
    if request.method == "POST" and request.POST.get("action") == "resend":
        return _send_again(request, waits.TEXT, lambda: resets.resend(request, now), "people:reset_code")
    if resets.is_proved(request, now):
        return _ask_born(request, now)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        fault = resets.enter(request, form.cleaned_data["code"], now)
        if not fault:
            return redirect("people:reset_code") if resets.born(request) else redirect(resets.finish(request))
        form.add_error("code", say(f"people.{'error' if fault == 'incorrect_code' else 'fault'}.{fault}"))
    context = {"form": form, "to": to, "may_resend": resets.may_resend(request)}
    return render(request, "people/reset_code.html", context)


def _ask_born(request: HttpRequest, now: datetime) -> HttpResponse:
    form, known = BornForm(request.POST if request.method == "POST" else None), resets.born(request)
    if known is None:
        return redirect(resets.finish(request))
    if request.method == "POST" and form.is_valid():
        throttle.take("reset-born", resets.phone_of(request), limit=5, per=timedelta(days=1), now=now)
        if form.cleaned_data["born"] == known:
            return redirect(resets.finish(request))
        form.add_error("born", say("people.fault.born_other"))
    return render(request, "people/reset_born.html", {"form": form})


@open_page  # it sends a link to the address that waits for one, and answers the same when none does
@never_cache
@require_POST
def resend_mail(request: HttpRequest) -> HttpResponse:
    """Send the link that proves an address once more to whoever has just signed up or in with it."""
    login = unstash_login(request, peek=True)

    def send() -> None:
        if login is not None and login.user is not None:
            send_verification_email_at_login(request, login)

    return _send_again(request, waits.MAIL, send, "account_email_verification_sent")


def _send_again(request: HttpRequest, wait: int, send: Callable[[], None], back: str) -> HttpResponse:
    """Send a message once more, or say how long to wait for that."""
    if seconds := waits.left(request, wait, timezone.now()):
        messages.warning(request, say("people.told.wait", seconds=seconds))
    elif back != "people:reset_code" or resets.may_resend(request):
        send()
        waits.note(request, timezone.now())
        messages.success(request, say("people.told.sent_again"))
    return redirect(back)


@open_page  # the set-up code is what lets in
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def setup(request: HttpRequest, token: str) -> HttpResponse:
    """Let whoever holds the set-up code become the first administrator."""
    if request.method == "GET" and queries.count_administrators():
        raise NotFound
    form = SetupForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.claim_setup(command_id=uuid4(), now=timezone.now(), token=token, **form.cleaned_data)
        except BalaiError as refusal:
            for field, message in (refusal.fields or {"": refusal.message(language())}).items():
                form.add_error(field if field in form.fields else None, message)
        else:
            messages.success(request, say("people.setup.done"))
            return redirect("account_login")
    return render(request, "people/setup.html", {"form": form}, status=422 if form.errors else 200)
