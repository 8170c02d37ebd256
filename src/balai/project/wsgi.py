"""Django behind one call: people come through the whole chain, machines through a short one, probes through none."""

import io
import os
from collections.abc import Callable, Iterable
from typing import Any

import django
from django import db
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balai.project.settings")


class MachineHandler(WSGIHandler):
    """Serves the API without sessions, cookies, languages and forms, none of which a machine brings."""

    chain = "BALAI_API_MIDDLEWARE"

    def load_middleware(self, is_async: bool = False) -> None:
        """Load the short chain."""
        from django.conf import settings

        whole = settings.MIDDLEWARE
        settings.MIDDLEWARE = getattr(settings, self.chain)
        try:
            super().load_middleware(is_async=is_async)
        finally:
            settings.MIDDLEWARE = whole


class ProbeHandler(MachineHandler):
    """Serves `/health/` and the files of `/log/` almost bare: who asks may come under any name of this machine and carries nothing."""

    chain = "BALAI_PROBE_MIDDLEWARE"


def make_application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """Build both chains over the same addresses."""
    django.setup(set_prefix=False)
    from balai.base import keys, patience

    patience.limit_pages()
    if obstacle := keys.find_obstacle():
        raise SystemExit(f"balai: {obstacle.words} ({obstacle.code})")
    people, machines, probes = WSGIHandler(), MachineHandler(), ProbeHandler()

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        handler = machines if path.startswith("/api/") else probes if path.startswith(("/health/", "/log/")) else people
        return handler(environ, start_response)

    return serve


def mind_one_line() -> None:
    """Look after the one line to the database at both ends of a request.

    Django's own receivers ask all databases and caches it could know of, four times a request: as much as finding the view. There
    is one database, and no cache here has anything to close.
    """
    from django.core import cache, signals

    signals.request_started.disconnect(db.reset_queries)
    signals.request_finished.disconnect(cache.close_caches)
    for ends in (signals.request_started, signals.request_finished):
        ends.disconnect(db.close_old_connections)
        ends.connect(_close_when_old)


def _close_when_old(**signal: Any) -> None:
    db.connections[db.DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()


def make_refusal(environ: dict[str, Any], status: int, code: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """Make the answer to a request that no view will see, asking neither database nor session: status, headers, body."""
    from django.middleware.security import SecurityMiddleware

    from balai.base import errors
    from balai.base.pages import refusals, web
    from balai.base.pages.address import OwnAddress
    from balai.doors.api import web as api

    request, path = WSGIRequest(environ | {"wsgi.input": io.BytesIO()}), environ.get("PATH_INFO", "")
    if path.startswith("/health/"):
        response = web.tell(status, ready=False, why=code)
    elif path.startswith("/api/"):
        response = api.problem(request, status, code, errors.MESSAGES[code][api.lang_of(request) == "en"])
    else:
        response = refusals.refuse_at_the_door(request, status, code)
    # no middleware sees it, but that the hall is reached by https alone is said on every answer
    OwnAddress(lambda request: response)(request)
    SecurityMiddleware(lambda request: response).process_response(request, response)
    return response.status_code, list(response.items()), response.content


application = make_application()
