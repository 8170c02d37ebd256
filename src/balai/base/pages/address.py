"""Where a request came in is what `BALAI_URL` says, not what its headers say: the scheme, and the base of every link.

Balai listens on plain HTTP behind whoever ends TLS. `X-Forwarded-Proto` is asked by nobody: a hall whose address is https has no
plain pages, and the header is as good as the proxy that was forgotten to set it.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class OwnAddress:
    """Lets a request know the hall's own address; it comes before everything that asks for it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.META["wsgi.url_scheme"] = settings.BALAI_URL.partition(":")[0]
        # what Django would put together from scheme and Host for `build_absolute_uri`, which the accounts' mails are made with
        request.__dict__["_current_scheme_host"] = settings.BALAI_URL
        return self.get_response(request)
