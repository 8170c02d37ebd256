"""The volume of the demonstration city: cases of the residents spread over nine months, the newest first."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from random import Random

from balai.base import stories
from balai.base.clock import office_calendar
from balai.doors.console.demo.living import Living
from balai.doors.console.demo.residents import MONTHS, find_agents, find_residents
from balai.doors.console.demo.seed import DESK

PARTS = 3
Days = Callable[[Random], float]


def _live(stage: stories.Stage, part: int, days: Days) -> Iterator[None]:
    """Live one part of the cases that are still wanted, each so many days ago."""
    wanted = range(part, max(stage.cases - DESK, 0), PARTS)
    residents, calendar = find_residents(), office_calendar()
    living = Living(stage.cast, Random(), stage.now, find_agents(residents))
    for number in wanted:
        if not stage.first(number):
            continue  # or half done when the story was cut off: then that case stays where it stood
        chance = living.chance = stage.chance(number)
        opens = calendar.next_open(stage.now - timedelta(days=days(chance)))
        start = min(opens + timedelta(minutes=chance.randrange(180)), stage.ago(minutes=chance.randrange(5, 50)))
        living.live(chance.choice(residents), start, stage.id(number), stage.say)
        yield


@stories.story("console.weeks", order=10, volume=True)
def live_weeks(stage: stories.Stage) -> Iterator[None]:
    """Live the last thirty days, the last two above all."""
    return _live(
        stage, 0, lambda chance: chance.uniform(0.05, 1.5) if chance.random() < 0.6 else chance.uniform(1.5, 30)
    )


@stories.story("console.months", order=20, volume=True)
def live_months(stage: stories.Stage) -> Iterator[None]:
    """Live the three months before."""
    return _live(stage, 1, lambda chance: chance.triangular(30, 120, 30))


@stories.story("console.past", order=30, volume=True)
def live_past(stage: stories.Stage) -> Iterator[None]:
    """Live what is longer ago."""
    return _live(stage, 2, lambda chance: chance.triangular(120, 30 * MONTHS, 120))
