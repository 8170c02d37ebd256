"""Template tags of the officers' door: the places within its larger rooms."""

from collections.abc import Sequence

from django import template

from balai.base.pages.frames import Frame
from balai.base.pages.parts import Link

register = template.Library()


@register.simple_tag(takes_context=True)
def admin_places(context: template.Context) -> Sequence[Link]:
    """List the places of the administration, the nearest marked as current."""
    return Frame(context["request"]).within("administration")


@register.simple_tag(takes_context=True)
def counter_places(context: template.Context) -> Sequence[Link]:
    """List what is done at a counter, the nearest marked as current."""
    return Frame(context["request"]).within("counter")


@register.simple_tag(takes_context=True)
def audit_places(context: template.Context) -> Sequence[Link]:
    """List what an auditor reads, the nearest marked as current."""
    return Frame(context["request"]).within("audit")
