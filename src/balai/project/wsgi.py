"""The WSGI entry that granian serves: people come through the whole chain, machines through a short one."""

import os
from collections.abc import Callable, Iterable
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balai.project.settings")


class MachineHandler(WSGIHandler):
    """Serves the API without sessions, cookies, languages and forms, none of which a machine brings."""

    def load_middleware(self, is_async: bool = False) -> None:
        """Load the short chain."""
        from django.conf import settings

        whole = settings.MIDDLEWARE
        settings.MIDDLEWARE = settings.BALAI_API_MIDDLEWARE
        try:
            super().load_middleware(is_async=is_async)
        finally:
            settings.MIDDLEWARE = whole


def make_application() -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
    """Build both chains over the same addresses."""
    django.setup(set_prefix=False)
    people, machines = WSGIHandler(), MachineHandler()

    def serve(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        handler = machines if environ.get("PATH_INFO", "").startswith("/api/") else people
        return handler(environ, start_response)

    return serve


application = make_application()
