"""What needs an administrator in the incident book: incidents that are not closed, with the clock that ends first."""

from collections.abc import Mapping
from datetime import datetime

from django.core.cache import caches

from balai.base.checks import Line, counts, needs
from balai.base.pages import texts
from balai.base.pages.moments import moment
from balai.rooms.incidents import queries

KEPT = "incidents.open"


@counts
def count_attention(now: datetime) -> Mapping[str, int]:
    """Count the open incidents; kept for five seconds per process, since every page of an administrator asks."""
    found: int | None = caches["local"].get(KEPT)
    if found is None:
        found = queries.count_open()
        caches["local"].set(KEPT, found, 5)
    return {"room_incidents.open": found}


@needs("room_incidents.open", page="incidents.list", order=5)
def list_open(now: datetime, lang: str) -> list[Line]:
    """List the open incidents, and what must be told to whom by when."""
    if not count_attention(now)["room_incidents.open"]:
        return []
    ends = {row.id: one for row, one in reversed(queries.list_running())}
    made = []
    for row, title in queries.list_incidents():
        if row.drill or row.state == "closed":
            continue
        clock = ends.get(row.id)
        due = (
            texts.say("room_incidents.clock.by", lang, to=clock.clock.to[lang], at=moment(clock.ends_at, lang))
            if clock
            else ""
        )
        state = texts.say(f"room_incidents.state.{row.state}", lang)
        made.append(
            Line(
                f"{row.number} · {title}", f"{state}. {due}".strip(), row.detected_at, page="incidents.one",
                args=(row.id,), act=texts.say("room_incidents.look", lang),
            )
        )  # fmt: skip
    return made
