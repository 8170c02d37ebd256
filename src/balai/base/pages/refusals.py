"""Pages for what could not be done: every refusal in plain words, with what to do next, under its own status.

`RefusalPages` is middleware; `bad_request`, `forbidden`, `not_found`, `server_error` and `csrf_failed` are the root
handlers.
"""

import logging
import re
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import engines
from django.utils.translation import get_language_from_request, override

from balai.base import errors
from balai.base.pages import texts

TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
SECRET = re.compile(r"password|passphrase|code|otp|pin", re.IGNORECASE)
KNOWN = (400, 403, 404, 405, 408, 409, 413, 422, 429, 500, 503)
log = logging.getLogger("balai.pages")
security = logging.getLogger("balai.security")


class RefusalPages:
    """Turns a refusal that a view let through into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is a bug and stays one."""
        if isinstance(exception, errors.BalaiError):
            return refuse(request, exception)
        if isinstance(exception, TOO_BIG):
            return error_page(request, 413)
        if isinstance(exception, (OperationalError, InterfaceError)):
            log.error("the database does not answer: %s", exception)
            return refuse_at_the_door(request, 503, "hall-busy")
        return None


def refuse(request: HttpRequest, error: errors.BalaiError) -> HttpResponse:
    """Make the page of a refusal, in its own words; who is refused or asks too often is noted without personal data."""
    if error.status in (403, 429):
        security.warning(
            "refused %s %s: %s", request.method, request.resolver_match and request.resolver_match.view_name, error.code
        )
    response = error_page(
        request, error.status, text=error.message(texts.language()), faults=tuple(error.fields.values()),
        typed=_typed(request) if error.status == HTTPStatus.SERVICE_UNAVAILABLE else (),
    )  # fmt: skip
    if error.status == 429 and "seconds" in error.params:
        response["Retry-After"] = str(error.params["seconds"])
    return response


def _typed(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """Give back what was posted and could not be taken now, so that it is sent again by one click; secrets are left out."""
    if request.method != "POST":
        return ()
    return tuple(
        (str(name), str(value))
        for name, values in request.POST.lists()
        for value in values
        if name != "csrfmiddlewaretoken" and not SECRET.search(str(name))
    )


def error_page(
    request: HttpRequest, status: int, *, text: str = "", faults: tuple[str, ...] = (),
    typed: tuple[tuple[str, str], ...] = (),
) -> HttpResponse:  # fmt: skip
    """Make the page for a status: what happened, and what to do."""
    known = status if status in KNOWN else 500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400
    words = {part: texts.say(f"pages.error.{known}.{part}") for part in ("title", "text", "advice")}
    return render(
        request,
        "pages/error.html",
        {**words, "text": text or words["text"], "status": status, "faults": faults, "typed": typed},
        status=status,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read; what is too large says so."""
    return error_page(request, 413 if isinstance(exception, TOO_BIG) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not allowed."""
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not there."""
    return error_page(request, 404)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was opened too long ago or elsewhere."""
    words = {part: texts.say(f"pages.error.csrf.{part}") for part in ("title", "text", "advice")}
    return render(request, "pages/error.html", {**words, "status": 403}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a bug, asking neither the database nor the session, which may be the cause."""
    words = {part: texts.say(f"pages.error.500.{part}") for part in ("title", "text", "advice")}
    body = engines["django"].get_template("pages/error.html").render({**words, "status": 500})
    return HttpResponse(body, status=500)


def refuse_at_the_door(request: HttpRequest, status: int, code: str) -> HttpResponse:
    """Make the page for what no view will see, such as a body that does not come; asks neither database nor session."""
    lang = get_language_from_request(request)
    lang = lang if lang in texts.languages() else texts.languages()[0]
    said = errors.MESSAGES[code][lang == "en"]
    with override(lang):
        words = {part: texts.say(f"pages.error.{status}.{part}") for part in ("title", "advice")}
        body = engines["django"].get_template("pages/error.html").render({**words, "text": said, "status": status})
    response = HttpResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = "10"
    return response
