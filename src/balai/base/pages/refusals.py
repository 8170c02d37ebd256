"""Pages for what could not be done: every refusal in plain words, with what to do next, under its own status.

`RefusalPages` is middleware, which also fills what was left empty; `bad_request`, `forbidden`, `not_found`, `server_error` and `csrf_failed` are the root
handlers.
"""

import logging
import sys
from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import engines
from django.utils import timezone
from django.utils.translation import get_language_from_request, override

from balai.base import access_log, errors, patience
from balai.base.pages import texts

TOO_BIG = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
KNOWN = (400, 403, 404, 405, 408, 409, 413, 422, 429, 500, 503)
SECRET = (
    "password",
    "password1",
    "password2",
    "oldpassword",
    "passphrase",
    "again",
    "code",
    "pin",
    "pin2",
)  # asked for once more
OF_A_TEXT = ("too-long", "not-as-it-reads")  # refusals of one text, by `base.intake`
CARRIED = ("csrfmiddlewaretoken", "command", "token", "version", "node")  # what a page sends of itself
security = logging.getLogger("balai.security")

Framer = Callable[..., Mapping[str, object] | None]
_FRAMERS: list[Framer] = []


def frame(framer: Framer) -> Framer:
    """Let a floor above put refusals into a frame of its own: `framer(request, asks=…)` gives what its template needs, or None.

    `frame_base` names the template, `frame_words` where its own words stand by status. With `asks` false neither database nor
    session may be asked: they may be the cause.
    """
    _FRAMERS.append(framer)
    return framer


def _framed(request: HttpRequest, status: int | str, *, asks: bool = True) -> dict[str, object]:
    """Find the frame and the words of a refusal: those of the asker's own door where it has some, else everybody's."""
    found = next((made for framer in _FRAMERS if (made := framer(request, asks=asks)) is not None), {})
    own = f"{found.get('frame_words', '')}.{status}"
    words = {
        part: texts.say(
            f"{own}.{part}" if texts.has(f"{own}.{part}", texts.language()) else f"pages.error.{status}.{part}"
        )
        for part in ("title", "text", "advice")
    }
    return {**found, **words}


class RefusalPages:
    """Turns a refusal that a view let through into its page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and give a method that an address does not take its page; views and libraries leave it empty.

        Who asks for the head of a page (HEAD) is answered as for the page; the server keeps the rest to itself.
        """
        head = request.method == "HEAD"
        if head:
            request.method = "GET"
        response = self.get_response(request)
        if head:
            request.method = "HEAD"
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        page = error_page(request, response.status_code, written=_written(request))
        page["Allow"] = response.get("Allow", "")
        return page

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer a refusal; anything else is a bug and stays one."""
        if isinstance(exception, errors.BalaiError):
            return _lead_back(request, exception) or refuse(request, exception)
        if isinstance(exception, TOO_BIG):
            return error_page(request, 413)
        if patience.is_outage(exception):
            patience.hear(exception)
            return refuse_at_the_door(request, 503, "hall-busy")
        return None


def _lead_back(request: HttpRequest, error: errors.BalaiError) -> HttpResponse | None:
    """Lead to the page a text was typed on, which tells what is wrong with it and holds it again (`kept.KeptForms`)."""
    page = urlsplit(request.headers.get("Referer", ""))
    within = page.path.startswith("/") and not page.path.startswith("//")  # led to a path, so never to another host
    if error.code not in OF_A_TEXT or request.method != "POST" or "X-Balai-Part" in request.headers or not within:
        return None
    messages.error(request, _words(error), extra_tags="bad")
    return HttpResponseRedirect(page.path + (f"?{page.query}" if page.query else ""))


def refuse(request: HttpRequest, error: errors.BalaiError) -> HttpResponse:
    """Make the page of a refusal, in its own words; who is refused or asks too often is noted without personal data."""
    if isinstance(error, errors.Altered):
        access_log.note_altered(error, actor=_asker(request), now=timezone.now())
    if error.status in (403, 429):
        security.warning(
            "refused %s %s: %s", request.method, request.resolver_match and request.resolver_match.view_name, error.code
        )
    kept = _kept(request) if error.status in (429, 503) else {"written": _written(request)}
    response = error_page(request, error.status, text=_words(error), faults=tuple(error.fields.values()), **kept)
    if error.status == 429 and "seconds" in error.params:
        response["Retry-After"] = str(error.params["seconds"])
    return response


def _asker(request: HttpRequest) -> str:
    """Name who asks for the security log: by the id of their account, or nobody known."""
    user = getattr(request, "user", None)
    return f"account:{user.pk}" if user is not None and user.pk else "anonymous"


def _words(error: errors.BalaiError) -> str:
    """Say a refusal; a long wait in minutes, which nobody has to work out."""
    seconds = int(str(error.params.get("seconds", 0)))
    if error.code == "too-many-requests" and seconds > 2 * 60:
        return texts.say("pages.kept.wait", minutes=-(-seconds // 60))
    return error.message(texts.language())


def _kept(request: HttpRequest) -> dict[str, object]:
    """Give what was typed and could not be taken now, so that it can be sent again; secrets go through no page, and are asked for."""
    if request.method != "POST":
        return {}
    names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
    fields = [(name, each) for name in names if name not in SECRET for each in request.POST.getlist(name)]
    asked = [(name, texts.say(f"pages.secret.{name}")) for name in names if name in SECRET]
    return {"resend": request.get_full_path(), "typed": fields, "asked": asked, "files": bool(request.FILES)}


def _written(request: HttpRequest) -> list[tuple[str, str]]:
    """Give the words of somebody whose form this page stands in the place of, so that they can be taken along."""
    if request.method != "POST":
        return []
    names = [name for name in request.POST if name not in SECRET and name not in CARRIED]
    return [(name, each) for name in names for each in request.POST.getlist(name) if each.strip() and not is_id(each)]


def is_id(value: str) -> bool:
    """Tell whether a value is one that a page made up for itself."""
    try:
        return bool(UUID(value))
    except ValueError:
        return False


def error_page(
    request: HttpRequest, status: int, *, text: str = "", faults: tuple[str, ...] = (), **kept: object
) -> HttpResponse:
    """Make the page for a status: what happened, and what to do."""
    known = status if status in KNOWN else 500 if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 400
    words = _framed(request, known)
    return render(
        request,
        "pages/error.html",
        {**words, "text": text or words["text"], "status": status, "faults": faults, **kept},
        status=status,
    )


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what cannot be read; what is too large says so."""
    return error_page(request, 413 if isinstance(exception, TOO_BIG) else 400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not allowed."""
    return error_page(request, 403, written=_written(request))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what is not there."""
    return error_page(request, 404, written=_written(request))


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was opened too long ago or elsewhere."""
    return render(
        request,
        "pages/error.html",
        {**_framed(request, "csrf"), "status": 403, "written": _written(request)},
        status=403,
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a bug, asking neither the database nor the session, which may be the cause; what failed for want of database or disk is none."""
    error = sys.exc_info()[1]
    if error is not None and patience.is_outage(error):
        patience.hear(error)
        return refuse_at_the_door(request, 503, "hall-busy")
    words = _framed(request, 500, asks=False)
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
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response["Retry-After"] = "10"
    return response
