"""Template tags of the design system: words, icons and components. `{% load pages %}` in a template that needs them."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from balai.base.pages import assets, cards, face, icons, points, rendering, texts
from balai.base.pages.frames import Frame
from balai.base.pages.parts import (
    Bar,
    Cell,
    Column,
    Fact,
    FormFault,
    GridTile,
    Link,
    Moment,
    Pager,
    Plot,
    StepperStage,
    Waypoint,
)
from balai.base.pages.rendering import Question

register = template.Library()


@register.simple_tag(takes_context=True)
def frame(context: template.Context) -> str:
    """Put the page's frame into the context as `frame`; the base template calls it first."""
    context["frame"] = Frame(context.get("request"))
    return ""


@register.simple_tag
def say(key: str, **params: object) -> str:
    """Say the words under a key in the page's language; they are escaped like any value."""
    return texts.say(key, **params)


@register.inclusion_tag("pages/parts/tabs.html", takes_context=True)
def tabs(context: template.Context, face: Any, label: str) -> dict[str, Any]:
    """Draw the places within one part of the desk, such as the counter, the nearest marked as current."""
    return {"places": Frame(context["request"]).within(face), "label": label}


@register.simple_tag(takes_context=True, name="cards")
def lay_cards(context: template.Context, place: Any, subject: object) -> cards.Laid:
    """Draw the cards that rooms lay on this page."""
    return cards.draw(place, context["request"], subject)


@register.filter
def typed_day(value: object) -> str:
    """Write a day into a box as people type it, 31/1/2026; what is no day stays as it was typed."""
    day, month, year = rendering.date_parts(value)
    return f"{day}/{month}/{year}" if month and year else str(value or "")


@register.simple_tag
def new_id() -> str:
    """Make the id of the command a form will send; a second click sends the same one."""
    return str(uuid4())


@register.simple_tag
def icon(name: str, size: int = 24) -> SafeString:
    """Draw an icon."""
    return mark_safe(icons.svg(name, size))


@register.simple_tag
def asset(name: str) -> str:
    """Give the address of the style sheet or script under its content's name."""
    return f"/-/{assets.get_asset(name).digest}/{name}"


@register.simple_tag
def town_picture() -> SafeString:
    """Draw the town's picture, fetched only when it comes into view; nothing where the town has none."""
    found = face.get_face()
    if not found.picture:
        return SafeString("")
    return format_html(
        '<img class="scene" src="{}" alt="{}" width="640" height="400" loading="lazy" decoding="async">',
        asset(found.picture), found.alt.get(texts.language(), ""),
    )  # fmt: skip


@register.simple_tag
def town_measure() -> str:
    """Give what a page measures the distance of a point by; "" where the town does not say where it lies."""
    return points.measure()


@register.simple_tag
def tag(text: str, tone: str = "") -> SafeString:
    """Draw a status tag."""
    return format_html('<strong class="tag {}">{}</strong>', tone, text)


@register.simple_tag
def button(text: str, url: str = "", icon: str = "", kind: str = "", name: str = "", value: str = "") -> SafeString:
    """Draw a button: a link when it has a `url`, otherwise it submits its form; `kind` is quiet, danger or big."""
    drawn = mark_safe(icons.svg(icon, 20)) if icon else ""
    if url:
        return format_html('<a class="button {}" href="{}" draggable="false">{}{}</a>', kind, url, text, drawn)
    named = format_html(' name="{}" value="{}"', name, value or "1") if name else ""
    return format_html('<button class="button {}"{}>{}{}</button>', kind, named, text, drawn)


@register.simple_block_tag
def notice(content: str, tone: str = "", title: str = "", role: str = "") -> SafeString:
    """Frame a message: tone ok, warn, bad or none; `role` status or alert when it answers what was just done."""
    signs = {"ok": "check", "warn": "alert", "bad": "alert"}
    return format_html(
        '<div class="notice {}"{}>{}{}{}</div>',
        tone,
        format_html(' role="{}"', role) if role else "",
        mark_safe(icons.svg(signs.get(tone, "info"), 24)),
        format_html("<h2>{}</h2>", title) if title else "",
        content,
    )


