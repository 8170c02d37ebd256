"""The watch: the worker makes the doctor's round again and again, and keeps what it found and when.

So what a page shows green was looked at a moment ago, by the very checks the doctor makes; a record that is old is no record. It
is a file (`status/checks.json` in the home), because it must be read when the database is the very thing that does not answer.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings

from balai.base import outbox
from balai.base.checks import Finding, RoundItem, examine, items

EVERY = timedelta(minutes=5)
DAILY = timedelta(hours=20)  # what costs much is looked at again after this
STALE = timedelta(minutes=15)  # three rounds missed: nobody looks
WELL = frozenset(
    {"backup", "outbox", "mail", "keys"}
)  # must be good before anybody goes home; the rest must not be bad


@dataclass(frozen=True, slots=True)
class Seen:
    """One finding, and since when its check is in this state."""

    finding: Finding
    since: datetime


@dataclass(frozen=True, slots=True)
class Round:
    """What the last round found."""

    at: datetime
    seen: tuple[Seen, ...]

    def is_old(self, now: datetime) -> bool:
        """Tell whether it says nothing about now: the worker that should look does not."""
        return not timedelta(0) <= now - self.at + timedelta(minutes=1) <= STALE

    @property
    def bad(self) -> tuple[Seen, ...]:
        """What must be mended."""
        return tuple(one for one in self.seen if one.finding.state == "bad")

    @property
    def notes(self) -> tuple[Seen, ...]:
        """What should be known."""
        return tuple(one for one in self.seen if one.finding.state == "note")

    @property
    def in_the_way(self) -> tuple[Seen, ...]:
        """What keeps whoever is responsible from going home."""
        return tuple(
            one
            for one in self.seen
            if one.finding.state == "bad" or (one.finding.check in WELL and one.finding.state != "good")
        )


@outbox.every(EVERY)
def look(now: datetime) -> int:
    """Make the round, and keep what was found."""
    kept = _read()
    # the first round, while the hall is just opening, leaves out what costs much
    due = [one for one in items() if kept or not one.daily]
    told = {one.name: _look_at(one, kept.get("checks", {}).get(one.name), now) for one in due}
    _write({"at": now.isoformat(), "checks": told})
    return 0


def _look_at(item: RoundItem, before: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
    if before is not None and item.daily and timedelta(0) <= now - datetime.fromisoformat(before["at"]) < DAILY:
        return dict(before)
    since = {(one["check"], one["state"]): one["since"] for one in (before or {}).get("findings", ())}
    found = [
        asdict(one) | {"since": since.get((one.check, one.state), now.isoformat())}
        for one in examine(item.look, Path(settings.BALAI_HOME), now)
    ]
    return {"at": now.isoformat(), "findings": found}


def last_round() -> Round | None:
    """Read what the last round found; None when none was made, or its record cannot be read."""
    kept = _read()
    if not kept:
        return None
    seen = [
        Seen(Finding(one["check"], one["state"], one["words"], one["indonesian"]), datetime.fromisoformat(one["since"]))
        for told in kept["checks"].values()
        for one in told["findings"]
    ]
    return Round(datetime.fromisoformat(kept["at"]), tuple(seen))


def _path() -> Path:
    return Path(settings.BALAI_HOME) / "status" / "checks.json"


def _read() -> dict[str, Any]:
    try:
        kept = json.loads(_path().read_text(encoding="utf-8"))
        return kept if isinstance(kept, dict) and {"at", "checks"} <= kept.keys() else {}
    except (OSError, ValueError):
        return {}


def _write(told: Mapping[str, Any]) -> None:
    """Write the record whole or not at all: whoever reads meanwhile finds the one before."""
    path = _path()
    path.parent.mkdir(mode=0o700, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    partial.replace(path)
