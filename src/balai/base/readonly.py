"""Whether the hall is read-only: everything can be read and checked, nothing is written but by what must go on.

The ground judges it: `journal.deed` opens nothing while a row says so, in the very statement that notes the command, so no second
one is asked. What goes on is named here. Pages say it before anybody types, by a mark in a file: they ask no database for it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from balai.base import sql
from balai.base.errors import Unavailable


@dataclass(frozen=True, slots=True)
class ReadOnlyState:
    """Since when the hall is read-only, for which public reason, until when if that is known."""

    since: datetime
    why: Mapping[str, str]  # by language
    until: datetime | None


def find() -> ReadOnlyState | None:
    """Find out whether the hall is read-only now. One query."""
    row = sql.row("SELECT since, why_id, why_en, until FROM base_readonly WHERE running = %s", [True])
    if row is None:
        return None
    since = sql.as_datetime(row[0])
    assert since is not None
    return ReadOnlyState(since, {"id": row[1], "en": row[2]}, sql.as_datetime(row[3]))


def refuse() -> Unavailable:
    """Make the refusal of a deed while the hall is read-only, in words that say why and until when."""
    from balai.base.pages import texts
    from balai.base.pages.moments import moment

    found = find()
    if found is None:
        return Unavailable("hall-read-only", why="", until={"id": "", "en": ""})
    until = {
        lang: texts.say("pages.read_only.until", lang, at=moment(found.until, lang)) if found.until else ""
        for lang in ("id", "en")
    }
    return Unavailable("hall-read-only", why=dict(found.why), until=until)


# ---- the mark that pages read --------------------------------------------------------------------------------------


def mark_file() -> Path:
    """Name the file whose being there tells the pages."""
    return Path(settings.BALAI_HOME) / "status" / "read-only.json"


def set_mark(found: ReadOnlyState | None) -> None:
    """Write the mark, or take it away, as the row says; whole or not at all."""
    file = mark_file()
    if found is None:
        file.unlink(missing_ok=True)
        return
    file.parent.mkdir(exist_ok=True)
    told = {"since": found.since.isoformat(), "why": dict(found.why)}
    if found.until is not None:
        told["until"] = found.until.isoformat()
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    fresh.replace(file)


_read: tuple[float, ReadOnlyState | None] = (0.0, None)


def read_mark() -> ReadOnlyState | None:
    """Read the mark; the file is opened again only when it changed."""
    global _read
    try:
        changed = mark_file().stat().st_mtime
    except OSError:
        return None
    if _read[0] != changed:
        _read = changed, _from_file(mark_file())
    return _read[1]


def _from_file(file: Path) -> ReadOnlyState | None:
    try:
        told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        until = datetime.fromisoformat(told["until"]) if "until" in told else None
        return ReadOnlyState(datetime.fromisoformat(told["since"]), told["why"], until)
    except (OSError, ValueError, KeyError):
        return None