@register.inclusion_tag("pages/parts/faults.html")
def error_summary(faults: Sequence[FormFault]) -> dict[str, Any]:
    """Draw the summary of what must be mended, each line leading to its control."""
    return {"faults": faults}


@register.inclusion_tag("pages/parts/stepper.html")
def stepper(stages: Sequence[StepperStage]) -> dict[str, Any]:
    """Draw how far one has come."""
    now = next((at for at, stage in enumerate(stages, 1) if stage.state == "now"), len(stages))
    return {"stages": stages, "now": now, "count": len(stages)}


@register.inclusion_tag("pages/parts/timeline.html")
def timeline(moments: Sequence[Moment]) -> dict[str, Any]:
    """Draw what happened and what comes."""
    return {"moments": moments}


@register.inclusion_tag("pages/parts/journey.html")
def journey(points: Sequence[Waypoint], label: str) -> dict[str, Any]:
    """Draw a way with its stages from top to bottom: what is done, where it is, what comes and what may come."""
    return {"points": points, "label": label}


@register.inclusion_tag("pages/parts/facts.html")
def facts(facts: Sequence[Fact]) -> dict[str, Any]:
    """Draw a definition list."""
    return {"facts": facts}


@register.inclusion_tag("pages/parts/tiles.html")
def tiles(tiles: Sequence[GridTile], small: bool = False) -> dict[str, Any]:
    """Draw a grid of cards."""
    return {"tiles": tiles, "small": small}


@register.inclusion_tag("pages/parts/table.html")
def table(
    caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Cell]], hide_caption: bool = False
) -> dict[str, Any]:
    """Draw a table that becomes cards at phone width; the first column heads each row."""
    return {
        "caption": caption,
        "columns": columns,
        "rows": [list(zip(columns, row, strict=True)) for row in rows],
        "hide": hide_caption,
    }


@register.inclusion_tag("pages/parts/pager.html")
def pagination(pager: Pager) -> dict[str, Any]:
    """Draw the way through a long list; nothing when all is on one page."""
    return {"pager": pager}


@register.inclusion_tag("pages/parts/empty.html")
def empty_state(title: str, text: str = "", url: str = "", label: str = "", icon: str = "inbox") -> dict[str, Any]:
    """Draw what stands where nothing is yet, with what to do."""
    return {"title": title, "text": text, "url": url, "label": label, "icon": icon}


@register.inclusion_tag("pages/parts/bars.html")
def bar_chart(title: str, bars: Sequence[Bar]) -> dict[str, Any]:
    """Draw horizontal bars with their numbers."""
    return {"title": title, "bars": bars}


@register.inclusion_tag("pages/parts/plot.html")
def line_chart(plot: Plot) -> dict[str, Any]:
    """Draw a line with its numbers in a table under it."""
    return {"plot": plot}


@register.inclusion_tag("pages/parts/picture.html")
def process_picture(svg: str, title: str, steps: Sequence[str] = ()) -> dict[str, Any]:
    """Frame the process drawn as SVG (made by the engine, its words escaped there), with its steps in words."""
    return {"svg": mark_safe(svg), "title": title, "steps": steps}


@register.inclusion_tag("pages/parts/rail.html")
def rail(places: Sequence[Link], label: str) -> dict[str, Any]:
    """Draw the officer's side navigation."""
    return {"places": places, "label": label}


@register.simple_tag
def month_names() -> list[tuple[int, str]]:
    """Name the months by their numbers, for a date on whatever page it stands."""
    return list(enumerate(texts.say("pages.form.months").split(), 1))


@register.inclusion_tag("pages/form/questions.html")
def questions(questions: Sequence[Question]) -> dict[str, Any]:
    """Draw the questions of a form page."""
    return {"questions": questions}


@register.filter
def entry(mapping: Mapping[str, Any], key: str) -> Any:
    """Look up a key that a template only knows as a value; None where it is absent."""
    return mapping.get(key)
