"""What may stay in a browser or between: pages that are the same for everybody; nothing that was made for one person.

A computer in a library or behind a counter has many users, and its Back button shows what it kept.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from balai.base.pages.guards import who_enters

PERSONAL = "private, no-store"


class NoStore:
    """Middleware: says `no-store` on whatever was made for one person; it stands where the session is known, or where there is none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "no-store" not in response.headers.get("Cache-Control", "") and not _is_for_all(request, response):
            response.headers["Cache-Control"] = PERSONAL
        return response


def _is_for_all(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether a stranger with no cookies gets the same."""
    match = request.resolver_match
    if "HTTP_AUTHORIZATION" in request.META and not response.has_header("Cache-Control"):
        return False  # what machines are answered, mostly
    who = who_enters(match.func) if match else "all"
    if who == "all" and response.has_header("Cache-Control"):
        return True  # files of the program, under the name of their content
    if "HTTP_AUTHORIZATION" in request.META or not _is_empty(request):
        return False
    if match and not who:
        return not hasattr(
            request, "session"
        )  # what machines may ask without a token; the accounts' pages have a session
    return who in ("all", "visitors")


def _is_empty(request: HttpRequest) -> bool:
    """Tell whether there is nothing of this visitor's: no session, not even one that was just begun. Asks no table."""
    session = getattr(request, "session", None)
    return session is None or session.is_empty()
