"""Template tags of the officers' door."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from django import template

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
