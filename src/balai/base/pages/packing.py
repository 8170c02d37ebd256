"""Makes pages small on their way (gzip), without telling what stands in them by their length (BREACH).

Who can have something of their own put beside a secret, and see how long the answer grew, learns the secret letter by letter. So what
was made for one person is packed only where nothing of the request's own words can stand in it: an answer to a GET without a query,
which succeeded. Its length is blurred as well, by up to 100 bytes drawn anew; form tokens are masked anew on each page. What is the
same for everybody holds no secret: it is packed as well as can be, and once, since the next visitor's page is the same bytes.
"""

import secrets
import struct
import zlib
from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

KINDS = ("text/html", "application/manifest+json", "image/svg+xml")
LEAST = 600  # bytes: what is shorter leaves in one packet either way
BLUR = 100  # bytes of padding at most
BEST, QUICK = 9, 4  # levels of zlib: for what is packed once, and for what is packed on every request


class Packed:
    """Middleware: packs pages; it stands outside `NoStore`, which says what was made for one person."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.streaming or response.has_header("Content-Encoding") or len(response.content) < LEAST:
            return response
        if response.get("Content-Type", "").partition(";")[0] not in KINDS:
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if "gzip" not in request.headers.get("Accept-Encoding", ""):
            return response
        if "no-store" not in response.get("Cache-Control", ""):
            response.content = _pack_once(response.content)
        elif _echoes_nothing(request, response):
            response.content = pack(response.content, QUICK, blur=secrets.randbelow(BLUR + 1))
        else:
            return response
        response["Content-Encoding"] = "gzip"
        response["Content-Length"] = str(len(response.content))
        return response


def _echoes_nothing(request: HttpRequest, response: HttpResponse) -> bool:
    """Tell whether no stranger can have had words of theirs put into an answer: a path that leads nowhere is said back, as a query is."""
    return request.method in ("GET", "HEAD") and not request.META.get("QUERY_STRING") and response.status_code == 200


@lru_cache(maxsize=64)
def _pack_once(body: bytes) -> bytes:
    return pack(body, BEST)


def pack(body: bytes, level: int, *, blur: int = 0) -> bytes:
    """Pack bytes as gzip does; a name of `blur` characters in its head makes it longer and changes nothing else."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    name = b"-" * blur + b"\0" if blur else b""
    head = b"\x1f\x8b\x08" + (b"\x08" if blur else b"\0") + b"\0\0\0\0\0\xff" + name
    return (
        head + deflate.compress(body) + deflate.flush() + struct.pack("<LL", zlib.crc32(body), len(body) & 0xFFFFFFFF)
    )
