"""How far the stories of a demonstration city came: a small file in its home, written by who tells them, read by /demo/."""

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

FILE = "stories.json"
WAITING, PLAYING, TOLD, FAILED = "waiting", "playing", "told", "failed"


@dataclass(slots=True)
class Progress:
    """How far one story came."""

    state: str = WAITING
    items: int = 0
    cpu_s: float = 0.0
    fault: str = ""


@dataclass(slots=True)
class City:
    """What a city was made as, and how far its stories came, by their names."""

    made: datetime
    cases: int
    progress: dict[str, Progress] = field(default_factory=dict)

    @property
    def count_told(self) -> int:
        """Count the stories that came to their end, well or not."""
        return sum(each.state in (TOLD, FAILED) for each in self.progress.values())


def found(home: Path, made: datetime, cases: int) -> None:
    """Note that the core of a city stands, for its stories to be told."""
    write(home, City(made, cases))


def read(home: Path) -> City | None:
    """Read how far the stories came; None in a city that was made before there were any."""
    try:
        held = json.loads((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    told = {name: Progress(**kept) for name, kept in held["stories"].items()}
    return City(datetime.fromisoformat(held["made"]), held["cases"], told)


def write(home: Path, city: City) -> None:
    """Keep how far the stories came; whole or not at all, since the pages read it meanwhile."""
    held = {"made": city.made.isoformat(), "cases": city.cases, "stories": {}}
    held["stories"] = {name: asdict(progress) for name, progress in city.progress.items()}
    fresh = home / f".{FILE}.{os.getpid()}"
    fresh.write_text(json.dumps(held, indent=1) + "\n", encoding="utf-8")
    fresh.replace(home / FILE)
