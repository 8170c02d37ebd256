"""The limit we measure against: bare Django views that write the very rows a lifecycle writes, and do nothing else.

Served as the hall is: by the same server and through the same entry, so that what the two differ in is Balai. `plain` is
the same views by the server's own WSGI, which shows what the entry costs. The statements are read from the file that
BALAI_BENCH_BARE names.
"""

import json
import os
import pickle
from importlib import import_module
from pathlib import Path

import django
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from balai.doors.console.bench.recording import Template, replay

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "balai.project.settings")
_templates: list[Template] = []


@csrf_exempt
def write(request: HttpRequest, phase: int) -> HttpResponse:
    """Read JSON, write the rows of one phase, answer JSON."""
    body = json.loads(request.body)
    replay(_templates[phase].fill(body["nonce"]))
    return JsonResponse({"status": "open"})


urlpatterns = [path("<int:phase>", write)]


def make_application() -> WSGIHandler:
    """Build the WSGI application with these views alone, without middleware."""
    from django.conf import settings

    # our own file, written by the bench a moment ago into its own folder
    _templates.extend(pickle.loads(Path(os.environ["BALAI_BENCH_BARE"]).read_bytes()))
    django.setup()
    settings.ROOT_URLCONF = __name__
    settings.MIDDLEWARE = []
    return WSGIHandler()


def by_our_entry() -> object:
    """Put these views behind the entry that serves the hall; by its name, as the server is told it: no door imports the project."""
    rsgi = import_module("balai.project.rsgi")
    rsgi.wsgi = make_application()  # type: ignore[attr-defined]  # the name that its lanes call
    application: object = rsgi.application
    return application


if "BALAI_BENCH_BARE" in os.environ:
    if os.environ.get("BALAI_BENCH_ENTRY") == "wsgi":
        plain = make_application()
    else:
        application = by_our_entry()
