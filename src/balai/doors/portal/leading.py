"""Texts of a service that lead to a page of the hall or to a door of a room, drawn as links."""

from collections.abc import Sequence

from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from balai.base import rooms
from balai.base.pages import links
from balai.engine.manifest import doors
from balai.records.hallpages import queries as hallpages


def draw(texts: Sequence[str]) -> SafeString:
    """Draw texts, each on a line of its own; what leads to something that does not stand now is drawn as its words."""
    return format_html_join("\n", "{}", ((_draw(text),) for text in texts))


def _draw(text: str) -> SafeString:
    return format_html_join("", "{}", ((_part(part),) for part in doors.split(text)))


def _part(part: doors.TextPart) -> SafeString | str:
    address = find_address(part)
    return format_html('<a href="{}">{}</a>', address, part.words) if address else conditional_escape(part.words)


def find_address(part: doors.TextPart) -> str:
    """Find where words lead to, "" where nothing stands there."""
    if part.kind == "page":
        return links.path("hall.page", part.name) if hallpages.find_page(part.name) else ""
    name = rooms.find_door(part.name) if part.kind == "door" else ""
    return links.path(name) if name and links.leads(name) else ""
