"""Who looked at a person's data, in words: at their case, or at their own record."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from balai.base.pages.parts import Cell
from balai.base.pages.texts import has, say
from balai.doors.portal import progress
from balai.records.people import queries as people


def rows(found: Sequence[tuple[datetime, str, str]], zone: ZoneInfo, lang: str) -> tuple[tuple[Cell, ...], ...]:
    """Make the table of (when, actor's reference, purpose): officers act by name, whoever was forgotten has none."""
    readers = {UUID(actor.partition(":")[2]) for _, actor, _ in found if actor.startswith(("officer:", "person:"))}
    names = people.list_names(readers)
    return tuple(
        (Cell(progress.moment_text(at, zone, lang)), Cell(_reader(actor, names)), Cell(_purpose(purpose)))
        for at, actor, purpose in found
    )


def _reader(actor: str, names: dict[UUID, str]) -> str:
    kind, _, name = actor.partition(":")
    if kind in ("officer", "person"):
        known = names.get(UUID(name), say("portal.looked.gone"))
        return say("portal.looked.officer" if kind == "officer" else "portal.looked.agent", name=known)
    return say("portal.looked.system", name=name or kind)


def _purpose(purpose: str) -> str:
    key = f"portal.purpose.{purpose.partition(':')[0].replace(' ', '-')}"
    return say(key) if has(key) else purpose
