"""What was sent and not done is kept for its writer: sealed, for an hour, and put back once into the form it came from.

A locked session keeps it (`records.people.sessions`), and so does any form that was refused by leading back to a page with
the reason: whoever reads the reason finds their words where they wrote them.
"""

import base64
import json
import secrets
from collections.abc import Callable
from html import escape
from typing import Any

from django.contrib.messages import constants, get_messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from balai.base import crypto
from balai.base.pages import language, refill
from balai.base.pages.refusals import CARRIED, SECRET, is_id

KEPT = "kept_form"  # the session's note: under which key, and for which page
NO_PAGE = (404, 405)
KEPT_FOR, KEPT_MOST = 3600, 300_000  # seconds, bytes
MANY = (302, 303)
DRAWN = (409, 422)  # of a page that a view draws again in the place of the one a form stood on


class KeptForms:
    """Middleware: keeps what a refused form held, and gives it back; stands where session, account and messages are known."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method == "POST" and response.status_code in MANY and _was_refused(request):
            keep(request, account_of(request), response["Location"].partition("#")[0], why="refused")
            return response
        if request.method == "POST" and response.status_code in DRAWN and _is_html(response):
            return _in_other_languages(request, _fill_again(request, response))
        # A page that asked nothing of the session is the same for everybody, and stays so.
        response = give_back(request, response) if request.session.accessed else response
        return _in_other_languages(request, response) if request.method == "GET" and _is_page(response) else response


def account_of(request: HttpRequest) -> str:
    """Name the account that is signed in, "" for a guest."""
    user = getattr(request, "user", None)
    return str(user.pk) if user is not None and user.is_authenticated else ""


def _was_refused(request: HttpRequest) -> bool:
    """Tell whether this request led away with a reason why it was not done."""
    # Reading the messages would use them up, so it is asked what was added.
    added = getattr(get_messages(request), "_queued_messages", ())
    return any(message.level >= constants.ERROR for message in added)


def keep(request: HttpRequest, account: object, page: str, *, why: str = "locked", target: str = "") -> None:
    """Keep what was sent for an account and a page; nobody's secrets among it. `why` chooses the words that go with it.

    :param target: where the form is sent, if not where this request came.
    """
    if request.method != "POST":
        return
    what = {
        "account": str(account), "target": target or request.path, "page": page, "fields": _fields(request), "files": bool(request.FILES),
        "why": why,
    }  # fmt: skip
    plain = json.dumps(what).encode()
    if len(plain) > KEPT_MOST:
        return
    key = secrets.token_hex(16)
    cache.set(f"kept:{key}", base64.b64encode(crypto.seal_with(_key(), plain, f"kept:{key}")).decode(), KEPT_FOR)
    request.session[KEPT] = [key, page]


def _key() -> bytes:
    return crypto.derive("people:kept")


def give_back(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Fill the form again, once, when its page is shown to the account that wrote in it."""
    key, page = request.session.get(KEPT) or ("", "")
    if not key or request.method != "GET" or request.get_full_path() != page:
        return response
    if response.status_code in NO_PAGE and request.path != "/":
        above = request.path.rstrip("/").rpartition("/")[0] + "/"  # an address only sent to: its page is above it
        request.session[KEPT] = [key, above]
        return redirect(above)
    if not _is_page(response):
        return response
    del request.session[KEPT]
    sealed = cache.get(f"kept:{key}")  # which nobody can name from now on, and which runs out within the hour
    what = opened(sealed, key) if sealed else None
    if what and what["account"] == account_of(request):
        text = refill.fill(
            response.content.decode(), page, what["target"], what["fields"], files=what["files"],
            why=what.get("why", "locked"),
        )  # fmt: skip
        response.content = text.encode()
    return response


def opened(sealed: str, key: str) -> dict[str, Any] | None:
    """Open what was kept; None for what was not kept under this key."""
    try:
        found: dict[str, Any] = json.loads(crypto.open_with(_key(), base64.b64decode(sealed), f"kept:{key}"))
    except (crypto.Tampered, ValueError):
        return None
    return found


def _fill_again(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Fill the form on a page that was drawn again without what was typed in it."""
    fields = _fields(request)
    page = response.content.decode()
    typed = [one for name, values in fields.items() if name not in CARRIED for one in values if not is_id(one)]
    if all(escape(one) in page for one in typed):
        return response
    response.content = refill.fill(page, request.get_full_path(), request.path, fields, why="refused").encode()
    return response


def _in_other_languages(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let what is typed on this page go along into another language."""
    if b'method="post"' in response.content:
        page = response.content.decode()
        sent = language.send_along(page, request.get_full_path())
        if sent is not page:
            response.content = sent.encode()
    return response


def _fields(request: HttpRequest) -> refill.Fields:
    left_out = {*SECRET, "csrfmiddlewaretoken"}
    return {name: request.POST.getlist(name) for name in request.POST if name not in left_out}


def _is_page(response: HttpResponse) -> bool:
    return response.status_code == 200 and _is_html(response)


def _is_html(response: HttpResponse) -> bool:
    return response.headers.get("Content-Type", "").startswith("text/html") and not response.streaming
