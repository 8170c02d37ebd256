"""Drills: what a hall practises before it is needed, through its own actions; a room registers its own in its `demo.py`.

    @drills.drill("incident")
    def practise(stage: drills.Stage) -> Iterator[str]:
        …
        yield "detect: the incident is open"      # said, with how long it took, once it worked

A drill leaves nothing behind that changes anything for citizens, and undoes in `finally` what it did to the hall.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.utils.module_loading import autodiscover_modules

from balai.base.actors import Actor

DRILLER = Actor("system", "console", name="drill")


@dataclass(frozen=True, slots=True)
class DrillStage:
    """What a drill plays on: where it writes what it made, and the clock, which only its console reads."""

    folder: Path
    clock: Callable[[], datetime]
    actor: Actor = DRILLER


Drill = Callable[[DrillStage], Iterator[str]]
_DRILLS: dict[str, Drill] = {}


class DrillFailed(Exception):
    """A step of the drill did not do what it must; the words say what to look at."""


def drill(name: str) -> Callable[[Drill], Drill]:
    """Register a drill by the name the console calls it."""

    def register(play: Drill) -> Drill:
        _DRILLS[name] = play
        return play

    return register


def names() -> list[str]:
    """Name the drills of this installation."""
    autodiscover_modules("demo")
    return sorted(_DRILLS)


def get(name: str) -> Drill:
    """Fetch a drill. :raises LookupError: when no app of this installation has it."""
    if name not in names():
        raise LookupError(f"there is no drill {name!r}; there are: {', '.join(names()) or 'none'}")
    return _DRILLS[name]


def require(holds: bool, words: str) -> None:
    """Go on only when something holds. :raises Failed: with what to look at."""
    if not holds:
        raise DrillFailed(words)
