"""When the offices are open through the week, in words: what the ordinary office's calendar says, and nothing else."""

from collections.abc import Iterator
from itertools import groupby

from balai.base import clock
from balai.base.pages.parts import Fact
from balai.base.pages.texts import say


def list_hours(zone: str, lang: str) -> tuple[Fact, ...]:
    """List the hours of the week; days alike in one line."""
    return tuple(_hours(zone, lang))


def _hours(zone: str, lang: str) -> Iterator[Fact]:
    calendar = clock.office_calendar(zone)
    for hours, group in groupby(range(7), key=lambda day: calendar.hours.get(day)):
        days = list(group)
        named = [say(f"pages.days.{day}", lang) for day in (days if len(days) < 3 else (days[0], days[-1]))]
        joiner = ", " if len(days) < 3 else "–"
        words = say("pages.closed", lang)
        if isinstance(hours, clock.DayHours):
            words = f"{hours.opens:%H.%M}–{hours.closes:%H.%M}"
        yield Fact(joiner.join(named), words)
