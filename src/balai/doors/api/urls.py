"""Addresses of the machines' door. Reading the catalogue and checking a letter is open; all else takes a token.

The open rooms bring their endpoints along, each a `router` in its `api.py`.
"""

from importlib import import_module

from django.urls import path

from balai.base import rooms
from balai.doors.api.web import BEARER, api

for module in rooms.open_modules("api"):
    api.add_router("", import_module(module).router, auth=BEARER)

# Machines ask for cases most, and an address is looked for in this order; no two of them fit the same one.
_operations, _app, _namespace = api.urls
_operations = sorted(_operations, key=lambda each: not str(each.pattern).startswith("cases"))
urlpatterns = [path("api/v1/", (_operations, _app, _namespace))]
