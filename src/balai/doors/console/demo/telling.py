"""Tells the stories of all apps in a city that stands, and keeps in its home how far it came.

A story that fails is noted, logged and told again at the next start; the others go on. One that was cut off, by a kill or a
power cut, is told again too: what was done of it is not done twice (see base/stories.py).
"""

import logging
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from balai.base import stories
from balai.doors.console.demo import months  # noqa: F401 (it registers its stories)
from balai.doors.console.demo.cast import find_cast
from balai.doors.console.demo.progress import FAILED, PLAYING, TOLD, City, Progress, read, write

log = logging.getLogger("balai.demo")

_END = object()


class Teller:
    """Tells one item after the other: `step` by `step` beside the hall's work, or all at once."""

    def __init__(self, home: Path, *, say: Callable[[str], object] = log.warning) -> None:
        self.home, self.say = home, say
        held, everything = read(home), stories.list_stories()
        city = held or City(datetime.now(UTC), 1)
        if not city.cases:
            everything = []  # an empty city hears no stories
        if held is None:  # made before there were stories: it has its cases, and its apps have told nothing yet
            city.progress = {each.name: Progress(TOLD) for each in everything if each.volume}
        kept = {name: progress for name, progress in city.progress.items() if progress.state == TOLD}
        city.progress = {each.name: kept.get(each.name, Progress()) for each in everything}
        self.city = city
        self._left = [each for each in everything if each.name not in kept]
        self._items: Iterator[object] | None = None
        write(home, city)

    @property
    def count_left(self) -> int:
        """Count the stories that are still to be told."""
        return len(self._left)

    def step(self) -> stories.Story | None:
        """Tell the next item and give the story it was of; None when all is told."""
        if not self._left:
            return None
        story, progress = self._left[0], self.city.progress[self._left[0].name]
        begun, progress.state = _cpu(), PLAYING
        try:
            ended = self._tell(story)
        except Exception as fault:
            log.exception("story %s failed", story.name)
            self._items, ended = None, True
            progress.state, progress.fault = FAILED, f"{type(fault).__name__}: {fault}"[:400]
        progress.cpu_s = round(progress.cpu_s + _cpu() - begun, 3)
        progress.items += not ended
        if ended:
            self._end(story, progress)
        write(self.home, self.city)
        return story

    def tell_all(self) -> None:
        """Tell all that is left, and say how it went."""
        while (story := self.step()) is not None:
            progress = self.city.progress[story.name]
            if progress.state == PLAYING and story.volume and progress.items % 40 == 0:
                self.say(f"  {story.name}: {progress.items} so far")
            elif progress.state in (TOLD, FAILED):
                self.say(f"  {story.name}: {progress.fault or progress.state}")

    def _tell(self, story: stories.Story) -> bool:
        """Tell one item, and let the worker deliver what it owes; tell whether it was the last."""
        stage = stories.Stage(story.name, find_cast(), self.city.made, self.city.cases, self.say)
        if self._items is None:
            self._items = iter(story.play(stage) or ())
        ended = next(self._items, _END) is _END
        stage.deliver(stage.now)
        return ended

    def _end(self, story: stories.Story, progress: Progress) -> None:
        self._left.pop(0)
        self._items = None
        if progress.state == PLAYING:
            progress.state = TOLD
        if progress.cpu_s > story.budget:
            log.warning("story %s took %.1f s of CPU; it may take %.0f", story.name, progress.cpu_s, story.budget)


def _cpu() -> float:
    """Give the CPU seconds of this thread, and of the children that ended."""
    times = os.times()
    return time.thread_time() + times.children_user + times.children_system
