"""Middleware of the machines' door: whatever is refused there is a problem, also where no endpoint was reached.

An address that is not there, a method that is not taken, a host that is not ours and a fault of ours are answered by Django
with pages for people, or with nothing.
"""

import json
from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from balai.base.errors import MESSAGES

PROBLEM = "application/problem+json"
CODES = {400: "bad-request", 403: "not-allowed", 404: "not-found", 405: "not-taken", 413: "too-big", 503: "not-now"}


class ProblemAnswers:
    """Turns what was refused outside the endpoints into problem details, under the same status and headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer a machine; pages for people are left alone."""
        answer = self.get_response(request)
        if not request.path_info.startswith("/api/") or answer.status_code < HTTPStatus.BAD_REQUEST:
            return answer
        if answer.headers.get("Content-Type", "").startswith(PROBLEM):
            return answer
        return _as_problem(request, answer)


def _as_problem(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    status = answer.status_code
    code = CODES.get(status, "internal" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "bad-request")
    english = request.META.get("HTTP_ACCEPT_LANGUAGE", "id").lower().startswith("en")
    body = {
        "type": f"urn:balai:error:{code}", "title": code.replace("-", " "), "status": status, "code": code,
        "detail": MESSAGES[code][english], "fields": {},
    }  # fmt: skip
    answer.content = json.dumps(body, ensure_ascii=False).encode()
    answer["Content-Type"] = PROBLEM
    answer["Content-Length"] = str(len(answer.content))
    return answer
