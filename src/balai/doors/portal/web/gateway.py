"""The door of SMS gateways: texts that come in, and what became of those that left. Only who holds the hall's key enters.

The key is shown as a bearer token, as the field `key` of the body, or not at all but proven by `X-Signature: sha256=…`, the HMAC of
the body. Never in the address, which servers write down. What gateways call their fields differs; the usual names are read.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from balai.base import throttle
from balai.base.actors import Actor
from balai.base.errors import Invalid, NotFound, TooMany
from balai.base.pages.guards import open_page
from balai.casework.notices import actions, queries
from balai.doors.portal import limits
from balai.engine.forms import WrongValueError, read_phone

BY_TEXT = Actor("anonymous", "sms", name="text")
LEAST_KEY = 16
_PHONE = ("from", "From", "sender", "msisdn", "originator", "phone")
_TEXT = ("text", "message", "Body", "body", "content", "msg")
_ID = ("id", "message_id", "messageId", "MessageSid", "msgid")
_STATUS = ("status", "MessageStatus", "dlr_status", "state")
_ARRIVED = ("delivered", "delivrd", "success", "1")
_LOST = ("undelivered", "undeliv", "failed", "rejected", "rejectd", "expired", "deleted", "2", "16")


@csrf_exempt
@require_POST
@open_page
def take_text(request: HttpRequest) -> HttpResponse:
    """Take a text and owe its answer; what is too much is dropped unanswered, since every answer costs.

    :raises NotFound: without the key. :raises Invalid: for a body without sender or text.
    """
    told, now = _read(request), timezone.now()
    sender, text = _first(told, _PHONE), _first(told, _TEXT)
    if not sender or not text:
        raise Invalid
    try:
        phone = read_phone(sender if sender.startswith(("+", "0")) else f"+{sender}")
    except WrongValueError:
        return HttpResponse(status=204)  # a short number or a name: advertising, or another machine
    try:
        _spend(phone, queries.find_asked_number(text), now)
    except TooMany:
        return HttpResponse(status=204)
    once = _first(told, _ID) or f"{phone}:{text}:{now:%Y%m%d%H%M}"
    actions.answer_text(command_id=uuid5(NAMESPACE_URL, f"text:{once}"), actor=BY_TEXT, now=now, phone=phone, text=text)
    return HttpResponse(status=204)


def _spend(phone: str, asked: str, now: datetime) -> None:
    """Count an answer: to whoever `asked` for a case with its code in one purse, to all others in a third of it, apart.

    So whoever tries codes, from however many numbers or under another's, is answered ever less, and shuts out nobody who has theirs:
    no wrong code counts against a case. :raises TooMany: where one of them is spent.
    """
    strangers = settings.BALAI_SMS_IN_HOUR // 3
    if not asked:
        throttle.take("text-other", phone, **limits.OTHER_TEXTS, now=now)
        throttle.take("texts-other", "hall", limit=strangers, per=limits.HOUR, now=now)
        return
    throttle.take("text", phone, **limits.TEXTS, now=now)
    throttle.take("text-case", asked, **limits.TEXTS, now=now)
    throttle.take("texts", "hall", limit=settings.BALAI_SMS_IN_HOUR - strangers, per=limits.HOUR, now=now)


@csrf_exempt
@require_POST
@open_page
def take_report(request: HttpRequest) -> HttpResponse:
    """Keep what a gateway reports of a text it took; of a text that is not ours, and of what is under way, nothing.

    :raises NotFound: without the key. :raises Invalid: for a body without an id or a status.
    """
    told = _read(request)
    receipt, status = _first(told, _ID), _first(told, _STATUS).lower()
    if not receipt or not status:
        raise Invalid
    found = "delivered" if status in _ARRIVED else "undelivered" if status in _LOST else ""
    if found:
        actions.note_delivery(actor=BY_TEXT, now=timezone.now(), receipt=receipt, delivery=found)
    return HttpResponse(status=204)


def _read(request: HttpRequest) -> dict[str, str]:
    """Read a body, JSON or a form, of who holds the key."""
    _require_open(request, timezone.now())
    body, told = request.body, None  # read before the form is, which leaves nothing of it
    if request.content_type == "application/json":
        with suppress(ValueError, RecursionError):
            told = json.loads(body)
    else:
        told = request.POST.dict()
    _require_key(request, str(told.get("key", "")) if isinstance(told, Mapping) else "")
    if not isinstance(told, Mapping):
        raise Invalid
    return {str(name): str(value) for name, value in told.items() if isinstance(value, str | int)}


def _require_open(request: HttpRequest, now: datetime) -> None:
    """Shut the door where no key is set, and to an address that guesses."""
    if len(settings.BALAI_SMS_IN_KEY) < LEAST_KEY:
        raise NotFound
    throttle.take("gateway", throttle.address_of(request), **limits.GATEWAY, now=now)


def _require_key(request: HttpRequest, shown: str) -> None:
    key = settings.BALAI_SMS_IN_KEY.encode()
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    signed = request.headers.get("X-Signature", "").removeprefix("sha256=").strip().lower()
    proven = hmac.new(key, request.body, hashlib.sha256).hexdigest()
    pairs = ((bearer.encode(), key), (shown.encode(), key), (signed.encode(), proven.encode()))
    if not sum(hmac.compare_digest(given, right) for given, right in pairs):  # all three, in the same time
        raise NotFound


def _first(told: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((told[name].strip() for name in names if told.get(name, "").strip()), "")
