"""Demonstration stories: what an app has happen in the demonstration city, through its own actions, on days gone by.

An app tells them in its `demo.py`; nothing else loads that file, and only a demonstration does. A story is a plain function:

    @stories.story("archive.holds")
    def hold(stage: stories.Stage) -> Iterator[None]:
        actions.place_hold(command_id=stage.id("hold"), actor=stage.cast.budi.officer, now=stage.ago(days=3), …)
        yield                                  # the hall's own work comes first, here

It may be cut off anywhere and is then told again from its beginning, so its commands carry the ids of `stage.id`, which stay the
same: the same command twice is one deed. What cannot be repeated is asked about first (`stage.first`). Its title is the text
`APP.stories.NAME` of its app, APP being the app's label.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID, uuid5

from django.utils.module_loading import autodiscover_modules

from balai.base import journal, rooms
from balai.base.actors import Actor
from balai.base.outbox import Worker

BUDGET, VOLUME_BUDGET = 5.0, 20.0  # seconds of CPU
TELLER = Actor("system", "console", name="stories")
_NAMESPACE = UUID("6ba7b814-9dad-11d1-80b4-00c04fd430c8")


@dataclass(frozen=True, slots=True)
class Member:
    """One of the cast: their person, their account, and the actors they are at the portal and at the desk."""

    name: str
    person_id: UUID
    account_id: UUID

    @property
    def citizen(self) -> Actor:
        return Actor("person", "portal", person_id=self.person_id)

    @property
    def officer(self) -> Actor:
        return Actor("officer", "desk", person_id=self.person_id, second_factor=True)


@dataclass(frozen=True, slots=True)
class Cast:
    """The four, and the village office."""

    siti: Member
    budi: Member
    ratna: Member
    joko: Member
    unit_id: UUID


@dataclass(frozen=True, slots=True)
class Stage:
    """What one story plays on; told again, it is the same stage: `now` is when the city was made."""

    story: str
    cast: Cast
    now: datetime
    cases: int  # how many the city was asked to hold
    say: Callable[[str], object] = print

    def id(self, *words: object) -> UUID:
        """Give the id of one of the story's commands; the same words are the same id."""
        return uuid5(_NAMESPACE, " ".join(map(str, ("balai-story", self.story, *words))))

    def first(self, *words: object) -> bool:
        """Tell whether this part is told for the first time, and note that it is; for what cannot be told twice."""
        with journal.deed(self.id("first", *words), actor=TELLER, now=self.now, name="story.first") as deed:
            return not deed.repeated

    def chance(self, *words: object) -> Random:
        """Give a dice that falls the same way for the same words."""
        return Random(self.id("chance", *words).int)

    def ago(self, **span: float) -> datetime:
        """Give a moment before the city was made: `ago(days=3)`."""
        return self.now - timedelta(**span)

    def deliver(self, at: datetime) -> None:
        """Let the worker deliver what is owed at that moment, and what comes of it in turn."""
        worker = Worker(f"story {self.story}")
        while worker.deliver(at, limit=50):
            pass


Play = Callable[[Stage], Iterable[object] | None]


@dataclass(frozen=True, slots=True)
class Story:
    """A story an app tells; what is `volume` only makes many, and comes last."""

    name: str
    order: int
    volume: bool
    play: Play

    @property
    def budget(self) -> float:
        """The CPU seconds it may take."""
        return VOLUME_BUDGET if self.volume else BUDGET


_STORIES: dict[str, Story] = {}


def story(name: str, *, order: int = 50, volume: bool = False) -> Callable[[Play], Play]:
    """Register a function as the story APP.NAME; it does one thing after the other, and yields between them."""

    def register(play: Play) -> Play:
        if name in _STORIES or name.count(".") != 1:
            raise ValueError(f"story {name!r}: a name is APP.NAME and there once")
        _STORIES[name] = Story(name, order, volume, play)
        return play

    return register


def title_of(name: str) -> str:
    """Give the key of the text that is a story's title."""
    app, _, told = name.partition(".")
    return f"{app}.stories.{told}"


def list_stories() -> list[Story]:
    """List the stories of all apps in the order they are told, what makes volume last; a closed room tells none."""
    autodiscover_modules("demo")
    told = (each for each in _STORIES.values() if _is_open(each.name.partition(".")[0]))
    return sorted(told, key=lambda each: (each.volume, each.order, each.name))


def _is_open(label: str) -> bool:
    return not label.startswith(rooms.PREFIX) or rooms.is_open(label.removeprefix(rooms.PREFIX))
