"""Template tags of the officers' door."""

from uuid import uuid4

from django import template

register = template.Library()


@register.simple_tag
def new_id() -> str:
    """Make the id of the command a form will send; a second click sends the same one."""
    return str(uuid4())
