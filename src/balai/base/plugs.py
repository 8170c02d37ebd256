"""Adapters under ports: which real system stands behind mail, SMS, signing, identity or a registry.

An app that needs the outside asks `get("sms")`; settings name the adapter (`BALAI_PLUGS = {"sms": "http"}`). Every port has a
real adapter and a `failing` one, so that the failure path can be tried by hand.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings

_ADAPTERS: dict[tuple[str, str], Callable[[], Any]] = {}


def adapter(port: str, name: str) -> Callable[[type], type]:
    """Register a class as the adapter `name` of `port`; it is made without arguments and reads its own settings."""

    def register(made: type) -> type:
        _ADAPTERS[port, name] = made
        return made

    return register


def get(port: str) -> Any:
    """Make the adapter that the settings choose for this port. :raises LookupError: with the names there are."""
    name = settings.BALAI_PLUGS.get(port, "failing")
    try:
        return _ADAPTERS[port, name]()
    except KeyError:
        known = sorted(known for at, known in _ADAPTERS if at == port)
        raise LookupError(f"port {port!r} has no adapter {name!r}; there are {known}") from None


def names(port: str) -> list[str]:
    """List the adapters registered for a port."""
    return sorted(known for at, known in _ADAPTERS if at == port)
