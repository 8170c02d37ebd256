"""Template tags of the officers' door."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from django import template
from django.urls import reverse

from balai.base.pages import texts
from balai.base.pages.parts import Link

register = template.Library()


@register.simple_tag
def new_id() -> str:
    """Make the id of the command a form will send; a second click sends the same one."""
    return str(uuid4())


@register.filter
def one_current(places: Sequence[Link]) -> list[Link]:
    """Mark only the nearest place as current: every page of the desk lies below the inbox's address."""
    nearest = max((link.url for link in places if link.current), key=len, default="")
    return [replace(link, current=link.url == nearest) for link in places]


ADMIN_PLACES = (
    "admin",
    "admin-units",
    "admin-officers",
    "admin-forget",
    "admin-services",
    "admin-outbox",
    "admin-notices",
    "admin-stuck",
    "admin-journal",
    "admin-security",
)


AUDIT_PLACES = ("audit", "audit-access", "audit-journal", "audit-security", "audit-archive", "audit-outbox")
COUNTER_PLACES = ("counter", "bind", "recovery", "firms")


@register.simple_tag(takes_context=True)
def admin_places(context: template.Context) -> list[Link]:
    """List the places of the administration, the nearest marked as current."""
    return _places(context, "desk.admin.nav", ADMIN_PLACES)


@register.simple_tag(takes_context=True)
def counter_places(context: template.Context) -> list[Link]:
    """List what is done at a counter, the nearest marked as current."""
    return _places(context, "desk.counter.nav", COUNTER_PLACES)


@register.simple_tag(takes_context=True)
def audit_places(context: template.Context) -> list[Link]:
    """List what an auditor reads, the nearest marked as current."""
    return _places(context, "desk.audit.nav", AUDIT_PLACES)


def _places(context: template.Context, words: str, names: Sequence[str]) -> list[Link]:
    here = context["request"].path
    links = [Link(texts.say(f"{words}.{name}"), reverse(f"desk:{name}")) for name in names]
    return one_current([replace(link, current=here.startswith(link.url)) for link in links])
