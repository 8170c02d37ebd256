"""One look at a folder: what is wrong with it, what it is, and what came of its examples. No database."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from balai.base.clock import office_calendar
from balai.engine import manifest, process, rules
from balai.engine.problems import Problem, Problems
from balai.records.folders import judging
from balai.records.folders.kinds import FolderKind

log = logging.getLogger("balai.preview")
FAILED = "the folder could not be looked at"


@dataclass(frozen=True, slots=True)
class FolderLook:
    """What one look at a folder found: `judged` is None where it cannot be read, `played` what its examples came to."""

    kind: FolderKind[Any]
    folder: Path
    at: datetime
    judged: judging.Judged | None = None
    faults: tuple[Problem, ...] = ()
    played: Mapping[str, manifest.Played] = field(default_factory=dict)
    seconds: float = 0.0
    rehearsed: bool = True

    @property
    def advice(self) -> tuple[Problem, ...]:
        """List what keeps the folder from nothing, or only from being published; law is told elsewhere."""
        found = self.judged.thing.warnings if self.judged else ()
        kinds = (manifest.Unready, manifest.Advice, process.SoundnessProblem, rules.RuleRemark)
        return tuple(one for one in found if isinstance(one, kinds))

    @property
    def summary(self) -> str:
        """Say in one line for the terminal how it stands."""
        if self.faults:
            return f"{self.folder.name}: {len(self.faults)} problem(s)"
        thing = self.judged.thing if self.judged else None
        praise = self.kind.praise(thing) if thing is not None else ""
        return f"{self.folder.name}: good{'; ' if praise else ''}{praise}"


def read_look(kind: FolderKind[Any], folder: Path, town: Path | None, at: datetime) -> FolderLook:
    """Read a folder; whatever is wrong, also a file that just goes away, is a fault to be shown."""
    begun = time.monotonic()
    judged: judging.Judged | None = None
    faults: tuple[Problem, ...] = ()
    played: dict[str, manifest.Played] = {}
    try:
        judged = judging.read(kind, folder, town)
        played = _play(judged.thing)
    except Problems as wrong:
        faults = wrong.problems
    except (ValueError, OSError) as wrong:
        faults = (Problem(str(wrong), file=str(folder)),)
    except Exception as bug:  # a fault of the program must not end the author's day
        log.exception(FAILED)
        faults = _failed(bug, folder)
    return FolderLook(kind, folder, at, judged, faults, played, time.monotonic() - begun, rehearsed=judged is None)


def rehearse(look: FolderLook) -> FolderLook:
    """Play what must come out of a folder that was read, letters set and read back."""
    if look.judged is None:
        return look
    begun = time.monotonic()
    try:
        faults = tuple(look.kind.rehearse(look.judged.thing))
    except Exception as bug:
        log.exception(FAILED)
        faults = _failed(bug, look.folder)
    seconds = look.seconds + time.monotonic() - begun
    return replace(look, faults=faults, seconds=seconds, rehearsed=True)


def _failed(bug: Exception, folder: Path) -> tuple[Problem, ...]:
    return (Problem(f"Balai itself failed: {bug!r}. Please report it with this folder.", file=str(folder)),)


def _play(thing: Any) -> dict[str, manifest.Played]:
    """Play the examples of a service for their words, which costs little; the rehearsal proves their letters too."""
    if not isinstance(thing, manifest.Service):
        return {}
    calendar = office_calendar(thing.zone)
    return {one.name: manifest.play(thing, one, calendar=calendar, prove=False) for one in thing.examples}
