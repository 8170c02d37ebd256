"""Every page of a preview follows its folder: a line that says how it stands, and a script that asks for news."""

import re
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from balai.doors.console.preview.standing import STANDING

FILES = Path(__file__).parent / "assets"
_SKIP = re.compile(rb'(<a class="skip".*?</a>)', re.S)


class FollowFolder:
    """Middleware, the innermost: puts the preview's line and script into each page of the hall."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        name = STANDING.name  # before the page is made, so that nothing is missed
        response = self.get_response(request)
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        bar = {"look": STANDING.look, "shown": STANDING.shown, "name": name, "sent": request.method == "POST"}
        line = render_to_string("console/preview/bar.html", bar).encode()
        head = (
            b'<link rel="stylesheet" href="/pratinjau/ikut.css"><script src="/pratinjau/ikut.js" defer></script></head>'
        )
        content = response.content.replace(b"</head>", head, 1)
        response.content = _SKIP.sub(lambda found: found[1] + line, content, count=1)
        if "Content-Length" in response:
            response["Content-Length"] = str(len(response.content))
        return response
